"""Finds what a page lists: blocks that look alike, each with a titled link, and the CSS selectors that fetch them."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.publications.discovering.blocks import (
    HEADINGS,
    classes,
    days,
    main_link,
    parts,
    simple,
    text_of,
    title,
)
from newsletter.publications.sources import entries, markup

LEAST_ITEMS = 3
_LEAST_TITLE = 12  # characters; a shorter link is "Home", "More" or a name
_MOST_LINKS = 2000
_MOST_HEIGHT = 8  # elements from a link up to the block that it stands in
_MOST_BLOCKS = 200  # that are looked at
_LEAST_SCORE = 6.0  # three bare links of three words have less
_FRAMES = "nav, footer, aside, [role=navigation], [role=contentinfo], .menu, .nav, .breadcrumb, .breadcrumbs, .cookie"
_NEXT = (
    'link[rel="next"]', 'a[rel~="next"]', "a.next", ".next > a", ".pagination .next", ".pager__item--next a",
    ".nav-previous a", "li.next a", "a.pagination-next",
)  # fmt: skip
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
    best = max(found, key=_rank, default=None)
    if best is None:
        return None
    more = next((selector for selector in _NEXT if markup.attribute(markup.first(tree, selector), "href")), "")
    return Listing(
        {**best.options, "next": more} if more else best.options, best.links, best.dated, best.score
    )  # fmt: skip


def _rank(one: Listing) -> tuple[float, bool]:
    """By score; of the same blocks under several selectors, a class outlives a rebuilding better than a place."""
    return round(one.score, 3), "." in one.options["item"]


def _framed(tree: LexborHTMLParser) -> set[int]:
    """Links that lead around in the site, by the ids of their elements."""
    return {link.mem_id for frame in markup.selected(tree, _FRAMES)[:200] for link in frame.css("a[href]")}


def _selectors(tree: LexborHTMLParser, framed: set[int]) -> list[str]:
    """Selectors of blocks that hold a titled link each, those with most blocks first."""
    counts: Counter[str] = Counter()
    for link in markup.selected(tree, "body a[href]")[:_MOST_LINKS]:
        if link.mem_id not in framed:
            counts.update(set(_blocks(link)))
    return [selector for selector, count in counts.most_common(60) if count >= LEAST_ITEMS]


def _blocks(link: LexborNode) -> Iterator[str]:
    """Selectors of the elements around the link, the nearest first: by class, or by their place in a named parent."""
    node: LexborNode | None = link
    for _ in range(_MOST_HEIGHT):
        if node is None or node.tag in {"body", "html", "main", "-undef"}:
            return
        own = simple(node)
        if "." in own:
            yield own
            yield from (f"{node.tag}.{name}" for name in classes(node))
        elif (node.tag not in _INLINE or own != node.tag) and (around := _around(node)):
            yield f"{around} > {own}"
        node = node.parent


def _around(node: LexborNode) -> str:
    """The nearest element above with a class or an id, and what lies between."""
    between: list[str] = []
    above = node.parent
    while above is not None and len(between) < 3 and above.tag not in {"body", "html", "-undef"}:
        name = simple(above)
        if name != above.tag or above.tag == "main":
            return " > ".join([name, *reversed(between)])
        between.append(above.tag or "div")
        above = above.parent
    return " > ".join(["body", *reversed(between)]) if above is not None and above.tag == "body" else ""


def _judged(tree: LexborHTMLParser, selector: str, base: str, framed: set[int]) -> Listing | None:
    """The selector's blocks as a list, with a score; None where they are none."""
    blocks = markup.selected(tree, selector)[:_MOST_BLOCKS]
    if len(blocks) < LEAST_ITEMS:
        return None
    options = {"item": selector} | parts(blocks)
    told = [
        (block, entries.address(markup.attribute(link, "href"), base), title(block, options))
        for block in blocks
        if (link := main_link(block, options)) is not None and link.mem_id not in framed
    ]
    good = {url: said for _, url, said in told if url and len(said) >= _LEAST_TITLE}
    if len(good) < max(LEAST_ITEMS, 0.6 * len(blocks)) or len(set(good.values())) < len(good) / 2:
        return None
    dated, selector_of_days = days([block for block, _, _ in told])
    options |= {"date": selector_of_days} if selector_of_days else {}
    score = _score([block for block, _, _ in told], list(good.values()), dated)
    return Listing(options, tuple(good), dated, score) if score >= _LEAST_SCORE else None


def _score(blocks: Sequence[LexborNode], titles: Sequence[str], dated: int) -> float:
    """How much the blocks look like publications: many, with titles of some words, dates, pictures and headings."""
    count = len(blocks)
    words: float = sum(min(len(one.split()), 12) for one in titles) / len(titles)
    headed = sum(block.css_first(HEADINGS) is not None for block in blocks) / count
    pictured = sum(block.css_first("img") is not None for block in blocks) / count
    # A block with many links holds several publications, or a menu; one with much text holds more than its link.
    crowded = sum(_leads(block) > 2 for block in blocks) / count
    texts = sum(min(len(block.text()), 300) for block in blocks) / count / 300
    shape = 0.5 + headed + 0.5 * pictured + 2 * dated / count + texts - 1.5 * crowded
    return math.sqrt(min(count, 30)) * words * max(shape, 0.1)


def _leads(block: LexborNode) -> int:
    """To how many different pages the block's longer links lead."""
    return len(
        {markup.attribute(link, "href") for link in block.css("a[href]")[:20] if len(text_of(link)) >= _LEAST_TITLE}
    )
