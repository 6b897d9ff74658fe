"""Asks a website, with few requests, where it publishes and what it tells of the organisation."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from newsletter.errors import BadInput
from newsletter.fetch import Page, Web
from newsletter.publications.addresses import canonical_url
from newsletter.publications.discovering import identity, looks, places
from newsletter.publications.discovering.asking import MOST_REQUESTS, Asking
from newsletter.publications.discovering.listings import listing
from newsletter.publications.discovering.model import Discovery, Proposal
from newsletter.publications.discovering.proposing import Read, proposal, read
from newsletter.publications.discovering.wordpress import WordPress, find_wordpress
from newsletter.publications.sources import entries, markup
from newsletter.publications.sources.model import Definition, SourceKind

_MOST_FEEDS = 3
_MOST_LISTINGS = 6
_MOST_SHEETS = 3
_MOST_CONTACTS = 2
_MOST_FOLLOWED = 3
_KNOWN = 0.6  # a source of which so much is told by others already adds nothing


@dataclass(frozen=True, slots=True)
class _Site:
    """The front page."""

    page: Page
    tree: LexborHTMLParser
    language: str

    @property
    def host(self) -> str:
        return urlsplit(self.page.url).hostname or ""


def discover(web: Web, url: str, most_requests: int = MOST_REQUESTS) -> Discovery:
    """What the website at `url` tells. A site that gives nothing gives an empty discovery that says what was tried."""
    asking = Asking(web, most_requests)
    url = url.strip()
    address = entries.address(url if "://" in url else f"https://{url}") if len(url.split()) == 1 else ""
    if not address:
        return Discovery(url, tried=(f"{url[:200]} is no web address like https://example.org.",))
    page = asking.page(address) or _other_scheme(asking, address, url)
    if page is None:
        return Discovery(address, tried=tuple(asking.tried))
    if kind := places.feed_kind(page):
        return _from_feed(asking, page, kind)
    try:
        site = _site(page)
    except BadInput as refusal:
        asking.say(f"{page.url} cannot be read: {refusal}")
        return Discovery(page.url, tried=tuple(asking.tried))
    return _discovery(asking, site, address)


def _other_scheme(asking: Asking, address: str, given: str) -> Page | None:
    """Where somebody wrote only a host, the site may not speak https."""
    return asking.page(address.replace("https://", "http://", 1)) if "://" not in given else None


def _site(page: Page) -> _Site:
    tree = markup.document(page.text)
    spoken = entries.language(markup.attribute(markup.first(tree, "html"), "lang"))
    return _Site(page, tree, spoken)


def _discovery(asking: Asking, site: _Site, address: str) -> Discovery:
    wordpress = find_wordpress(asking, site.page) if places.says_wordpress(site.page, site.tree) else None
    own = tuple(dict.fromkeys(host for one in (site.page.url, address) if (host := urlsplit(one).hostname)))
    base = site.page.url
    tree = site.tree
    styles = [
        sheet.text for link in looks.sheets(tree, base)[:_MOST_SHEETS] if (sheet := asking.page(link, quiet=True))
    ]
    postal, legal = _lines(asking, site)
    return Discovery(
        url=base,
        name=identity.name(tree, site.host) or (wordpress.name if wordpress else ""),
        logo=looks.logo(tree, base) or (wordpress.icon if wordpress else ""),
        icons=(*looks.icons(tree, base), *filter(None, [wordpress.icon if wordpress else ""])),
        colours=looks.colours(tree, styles),
        languages=identity.languages(tree),
        postal=postal,
        legal=legal,
        social=identity.social(tree, base),
        timezone=(wordpress.timezone if wordpress else "") or identity.timezone(tree),
        sources=tuple(_sources(asking, site, wordpress, own)),
        own_hosts=own,
        tried=tuple(asking.tried),
    )


def _lines(asking: Asking, site: _Site) -> tuple[str, str]:
    """The postal and the legal line: of the front page, else of the pages that say how to reach the organisation."""
    postal, legal = identity.postal(site.tree), identity.legal(site.tree)
    for link in places.contacts(site.tree, site.page.url)[:_MOST_CONTACTS]:
        if postal:
            break
        if tree := _tree(asking, link):
            postal, legal = identity.postal(tree), legal or identity.legal(tree)
    return postal, legal


def _tree(asking: Asking, url: str) -> LexborHTMLParser | None:
    page = asking.page(url, quiet=True)
    try:
        return markup.document(page.text) if page else None
    except BadInput:
        return None


def _sources(asking: Asking, site: _Site, wordpress: WordPress | None, own: tuple[str, ...]) -> Iterator[Proposal]:
    """The sources that tell something the ones before them don't."""
    known: set[str] = set()
    for name, found in _found(asking, site, wordpress, known):
        links = {canonical_url(entry.url) for entry in found.entries}
        if found.trouble or not links:
            asking.say(found.trouble or f"{found.definition.url} lists nothing.")
        elif len(links & known) >= _KNOWN * len(links):
            asking.say(f"{found.definition.url} ({name}) tells only what the sources above tell already.")
        else:
            known |= links
            yield proposal(found, name, own)


def _found(asking: Asking, site: _Site, wordpress: WordPress | None, known: set[str]) -> Iterator[tuple[str, Read]]:
    if wordpress:
        definition = Definition("", SourceKind.WORDPRESS, wordpress.url, site.language, wordpress.options)
        yield "WordPress", read(asking, definition)
    elif places.says_wordpress(site.page, site.tree):
        asking.say("The site is made with WordPress, but keeps its API to itself.")
    if not known:
        yield from _feeds(asking, site)
    yield from _listings(asking, site)


def _feeds(asking: Asking, site: _Site) -> Iterator[tuple[str, Read]]:
    base = site.page.url
    named = list(places.feeds(site.tree, base))[:_MOST_FEEDS]
    named = named or [(SourceKind.FEED, url, "") for url in list(places.shown_feeds(site.tree, base))[:_MOST_FEEDS]]
    for kind, url, title in named:
        yield title or "Feed", read(asking, Definition("", kind, url, site.language))
    if not named:
        yield from _usual_feeds(asking, site)


def _usual_feeds(asking: Asking, site: _Site) -> Iterator[tuple[str, Read]]:
    """The page names no feed; the usual places may have one."""
    for path in places.COMMON_FEEDS:
        page = asking.page(urljoin(site.page.url, path), quiet=True)
        if page and (kind := places.feed_kind(page)):
            yield "Feed", read(asking, Definition("", kind, page.url, site.language))
            return
    asking.say(f"No feed is named at {site.page.url}, and none is at {', '.join(places.COMMON_FEEDS)}.")


def _listings(asking: Asking, site: _Site) -> Iterator[tuple[str, Read]]:
    base = site.page.url
    candidates = places.listings(site.tree, base)[:_MOST_LISTINGS]
    looked = 0
    for url, name in [*candidates, (base, "Front page")]:
        tree = site.tree if url == base else _tree(asking, url)
        if tree is None:
            continue
        looked += 1
        found = listing(tree, url)
        if found is not None:
            definition = Definition("", SourceKind.PAGE, url, "", {**found.options, "follow": False})
            yield name or "Listing", _followed(asking, read(asking, definition))
        elif url != base:
            asking.say(f"{url} ({name}) holds no list of publications that can be told from the rest of the page.")
    if not candidates:
        asking.say(f"{base} leads to no page that is called news, press, publications or the like.")


def _followed(asking: Asking, found: Read) -> Read:
    """The same to be read with links followed; where no day stands in the list, a few are, to see whether they help."""
    options = {name: value for name, value in found.definition.options.items() if name != "follow"}
    definition = replace(found.definition, options=options)
    if not found.entries or any(entry.published_on for entry in found.entries):
        return replace(found, definition=definition)
    few = replace(definition, options={**options, "most_items": _MOST_FOLLOWED})
    dated = {entry.id: entry for entry in read(asking, few, _MOST_FOLLOWED).entries}
    days = sum(entry.published_on is not None for entry in dated.values())
    asking.say(
        f"{definition.url} lists {len(found.entries)} without a day; of {len(dated)} whose pages were looked at,"
        f" {days} name one there."
    )
    return Read(definition, tuple(dated.get(entry.id, entry) for entry in found.entries))


def _from_feed(asking: Asking, page: Page, kind: SourceKind) -> Discovery:
    """The address is a feed itself."""
    definition = Definition("", kind, page.url)
    own = tuple(filter(None, [urlsplit(page.url).hostname]))
    found = read(asking, definition)
    if found.trouble:
        asking.say(found.trouble)
    sources = (proposal(found, "Feed", own),) if found.entries else ()
    return Discovery(page.url, sources=sources, own_hosts=own, tried=tuple(asking.tried))
