"""Makes an entry out of what a source told, in our forms and within our limits, or says why there is none."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from newsletter.publications import texts
from newsletter.publications.sources import cleaning
from newsletter.publications.sources.cleaning import Teaser
from newsletter.publications.sources.model import Definition, Entry, Flag, Refused

MOST_TITLE = 500
MOST_ID = 300
MOST_NAMES = 30
MOST_ITEMS = 20_000
_UNTITLED = 120  # characters of an entry's text that stand for a title it lacks
_Said = TypeVar("_Said")
_SAFE = "/:?#[]@!$&'()*+,;=%~-._"


@dataclass(frozen=True, slots=True)
class Told:
    """What a source tells of one publication. `title` is plain text; `link` and `image` may be relative to `base`."""

    link: str
    title: str
    base: str = ""
    id: str = ""
    teaser: Teaser = field(default_factory=lambda: Teaser(""))
    published_on: date | None = None
    language: str = ""
    image: str = ""
    image_alt: str = ""
    image_credit: str = ""
    outlet: str = ""
    original_source: str = ""
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    login: bool = False


def entry(told: Told, definition: Definition, where: str) -> Entry | Refused:
    """The entry; Refused, with `where` and the title it has, where it has no title or no link."""
    title = cleaning.one_line(told.title, MOST_TITLE) or _untitled(told.teaser.text)
    named = f'{where}, "{title[:60]}"' if title else where
    try:
        title = texts.heading(title, MOST_TITLE)
    except texts.TextError:
        return Refused(named, "It has no title.")
    url = address(told.link, told.base)
    if not url:
        given = cleaning.one_line(told.link, 80)
        return Refused(named, f"Its link is no web address: {given}." if given else "It has no link.")
    image = address(told.image, told.base) if told.image else ""
    return Entry(
        id=identity(told.id or url),
        url=url,
        title=title,
        summary="" if told.teaser.text.rstrip(".…") == title.rstrip(".…") else told.teaser.text,
        published_on=told.published_on,
        language=language(told.language) or definition.language,
        image=image,
        image_alt=cleaning.one_line(told.image_alt, 1000) if image else "",
        image_credit=cleaning.one_line(told.image_credit, 500) if image else "",
        outlet=cleaning.one_line(told.outlet, 200),
        original_source=cleaning.one_line(told.original_source, 200),
        categories=names(told.categories),
        tags=names(told.tags),
        flags=_flags(told),
    )


def each(items: Iterable[_Said], read: Callable[[_Said, str], Entry | Refused], noun: str) -> Iterator[Entry | Refused]:
    """What `read` makes of each, called with where it stands ("item 3"); one that it stumbles over costs no other.

    Each id is told once. Where a source gives several the same, the later ones go by their address.
    """
    seen: set[str] = set()
    for number, said in enumerate(items, start=1):
        where = f"{noun} {number}"
        try:
            found = read(said, where)
        except Exception as error:  # noqa: BLE001  # whatever a document of somebody else's makes of our reading
            found = Refused(where, f"It cannot be read ({type(error).__name__}).")
        if isinstance(found, Entry):
            found = replace(found, id=identity(found.url)) if found.id in seen else found
            if found.id in seen:
                continue
            seen.add(found.id)
        yield found


def address(link: str, base: str = "") -> str:
    """The absolute web address, spaces and foreign letters percent-encoded; "" where it is none."""
    try:
        told = cleaning.one_line(link).replace(" ", "%20")
        joined = urljoin(base, told) if told else ""
        parts = urlsplit(joined)
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
        path, query, fragment = (quote(part, safe=_SAFE) for part in (parts.path, parts.query, parts.fragment))
        return texts.link(urlunsplit((parts.scheme, host, path, query, fragment)))
    except (ValueError, UnicodeError):
        return ""


def file_name(url: str) -> str:
    """The name in an address's path as words: "Impact-Report_2023.pdf" is Impact Report 2023."""
    name = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    stem = name.rpartition(".")[0] if "." in name else name
    return cleaning.one_line(stem.replace("_", " ").replace("-", " ").replace("+", " "), MOST_TITLE)


def identity(told: str) -> str:
    """The source's own id in one line; a long one is shortened, and its hash keeps it apart."""
    line = cleaning.one_line(told)
    if line and len(line) <= MOST_ID:
        return line
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{line[:200]}#{digest}" if line else digest


def language(told: str) -> str:
    """The language without region or script, "" where there is none: en_US is en."""
    first = cleaning.one_line(told).replace("_", "-").partition("-")[0].lower()
    known = 2 <= len(first) <= 3 and first.isascii() and first.isalpha() and first not in {"und", "mul", "zxx"}
    return first if known else ""


def names(told: tuple[str, ...]) -> tuple[str, ...]:
    """Categories or tags, each once."""
    lines = (cleaning.label(name, 100) for name in told[: 4 * MOST_NAMES])
    return tuple(dict.fromkeys(name for name in lines if name))[:MOST_NAMES]


def most_items(definition: Definition, usual: int = MOST_ITEMS) -> int:
    """How many items are read at one visit: option `most_items`, else `usual`."""
    told = definition.options.get("most_items", usual)
    return min(told, MOST_ITEMS) if isinstance(told, int) and told > 0 else usual


def _untitled(text: str) -> str:
    first = text.split(". ", 1)[0]
    return cleaning.shortened(first, _UNTITLED)


def _flags(told: Told) -> tuple[str, ...]:
    found = ((Flag.CUT_OFF, told.teaser.cut_off), (Flag.LOGIN, told.login))
    return tuple(flag.value for flag, holds in found if holds)
