"""Asking for a page that was read before: only if it has changed."""

from newsletter.fetch import Page, Web
from newsletter.publications.sources.model import Memory, NotModified


def unless_modified(web: Web, url: str, memory: Memory, accept: str) -> Page:
    """The page, and its validators (RFC 9110 8.8) in `memory`; NotModified where it is as it was."""
    known = memory.get("validators")
    known = known if isinstance(known, dict) and known.get("url") == url else {}
    page = web.get(
        url, accept=accept, etag=str(known.get("etag", "")), last_modified=str(known.get("last_modified", ""))
    )
    if page.status == 304:
        raise NotModified
    memory["validators"] = {"url": url, "etag": page.etag, "last_modified": page.last_modified}
    return page
