"""A way out for pages on which somebody waits: what it fetches, all together, takes a bounded time."""

import time
from typing import Any

from newsletter.fetch.limits import Limits
from newsletter.fetch.page import Page
from newsletter.fetch.unreachable import Unreachable
from newsletter.fetch.web import Web

SECONDS = 20.0
_EACH = Limits(seconds=10.0, connecting=5.0, crawl_delay=1.0)


class Hurried(Web):
    """Begins no fetch once its seconds are over; one that is under way then ends within ten."""

    def __init__(self, *, allow_private: bool, agent: str, seconds: float = SECONDS) -> None:
        super().__init__(allow_private=allow_private, agent=agent, limits=_EACH)
        self._seconds, self._end = seconds, time.monotonic() + seconds

    def get(self, url: str, **options: Any) -> Page:
        if time.monotonic() > self._end:
            raise Unreachable(f"This takes longer than {self._seconds:g} seconds, which is as long as we wait here.")
        return super().get(url, **options)
