"""One module a question. Questions are strangers to each other; only the service runs them."""
