"""An answer's content, decompressed within its limit."""

import http.client
import zlib
from collections.abc import Iterator

from newsletter.fetch.unreachable import Obstacle

_PIECE = 65_536
_GZIP = b"\x1f\x8b"
_UNASKED = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})


def read(response: http.client.HTTPResponse, most_bytes: int, *, cut: bool = False) -> bytes:
    """The whole content. More than `most_bytes` is an Obstacle, or cut off; so are one that breaks off before its end,
    and a compression that we did not ask for.
    """
    encoding = _encoding(response.headers.get_all("Content-Encoding", []))
    if not cut and (response.length or 0) > most_bytes:
        raise _large(most_bytes)
    content = bytearray()
    for piece in _decoded(_raw(response), encoding):
        content += piece
        if len(content) > most_bytes:
            if cut:
                break
            raise _large(most_bytes)
    return bytes(content[:most_bytes])


def _raw(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while piece := response.read(_PIECE):
        yield piece
    if response.length:  # http.client itself says nothing of an end that comes too early
        raise _broken()


def _decoded(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    return pieces if encoding == "identity" else _inflated(pieces, encoding)


def _inflated(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Never more than one piece at a time, however little it was made from. After a gzip member another may follow
    (RFC 1952 2.2), or rubbish that everybody ignores.
    """
    decoder, members = None, 0
    for piece in pieces:
        waiting, full = piece, False
        while waiting or full:
            if decoder is None:
                if members and not waiting.startswith(_GZIP):
                    return
                decoder, members = _decoder(waiting, encoding), members + 1
            made = _inflate(decoder, waiting)
            yield made
            full = len(made) == _PIECE  # more may be inside, though all that came is taken
            waiting = decoder.unconsumed_tail
            if decoder.eof:
                waiting, full, decoder = decoder.unused_data, False, None
    if decoder is not None:
        raise _broken()


def _inflate(decoder: "zlib._Decompress", piece: bytes) -> bytes:
    try:
        return decoder.decompress(piece, _PIECE)
    except zlib.error:
        raise Obstacle("cannot be decompressed") from None


def _decoder(start: bytes, encoding: str) -> "zlib._Decompress":
    """`deflate` is zlib's format by the book and bare deflate by habit (RFC 9110 8.4.1.2)."""
    if encoding == "gzip":
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    wrapped = len(start) > 1 and start[0] & 0x0F == 8 and int.from_bytes(start[:2]) % 31 == 0
    return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _encoding(told: list[str]) -> str:
    """gzip, deflate or identity. What is no compression at all (`utf-8`, `none`) is ignored, as browsers do."""
    names = [name.strip().lower().removeprefix("x-") for name in ",".join(told).split(",")]
    known = [name for name in names if name in {"gzip", "deflate"} | _UNASKED]
    if len(known) > 1 or _UNASKED.intersection(known):
        raise Obstacle(f"is compressed in a way that is not understood ({', '.join(known)})")
    return known[0] if known else "identity"


def _broken() -> Obstacle:
    return Obstacle("breaks off before its end")


def _large(most_bytes: int) -> Obstacle:
    size = f"{most_bytes / 1_048_576:g} MB" if most_bytes % 1_048_576 == 0 else f"{most_bytes:,} bytes"
    return Obstacle(f"is larger than {size}")
