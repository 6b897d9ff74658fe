"""Asks a website few questions, each once, and remembers in words what came of them."""

from newsletter.errors import Refusal
from newsletter.fetch import Page, Unreachable, Web

MOST_REQUESTS = 40


class Asking(Web):
    """A `Web` over another one: a page is fetched once, and after `most` requests no more are.

    `tried`: a sentence for each page that could not be had or was of no use.
    """

    def __init__(self, web: Web, most: int = MOST_REQUESTS) -> None:
        self._inner, self._left = web, most
        self._pages: dict[str, Page | Unreachable] = {}
        self.tried: list[str] = []

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        etag: str = "",
        last_modified: str = "",
        most_bytes: int | None = None,
        robots: bool = True,
    ) -> Page:
        """As `Web.get`; validators are of no use to the first visit, and play no part."""
        known = self._pages.get(url)
        if known is None:
            known = self._pages[url] = self._asked(url, accept, most_bytes, robots=robots)
        if isinstance(known, Unreachable):
            raise known
        return known

    def close(self) -> None:
        """The other one stays open: it is its owner's."""

    def page(self, url: str, *, accept: str = "text/html, */*;q=0.5", quiet: bool = False) -> Page | None:
        """The page; None where there is none, which `tried` then says (unless `quiet`)."""
        try:
            return self.get(url, accept=accept)
        except Refusal as refusal:
            if not quiet:
                self.say(str(refusal))
            return None

    def say(self, sentence: str) -> None:
        """Remember what was tried; each sentence once."""
        if sentence not in self.tried:
            self.tried.append(sentence)

    def _asked(self, url: str, accept: str, most_bytes: int | None, *, robots: bool) -> Page | Unreachable:
        if self._left <= 0:
            return Unreachable(f"{url} was not asked for: enough of this website has been looked at.")
        self._left -= 1
        try:
            return self._inner.get(url, accept=accept, most_bytes=most_bytes, robots=robots)
        except Unreachable as error:
            return error
