"""Which publication an entry is: the forms in which addresses and titles are compared, and what counts as the same."""

import hashlib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from newsletter.publications.addresses import canonical_url, has_page
from newsletter.publications.model import Publication

PEOPLE = 0  # who added it by hand or by file: no source's id
NEAR_DAYS = 3  # the same text dated by two who tell it


@dataclass(frozen=True, slots=True)
class Known:
    """A publication by what it is compared. `has_page`: its address leads further than to a site's front page.
    `sources`: ids of those that tell it, 0 for people.
    """

    id: int
    url_key: str
    title_key: str
    language: str
    published_on: date | None
    has_page: bool = True
    sources: frozenset[int] = frozenset()


def known(id_: int, publication: Publication, sources: Collection[int] = ()) -> Known:
    """The publication by what it is compared."""
    return Known(
        id_, url_key(publication.url), title_key(publication.title), publication.language, publication.published_on,
        has_page(publication.url), frozenset(sources),
    )  # fmt: skip


def url_key(url: str) -> str:
    """SHA-256 of the address in the form in which it is compared."""
    return _sha256(canonical_url(url))


def title_key(title: str) -> str:
    """SHA-256 of the title in the form in which it is compared; "" where nothing is left to compare."""
    plain = canonical_title(title)
    return _sha256(plain) if plain else ""


def canonical_title(title: str) -> str:
    """Small letters and numbers with single spaces. Accents are folded for Latin only, where people drop them; in other
    scripts they make another word.
    """
    letters: list[str] = []
    latin = False
    for letter in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", title).casefold()):
        category = unicodedata.category(letter)[0]
        if category == "M":
            letters += [] if latin else [letter]
            continue
        latin = "LATIN" in unicodedata.name(letter, "")
        if category in "LN":
            letters.append(letter)
        elif category != "C":  # soft hyphens and joiners are not seen
            letters.append(" ")
    return unicodedata.normalize("NFC", " ".join("".join(letters).split()))


def same(entry: Known, others: Collection[Known], source: int = PEOPLE) -> Known | None:
    """The one of `others` that `entry` is, or None: by address, else by title with language and day.

    Of one `source`, two entries with ids of their own are the same only where address, title and day agree: calls that
    stand on one page are several. What is on a site's front page is told apart by title likewise.
    """
    by_url = [one for one in others if one.url_key == entry.url_key]
    twins = [one for one in by_url if one.title_key == entry.title_key and _near(one, entry, unknown=True)]
    if twins:
        return twins[0]
    if entry.has_page and len(by_url) == 1 and source not in by_url[0].sources:
        return by_url[0]
    return next((one for one in others if _same_title(one, entry) and source not in one.sources), None)


def _same_title(one: Known, other: Known) -> bool:
    return (
        bool(one.title_key)
        and one.title_key == other.title_key
        and one.language == other.language
        and _near(one, other, unknown=False)
    )


def _near(one: Known, other: Known, *, unknown: bool) -> bool:
    if one.published_on is None or other.published_on is None:
        return unknown
    return abs((one.published_on - other.published_on).days) <= NEAR_DAYS


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
