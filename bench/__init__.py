"""Measuring and looking: what is no test, because it compares or shows."""
