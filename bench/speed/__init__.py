"""Measures how fast an approved issue goes out: `make bench`, told in docs/speed.md."""
