"""The types of the SDL. Each is a view of a record of `schema` or `graph.results`, which it reads by name and never copies."""
