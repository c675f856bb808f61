"""The pages and files that a browser is served, one module each. A handler asks once and shows what it got."""
