"""What a row says of a person: the address, how he stands, and when, from where and on which words he agreed."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from operator import itemgetter
from typing import NamedTuple

from subscribers.columns import BOUNCED, CONFIRMED, STATES, UNCONFIRMED, UNSUBSCRIBED, Columns, Field, plain


class RowError(ValueError):
    """The row cannot be taken; the message says why."""


class Entry(NamedTuple):
    """A row, read. `says`: confirmed, unsubscribed, bounced, unconfirmed, or empty where the row does not tell.

    `at`: when he agreed (or left); `is_proof`: it is an opt-in or a confirmation, not merely when he was added.
    `refused`: why the row cannot be taken, if so.
    """

    line: int
    email: str
    name: str = ""
    language: str = ""
    says: str = ""
    at: datetime | None = None
    is_proof: bool = False
    ip: str = ""
    words: str = ""
    detail: str = ""
    refused: str = ""


FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with what a cell begins that a spreadsheet takes for a formula
_NAME_FIELDS = {Field.NAME, Field.FIRST_NAME, Field.LAST_NAME}
_SIMPLE = {Field.EMAIL, Field.LANGUAGE, *_NAME_FIELDS}
_STRICTER = (CONFIRMED, UNCONFIRMED, UNSUBSCRIBED, BOUNCED)
_YES = {"1", "true", "yes", "y", "x", "ja", "si", "oui", "wahr", "verdadero", "vrai", "t"}
_NO = {"", "0", "false", "no", "n", "nein", "non", "falsch", "falso", "faux", "f"}
Reader = Callable[[int, Sequence[str]], Entry]


def reader(columns: Columns) -> Reader:
    """What turns the cells of a row into an Entry, for these columns."""
    width, email, language = len(columns.names), columns.places[Field.EMAIL], columns.places.get(Field.LANGUAGE)
    named = _named(columns)
    is_simple = set(columns.places) <= _SIMPLE and not columns.all_are

    def read(line: int, cells: Sequence[str]) -> Entry:
        if len(cells) != width:
            # Empty cells at the end are harmless and common; anything else there: the columns have shifted.
            if any(map(str.strip, cells[width:])):
                return Entry(line, _tidy(cells[email]), refused=f"the row has {len(cells)} cells, the header {width}")
            cells = [*cells, *[""] * (width - len(cells))]
        address = _address(cells[email])
        spoken = cells[language].strip() if language is not None else ""
        if is_simple:
            return Entry(line, address, _plain_text(named(cells)), spoken)
        try:
            return _whole(columns, line, cells, address, _plain_text(named(cells)), spoken)
        except RowError as error:
            return Entry(line, address, refused=str(error))

    return read


def _plain_text(cell: str) -> str:
    """Without the mark that an export puts before what looks like a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def _tidy(cell: str) -> str:
    # Line breaks inside quotes are how spreadsheets wrap a cell; a name has none.
    return " ".join(cell.split())


def _address(cell: str) -> str:
    address = _plain_text(_tidy(cell))
    return address[7:] if address[:7].lower() == "mailto:" else address


def _named(columns: Columns) -> Callable[[Sequence[str]], str]:
    at = [columns.places[field] for field in (Field.NAME, Field.FIRST_NAME, Field.LAST_NAME) if field in columns.places]
    if not at:
        return lambda _: ""
    if len(at) == 1:
        cell = itemgetter(at[0])
        return lambda cells: " ".join(cell(cells).split())
    if Field.NAME in columns.places:  # the whole name, or else its parts
        return lambda cells: _tidy(cells[at[0]]) or " ".join(_tidy(" ".join(cells[n] for n in at[1:])).split())
    return lambda cells: _tidy(" ".join(cells[n] for n in at))


def _whole(columns: Columns, line: int, cells: Sequence[str], address: str, name: str, language: str) -> Entry:
    def cell(field: Field) -> str:
        place = columns.places.get(field)
        return _tidy(cells[place]) if place is not None else ""

    says = _says(columns, cell)
    if says in {UNSUBSCRIBED, BOUNCED}:
        # Who has left has left: an odd date or reason in the row is no ground to go on mailing.
        left = _moment_or_none(cell(Field.LEFT_AT) or cell(Field.BOUNCED_AT))
        return Entry(line, address, name, language, says, left, detail=_detail(("reason", cell(Field.LEFT_BECAUSE))))
    opted_in, confirmed = _moment(cell(Field.OPTED_IN_AT)), _moment(cell(Field.CONFIRMED_AT))
    at = confirmed or opted_in
    return Entry(
        line, address, name, language, says, at or _moment_or_none(cell(Field.ADDED_AT)), at is not None,
        cell(Field.CONFIRMED_IP) or cell(Field.OPTED_IN_IP), _words(cell(Field.WORDS)),
        _detail(
            ("source", cell(Field.SOURCE)),
            ("opted in", f"{opted_in:%Y-%m-%d %H:%M} UTC" if opted_in and confirmed else ""),
        ),
    )  # fmt: skip


def _says(columns: Columns, cell: Callable[[Field], str]) -> str:
    """The strictest of what the file and the row's own columns say."""
    said = {columns.all_are} - {""}
    word = plain(cell(Field.STATE))
    if word:
        if word not in STATES:
            raise RowError(f'the state "{word[:40]}" is not known; say which column to leave aside: --map COLUMN=-')
        said.add(STATES[word])
    left, stays = cell(Field.LEFT), plain(cell(Field.STAYS))
    if plain(left) not in _NO:
        said.add(_flag(left))
    if stays in _NO and Field.STAYS in columns.places and stays:
        said.add(UNSUBSCRIBED)
    elif stays and stays not in _YES:
        raise RowError(f'"{stays[:40]}" is neither yes nor no')
    return max(said, key=_STRICTER.index, default="")


def _words(cell: str) -> str:
    """What he agreed to; in some files the column only says whether he did."""
    answer = plain(cell)
    if cell and answer in _NO:
        raise RowError("the row says that there is no consent")
    return "" if answer in _YES else cell


def _flag(cell: str) -> str:
    """That he left: a yes, or the day he did."""
    if plain(cell) in _YES or _moment_or_none(cell):
        return UNSUBSCRIBED
    raise RowError(f'"{cell[:40]}" is neither yes nor no')


def _detail(*parts: tuple[str, str]) -> str:
    # An address in it would outlive erasure.
    return "; ".join(f"{what}: {said}" for what, said in parts if said and "@" not in said)


_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[ ,T]+(\d{1,2}:\d{2}(?::\d{2})?))?")


def _moment(cell: str) -> datetime | None:
    """A day or a moment; without a zone it is UTC, a day is its noon. RowError where it cannot be told."""
    if not cell or cell.startswith("0000-00-00"):
        return None
    found = _iso(cell) or _written(cell)
    if found is None:
        raise RowError(f'"{cell[:40]}" is no day or time we can read; write it like 2023-11-04')
    return found


def _moment_or_none(cell: str) -> datetime | None:
    try:
        return _moment(cell)
    except RowError:
        return None


def _iso(cell: str) -> datetime | None:
    text = cell.removesuffix(" UTC")
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(12), UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _utc(found)


def _utc(found: datetime) -> datetime | None:
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:
        return None


def _written(cell: str) -> datetime | None:
    """04.11.2023 is the fourth of November; 04/11/2023 is that or the eleventh of April, and so neither."""
    match = _SLASHED.fullmatch(cell)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if match[2] != "." and first <= 12 and second <= 12 and first != second:
        raise RowError(f'"{cell[:40]}" can be read as two days; write it like 2023-11-04')
    day, month = (first, second) if match[2] == "." or first > 12 else (second, first)
    try:
        clock = time.fromisoformat(match[5].zfill(5 if match[5].count(":") == 1 else 8)) if match[5] else time(12)
        return datetime.combine(date(year, month, day), clock, UTC)
    except ValueError:
        return None
