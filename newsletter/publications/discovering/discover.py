"""Asks a website, with few requests, what it tells of the organisation."""

from newsletter.fetch import Web
from newsletter.publications.discovering.model import Discovery


def discover(web: Web, url: str) -> Discovery:
    """What the website at `url` tells. A site that gives nothing gives an empty discovery that says what was tried."""
    return Discovery(url)
