"""Reads publications from JSON and CSV: every bad row is named with its line, field and reason, all at once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from newsletter.errors import BadInput
from newsletter.publications.checking import check
from newsletter.publications.model import Publication
from newsletter.publications.records import Record, csv_records, json_records

MOST_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no publication: where it begins, its title if it has one, and all that is wrong with it."""

    line: int
    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds: the good rows by line, and the bad ones."""

    rows: tuple[tuple[int, Publication], ...]
    bad: tuple[BadRow, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for everything that is wrong."""
        return tuple(f"line {row.line}, {reason}" for row in self.bad for reason in row.reasons)


def read_json(text: str, kinds: Collection[str]) -> list[tuple[int, Publication]]:
    """The publications with the line each begins on; BadInput holds all problems."""
    return _all_good(parse_json(text, kinds))


def read_csv(text: str, kinds: Collection[str]) -> list[tuple[int, Publication]]:
    """The publications with the line each begins on; BadInput holds all problems."""
    return _all_good(parse_csv(text, kinds))


def parse_json(text: str, kinds: Collection[str], language: str = "en") -> Parsed:
    """Good rows and problems side by side; BadInput only where there are no rows to tell of. `language`: of rows that
    do not say theirs.
    """
    return _parsed(json_records(text.removeprefix("\ufeff")), kinds, language)


def parse_csv(text: str, kinds: Collection[str], language: str = "en") -> Parsed:
    """Good rows and problems side by side; BadInput only where there are no rows to tell of. `language`: of rows that
    do not say theirs.
    """
    return _parsed(csv_records(text.removeprefix("\ufeff")), kinds, language)


def one(fields: Mapping[str, object], kinds: Collection[str]) -> Publication:
    """One publication from its fields by column name; BadInput holds all problems."""
    publication, problems = check(fields, kinds)
    if publication is None:
        raise refusal(tuple(problems))
    return publication


def refusal(problems: tuple[str, ...]) -> BadInput:
    """The error for those problems; a long list is cut, and the message says how many there are."""
    count = "There is 1 problem" if len(problems) == 1 else f"There are {len(problems)} problems"
    cut = f" (the first {MOST_PROBLEMS} are listed)" if len(problems) > MOST_PROBLEMS else ""
    return BadInput(f"{count}{cut}; nothing was taken over.", problems[:MOST_PROBLEMS])


def _parsed(records: Iterable[Record], kinds: Collection[str], language: str) -> Parsed:
    rows: list[tuple[int, Publication]] = []
    bad: list[BadRow] = []
    seen: dict[tuple[str, str], int] = {}
    for record in records:
        publication, reasons = check(record.fields, kinds, language) if not record.problem else (None, [record.problem])
        reasons += _twice(publication, record.line, seen) if publication else []
        if publication and not reasons:
            rows.append((record.line, publication))
        else:
            title = record.fields.get("title")
            bad.append(BadRow(record.line, title if isinstance(title, str) else "", tuple(reasons)))
    if not rows and not bad:
        raise BadInput("The file holds no publications.")
    return Parsed(tuple(rows), tuple(bad))


def _twice(publication: Publication, line: int, seen: dict[tuple[str, str], int]) -> list[str]:
    """What this record shares with an earlier one, though each names a publication of its own."""
    keys = (("url", publication.url), ("external_id", publication.external_id))
    found = [f"{key[0]}: stands already in the record of line {seen[key]}" for key in keys if key in seen]
    for key in keys:
        seen.setdefault(key, line)
    return found[:1]


def _all_good(parsed: Parsed) -> list[tuple[int, Publication]]:
    if parsed.problems:
        raise refusal(parsed.problems)
    return list(parsed.rows)
