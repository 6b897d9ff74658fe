"""Reading a subscriber file: CSV with a header, as spreadsheets write it; what is wrong is named with its line."""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

REFUSED = "refused"
_ALIASES = {"e-mail": "email", "email address": "email", "e-mail address": "email"}
_KNOWN = ("email", "name", "language")
_DELIMITERS = ",;\t"
_HEADER_LINES = 20  # enough for a header whose quoted names hold line breaks
_UNDECODABLE = re.compile("[\udc80-\udcff]")  # what surrogateescape makes of bytes that are no UTF-8


class ImportFileError(ValueError):
    """The file as a whole cannot be imported; the message is a sentence that names the place."""


@dataclass(frozen=True, slots=True)
class _Header:
    names: tuple[str, ...]
    places: dict[str, int]  # known column -> position

    @property
    def ignored(self) -> tuple[str, ...]:
        return tuple(name for place, name in enumerate(self.names) if name and place not in self.places.values())


def read(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Stream (line, {"email", "name", "language"}); an absent column is an empty text, empty lines are left out.

    A row that cannot be read has the key REFUSED too, with the reason. ImportFileError names why the file cannot be.
    """
    with _open(path) as file:
        lines = _lines(file)
        first = list(islice(lines, _HEADER_LINES))
        delimiter = _delimiter(first)
        records = _records(chain(first, lines), delimiter)
        header = _header(records)
        for line, cells in records:
            yield line, _row(header, cells)


def ignored_columns(path: Path) -> tuple[str, ...]:
    """The columns of the file that an import leaves aside."""
    with _open(path) as file:
        first = list(islice(_lines(file), _HEADER_LINES))
    # The last of these lines may open a quote that is closed after them; the header alone is asked for.
    return _header(_records(iter(first), _delimiter(first))).ignored


def file_sha256(path: Path) -> str:
    """The SHA-256 (hex) of the file's bytes, by which an import batch names it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror}.") from None


def _lines(file: TextIO) -> Iterator[str]:
    for number, line in enumerate(file, 1):
        if _UNDECODABLE.search(line):
            raise ImportFileError(f'Line {number} is not UTF-8. Save the file as "CSV UTF-8" and import it again.')
        if "\0" in line:
            raise ImportFileError(f"Line {number} holds a NUL byte; this is no CSV file in UTF-8.")
        yield line


def _records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line it begins on."""
    # strict: an unclosed quote must not swallow the readers after it
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise ImportFileError(f"The record that begins on line {line} is no valid CSV: {error}.") from None
        if any(cell.strip() for cell in cells):
            yield line, cells


def _delimiter(first: list[str]) -> str:
    """The delimiter under which the header has an email column; if none does, the one that finds most columns."""

    def fit(delimiter: str) -> tuple[bool, int]:
        try:
            names = _names(next(_records(iter(first), delimiter))[1])
        except (StopIteration, ImportFileError):
            return False, 0
        return "email" in map(_known, names), len(names)

    return max(_DELIMITERS, key=fit)


def _header(records: Iterator[tuple[int, list[str]]]) -> _Header:
    found = next(records, None)
    if found is None:
        raise ImportFileError("The file is empty; it needs a header line with a column email.")
    names = _names(found[1])
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        column = _known(name)
        if column in places:
            raise ImportFileError(f"The columns {names[places[column]]} and {name} both mean {column}; keep one.")
        if column in _KNOWN:
            places[column] = place
    if "email" not in places:
        columns = ", ".join(name for name in names if name)
        raise ImportFileError(f"The file has no column email; its columns are: {columns}.")
    return _Header(names, places)


def _names(cells: list[str]) -> tuple[str, ...]:
    return tuple(" ".join(cell.split()).casefold() for cell in cells)


def _known(name: str) -> str:
    return _ALIASES.get(name, name)


def _row(header: _Header, cells: list[str]) -> dict[str, str]:
    # Line breaks inside quotes are how spreadsheets wrap a cell; a name has none.
    row = {name: " ".join(cells[place].split()) if place < len(cells) else ""
           for name, place in header.places.items()}  # fmt: skip
    row = dict.fromkeys(_KNOWN, "") | row
    # Empty cells at the end are harmless and common; anything else there means that the columns have shifted.
    if any(cell.strip() for cell in cells[len(header.names) :]):
        row[REFUSED] = f"the row has {len(cells)} cells, the header {len(header.names)}"
    return row
