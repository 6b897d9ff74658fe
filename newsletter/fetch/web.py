"""Fetches pages, within limits and with manners."""

import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import requests

from newsletter.fetch.limits import Limits
from newsletter.fetch.page import Page
from newsletter.fetch.unreachable import Unreachable

DEFAULT = Limits()


class Web:
    """Fetches pages; one for many, from several threads if need be. Close it, or use it in a `with`."""

    def __init__(
        self,
        *,
        allow_private: bool,
        agent: str,
        limits: Limits = DEFAULT,
        robots: bool = True,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        resolve: Callable[..., list[Any]] = socket.getaddrinfo,
    ) -> None:
        self._limits = limits
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = agent

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._session.close()

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
        """The page at `url`; with validators of the last visit, 304 where it is the same. Unreachable otherwise."""
        headers = {"Accept": accept}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": last_modified} if last_modified else {}
        try:
            answer = self._session.get(url, headers=headers, timeout=self._limits.seconds)
        except (requests.RequestException, ValueError) as error:
            raise Unreachable(f"{url} cannot be reached: {error}.") from None
        if answer.status_code not in {200, 304}:
            phrase = HTTPStatus(answer.status_code).phrase.lower()
            raise Unreachable(
                f"{url} answers {answer.status_code} ({phrase}).",
                gone=answer.status_code in {404, 410},
                status=answer.status_code,
            )
        return Page(answer.url, answer.status_code, answer.content, {k.lower(): v for k, v in answer.headers.items()})
