"""What a web page says of itself: Open Graph, JSON-LD, Dublin Core, Twitter cards, and its own headings."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from newsletter.publications.sources import cleaning, entries, markup
from newsletter.publications.sources.days import read_day

MOST_TEXT = 3_000_000  # characters of a page that are looked at
_DEEPEST = 6  # levels of JSON-LD
_MOST_NODES = 500
_ARTICLES = re.compile(r"Article|BlogPosting|Report|WebPage|NewsItem|CreativeWork|PressRelease|Event|Posting$")
_DAYS = (
    "article:published_time", "article:published", "og:article:published_time", "date", "dc.date", "dc.date.issued",
    "dcterms.date", "dcterms.issued", "dcterms.created", "citation_publication_date", "citation_online_date",
    "citation_date", "pubdate", "publishdate", "publish-date", "publication_date", "publication-date",
    "parsely-pub-date", "sailthru.date", "datepublished",
)  # fmt: skip
_SUFFIX = re.compile(r"\s+[|–—·»:-]\s+[^|–—·»]{2,60}$")
_LOCKED = re.compile(r"locked|metered|premium|subscri|paid", re.IGNORECASE)
_WALL = ".paywall, .paywall-container, #paywall, .subscriber-only, .meteredContent, .tp-container-inner, .piano-offer"


@dataclass(frozen=True, slots=True)
class Metadata:
    """All texts are plain and in one line, "" where the page says nothing; addresses are as they stand there."""

    title: str = ""
    description: str = ""
    published_on: date | None = None
    image: str = ""
    image_alt: str = ""
    site: str = ""
    language: str = ""
    canonical: str = ""
    login: bool = False


def read(text: str, language: str = "") -> Metadata:
    """What the page says of itself. `language`: what its server says of it. BadInput where it is built like no page."""
    tree = markup.document(text[:MOST_TEXT])
    said = _said(tree)
    nodes = list(_nodes(tree))
    article = next((node for node in nodes if _is_article(node)), {})
    spoken = markup.attribute(markup.first(tree, "html"), "lang") or said.get("og:locale", "") or language
    spoken = entries.language(spoken)
    return Metadata(
        title=_title(tree, said, article),
        description=_description(said, article),
        published_on=_published(tree, said, nodes, spoken),
        image=said.get("og:image:secure_url") or said.get("og:image") or said.get("twitter:image") or _image(article),
        image_alt=cleaning.label(said.get("og:image:alt") or said.get("twitter:image:alt", ""), 1000),
        site=cleaning.label(said.get("og:site_name") or _publisher(nodes) or said.get("application-name", ""), 200),
        language=spoken,
        canonical=markup.attribute(markup.first(tree, 'link[rel="canonical"]'), "href") or said.get("og:url", ""),
        login=_is_locked(tree, said, nodes),
    )


def _said(tree: LexborHTMLParser) -> dict[str, str]:
    """The meta elements by name, in small letters; the first of each that says something."""
    found: dict[str, str] = {}
    for meta in tree.css("meta")[:300]:
        name = (
            markup.attribute(meta, "property") or markup.attribute(meta, "name") or markup.attribute(meta, "itemprop")
        )
        content = markup.attribute(meta, "content")
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def _nodes(tree: LexborHTMLParser) -> Iterator[Mapping[str, Any]]:
    """The objects of its JSON-LD (schema.org), outer ones first; what is broken is passed over."""
    left = _MOST_NODES
    for script in tree.css('script[type="application/ld+json"]')[:20]:
        try:
            told = json.loads(
                re.sub(r"^\s*(?:<!--|//<!\[CDATA\[)|(?://\]\]>|-->)\s*$", "", script.text()), strict=False
            )
        except (ValueError, RecursionError):
            continue
        for node in _objects(told, _DEEPEST):
            if left := left - 1:
                yield node
            else:
                return


def _objects(told: object, deepest: int) -> Iterator[Mapping[str, Any]]:
    if deepest == 0:
        return
    if isinstance(told, dict):
        yield told
        for value in told.values():
            yield from _objects(value, deepest - 1)
    elif isinstance(told, list):
        for one in told[:100]:
            yield from _objects(one, deepest - 1)


def _is_article(node: Mapping[str, Any]) -> bool:
    kinds = node.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and _ARTICLES.search(kind) for kind in named) and bool(
        node.get("headline") or node.get("datePublished")
    )


def _title(tree: LexborHTMLParser, said: Mapping[str, str], article: Mapping[str, Any]) -> str:
    heading = markup.first(tree, "h1")
    own = [said.get("og:title", ""), _text(article.get("headline")), said.get("twitter:title", "")]
    own += [heading.text(separator=" ") if heading is not None else ""]
    found = next((line for one in own if (line := cleaning.label(one))), "")
    if not found:
        element = markup.first(tree, "head title") or markup.first(tree, "title")
        found = cleaning.label(element.text() if element is not None else "")
    site = cleaning.label(said.get("og:site_name", ""))
    if site and (cut := re.fullmatch(rf"(.+?)\s+[|–—·»:-]\s+{re.escape(site)}", found)):
        return cut[1]
    return found if heading is not None or not _SUFFIX.search(found) else _SUFFIX.sub("", found)


def _description(said: Mapping[str, str], article: Mapping[str, Any]) -> str:
    names = ("og:description", "description", "twitter:description", "dc.description")
    told = next((said[name] for name in names if name in said), "") or _text(article.get("description"))
    return cleaning.teaser(cleaning.label(told, 5000)).text


def _published(
    tree: LexborHTMLParser, said: Mapping[str, str], nodes: list[Mapping[str, Any]], language: str
) -> date | None:
    """When it was published; never when it was changed."""
    told = [_text(node.get("datePublished")) for node in nodes if node.get("datePublished")]
    told += [said[name] for name in _DAYS if name in said]
    for selector in ('[itemprop="datePublished"]', "article header time", "header time", "article time", "main time"):
        for element in tree.css(selector)[:1]:
            if "updated" not in markup.attribute(element, "class"):
                told += [
                    markup.attribute(element, "datetime") or markup.attribute(element, "content") or element.text()
                ]
    return next((day for one in told if (day := read_day(one, language=language))), None)


def _image(article: Mapping[str, Any]) -> str:
    image = article.get("image")
    first = image[0] if isinstance(image, list) and image else image
    return _text(first.get("url")) if isinstance(first, dict) else _text(first)


def _publisher(nodes: list[Mapping[str, Any]]) -> str:
    for node in nodes:
        if isinstance(publisher := node.get("publisher"), dict) and (name := _text(publisher.get("name"))):
            return name
    return ""


def _is_locked(tree: LexborHTMLParser, said: Mapping[str, str], nodes: list[Mapping[str, Any]]) -> bool:
    """Whether only subscribers may read it (schema.org/isAccessibleForFree, article:content_tier)."""
    if any(str(node.get("isAccessibleForFree", "")).lower() in {"false", "http://schema.org/false"} for node in nodes):
        return True
    return bool(_LOCKED.search(said.get("article:content_tier", ""))) or markup.first(tree, _WALL) is not None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
