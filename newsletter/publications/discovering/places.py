"""Where a page leads to: feeds, its WordPress API, pages that list publications, the contact page."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.fetch import Page
from newsletter.publications.addresses import host_of
from newsletter.publications.guessing.hosts import is_own
from newsletter.publications.guessing.phrases import Phrasebook, words
from newsletter.publications.sources import cleaning, entries, markup
from newsletter.publications.sources.model import SourceKind

COMMON_FEEDS = ("/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/rss", "/feed.json")
_MOST_LINKS = 1500
_START = 2000  # bytes
_SIGNS = (b"<rss", b"<feed", b"<rdf:rdf")
_TYPES = {
    "application/rss+xml": SourceKind.FEED,
    "application/atom+xml": SourceKind.FEED,
    "application/rdf+xml": SourceKind.FEED,
    "application/feed+json": SourceKind.JSON_FEED,
    "application/json": SourceKind.JSON_FEED,
}
_NO_FEED = re.compile(r"comment|comentario|commentaire|kommentar|/wp-json/|oembed|hreflang", re.IGNORECASE)
_LISTS = Phrasebook(
    {
        "listing": {
            5: "publication* | resource* | library | report* | research | latest news | all news | news and"
            " stories | publicacion* | recurso* | ressource* | publikation* | veroffentlichung* | publicaco* |"
            " publicaca* | pubblicazion* | منشورات | إصدارات | موارد | مكتبة | news and publications | news and"
            " resources | insights and news",
            4: "news | newsroom | press | press release* | media | media centre | media center | blog | stories |"
            " updates | insights | articles | statements | noticia* | actualidad | prensa | novedades |"
            " actualite* | presse | nouvelles | aktuelle* | neuigkeiten | nachrichten | notizie | stampa |"
            " imprensa | أخبار | الأخبار | مدونة | قصص | مستجدات | nieuws | haberler | sala de prensa |"
            " comunicados | communiques | opinion | in the media",
            3: "event* | evento* | evenement* | veranstaltung* | agenda | eventi | فعاليات | opportunit* | calls |"
            " convocatorias | appels | فرص | case studies | historias | recits | tools | knowledge | what s new",
        },
        "contact": {
            5: "contact | contact us | contacto | contactenos | contactez nous | kontakt | contatti | contato |"
            " اتصل بنا | تواصل معنا | impressum | legal notice | mentions legales | aviso legal | imprint |"
            " iletisim",
            3: "about | about us | who we are | quienes somos | qui sommes nous | uber uns | chi siamo | من نحن |"
            " sobre nos | privacy policy | privacy | datenschutz",
        },
    }
)  # fmt: skip


def beginning(page: Page) -> bytes:
    """What a document begins with, in small letters: so much says what it is."""
    return page.content[:_START].lstrip(b"\xef\xbb\xbf \t\r\n").lower()


def feed_kind(page: Page) -> SourceKind | None:
    """Which feed the document is, if it is one."""
    start = beginning(page)
    if start.startswith(b"{"):
        return SourceKind.JSON_FEED if b"jsonfeed.org/version" in page.content else None
    is_feed = _TYPES.get(page.content_type) is SourceKind.FEED or any(sign in start for sign in _SIGNS)
    return SourceKind.FEED if is_feed and b"<html" not in start else None


def feeds(tree: LexborHTMLParser, base: str) -> Iterator[tuple[SourceKind, str, str]]:
    """Kind, address and title of the feeds that the page names, without those of comments."""
    told: set[str] = set()
    for link in markup.selected(tree, 'link[rel~="alternate"][type][href]')[:60]:
        kind = _TYPES.get(markup.attribute(link, "type").lower().partition(";")[0])
        title, href = markup.attribute(link, "title"), markup.attribute(link, "href")
        url = entries.address(href, base)
        if kind and url and url not in told and not _NO_FEED.search(f"{title} {url}"):
            told.add(url)
            yield kind, url, cleaning.one_line(title, 120)


def shown_feeds(tree: LexborHTMLParser, base: str) -> Iterator[str]:
    """Addresses that people are led to as feeds: links with "rss" or "feed" in them."""
    for link in markup.selected(tree, 'a[href*="rss"], a[href*="feed"], a[href*="atom"]')[:30]:
        url = entries.address(markup.attribute(link, "href"), base)
        if (
            url
            and re.search(r"(rss|feed|atom)(\.xml|\.rdf|/)?$", urlsplit(url).path)
            and is_own(host_of(url), [host_of(base)])
        ):
            yield url


def says_wordpress(page: Page, tree: LexborHTMLParser) -> bool:
    """Whether the page names the API of WordPress, or shows that WordPress made it."""
    if "api.w.org" in page.headers.get("link", "") or markup.first(tree, 'link[rel="https://api.w.org/"]') is not None:
        return True
    generator = markup.attribute(markup.first(tree, 'meta[name="generator"]'), "content").lower()
    return "wordpress" in generator or markup.first(tree, '[src*="/wp-content/"], [href*="/wp-content/"]') is not None


def listings(tree: LexborHTMLParser, base: str) -> list[tuple[str, str]]:
    """Address and name of pages of the same site that may list publications, the likeliest first."""
    return _ranked(tree, base, "listing")


def contacts(tree: LexborHTMLParser, base: str) -> list[str]:
    """Addresses of pages that may hold the postal address, the likeliest first."""
    return [url for url, _ in _ranked(tree, base, "contact")]


def _ranked(tree: LexborHTMLParser, base: str, wanted: str) -> list[tuple[str, str]]:
    found: dict[str, tuple[float, str]] = {}
    for link in markup.selected(tree, "a[href]")[:_MOST_LINKS]:
        url = entries.address(markup.attribute(link, "href"), base).partition("#")[0]
        if url and url not in {base, urljoin(base, "/")} and is_own(host_of(url), [host_of(base)]):
            name, score = _scored(link, url, wanted)
            if score > found.get(url, (0.0, ""))[0]:
                found[url] = (score, name)
    return [(url, name) for url, (_, name) in sorted(found.items(), key=lambda one: -one[1][0])]


def _scored(link: LexborNode, url: str, wanted: str) -> tuple[str, float]:
    """The link's name, and how surely it leads to what is wanted: short names, short paths."""
    name = cleaning.one_line(link.text(separator=" "), 120)
    said, path = words(name), urlsplit(url).path.strip("/")
    if len(said) > 5 or path.count("/") > 2 or re.search(r"\.(pdf|jpe?g|png|zip|docx?)$", path, re.IGNORECASE):
        return name, 0.0
    by_name = max((one.weight for one in _LISTS.find(said) if one.kind == wanted), default=0.0)
    last = words(path.rpartition("/")[2])
    by_path = max((one.weight for one in _LISTS.find(last) if one.kind == wanted and len(last) <= 3), default=0.0)
    return name, max(by_name, by_path * 0.9) - 0.3 * path.count("/") if by_name or by_path else 0.0
