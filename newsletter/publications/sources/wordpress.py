"""Reads a WordPress site by its REST API: posts, pages and types of its own, with their pictures and subjects."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any, Self

from newsletter.errors import BadInput
from newsletter.fetch import Unreachable, Web
from newsletter.publications.sources import wordpress_items as items
from newsletter.publications.sources.model import Definition, Entry, Memory, NotModified, Refused, Total
from newsletter.publications.sources.wordpress_pages import Pages
from newsletter.publications.sources.wordpress_site import Answer, Site, find

MOST_ITEMS = 10_000
READ_EVERY = 28  # visits; a week of visits each six hours
_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read, by the options `types` (names in addresses, like posts, pages, reports), `since` (a day) and
    `most_items`.
    """

    types: tuple[str, ...] = ("posts",)
    since: str = ""
    most: int = MOST_ITEMS

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """BadInput for an option that cannot be right."""
        since, most = str(options.get("since") or ""), str(options.get("most_items") or MOST_ITEMS)
        if not re.fullmatch(r"[1-9][0-9]{0,6}", most):
            raise BadInput("Option most_items of a WordPress source is a number from 1, like 2000.")
        return cls(_types(options.get("types") or "posts"), _day(since) if since else "", int(most))

    def query(self) -> dict[str, str | int]:
        """`after` leaves out the moment that it names."""
        if not self.since:
            return {}
        return {"after": f"{date.fromisoformat(self.since) - timedelta(days=1)}T23:59:59"}


class WordPressReader:
    """Reads a WordPress site.

    A visit begins with one small question for each type: how many there are, and which was changed last, when. Where
    that is as it was, nothing has changed or vanished (NotModified); the answer is kept in the memory, beside the
    root of the API. Otherwise all is told, so that what is told no more has vanished. Changes that WordPress dates at
    no post (a category's name, a picture's description) come with every READ_EVERYth visit, which asks nothing and
    reads all. Memory is bounded by one answer of 100 items.
    """

    lists_all = True

    def read(self, definition: Definition, web: Web, memory: Memory) -> Iterator[Entry | Refused | Total]:
        """The items of each type, the newest first."""
        wanted = Wanted.of(definition.options)
        asked = {"url": definition.url, **asdict(wanted), "types": list(wanted.types)}
        known = memory if memory.get("asked") == asked else {}
        site, state, total = _look(web, definition.url, str(known.get("root") or ""), wanted)
        visits = known.get("visits")
        if known.get("state") == state and None not in state and type(visits) is int and visits < READ_EVERY:
            memory["visits"] = visits + 1
            raise NotModified
        if total is not None:
            yield Total(min(total, wanted.most))
        yield from _all(site, wanted, definition)
        memory.clear()
        memory.update(asked=asked, root=site.root, state=state, visits=1)


def _look(web: Web, url: str, root: str, wanted: Wanted) -> tuple[Site, list[list[Any] | None], int | None]:
    """The site; how each type stands, None where it does not tell; and how many items there are, if it tells."""
    if root:
        try:
            return _standing(Site(web, root), wanted)
        except BadInput:
            pass  # the API has moved
        except Unreachable as error:
            if not error.gone:
                raise
    return _standing(find(web, url), wanted)


def _standing(site: Site, wanted: Wanted) -> tuple[Site, list[list[Any] | None], int | None]:
    answers = [_newest(site, one, wanted) for one in wanted.types]
    totals = [answer.total for answer in answers if answer.total is not None]
    return site, [_state(answer) for answer in answers], sum(totals) if len(totals) == len(answers) else None


def _newest(site: Site, post_type: str, wanted: Wanted) -> Answer:
    query: dict[str, str | int] = {"orderby": "modified", "order": "desc", "_fields": "id,modified_gmt"}
    try:
        return site.listed(post_type, {"per_page": 1} | query | wanted.query())
    except Unreachable as error:
        if error.status == 400:  # it knows no such order
            return Answer([], None, None)
        if error.gone and post_type not in (known := site.types()):
            raise BadInput(
                f"{site.root} has no type {post_type} that anybody may read; it has: {', '.join(known)}."
            ) from None
        raise


def _state(answer: Answer) -> list[Any] | None:
    """What changes with any change; None where it could not be told from that."""
    if answer.total is None:
        return None
    newest = answer.items[0] if answer.items and isinstance(answer.items[0], dict) else {}
    modified = newest.get("modified_gmt")
    if answer.total and not isinstance(modified, str):
        return None
    return [answer.total, str(newest.get("id"))[:40], str(modified)[:40]]


def _all(site: Site, wanted: Wanted, definition: Definition) -> Iterator[Entry | Refused]:
    told, seen = 0, set[str]()
    for post_type in wanted.types:
        pages = Pages(site, post_type, wanted.most, wanted.query())
        for number, item in enumerate(chain.from_iterable(pages), start=1):
            if told == wanted.most:
                return
            one = _told(item, definition, site.root, f"{post_type}, item {number}")
            if isinstance(one, Refused) or one.id not in seen:  # what is published meanwhile moves others on
                told += 1
                yield one
            if isinstance(one, Entry):
                seen.add(one.id)


def _told(item: object, definition: Definition, base: str, where: str) -> Entry | Refused:
    if isinstance(item, dict):
        return items.entry(item, definition, base, where)
    return Refused(where, "It is no object of the WordPress API.")


def _types(told: object) -> tuple[str, ...]:
    """A list, or words with commas."""
    found = [str(one).strip() for one in (told if isinstance(told, (list, tuple)) else str(told).split(","))]
    if not found or len(found) > 20 or not all(_TYPE.fullmatch(one) for one in found):
        raise BadInput("Option types of a WordPress source lists names of post types, like posts,pages,reports.")
    return tuple(dict.fromkeys(found))


def _day(told: str) -> str:
    try:
        found = date.fromisoformat(told)
    except ValueError:
        raise BadInput("Option since of a WordPress source is a day like 2024-01-31.") from None
    return max(found, date(1970, 1, 2)).isoformat()
