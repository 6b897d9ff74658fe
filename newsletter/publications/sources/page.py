"""Reads a web page that lists publications, by CSS selectors that somebody declared; follows links for their dates.

Options: `item` (one publication, needed), and within it `link`, `title`, `date`, `summary`, `image`; `next` (leads to
the next page of the listing); `follow` (false: no link is followed for a date that the listing lacks); `most_items`.
"""

from collections.abc import Iterator

from newsletter.fetch import Page, Web
from newsletter.publications.addresses import host_of
from newsletter.publications.sources import entries
from newsletter.publications.sources.following import ACCEPT, Follower
from newsletter.publications.sources.listing import Listing, options
from newsletter.publications.sources.model import Definition, Entry, Memory, Refused, Total
from newsletter.publications.sources.visiting import visit

MOST_ITEMS = 500
MOST_PAGES = 50
_FOLLOWED = "followed"


class PageReader:
    """Reads listings."""

    lists_all = False  # a listing shows what its makers want it to show, and the rest may be elsewhere

    def read(self, definition: Definition, web: Web, memory: Memory) -> Iterator[Entry | Refused | Total]:
        """The entries in the order of the listing; BadInput where a selector is none, or finds nothing."""
        told, kept = options(definition), dict(memory)
        made_of = [definition.language, *(f"{name}={told[name]}" for name in sorted(told))]
        known = kept.get(_FOLLOWED)
        first = visit(web, definition.url, kept, accept=ACCEPT, made_of=made_of)
        found = list(_listed(web, first, definition))
        yield Total(len(found))
        follower = Follower(web, known if isinstance(known, dict) else {}, follows=bool(told.get("follow", True)))
        for one in found:
            yield follower.dated(one) if isinstance(one, Entry) else one
        if not follower.is_done:  # the listing must be told again, though it may not have changed
            kept.update(etag="", changed="")
        memory.clear()
        memory.update(kept, **{_FOLLOWED: follower.kept})


def _listed(web: Web, first: Page, definition: Definition) -> Iterator[Entry | Refused]:
    """What the page and the pages after it list, each link once."""
    most, seen, page, visited = entries.most_items(definition, MOST_ITEMS), set[str](), first, {first.url}
    count = 0
    for number in range(1, MOST_PAGES + 1):
        listing = Listing.of(page, definition)
        if number == 1:
            listing.check()
        for one in listing.entries(most):
            if isinstance(one, Entry):
                if one.id in seen:
                    continue
                seen.add(one.id)
            yield one if isinstance(one, Entry) or number == 1 else Refused(f"page {number}, {one.where}", one.why)
            count += 1
            if count >= most:
                return
        following = listing.next()
        if not following or following in visited or host_of(following) != host_of(first.url):
            return
        visited.add(following)
        page = web.get(following, accept=ACCEPT)
