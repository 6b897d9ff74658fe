"""What a website tells of an organisation: where it publishes, its name, look, languages and addresses."""

from newsletter.publications.discovering.discover import discover
from newsletter.publications.discovering.model import Colour, Discovery, Proposal

__all__ = ["Colour", "Discovery", "Proposal", "discover"]
