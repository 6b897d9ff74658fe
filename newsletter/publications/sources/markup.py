"""Parses HTML from anywhere within limits: what would keep the parser busy for minutes is refused before it starts."""

import re
from collections import Counter
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from newsletter.errors import BadInput

MOST_DEPTH = 1000  # the parser's time grows with the square of the depth; websites stay below 100
MOST_ATTRIBUTES = 2000  # and with the square of the attributes of one element

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]{0,40})((?:[^>\"']|\"[^\"]*\"|'[^']*')*+)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_SEPARATOR = re.compile(r"[\s/\"']+")
_LONG = 2 * MOST_ATTRIBUTES  # characters; a shorter tag cannot hold so many
# These hold nothing, or end by themselves where the next begins, as long as nothing else is opened between.
_FLAT = frozenset(
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "param",
        "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "tbody", "thead", "tfoot", "colgroup", "html",
        "head", "body"
    }
)  # fmt: skip


def document(text: str) -> LexborHTMLParser:
    """The page as a tree. BadInput where it is nested deeper, or has more attributes, than any website needs."""
    _check(text)
    return LexborHTMLParser(text.encode("utf-8", "replace"))


def selected(tree: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """What the CSS selector finds; BadInput where it is none."""
    try:
        return tree.css(selector)
    except SelectolaxError:
        raise BadInput(f'"{selector[:80]}" is no CSS selector; write one like "article h2 a".') from None


def first(tree: LexborHTMLParser | LexborNode, selector: str) -> LexborNode | None:
    """The first that the CSS selector finds."""
    found = selected(tree, selector)
    return found[0] if found else None


def attribute(node: LexborNode | None, name: str) -> str:
    """The attribute's value, "" where there is none."""
    return ((node.attributes.get(name) or "") if node is not None else "").strip()


def base(tree: LexborHTMLParser, url: str) -> str:
    """What the page's relative addresses are relative to: its own address, unless it names another."""
    told = attribute(first(tree, "base[href]"), "href")
    try:
        return urljoin(url, told) if told else url
    except ValueError:
        return url


def _check(text: str) -> None:
    opened: Counter[str] = Counter()
    depth = 0
    for closing, name, rest in _TAG.findall(text):
        tag = name.lower()
        if closing:
            if opened[tag]:
                opened[tag] -= 1
                depth -= 1
        elif tag not in _FLAT:
            opened[tag] += 1
            depth += 1
        if depth > MOST_DEPTH or (len(rest) > _LONG and _attributes(rest) > MOST_ATTRIBUTES):
            raise BadInput("The page is built in a way that no website needs (nested too deep); it is not read.")


def _attributes(rest: str) -> int:
    return len(_SEPARATOR.findall(_QUOTED.sub('""', rest)))
