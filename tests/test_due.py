"""Due work: each step at its time, once; late, it is done once and no more than is worth it."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import event, func, select, update

from newsletter import bootstrap
from newsletter.calendar import CalendarRow
from newsletter.delivery.tables import DeliveryRow
from newsletter.errors import IllegalMove
from newsletter.instance import NotOurs
from newsletter.issues import owed, rhythms
from newsletter.issues.revising import Hand
from newsletter.issues.tables import IssueRow
from newsletter.publications.tables import PublicationRow, SourceRow
from newsletter.staff.tables import StaffRow
from tests.route import ADMIN, APPROVER, AUTHOR, CONFIRMED, SECOND_AUTHOR, SLUG, Route
from tests.test_calm import set_calm
from tests.test_instance import copied
from tests.test_worker import got, once

EVERYBODY = {ADMIN, APPROVER, AUTHOR, SECOND_AUTHOR}
Q3 = "quarterly-2024-q3"


def at(text: str, route: Route) -> datetime:
    """A moment in the organisation's time."""
    return datetime.fromisoformat(text).replace(tzinfo=route.settings.zone).astimezone(UTC)


def rhythm(route: Route, **how: object) -> Route:
    """Give the list its rhythm: by default the second Tuesday after the quarter's end, 09:00."""
    with route.database.transaction() as session:
        rhythms.set_rhythm(session, route.list_id(), route.now.date(), route.settings.zone, **how)  # type: ignore[arg-type]
    return route


def work(route: Route, moment: str | None = None) -> list[EmailMessage]:
    """The clock is set, the scheduler looks, the worker hands over: the mails to staff that this led to."""
    if moment:
        route.now = at(moment, route)
    before = set(route.mailbox.glob("*.eml"))
    route.pipeline.rhythm.tick()
    once(route)
    route.pipeline.rhythm.tick()
    once(route)
    fresh = {path.name for path in set(route.mailbox.glob("*.eml")) - before}
    found = [mail for path, mail in zip(sorted(route.mailbox.glob("*.eml")), route.mails(), strict=True)
             if path.name in fresh]  # fmt: skip
    return [mail for mail in found if mail["List-Unsubscribe"] is None]


def subjects(mails: list[EmailMessage]) -> set[str]:
    return {str(mail["Subject"]) for mail in mails}


def to(mails: list[EmailMessage], subject: str) -> list[str]:
    return sorted(str(mail["To"]) for mail in mails if str(mail["Subject"]) == subject)


def text_of(mails: list[EmailMessage], subject: str) -> str:
    mail = next(mail for mail in mails if str(mail["Subject"]) == subject)
    return " ".join(mail.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]


AUTUMN: list[dict[str, str]] = [
    {"external_id": f"autumn-{n}", "kind": kind, "title": title, "published_on": f"2024-{month:02d}-{n + 3:02d}",
     "summary": "Mayors and their teams compare what worked."}
    for n, (kind, month, title) in enumerate((
        ("readout", 7, "Four mayors compare how they register families"), ("report", 8, "A year of city finance"),
        ("press_release", 9, "Two more cities join the pledge"), ("statement", 9, "On the new pact"),
    ))
]  # fmt: skip


@pytest.fixture
def autumn(either_route: Route) -> Route:
    """The list has its rhythm since 10 July; the third quarter has its publications. It goes out on 8 October."""
    either_route.now = at("2024-07-10T12:00", either_route)
    either_route.import_(AUTUMN)
    return rhythm(either_route)


def rows(route: Route, period: str = "2024-Q3") -> dict[str, CalendarRow]:
    with route.database.reading() as session:
        found = session.scalars(select(CalendarRow).where(CalendarRow.period == period))
        return {row.step: row for row in found}


def state(route: Route, slug: str) -> str:
    with route.database.reading() as session:
        return session.scalars(select(IssueRow.state).where(IssueRow.slug == slug)).one()


def sign_off(route: Route, slug: str = Q3) -> None:
    route.pipeline.submit(slug, route.who(AUTHOR))
    route.pipeline.approve(slug, route.who(APPROVER))


def ready(route: Route, moment: str, slug: str = Q3, **how: bool) -> Route:
    """Drafted, signed off and planned for that moment."""
    work(route, "2024-10-01T09:00")
    sign_off(route, slug)
    route.pipeline.plan(slug, at(moment, route), route.who(AUTHOR), **how)
    once(route)
    return route


# -- each at its time ----------------------------------------------------------------------------------------------


@pytest.mark.timeout(400)  # six hundred looks of the scheduler
def test_each_step_comes_at_its_time_and_once(autumn: Route) -> None:
    told: list[tuple[str, set[str]]] = []
    for day in range(100):
        for hour in ("06:59", "07:00", "09:00"):
            moment = f"{date(2024, 7, 11) + timedelta(days=day)}T{hour}"
            told += [(moment, subjects(mails))] if (mails := work(autumn, moment)) else []
    assert told == [
        ("2024-09-10T09:00", {"What should be in Autumn 2024? Until Sunday 29 September"}),
        ("2024-09-30T07:00", {"Your first draft is ready: Autumn 2024"}),
        ("2024-10-02T09:00", {"Please hand in Autumn 2024 for sign-off"}),
        ("2024-10-04T09:00", {"At risk: Autumn 2024, on Tuesday 8 October at 09:00"}),
        ("2024-10-07T09:00", {"Tomorrow at 09:00: Autumn 2024 will not go out by itself"}),
    ]
    assert state(autumn, Q3) == "draft"
    assert autumn.mailings() == []


def test_the_draft_is_collected_until_the_cut_off_and_told_of(autumn: Route) -> None:
    autumn.import_([AUTUMN[0] | {"external_id": "late", "title": "After the cut-off", "published_on": "2024-09-30"}])
    work(autumn, "2024-09-10T09:00")
    mails = work(autumn, "2024-09-30T07:00")
    assert to(mails, "Your first draft is ready: Autumn 2024") == [AUTHOR, SECOND_AUTHOR]
    text = mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Four mayors compare how they register families" in text
    assert "After the cut-off" not in text
    assert "1 publication has no date" in text
    assert f"newsletter issue submit {Q3}" in text
    html = mails[0].get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "https://news.example.org/media/" in html
    assert mails[0]["Reply-To"] == "team@example.org"
    assert mails[0]["Auto-Submitted"] == "auto-generated"
    with autumn.database.reading() as session:
        issue = session.scalars(select(IssueRow).where(IssueRow.slug == Q3)).one()
    assert (issue.collects_from, issue.collects_until) == (date(2024, 7, 1), date(2024, 9, 29))


def test_letters_carry_no_link(autumn: Route) -> None:
    """But for the picture, which is looked at and not followed."""
    for moment in ("2024-09-10T09:00", "2024-09-30T07:00", "2024-10-02T09:00", "2024-10-04T09:00", "2024-10-07T09:00"):
        for mail in work(autumn, moment):
            for part in ("plain", "html"):
                said = mail.get_body((part,)).get_content()  # type: ignore[union-attr]
                assert "href" not in said
                assert "http" not in said.replace("https://news.example.org/media/", "")


def test_nothing_was_published(either_route: Route) -> None:
    """Told, once; what comes later is collected by hand, or by the next issue."""
    either_route.now = at("2024-07-10T12:00", either_route)
    rhythm(either_route)
    work(either_route, "2024-09-10T09:00")
    assert subjects(work(either_route, "2024-09-30T07:00")) == {"No draft yet: Autumn 2024"}
    assert work(either_route, "2024-09-30T07:05") == []
    assert subjects(work(either_route, "2024-10-04T09:00")) == {"At risk: Autumn 2024, on Tuesday 8 October at 09:00"}
    either_route.import_(AUTUMN)
    either_route.import_([AUTUMN[0] | {"external_id": "winter", "title": "In winter", "published_on": "2024-12-05"}])
    said = text_of(work(either_route, "2025-01-06T07:00"), "Your first draft is ready: Winter 2024")
    assert "In winter" in said
    assert AUTUMN[0]["title"] in said


def test_an_issue_made_by_hand_before_gets_what_is_new_offered(autumn: Route) -> None:
    autumn.now = at("2024-09-20T10:00", autumn)
    autumn.pipeline.assemble("quarterly", "2024-Q3", autumn.who(AUTHOR))
    autumn.import_([AUTUMN[0] | {"external_id": "new", "title": "Came after that", "published_on": "2024-09-21"}])
    mails = work(autumn, "2024-09-30T07:00")
    assert "Came after that" in mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_one_that_is_handed_in_already_is_left_alone(autumn: Route) -> None:
    autumn.now = at("2024-09-20T10:00", autumn)
    autumn.pipeline.assemble("quarterly", "2024-Q3", autumn.who(AUTHOR))
    autumn.pipeline.submit(Q3, autumn.who(AUTHOR))
    work(autumn, "2024-09-20T10:05")
    assert subjects(work(autumn, "2024-09-30T07:00")) == {"Still waiting for your yes: Autumn 2024"}
    assert rows(autumn)["draft"].outcome == f"{Q3} was made by hand."


def test_without_a_rhythm_nothing_falls_due(either_route: Route) -> None:
    assert work(either_route, "2025-07-10T09:00") == []
    rhythm(either_route)
    assert either_route.pipeline.rhythm.tick() == []
    assert rows(either_route, "2025-Q3")
    rhythm(either_route, on=False)
    work(either_route)
    assert rows(either_route, "2025-Q3") == {}


# -- late ----------------------------------------------------------------------------------------------------------


def test_off_on_the_drafts_day_it_is_made_when_back_once(autumn: Route) -> None:
    work(autumn, "2024-09-10T09:00")
    assert subjects(work(autumn, "2024-10-03T11:00")) == {"Your first draft is ready: Autumn 2024"}
    assert rows(autumn)["review"].outcome == "Left out. The letter with the draft says it."
    assert work(autumn, "2024-10-03T11:01") == []


def test_off_for_days_only_the_newest_reminder_is_sent(autumn: Route) -> None:
    work(autumn, "2024-09-10T09:00")
    work(autumn, "2024-09-30T07:00")
    assert subjects(work(autumn, "2024-10-07T10:00")) == {"Tomorrow at 09:00: Autumn 2024 will not go out by itself"}


def test_off_over_the_send_day_the_draft_is_made_and_says_so(autumn: Route) -> None:
    work(autumn, "2024-09-10T09:00")
    mails = work(autumn, "2024-10-20T10:00")
    assert subjects(mails) == {"Your first draft is ready: Autumn 2024"}
    assert "It should have gone out on Tuesday 8 October" in mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_off_for_months_there_is_one_draft_and_no_pile_of_letters(autumn: Route) -> None:
    """The newest period's; it collects what the others would have."""
    for number, day in enumerate(("2024-11-02", "2025-02-02"), start=4):
        autumn.import_([{"external_id": f"q{number}", "kind": "report", "title": f"Report {number}",
                         "published_on": day, "summary": "Words."}])  # fmt: skip
    mails = work(autumn, "2025-05-02T10:00")
    assert subjects(mails) == {"Your first draft is ready: Spring 2025"}
    text = mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    for title in ("Report 4", "Report 5", "Two more cities join the pledge"):
        assert title in text
    with autumn.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(IssueRow)) == 2
    assert work(autumn, "2025-05-02T10:01") == []


# -- dates that move -----------------------------------------------------------------------------------------------


def test_what_is_not_done_moves_with_the_send_day(autumn: Route) -> None:
    work(autumn, "2024-09-10T09:00")
    with autumn.database.transaction() as session:
        moved = at("2024-10-15T11:00", autumn)
        rhythms.set_send_day(session, autumn.list_id(), "2024-Q3", moved, autumn.now, autumn.settings.zone)
    assert work(autumn, "2024-09-30T07:00") == []
    assert rows(autumn)["call"].done_at == at("2024-09-10T09:00", autumn)
    assert subjects(work(autumn, "2024-10-07T07:00")) == {"Your first draft is ready: Autumn 2024"}
    assert rows(autumn)["eve"].due_at == at("2024-10-14T09:00", autumn)


def test_the_clock_keeps_its_wall_when_the_season_changes(autumn: Route) -> None:
    autumn.pipeline.rhythm.tick()
    assert rows(autumn, "2024-Q4")["draft"].due_at == datetime(2025, 1, 6, 6, tzinfo=UTC)
    assert rows(autumn, "2025-Q1")["call"].due_at == datetime(2025, 3, 11, 8, tzinfo=UTC)
    assert rows(autumn, "2025-Q1")["draft"].due_at == datetime(2025, 3, 31, 5, tzinfo=UTC)


def test_a_leap_day_is_a_day(either_route: Route) -> None:
    either_route.now = at("2024-01-10T12:00", either_route)
    rhythm(either_route, send="29 days before the end, 09:00", draft=2, cut_off=2, review=1)
    either_route.pipeline.rhythm.tick()
    found = rows(either_route, "2024-Q1")
    assert found["eve"].due_at == at("2024-03-01T09:00", either_route)
    assert found["draft"].due_at == at("2024-02-29T07:00", either_route)


# -- once ----------------------------------------------------------------------------------------------------------


def test_two_schedulers_at_once_do_everything_once(autumn: Route) -> None:
    others = [bootstrap.assemble(autumn.settings, lambda: autumn.now) for _ in range(2)]
    for moment in ("2024-09-10T09:00", "2024-09-30T07:00", "2024-10-02T09:00"):
        autumn.now = at(moment, autumn)
        together = threading.Barrier(3)

        def tick(pipeline: object, together: threading.Barrier = together) -> None:
            together.wait()
            for _ in range(2):
                pipeline.rhythm.tick()  # type: ignore[attr-defined]

        threads = [threading.Thread(target=tick, args=(one,)) for one in (autumn.pipeline, *others)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for one in others:
        one.database.close()
    once(autumn)
    mails = autumn.mails()
    assert to(mails, "What should be in Autumn 2024? Until Sunday 29 September") == sorted(EVERYBODY)
    assert to(mails, "Your first draft is ready: Autumn 2024") == [AUTHOR, SECOND_AUTHOR]
    assert to(mails, "Please hand in Autumn 2024 for sign-off") == [AUTHOR, SECOND_AUTHOR]
    assert len(mails) == 8


class Killed(BaseException):
    """Nothing that a program handles."""


@pytest.mark.parametrize(
    "place", ["rhythm.drafting._tell", "rhythm.context.Context.queue", "delivery.picturing.picture"]
)
def test_killed_on_the_way_it_is_done_once_all_the_same(
    autumn: Route, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    work(autumn, "2024-09-10T09:00")
    autumn.now = at("2024-09-30T07:00", autumn)

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"newsletter.{place}", kill)
        with pytest.raises(Killed):
            autumn.pipeline.rhythm.tick()
    autumn.open()
    mails = work(autumn)
    assert to(mails, "Your first draft is ready: Autumn 2024") == [AUTHOR, SECOND_AUTHOR]
    assert work(autumn) == []


def test_a_step_that_fails_holds_up_no_other_and_is_tried_again_later(
    autumn: Route, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ready(autumn, "2024-10-02T09:00")
    with monkeypatch.context() as patch:
        patch.setattr("newsletter.rhythm.letters.reminders.owed", lambda *_, **__: 1 / 0)
        with autumn.database.transaction() as session:
            issue = session.scalars(select(IssueRow).where(IssueRow.slug == SLUG)).one()
            owed.ask(Hand(session, issue.id, autumn.now), "quote", AUTHOR, date(2024, 11, 1), autumn.now.date())
        assert "Autumn 2024 has started" in subjects(work(autumn, "2024-10-02T09:00"))
    assert caplog.text.count("ZeroDivisionError") == 1
    assert work(autumn) == []
    assert subjects(work(autumn, "2024-10-02T09:02")) >= {
        "You are asked for a quote for Summer 2024, by Friday 1 November"
    }


def test_with_nothing_due_nothing_is_written(autumn: Route) -> None:
    work(autumn, "2024-09-10T09:00")
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(autumn.database.engine, "before_cursor_execute", listen)
    try:
        for _ in range(3):
            assert autumn.pipeline.rhythm.tick() == []
            assert autumn.pipeline.rhythm.release() == []
    finally:
        event.remove(autumn.database.engine, "before_cursor_execute", listen)
    assert all(one.startswith(("SELECT", "BEGIN DEFERRED")) for one in said), said
    assert len(said) < 150


# -- who owes what -------------------------------------------------------------------------------------------------


def ask_for(route: Route, day: date, who: str = SECOND_AUTHOR) -> int:
    with route.database.transaction() as session:
        made = owed.ask(Hand(session, route.issue().id, route.now), "director", who, day, route.now.date())
        assert made.id is not None
        return made.id


def test_whoever_owes_a_block_is_asked_and_reminded(either_route: Route) -> None:
    route = either_route
    route.now = at("2024-07-15T10:00", route)
    ask_for(route, date(2024, 7, 22))
    asked = "You are asked for the director's note for Summer 2024, by Monday 22 July"
    assert to(work(route), asked) == [SECOND_AUTHOR]
    assert work(route, "2024-07-18T08:59") == []
    assert to(work(route, "2024-07-18T09:00"), asked) == [SECOND_AUTHOR]
    assert to(work(route, "2024-07-22T09:00"), "Today: the director's note for Summer 2024") == [SECOND_AUTHOR]
    assert work(route, "2024-07-30T09:00") == []


def test_what_is_written_is_not_reminded_of(either_route: Route) -> None:
    route = either_route
    route.now = at("2024-07-15T10:00", route)
    block = ask_for(route, date(2024, 7, 22))
    work(route)
    route.pipeline.editor.word_block(SLUG, route.who(AUTHOR), block, {"text": "Words.", "name": "A. D."})
    assert work(route, "2024-07-30T09:00") == []
    with route.database.reading() as session:
        assert session.scalar(select(func.count()).where(CalendarRow.done_at.is_(None))) == 0


def test_another_day_or_person_is_told_anew(either_route: Route) -> None:
    route = either_route
    route.now = at("2024-07-15T10:00", route)
    ask_for(route, date(2024, 7, 22))
    work(route)
    ask_for(route, date(2024, 7, 24), AUTHOR)
    assert [str(mail["To"]) for mail in work(route)] == [AUTHOR]
    assert work(route, "2024-07-22T08:00") == []


def test_asked_late_it_is_one_letter(either_route: Route) -> None:
    either_route.now = at("2024-07-16T10:00", either_route)
    ask_for(either_route, date(2024, 7, 17))
    assert len(work(either_route)) == 1


# -- sign-off ------------------------------------------------------------------------------------------------------


def test_whoever_has_not_answered_is_reminded_once(either_route: Route) -> None:
    route = either_route
    route.now = at("2024-07-05T16:00", route)  # a Friday
    route.submit()
    work(route)
    assert work(route, "2024-07-08T08:59") == []
    mails = work(route, "2024-07-08T09:00")
    assert to(mails, "Still waiting for your yes: Summer 2024") == [ADMIN, APPROVER]
    assert "Ana Author asked for it on Friday 5 July" in mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert work(route, "2024-07-20T09:00") == []


def test_an_answer_ends_the_reminding(either_route: Route) -> None:
    either_route.now = at("2024-07-05T16:00", either_route)
    either_route.sign_off()
    work(either_route)
    assert work(either_route, "2024-07-08T09:00") == []


def test_the_one_who_asked_is_not_reminded(either_route: Route) -> None:
    either_route.submit(APPROVER)
    work(either_route)
    mails = work(either_route, "2024-07-10T09:00")
    assert to(mails, "Still waiting for your yes: Summer 2024") == [ADMIN]


# -- at risk -------------------------------------------------------------------------------------------------------


def test_signed_off_and_planned_there_is_no_alarm(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    assert work(autumn, "2024-10-04T09:00") == []
    assert rows(autumn)["risk"].outcome == "All is well."


def test_signed_off_and_not_planned_there_is_one(autumn: Route) -> None:
    work(autumn, "2024-10-01T09:00")
    sign_off(autumn)
    mails = work(autumn, "2024-10-04T09:00")
    assert to(mails, "At risk: Autumn 2024, on Tuesday 8 October at 09:00") == sorted(EVERYBODY)
    assert "NOBODY HAS PLANNED IT" in text_of(mails, "At risk: Autumn 2024, on Tuesday 8 October at 09:00")


def test_an_owed_block_and_a_source_that_fails_are_risks(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    fails(autumn, since="2024-09-20T09:00")
    mails = work(autumn, "2024-10-04T09:00")
    assert subjects(mails) == {
        "At risk: Autumn 2024, on Tuesday 8 October at 09:00",
        "Nothing comes from Our website since Friday 20 September",
    }  # fmt: skip
    assert to(mails, "Nothing comes from Our website since Friday 20 September") == [ADMIN]
    assert work(autumn, "2024-10-04T09:01") == []


def fails(route: Route, since: str) -> None:
    with route.database.transaction() as session:
        session.add(
            SourceRow(
                slug="website", name="Our website", kind="feed", url="https://www.mayors.example.org/feed", options={},
                rules=[], memory={}, last={}, created_at=route.now, failing_since=at(since, route), failures=30,
                trouble="The host cannot be found.",
            )
        )  # fmt: skip


def test_a_source_that_fails_for_a_week_is_told_of_once(autumn: Route) -> None:
    fails(autumn, since="2024-08-01T09:00")
    assert work(autumn, "2024-08-08T08:00") == []
    assert to(work(autumn, "2024-08-08T10:00"), "Nothing comes from Our website since Thursday 1 August") == [ADMIN]
    assert work(autumn, "2024-08-20T10:00") == []


# -- a planned issue -----------------------------------------------------------------------------------------------


def test_it_goes_out_at_its_time_in_the_planners_name(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    eve = work(autumn, "2024-10-07T09:00")
    assert to(eve, "Tomorrow, 09:00: Autumn 2024 goes out. All is ready") == sorted(EVERYBODY)
    assert "Exactly version 1 goes out" in eve[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert work(autumn, "2024-10-08T08:59") == []
    assert got(autumn) == {}
    mails = work(autumn, "2024-10-08T09:00")
    assert subjects(mails) == {"Autumn 2024 has started", "Autumn 2024 is out: 4 of 4"}
    assert to(mails, "Autumn 2024 is out: 4 of 4") == sorted(EVERYBODY)
    assert got(autumn) == dict.fromkeys(CONFIRMED, 1)
    assert state(autumn, Q3) == "sent"
    (mailing,) = autumn.mailings()
    assert mailing.released_by == autumn.who(AUTHOR).staff_id
    sent = [entry for entry in autumn.activity() if entry.verb == "send"]
    assert [(entry.via, entry.staff_id) for entry in sent] == [("system", autumn.who(AUTHOR).staff_id)]
    assert work(autumn, "2024-10-09T09:00") == []


def test_calmly_the_team_has_it_first(autumn: Route) -> None:
    autumn.add_reader(AUTHOR)
    set_calm(autumn, wait=15, spread=0)
    ready(autumn, "2024-10-08T09:00", calm=True)
    work(autumn, "2024-10-08T08:44")
    assert got(autumn) == {}
    assert "you have it first" in text_of(work(autumn, "2024-10-08T08:45"), "Autumn 2024 has started").lower()
    assert got(autumn) == {AUTHOR: 1}
    work(autumn, "2024-10-08T08:59")
    assert got(autumn) == {AUTHOR: 1}
    assert subjects(work(autumn, "2024-10-08T09:00")) == {"Autumn 2024 is out: 5 of 5"}
    assert got(autumn) == dict.fromkeys((AUTHOR, *CONFIRMED), 1)


def test_late_the_team_still_has_it_first(autumn: Route) -> None:
    autumn.add_reader(AUTHOR)
    set_calm(autumn, wait=15, spread=0)
    ready(autumn, "2024-10-08T09:00", calm=True)
    work(autumn, "2024-10-08T11:00")
    assert got(autumn) == {AUTHOR: 1}
    work(autumn, "2024-10-08T11:15")
    assert got(autumn) == dict.fromkeys((AUTHOR, *CONFIRMED), 1)


def test_a_plan_that_is_cancelled_leaves_the_yes(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    autumn.pipeline.cancel_plan(Q3, autumn.who(AUTHOR))
    assert state(autumn, Q3) == "approved"
    assert work(autumn, "2024-10-08T09:00") == []
    assert got(autumn) == {}
    with pytest.raises(IllegalMove, match="no plan to cancel"):
        autumn.pipeline.cancel_plan(Q3, autumn.who(AUTHOR))
    assert autumn.pipeline.send(Q3, autumn.who(AUTHOR)).status.accepted == len(CONFIRMED)


def test_two_schedulers_release_it_once(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    work(autumn, "2024-10-07T09:00")
    autumn.now = at("2024-10-08T09:00", autumn)
    others = [bootstrap.assemble(autumn.settings, lambda: autumn.now) for _ in range(3)]
    together = threading.Barrier(4)

    def tick(pipeline: object) -> None:
        together.wait()
        pipeline.rhythm.release()  # type: ignore[attr-defined]
        pipeline.rhythm.tick()  # type: ignore[attr-defined]

    threads = [threading.Thread(target=tick, args=(one,)) for one in (autumn.pipeline, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in others:
        one.database.close()
    assert len(autumn.mailings()) == 1
    mails = work(autumn)
    assert to(mails, "Autumn 2024 has started") == sorted(EVERYBODY)
    assert got(autumn) == dict.fromkeys(CONFIRMED, 1)


@pytest.mark.parametrize("place", ["rhythm.context.Context.queue", "delivery.belonging.Belonging.advance"])
def test_killed_at_the_release_it_goes_once(autumn: Route, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    ready(autumn, "2024-10-08T09:00")
    work(autumn, "2024-10-07T09:00")
    autumn.now = at("2024-10-08T09:00", autumn)

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"newsletter.{place}", kill)
        with pytest.raises(Killed):
            autumn.pipeline.rhythm.tick()
    autumn.open()
    mails = work(autumn)
    assert got(autumn) == dict.fromkeys(CONFIRMED, 1)
    assert to(mails, "Autumn 2024 has started") == sorted(EVERYBODY)


def change_the_lead(route: Route) -> None:
    route.set_publication("autumn-0", title="Five mayors compare how they register families", content_hash="other")


def leave(route: Route) -> None:
    with route.database.transaction() as session:
        session.execute(update(StaffRow).where(StaffRow.email == AUTHOR).values(disabled_at=route.now))


def no_mail_service(route: Route) -> None:
    route.open(transport_url="")


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (change_the_lead, "needs a new yes: it has changed since the last one"),
        (leave, "does not work here any more"),
        (Route.revoke, "has no approval"),
    ],
)
def test_what_is_not_right_is_told_before_and_at_the_time_and_nothing_goes(
    autumn: Route, happens: Callable[[Route], None], why: str
) -> None:
    ready(autumn, "2024-10-08T09:00")
    happens(autumn)
    eve = work(autumn, "2024-10-07T09:00")
    assert "Autumn 2024 will not go out tomorrow at 09:00" in subjects(eve)
    mails = work(autumn, "2024-10-08T09:00")
    assert subjects(mails) == {"Not sent: Autumn 2024"}
    assert why in text_of(mails, "Not sent: Autumn 2024")
    assert f"newsletter issue plan {Q3} --at MOMENT --by YOUR-ADDRESS" in text_of(mails, "Not sent: Autumn 2024")
    assert got(autumn) == {}
    assert state(autumn, Q3) == "approved"
    assert work(autumn, "2024-10-09T09:00") == []
    assert got(autumn) == {}


def test_the_difference_is_named(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    change_the_lead(autumn)
    eve = text_of(work(autumn, "2024-10-07T09:00"), "Autumn 2024 will not go out tomorrow at 09:00")
    assert "Five mayors compare" in eve
    mails = work(autumn, "2024-10-08T09:00")
    assert "Five mayors compare" in text_of(mails, "Not sent: Autumn 2024")


def test_without_a_mail_service_it_is_not_sent(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    work(autumn, "2024-10-07T09:00")
    no_mail_service(autumn)
    autumn.now = at("2024-10-08T09:00", autumn)
    assert any("was not sent" in said for said in autumn.pipeline.rhythm.tick())
    assert autumn.mailings() == []


def test_a_change_that_is_undone_in_time_goes_out(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    title = autumn.publication("autumn-0").title
    change_the_lead(autumn)
    work(autumn, "2024-10-07T09:00")
    autumn.set_publication("autumn-0", title=title)
    work(autumn, "2024-10-08T09:00")
    assert got(autumn) == dict.fromkeys(CONFIRMED, 1)


def test_six_hours_late_it_still_goes_and_later_it_asks(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    work(autumn, "2024-10-07T09:00")
    mails = work(autumn, "2024-10-08T15:01")
    assert subjects(mails) == {"Not sent: Autumn 2024"}
    assert "more than six hours have passed" in text_of(mails, "Not sent: Autumn 2024")
    autumn.pipeline.plan(Q3, at("2024-10-09T09:00", autumn), autumn.who(SECOND_AUTHOR))
    work(autumn, "2024-10-09T15:00")
    assert got(autumn) == dict.fromkeys(CONFIRMED, 1)


def test_a_yes_that_comes_late_never_starts_a_send(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    autumn.pipeline.edit(Q3, autumn.who(AUTHOR), "Another subject of about the right length", None, "en")
    autumn.pipeline.submit(Q3, autumn.who(AUTHOR))
    assert state(autumn, Q3) == "in_review"
    assert "Not sent: Autumn 2024" in subjects(work(autumn, "2024-10-08T09:00"))
    autumn.now = at("2024-10-08T09:30", autumn)
    autumn.pipeline.approve(Q3, autumn.who(APPROVER))
    for moment in ("2024-10-08T09:31", "2024-10-09T09:00", "2024-10-10T09:00"):
        work(autumn, moment)
    assert got(autumn) == {}
    assert state(autumn, Q3) == "approved"


def test_a_yes_that_comes_in_time_lets_it_go(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    autumn.pipeline.edit(Q3, autumn.who(AUTHOR), "Another subject of about the right length", None, "en")
    autumn.pipeline.submit(Q3, autumn.who(AUTHOR))
    work(autumn, "2024-10-08T08:58")
    autumn.pipeline.approve(Q3, autumn.who(APPROVER))
    work(autumn, "2024-10-08T09:00")
    assert got(autumn) == dict.fromkeys(CONFIRMED, 1)


def test_planned_anew_only_the_new_time_counts(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    autumn.pipeline.plan(Q3, at("2024-10-10T11:00", autumn), autumn.who(SECOND_AUTHOR))
    work(autumn, "2024-10-08T12:00")
    assert got(autumn) == {}
    assert "Tomorrow, 11:00: Autumn 2024 goes out. All is ready" in subjects(work(autumn, "2024-10-09T11:00"))
    work(autumn, "2024-10-10T11:00")
    assert got(autumn) == dict.fromkeys(CONFIRMED, 1)
    assert autumn.mailings()[0].released_by == autumn.who(SECOND_AUTHOR).staff_id


def test_withdrawn_it_is_planned_no_more(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    autumn.pipeline.withdraw(Q3, autumn.who(AUTHOR))
    assert "Autumn 2024 has started" not in subjects(work(autumn, "2024-10-08T09:00"))
    assert got(autumn) == {}


def test_released_by_hand_before_it_is_not_released_again(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    autumn.pipeline.send(Q3, autumn.who(AUTHOR), now_although_planned=True)
    for moment in ("2024-10-07T09:00", "2024-10-08T09:00", "2024-10-08T16:00"):
        assert not subjects(work(autumn, moment)) & {"Autumn 2024 has started", "Not sent: Autumn 2024"}
    assert got(autumn) == dict.fromkeys(CONFIRMED, 1)


def test_sent_by_hand_it_is_told_of_too(autumn: Route) -> None:
    work(autumn, "2024-10-01T09:00")
    sign_off(autumn)
    autumn.pipeline.send(Q3, autumn.who(AUTHOR))
    assert "Autumn 2024 is out: 4 of 4" in subjects(work(autumn, "2024-10-01T10:00"))


def test_its_out_waits_for_the_end_and_for_no_try_again(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    work(autumn, "2024-10-07T09:00")
    autumn.now = at("2024-10-08T09:00", autumn)
    autumn.pipeline.rhythm.tick()
    assert "Autumn 2024 is out" not in str(subjects(autumn.mails()))
    autumn.pipeline._freeze(autumn.mailings()[0].id)
    with autumn.database.transaction() as session:
        first, second, *_ = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id))
        first.state, first.due_at = "deferred", at("2024-10-08T12:00", autumn)
        second.state, second.excluded = "excluded", "unsubscribed"
    mails = work(autumn)
    told = text_of(mails, "Autumn 2024 is out: 2 of 4")
    assert "1 being tried again" in told
    assert "1 left out at their turn: unsubscribed" in told
    assert work(autumn, "2024-10-08T12:00") == []
    assert sum(got(autumn).values()) == 3


def test_nothing_is_done_for_a_copied_database(autumn: Route) -> None:
    ready(autumn, "2024-10-08T09:00")
    copied(autumn)
    autumn.now = at("2024-10-08T09:00", autumn)
    before = len(autumn.mails())
    for what in (autumn.pipeline.rhythm.tick, autumn.pipeline.rhythm.release):
        with pytest.raises(NotOurs):
            what()
    assert len(autumn.mails()) == before
    assert autumn.mailings() == []
    autumn.pipeline.belonging.adopt(autumn.who(ADMIN))
    work(autumn)
    assert got(autumn) == {}, "who takes it over plans it anew"
