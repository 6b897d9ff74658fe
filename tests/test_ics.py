"""Calendars: as files that calendar programs read (RFC 5545), and as pages that show what is public and no more."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import update

from newsletter.issues import ics, owed, rhythms
from newsletter.issues.ics import Entry, calendar
from newsletter.issues.revising import Hand
from newsletter.issues.tables import IssueRow
from subscribers import Purpose
from subscribers.tables import ListRow
from tests.route import APPROVER, SLUG, Route, later
from tests.test_archive import ask, everything, sent

REVISED = datetime(2024, 7, 9, 7, 0, tzinfo=UTC)
ICS = f"/issues/{SLUG}.ics"
# What no calendar may hold, ends of lines of all sorts, characters of several octets, and those that are escaped.
TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=("Cs",)), st.sampled_from(list('\r\n\x00\x0b\x85\u2028;,\\:"“é😀م')))
)


def events(content: bytes) -> list[Any]:
    return Calendar.from_ical(content).walk("VEVENT")


def lines(content: bytes) -> list[bytes]:
    """The content lines as they are, each of which must be one that RFC 5545 section 3.1 allows."""
    assert content.endswith(b"\r\n")
    found = content.removesuffix(b"\r\n").split(b"\r\n")
    for line in found:
        assert len(line) <= 75
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)
        line.decode()  # no character is cut in two
    return found


def unfolded(content: bytes) -> list[str]:
    lines(content)
    return content.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")


# -- the file ---------------------------------------------------------------------------------------------------------


def test_a_day_ends_when_the_next_begins_and_a_moment_is_told_in_utc() -> None:
    moment = datetime(2024, 7, 9, 9, 0, tzinfo=UTC) - timedelta(hours=2)
    content = calendar(
        "The Quarterly",
        [
            Entry("a", "Closes", date(2024, 8, 30)), Entry("b", "Forum", date(2024, 10, 3), date(2024, 10, 4)),
            Entry("c", "Sent", moment), Entry("d", "Over new year", date(2024, 12, 31)),
            Entry("e", "Leap day", date(2024, 2, 28), date(2024, 2, 29)),
        ],
        REVISED,
    )  # fmt: skip
    told = unfolded(content)
    for line in (
        "DTSTART;VALUE=DATE:20240830", "DTEND;VALUE=DATE:20240831", "DTSTART;VALUE=DATE:20241003",
        "DTEND;VALUE=DATE:20241005", "DTSTART:20240709T070000Z", "DTEND;VALUE=DATE:20250101",
        "DTEND;VALUE=DATE:20240301", "DTSTAMP:20240709T070000Z", "VERSION:2.0", "TRANSP:TRANSPARENT",
    ):  # fmt: skip
        assert line in told, line
    assert told[0] == "BEGIN:VCALENDAR"
    assert told[-1] == "END:VCALENDAR"
    assert sum(line.startswith("PRODID:") for line in told) == 1
    assert told.count("DTSTAMP:20240709T070000Z") == told.count("BEGIN:VEVENT") == 5


def test_the_same_is_written_twice_alike() -> None:
    entries = [Entry("a", "A call", date(2024, 8, 30), text="For cities", url="https://example.org/call")]
    assert calendar("X", entries, REVISED) == calendar("X", entries, REVISED)


def test_long_lines_are_folded_between_characters() -> None:
    title = "Convocatoria: ciudades que acogen · دعوة إلى المدن " * 8
    content = calendar(title, [Entry("a", title, date(2024, 8, 30), text=title, place=title)], REVISED)
    assert len(lines(content)) > 30
    (event,) = events(content)
    assert event["SUMMARY"] == event["DESCRIPTION"].strip() == title.strip()
    assert unfolded(content)[3] == f"NAME;LANGUAGE=en:{title.strip()}"


def test_what_has_a_meaning_in_calendars_is_escaped() -> None:
    text = 'a; b, c\\n "d": e\\'
    content = calendar(text, [Entry("a", text, date(2024, 8, 30), text=f"{text}\n{text}", place=text)], REVISED)
    escaped = 'a\\; b\\, c\\\\n "d": e\\\\'
    told = unfolded(content)
    assert f"SUMMARY;LANGUAGE=en:{escaped}" in told
    assert f"NAME;LANGUAGE=en:{escaped}" in told
    assert f"X-WR-CALNAME:{escaped}" in told
    assert f"DESCRIPTION;LANGUAGE=en:{escaped}\\n{escaped}" in told
    (event,) = events(content)
    assert (event["SUMMARY"], event["LOCATION"], event["DESCRIPTION"]) == (text, text, f"{text}\n{text}")


def test_an_address_is_written_as_it_is() -> None:
    url = "https://example.org/a,b;c?x=1&y=2#z"
    assert f"URL:{url}" in unfolded(calendar("X", [Entry("a", "A", date(2024, 8, 30), url=url)], REVISED))


@given(title=TEXTS, text=TEXTS, place=TEXTS, name=TEXTS)
def test_no_text_breaks_out_of_its_line(title: str, text: str, place: str, name: str) -> None:
    content = calendar(name, [Entry("a", title, date(2024, 8, 30), text=text, place=place)], REVISED)
    assert [line for line in unfolded(content) if line.startswith("BEGIN:")] == ["BEGIN:VCALENDAR", "BEGIN:VEVENT"]
    (event,) = events(content)
    assert event["UID"] == "a"
    assert event["SUMMARY"].split() == ics._plain(title).split()


# -- an issue's dates -------------------------------------------------------------------------------------------------


def test_the_dates_of_an_issue_are_read_as_they_were_approved(either_route: Route) -> None:
    route = sent(either_route)
    found = ask(route, ICS)
    assert found.status_code == 200
    assert found.headers["content-type"] == "text/calendar; charset=utf-8"
    assert found.headers["content-language"] == "en"
    assert found.headers["content-disposition"] == f'inline; filename="{SLUG}.ics"'
    unfolded(found.content)
    pilots, forum = events(found.content)
    assert pilots["SUMMARY"] == "Call for city pilots · Closes 30 August"
    assert pilots["DTSTART"].dt == date(2024, 8, 30)
    assert pilots["URL"] == "https://www.mayors.example.org/pilots"
    assert pilots["DESCRIPTION"].splitlines() == [
        "Closes Friday, 30 August 2024", "cities of up to one million people", pilots["URL"],
    ]  # fmt: skip
    assert (forum["SUMMARY"], forum["LOCATION"]) == ("Forum of mayors", "Geneva")
    assert (forum["DTSTART"].dt, forum["DTEND"].dt) == (date(2024, 10, 3), date(2024, 10, 4))
    assert "NAME;LANGUAGE=en:The Quarterly · Summer 2024" in unfolded(found.content)
    # What the website changes afterwards was approved by nobody.
    route.set_publication("pilots", deadline_on=date(2024, 9, 12), title="Another title")
    assert ask(route, ICS).content == found.content


def test_every_dated_item_that_the_mail_shows_is_in_it_and_the_mail_leads_there(route: Route) -> None:
    assert f"https://news.example.org{ICS}" in route.pipeline.version(SLUG).parts["en"].web
    content = ask(sent(route), ICS).content
    assert {str(event["SUMMARY"]).partition(" · ")[0] for event in events(content)} == {
        "Call for city pilots", "Forum of mayors",
    }  # fmt: skip


def test_it_speaks_the_languages_of_the_issue(route: Route) -> None:
    found = ask(sent(route), f"{ICS}?lang=es")
    assert found.headers["content-language"] == "es"
    assert "Cierra el" in str(events(found.content)[0]["SUMMARY"])
    assert ask(route, f"{ICS}?lang=xx").content == ask(route, ICS).content


def test_it_is_public_exactly_when_the_issue_s_page_is(route: Route) -> None:
    page = ICS.removesuffix(".ics")
    assert (ask(route, page).status_code, ask(route, ICS).status_code) == (404, 404)
    route.sign_off()
    assert (ask(route, page).status_code, ask(route, ICS).status_code) == (404, 404)
    route.send(wait=False)
    assert (ask(route, page).status_code, ask(route, ICS).status_code) == (200, 200)
    assert ask(route, ICS).headers["x-robots-tag"] == ask(route, page).headers["x-robots-tag"] == "noindex"
    route.send()
    assert "x-robots-tag" not in ask(route, ICS).headers
    route.set_profile(archive="unlisted")
    assert ask(route, ICS).headers["x-robots-tag"] == "noindex"
    route.set_profile(archive="none")
    assert (ask(route, page).status_code, ask(route, ICS).status_code) == (404, 404)


def test_an_issue_without_dates_has_no_calendar_and_its_mail_leads_to_none(route: Route) -> None:
    route.choose("decline", "pilots")
    route.choose("decline", "forum")
    assert ".ics" not in route.pipeline.version(SLUG).parts["en"].web
    assert ask(sent(route), ICS).status_code == 404


def test_an_event_that_one_must_sign_up_for_has_both_its_days(route: Route) -> None:
    route.set_publication("forum", deadline_on=date(2024, 9, 20), ends_on=date(2024, 10, 5))
    _, closes, takes_place = events(ask(sent(route), ICS).content)
    assert (closes["SUMMARY"], closes["DTSTART"].dt) == ("Forum of mayors · Closes 20 September", date(2024, 9, 20))
    assert (takes_place["DTSTART"].dt, takes_place["DTEND"].dt) == (date(2024, 10, 3), date(2024, 10, 6))
    assert closes["UID"] != takes_place["UID"]


def test_its_ids_stay_when_the_installation_moves(route: Route) -> None:
    before = [str(event["UID"]) for event in events(ask(sent(route), ICS).content)]
    assert len(set(before)) == 2
    route.open(base_url="https://letters.example.net")
    assert [str(event["UID"]) for event in events(ask(route, ICS).content)] == before


def test_who_has_it_is_not_sent_it_again_and_looking_changes_nothing(either_route: Route) -> None:
    route = sent(either_route)
    before = everything(route.database)
    first = ask(route, ICS)
    assert first.headers["cache-control"] == "public, max-age=60"
    later(route, days=20)
    again = ask(route, ICS, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert ask(route, ICS, if_modified_since=first.headers["last-modified"]).status_code == 304
    head = ask(route, ICS, "HEAD")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])
    assert ask(route, ICS, "POST").status_code == 405
    assert everything(route.database) == before


# -- the team's calendar ----------------------------------------------------------------------------------------------


def with_rhythm(route: Route, **given: Any) -> str:
    """The address of the list's calendar."""
    route.now = datetime(2024, 6, 3, 8, 0, tzinfo=UTC)
    with route.database.transaction() as session:
        rhythms.set_rhythm(session, route.list_id(), route.now.date(), route.settings.zone, **given)
    return f"/calendar/{route.pipeline.links.token(Purpose.CALENDAR, route.list_id())}.ics"


def test_the_team_sees_the_steps_and_send_days_of_the_list(either_route: Route) -> None:
    route = either_route
    address = with_rhythm(route, country="BE")
    found = ask(route, address)
    assert found.status_code == 200
    assert found.headers["content-type"] == "text/calendar; charset=utf-8"
    assert found.headers["cache-control"] == "private, max-age=300"
    assert found.headers["x-robots-tag"] == "noindex"
    told = unfolded(found.content)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in told
    known = {str(event["SUMMARY"]): event["DTSTART"].dt for event in events(found.content)}
    quarter = {title: when for title, when in known.items() if "Summer 2024" in title}
    assert quarter == {
        "The Quarterly, Summer 2024: call for items": datetime(2024, 6, 11, 7, 0, tzinfo=UTC),
        "The Quarterly, Summer 2024: last day that is collected": date(2024, 6, 30),
        "The Quarterly, Summer 2024: first draft": datetime(2024, 7, 1, 5, 0, tzinfo=UTC),
        "The Quarterly, Summer 2024: ask for sign-off": datetime(2024, 7, 3, 7, 0, tzinfo=UTC),
        "The Quarterly, Summer 2024 goes out": datetime(2024, 7, 9, 7, 0, tzinfo=UTC),
    }
    assert not [title for title in known if "Spring 2024" in title], "before the rhythm began nothing was due"


def test_what_is_moved_keeps_its_id(route: Route) -> None:
    address = with_rhythm(route)
    before = {str(event["UID"]): event["DTSTART"].dt for event in events(ask(route, address).content)}
    with route.database.transaction() as session:
        at = datetime(2024, 7, 11, 8, 0, tzinfo=UTC)
        rhythms.set_send_day(session, route.list_id(), "2024-Q2", at, route.now, route.settings.zone)
    after = {str(event["UID"]): event["DTSTART"].dt for event in events(ask(route, address).content)}
    assert set(before) == set(after)
    assert after["quarterly-2024-q2-send@news.example.org"] == at
    assert after["quarterly-2024-q2-draft@news.example.org"] == datetime(2024, 7, 3, 5, 0, tzinfo=UTC)


def test_a_planned_issue_stands_where_it_is_planned_and_what_is_owed_stands_there_too(route: Route) -> None:
    address = with_rhythm(route)
    planned = datetime(2024, 7, 10, 12, 30, tzinfo=UTC)
    with route.database.transaction() as session:
        session.execute(update(IssueRow).values(planned_at=planned))
        day, today = date(2024, 6, 28), route.now.date()
        owed.ask(Hand(session, route.issue().id, route.now), "director", APPROVER, day, today)
    known = {str(event["SUMMARY"]): event["DTSTART"].dt for event in events(ask(route, address).content)}
    assert known["The Quarterly, Summer 2024 goes out"] == planned
    assert known["Summer 2024: the director's note from Pat Approver"] == day


def test_it_shows_what_is_past_for_a_year_and_is_not_sent_again_on_the_same_day(route: Route) -> None:
    address = with_rhythm(route)
    later(route, days=250)
    first = ask(route, address)
    assert "The Quarterly, Summer 2024 goes out" in {str(event["SUMMARY"]) for event in events(first.content)}
    later(route, hours=2)
    assert ask(route, address, if_none_match=first.headers["etag"]).status_code == 304


def test_nobody_without_the_address_sees_it_nor_does_it_live_on_with_no_rhythm(route: Route) -> None:
    address = with_rhythm(route)
    links = route.pipeline.links
    tokens = ("nonsense", links.token(Purpose.UNSUBSCRIBE, route.list_id()), links.token(Purpose.CALENDAR, 999))
    for token in tokens:
        assert ask(route, f"/calendar/{token}.ics").status_code == 404
    assert ask(route, address.removesuffix(".ics")).status_code == 404
    with_rhythm(route, on=False)
    assert ask(route, address).status_code == 404
    with_rhythm(route, on=True)
    assert ask(route, address).status_code == 200
    with route.database.transaction() as session:
        session.execute(update(ListRow).values(archived_at=route.now))
    assert ask(route, address).status_code == 404
