"""The parts of the blocks of a list: link, title, summary and day, and the CSS selectors that fetch each of them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from selectolax.lexbor import LexborNode

from newsletter.publications.sources import markup
from newsletter.publications.sources.days import read_day

HEADINGS = "h1, h2, h3, h4, h5, h6"

_MOST_TEXT = 300
_LOOKED_AT = 60  # blocks; the others are like them
_MOST_NODES = 80  # of a block
_MOST = 0.6  # of the blocks must have a part where it is said to be
_LEAST_TITLE = 12
_LEAST_SUMMARY = 40  # characters, as the reader of pages has it
_HEADED = ", ".join(f"{one} a[href]" for one in HEADINGS.split(", "))
_TITLED = re.compile(r"title|headline|heading", re.IGNORECASE)
_SUMMED = re.compile(r"excerpt|summary|teaser|descri|intro|lead|body|text", re.IGNORECASE)
# Classes that tell one block from its neighbours, or come from a layout: no part of what the blocks have in common.
_UNSTABLE = re.compile(
    r"\d$|\d{2,}|^(first|last|odd|even|active|sticky|current|has-|is-|col-|col$|row$|wow|aos|fade|animate|lazy|hentry$|status-"
    r"|type-|format-|category-|tag-|d-|m[trblxy]?-|p[trblxy]?-|w-|h-|text-|bg-|flex|grid|items-|justify-|css-|sc-|jsx-|js-)"
    r"|[:/\[\]@!%()]",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_][\w-]*")


def parts(blocks: Sequence[LexborNode]) -> dict[str, str]:
    """Options for the reader of pages beside `item`, only where it would not find the part by itself."""
    found: dict[str, str] = {}
    some = blocks[:_LOOKED_AT]
    if _share(some, lambda block: block.css_first(HEADINGS) is not None) < _MOST:
        found["title"] = _common(some, _with_class(_TITLED))
        if (
            not found["title"]
            and _share(some, lambda block: len(text_of(main_link(block, {}))) >= _LEAST_TITLE) < _MOST
        ):
            found["link"] = found["title"] = _common(some, _longest_link)
    if _share(some, _has_summary) < _MOST:
        found["summary"] = _common(some, _with_class(_SUMMED, _LEAST_SUMMARY))
    return {name: selector for name, selector in found.items() if selector}


def days(blocks: Sequence[LexborNode]) -> tuple[int, str]:
    """How many blocks have a day, and its selector: "" where the reader of pages needs none."""
    timed = sum(_is_day(block.css_first("time")) for block in blocks)
    some = blocks[:_LOOKED_AT]
    selector = _common(some, _day_places)
    if not selector:
        return timed, ""
    dated = sum(_is_day(markup.first(block, selector)) for block in blocks)
    return (dated, selector) if dated > timed else (timed, "")


def main_link(block: LexborNode, options: Mapping[str, str]) -> LexborNode | None:
    """The link as the reader of pages takes it: the named one, the block itself, a heading's, else the first."""
    if options.get("link"):
        return markup.first(block, options["link"])
    if block.tag == "a":
        return block
    headed = block.css_first(_HEADED)
    return headed if headed is not None else block.css_first("a[href]")


def title(block: LexborNode, options: Mapping[str, str]) -> str:
    """The title as the reader of pages takes it."""
    if options.get("title"):
        return text_of(markup.first(block, options["title"]))
    return text_of(block.css_first(HEADINGS)) or text_of(main_link(block, options))


def text_of(node: LexborNode | None) -> str:
    """The beginning of its text in one line."""
    return " ".join(node.text(separator=" ").split())[:_MOST_TEXT] if node is not None else ""


def simple(node: LexborNode) -> str:
    """The element by its name and at most two classes that its neighbours have too, or its id."""
    names = classes(node)
    if names:
        return f"{node.tag}.{'.'.join(names[:2])}"
    identity = markup.attribute(node, "id")
    return f"{node.tag}#{identity}" if identity and _is_stable(identity) else node.tag or "div"


def classes(node: LexborNode) -> list[str]:
    """Those that its neighbours are likely to have too, at most four."""
    return [name for name in markup.attribute(node, "class").split()[:12] if _is_stable(name)][:4]


def _is_stable(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not _UNSTABLE.search(name) and len(name) <= 60


def _share(blocks: Sequence[LexborNode], holds: Callable[[LexborNode], bool]) -> float:
    return sum(map(holds, blocks)) / len(blocks)


def _has_summary(block: LexborNode) -> bool:
    return any(len(text_of(one)) > _LEAST_SUMMARY for one in block.css("p")[:5])


def _common(blocks: Sequence[LexborNode], places: Callable[[LexborNode], Iterator[LexborNode]]) -> str:
    """The selector that fetches, first in its block, one of these places in most blocks."""
    counts: Counter[str] = Counter()
    for block in blocks:
        for node in places(block):
            for selector in _selectors(node):
                first = markup.first(block, selector)
                if first is not None and first.mem_id == node.mem_id:
                    counts[selector] += 1
                    break
    selector, count = next(iter(counts.most_common(1)), ("", 0))
    return selector if count >= max(2, _MOST * 0.5 * len(blocks)) else ""


def _selectors(node: LexborNode) -> Iterator[str]:
    own = simple(node)
    if own != node.tag:
        yield own
    elif node.parent is not None:
        yield f"{simple(node.parent)} > {own}"
    yield node.tag or "div"


def _with_class(meant: re.Pattern[str], least: int = _LEAST_TITLE) -> Callable[[LexborNode], Iterator[LexborNode]]:
    def places(block: LexborNode) -> Iterator[LexborNode]:
        for node in block.css("[class]")[:_MOST_NODES]:
            if meant.search(markup.attribute(node, "class")) and len(text_of(node)) >= least:
                yield node
                return

    return places


def _longest_link(block: LexborNode) -> Iterator[LexborNode]:
    links = block.css("a[href]")[:20]
    best = max(links, key=lambda link: len(text_of(link)), default=None)
    if best is not None and len(text_of(best)) >= _LEAST_TITLE:
        yield best


def _day_places(block: LexborNode) -> Iterator[LexborNode]:
    """Elements that hold a day and hardly more, the innermost first."""
    for node in reversed(block.css("*")[:_MOST_NODES]):
        text = " ".join(node.text(separator=" ").split())
        if 6 <= len(text) <= 40 and any(letter.isdigit() for letter in text) and read_day(text):
            yield node


def _is_day(node: LexborNode | None) -> bool:
    if node is None:
        return False
    return bool(
        read_day(markup.attribute(node, "datetime")) or read_day(" ".join(node.text(separator=" ").split())[:60])
    )
