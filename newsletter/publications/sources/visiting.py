"""Fetches what a source is made of, and asks only for what has changed since the last visit."""

from newsletter.fetch import Page, Web
from newsletter.publications.sources.model import Memory, NotModified

_NOT_MODIFIED = 304


def visit(
    web: Web, url: str, memory: Memory, *, accept: str, made_of: object = None, most_bytes: int | None = None
) -> Page:
    """The page; NotModified where its validators still hold. What it tells of itself is kept in `memory`.

    `made_of`: what the entries depend on besides the page; where it differs from the last visit's, the page is read
    again whole. `memory` changes only once the page is here.
    """
    known = memory if memory.get("url") == url and memory.get("made_of") == made_of else {}
    page = web.get(
        url,
        accept=accept,
        etag=str(known.get("etag") or ""),
        last_modified=str(known.get("changed") or ""),
        most_bytes=most_bytes,
    )
    if page.status == _NOT_MODIFIED:
        raise NotModified
    memory.clear()
    memory.update(url=url, made_of=made_of, etag=page.etag, changed=page.last_modified)
    return page
