"""E-mail addresses: what we accept, how we store them, and the keyed hash that outlives erasure."""

import hmac
import re
import unicodedata
from functools import lru_cache

# RFC 5321 4.1.2 dot-string; quoted local parts are legal there and used by nobody who signs up.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")

ADDRESS_LENGTH = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
# IDNA 2003, which Python's codec follows, maps these to other letters, and so to somebody else's domain (RFC 5894 7.2).
_DEVIATING = frozenset("ßẞς\u200c\u200d")


class AddressError(ValueError):
    """Not an address we can mail; the message says why."""


def parse(text: str) -> str:
    """The address as stored: trimmed, local part as typed, domain as lower-case A-label (RFC 5321, RFC 5890).

    Raises AddressError with a reason a person can act on.
    """
    address = unicodedata.normalize("NFC", text.strip())
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise AddressError("an address has one @ with something on both sides")
    if not local.isascii():
        raise AddressError("letters beyond ASCII before the @ cannot be delivered by most mail servers")
    if not _LOCAL.fullmatch(local) or len(local) > 64:
        raise AddressError("what stands before the @ is not a valid local part")
    parsed = f"{local}@{_domain(domain)}"
    if len(parsed) > ADDRESS_LENGTH:
        raise AddressError(f"an address has at most {ADDRESS_LENGTH} characters")
    return parsed


@lru_cache(4096)  # many readers share few domains
def _domain(domain: str) -> str:
    if _DEVIATING & set(domain):
        raise AddressError(
            "write what stands after the @ in its ASCII form (xn--...); its letters can be read two ways"
        )
    try:
        ascii_domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        raise AddressError("what stands after the @ is not a valid domain") from None
    labels = ascii_domain.lower().split(".")
    if (
        labels[-1].isdigit()
        or len(labels) < 2
        or not all(_LABEL.fullmatch(label) for label in labels)
        or len(ascii_domain) > 253
    ):
        raise AddressError("what stands after the @ is not a valid domain")
    return ".".join(labels)


def address_hash(address: str, suppression_key: str) -> str:
    """HMAC-SHA256 (hex) of the parsed address with its local part in lower case, for look-up and for ever."""
    keyed = _keyed(suppression_key).copy()
    keyed.update(address.lower().encode())
    return keyed.hexdigest()


@lru_cache(4)  # a copy takes less than a fresh start, once for every row of a file
def _keyed(suppression_key: str) -> hmac.HMAC:
    return hmac.new(suppression_key.encode(), digestmod="sha256")
