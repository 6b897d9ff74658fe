"""From the fields of one record to a publication, or to every reason against it."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from difflib import get_close_matches
from functools import partial
from typing import TypeVar

from newsletter.publications import texts
from newsletter.publications.model import Publication

REQUIRED = ("kind", "title", "url")
COLUMNS = (
    "kind", "title", "summary", "url", "published_on", "language", "image", "image_alt", "image_credit", "outlet",
    "original_source", "external_id", "deadline_on", "starts_on", "ends_on", "place", "who_for", "date_is",
)  # fmt: skip
MOST_TITLE = 500
_MOST_COLUMNS = 20  # unknown ones of a record that are named

_DATE_IS = ("known", "illustrative")
_T = TypeVar("_T")


def check(
    fields: Mapping[str, object], kinds: Collection[str], language: str = "en"
) -> tuple[Publication | None, list[str]]:
    """The publication, or every reason against it as "field: reason". `language`: of one that does not say its own."""
    values = _Fields(fields)
    publication = _publication(values, kinds, language)
    if publication.ends_on and publication.starts_on and publication.ends_on < publication.starts_on:
        values.refuse("ends_on", "is before starts_on")
    problems = [*values.problems, *map(no_such_column, sorted(set(fields) - set(COLUMNS))[:_MOST_COLUMNS])]
    return (None if problems else publication), problems


def columns(publication: Publication) -> dict[str, str]:
    """The publication as its import columns, absent ones left out: what `check` reads again."""
    values = {column: getattr(publication, column) for column in COLUMNS}
    return {column: str(value) for column, value in values.items() if value}


def no_such_column(name: str) -> str:
    """The problem with a column of that name."""
    return f"{texts.quoted(name)}: no such column{_meant(name[:40], COLUMNS)}"


class _Fields:
    """The fields of one record, and what is wrong with them."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields
        self.problems: list[str] = []

    def refuse(self, column: str, reason: str) -> None:
        self.problems.append(f"{column}: {reason}")

    def take(self, column: str, read: Callable[[str], _T], absent: _T) -> _T:
        """The value as `read` gives it; an empty or refused one is `absent`."""
        value = self._fields.get(column)
        if isinstance(value, str) and value.strip():
            try:
                return read(value)
            except texts.TextError as error:
                self.refuse(column, str(error))
                return absent
        if value is not None and not isinstance(value, str):
            self.refuse(column, "must be a text in quotation marks")
        elif column in REQUIRED:
            self.refuse(column, "is empty" if value is not None else "is missing")
        return absent

    def line(self, column: str, most: int, absent: str = "") -> str:
        return self.take(column, partial(texts.line, most=most), absent)

    def day_of(self, column: str) -> date | None:
        return self.take(column, texts.day_of, None)


def _publication(values: _Fields, kinds: Collection[str], language: str) -> Publication:
    url = values.take("url", texts.link, "")
    return Publication(
        external_id=_external_id(values, url),
        kind=values.take("kind", partial(_one_of, known=tuple(kinds)), ""),
        title=values.take("title", partial(texts.heading, most=MOST_TITLE), ""),
        url=url,
        language=values.take("language", texts.language, language),
        summary=values.take("summary", texts.paragraph, ""),
        published_on=values.take("published_on", texts.day, None),
        image=values.line("image", texts.MOST_URL),
        image_alt=values.line("image_alt", 1000),
        image_credit=values.line("image_credit", 500),
        outlet=values.line("outlet", 200),
        original_source=values.line("original_source", 200),
        deadline_on=values.day_of("deadline_on"),
        starts_on=values.day_of("starts_on"),
        ends_on=values.day_of("ends_on"),
        place=values.line("place", 200),
        who_for=values.line("who_for", 300),
        date_is=values.take("date_is", partial(_one_of, known=_DATE_IS), "known"),
    )


def _external_id(values: _Fields, url: str) -> str:
    found = values.line("external_id", 500, url)
    if len(found) > 500:
        values.refuse("external_id", "is missing, and the url is too long to stand for it")
    return found


def _one_of(value: str, known: tuple[str, ...]) -> str:
    text = texts.line(value, 80)
    if text not in known:
        raise texts.TextError(f'"{text}" is not known{_meant(text, known) or "; known: " + ", ".join(known)}')
    return text


def _meant(text: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(text.lower().replace("-", "_").replace(" ", "_"), known, n=2)
    return f"; did you mean {' or '.join(close)}?" if close else ""
