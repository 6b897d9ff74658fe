"""The command line: an edge that gives commands through the pipeline and prints what became of them."""

from newsletter.cli.main import main

__all__ = ["main"]
