"""Publications with the kind that a person gave them: invented ones beside this file, and those of the organisation."""

import json
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from newsletter.publications.sources.model import Entry

HERE = Path(__file__).parent
SEEDS = HERE.parents[1] / "shared" / "seeds"
SAMPLE = HERE.parent / "newsletter" / "sample" / "publications.json"
OWN_HOSTS = ("www.example.org", "www.mayorsmigrationcouncil.org")


def judged(name: str) -> list[tuple[str, Entry]]:
    """Kind and entry of each line of a file in tests/kinds; the entries say their language."""
    lines = (HERE / "kinds" / f"{name}.tsv").read_text("utf-8").splitlines()
    return [_line(line) for line in lines if line and not line.startswith("#")]


def sample() -> list[tuple[str, Entry]]:
    """Those of the sample issue."""
    told = json.loads(SAMPLE.read_text("utf-8"))
    return [(one["kind"], _entry(one)) for one in told]


def seeds() -> list[tuple[str, Entry]]:
    """Those of the organisation's resources page, in its own words, with the kinds that the sample gives them."""
    if not SEEDS.is_dir():
        pytest.skip("the organisation's page is not beside this checkout")
    known = {_letters(one["title"]): one for one in json.loads(SAMPLE.read_text("utf-8"))}
    return list(_of_page(known))


def _of_page(known: dict[str, dict[str, str]]) -> Iterator[tuple[str, Entry]]:
    for path in sorted(SEEDS.glob("*.txt")):
        parts = [part.strip() for part in path.read_text("utf-8").split("\n\n")]
        for title, summary in pairwise(parts):
            if one := known.get(_letters(title)):
                yield one["kind"], Entry(one["external_id"], one["url"], title, summary)


def _entry(one: dict[str, str]) -> Entry:
    return Entry(
        one["external_id"], one["url"], one["title"], one.get("summary", ""), language=one["language"],
        deadline_on=_day(one.get("deadline_on")), starts_on=_day((one.get("starts_on") or "")[:10]),
    )  # fmt: skip


def _line(line: str) -> tuple[str, Entry]:
    kind, language, title, address, categories, summary, dates = line.split("\t")
    days = dict(part.split("=") for part in dates.split())
    url = address if address.startswith("http") else f"https://www.example.org{address}"
    named = tuple(part.strip() for part in categories.split(";") if part.strip())
    return kind, Entry(
        address, url, title, summary, language=language, categories=named, deadline_on=_day(days.get("deadline")),
        starts_on=_day(days.get("starts")),
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())
