"""Fetches pages, within limits and with manners."""

import re
import socket
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from newsletter.fetch import robots as robots_txt
from newsletter.fetch.allowance import Allowance
from newsletter.fetch.connecting import Connector, Resolve
from newsletter.fetch.exchanging import Answer, Exchange
from newsletter.fetch.journey import REDIRECTS, Journey
from newsletter.fetch.limits import Limits
from newsletter.fetch.manners import Manners, busy, named, retry_after
from newsletter.fetch.page import Page, Seen
from newsletter.fetch.permission import Permission
from newsletter.fetch.targets import Target
from newsletter.fetch.unreachable import Obstacle

DEFAULT = Limits()
_SEEN = 16_384  # bytes of a page that is only looked at
_BUSY = frozenset({429, 503})
_VALIDATORS = frozenset({"If-None-Match", "If-Modified-Since"})
_HEADER = re.compile(r"[\x20-\x7e]{1,1000}")


class Web:
    """Fetches pages; one for many, from several threads if need be. Close it, or use it in a `with`.

    Proxies of the environment, .netrc and cookies play no part. `pause` and `clock` (seconds that only grow) serve
    Crawl-delay and the deadline; `resolve` answers as socket.getaddrinfo.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        agent: str,
        limits: Limits = DEFAULT,
        robots: bool = True,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        resolve: Resolve = socket.getaddrinfo,
    ) -> None:
        self._agent = agent if _HEADER.fullmatch(agent) else robots_txt.TOKEN
        self._limits, self._robots, self._clock = limits, robots, clock
        self._exchange = Exchange(Connector(allow_private=allow_private, seconds=limits.connecting, resolve=resolve))
        self._manners = Manners(clock, pause)
        self._permission = Permission(self._ask_robots_txt, self._manners, limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._exchange.close()

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
        """The page at `url`; with validators of the last visit, 304 where it is the same. Unreachable otherwise.

        `robots`: whether robots.txt is obeyed, as it must be unless the site itself asked us in.
        """
        wanted = {"Accept": accept, "If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in wanted.items() if _HEADER.fullmatch(value)}
        most = self._limits.most_bytes if most_bytes is None else most_bytes
        journey = Journey(url, self._limits.redirects)
        try:
            return self._followed(journey, headers, most, robots=robots and self._robots)
        except Obstacle as obstacle:
            raise obstacle.after(journey.said) from None

    def see(self, url: str) -> Seen:
        """What a reader who opens `url` would be answered, whatever the status. Unreachable where nobody answers.

        Asks HEAD first, and GET where HEAD is answered with an error, as many sites do. One address, named by somebody
        who wants it opened, is no crawling: robots.txt is not asked, Retry-After is kept.
        """
        journey = Journey(url, self._limits.redirects)
        try:
            return self._seen(journey)
        except Obstacle as obstacle:
            raise obstacle.after(journey.said) from None

    def _seen(self, journey: Journey) -> Seen:
        allowance = Allowance(self._limits.seconds, self._clock)
        target, headers = journey.start(), {"Accept": "text/html, */*"}
        while True:
            answer = self._knock(target, headers, allowance)
            if answer.status not in REDIRECTS:
                return Seen(target.url, answer.status)
            target = journey.on(target, answer)

    def _knock(self, target: Target, headers: Mapping[str, str], allowance: Allowance) -> Answer:
        try:
            answer = self._ask(target, headers, allowance, _SEEN, cut=True, method="HEAD")
        except Obstacle as obstacle:
            if obstacle.status:
                raise
        else:
            if answer.status < 400:
                return answer
        return self._ask(target, headers, allowance, _SEEN, cut=True)

    def _followed(self, journey: Journey, headers: Mapping[str, str], most: int, *, robots: bool) -> Page:
        allowance = Allowance(self._limits.seconds, self._clock)
        target, origin = journey.start(), ""
        while True:
            if robots:  # a redirect within a site is part of the same visit, and has no delay of its own
                self._permission.check(target, allowance, waits=target.origin != origin)
            answer = self._ask(target, headers, allowance, most)
            if answer.status not in REDIRECTS:
                return self._page(target, answer, conditional=not _VALIDATORS.isdisjoint(headers))
            origin = target.origin
            target = journey.on(target, answer)

    def _ask(
        self,
        target: Target,
        headers: Mapping[str, str],
        allowance: Allowance,
        most: int,
        *,
        cut: bool = False,
        method: str = "GET",
    ) -> Answer:
        self._manners.check(target.origin)
        ours = {"User-Agent": self._agent, "Accept-Encoding": "gzip, deflate"}
        answer = self._exchange.ask(target, ours | dict(headers), allowance, most, cut=cut, method=method)
        seconds = retry_after(answer.headers) if answer.status in _BUSY else None
        if seconds is not None:
            self._manners.stay_away(target.origin, answer.status, seconds)
            raise busy(answer.status, seconds)
        return answer

    def _ask_robots_txt(self, target: Target, allowance: Allowance) -> Answer:
        return self._ask(target, {"Accept": "text/plain, */*"}, allowance, robots_txt.MOST_BYTES, cut=True)

    @staticmethod
    def _page(target: Target, answer: Answer, *, conditional: bool) -> Page:
        if answer.status in {200, 203}:
            return Page(target.url, 200, answer.content, answer.headers)
        if answer.status == 304 and conditional:
            return Page(target.url, 304, b"", answer.headers)
        raise Obstacle(f"answers {named(answer.status)}", status=answer.status)
