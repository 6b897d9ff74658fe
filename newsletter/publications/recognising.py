"""What kind of source an address is: asked of the address itself, with few requests."""

from pathlib import Path
from urllib.parse import urlsplit

from newsletter.errors import BadInput
from newsletter.fetch import Page, Unreachable, Web
from newsletter.publications.discovering import places
from newsletter.publications.sources import markup, wordpress_site
from newsletter.publications.sources.model import SourceKind

_FILES = frozenset({".csv", ".json"})
_HEAD = 500_000  # characters of a page in which it names its feeds


def recognise(web: Web, url: str) -> tuple[SourceKind, str]:
    """The kind, and the address to be read: a website's own API or feed where it has one. BadInput where it has none;
    then somebody must say how its pages list what they publish.
    """
    if not url.startswith(("http://", "https://")):
        if Path(url).is_file():
            return SourceKind.FILE, url
        raise BadInput(f"{url[:200]} is neither an address like https://example.org nor a file here.")
    page = web.get(url)
    kind = places.feed_kind(page) or (SourceKind.FILE if _is_file(page) else None)
    return (kind, url) if kind else _of_site(web, page)


def _is_file(page: Page) -> bool:
    start = places.beginning(page)
    if start[:1] in {b"{", b"["} or "json" in page.content_type:
        return True
    named = Path(urlsplit(page.url).path).suffix.lower() in _FILES or page.content_type == "text/csv"
    return named and b"<html" not in start


def _of_site(web: Web, page: Page) -> tuple[SourceKind, str]:
    try:
        wordpress_site.find(web, page.url)
    except (BadInput, Unreachable):
        pass
    else:
        return SourceKind.WORDPRESS, page.url
    for kind, address, _ in places.feeds(markup.document(page.text[:_HEAD]), page.url):
        return kind, address
    raise BadInput(
        f"{page.url} has neither a feed nor a WordPress API. Say what one publication is on that page:"
        ' --kind page --option item="article"'
    )
