"""How a website looks: its logo and its two colours, of a page and its style sheets and without asking."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.publications.discovering import colours as colouring
from newsletter.publications.discovering import linked_data
from newsletter.publications.discovering.model import Colour
from newsletter.publications.sources import entries, markup, pictures

_MOST_COLOURS = 2
_HEADS = "header img, [role=banner] img, #header img, .header img, .navbar img, nav img, .site-branding img, .logo img"
_ICONS = ('link[rel~="icon"][type="image/svg+xml"]', 'link[rel^="apple-touch-icon"]', 'link[rel~="icon"]')
_FOREIGN_SHEETS = ("fonts.googleapis.", "use.typekit.", "cdnjs.", "jsdelivr.", "bootstrapcdn.", "unpkg.", "fontawesome")


def logo(tree: LexborHTMLParser, base: str) -> str:
    """The address of the logo: as JSON-LD tells it, of the header, else an icon; "" where there is none."""
    header = sorted(_in_header(tree), key=lambda address: not address.split("?")[0].endswith(".svg"))
    told = (linked_data.organisation(tree).logo, *header, *_named(tree, _ICONS))
    return next((address for one in told if one and (address := entries.address(one, base))), "")


def icons(tree: LexborHTMLParser, base: str) -> tuple[str, ...]:
    """The addresses of its icons that are pictures of dots, those for telephones first."""
    found = (entries.address(one, base) for one in _named(tree, _ICONS[1:]))
    return tuple(dict.fromkeys(one for one in found if one and not urlsplit(one).path.endswith((".svg", ".ico"))))


def sheets(tree: LexborHTMLParser, base: str) -> tuple[str, ...]:
    """The addresses of the page's own style sheets: first those of its theme, then the others."""
    links = [markup.attribute(link, "href") for link in markup.selected(tree, 'link[rel~="stylesheet"][href]')[:100]]
    found = [address for link in links if (address := entries.address(link, base))]
    own = [address for address in dict.fromkeys(found) if not any(part in address for part in _FOREIGN_SHEETS)]
    return tuple(sorted(own, key=_rank))


def colours(tree: LexborHTMLParser, styles: Sequence[str]) -> tuple[Colour, ...]:
    """At most two: what the page names as its own, then what its styles do, then what they use most."""
    inline = [style.text() or "" for style in markup.selected(tree, "style")[:50]]
    attributes = [markup.attribute(one, "style") for one in markup.selected(tree, "[style]")[:500]]
    found: list[Colour] = []
    for colour, where in _candidates(tree, [*styles, *inline], attributes):
        if all(colouring.differ(colour, other.found) for other in found):
            found.append(Colour(colouring.readable(colour), colour, where))
        if len(found) == _MOST_COLOURS:
            break
    return tuple(found)


def _candidates(tree: LexborHTMLParser, css: Sequence[str], attributes: Sequence[str]) -> Iterator[tuple[str, str]]:
    for selector, name in (
        ('meta[name="theme-color"]', "theme-color"),
        ('meta[name="msapplication-TileColor"]', "the tile's colour"),
    ):
        colour = colouring.read(markup.attribute(markup.first(tree, selector), "content"))
        if colour and colouring.is_colourful(colour):
            yield colour, name
    mask = colouring.read(markup.attribute(markup.first(tree, 'link[rel="mask-icon"]'), "color"))
    if mask and colouring.is_colourful(mask):
        yield mask, "the icon's colour"
    for sheet in css:
        yield from colouring.named(sheet)
    for colour in colouring.most_used([*css, *attributes]):
        yield colour, "most used in its styles"


def _in_header(tree: LexborHTMLParser) -> Iterator[str]:
    images = markup.selected(tree, _HEADS)[:20]
    for image in (*(one for one in images if _says_logo(one)), *(one for one in images if _leads_home(one))):
        if address := pictures.source(image):
            yield address


def _named(tree: LexborHTMLParser, selectors: Sequence[str]) -> Iterator[str]:
    for selector in selectors:
        yield from (markup.attribute(link, "href") for link in markup.selected(tree, selector)[:5])


def _says_logo(image: LexborNode) -> bool:
    names = " ".join(markup.attribute(image, name) for name in ("class", "id", "alt", "src"))
    around = markup.attribute(image.parent, "class") if image.parent is not None else ""
    return "logo" in f"{names} {around}".lower()


def _leads_home(image: LexborNode) -> bool:
    parent = image.parent
    return parent is not None and parent.tag == "a" and urlsplit(markup.attribute(parent, "href")).path in {"", "/"}


def _rank(address: str) -> tuple[bool, bool]:
    path = urlsplit(address).path.lower()
    return (not any(word in path for word in ("theme", "style", "main", "custom", "site", "app")), "plugin" in path)
