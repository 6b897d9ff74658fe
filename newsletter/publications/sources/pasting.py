"""Paste a link: title, date, picture, outlet, language, and whether it needs a subscription, from the page itself."""

from newsletter.errors import BadInput
from newsletter.fetch import Page, Unreachable, Web
from newsletter.publications.sources import cleaning, entries, metadata
from newsletter.publications.sources.model import Entry, Flag

ACCEPT = "text/html, application/xhtml+xml;q=0.9, application/pdf;q=0.8, */*;q=0.5"
MOST_BYTES = 6 * 1024 * 1024
_MOST_SUMMARY = 600


def read_link(web: Web, url: str) -> Entry:
    """What the page says of itself; what it does not say is "" (a file that is no page has only its name).

    Unreachable or BadInput where it cannot be read: then it is typed in by hand.
    """
    asked = entries.address(url)
    if not asked:
        raise BadInput(f"{url[:200]} is no web address; paste one like https://example.org/article.")
    try:
        page = web.get(asked, accept=ACCEPT, most_bytes=MOST_BYTES)
    except Unreachable as error:
        raise Unreachable(f"{error} {_BY_HAND}", gone=error.gone, retry_after=error.retry_after) from None
    if page.content_type and "html" not in page.content_type:
        return _file(page)
    return _page(page)


_BY_HAND = "You can type it in: newsletter publications add TITLE --kind media_feature --url URL"


def _file(page: Page) -> Entry:
    name = entries.file_name(page.url)
    if not name:
        raise BadInput(f"{page.url} is no page, and its name says nothing. {_BY_HAND}")
    return Entry(id=page.url, url=page.url, title=name)


def _page(page: Page) -> Entry:
    said = metadata.read(page.text, page.headers.get("content-language", ""))
    if not said.title:
        raise BadInput(f"{page.url} names no title. {_BY_HAND}")
    own = entries.address(said.canonical, page.url) if said.canonical else ""
    where = own if _same_host(own, page.url) else page.url
    image = entries.address(said.image, page.url) if said.image else ""
    summary = cleaning.teaser(cleaning.shortened(said.description, _MOST_SUMMARY))
    flags = [Flag.LOGIN.value] if said.login else []
    flags += [Flag.CUT_OFF.value] if summary.cut_off else []
    return Entry(
        id=where,
        url=where,
        title=said.title,
        summary=summary.text,
        published_on=said.published_on,
        language=said.language,
        image=image,
        image_alt=said.image_alt if image else "",
        outlet=said.site or _host(where),
        flags=tuple(flags),
    )


def _same_host(one: str, other: str) -> bool:
    """A page may only say of an address of its own website that it is the better one."""
    return bool(one) and _host(one) == _host(other)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].removeprefix("www.").lower()
