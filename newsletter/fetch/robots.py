"""What a site's robots.txt asks of us (RFC 9309)."""

import re
from dataclasses import dataclass

from protego import Protego

from newsletter.fetch.decoding import decode

TOKEN = "newsletter"  # noqa: S105 - our product token
MOST_BYTES = 500 * 1024  # RFC 9309 2.5
_GAP = r"[^\S\n]"
_AGENT = re.compile(rf"^{_GAP}*user(?:-|{_GAP}+)?agent(?=[:\s]){_GAP}*:?([^#\n]*)[^\n]*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rules:
    """`delay`: seconds between two requests (Crawl-delay); 0 where none is asked for."""

    _parsed: Protego

    def allow(self, url: str) -> bool:
        return bool(self._parsed.can_fetch(url, TOKEN))

    @property
    def delay(self) -> float:
        return float(self._parsed.crawl_delay(TOKEN) or 0)


def parse(content: bytes) -> Rules:
    """The rules for our token, or else for everybody."""
    text = "\n".join(decode(content[:MOST_BYTES]).splitlines())
    return Rules(Protego.parse(_AGENT.sub(_ours, text)))


def _ours(line: re.Match[str]) -> str:
    """Other agents' groups become one: the parser keeps each rule once for each name above it, which thousands of
    names above thousands of rules would make billions; and it would take `news` for a name of ours.
    """
    name = line[1].strip().lower().partition("/")[0]
    return f"User-agent: {name if name in {'*', TOKEN} else 'another'}"
