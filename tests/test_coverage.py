"""Coverage: over one period after the other nothing is missed, nothing printed twice, and the balance is told."""

from collections import Counter
from dataclasses import asdict
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

import subscribers
from newsletter.database import Database
from newsletter.issues import rhythms, views
from newsletter.issues.assembling import ARRIVED_LATER, Assembled, assemble
from newsletter.issues.model import CoverageState
from newsletter.issues.picking import decline, hold, use
from newsletter.issues.revising import Hand
from newsletter.issues.tables import CoverageRow
from newsletter.issues.views import Balance
from newsletter.publications.tables import PublicationRow
from tests.route import SLUG, Route
from tests.test_assembling import add_list, covered, draft, publish
from tests.test_cli import Shell

ZONE = ZoneInfo("Europe/Brussels")
BEGIN = datetime(2024, 9, 2, 7, 0, tzinfo=UTC)
RULE = "third Tuesday of the quarter's last month, 09:00"  # 17 December, 18 March, 17 June


@pytest.fixture
def listed(database: Database) -> Database:
    add_list(database)
    with database.transaction() as session:
        rhythms.set_rhythm(session, list_id(database), BEGIN.date(), ZONE, send=RULE, country="BE")
    return database


def list_id(database: Database) -> int:
    with database.reading() as session:
        face = subscribers.find_list(session, "quarterly")
        assert face is not None
        return face.id


def on_the_draft_s_day(database: Database, period: str, days: int = 0) -> Assembled:
    """The draft as it is made when it falls due, or some days after that."""
    with database.transaction() as session:
        dates = rhythms.dates_of(session, list_id(database), period, ZONE)
        assert dates is not None
        now = dates.draft
        today = date.fromordinal(now.astimezone(ZONE).date().toordinal() + days)
        return assemble(session, "quarterly", period, now, today, zone=ZONE)


def balance(database: Database, issue: Assembled) -> Balance:
    with database.reading() as session:
        return views.balance(session, issue.issue_id)


def redate(database: Database, title: str, on: date) -> None:
    with database.transaction() as session:
        session.execute(update(PublicationRow).where(PublicationRow.title == title).values(published_on=on))


def test_three_periods_in_a_row_account_for_every_publication_once(listed: Database) -> None:
    # Autumn: it goes out on 17 December, and collects until the 8th.
    publish(listed, "october", "2024-10-15")
    held = publish(listed, "to-hold", "2024-11-04")
    declined = publish(listed, "off-topic", "2024-11-05")
    publish(listed, "closes-before", "2024-12-02", "opportunity", deadline_on="2024-12-13")
    publish(listed, "closes-that-day", "2024-12-02", "opportunity", deadline_on="2024-12-17")
    publish(listed, "long-call", "2024-12-03", "opportunity", deadline_on="2025-04-30")
    publish(listed, "undated", "")
    publish(listed, "after-the-cut-off", "2024-12-09")
    first = on_the_draft_s_day(listed, "2024-Q4")
    assert (first.used, first.declined, first.undated) == (4, 2, 1)
    with listed.transaction() as session:
        hold(Hand(session, first.issue_id, BEGIN), [held], reason="waits for a picture")
        decline(Hand(session, first.issue_id, BEGIN), [declined], reason="off topic")
    assert covered(listed, first.issue_id) == {
        "october": ("used", ""),
        "to-hold": ("held", "waits for a picture"),
        "off-topic": ("declined", "off topic"),
        "closes-before": ("declined", "closes on 13 December 2024, and the issue goes out on 17 December 2024"),
        "closes-that-day": ("declined", "closes on 17 December 2024, and the issue goes out on 17 December 2024"),
        "long-call": ("used", ""),
    }
    assert balance(listed, first) == Balance(found=6, used=2, held=1, declined=3, offered=0, undated=1)

    # After it was sent: one of 22 December, and one that comes late for the period before.
    publish(listed, "december-22", "2024-12-22")
    publish(listed, "late-for-autumn", "2024-11-20")
    publish(listed, "february", "2025-02-11")
    second = on_the_draft_s_day(listed, "2025-Q1")
    with listed.reading() as session:
        window = views.find(session, second.issue_id)
        assert window.collects_from == date(2024, 12, 9), "the day after the cut-off before"
    assert covered(listed, second.issue_id) == {
        "after-the-cut-off": ("used", ""),
        "december-22": ("used", ""),
        "late-for-autumn": ("used", ""),
        "february": ("used", ""),
        "to-hold": ("used", ""),
        "long-call": ("offered", "used in quarterly-2024-q4; open until 30 April 2025"),
    }
    assert "long-call" not in {item.source.title for item in draft(listed, second.issue_id).items}
    publish(listed, "march", "2025-03-03")
    again = on_the_draft_s_day(listed, "2025-Q1", days=2)
    assert covered(listed, again.issue_id)["march"] == ("offered", ARRIVED_LATER)
    assert balance(listed, again) == Balance(found=7, used=5, held=0, declined=0, offered=2, undated=1)

    # Summer: what was offered and not decided comes again, what has closed does not, and the undated has its day.
    redate(listed, "undated", date(2025, 5, 1))
    redate(listed, "october", date(2025, 5, 2))
    third = on_the_draft_s_day(listed, "2025-Q2")
    assert covered(listed, third.issue_id) == {
        "march": ("used", ""),
        "undated": ("used", ""),
        "october": ("declined", "used in quarterly-2024-q4"),
    }
    assert balance(listed, third) == Balance(found=3, used=2, held=0, declined=1, offered=0, undated=0)
    _once_each(listed, {"october"})


def _once_each(database: Database, twice: set[str]) -> None:
    """Each is used or left out in one issue, but for those that came twice, and these are used once all the same."""
    with database.reading() as session:
        titles = dict(session.execute(select(PublicationRow.id, PublicationRow.title)).tuples().all())
        rows = list(session.scalars(select(CoverageRow)))
    used = Counter(titles[row.publication_id] for row in rows if row.state == CoverageState.USED)
    settled = Counter(titles[row.publication_id] for row in rows if row.state in {"used", "declined"})
    assert set(settled) == set(titles.values())
    assert max(used.values()) == 1
    assert {title for title, number in settled.items() if number != 1} == twice


def test_an_open_call_that_was_used_is_used_again_only_by_hand_and_declined_it_stays_away(listed: Database) -> None:
    again = publish(listed, "again", "2024-11-01", "opportunity", deadline_on="2025-12-01")
    enough = publish(listed, "enough", "2024-11-02", "event", starts_on="2025-12-02")
    publish(listed, "a", "2024-11-03")
    on_the_draft_s_day(listed, "2024-Q4")
    publish(listed, "b", "2025-02-03")
    second = on_the_draft_s_day(listed, "2025-Q1")
    assert covered(listed, second.issue_id)["enough"] == (
        "offered", "used in quarterly-2024-q4; takes place on 2 December 2025",
    )  # fmt: skip
    with listed.transaction() as session:
        use(Hand(session, second.issue_id, BEGIN), [again])
        decline(Hand(session, second.issue_id, BEGIN), [enough], reason="once is enough")
    assert "again" in {item.source.title for item in draft(listed, second.issue_id).items}
    publish(listed, "c", "2025-05-03")
    third = covered(listed, on_the_draft_s_day(listed, "2025-Q2").issue_id)
    assert set(third) == {"again", "c"}
    assert third["again"][0] == "offered"


def test_made_after_its_send_day_an_issue_is_measured_by_the_day_on_which_it_is_made(listed: Database) -> None:
    publish(listed, "a", "2024-11-03")
    publish(listed, "call", "2024-11-04", "opportunity", deadline_on="2025-01-10")
    late = on_the_draft_s_day(listed, "2024-Q4", days=20)
    assert covered(listed, late.issue_id)["call"] == ("used", "")


def test_without_a_rhythm_nothing_is_known_of_the_send_day(database: Database) -> None:
    add_list(database)
    publish(database, "a", "2024-11-03")
    publish(database, "call", "2024-12-02", "opportunity", deadline_on="2025-01-04")
    with database.transaction() as session:
        done = assemble(session, "quarterly", "2024-Q4", BEGIN, date(2025, 1, 2), zone=ZONE)
    assert covered(database, done.issue_id)["call"] == ("used", "")
    with database.reading() as session:
        assert views.find(session, done.issue_id).collects_until == date(2024, 12, 31)


# -- told -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shell(route: Route, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(route, monkeypatch)


def test_the_balance_is_on_the_issue_and_in_the_report(shell: Shell) -> None:
    shell.route.choose("hold", "climate", "waits for a picture")
    shell.route.choose("decline", "bloomberg", "needs a login")
    shell.route.publish(external_id="more", kind="brief", title="One more brief", published_on="2024-06-28")
    shell("issue", "assemble", "--list", "quarterly", "--period", "2024-Q2")
    with shell.route.database.reading() as session:
        sums = views.balance(session, shell.route.issue().id)
    assert (sums.held, sums.declined, sums.offered, sums.undated) == (1, 1, 1, 1)
    assert sums.found == sums.used + 3
    line = (
        f"Found {sums.found}: {sums.used} in this mail, 1 saved for next time, 1 left out, 1 waiting for a decision."
        " 1 without a date wait in the tray."
    )
    for command in ("show", "report"):
        said = shell("issue", command, SLUG).stdout
        assert f"Collects Mon 1 April 2024 to Sun 30 June 2024. {line}" in said
        told = shell.json("issue", command, SLUG)
        assert told["balance"] == asdict(sums)
        states = Counter(row["state"] for row in told["coverage"])
        assert states == {"used": sums.used, "held": 1, "declined": 1, "offered": 1}
        reasons = {row["title"]: row["reason"] for row in told["coverage"]}
        assert reasons["One more brief"] == ARRIVED_LATER
        assert "waits for a picture" in reasons.values()
