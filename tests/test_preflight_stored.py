"""What the database knows about an issue, as facts; and the letters that tell what was found since the sign-off."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsletter.issues import owed, rhythms
from newsletter.issues.tables import CoverageRow, IssueRow
from newsletter.preflight import Facts, Finding, Severity
from newsletter.publications import changes
from tests.route import APPROVER, AUTHOR, SLUG, Route

BRUSSELS = ZoneInfo("Europe/Brussels")


def facts(route: Route) -> Facts:
    return route.pipeline.checking.facts(route.pipeline.version(SLUG))


def test_the_send_day_is_the_planned_one(route: Route) -> None:
    assert facts(route).send.on == route.now.astimezone(BRUSSELS).date()
    with route.database.transaction() as session:
        session.get_one(IssueRow, route.issue().id).planned_at = datetime(2024, 7, 15, 23, tzinfo=ZoneInfo("UTC"))
    assert (facts(route).send.on, facts(route).send.planned) == (date(2024, 7, 16), True), "in the organisation's zone"


def test_without_a_plan_it_is_the_rhythms_while_that_lies_ahead(route: Route) -> None:
    route.now = datetime(2024, 7, 2, 8, tzinfo=ZoneInfo("UTC"))
    with route.database.transaction() as session:
        rhythms.set_rhythm(session, route.list_id(), route.now.date(), BRUSSELS)
    assert (facts(route).send.on, facts(route).send.planned) == (date(2024, 7, 9), True)
    route.now += timedelta(days=10)
    assert (facts(route).send.on, facts(route).send.planned) == (date(2024, 7, 12), False)


def test_an_issue_that_is_made_long_after_its_time_is_looked_at_from_its_cut_off(route: Route) -> None:
    route.now += timedelta(days=400)
    assert facts(route).send.on == date(2024, 6, 30)


def test_pictures_have_their_weight(route: Route) -> None:
    (weight,) = facts(route).weights.values()
    assert 100 < weight < 150_000


def test_what_an_earlier_issue_of_the_list_used(route: Route) -> None:
    issue, report, call = route.issue(), route.publication("impact").id, route.publication("pilots").id
    with route.database.transaction() as session:
        row = session.get_one(IssueRow, issue.id)
        before = IssueRow(
            list_id=row.list_id, slug="spring-2024", name="Spring 2024", ordinal=row.ordinal, kind=row.kind,
            period="2024-Q1", collects_from=date(2024, 1, 1), collects_until=date(2024, 3, 31), state="sent",
            created_at=route.now, updated_at=route.now,
        )  # fmt: skip
        row.ordinal += 1
        session.flush()
        session.add(before)
        session.flush()
        for publication, state in ((report, "used"), (call, "used"), (route.publication("roots").id, "held")):
            session.add(
                CoverageRow(
                    issue_id=before.id, publication_id=publication, state=state, reason="", decided_at=route.now
                )
            )
    assert {(one.publication_id, one.issue) for one in facts(route).earlier} == {
        (report, "Spring 2024"), (call, "Spring 2024"),
    }  # fmt: skip


def test_what_the_website_changed_since_the_draft_was_made(route: Route) -> None:
    impact, other = route.publication("impact").id, route.publication("undated").id
    with route.database.transaction() as session:
        before, since = route.now - timedelta(days=9), route.now + timedelta(hours=1)
        changes.note(session, impact, before, changes.CHANGED, {"title": "a"}, {"title": "b"})
        changes.note(session, impact, since, changes.CHANGED, {"summary": "a"}, {"summary": "b"})
        changes.note(session, impact, since, changes.GONE)
        changes.note(session, other, since, changes.CHANGED, {"title": "a"}, {"title": "b"})
    (one,) = facts(route).changed
    assert (one.publication_id, one.what) == (impact, ("summary",))


def test_a_text_that_is_owed(route: Route) -> None:
    route.pipeline.editor.ask(
        "quarterly-2024-q2", route.who(AUTHOR), "director", APPROVER, route.now.date() + timedelta(days=2)
    )
    (one,) = facts(route).awaited
    assert (one.words, one.owner) == ("the director's note", "Pat Approver")


FOUND = (Finding(Severity.MUST, "dead links", "Impact Report", "The link answers “page not found”."),)


@pytest.mark.parametrize("found", [(), FOUND])
def test_the_letters_of_the_eve_and_of_the_start_tell_what_was_found(
    approved: Route, found: tuple[Finding, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    approved.pipeline.plan(SLUG, approved.now + timedelta(days=3), approved.who(AUTHOR))
    asked: list[int] = []

    def look_again(issue_id: int) -> tuple[Finding, ...]:
        asked.append(issue_id)
        return found

    object.__setattr__(approved.pipeline.rhythm._context, "look_again", look_again)
    for days in (2, 1):
        approved.now += timedelta(days=days)
        approved.pipeline.rhythm.tick()
    approved.pipeline.deliver_notices()
    texts = [mail.get_body(("plain",)).get_content() for mail in approved.mails()]  # type: ignore[union-attr]
    told = [text for text in texts if "Impact Report: " in text or "page not found" in text]
    assert asked == [approved.issue().id] * 2
    eve_and_start = 2 * 4  # to everybody who works here
    assert len(told) == (eve_and_start if found else 0)
    assert approved.mailings(), "it goes all the same"
