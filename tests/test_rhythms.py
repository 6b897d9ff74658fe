"""The rhythm of a list: kept on both engines, typed and told, and what lies ahead by it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

import subscribers
from newsletter.database import Database
from newsletter.errors import BadInput, NotFound
from newsletter.issues import rhythms
from newsletter.issues.countries import _holidays
from newsletter.issues.lists import add_profile
from newsletter.issues.rhythm import Dates
from newsletter.issues.workdays import MOST_BLOCKED
from newsletter.publications.kinds import seed_kinds
from subscribers import Purpose
from tests.route import ADMIN, AUTHOR, Route
from tests.test_archive import ask
from tests.test_cli import Shell

ZONE = ZoneInfo("Europe/Brussels")
NOW = datetime(2024, 6, 3, 8, 0, tzinfo=UTC)
TODAY = NOW.date()


def add_list(database: Database, cadence: str = "quarterly") -> int:
    with database.transaction() as session:
        seed_kinds(session)
        list_id = subscribers.add_list(session, cadence, "The List", ("en",), NOW)
        add_profile(
            session, list_id, from_name="Us", from_address="us@example.org", postal_address="1 Street", cadence=cadence
        )
    return list_id


def kept(database: Database, list_id: int, **given: Any) -> rhythms.Rhythm:
    with database.transaction() as session:
        return rhythms.set_rhythm(session, list_id, TODAY, ZONE, **given)


def send_day(database: Database, list_id: int, period: str, at: datetime | None) -> None:
    with database.transaction() as session:
        rhythms.set_send_day(session, list_id, period, at, NOW, ZONE)


def ahead(database: Database, list_id: int, now: datetime = NOW, count: int = 4) -> tuple[Dates, ...]:
    with database.reading() as session:
        return rhythms.upcoming(session, list_id, now, ZONE, count)


def labels(found: tuple[Dates, ...]) -> list[str]:
    return [one.period.label for one in found]


# -- kept and read ----------------------------------------------------------------------------------------------------


def test_what_is_given_is_kept_and_the_rest_stays(database: Database) -> None:
    list_id = add_list(database)
    with database.reading() as session:
        assert rhythms.rhythm(session, list_id) is rhythms.stored(session, list_id) is None
    first = kept(database, list_id, country="be", blocked=["2024-12-24..2025-01-02"])
    assert (first.send.text, first.country, first.on_since) == (
        "second Tuesday after the quarter's end, 09:00", "BE", TODAY,
    )  # fmt: skip
    second = kept(
        database, list_id, send="third thursday of the quarter’s last month at 10:30", cut_off=5, draft=5,
        blocked=["2025-01-03", "2024-08-12"], unblocked=[],
    )  # fmt: skip
    with database.reading() as session:
        found = rhythms.rhythm(session, list_id)
    assert found is not None
    assert found.send.text == second.send.text == "third thursday of the quarter's last month, 10:30"
    assert found.before.steps == {"call": 20, "cut_off": 5, "draft": 5, "review": 4}
    assert [str(span) for span in found.blocked] == ["2024-08-12", "2024-12-24..2025-01-03"]
    assert (found.country, found.on_since, found.cadence) == ("BE", TODAY, "quarterly")
    third = kept(database, list_id, country="", unblocked=["2024-08-12"])
    assert (third.country, [str(span) for span in third.blocked]) == ("", ["2024-12-24..2025-01-03"])


def test_switched_off_it_stays_and_nothing_lies_ahead(database: Database) -> None:
    list_id = add_list(database)
    kept(database, list_id)
    assert labels(ahead(database, list_id)) == ["2024-Q2", "2024-Q3", "2024-Q4", "2025-Q1"]
    kept(database, list_id, on=False)
    assert ahead(database, list_id) == ()
    with database.reading() as session:
        assert rhythms.rhythm(session, list_id) is None
        assert rhythms.dates_of(session, list_id, "2024-Q2", ZONE) is None
        assert rhythms.stored(session, list_id) is not None
    kept(database, list_id, country="BE")
    assert ahead(database, list_id) == ()
    kept(database, list_id, on=True)
    assert len(ahead(database, list_id)) == 4


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({"send": "when it is ready"}, "not understood"),
        ({"send": "first Tuesday after the month's end"}, "quarterly"),
        ({"country": "Atlantis"}, "no holidays known"), ({"blocked": ["Christmas"]}, "must be written like"),
        ({"unblocked": ["2024-12-25"]}, "2024-12-25 is not blocked; blocked days are: none"),
        ({"review": 7}, "fewer from step to step"), ({"call": 6}, "fewer from step to step"),
        ({"blocked": ["2024-07-01..2024-09-15", "2024-09-16..2024-11-30"]}, "more than 92"),
        ({"blocked": [f"2024-{m:02}-{d:02}" for m in (1, 3, 5, 7) for d in range(1, 32, 2)]}, f"{MOST_BLOCKED} can"),
        ({"send": "first Tuesday of the second month", "call": 60, "cut_off": 50}, "before its period begins"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(database: Database, given: dict[str, Any], because: str) -> None:
    list_id = add_list(database)
    before = kept(database, list_id)
    with pytest.raises(BadInput, match=because):
        kept(database, list_id, **given)
    with database.reading() as session:
        found = rhythms.rhythm(session, list_id)
    assert found is not None
    assert (found.send.text, found.before, found.blocked) == (before.send.text, before.before, before.blocked)


def test_two_issues_never_go_out_on_one_day(sqlite_database: Database) -> None:
    list_id = add_list(sqlite_database, "monthly")
    with pytest.raises(BadInput, match=r"2024-0\d and 2024-0\d would both go out on 2024-09-0\d: block fewer days"):
        kept(sqlite_database, list_id, blocked=["2024-07-01..2024-09-01"])


def test_a_list_without_a_profile_has_no_rhythm(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session, pytest.raises(NotFound, match="no profile"):
        rhythms.set_rhythm(session, 99, TODAY, ZONE)


def test_holidays_are_read_before_a_writing_transaction_and_not_in_it(database: Database) -> None:
    list_id = add_list(database)
    kept(database, list_id, country="DE-BY")
    _holidays.cache_clear()
    with database.reading() as session:
        rhythms.load_holidays(session, TODAY, "BE")
    missed = _holidays.cache_info().misses
    kept(database, list_id, country="BE")
    kept(database, list_id, country="DE-BY", blocked=["2024-12-24..2025-01-02"])
    ahead(database, list_id)
    assert _holidays.cache_info().misses == missed


# -- what lies ahead --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cadence", "expected"),
    [
        ("monthly", ["2024-05", "2024-06", "2024-07", "2024-08"]),
        ("quarterly", ["2024-Q2", "2024-Q3", "2024-Q4", "2025-Q1"]),
        ("half-yearly", ["2024-H1", "2024-H2", "2025-H1", "2025-H2"]), ("yearly", ["2024", "2025", "2026", "2027"]),
    ],
)  # fmt: skip
def test_the_next_issues_of_every_cadence(sqlite_database: Database, cadence: str, expected: list[str]) -> None:
    list_id = add_list(sqlite_database, cadence)
    kept(sqlite_database, list_id)
    found = ahead(sqlite_database, list_id)
    assert labels(found) == expected
    assert all(one.send > NOW for one in found)
    (first,) = ahead(sqlite_database, list_id, found[0].send - timedelta(seconds=1), 1)
    assert first == found[0]
    (second,) = ahead(sqlite_database, list_id, found[0].send, 1)
    assert second == found[1], "at its time it lies ahead no more"


def test_by_hand_the_send_day_moves_and_back(database: Database) -> None:
    list_id = add_list(database)
    kept(database, list_id, country="BE")
    before = ahead(database, list_id)
    at = datetime(2024, 7, 16, 14, 30, tzinfo=ZONE)
    send_day(database, list_id, "2024-Q2", at)
    first, *others = ahead(database, list_id)
    assert (first.send, first.by_hand, first.reasons["send"]) == (at, True, "Set by hand.")
    assert first.review == datetime(2024, 7, 10, 7, 0, tzinfo=UTC)
    assert others == list(before[1:])
    with database.reading() as session:
        assert rhythms.dates_of(session, list_id, "2024-q2", ZONE) == first
    send_day(database, list_id, "2024-Q2", datetime(2024, 7, 17, 14, 30, tzinfo=ZONE))
    assert ahead(database, list_id)[0].send.day == 17
    send_day(database, list_id, "2024-Q2", None)
    assert ahead(database, list_id) == before


def test_a_period_that_is_long_over_lies_ahead_again_when_its_send_day_is_set_there(sqlite_database: Database) -> None:
    list_id = add_list(sqlite_database)
    kept(sqlite_database, list_id)
    send_day(sqlite_database, list_id, "2024-Q1", datetime(2024, 8, 1, 9, 0, tzinfo=ZONE))
    assert labels(ahead(sqlite_database, list_id)) == ["2024-Q2", "2024-Q1", "2024-Q3", "2024-Q4"]


@pytest.mark.parametrize(
    ("period", "at", "because"),
    [
        ("2024-06", datetime(2024, 7, 9, 9, 0, tzinfo=ZONE), "no period of it; write one like 2024-Q3"),
        ("Q2", datetime(2024, 7, 9, 9, 0, tzinfo=ZONE), "is no period"),
        ("2024-Q2", datetime(2024, 6, 1, 9, 0, tzinfo=ZONE), "2024-06-01 09:00 has passed"),
        ("2024-Q2", datetime(2024, 12, 27, 9, 0, tzinfo=ZONE), "is blocked.*--unblock 2024-12-24..2025-01-02"),
        ("2024-Q2", datetime(2025, 1, 7, 9, 0, tzinfo=ZONE), "choose a day after 2024-04-01 and until 2024-12-31"),
        ("2024-Q4", datetime(2024, 9, 30, 9, 0, tzinfo=ZONE), "choose a day after 2024-10-01"),
    ],
)  # fmt: skip
def test_a_send_day_that_cannot_be_is_refused(
    sqlite_database: Database, period: str, at: datetime, because: str
) -> None:
    list_id = add_list(sqlite_database)
    with pytest.raises(NotFound, match="no rhythm yet"):
        send_day(sqlite_database, list_id, period, at)
    kept(sqlite_database, list_id, blocked=["2024-12-24..2025-01-02"])
    before = ahead(sqlite_database, list_id)
    with pytest.raises(BadInput, match=because):
        send_day(sqlite_database, list_id, period, at)
    assert ahead(sqlite_database, list_id) == before


# -- typed ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shell(route: Route, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(route, monkeypatch)


def test_the_rhythm_is_typed_told_and_kept_in_the_log(shell: Shell) -> None:
    none = shell("lists", "rhythm", "quarterly", code=1)
    assert "newsletter lists rhythm quarterly --on" in none.output
    said = shell("lists", "rhythm", "quarterly", "--country", "be", "--block", "2099-12-24..2100-01-02", "--by", ADMIN)
    assert "quarterly goes out quarterly: second Tuesday after the quarter's end, 09:00." in said.stdout
    assert "Holidays: BE. Blocked: 2099-12-24..2100-01-02." in said.stdout
    last = shell.route.activity()[-1]
    assert (last.verb, last.staff_id) == ("rhythm", shell.route.who(ADMIN).staff_id)
    assert shell.json("lists", "rhythm", "quarterly")["blocked"] == ["2099-12-24..2100-01-02"]
    refused = shell("lists", "rhythm", "quarterly", "--send", "some day", code=1).output
    assert '- "second Tuesday after the quarter\'s end, 09:00"' in refused
    assert "It is off" in shell("lists", "rhythm", "quarterly", "--off", "--country", "none").stdout
    assert "of no country" in shell("lists", "rhythm", "quarterly").stdout
    assert "one of --on and --off" in shell("lists", "rhythm", "quarterly", "--on", "--off", code=1).output
    assert "There is no list nobody" in shell("lists", "rhythm", "nobody", "--on", code=1).output


def test_the_dates_are_a_table_with_week_days_and_reasons(shell: Shell) -> None:
    shell("lists", "rhythm", "quarterly", "--country", "BE")
    told = shell.json("lists", "dates", "quarterly", "--count", "24")
    assert told["timezone"] == str(shell.route.settings.zone)
    assert len(told["dates"]) == 24
    first = told["dates"][0]
    assert datetime.fromisoformat(first["send"]).utcoffset() is not None
    assert date.fromisoformat(first["cut_off"]) < datetime.fromisoformat(first["draft"]).date()
    table = shell("lists", "dates", "quarterly", "--count", "1").stdout
    for words in ("Call for items", "Collected until", "First draft", "Ask for sign-off", "Send", first["period"]):
        assert words in table
    assert f"{datetime.fromisoformat(first['send']):%a}" in table
    assert told["calendar"] in table.replace("\n", "")


def test_a_send_day_is_typed_in_the_organisation_s_time_and_taken_back(shell: Shell) -> None:
    shell("lists", "rhythm", "quarterly", "--on")
    third = shell.json("lists", "dates", "quarterly")["dates"][2]
    moved = datetime.fromisoformat(third["send"]) + timedelta(days=2, hours=1)
    said = shell(
        "lists", "dates", "quarterly", "--set", f"{third['period']}={moved:%Y-%m-%dT%H:%M}", "--by", AUTHOR
    ).stdout
    assert "Set by hand." in said
    now = shell.json("lists", "dates", "quarterly")["dates"][2]
    assert (now["send"], now["by_hand"]) == (moved.isoformat(), True)
    last = shell.route.activity()[-1]
    assert (last.verb, last.staff_id) == ("dates", shell.route.who(AUTHOR).staff_id)
    shell("lists", "dates", "quarterly", "--unset", third["period"])
    assert shell.json("lists", "dates", "quarterly")["dates"][2] == third


def test_the_address_that_is_printed_is_the_calendar_and_the_file_is_the_same(shell: Shell) -> None:
    shell("lists", "rhythm", "quarterly", "--on")
    route = shell.route
    address = shell.json("lists", "dates", "quarterly")["calendar"]
    assert address == f"https://news.example.org/calendar/{route.pipeline.links.token(Purpose.CALENDAR, 1)}.ics"
    route.now = datetime.now(UTC)  # commands have no other clock
    assert "x.ics is written." in shell("lists", "dates", "quarterly", "--ics", "x.ics").stdout
    content = (route.folder / "x.ics").read_bytes()
    assert Calendar.from_ical(content).walk("VEVENT")
    served = ask(route, address.removeprefix("https://news.example.org"))
    assert served.content == content


@pytest.mark.parametrize("typed", ["2099-Q2", "2099-Q2=soon", "=2099-07-09T09:00", "2099-06=2099-07-09T09:00"])
def test_a_send_day_that_is_typed_wrongly_is_refused(shell: Shell, typed: str) -> None:
    shell("lists", "rhythm", "quarterly", "--on")
    entries = len(shell.route.activity())
    shell("lists", "dates", "quarterly", "--set", typed, code=1)
    assert len(shell.route.activity()) == entries
