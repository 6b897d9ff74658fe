"""What a web page says of itself: Open Graph, JSON-LD, Dublin Core, Twitter cards, and its own headings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from selectolax.lexbor import LexborHTMLParser

from newsletter.fetch import Page
from newsletter.publications.addresses import host_of
from newsletter.publications.sources import bylines, cleaning, entries, markup, pictures
from newsletter.publications.sources.cleaning import Teaser
from newsletter.publications.sources.days import read_day
from newsletter.publications.sources.linked_data import Linked, linked
from newsletter.publications.sources.pictures import Picture

MOST_TEXT = 3_000_000  # characters of a page that are looked at
MOST_SUMMARY = 600
_DAYS = (
    "article:published_time", "article:published", "og:article:published_time", "date", "dc.date", "dc.date.issued",
    "dcterms.date", "dcterms.issued", "dcterms.created", "dc.date.created", "citation_publication_date",
    "citation_online_date", "citation_date", "pubdate", "publishdate", "publish-date", "publication_date",
    "publication-date", "parsely-pub-date", "sailthru.date",
)  # fmt: skip
_DESCRIPTIONS = ("og:description", "description", "twitter:description", "dc.description", "dcterms.description")
_PICTURES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
_LOCALES = ("content-language", "og:locale", "dc.language", "dcterms.language")
_BETWEEN = re.compile(r"\s+[|–—·»:-]\s+")
_LOCKED = re.compile(r"locked|metered|premium|subscri|paid", re.IGNORECASE)
_WALL = ".paywall, .paywall-container, #paywall, .subscriber-only, .meteredContent, .piano-offer"


@dataclass(frozen=True, slots=True)
class Metadata:
    """All texts are plain and in one line, "" where the page says nothing; addresses are absolute and of the web, or
    as they stand there where the page's own is not known. `language`: its code. `login`: only for subscribers.
    """

    title: str = ""
    description: str = ""
    published_on: date | None = None
    image: str = ""
    image_alt: str = ""
    site: str = ""
    language: str = ""
    canonical: str = ""
    login: bool = False

    @property
    def teaser(self) -> Teaser:
        """The description as a summary."""
        return cleaning.teaser(cleaning.shortened(self.description, MOST_SUMMARY))


def of(page: Page) -> Metadata:
    """What a fetched page says of itself. BadInput where it is built like no page."""
    return read(page.text, page.url, page.headers.get("content-language", ""))


def read(text: str, url: str = "", language: str = "") -> Metadata:
    """What the page says of itself. `language`: what its server says of it. BadInput where it is built like no page."""
    tree = markup.document(text[:MOST_TEXT])
    said = _said(tree)
    linked_data = linked(tree, url)
    base = markup.base(tree, url)
    spoken = _language(tree, said, linked_data, language)
    picture = _picture(tree, said, linked_data, base)
    site = _site(said, linked_data)
    canonical = markup.attribute(markup.first(tree, 'link[rel~="canonical"]'), "href") or said.get("og:url", "")
    return Metadata(
        title=_title(tree, said, linked_data, (site, linked_data.publisher, _host(url))),
        description=_description(said, linked_data),
        published_on=_published(tree, said, linked_data, spoken),
        image=picture.url,
        image_alt=picture.alt,
        site=site,
        language=spoken,
        canonical=entries.address(canonical, base) if canonical else "",
        login=linked_data.locked or _is_locked(tree, said),
    )


def _said(tree: LexborHTMLParser) -> dict[str, str]:
    """The meta elements by name, in small letters; the first of each that says something."""
    found: dict[str, str] = {}
    for meta in tree.css("meta")[:300]:
        names = (markup.attribute(meta, name) for name in ("property", "name", "itemprop", "http-equiv"))
        name = next((name for name in names if name), "")
        content = markup.attribute(meta, "content")
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def _language(tree: LexborHTMLParser, said: Mapping[str, str], linked_data: Linked, told: str) -> str:
    html = markup.first(tree, "html")
    named = [markup.attribute(html, "lang"), markup.attribute(html, "xml:lang")]
    named += [*(said.get(name, "") for name in _LOCALES), linked_data.language, told]
    return next((code for one in named if (code := entries.language(one.partition(",")[0]))), "")


def _site(said: Mapping[str, str], linked_data: Linked) -> str:
    named = (said.get("og:site_name", ""), linked_data.publisher, said.get("application-name", ""))
    return next((name for one in named if (name := cleaning.label(one, 200))), "")


def _title(tree: LexborHTMLParser, said: Mapping[str, str], linked_data: Linked, sites: Sequence[str]) -> str:
    """The article's title, without the site's name behind it."""
    heading = markup.first(tree, "h1")
    element = markup.first(tree, "head title") or markup.first(tree, "body > title")
    own = [said.get("og:title", ""), linked_data.headline, said.get("twitter:title", "")]
    own += [cleaning.plain(heading.html or "", 500) if heading is not None else ""]
    own += [element.text() if element is not None else ""]
    site = _letters(sites[0])
    lines = [line for one in own if (line := cleaning.label(one)) and (_letters(line) != site or one is own[-1])]
    if not lines:
        return ""
    return _without_site(lines[0], sites, [line for line in lines[1:] if len(line) > 3])


def _without_site(title: str, sites: Sequence[str], others: Sequence[str]) -> str:
    """What stands behind the last mark goes where it is the site's name, or the page calls itself so elsewhere. A bar
    sets off nothing else.
    """
    marks = list(_BETWEEN.finditer(title))
    if not marks:
        return title
    before, behind = title[: marks[-1].start()].strip(), title[marks[-1].end() :].strip()
    is_site = _letters(behind) in {_letters(name) for name in sites if name}
    is_bar = marks[-1][0].strip() in {"|", "»"} and len(behind) <= 60 and title not in others
    return before if before and (is_site or is_bar or before in others) else title


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _host(url: str) -> str:
    """The name in the address of the site: example of www.example.org."""
    return max(host_of(url).split(".")[:-1], key=len, default="")


def _description(said: Mapping[str, str], linked_data: Linked) -> str:
    told = next((said[name] for name in _DESCRIPTIONS if name in said), "") or linked_data.description
    return cleaning.teaser(cleaning.label(told, 5000)).text


def _published(
    tree: LexborHTMLParser, said: Mapping[str, str], linked_data: Linked, language: str
) -> date | None:  # fmt: skip
    """When it was published; never when it was changed."""
    told = [linked_data.published, *(said[name] for name in _DAYS if name in said)]
    day = next((day for one in told if one and (day := read_day(one, language=language))), None)
    return day or bylines.published(tree, language)


def _picture(tree: LexborHTMLParser, said: Mapping[str, str], linked_data: Linked, base: str) -> Picture:
    """The picture that stands for the page, with its description where the page shows it too."""
    shown = markup.selected(tree, "article img, main img, [role=main] img")[:40]
    told = next((said[name] for name in _PICTURES if pictures.is_picture(said.get(name, ""))), "") or linked_data.image
    if not pictures.is_picture(told):
        first = pictures.in_nodes([one for one in shown if pictures.is_large(one)])
        return Picture(_absolute(first.url, base), first.alt)
    alt = said.get("og:image:alt") or said.get("twitter:image:alt", "")
    name = _name(told)
    same = next((one for one in shown if name and _name(pictures.source(one)) == name), None)
    return Picture(_absolute(told, base), cleaning.label(alt or markup.attribute(same, "alt"), 1000))


def _absolute(address: str, base: str) -> str:
    return entries.address(address, base) if address and base else address


def _name(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]


def _is_locked(tree: LexborHTMLParser, said: Mapping[str, str]) -> bool:
    tier = said.get("article:content_tier", "") or said.get("og:article:content_tier", "")
    return bool(_LOCKED.search(tier)) or markup.first(tree, _WALL) is not None
