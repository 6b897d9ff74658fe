"""Reading a file of readers: CSV as spreadsheets write it, a workbook, or pasted lines; what is wrong is named."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from io import BufferedReader, FileIO, TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from subscribers import pasting, sheets
from subscribers.columns import ASIDE, STATES, ColumnError, Columns, Field, guess, has_address, plain
from subscribers.entries import Entry, reader
from subscribers.files import ImportFileError, Kind, Survey, file_sha256, survey

__all__ = [
    "REFUSED",
    "Asked",
    "ImportFileError",
    "Opened",
    "file_sha256",
    "ignored_columns",
    "in_words",
    "look",
    "open_",
    "read",
]

REFUSED = "refused"
_DELIMITERS = ",;\t|"
_TELLING = {Field.OPTED_IN_AT, Field.CONFIRMED_AT, Field.WORDS}
_HEADER_LINES = 20  # enough for a header whose quoted names hold line breaks
_IN_WORDS = {
    "email": "the address", "name": "the name", "first_name": "the first name", "last_name": "the last name",
    "language": "the language", "state": "how they stand", "left": "whether they have left",
    "subscribed": "whether they are on the list", "opted_in_at": "when they signed up",
    "opted_in_ip": "from where they signed up", "confirmed_at": "when they confirmed",
    "confirmed_ip": "from where they confirmed", "added_at": "when they were added", "left_at": "when they left",
    "left_because": "why they left", "bounced_at": "when mail came back", "words": "what they agreed to",
    "source": "where they signed up",
}  # fmt: skip
_Records = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says about a file, because it cannot be seen or is seen wrongly. `columns`: name -> field or "-".
    `pasted`: it came without a name; plain lines are then no fault.
    """

    encoding: str = ""
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    pasted: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A file looked over: how it is written, and what its columns mean (None: it has no header, it was pasted)."""

    path: Path
    survey: Survey
    sheet: str
    delimiter: str
    columns: Columns | None
    rows: int = 0
    sample: tuple[str, ...] = ()

    @property
    def ignored(self) -> tuple[str, ...]:
        """The names of the columns that are not read."""
        return self.columns.ignored if self.columns else ()

    @property
    def tells_consent(self) -> bool:
        """Whether a column may tell when, or on which words, each of them agreed, or that they left."""
        return self.columns is not None and bool(_TELLING & set(self.columns.places) or self.columns.all_are)

    def as_json(self) -> dict[str, Any]:
        """For the record of the import."""
        written = {"kind": self.survey.kind.value, "encoding": self.survey.encoding.removesuffix("-sig")}
        return written | ({"delimiter": self.delimiter} if self.delimiter else {}) | (
            self.columns.as_json() if self.columns else {})  # fmt: skip

    def entries(self, heard: Callable[[int], None] | None = None) -> Iterator[Entry]:
        """Every row, in the order of the file. `heard` is told now and then how many bytes have been read."""
        if self.columns is None:
            with closing(_text(self.path, self.survey.encoding, heard)) as text:
                yield from pasting.entries(text)
            return
        read = reader(self.columns)
        with closing(_records_of(self, heard)) as records:
            next(records)  # the header
            for line, cells in records:
                yield read(line, cells)


def in_words(opened: Opened) -> str:
    """What each column was taken for, in a sentence."""
    if opened.columns is None:
        return ""
    known = opened.columns
    read = (
        f"“{known.names[place]}” as {_IN_WORDS.get(what.value, what.value)}" for what, place in known.places.items()
    )
    whose = f"From {known.whose.title()}. " if known.whose else ""
    aside = f" Left aside: {', '.join(opened.ignored)}." if opened.ignored else ""
    return f"{whose}We read {', '.join(read)}.{aside}"


def open_(path: Path, asked: Asked = Asked()) -> Opened:
    """Look a file over, without reading its rows. ImportFileError names why it cannot be imported."""
    seen = survey(path, asked.encoding)
    if asked.pasted and seen.kind is Kind.CSV:
        seen = replace(seen, kind=Kind.PASTED)
    if asked.sheet and seen.kind is not Kind.XLSX:
        raise ImportFileError("Only a workbook has sheets.")
    if seen.kind is Kind.XLSX:
        return _with_columns(Opened(path, seen, asked.sheet, "", None), asked)
    delimiter, is_table = _delimiter(path, seen.encoding, asked.columns)
    if seen.kind is Kind.PASTED and not is_table:
        if asked.columns:
            raise ImportFileError("Lines without a header have no columns to map.")
        return Opened(path, seen, "", "", None)
    return _with_columns(Opened(path, replace(seen, kind=Kind.CSV), "", delimiter, None), asked)


def look(path: Path, asked: Asked = Asked()) -> Opened:
    """Look a file over to its end: a fault in the last line must not leave half of it imported.

    A column by whose name one would think that it tells how people stand, and that never does, is left aside.
    """
    opened = open_(path, asked)
    state = opened.columns.places.get(Field.STATE) if opened.columns else None
    is_told = Field.STATE in asked.columns.values()
    rows, sample, tells = 0, _Sample(), is_told
    if opened.columns is None:
        rows = sum(1 for _ in opened.entries())
        return replace(opened, rows=rows)
    with closing(_records_of(opened)) as records:
        next(records)
        for _, cells in records:
            rows += 1
            if state is not None and not tells and state < len(cells):
                tells = plain(cells[state]) in STATES
            if opened.survey.guessed:
                sample.see(cells)
    columns = opened.columns
    if state is not None and not tells:
        places: dict[Field, int] = {
            field_: place for field_, place in columns.places.items() if field_ is not Field.STATE
        }
        columns = replace(columns, places=places)
    return replace(opened, columns=columns, rows=rows, sample=sample.words())


def read(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Stream (line, {"email", "name", "language"}); an absent column is an empty text, empty lines are left out.

    A row that cannot be read has the key REFUSED too, with the reason. ImportFileError names why the file cannot be.
    """
    for entry in open_(path).entries():
        row = {"email": entry.email, "name": entry.name, "language": entry.language}
        yield entry.line, row | ({REFUSED: entry.refused} if entry.refused else {})


def ignored_columns(path: Path) -> tuple[str, ...]:
    """The columns of the file that an import leaves aside."""
    return open_(path).ignored


class _Sample:
    """A few words with letters beyond ASCII, to show how an encoding that was guessed reads them."""

    def __init__(self) -> None:
        self._words: dict[str, None] = {}

    def see(self, cells: Sequence[str]) -> None:
        if len(self._words) < 5:
            self._words.update(
                dict.fromkeys(word for cell in cells for word in cell.split() if not word.isascii() and "@" not in word)
            )

    def words(self) -> tuple[str, ...]:
        return tuple(self._words)[:5]


def _with_columns(opened: Opened, asked: Asked) -> Opened:
    with closing(_records_of(opened)) as records:
        header = next(records, None)
    if header is None:
        raise ImportFileError("The file is empty; it needs a header line with a column email.")
    try:
        return replace(opened, columns=guess(header[1], asked.columns, opened.path.name))
    except ColumnError as error:
        raise ImportFileError(str(error)) from None


def _records_of(opened: Opened, heard: Callable[[int], None] | None = None) -> Any:
    """The records of the file with its header; a generator, to be closed."""
    if opened.survey.kind is Kind.XLSX:
        return sheets.records(opened.path, opened.sheet)
    return _csv(opened.path, opened.survey.encoding, opened.delimiter, heard)


def _csv(path: Path, encoding: str, delimiter: str, heard: Callable[[int], None] | None) -> _Records:
    with closing(_text(path, encoding, heard)) as text:
        yield from _records(text, delimiter)


def _records(lines: Iterator[str], delimiter: str) -> _Records:
    """Each record that is not blank, with the line it begins on."""
    # strict: an unclosed quote must not swallow the readers after it
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in rows:
            if any(map(str.strip, cells)):
                yield line, cells
            line = rows.line_num + 1
    except csv.Error as error:
        raise ImportFileError(f"The record that begins on line {line} is no valid CSV: {error}.") from None


def _delimiter(path: Path, encoding: str, told: Mapping[str, str]) -> tuple[str, bool]:
    """The delimiter under which the header has an email column (else the one that finds most columns), and whether
    it has one.
    """
    with closing(_text(path, encoding)) as text:
        first = list(islice(text, _HEADER_LINES))
    wished = {plain(name) for name, to in told.items() if to != ASIDE}

    def fit(delimiter: str) -> tuple[bool, int]:
        # The last of these lines may open a quote that is closed after them; the header alone is asked for.
        try:
            cells = next(_records(iter(first), delimiter))[1]
        except (StopIteration, ImportFileError):
            return False, 0
        return has_address(cells) or bool(wished & {plain(cell) for cell in cells}), len(cells)

    best = max(_DELIMITERS, key=fit)
    return best, fit(best)[0]


def _text(path: Path, encoding: str, heard: Callable[[int], None] | None = None) -> TextIO:
    try:
        if heard is None:
            return path.open(encoding=encoding, newline="")
        return TextIOWrapper(BufferedReader(_Heard(path, heard), 1 << 18), encoding=encoding, newline="")
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror}.") from None


class _Heard(FileIO):
    """A file that tells how far it has been read."""

    def __init__(self, path: Path, heard: Callable[[int], None]) -> None:
        super().__init__(path, "rb")
        self._heard = heard

    def readinto(self, buffer: Any) -> int:
        number = super().readinto(buffer)
        self._heard(self.tell())
        return number
