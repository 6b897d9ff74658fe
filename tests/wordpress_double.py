"""A WordPress site on loopback, as far as its REST API goes, with the faults that real ones have.

    with WordPress(posts=250) as site:
        site.items["posts"][0].title = "Changed";  site.change(site.items["posts"][0])
        site.faults.embeds = False
        reader.read(Definition("site", SourceKind.WORDPRESS, site.url("/")), web, {})

Alone: python -m tests.wordpress_double --items 10000 --port 0   (prints its address, runs until it is stopped)
"""

import argparse
import json
import signal
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from tests.served import Asked, Reply, Served
from tests.wordpress_content import CATEGORIES, TAGS, Item, made, term

JSON = "application/json; charset=UTF-8"


@dataclass(slots=True)
class Faults:
    """What is wrong with the site. `announced`: "header", "element" or "" for how pages name the API; `root`: its path,
    or "rest_route", or "" for none; `broken_page`: this page of a list is no JSON; `fails`: how many of the next
    lists answer 500; `totals`: told instead of the right ones; `knows_pages`: whether ?page= does anything.
    """

    announced: str = "header"
    root: str = "/wp-json/"
    embeds: bool | int = True  # a number is the status that _embed is answered with
    broken_page: int = 0
    fails: int = 0
    totals: tuple[str, str] | None = None
    knows_pages: bool = True
    knows_modified: bool = True
    error: dict[str, Any] | None = None  # instead of each list, with status 200


class WordPress(Served):
    """The site; `items` by type (rest_base), each list the newest first."""

    def __init__(self, **types: int) -> None:
        super().__init__()
        self.faults = Faults()
        self.items = {name: list(made(name, count, start)) for start, (name, count) in enumerate(types.items())}

    def change(self, item: Item) -> None:
        """Date the last change of the item, after all others."""
        item.modified = max(one.modified for one in self._all()) + timedelta(seconds=1)

    def remove_item(self, item: Item) -> None:
        for items in self.items.values():
            if item in items:
                items.remove(item)

    def _all(self) -> Iterable[Item]:
        return (one for items in self.items.values() for one in items)

    def answer(self, asked: Asked) -> Reply | bytes | Iterable[bytes]:
        path, query = asked.path.partition("?")[0], asked.query
        route = self._route(path, query)
        if route is None:
            shown = self._page(path)
            return super().answer(asked) if shown is None else self._noted(asked, shown)
        return self._noted(asked, self._api(route, query))

    def _noted(self, asked: Asked, reply: Reply) -> Reply:
        self.requests.append(asked)
        return reply

    def _route(self, path: str, query: dict[str, str]) -> str | None:
        root = self.faults.root
        if root == "rest_route":
            return query["rest_route"].strip("/") if path == "/" and "rest_route" in query else None
        return path.removeprefix(root).strip("/") if root and f"{path.rstrip('/')}/".startswith(root) else None

    # The pages that people read

    def _page(self, path: str) -> Reply | None:
        if path.startswith("/uploads/"):
            return Reply(self._picture, content_type="image/png")
        if path != "/" and not any(one.path == path for one in self._all() if one.status == "publish"):
            return None
        root = "/?rest_route=/" if self.faults.root == "rest_route" else self.faults.root
        address = self.url(root)
        element = f'<link rel="https://api.w.org/" href="{address}" />' if self.faults.announced == "element" else ""
        headers = {"Link": f'<{address}>; rel="https://api.w.org/"'} if self.faults.announced == "header" else {}
        return Reply(f"<html><head><title>Site</title>{element}</head><body><p>Words</p></body></html>", 200, headers)

    @cached_property
    def _picture(self) -> bytes:
        from io import BytesIO

        from PIL import Image

        written = BytesIO()
        Image.new("RGB", (1024, 576), (30, 90, 140)).save(written, "PNG")
        return written.getvalue()

    # The API

    def _api(self, route: str, query: dict[str, str]) -> Reply:
        if route == "":
            return _json({"name": "Site", "namespaces": ["oembed/1.0", "wp/v2"], "routes": {}}, query)
        name = route.removeprefix("wp/v2/")
        if name == "types":
            return _json({one: {"rest_base": one, "slug": one.rstrip("s")} for one in (*self.items, "media")}, {})
        if name == "media":
            return _json([self._media(number) for number in _included(query)], query)
        if name in {"categories", "tags"}:
            known = CATEGORIES if name == "categories" else TAGS
            return _json([{"id": one, "name": known[one]} for one in _included(query) if one in known], query)
        if name not in self.items:
            return _refusal("rest_no_route", "No route was found matching the URL.", 404)
        return self._list(name, query)

    def _list(self, name: str, query: dict[str, str]) -> Reply:
        faults, per_page, number = self.faults, int(query.get("per_page", 10)), int(query.get("page", 1))
        wrong = self._wrong(query, per_page, number)
        if wrong is not None:
            return wrong
        found = self._found(name, query)
        pages = -(-len(found) // per_page)
        if number > max(pages, 1) and faults.knows_pages:
            return _refusal("rest_post_invalid_page_number", "The page number is too large.", 400)
        start = per_page * (number - 1) if faults.knows_pages else 0
        told = [self._told(name, one, embeds="_embed" in query) for one in found[start : start + per_page]]
        total, last = faults.totals or (str(len(found)), str(pages))
        return _json(told, query, {"X-WP-Total": total, "X-WP-TotalPages": last} if total else {})

    def _wrong(self, query: dict[str, str], per_page: int, number: int) -> Reply | None:
        faults = self.faults
        if faults.fails:
            faults.fails -= 1
            return Reply("<h1>Critical error</h1>", 500)
        if faults.error is not None:
            return _json(faults.error, {})
        if faults.broken_page == number and per_page > 1:
            return Reply('[{"id":1,"title":{"rendered":"', 200, {}, JSON)
        if "_embed" in query and not isinstance(faults.embeds, bool):
            return _refusal("rest_forbidden", "Not here.", faults.embeds)
        if per_page > 100 or (query.get("orderby") == "modified" and not faults.knows_modified):
            return _refusal("rest_invalid_param", "Invalid parameter(s).", 400)
        return None

    def _found(self, name: str, query: dict[str, str]) -> list[Item]:
        after = datetime.fromisoformat(query.get("after", "1900-01-01T00:00:00"))
        found = [one for one in self.items[name] if one.status == "publish" and one.date > after]
        by = query.get("orderby", "date")
        return sorted(found, key=lambda one: (getattr(one, by), one.id), reverse=query.get("order", "desc") == "desc")

    def _told(self, name: str, one: Item, *, embeds: bool) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": one.id, "date": one.date.isoformat(), "modified_gmt": (one.modified - timedelta(hours=2)).isoformat(),
            "status": one.status, "link": self.url(one.path), "title": {"rendered": one.title},
            "excerpt": {"rendered": one.excerpt, "protected": False}, "featured_media": one.media,
        }  # fmt: skip
        if name != "pages":
            told |= {"categories": list(one.categories), "tags": list(one.tags)}
        if embeds and self.faults.embeds is True:
            terms = [[term(number, CATEGORIES, "category") for number in one.categories],
                     [term(number, TAGS, "post_tag") for number in one.tags]]  # fmt: skip
            told["_embedded"] = {"wp:term": terms} | (
                {"wp:featuredmedia": [self._media(one.media)]} if one.media else {}
            )
        return told | one.extra

    def _media(self, number: int) -> dict[str, Any]:
        sizes = {name: {"source_url": self.url(f"/uploads/{number}-{name}.png")} for name in ("thumbnail", "large")}
        return {
            "id": number, "media_type": "image", "alt_text": f"People in a street, {number}",
            "caption": {"rendered": f"<p>Photo: Photographer {number}</p>\n"},
            "source_url": self.url(f"/uploads/{number}.png"), "media_details": {"sizes": sizes},
        }  # fmt: skip


def _included(query: dict[str, str]) -> list[int]:
    return [int(one) for one in query.get("include", "").split(",") if one]


def _json(told: Any, query: dict[str, str], headers: dict[str, str] | None = None) -> Reply:
    """With `_fields`, only those of its objects."""
    if "_fields" in query:
        names = {one.partition(".")[0] for one in query["_fields"].split(",")}
        some = told if isinstance(told, list) else [told]
        kept = [{name: value for name, value in one.items() if name in names} for one in some]
        told = kept if isinstance(told, list) else kept[0]
    return Reply(json.dumps(told), 200, headers or {}, JSON)


def _refusal(code: str, message: str, status: int) -> Reply:
    return Reply(json.dumps({"code": code, "message": message, "data": {"status": status}}), status, {}, JSON)


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=1000, help="posts")
    parser.add_argument("--port", type=int, default=0, choices=(0,), help="the system chooses one")
    asked = parser.parse_args()
    over = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: over.set())
    with WordPress(posts=asked.items) as site:
        print(site.url("/"), flush=True)
        over.wait()


if __name__ == "__main__":
    main()
