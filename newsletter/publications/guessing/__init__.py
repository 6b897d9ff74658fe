"""The kind, outlet and language of an entry that no rule speaks of, each with its reason."""

from newsletter.publications.guessing.guess import Guess, guess
from newsletter.publications.guessing.languages import language_of

__all__ = ["Guess", "guess", "language_of"]
