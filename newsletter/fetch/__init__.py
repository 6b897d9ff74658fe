"""The one guarded way out to the web."""

from newsletter import __version__
from newsletter.fetch.hurried import Hurried
from newsletter.fetch.limits import Limits
from newsletter.fetch.names import Names, Told
from newsletter.fetch.page import Page, Seen
from newsletter.fetch.unreachable import Unreachable
from newsletter.fetch.web import DEFAULT, Web
from newsletter.settings import Settings

__all__ = ["Hurried", "Limits", "Names", "Page", "Seen", "Told", "Unreachable", "Web", "hurried", "web"]


def web(settings: Settings, limits: Limits = DEFAULT) -> Web:
    """The way out as the settings want it; its pages are told who asks, and where to read of us."""
    return Web(allow_private=settings.fetch_allow_private, agent=_agent(settings), limits=limits)


def hurried(settings: Settings) -> Hurried:
    """The same for a page on which somebody waits."""
    return Hurried(allow_private=settings.fetch_allow_private, agent=_agent(settings))


def _agent(settings: Settings) -> str:
    return f"newsletter/{__version__} (+{settings.base_url})"
