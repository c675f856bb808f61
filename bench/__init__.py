"""Yardsticks: how fast caremap answers beside what else there is, in one run."""
