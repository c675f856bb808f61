"""Array algorithms that the questions share: they know NumPy and the standard library, and nothing of maps."""
