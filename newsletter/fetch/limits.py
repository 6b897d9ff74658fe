"""How much of the web one fetch may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch.

    most_bytes     of a page, after decompression
    seconds        for the whole fetch: names, connections, redirects, robots.txt, the last byte
    connecting     seconds for one try to connect
    redirects      followed
    crawl_delay    seconds; a longer Crawl-delay is cut to this
    """

    most_bytes: int = 10 * 1024 * 1024
    seconds: float = 30.0
    connecting: float = 10.0
    redirects: int = 5
    crawl_delay: float = 10.0
