"""Asks the DNS for records, with a limit of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dns.rdata import Rdata
    from dns.resolver import Resolver

FOUND, NONE, FAILED = "found", "none", "failed"
_MOST_RECORDS, _LONGEST = 20, 2000


@dataclass(frozen=True, slots=True)
class Told:
    """What the DNS told. `outcome`: found, none (there is no such record), failed (nobody answered, or not in time)."""

    outcome: str
    records: tuple[str, ...] = ()


class Names:
    """Asks the name servers of this machine, or these. A question takes at most `seconds`, whatever they do."""

    def __init__(self, servers: Sequence[str] = (), port: int = 53, seconds: float = 4.0) -> None:
        self._servers, self._port, self._seconds = tuple(servers), port, seconds

    def ask(self, name: str, kind: str) -> Told:
        """The records of that kind (TXT, MX) as texts; of an MX the host names, "." for one that takes no mail."""
        import dns.exception  # noqa: PLC0415 - read once, and only to look
        import dns.name  # noqa: PLC0415
        import dns.resolver  # noqa: PLC0415

        try:
            asked = dns.name.from_unicode(name) if not name.isascii() else dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return Told(NONE)
        try:
            answer = self._resolver().resolve(asked, kind, lifetime=self._seconds, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return Told(NONE)
        except (dns.exception.DNSException, OSError):
            return Told(FAILED)
        return Told(FOUND, tuple(_text(record)[:_LONGEST] for record in list(answer)[:_MOST_RECORDS]))

    def _resolver(self) -> "Resolver":
        import dns.resolver  # noqa: PLC0415

        found = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            found.nameservers, found.port = list(self._servers), self._port
        return found


def _text(record: "Rdata") -> str:
    if hasattr(record, "strings"):
        return b"".join(record.strings).decode("utf-8", "replace")
    if hasattr(record, "exchange"):
        return str(record.exchange)
    return record.to_text()
