"""Looking a file over before it is read: what kind it is, in which encoding, how large, and its hash."""

import codecs
import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

UTF8, WINDOWS = "utf-8-sig", "windows-1252"
_BLOCK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, UTF8), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The letters and marks that western European names and words need; other bytes point to another encoding.
_WESTERN = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒ’‘“”„–—…€«»°ºª¿¡·´\xa0"
_IS_WESTERN = _WESTERN.encode(WINDOWS) + bytes(range(1, 128))
_UTF8_PAIR = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_FOREIGN_RUN = re.compile(rb"[\x80-\xff]{3}")  # three such letters in a row: no western language, but Cyrillic or Greek
_UNDECODABLE = re.compile("[\udc80-\udcff]")  # what surrogateescape makes of bytes that do not fit
_LARGEST_SHEET = 4 << 30


class ImportFileError(ValueError):
    """The file as a whole cannot be imported; the message is a sentence that names the place."""


class Kind(StrEnum):
    """How a file holds its rows."""

    CSV = "csv"
    XLSX = "xlsx"
    PASTED = "pasted"


@dataclass(frozen=True, slots=True)
class Survey:
    """What can be said of a file before it is read. `guessed`: the encoding is our best guess, and is to be told."""

    kind: Kind
    encoding: str
    size: int
    sha256: str
    guessed: bool = False


def survey(path: Path, encoding: str = "") -> Survey:
    """Look a file over, once from end to end. ImportFileError names why it cannot be read."""
    try:
        with path.open("rb") as file:
            begin = file.read(len(_OLE))
            kind = _kind(path, begin)
            digest, size = hashlib.sha256(), 0
            file.seek(0)
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror}.") from None
    if kind is Kind.XLSX:
        return Survey(kind, "", size, digest.hexdigest())
    if encoding:
        _require(path, _codec(encoding), encoding)
        return Survey(kind, _codec(encoding), size, digest.hexdigest())
    found, guessed = _encoding(path, begin)
    return Survey(kind, found, size, digest.hexdigest(), guessed)


def file_sha256(path: Path) -> str:
    """The SHA-256 (hex) of the file's bytes, by which an import batch names it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _kind(path: Path, begin: bytes) -> Kind:
    if begin.startswith(_OLE):
        raise ImportFileError(f"{path.name} is a workbook in Excel's old format. Save it as .xlsx or as CSV.")
    if not begin.startswith(b"PK\x03\x04"):
        return Kind.PASTED if path.suffix.casefold() == ".txt" else Kind.CSV
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise ImportFileError(f"{path.name} is a damaged workbook or archive.") from None
    names = [one.filename for one in members]
    if "xl/workbook.xml" not in names:
        inside = ", ".join(name for name in names[:5] if not name.endswith("/"))
        raise ImportFileError(f"{path.name} is an archive ({inside}). Unpack it, and import each file in it.")
    if sum(one.file_size for one in members) > _LARGEST_SHEET:
        raise ImportFileError(f"{path.name} is larger inside than any sheet of readers. Save it as CSV.")
    return Kind.XLSX


def _codec(encoding: str) -> str:
    try:
        codecs.lookup(encoding).incrementaldecoder  # noqa: B018 -- asked for
        "".encode(encoding)
    except (LookupError, UnicodeError, ValueError):
        raise ImportFileError(
            f"There is no encoding {encoding}; it is utf-8, windows-1252, iso-8859-2, utf-16, or another that Python "
            f"knows."
        ) from None
    return UTF8 if codecs.lookup(encoding).name == "utf-8" else encoding


def _encoding(path: Path, begin: bytes) -> tuple[str, bool]:
    """The encoding by the mark at the file's beginning, UTF-8 where all of it fits, else Windows-1252 where nothing
    else is likely. A byte that fits nowhere is named by its line.
    """
    for mark, name in _BOMS:
        if begin.startswith(mark):
            _require(path, name, "UTF-8" if name == UTF8 else "UTF-16")
            return name, False
    if _fits(path, UTF8):
        _require_no_nul(path, UTF8, "UTF-8")
        return UTF8, False
    if _looks_western(path):
        _require_no_nul(path, WINDOWS, "Windows-1252")
        return WINDOWS, True
    _require(path, UTF8, "UTF-8")
    raise AssertionError("unreachable")


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _looks_western(path: Path) -> bool:
    return not any(
        line.translate(None, _IS_WESTERN) or _UTF8_PAIR.search(line) or _FOREIGN_RUN.search(line)
        for line in _byte_lines(path)
    )


def _byte_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while line := file.readline(_BLOCK):
            yield line


def _require(path: Path, encoding: str, called: str) -> None:
    if not _fits(path, encoding):
        _name_the_line(path, encoding, called)
    _require_no_nul(path, encoding, called)


def _name_the_line(path: Path, encoding: str, called: str) -> None:
    """Where the bytes stop to fit. Encodings of two bytes a letter know no broken line; the file is named then."""
    try:
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
            for number, line in enumerate(file, 1):
                if _UNDECODABLE.search(line):
                    raise ImportFileError(
                        f'Line {number} is not {called}. Save the file as "CSV UTF-8" and import it again, or say how '
                        f"it is written: --encoding windows-1252"
                    )
    except UnicodeError:
        pass
    raise ImportFileError(f'The file is not {called}. Save it as "CSV UTF-8" and import it again.')


def _require_no_nul(path: Path, encoding: str, called: str) -> None:
    if encoding in {UTF8, WINDOWS}:
        with path.open("rb") as file:
            if not any(b"\0" in block for block in iter(lambda: file.read(_BLOCK), b"")):
                return
    with path.open(encoding=encoding, newline="", errors="replace") as text:
        for number, line in enumerate(text, 1):
            if "\0" in line:
                raise ImportFileError(f"Line {number} holds a NUL byte; this is no CSV file in {called}.")
