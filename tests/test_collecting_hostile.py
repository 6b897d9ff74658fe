"""Whatever an entry holds, it is taken, or refused by name, and costs no other."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.publications import rules, sourcing
from newsletter.publications.deriving import Reading, derive, own_id
from newsletter.publications.kinds import STARTING_KINDS, seed_kinds
from newsletter.publications.landing import Landing
from newsletter.publications.sources.model import Definition, Entry, SourceKind
from newsletter.publications.tables import PublicationRow, SightingRow
from tests.conftest import NOW

KINDS = tuple(kind.slug for kind in STARTING_KINDS)
TEXT = st.one_of(
    st.text(max_size=60),
    st.text("a\x00\n\t\ud800\u202e\u0301[]:/?#@%&é ", max_size=60),
    st.sampled_from(
        ["", "x" * 6000, " " * 6000, "https://example.org/a", "http://[", "javascript:alert(1)", "\ufffe", "'; DROP"]
    ),
)
DAYS = st.one_of(st.none(), st.sampled_from([date.min, date.max, date(2024, 5, 31)]))
ENTRIES = st.builds(
    Entry, id=TEXT, url=TEXT, title=TEXT, summary=TEXT, published_on=DAYS, language=TEXT, image=TEXT, image_alt=TEXT,
    outlet=TEXT, categories=st.tuples(TEXT), tags=st.tuples(TEXT), kind=st.one_of(st.just(""), TEXT), starts_on=DAYS,
    ends_on=DAYS, place=TEXT, flags=st.just(("cut_off",)),
)  # fmt: skip
READING = Reading(
    Definition("hostile", SourceKind.FEED, "https://example.org/feed"),
    (rules.parse("title=*a* -> kind=brief, outlet=The Herald"),), frozenset({"example.org"}), KINDS,
)  # fmt: skip


@given(ENTRIES)
def test_an_entry_becomes_a_publication_or_is_refused_by_the_field(entry: Entry) -> None:
    derived = derive(entry, READING)
    if derived.publication is None:
        assert derived.problems
        assert all(problem.partition(":")[0] in {"title", "url", "kind"} for problem in derived.problems[:1])
    else:
        assert derived.publication.kind in KINDS
        assert len(derived.publication.external_id) <= 500
    assert len(own_id(entry.id)) <= 400


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # entries are long, and shown when it fails
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ENTRIES, max_size=8))
def test_hostile_entries_cost_no_other(database: Database, entries: list[Entry]) -> None:
    with database.transaction() as session:
        seed_kinds(session)
        found = [one for one in sourcing.sources(session) if one.slug == "hostile"]
        source = found[0] if found else sourcing.add(session, READING.definition, NOW)
    good = Entry("good", "https://example.org/good", "A story that lands", published_on=date(2024, 5, 31))
    landing = Landing(database, source.id, READING, system_clock())
    landing.land([*entries, good])
    counts = landing.counts
    names = ("new", "changed", "unchanged", "duplicates", "refused")
    assert sum(counts[name] for name in names) == len(entries) + 1
    with database.reading() as session:
        query = select(func.count()).select_from(SightingRow)
        assert session.scalar(query.join(PublicationRow).where(PublicationRow.external_id == "hostile:good")) == 1


def test_many_calls_on_one_page_are_all_taken(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        seed_kinds(session)
        source = sourcing.add(session, READING.definition, NOW)
    landing = Landing(sqlite_database, source.id, READING, NOW)
    for start in range(0, 400, 50):
        some: list[Any] = [
            Entry(f"id{number}", "https://example.org/calls", f"Call {number}") for number in range(start, start + 50)
        ]
        landing.land(some)
    assert landing.counts["new"] == 400
