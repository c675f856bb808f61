"""Invented maps of any size, shaped like the real counts, for trying out scale. Nothing in them was observed."""
