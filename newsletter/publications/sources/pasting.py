"""Paste a link: title, date, picture, outlet, language, and whether it needs a subscription, from the page itself."""

from urllib.parse import urlsplit

from newsletter.errors import BadInput
from newsletter.fetch import Page, Unreachable, Web
from newsletter.publications.addresses import host_of
from newsletter.publications.sources import cleaning, entries, metadata
from newsletter.publications.sources.model import Entry, Flag

ACCEPT = "text/html, application/xhtml+xml;q=0.9, application/pdf;q=0.8, */*;q=0.5"
MOST_BYTES = 6 * 1024 * 1024
_BY_HAND = "You can type it in: newsletter publications add TITLE --kind media_feature --url URL"


def read_link(web: Web, url: str) -> Entry:
    """What the page says of itself; what it does not say is "" (a file that is no page has only its name).

    Unreachable or BadInput where it cannot be read: then it is typed in by hand.
    """
    asked = entries.address(url)
    if not asked:
        raise BadInput(f"{cleaning.one_line(url, 200)} is no web address; paste one like https://example.org/article.")
    try:
        page = web.get(asked, accept=ACCEPT, most_bytes=MOST_BYTES)
    except Unreachable as error:
        raise Unreachable(
            f"{error} {_BY_HAND}", gone=error.gone, retry_after=error.retry_after, status=error.status
        ) from None
    return from_page(page)


def from_page(page: Page) -> Entry:
    """The same of a page that is here already; BadInput where it says nothing that could be a title."""
    if page.content_type and "html" not in page.content_type:
        return _file(page)
    try:
        said = metadata.of(page)
    except BadInput as error:
        raise BadInput(f"{page.url}: {error} {_BY_HAND}") from None
    if not said.title:
        raise BadInput(f"{page.url} names no title. {_BY_HAND}")
    return _entry(said, page.url)


def _file(page: Page) -> Entry:
    name = entries.file_name(page.url)
    if not name:
        raise BadInput(f"{page.url} is no page, and its name says nothing. {_BY_HAND}")
    return Entry(id=entries.identity(page.url), url=page.url, title=name)


def _entry(said: metadata.Metadata, url: str) -> Entry:
    where = said.canonical if _is_its_own(said.canonical, url) else url
    summary = said.teaser
    flags = ((Flag.LOGIN, said.login), (Flag.CUT_OFF, summary.cut_off))
    return Entry(
        id=entries.identity(where),
        url=where,
        title=said.title,
        summary=summary.text,
        published_on=said.published_on,
        language=said.language,
        image=said.image,
        image_alt=said.image_alt if said.image else "",
        outlet=said.site or host_of(where),
        flags=tuple(flag.value for flag, holds in flags if holds),
    )


def _is_its_own(canonical: str, url: str) -> bool:
    """A page may only say of an address of its own website that it is the better one; not that it is the home page."""
    is_home = urlsplit(canonical).path.strip("/") == "" and not urlsplit(canonical).query
    return (
        bool(canonical) and host_of(canonical) == host_of(url) and (not is_home or urlsplit(url).path.strip("/") == "")
    )
