"""The one guarded way out to the web."""

from newsletter import __version__
from newsletter.fetch.limits import Limits
from newsletter.fetch.page import Page
from newsletter.fetch.unreachable import Unreachable
from newsletter.fetch.web import Web
from newsletter.settings import Settings

__all__ = ["Limits", "Page", "Unreachable", "Web", "web"]


def web(settings: Settings) -> Web:
    """The way out as the settings want it; its pages are told who asks, and where to read of us."""
    return Web(allow_private=settings.fetch_allow_private, agent=f"newsletter/{__version__} (+{settings.base_url})")
