"""Cuts an import file into records, each with the line it begins on; what the fields hold is not looked at here."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from newsletter.errors import BadInput
from newsletter.publications import texts
from newsletter.publications.checking import COLUMNS, REQUIRED, no_such_column

_DELIMITERS = (",", ";", "\t")
_BLANK = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a file: its fields, or the reason why it has none."""

    line: int
    fields: Mapping[str, object]
    problem: str = ""


class _Repeated:
    """Stands for an object that names a field twice."""

    def __init__(self, name: str) -> None:
        self.name = name


def json_records(text: str) -> Iterator[Record]:
    """The objects of a JSON list. BadInput where the text is not JSON, or no list."""
    start = _blank(text, 0)
    if start == len(text):
        raise BadInput("The file is empty.")
    if text[start] != "[":
        raise BadInput("The file must hold a list of publications: [ {...}, {...} ].")
    decoder = json.JSONDecoder(object_pairs_hook=_object)
    at, line, counted = _blank(text, start + 1), 1, 0
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        value, at = _decoded(decoder, text, at)
        yield _record(line, value)
        at = _next(text, at)
    end = _blank(text, at + 1)
    if end != len(text):
        raise _not_json("there is something after the end of the list", text, end)


def csv_records(text: str) -> Iterator[Record]:
    """The rows below a header line, separated by commas, semicolons or tabs. BadInput where the header is wrong."""
    if not text.strip():
        raise BadInput("The file is empty.")
    rows = _rows(text, _delimiter(text))
    _, header = next(rows, (1, []))
    names = [name.strip() for name in header]
    _check_header(names)
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        problem = ""
        if len(cells) != len(names):
            problem = f"has {len(cells)} cells, but the header has {len(names)}; is a quotation mark missing?"
        fields = {name: cell for name, cell in zip(names, cells, strict=False) if name or cell.strip()}
        yield Record(line, fields, problem)


def _object(pairs: list[tuple[str, object]]) -> Mapping[str, object] | _Repeated:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    counts = Counter(name for name, _ in pairs)
    return _Repeated(next(name for name, count in counts.items() if count > 1))


def _record(line: int, value: object) -> Record:
    if isinstance(value, _Repeated):
        return Record(line, {}, f"names {texts.quoted(value.name)} twice")
    if not isinstance(value, dict):
        return Record(line, {}, 'is no object; each publication is written {"kind": ..., "title": ...}')
    return Record(line, value)


def _decoded(decoder: json.JSONDecoder, text: str, at: int) -> tuple[object, int]:
    try:
        return decoder.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _not_json(error.msg[:1].lower() + error.msg[1:], text, error.pos) from None
    except RecursionError:
        raise _not_json("it is nested too deep", text, at) from None
    except ValueError:  # more digits than Python makes a number of
        raise _not_json("it holds a number that is too long", text, at) from None


def _next(text: str, at: int) -> int:
    """Where the next value, or the closing bracket, stands."""
    after = _blank(text, at)
    if text[after : after + 1] == ",":
        value = _blank(text, after + 1)
        if text[value : value + 1] == "]":
            raise _not_json("there is a comma before the closing bracket", text, after)
        return value
    if text[after : after + 1] != "]":
        raise _not_json("a comma or the closing bracket is missing", text, after)
    return after


def _blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _not_json(reason: str, text: str, at: int) -> BadInput:
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return BadInput(f"The file is not JSON: {reason} (line {line}, column {column}).")


def _delimiter(text: str) -> str:
    """The one that finds most known names in the first line."""
    first = text.lstrip().split("\n", 1)[0]
    return max(_DELIMITERS, key=lambda one: sum(cell.strip(' "\r') in COLUMNS for cell in first.split(one)))


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInput(
                f"The file is not CSV: the row that begins on line {line} cannot be read ({error})."
            ) from None
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _check_header(names: list[str]) -> None:
    problems = [f"{name}: the column is missing" for name in REQUIRED if name not in names]
    problems += [no_such_column(name) for name in names if name and name not in COLUMNS]
    problems += [f"{name}: the column stands twice" for name in COLUMNS if names.count(name) > 1]
    if problems:
        raise BadInput(
            "The header is not right; the first line must name the columns.",
            tuple(f"line 1, {problem}" for problem in problems[:50]),
        )
