"""Web addresses, taken apart and checked before anything is asked of them."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, urljoin, urlsplit

from newsletter.fetch.unreachable import Obstacle

PORTS = {"http": 80, "https": 443}
_LONGEST = 4096  # characters of an address
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_AS_IT_IS = "%/:@!$&'()*+,;=~?-._"  # and letters and digits: RFC 3986 3.3 and 3.4, and escapes that are there already


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. `host`: in ASCII and small letters, an IPv6 address without brackets. `path`: with the
    query, and never empty.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host as an address writes it, with its port where that is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        return self.origin + self.path


def parse(url: str) -> Target:
    """The address taken apart, its fragment dropped. Obstacle where it is none of the web's."""
    text = url.strip()
    if len(text) > _LONGEST:
        raise Obstacle(f"is longer than {_LONGEST} characters")
    if _CONTROL.search(text):
        raise Obstacle("has characters in it that no address has")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Obstacle("is no web address") from None
    if parts.scheme not in PORTS:
        raise Obstacle("is no web address: those begin with https:// or http://")
    if "@" in parts.netloc:
        raise Obstacle("has a user name or password in it; only public addresses are fetched")
    port = PORTS[parts.scheme] if port is None else port
    if port == 0:
        raise Obstacle("names port 0, which nothing can have")
    path = _quoted(parts.path or "/") + (f"?{_quoted(parts.query)}" if parts.query else "")
    return Target(parts.scheme, _ipv6(host) if "[" in parts.netloc else _host(host), port, path)


def follow(target: Target, location: str) -> Target:
    """Where a redirect from `target` leads. A host that was reached by https stays with it: sites behind a proxy
    often don't know that they are.
    """
    try:
        url = urljoin(target.url, _unicode(location).strip())
    except ValueError:
        raise Obstacle("is no web address") from None
    found = parse(url)
    if target.scheme == "https" and found.scheme == "http" and (found.host, found.port) == (target.host, 80):
        return Target("https", found.host, PORTS["https"], found.path)
    return found


def shown(url: str) -> str:
    """An address for a sentence: in one line, not endless, and without a password."""
    text = re.sub(r"//[^/?#]*@", "//", _CONTROL.sub("?", url.strip()))
    return f"{text[:200]}..." if len(text) > 200 else text or "An empty address"


def _host(host: str) -> str:
    name = (host if host.isascii() else _ascii(host)).lower().removesuffix(".")
    if not _HOST.fullmatch(name):
        raise Obstacle("has no host name that could exist" if host else "names no host")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return _ipv4(name)
    return name


def _ipv4(text: str) -> str:
    """Four decimal numbers only: 2130706433, 0x7f.1 and 0177.0.0.1 are read differently by different programs."""
    try:
        return str(IPv4Address(text))
    except ValueError:
        raise Obstacle("has a number for a host that is no IP address in its usual form") from None


def _ipv6(text: str) -> str:
    try:
        if "%" not in text:  # a zone names an interface of this machine
            return str(IPv6Address(text))
    except ValueError:
        pass
    raise Obstacle("has no IPv6 address between its brackets")


def _ascii(host: str) -> str:
    """A host name's form for the network (RFC 5891; UTS 46 maps capitals, wide dots and the like)."""
    import idna  # noqa: PLC0415 - its tables are large, and few hosts need them

    if len(host) > 253:
        raise Obstacle("has no host name that could exist")
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise Obstacle("has no host name that could exist") from None


def _quoted(text: str) -> str:
    return quote(text, safe=_AS_IT_IS, errors="replace")


def _unicode(header: str) -> str:
    """A header's bytes are handed out as Latin-1; addresses in it that are not ASCII are in UTF-8 or nothing."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header
