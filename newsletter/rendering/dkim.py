"""DKIM signatures, for those whose mail service does not sign (RFC 6376, with RFC 8301: rsa-sha256 and 2048 bits).

relaxed/simple: header lines may be folded anew on the way, the body must arrive as it left. Bodies from `mime` have no
line ends but CRLF and end in exactly one, so they are their own canonical form (3.4.3) and are hashed where they lie.
What all readers share is made ready once a language; a message costs the hash of the rest, and one RSA signature.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from newsletter.clock import Clock
from newsletter.errors import Misconfigured
from newsletter.rendering.headers import HeaderError, address

# What is signed where it is there (RFC 6376 5.4.1; RFC 8058 section 4 for the two of one-click unsubscribing).
_SIGNED = (
    b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"mime-version", b"content-type",
    b"content-language", b"list-id", b"list-unsubscribe", b"list-unsubscribe-post", b"feedback-id",
)  # fmt: skip
# Named once more than they occur, so that nobody can add one that mail programs would show instead (5.4.2, 8.15).
_ONCE_MORE = frozenset(
    {b"from", b"to", b"subject", b"date", b"reply-to", b"content-type", b"list-unsubscribe", b"list-unsubscribe-post"}
)
_LEAST, _MOST = 2048, 4096  # RFC 8301 3.2: what a signer should use at least, and a verifier need not pass
_WIDTH = 76

_FIELD_END = re.compile(rb"\r\n(?![ \t])")


class Signer:
    """Signs for one domain. It keeps no state between messages, so threads may share it."""

    def __init__(self, domain: str, selector: str, key: RSAPrivateKey, clock: Clock) -> None:
        self._domain = domain
        self._key = key
        self._clock = clock
        tags = ("v=1", "a=rsa-sha256", "c=relaxed/simple", f"d={domain}", f"s={selector}")
        self._start = [b"DKIM-Signature:", *(f" {tag};".encode() for tag in tags)]

    def seal(self, row: Sequence[bytes]) -> "Seal":
        """What signs one language's messages; `row` is the message with its gaps empty. Misconfigured tells why not."""
        head, _, body = row[0].partition(b"\r\n\r\n")
        assert row[-1].endswith(b"--\r\n"), "the body would be changed by canonicalization"
        shared = _fields(head)
        self._require_aligned(shared.get(b"from", ()))
        return Seal(self, shared, body)

    def line(self, names: Sequence[bytes], lines: Iterable[bytes], body_hash: bytes) -> bytes:
        """The DKIM-Signature field over these canonical lines (3.5, 3.7)."""
        listed = [*(name + b":" for name in names[:-1]), names[-1] + b";"]
        moment = b" t=%d;" % int(self._clock().timestamp())
        field = _folded([*self._start, moment, b" h=", *listed, b" bh=%s;" % b64encode(body_hash)])
        unsigned = _canonical(field + b"\r\n b=")[1]
        signature = b"b=" + b64encode(self._key.sign(b"\r\n".join([*lines, unsigned]), PKCS1v15(), SHA256()))
        pieces = [signature[at : at + _WIDTH - 1] for at in range(0, len(signature), _WIDTH - 1)]
        return b"\r\n ".join([field, *pieces]) + b"\r\n"

    def _require_aligned(self, senders: Sequence[bytes]) -> None:
        if len(senders) != 1:
            raise HeaderError("From: to be signed, it must stand once among the lines that all readers share.")
        domain = senders[0].rpartition(b"@")[2].rstrip(b">").decode().lower()
        if domain != self._domain and not domain.endswith(f".{self._domain}"):
            raise Misconfigured(
                f"DKIM_DOMAIN is {self._domain} and From is at {domain}. A signature speaks for its domain and those "
                "below it (DMARC, RFC 7489 3.1.1): set DKIM_DOMAIN to From's domain."
            )


class Seal:
    """Signs the messages of one language: their shared lines are canonical, their shared beginning is hashed."""

    def __init__(self, signer: Signer, shared: Mapping[bytes, list[bytes]], body: bytes) -> None:
        self._signer = signer
        self._shared = shared
        self._hashed = sha256(body)

    def line(self, headers: Sequence[bytes], rest: Iterable[bytes]) -> bytes:
        """The field that goes on top of a message with these lines of its own and this body after its first gap."""
        body = self._hashed.copy()
        for segment in rest:
            body.update(segment)
        own = _fields(b"".join(headers))
        names: list[bytes] = []
        lines: list[bytes] = []
        for name in _SIGNED:
            found = [*self._shared.get(name, ()), *own.get(name, ())]
            names += [name] * (len(found) + (name in _ONCE_MORE))
            lines += found
        return self._signer.line(names, lines, body.digest())


def signer(domain: str, selector: str, private_key: str, clock: Clock) -> Signer | None:
    """The signer that the settings ask for, or None where they ask for none; Misconfigured never shows the key."""
    if not (domain or selector or private_key):
        return None
    return Signer(_name("DKIM_DOMAIN", domain).lower(), _name("DKIM_SELECTOR", selector), _key(private_key), clock)


def public_record(private_key: str) -> str:
    """What stands in the DNS for this key, as one text (RFC 6376 3.6.1): its public part alone."""
    public = _key(private_key).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={b64encode(public).decode()}"


def _name(setting: str, text: str) -> str:
    try:
        return address(f"dkim@{text}", setting).partition("@")[2]
    except HeaderError:
        raise Misconfigured(f"{setting} is no name as in DNS: letters, digits, hyphens and single dots.") from None


def _key(pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        raise Misconfigured("DKIM_PRIVATE_KEY is locked with a passphrase; give the key without one.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise Misconfigured(
            "DKIM_PRIVATE_KEY is no private key in PEM: a text from -----BEGIN PRIVATE KEY----- to its END line."
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise Misconfigured("DKIM_PRIVATE_KEY is no RSA key; not all mail services verify other kinds (RFC 8463).")
    if not _LEAST <= key.key_size <= _MOST:
        raise Misconfigured(
            f"DKIM_PRIVATE_KEY has {key.key_size} bits; it needs {_LEAST}, and at most {_MOST} (RFC 8301 3.2)."
        )
    return key


def _fields(lines: bytes) -> dict[bytes, list[bytes]]:
    """The canonical fields by name, of each name from the bottom up: in that order they are signed (5.4.2)."""
    found: dict[bytes, list[bytes]] = {}
    for field in reversed(_FIELD_END.split(lines)):
        if field:
            name, line = _canonical(field)
            found.setdefault(name, []).append(line)
    return found


def _canonical(field: bytes) -> tuple[bytes, bytes]:
    """A field's name and its relaxed form, without CRLF at its end (3.4.2)."""
    name, _, value = field.partition(b":")
    name = name.rstrip(b" \t").lower()
    return name, name + b":" + b" ".join(value.split())


def _folded(words: Iterable[bytes]) -> bytes:
    """Words in lines of at most 76; each brings its own space, which a fold takes the place of."""
    lines = [b""]
    for word in words:
        if len(lines[-1]) + len(word) <= _WIDTH:
            lines[-1] += word
        else:
            lines.append(b" " + word.lstrip())
    return b"\r\n".join(lines)
