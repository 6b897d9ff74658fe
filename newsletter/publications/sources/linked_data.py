"""What a page says of its article in JSON-LD (schema.org): mended where websites break it, and within limits."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

_MOST_SCRIPTS = 20
_MOST_CHARACTERS = 500_000  # of one script
_MOST_OBJECTS = 500  # and lists
_WITHIN = ("@graph", "mainEntity", "mainEntityOfPage")  # where the article may stand; not comments, not what is related
_ARTICLE = re.compile(
    r"Article|Posting|Report|Release|News|CreativeWork|Book|Thesis|Dataset|Video|Episode|Publication|Document"
)
_PAGE = re.compile(r"Page$")
_WRAPPING = ("<!--", "-->", "/*<![CDATA[*/", "/*]]>*/", "//<![CDATA[", "//]]>", "<![CDATA[", "]]>", ";")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_PAIR = re.compile(r'"(datePublished|headline|isAccessibleForFree)"\s*:\s*("(?:[^"\\\n]|\\.){0,500}"|true|false)')

_Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Linked:
    """What it says, "" where nothing; texts and addresses as they stand there."""

    headline: str = ""
    description: str = ""
    published: str = ""
    image: str = ""
    publisher: str = ""
    language: str = ""
    locked: bool = False


def linked(tree: LexborHTMLParser, url: str = "") -> Linked:
    """Of the article that the page is about; of several that it lists, none. `url` tells it from others."""
    known = list(nodes(tree))
    named = {str(node["@id"]): node for node in reversed(known) if isinstance(node.get("@id"), str) and len(node) > 1}
    about = _about(known, url)
    return Linked(
        headline=_first(about, "headline", "name"),
        description=_first(about, "description"),
        published=_first(about, "datePublished"),
        image=next((found for node in about if (found := _image(node, named))), ""),
        publisher=next((name for node in (*about, *known) if (name := _publisher(node, named))), ""),
        language=_first(about, "inLanguage"),
        locked=any(_is_locked(node) for node in about),
    )


def nodes(tree: LexborHTMLParser, within: Sequence[str] = _WITHIN) -> Iterator[Mapping[str, Any]]:
    """The objects of all scripts in their order, outer ones first; `within`: the names under which others may stand.
    What is broken beyond mending is passed over.
    """
    left = _MOST_OBJECTS
    for script in tree.css('script[type*="ld+json" i]')[:_MOST_SCRIPTS]:
        waiting = [_parsed(script.text()[:_MOST_CHARACTERS])]
        while waiting and left:
            left -= 1
            one = waiting.pop(0)
            if isinstance(one, list):
                waiting[:0] = one[:left]
            elif isinstance(one, dict):
                yield one
                waiting += [one[name] for name in within if name in one]


def _parsed(text: str) -> object:
    for mark in _WRAPPING:
        text = text.strip().removeprefix(mark).removesuffix(mark)
    for form in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return json.loads(form, strict=False)
        except (ValueError, RecursionError):
            continue
    return _salvaged(text)


def _salvaged(text: str) -> dict[str, Any]:
    """What can be told from broken JSON: names that have one value wherever they stand."""
    found: dict[str, set[str]] = {}
    for name, value in _PAIR.findall(text):
        found.setdefault(name, set()).add(value.strip('"'))
    return {name: values.pop() for name, values in found.items() if len(values) == 1}


def _about(nodes: Sequence[_Node], url: str) -> tuple[_Node, ...]:
    """The article, then the page around it."""
    articles = [node for node in nodes if _is(node, _ARTICLE)]
    if not articles:
        articles = [node for node in nodes if not node.get("@type") and _first([node], "datePublished", "headline")]
    pages = [node for node in nodes if _is(node, _PAGE)]
    own = [node for node in articles if url and _key(url) in _addresses(node)]
    chosen = own[:1] or (articles[:1] if _are_one(articles) else [])
    return (*chosen, *pages[:1])


def _is(node: _Node, kinds: re.Pattern[str]) -> bool:
    told = node.get("@type")
    return any(isinstance(kind, str) and kinds.search(kind) for kind in (told if isinstance(told, list) else [told]))


def _are_one(articles: Sequence[_Node]) -> bool:
    """Whether these tell of the same: some websites describe an article twice."""
    days = {_first([node], "datePublished")[:10] for node in articles}
    headlines = {_first([node], "headline", "name") for node in articles}
    return len(articles) == 1 or (len(days - {""}) <= 1 and len(headlines - {""}) <= 1)


def _addresses(node: _Node) -> set[tuple[str, str]]:
    told = [node.get("url"), node.get("@id"), node.get("mainEntityOfPage")]
    texts = [one.get("@id") if isinstance(one, dict) else one for one in told]
    return {_key(one) for one in texts if isinstance(one, str)}


def _key(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/")
    except ValueError:
        return "", ""


def _first(nodes: Sequence[_Node], *names: str) -> str:
    found = (_text(node.get(name)) for node in nodes for name in names)
    return next((text for text in found if text), "")


def _publisher(node: _Node, named: Mapping[str, _Node]) -> str:
    one = _resolved(node.get("publisher"), named)
    return _text(one.get("name")) if isinstance(one, dict) else _text(one)


def _image(node: _Node, named: Mapping[str, _Node]) -> str:
    for name in ("image", "primaryImageOfPage", "thumbnailUrl"):
        one = _resolved(node.get(name), named)
        found = _text(one.get("url")) or _text(one.get("contentUrl")) if isinstance(one, dict) else _text(one)
        if found:
            return found
    return ""


def _resolved(value: object, named: Mapping[str, _Node]) -> object:
    """The first of it; where it only names another object, that one."""
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict) and isinstance(first.get("@id"), str) and len(first) == 1:
        return named.get(first["@id"], first)
    return first


def _is_locked(node: _Node) -> bool:
    """Whether it, or a part of it, is only for subscribers (schema.org/isAccessibleForFree)."""
    parts = node.get("hasPart")
    within = parts[:50] if isinstance(parts, list) else [parts]
    told = [one.get("isAccessibleForFree") for one in (node, *within) if isinstance(one, dict)]
    return any(str(one).lower().rsplit("/", 1)[-1] == "false" for one in told if isinstance(one, (bool, str)))


def _text(value: object) -> str:
    first = value[0] if isinstance(value, list) and value else value
    return first.strip() if isinstance(first, str) else ""
