"""Assembling an issue from real publications, editing it, and reading it again as a draft."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, func, select, update

import subscribers
from newsletter.database import Database
from newsletter.errors import BadInput, IllegalMove, NotFound
from newsletter.issues import views
from newsletter.issues.assembling import ARRIVED_LATER, Assembled, assemble
from newsletter.issues.drafts import load
from newsletter.issues.editing import edit, set_wording
from newsletter.issues.fields import parse_sender
from newsletter.issues.lists import add_profile, profile, require_new_slug
from newsletter.issues.model import CoverageState, Draft, Role, State, Wording
from newsletter.issues.picking import decline, hold, use
from newsletter.issues.revising import Hand
from newsletter.issues.tables import BlockRow, BlockWordingRow, CoverageRow, IssueRow, ItemRow
from newsletter.media.store import keep
from newsletter.publications.adding import add
from newsletter.publications.checking import columns
from newsletter.publications.importing import Batch, land
from newsletter.publications.kinds import STARTING_KINDS, seed_kinds
from newsletter.publications.model import Publication
from newsletter.publications.reading import one
from newsletter.publications.tables import PublicationRow
from newsletter.sample import publications_path
from tests.conftest import NOW
from tests.test_media import photo, written

KINDS = tuple(kind.slug for kind in STARTING_KINDS)
TODAY = date(2024, 7, 9)
LATER = NOW + timedelta(hours=1)


def sample() -> list[Publication]:
    entries = json.loads(publications_path().read_text(encoding="utf-8"))
    plain = [{column: text for column, text in one.items() if not column.startswith("image")} for one in entries]
    return [one(entry, KINDS) for entry in plain]


def add_list(database: Database, slug: str = "quarterly", languages: tuple[str, ...] = ("en", "es", "fr", "ar")) -> int:
    with database.transaction() as session:
        seed_kinds(session)
        list_id = subscribers.add_list(session, slug, "The Quarterly", languages, NOW)
        add_profile(
            session,
            list_id,
            from_name="Mayors Migration Council",
            from_address="news@example.org",
            postal_address="1 Street\nBrussels",
        )
        return list_id


def land_sample(database: Database) -> None:
    """The sample quarter, with one small picture for each publication of the more visual kinds."""
    pictured = {"readout", "report", "research", "press_release", "tribute", "city_story"}
    with database.transaction() as session:
        land(session, Batch(tuple((publication, None) for publication in sample())), NOW)
        for row in session.scalars(select(PublicationRow).where(PublicationRow.kind.in_(pictured))):
            row.media_sha256 = keep(session, written(photo(300 + row.id, 200), "PNG"), NOW).sha256
            row.image_alt, row.image_credit = f"Picture of {row.title}", "Photo: somebody"


def publish(database: Database, name: str, on: str, kind: str = "report", **fields: str) -> int:
    entry = {"kind": kind, "title": name, "url": f"https://example.org/{name}", "published_on": on, **fields}
    with database.transaction() as session:
        return add(session, one(entry, KINDS), NOW)


def collect(database: Database, period: str = "2024-Q2", today: date = TODAY, **days: date) -> Assembled:
    with database.transaction() as session:
        return assemble(session, "quarterly", period, NOW, today, **days)


def draft(database: Database, issue_id: int) -> Draft:
    with database.reading() as session:
        return load(session, issue_id)


def covered(database: Database, issue_id: int) -> dict[str, tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(
            select(PublicationRow.title, CoverageRow.state, CoverageRow.reason)
            .join(PublicationRow, PublicationRow.id == CoverageRow.publication_id)
            .where(CoverageRow.issue_id == issue_id)
        )
        return {title: (state, reason) for title, state, reason in rows}


def dump(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.reading() as session:
        tables = (table for table in subscribers.metadata.sorted_tables if table.name != "media")
        return {table.name: [tuple(row) for row in session.execute(select(table))] for table in tables}


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    yield statements
    event.remove(engine, "before_cursor_execute", count)


@pytest.fixture
def filled(database: Database) -> Database:
    add_list(database)
    land_sample(database)
    return database


@pytest.fixture
def plain(sqlite_database: Database) -> Database:
    add_list(sqlite_database)
    return sqlite_database


# The sample quarter


def test_the_sample_quarter_becomes_an_issue(filled: Database) -> None:
    done = collect(filled)
    assert (done.slug, done.created, done.offered, done.undated) == ("quarterly-2024-q2", True, 0, 1)
    issue = draft(filled, done.issue_id)
    assert (issue.name, issue.ordinal, issue.period) == ("Summer 2024", 1, "2024-Q2")
    assert [section.slug for section in issue.sections] == ["work", "read", "news", "open"]
    assert issue.lead is not None
    assert issue.lead.source.title == "MMC Readout: San Antonio’s Leadership on Migration"
    assert [item.role for item in issue.items].count(Role.LEAD) == 1
    assert issue.sections[0].items[0] is issue.lead
    for section in issue.sections:
        assert sum(item.role is Role.ITEM for item in section.items) <= section.cap
        roles = [item.role for item in section.items]
        assert roles == sorted(roles, key=[Role.LEAD, Role.ITEM, Role.MORE].index)
    ahead = [item.source.ahead_on for item in issue.sections[3].items]
    assert ahead == [date(2024, 8, 30), date(2024, 9, 6), date(2024, 9, 12), date(2024, 9, 20), date(2024, 9, 24),
                     date(2024, 10, 3)]  # fmt: skip


def test_every_publication_of_the_period_has_its_coverage_and_the_last_day_belongs_to_it(filled: Database) -> None:
    done = collect(filled)
    found = covered(filled, done.issue_id)
    expected = {
        one.title
        for one in sample()
        if one.published_on
        and (
            date(2024, 4, 1) <= one.published_on <= date(2024, 6, 30)
            or (one.published_on <= date(2024, 6, 30) and one.ahead_on and one.ahead_on > TODAY)
        )
    }
    assert set(found) == expected
    assert done.used + done.held + done.declined == len(expected) == 22
    assert found["Twelve Cities Begin a Year of Learning Together on Welcome"] == ("used", "")
    assert found["Call for examples: local data on arrivals"] == ("declined", "closed on 14 June 2024")
    newsletter = next(one.title for one in sample() if one.kind == "newsletter")
    assert found[newsletter] == ("declined", "our own newsletter: it is us")
    assert "A Library Card as a First Address" not in found


def test_subject_and_preview_line_are_proposed_so_that_it_can_be_handed_in(filled: Database) -> None:
    issue = draft(filled, collect(filled).issue_id)
    assert issue.subjects["en"] == "San Antonio’s Leadership, 2023 Impact Report, 3 calls open now"
    assert issue.preheaders["en"] == "Issue 1, Summer 2024. 14 things to read, 6 dates ahead."
    assert set(issue.subjects) == set(issue.preheaders) == {"en"}  # two Spanish items make no Spanish version


def test_items_speak_the_lists_own_language_and_do_not_repeat_their_label(filled: Database) -> None:
    items = {item.anchor: item for item in draft(filled, collect(filled).issue_id).items}
    assert all("en" in item.wordings for item in items.values())
    titles = {item.wordings["en"].title for item in items.values()}
    assert {"San Antonio’s Leadership on Migration", "2023 Impact Report"} <= titles
    assert "Statement on World Refugee Day: Three Commitments of City Halls" in titles
    guide = items["guia-para-ciudades-acoger-con-los-recursos-que-hay"]
    assert guide.wordings["en"] == guide.wordings["es"]
    assert guide.source.language == "es"
    assert items["san-antonios-leadership-on-migration"].source.title.startswith("MMC Readout: ")


def test_a_mail_shows_six_pictures_the_leads_first_and_then_each_sections_in_turn(plain: Database) -> None:
    for section, kind in (("work", "press_release"), ("read", "report")):
        for number in range(5):
            publish(plain, f"{section}-{number}", f"2024-05-{10 - number:02}", kind, summary="Words.")
    with plain.transaction() as session:
        for row in session.scalars(select(PublicationRow)):
            row.media_sha256 = keep(session, written(photo(300 + row.id, 200), "PNG"), NOW).sha256
    issue = draft(plain, collect(plain).issue_id)
    assert issue.lead is not None
    shown = [item.source.title for item in issue.items if item.picture and item.role is not Role.MORE]
    assert shown == ["work-0", "work-1", "work-2", "read-0", "read-1", "read-2"]
    assert [item.role for item in issue.items].count(Role.ITEM) == 8
    assert issue.lead.source.title == "read-0"


def test_running_twice_changes_nothing(filled: Database) -> None:
    first = collect(filled)
    before = dump(filled)
    second = collect(filled, today=TODAY + timedelta(days=40))
    assert dump(filled) == before
    assert (second.created, second.issue_id, second.used) == (False, first.issue_id, first.used)


def test_what_arrives_meanwhile_is_offered_whatever_the_state(filled: Database) -> None:
    done = collect(filled)
    before = draft(filled, done.issue_id)
    for state in (State.DRAFT, State.PLANNED, State.SENT):
        with filled.transaction() as session:
            session.execute(update(IssueRow).values(state=state.value))
        publish(filled, f"late-{state}", "2024-06-30")
        assert collect(filled).used == done.used
        assert covered(filled, done.issue_id)[f"late-{state}"] == ("offered", ARRIVED_LATER)
    assert collect(filled).offered == 3
    assert draft(filled, done.issue_id) == before
    with filled.reading() as session:
        issue = session.get_one(IssueRow, done.issue_id)
        assert (issue.revision, issue.updated_at, issue.state) == (1, NOW, "sent")


def test_made_long_after_its_time_an_issue_looks_ahead_from_its_cut_off(filled: Database) -> None:
    issue = draft(filled, collect(filled, today=date(2026, 11, 1)).issue_id)
    assert len(issue.sections[3].items) == 6


def test_a_draft_takes_a_fixed_number_of_queries(filled: Database) -> None:
    done = collect(filled)
    with counting(filled.engine) as whole:
        draft(filled, done.issue_id)
    with filled.transaction() as session:
        for publication_id in session.scalars(select(ItemRow.publication_id).limit(15)).all():
            hold(Hand(session, done.issue_id, NOW), [publication_id])
    with counting(filled.engine) as small:
        draft(filled, done.issue_id)
    assert len(whole) == len(small) <= 13
    assert not any("media.content" in statement for statement in whole)


def test_two_who_collect_at_once_collect_one_issue(filled: Database) -> None:
    done: list[Assembled] = []
    threads = [threading.Thread(target=lambda: done.append(collect(filled))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.created for one in done].count(True) == 1
    assert len({one.issue_id for one in done}) == 1
    assert len(done) == 4


# Cut-offs


def test_a_cut_off_before_the_holidays_moves_the_next_beginning(database: Database) -> None:
    add_list(database)
    publish(database, "before", "2024-12-17")
    publish(database, "after", "2024-12-18")
    publish(database, "new-year", "2025-01-02")
    first = collect(database, "2024-Q4", date(2024, 12, 22), collects_until=date(2024, 12, 17))
    assert set(covered(database, first.issue_id)) == {"before"}
    second = collect(database, "2025-Q1", date(2025, 4, 3))
    assert set(covered(database, second.issue_id)) == {"after", "new-year"}
    with database.reading() as session:
        found = views.find(session, second.slug)
        assert (found.collects_from, found.collects_until) == (date(2024, 12, 18), date(2025, 3, 31))
        assert found.ordinal == 2


def test_after_a_gap_an_issue_begins_with_its_own_period(plain: Database) -> None:
    publish(plain, "a", "2023-11-01")
    publish(plain, "gap", "2024-02-01")
    publish(plain, "b", "2024-05-01")
    collect(plain, "2023-Q4", date(2024, 1, 5))
    assert set(covered(plain, collect(plain).issue_id)) == {"b"}


def test_an_issue_that_reaches_into_the_next_period_is_not_collected_again(plain: Database) -> None:
    publish(plain, "a", "2024-03-01")
    publish(plain, "b", "2024-04-05")
    publish(plain, "c", "2024-04-06")
    collect(plain, "2024-Q1", date(2024, 4, 6), collects_until=date(2024, 4, 5))
    assert set(covered(plain, collect(plain).issue_id)) == {"c"}


def test_days_that_cannot_be_or_differ_from_what_was_collected_are_refused(plain: Database) -> None:
    publish(plain, "a", "2024-05-01")
    with pytest.raises(BadInput, match="which is before"):
        collect(plain, collects_from=date(2024, 6, 1), collects_until=date(2024, 5, 1))
    collect(plain)
    with pytest.raises(BadInput, match="1 April 2024 to 30 June 2024 already"):
        collect(plain, collects_until=date(2024, 6, 15))
    assert not collect(plain, collects_until=date(2024, 6, 30)).created


def test_an_empty_period_says_what_to_do(plain: Database) -> None:
    with pytest.raises(BadInput, match=r"1 April 2024 to 30 June 2024.*publications import"):
        collect(plain)
    publish(plain, "ours", "2024-05-01", "newsletter")
    with pytest.raises(BadInput, match="nothing can stand") as refused:
        collect(plain)
    assert refused.value.problems == ("ours: our own newsletter: it is us",)
    with plain.reading() as session:
        assert session.scalar(select(func.count()).select_from(IssueRow)) == 0


# From one issue to the next


def test_what_was_used_is_not_printed_again_and_what_waited_is_offered_again(plain: Database) -> None:
    publish(plain, "used", "2024-03-01")
    held = publish(plain, "held", "2024-03-02")
    declined = publish(plain, "declined", "2024-03-03")
    publish(plain, "call", "2024-03-04", "opportunity", deadline_on="2024-12-01")
    first = collect(plain, "2024-Q1", date(2024, 4, 3))
    with plain.transaction() as session:
        hold(Hand(session, first.issue_id, NOW), [held])
        decline(Hand(session, first.issue_id, NOW), [declined], reason="off topic")
    publish(plain, "late", "2024-03-31")
    publish(plain, "new", "2024-05-01")
    second = collect(plain)
    balance = covered(plain, second.issue_id)
    assert set(balance) == {"held", "late", "new", "call"}
    assert balance["call"] == ("offered", "used in quarterly-2024-q1; open until 1 December 2024")
    assert [item.source.title for item in draft(plain, second.issue_id).items] == ["new", "late", "held"]


def test_a_publication_dated_into_two_issues_is_declined_in_the_second(plain: Database) -> None:
    publish(plain, "a", "2024-06-01")
    publish(plain, "b", "2024-05-01")
    collect(plain, "2024-06")
    assert covered(plain, collect(plain).issue_id) == {
        "a": ("declined", "used in quarterly-2024-06"),
        "b": ("used", ""),
    }


def test_lists_do_not_disturb_each_other(plain: Database) -> None:
    publish(plain, "a", "2024-06-01")
    collect(plain)
    add_list(plain, "other", ("en",))
    with plain.transaction() as session:
        done = assemble(session, "other", "2024-Q2", NOW, TODAY)
    assert (done.slug, done.used) == ("other-2024-q2", 1)


def test_a_list_that_is_not_there_is_named(plain: Database) -> None:
    with plain.transaction() as session, pytest.raises(NotFound, match="no list 'weekly'; there is: quarterly"):
        assemble(session, "weekly", "2024-Q2", NOW, TODAY)


# Languages


def test_a_translation_is_the_same_item_in_other_words(database: Database) -> None:
    add_list(database)
    original = publish(database, "Welcome guide", "2024-05-01", url="https://example.org/en", summary="For cities.")
    twin = publish(database, "Guía de acogida", "2024-06-10", url="https://example.org/es", language="es")
    other = publish(database, "Leitfaden", "2024-06-11", url="https://example.org/de", language="de")
    with database.transaction() as session:
        session.execute(
            update(PublicationRow).where(PublicationRow.id.in_([twin, other])).values(translation_of=original)
        )
    done = collect(database)
    items = draft(database, done.issue_id).items
    assert len(items) == 2
    assert next(item for item in items if item.source.publication_id == original).wordings == {
        "en": Wording("Welcome guide", "For cities."),
        "es": Wording("Guía de acogida"),
    }
    assert covered(database, done.issue_id)["Guía de acogida"] == ("used", "in the mail as a translation")
    assert draft(database, done.issue_id).subjects["es"] == "Guía de acogida"
    assert "es" in draft(database, done.issue_id).preheaders  # one of two items has Spanish words: half is enough
    with database.transaction() as session:
        hold(Hand(session, done.issue_id, NOW), [twin])
    assert covered(database, done.issue_id)["Welcome guide"][0] == "held"


def test_put_in_by_hand_an_item_has_its_translations_words_too(plain: Database) -> None:
    original = publish(plain, "MMC Brief: Welcome", "2024-05-01", "brief", url="https://example.org/en")
    twin = publish(plain, "Guía de acogida", "2024-06-10", "brief", url="https://example.org/es", language="es")
    publish(plain, "another", "2024-06-11")
    with plain.transaction() as session:
        session.execute(update(PublicationRow).where(PublicationRow.id == twin).values(translation_of=original))
    issue_id = collect(plain).issue_id
    for number in (original, twin):
        with plain.transaction() as session:
            hold(Hand(session, issue_id, NOW), [original])
            use(Hand(session, issue_id, NOW), [number])
        item = next(item for item in draft(plain, issue_id).items if item.source.publication_id == number)
        assert item.wordings == {"en": Wording("Welcome"), "es": Wording("Guía de acogida")}


def test_without_a_translation_the_sources_own_words_stand_in(plain: Database) -> None:
    publish(plain, "Leitfaden", "2024-05-01", language="de", summary="Für Städte.")
    item = draft(plain, collect(plain).issue_id).items[0]
    assert item.wordings == {"en": Wording("Leitfaden", "Für Städte.")}
    assert item.source.language == "de"


def test_an_arabic_title_gets_a_plain_anchor(plain: Database) -> None:
    added = publish(plain, "دليل الترحيب", "2024-05-01", url="https://example.org/ar", language="ar")
    issue = draft(plain, collect(plain).issue_id)
    assert issue.items[0].anchor == f"item-{added}"
    assert issue.subjects["ar"] == "دليل الترحيب"
    assert issue.subjects["en"] == "Summer 2024"


# Editing


def test_every_edit_makes_a_new_revision_and_moves_no_state(filled: Database) -> None:
    issue_id = collect(filled).issue_id
    with filled.transaction() as session:
        edit(Hand(session, issue_id, LATER), subject="Ours", preview="Line")
        edit(Hand(session, issue_id, LATER), subject="El nuestro", preview="Línea", language="es")
        edit(Hand(session, issue_id, LATER), subject="العدد", language="ar")
    issue = draft(filled, issue_id)
    assert issue.subjects == {"ar": "العدد", "en": "Ours", "es": "El nuestro"}
    assert issue.preheaders["en"] == "Line"
    with filled.reading() as session:
        found = views.find(session, issue_id)
    assert (found.revision, found.updated_at, found.state) == (4, LATER, State.DRAFT)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"subject": "A\r\nBcc: b@example.org"}, "The subject holds a line break"),
        ({"subject": " "}, "The subject is empty"),
        ({"subject": "x" * 251}, "at most 250"),
        ({"preview": "a\x00b"}, "control character"),
        ({"preview": "a\nb"}, "The preview line holds a line break"),
        ({"subject": "A", "language": "English"}, "language code"),
        ({"preview": "A", "language": "fr"}, "no subject in fr yet"),
        ({}, "Nothing to change"),
    ],
)
def test_a_text_that_no_mail_can_carry_is_refused(plain: Database, change: dict[str, str], reason: str) -> None:
    publish(plain, "a", "2024-05-01")
    issue_id = collect(plain).issue_id
    before = dump(plain)
    with plain.transaction() as session, pytest.raises(BadInput, match=reason):
        edit(Hand(session, issue_id, LATER), **change)
    assert dump(plain) == before


@pytest.mark.parametrize("state", [State.SENDING, State.PAUSED, State.SENT])
def test_what_has_gone_out_is_not_edited(plain: Database, state: State) -> None:
    added = publish(plain, "a", "2024-05-01")
    issue_id = collect(plain).issue_id
    with plain.transaction() as session:
        session.execute(update(IssueRow).values(state=state.value))
    with plain.transaction() as session:
        with pytest.raises(IllegalMove, match="quarterly-2024-q2 is"):
            edit(Hand(session, issue_id, LATER), subject="B")
        with pytest.raises(IllegalMove):
            hold(Hand(session, issue_id, LATER), [added])


def test_an_item_is_taken_out_put_back_and_made_the_lead(filled: Database) -> None:
    issue_id = collect(filled).issue_id
    before = draft(filled, issue_id)
    assert before.lead is not None
    lead, other = before.lead.source.publication_id, before.sections[1].items[0].source.publication_id
    with filled.transaction() as session:
        hold(Hand(session, issue_id, NOW), [lead], reason="the mayor asked to wait")
    after = draft(filled, issue_id)
    assert after.lead is None
    assert len(after.items) == len(before.items) - 1
    with filled.transaction() as session:
        use(Hand(session, issue_id, NOW), [other], role=Role.LEAD)
        use(Hand(session, issue_id, NOW), [lead], section="read", role=Role.LEAD)
    back = draft(filled, issue_id)
    assert back.lead is not None
    assert back.lead.source.publication_id == lead
    assert back.lead.anchor == before.lead.anchor == "san-antonios-leadership-on-migration"
    assert back.lead.wordings == before.lead.wordings
    assert [item.role for item in back.items].count(Role.LEAD) == 1
    assert back.sections[1].items[0] is back.lead
    with filled.reading() as session:
        balance = views.coverage(session, issue_id)
    assert len(balance) == 22
    now = next(one for one in balance if one.publication_id == lead)
    assert (now.state, now.reason) == (CoverageState.USED, "chosen by hand")


def test_a_full_section_takes_one_more_as_a_line(plain: Database) -> None:
    for number in range(4):
        publish(plain, f"report-{number}", f"2024-05-0{number + 1}")
    issue_id = collect(plain).issue_id
    added = publish(plain, "one more", "2024-06-01", url="https://example.org/more")
    undated = publish(plain, "undated", "", url="https://example.org/undated")
    with plain.transaction() as session:
        use(Hand(session, issue_id, NOW), [added])
        with pytest.raises(BadInput, match="no section 'sport'; it has: work, read, news, open"):
            use(Hand(session, issue_id, NOW), [added], section="sport")
        with pytest.raises(BadInput, match="has no date"):
            use(Hand(session, issue_id, NOW), [undated])
        with pytest.raises(NotFound):
            use(Hand(session, issue_id, NOW), [999])
        with pytest.raises(BadInput, match="reason is empty"):
            decline(Hand(session, issue_id, NOW), [added], reason="")
    assert draft(plain, issue_id).items[-1].role is Role.MORE


def test_an_item_is_worded_in_each_language(plain: Database) -> None:
    added = publish(plain, "A report", "2024-05-01", url="https://example.org/r", summary="Long.")
    issue_id = collect(plain).issue_id
    with plain.transaction() as session:
        set_wording(Hand(session, issue_id, NOW), added, "en", title="Shorter", action="Read it")
        set_wording(Hand(session, issue_id, NOW), added, "es", title="Un informe", summary="Uno.\nDos.")
        with pytest.raises(BadInput, match="no words in fr yet"):
            set_wording(Hand(session, issue_id, NOW), added, "fr", summary="Long.")
        with pytest.raises(BadInput, match="The title holds a line break"):
            set_wording(Hand(session, issue_id, NOW), added, "en", title="A\nB")
        with pytest.raises(NotFound):
            set_wording(Hand(session, issue_id, NOW), 999, "en", title="A")
    item = draft(plain, issue_id).items[0]
    assert item.wordings == {"en": Wording("Shorter", "Long.", "Read it"), "es": Wording("Un informe", "Uno. Dos.")}
    assert item.source.title == "A report"


# The draft, and what pages read


def test_the_draft_holds_pictures_and_blocks(filled: Database) -> None:
    issue_id = collect(filled).issue_id
    with filled.transaction() as session:
        portrait = keep(session, written(photo(64, 64), "PNG"), NOW)
        block = BlockRow(issue_id=issue_id, position=1, kind="director", media_sha256=portrait.sha256)
        session.add(block)
        session.flush()
        session.add(BlockWordingRow(block_id=block.id, language="en", fields={"text": "Dear all", "name": "V. Z."}))
    issue = draft(filled, issue_id)
    assert issue.opening[0].wordings == {"en": {"text": "Dear all", "name": "V. Z."}}
    assert issue.opening[0].picture is not None
    assert issue.opening[0].picture.alt == "V. Z."
    assert issue.lead is not None
    assert issue.lead.picture is not None
    assert issue.lead.picture.alt == "Picture of MMC Readout: San Antonio’s Leadership on Migration"
    assert issue.lead.picture.credit == "Photo: somebody"
    assert issue.lead.picture.path.endswith(".jpg")


def test_an_issue_is_found_by_id_or_slug_and_close_names_are_told(filled: Database) -> None:
    with filled.reading() as session, pytest.raises(NotFound, match="there is none yet"):
        views.find(session, "quarterly-2024-q2")
    done = collect(filled)
    with filled.reading() as session:
        found = views.find(session, "quarterly-2024-q2")
        assert found == views.find(session, done.issue_id) == views.find(session, str(done.issue_id))
        assert views.issues(session) == (found,) == views.issues(session, found.list_id)
        assert views.issues(session, 999) == ()
        with pytest.raises(NotFound, match=r"did you mean quarterly-2024-q2\?"):
            views.find(session, "quartely-2024-Q2")
        with pytest.raises(NotFound, match="the newest is quarterly-2024-q2"):
            views.find(session, "9" * 40)
        with pytest.raises(NotFound):
            load(session, 999)


# Lists


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"from_name": "A\r\nBcc: x"}, "sender's name holds a line break"),
        ({"from_name": " "}, "sender's name is empty"),
        ({"from_address": "a@b@c"}, "no e-mail address"),
        ({"reply_to": "nobody"}, "Reply-To"),
        ({"return_path": "bounces.example.org"}, "verp@domain, fixed:name@example.org, or transport"),
        ({"return_path": "verp@"}, "no e-mail address"),
        ({"return_path": "fixed:x"}, "no e-mail address"),
        ({"postal_address": " "}, "postal address is missing"),
        ({"default_language": "de"}, "none of the list's: en"),
        ({"archive": "secret"}, "public, unlisted, none"),
        ({"website": "example.org"}, "no absolute web address"),
    ],
)
def test_a_profile_that_could_not_send_is_refused(
    sqlite_database: Database, change: dict[str, str], reason: str
) -> None:
    given = {"from_name": "News", "from_address": "news@example.org", "postal_address": "1 Street", **change}
    with sqlite_database.transaction() as session:
        list_id = subscribers.add_list(session, "q", "Q", ("en",), NOW)
        with pytest.raises(BadInput, match=reason):
            add_profile(session, list_id, **given)


def test_a_profile_is_read_as_it_was_given(database: Database) -> None:
    with database.transaction() as session:
        list_id = subscribers.add_list(session, "q", "Q", ("en", "es"), NOW)
        add_profile(
            session, list_id, from_name="Council, the", from_address="News@Example.org",
            postal_address=" 1 Street \nBrussels", return_path="verp@Bounces.example.org",
            reply_to="us@example.org", default_language="es",
        )  # fmt: skip
        found = profile(session, list_id)
        with pytest.raises(BadInput, match="has a profile already"):
            add_profile(session, list_id, from_name="A", from_address="a@example.org", postal_address="x")
        with pytest.raises(NotFound):
            profile(session, 999)
    assert (found.from_name, found.from_address) == ("Council, the", "News@example.org")
    assert (found.return_path, found.default_language) == ("verp@bounces.example.org", "es")
    assert found.postal_address == "1 Street\nBrussels"


def test_a_sender_is_read_from_one_line() -> None:
    assert parse_sender('"Council, the" <News@Example.org>') == ("Council, the", "News@example.org")
    assert parse_sender("News <a@example.org>") == ("News", "a@example.org")
    for wrong in ("news@example.org", " <a@example.org>", "A <a@example.org> B", "A <a@b@c>", "A\nB <a@example.org>"):
        with pytest.raises(BadInput):
            parse_sender(wrong)


def test_the_name_of_a_new_list_must_be_free_and_fit_for_an_address(plain: Database) -> None:
    with plain.reading() as session:
        require_new_slug(session, "city-news-2")
        for wrong in ("quarterly", "City", "a b", "-a", "", "ä", "a" * 61):
            with pytest.raises(BadInput):
                require_new_slug(session, wrong)


def test_several_publications_are_chosen_at_once(plain: Database) -> None:
    numbers = [publish(plain, name, "2024-05-01") for name in ("a", "b", "c")]
    issue_id = collect(plain).issue_id
    with plain.transaction() as session:
        hold(Hand(session, issue_id, NOW), numbers[:2])
        decline(Hand(session, issue_id, NOW), numbers[2:], reason="old")
        use(Hand(session, issue_id, NOW), numbers[:1])
    assert {title: state for title, (state, _) in covered(plain, issue_id).items()} == {
        "a": "used", "b": "held", "c": "declined",
    }  # fmt: skip


def test_publication_columns_of_the_sample_survive_the_database(filled: Database) -> None:
    with filled.reading() as session:
        stored = {row.external_id: row.title for row in session.scalars(select(PublicationRow))}
    assert stored == {one.external_id: columns(one)["title"] for one in sample()}
