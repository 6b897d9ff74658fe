"""Finds what a page lists: blocks that look alike, each with a titled link, and the CSS selectors that fetch them."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.publications.sources import entries, markup
from newsletter.publications.sources.days import read_day

LEAST_ITEMS = 3
_LEAST_TITLE = 12  # characters; a shorter link is "Home", "More" or a name
_MOST_LINKS = 2000
_MOST_HEIGHT = 8  # elements from a link up to the block that it stands in
_MOST_TITLE = 300
_FRAMES = "nav, footer, aside, [role=navigation], [role=contentinfo], .menu, .nav, .breadcrumb, .breadcrumbs, .cookie"
_NEXT = (
    'link[rel="next"]', 'a[rel~="next"]', "a.next", ".next > a", ".pagination .next", ".pager__item--next a",
    ".nav-previous a", "li.next a", "a.pagination-next",
)  # fmt: skip
# Classes that tell one block from its neighbours, or come from a layout: no part of what the blocks have in common.
_UNSTABLE = re.compile(
    r"\d{2,}|^(first|last|odd|even|active|sticky|current|has-|is-|col-|col$|row$|wow|aos|fade|animate|lazy|hentry$|status-"
    r"|type-|format-|category-|tag-|d-|m[trblxy]?-|p[trblxy]?-|w-|h-|text-|bg-|flex|grid|items-|justify-|css-|sc-|jsx-|js-)"
    r"|[:/\[\]@!%()]",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_INLINE = frozenset({"span", "strong", "b", "em", "a", "h1"})


@dataclass(frozen=True, slots=True)
class Listing:
    """What the page lists. `options`: for the reader of pages. `links`: addresses in order; `dated`: how many days."""

    options: Mapping[str, str]
    links: tuple[str, ...]
    dated: int
    score: float


def listing(tree: LexborHTMLParser, base: str) -> Listing | None:
    """The page's best list of publications; None where nothing on it is one."""
    framed = _framed(tree)
    found = [one for selector in _selectors(tree, framed) if (one := _judged(tree, selector, base, framed))]
    best = max(found, key=lambda one: one.score, default=None)
    if best is None:
        return None
    more = next((selector for selector in _NEXT if markup.attribute(markup.first(tree, selector), "href")), "")
    return Listing(
        {**best.options, "next": more} if more else best.options, best.links, best.dated, best.score
    )  # fmt: skip


def _framed(tree: LexborHTMLParser) -> set[int]:
    """Links that lead around in the site, by the ids of their elements."""
    return {link.mem_id for frame in markup.selected(tree, _FRAMES)[:200] for link in frame.css("a[href]")}


def _selectors(tree: LexborHTMLParser, framed: set[int]) -> list[str]:
    """Selectors of blocks that hold a titled link each, those with most blocks first."""
    counts: Counter[str] = Counter()
    for link in markup.selected(tree, "body a[href]")[:_MOST_LINKS]:
        if link.mem_id not in framed and len(_title(link)) >= _LEAST_TITLE:
            counts.update(set(_blocks(link)))
    return [selector for selector, count in counts.most_common(60) if count >= LEAST_ITEMS]


def _title(link: LexborNode) -> str:
    """What the link is called: its text, else that of the heading it stands beside."""
    text = " ".join(link.text(separator=" ").split())
    return text[:_MOST_TITLE] or markup.attribute(link, "title") or markup.attribute(link, "aria-label")


def _blocks(link: LexborNode) -> Iterator[str]:
    """Selectors of the elements around the link, the nearest first: by class, or by their place in a named parent."""
    node: LexborNode | None = link
    for _ in range(_MOST_HEIGHT):
        if node is None or node.tag in {"body", "html", "main", "-undef"}:
            return
        own = _simple(node)
        if "." in own:
            yield own
        elif (node.tag not in _INLINE or own != node.tag) and (around := _around(node)):
            yield f"{around} > {own}"
        node = node.parent


def _around(node: LexborNode) -> str:
    """The nearest element above with a class or an id, and what lies between."""
    between: list[str] = []
    above = node.parent
    while above is not None and len(between) < 3 and above.tag not in {"body", "html", "-undef"}:
        name = _simple(above)
        if name != above.tag or above.tag == "main":
            return " > ".join([name, *reversed(between)])
        between.append(above.tag or "div")
        above = above.parent
    return " > ".join(["body", *reversed(between)]) if above is not None and above.tag == "body" else ""


def _simple(node: LexborNode) -> str:
    """The element by its name and at most two classes that its neighbours have too, or its id."""
    names = [name for name in markup.attribute(node, "class").split()[:12] if _is_stable(name)]
    if names:
        return f"{node.tag}.{'.'.join(names[:2])}"
    identity = markup.attribute(node, "id")
    return f"{node.tag}#{identity}" if identity and _is_stable(identity) else node.tag or "div"


def _is_stable(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not _UNSTABLE.search(name) and len(name) <= 60


def _judged(tree: LexborHTMLParser, selector: str, base: str, framed: set[int]) -> Listing | None:
    """The selector's blocks as a list, with a score; None where they are none."""
    blocks = markup.selected(tree, selector)[:_MOST_LINKS]
    told = [(block, link) for block in blocks if (link := _main_link(block)) is not None and link.mem_id not in framed]
    links = [entries.address(markup.attribute(link, "href"), base) for _, link in told]
    titles = [_block_title(block, link) for block, link in told]
    good = [(link, title) for link, title in zip(links, titles, strict=True) if link and len(title) >= _LEAST_TITLE]
    different = dict(good)
    if (
        len(different) < LEAST_ITEMS
        or len(different) < 0.6 * len(blocks)
        or len(set(different.values())) < len(good) / 2
    ):
        return None
    date, dated = _date(told)
    options = {"item": selector} | ({"date": date} if date else {})
    score = _score([block for block, _ in told], list(different), list(different.values()), dated, base)
    return Listing(options, tuple(different), dated, score)


def _main_link(block: LexborNode) -> LexborNode | None:
    """The link as the reader of pages takes it: the block itself, a heading's, else the first."""
    if block.tag == "a":
        return block
    found = block.css_first("h1 a[href], h2 a[href], h3 a[href], h4 a[href], h5 a[href], h6 a[href]")
    return found if found is not None else block.css_first("a[href]")


def _block_title(block: LexborNode, link: LexborNode) -> str:
    heading = block.css_first("h1, h2, h3, h4, h5, h6")
    return " ".join((heading if heading is not None else link).text(separator=" ").split())[:_MOST_TITLE]


def _score(blocks: Sequence[LexborNode], links: Sequence[str], titles: Sequence[str], dated: int, base: str) -> float:
    """How much the blocks look like publications: many, with titles of some words, dates, pictures and headings."""
    count = len(blocks)
    words: float = sum(min(len(title.split()), 12) for title in titles) / len(titles)
    headed = sum(block.css_first("h1, h2, h3, h4, h5, h6") is not None for block in blocks) / count
    pictured = sum(block.css_first("img") is not None for block in blocks) / count
    # A block with many links holds several publications, or a menu; one with much text holds more than its link.
    crowded = sum(_leads(block) > 2 for block in blocks) / count
    texts = sum(min(len(block.text()), 400) for block in blocks) / count
    deep = sum(urlsplit(link).path.strip("/") != urlsplit(base).path.strip("/") for link in links) / len(links)
    shape = 1 + headed + 0.5 * pictured + 2 * dated / count + min(texts, 300) / 300 - 1.5 * crowded
    return math.sqrt(min(count, 30)) * words * max(shape, 0.1) * deep


def _leads(block: LexborNode) -> int:
    """To how many different pages the block's longer links lead."""
    return len(
        {markup.attribute(link, "href") for link in block.css("a[href]")[:20] if len(_title(link)) >= _LEAST_TITLE}
    )


def _date(told: Sequence[tuple[LexborNode, LexborNode]]) -> tuple[str, int]:
    """The selector of the blocks' days ("" where the reader finds them by itself), and how many have one."""
    timed = sum(_is_day(block.css_first("time")) for block, _ in told)
    found: defaultdict[str, int] = defaultdict(int)
    for block, _ in told[:60]:
        for selector in dict.fromkeys(_day_places(block)):
            found[selector] += 1
    best = max(found, key=lambda selector: found[selector], default="")
    return (best, found[best]) if best and found[best] > timed else ("", timed)


def _day_places(block: LexborNode) -> Iterator[str]:
    """Selectors under which the block's first element is one that holds a day and hardly more."""
    for node in block.css("*")[:80]:
        text = " ".join(node.text(separator=" ").split())
        if not 6 <= len(text) <= 40 or not (any(letter.isdigit() for letter in text) and read_day(text)):
            continue
        for selector in (_simple(node), f'{node.tag}[class*="date"]'):
            first = markup.first(block, selector)
            if (
                (selector != node.tag or node.tag in {"time", "small"})
                and first is not None
                and first.mem_id == node.mem_id
            ):
                yield selector


def _is_day(node: LexborNode | None) -> bool:
    if node is None:
        return False
    return bool(read_day(markup.attribute(node, "datetime")) or read_day(" ".join(node.text().split())[:60]))
