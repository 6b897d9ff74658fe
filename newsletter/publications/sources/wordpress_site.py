"""The REST API of a WordPress site: where it is, and what it answers (developer.wordpress.org/rest-api)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from newsletter.errors import BadInput
from newsletter.fetch import Page, Unreachable, Web
from newsletter.publications.sources import markup
from newsletter.publications.sources.cleaning import plain
from newsletter.publications.sources.entries import address as in_full

ACCEPT = "application/json"
PER_PAGE = 100  # the most that WordPress gives in one answer
_REL = "https://api.w.org"
_LINK = re.compile(r'<([^<>]{1,2000})>\s*;[^,<]{0,500}?rel="?https://api\.w\.org/?"?')
_MOST_MARKUP = 500_000  # characters; some heads hold all styles of their site
_MOST_LINKS = 10_000  # characters of a Link header


@dataclass(frozen=True, slots=True)
class Answer:
    """A list as the API gives it; `total` and `pages` by its headers, None where they tell nothing usable."""

    items: list[Any]
    total: int | None
    pages: int | None


@dataclass(frozen=True, slots=True)
class Site:
    """Asks the API whose root is known."""

    web: Web
    root: str

    def listed(self, route: str, query: Mapping[str, str | int]) -> Answer:
        """The list at a route of wp/v2. Unreachable where there is none, BadInput where it is no list."""
        address = _address(self.root, f"wp/v2/{route}", query)
        page = self.web.get(address, accept=ACCEPT)
        told = _parsed(page, address)
        if not isinstance(told, list):
            raise BadInput(f"{address} is no list of the WordPress API{_said(told)}.")
        return Answer(told, _number(page, "x-wp-total"), _number(page, "x-wp-totalpages"))

    def types(self) -> tuple[str, ...]:
        """The post types by the names that they have in addresses (rest_base)."""
        address = _address(self.root, "wp/v2/types", {"_fields": "rest_base"})
        told = _parsed(self.web.get(address, accept=ACCEPT), address)
        found = told.values() if isinstance(told, dict) else ()
        return tuple(sorted(plain(one["rest_base"], 40) for one in found if _has(one, "rest_base")))


def find(web: Web, url: str) -> Site:
    """The API of the site that `url` belongs to: its front page, any page of it, or the API itself.

    Pages name it in a Link header or a link element; where they do not, its usual places are tried. BadInput where
    there is none, Unreachable where the page or the API that it names cannot be had.
    """
    named, base, trouble = _in_address(url), url, None
    if not named:
        try:
            page = web.get(url, accept="text/html, */*;q=0.5")
            named, base = _link(page), page.url
        except Unreachable as error:
            if not error.status or error.retry_after is not None:
                raise
            trouble = error
    if named:
        return Site(web, _root(web, named))
    found = _usual(web, base)
    if found is None:
        raise trouble or BadInput(
            f"{url} has no WordPress API that anybody may read: it is no WordPress site, or hides it. Try its feed."
        )
    return found


def _in_address(url: str) -> str:
    """The root where the address leads into the API itself; "" otherwise."""
    parts = urlsplit(url)
    if "rest_route=" in parts.query:
        pairs = [(name, "/" if name == "rest_route" else value) for name, value in parse_qsl(parts.query)]
        return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(pairs, safe="/"), ""))
    before, api, after = parts.path.partition("/wp-json")
    if api and (not after or after.startswith("/")):
        return urlunsplit((parts.scheme, parts.netloc, f"{before}/wp-json/", "", ""))
    return ""


def _link(page: Page) -> str:
    """What the page names as the API of its site; "" where it names none."""
    found = [one[1] for one in _LINK.finditer(page.headers.get("link", "")[:_MOST_LINKS])]
    head = page.text[:_MOST_MARKUP].partition("<body")[0]
    if not found and _REL in head:
        links = markup.selected(markup.document(head), f'link[rel^="{_REL}"][href]')
        found = [markup.attribute(one, "href") for one in links]
    return next((link for one in found if (link := in_full(one, page.url))), "")


def _usual(web: Web, url: str) -> Site | None:
    """The API where it is without being named: under the page's address, or the host's."""
    places = [urljoin(url, "wp-json/"), urljoin(url, "/wp-json/"), urljoin(url, "/?rest_route=/")]
    for place in dict.fromkeys(places):
        try:
            return Site(web, _root(web, place))
        except BadInput:
            continue
        except Unreachable as error:
            if not error.status or error.retry_after is not None:
                raise
    return None


def _root(web: Web, address: str) -> str:
    """The root as it is after redirects, once it is known to be one."""
    asked = _address(address, "", {"_fields": "namespaces"})
    page = web.get(asked, accept=ACCEPT)
    told = _parsed(page, asked)
    spaces = told.get("namespaces") if isinstance(told, dict) else None
    if not isinstance(spaces, list) or "wp/v2" not in spaces:
        raise BadInput(f"{address} is not the root of a WordPress API{_said(told)}.")
    return page.url.replace("_fields=namespaces", "").rstrip("?&")


def _address(root: str, route: str, query: Mapping[str, str | int]) -> str:
    """The route's address, under a root with a path or with ?rest_route=."""
    parts = urlsplit(root)
    pairs: list[tuple[str, str | int]] = list(parse_qsl(parts.query))
    path = parts.path
    if any(name == "rest_route" for name, _ in pairs):
        pairs = [(name, f"/{route}" if name == "rest_route" else value) for name, value in pairs]
    else:
        path = f"{path.rstrip('/')}/{route}"
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode([*pairs, *query.items()], safe="/:,"), ""))


def _parsed(page: Page, address: str) -> Any:
    try:
        return json.loads(page.text)
    except (ValueError, RecursionError):
        raise BadInput(f"{address} does not answer in JSON, as the WordPress API does.") from None


def _said(told: Any) -> str:
    """What an error object says, to follow a sentence."""
    said = plain(told["message"], 200).rstrip(".") if _has(told, "message") else ""
    return f"; it says: {said}" if said else ""


def _has(told: Any, name: str) -> bool:
    return isinstance(told, dict) and isinstance(told.get(name), str)


def _number(page: Page, header: str) -> int | None:
    found = page.headers.get(header, "")
    return int(found) if re.fullmatch(r"[0-9]{1,9}", found) else None
