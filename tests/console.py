"""Somebody at the console in tests: signed in, with the forms of its pages to be sent as a browser would send them."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from httpx import Response

from tests.route import AUTHOR, Route
from tests.seated import Seated


class Desk:
    """A browser without scripts in which one person is signed in."""

    def __init__(self, route: Route, email: str = AUTHOR) -> None:
        self.route = route
        self._browser = Seated(route, email)

    def request(self, method: str, path: str, **options: Any) -> Response:
        headers = {"Sec-Fetch-Site": "same-origin"} | options.pop("headers", {})
        return self._browser.request(method, path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Response:
        return self.request("POST", path, **options)

    def json(self, path: str, fields: dict[str, str]) -> Response:
        """As a script sends it."""
        return self.post(path, data=fields, headers={"Accept": "application/json"})

    def follow(self, answer: Response) -> Response:
        """The page after an act."""
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"].partition("#")[0])


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((known["action"], {}))
        if not self.forms:
            return
        fields = self.forms[-1][1]
        if tag == "input" and "name" in known and known.get("type") not in {"radio", "checkbox", "file"}:
            fields[known["name"]] = known.get("value", "")
        if tag == "textarea":
            self._area = known["name"]
            fields[self._area] = ""
        if tag == "select":
            self._select = known["name"]
        if tag == "option" and self._select and ("selected" in known or self._select not in fields):
            fields[self._select] = known.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            fields = self.forms[-1][1]
            fields[self._area] = (fields[self._area] + data).removeprefix("\n")


def form(page: Response, action: str, /, **fields: str) -> tuple[str, dict[str, str]]:
    """The form whose address ends so (the first of several), with what it holds and these fields filled in."""
    found = _Forms()
    found.feed(page.text)
    for where, known in found.forms:
        if where.endswith(action) and all(known.get(name) == value for name, value in fields.items() if name in _FIXED):
            return where, known | fields
    raise AssertionError(f"No form {action} in {[where for where, _ in found.forms]}")


_FIXED = frozenset({"publication"})


def said(page: Response) -> str:
    """What the line after an act says."""
    line = re.search(r'<div class="done" role="status"><div><span>(.*?)</span>', page.text)
    return unescape(line[1]) if line else ""
