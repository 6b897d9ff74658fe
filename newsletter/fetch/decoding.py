"""Bytes of a page as text, whatever its server says of them."""

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BARE_XML = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
_IN_CONTENT = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})|<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})",
    re.IGNORECASE,
)
_PRESCAN = 1024  # bytes, as browsers do (HTML Standard, 13.2.3.2)

# Python's names, and what browsers read under them (Encoding Standard, 4.2). No others: codecs like utf-7 or
# unicode_escape are no encodings of pages.
_WIDER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "hz": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "big5": "big5hkscs",
}  # fmt: skip
_KNOWN = frozenset(
    {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "euc_jp", "iso2022_jp", "cp932", "cp949"}
    | {"koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp866", "cp874"}
    | {f"cp{number}" for number in range(1250, 1259)}
    | {f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
)


def decode(content: bytes, content_type: str = "") -> str:
    """`content` by its byte order mark, the header's charset, the page's own declaration, UTF-8, Windows-1252: the
    first that fits. Never raises.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    for encoding in _told(content, content_type):
        if (text := _strictly(content, encoding)) is not None:
            return text
    return _loosely(content)


def _told(content: bytes, content_type: str) -> list[str]:
    told = [encoding for start, encoding in _BARE_XML if content.startswith(start)]
    if found := _IN_HEADER.search(content_type):
        told.append(_encoding(found[1]))
    if inside := _IN_CONTENT.search(content[:_PRESCAN]):
        label = (inside[1] or inside[2]).decode("ascii", "replace")
        encoding = _encoding(label)
        # A declaration that could be read as ASCII is in no such encoding.
        told.append("utf-8" if encoding.startswith("utf-16") else encoding)
    # Servers call everything Latin-1 by default; what is valid UTF-8 is no Western text that happens to look so.
    if "cp1252" in told:
        told.insert(told.index("cp1252"), "utf-8")
    return [*filter(None, told), "utf-8"]


def _encoding(label: str) -> str:
    """Python's name of a label, "" for an unknown one."""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    name = _WIDER.get(name, name)
    return name if name in _KNOWN else ""


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeError:
        return None


def _loosely(content: bytes) -> str:
    """UTF-8 with a few broken places, else Windows-1252."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if sum(not letter.isascii() for letter in text) > 2 * broken:
        return text
    return content.decode("cp1252", "replace")
