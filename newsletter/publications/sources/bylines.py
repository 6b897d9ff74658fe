"""When an article says, at its head, that it was published: the day beside its heading, not one within its text."""

import re
from collections.abc import Iterator
from datetime import date

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.publications.sources import cleaning, markup
from newsletter.publications.sources.days import read_day

_MARKED = 'time[pubdate], [itemprop="datePublished"]'
_NAMED = "time, .entry-date, .post-date, .published, .article-date, .publish-date, .date-published, .published-date"
_MOST = 30
_HIGHEST = 8  # elements from the heading up
_DEEPEST = 40
_ELSEWHERE = frozenset({"aside", "nav", "footer", "form", "blockquote", "table", "figure"})
_OTHER = re.compile(
    r"related|comment|sidebar|widget|event|recent|upcoming|teaser|card|reply|masthead|site-header|top-?bar|navbar|menu",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"updated|modified", re.IGNORECASE)
_PUBLISHED = re.compile(r"publish|entry-date|post-date", re.IGNORECASE)
_LINES = frozenset({"p", "li", "dd"})
_RUNNING = 80  # characters; a byline has fewer


def published(tree: LexborHTMLParser, language: str = "") -> date | None:
    """The day; None where the head names none."""
    for scope in _scopes(tree):
        for element in _dated(scope):
            if day := _day(element, language):
                return day
    return None


def _scopes(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """The article: what stands around the heading, the nearest first; else the only one."""
    heading = markup.first(tree, "h1")
    if heading is None:
        alone = next((found for tag in ("article", "main") if len(found := tree.css(tag)) == 1), [])
        yield from alone
        return
    around = heading.parent
    for _ in range(_HIGHEST):
        if around is None or around.tag in {"body", "html", "-document"}:
            return
        yield around
        if around.tag in {"article", "main"}:
            return
        around = around.parent


def _dated(scope: LexborNode) -> Iterator[LexborNode]:
    """What names a day in the scope's head, what is marked as the day of publication first."""
    for selector in (_MARKED, _NAMED):
        for element in scope.css(selector)[:_MOST]:
            if _belongs(element, scope):
                yield element


def _belongs(element: LexborNode, scope: LexborNode) -> bool:
    own = markup.attribute(element, "class") + markup.attribute(element, "itemprop")
    if (_CHANGED.search(own) and not _PUBLISHED.search(own)) or _OTHER.search(own):
        return False
    around: LexborNode | None = element.parent
    for _ in range(_DEEPEST):
        if around is None or around.mem_id == scope.mem_id:
            return around is not None
        if _leads_elsewhere(around, scope):
            return False
        around = around.parent
    return False


def _leads_elsewhere(around: LexborNode, scope: LexborNode) -> bool:
    if around.tag in _ELSEWHERE or _OTHER.search(_names(around)):
        return True
    if around.tag == "article":
        return len(scope.css("article")) > 1
    if around.tag == "header":  # of the whole site it may show today
        return scope.tag not in {"article", "main"} and markup.first(around, "h1") is None
    return around.tag in _LINES and len(cleaning.one_line(around.text())) > _RUNNING


def _names(node: LexborNode) -> str:
    return f"{markup.attribute(node, 'class')} {markup.attribute(node, 'id')}"


def _day(element: LexborNode, language: str) -> date | None:
    told = (markup.attribute(element, "datetime"), markup.attribute(element, "content"), element.text()[:300])
    return next((day for one in told if one and (day := read_day(one, language=language))), None)
