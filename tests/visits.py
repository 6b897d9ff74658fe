"""Somebody at the console of a route: signed in by a link, posting as the pages' own forms do."""

import html
import re
from typing import Any

from httpx import Response

from tests.route import AUTHOR, Route
from tests.seated import Seated

BASE = "https://news.example.org"


class Colleague:
    """A browser that is signed in."""

    def __init__(self, route: Route, email: str = AUTHOR) -> None:
        self.route = route
        self._browser = Seated(route, email)

    def request(self, method: str, path: str, **options: Any) -> Response:
        return self._browser.request(method, path, **options)

    def get(self, path: str, **options: Any) -> Response:
        return self.request("GET", path, **options)

    def post(self, path: str, fields: dict[str, Any] | None = None) -> Response:
        """With the word of this session's forms."""
        word = re.search(r'name="csrf" value="(\w+)"', self.get("/console").text)
        assert word
        return self.request("POST", path, data={"csrf": word[1]} | (fields or {}))

    def followed(self, answer: Response) -> str:
        """The words of the page that an act leads to."""
        assert answer.status_code == 303, shown(answer)
        return shown(self.get(answer.headers["location"].partition("#")[0]))


def shown(answer: Response) -> str:
    """What stands on a page for people: its text, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def main_of(answer: Response) -> str:
    """The same of its main part."""
    found = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    assert found
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())
