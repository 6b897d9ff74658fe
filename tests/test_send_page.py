"""Send in the console: planned or sent by a typed number, watched, held, stopped; and the hour after a mistake."""

from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.issues.model import State
from newsletter.rhythm.letters.saying import When
from newsletter.web.console import typed
from newsletter.web.console.progress import Pace, progress
from tests.console import Desk, form, said
from tests.route import APPROVER, AUTHOR, CONFIRMED, SLUG, Route
from tests.visits import main_of

PAGE = f"/console/issues/{SLUG}/send"
NUMBER = str(len(CONFIRMED))


@pytest.fixture
def approved(route: Route) -> Route:
    route.sign_off()
    return route


def press(desk: Desk, ending: str, *, page: str = PAGE, **fields: str) -> str:
    where, known = form(desk.get(page), ending, **fields)
    answer = desk.post(where, data=known)
    return main_of(desk.follow(answer) if answer.status_code == 303 else answer)


# -- the number -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "1480",
        "1,480",
        "1.480",
        "1 480",
        "1\u00a0480",
        "1\u202f480",
        "1'480",
        "1\u2019480",
        " 1480 ",
        "١٤٨٠",
        "１４８０",
    ],
)
def test_any_grouping_is_the_same_number(text: str) -> None:
    assert typed.number(text) == 1480


@pytest.mark.parametrize("text", ["", " ", "many", "1480!", "-1480", "1e3", ",1480", "1480.", "1" * 13, "²", "½"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert typed.number(text) is None


@pytest.mark.parametrize(
    ("text", "shown", "now", "told"),
    [
        ("1480", "1480", 1480, ""),
        ("1480", "1480", 1481, ""),
        ("1481", "1480", 1481, ""),
        ("1480", "1480", 1466, ""),
        ("148", "1480", 1480, "You typed 148."),
        ("1480", "1480", 9000, "It was 1,480 when you opened this page, and is 9,000 readers now."),
        ("5", "5", 40, "It was 5 when"),
        ("9000", "1480", 1480, "You typed 9,000."),
        ("all", "1480", 1480, "is no number"),
        ("", "1480", 1480, "Type how many get it"),
        ("1480", "", 1481, "You typed 1,480."),
    ],
)
def test_few_who_come_and_go_are_forgiven_and_nothing_else(text: str, shown: str, now: int, told: str) -> None:
    refused = typed.refusal(text, shown, now)
    assert refused.startswith(told) or told in refused
    assert bool(refused) is bool(told)


# -- plan -----------------------------------------------------------------------------------------------------------


def test_one_sentence_says_what_goes_to_whom(approved: Route) -> None:
    page = main_of(Desk(approved).get(PAGE))
    assert "version 1, approved by Pat Approver , goes to everyone confirmed by then: today 4 readers." in page
    assert "1 person on the list is left out: 1 has not confirmed yet." in page


def test_planned_by_a_typed_number_and_cancelled_with_the_yes_kept(either_route: Route) -> None:
    route = either_route
    route.sign_off()
    ana = Desk(route)
    page = press(ana, "/plan", day="2024-07-30", time="09:00", typed="5", calm="yes")
    assert "You typed 5. It goes to 4 readers; type 4 if that is right." in page
    assert route.issue().state is State.APPROVED
    page = press(ana, "/plan", day="2024-07-30", time="09:00", typed=NUMBER)
    assert "Planned On Tuesday 30 July at 09:00 (Brussels)" in page
    assert "Planned by Ana Author" in page
    assert route.issue().state is State.PLANNED
    where, known = form(ana.get(PAGE), "/cancel")
    answer = ana.follow(ana.post(where, data=known))
    assert said(answer).startswith("The plan is cancelled. Nothing was sent, and the yes still stands.")
    assert route.issue().state is State.APPROVED
    assert route.counts()
    where, known = form(answer, "/plan-again")
    assert "Planned On Tuesday 30 July at 09:00" in main_of(ana.follow(ana.post(where, data=known)))
    assert route.mailings() == []


@pytest.mark.parametrize(
    ("day", "time", "told"),
    [
        ("2020-01-01", "09:00", "has passed"),
        ("soon", "09:00", "Give a day like"),
        ("2025-03-30", "02:30", "There is no 02:30 on that day"),
        ("2024-07-30", "25:00", "Give a day like"),
    ],
)
def test_a_time_that_cannot_be_is_said_at_its_field(approved: Route, day: str, time: str, told: str) -> None:
    page = press(Desk(approved), "/plan", day=day, time=time, typed=NUMBER)
    assert told in page
    assert approved.issue().state is State.APPROVED


def test_the_team_has_it_first_where_it_is_on_the_list(approved: Route) -> None:
    approved.add_reader(AUTHOR)
    ana = Desk(approved)
    assert (
        "To the one of us who is on the list first, to look; 15 minutes later to everyone else, over half an hour"
        in main_of(ana.get(PAGE))
    )
    page = press(ana, "/plan", day="2024-07-30", time="09:00", typed="5", calm="yes")
    assert "Tuesday 30 July, 08:45 to the one of us who is on the list, to look." in page


def test_without_a_yes_there_is_no_button(route: Route) -> None:
    page = Desk(route).get(PAGE)
    assert "Nothing goes out without a yes." in main_of(page)
    assert 'name="typed"' not in page.text


def test_an_edit_takes_the_button_away_and_the_form_that_was_open_does_nothing(approved: Route) -> None:
    ana = Desk(approved)
    forms = [form(ana.get(PAGE), ending, typed=NUMBER) for ending in ("/plan", "/now")]
    approved.word("roots", "Changed after the yes")
    for where, known in forms:
        refused = ana.post(where, data=known)
        assert refused.status_code == 409
        assert approved.mailings() == []
    assert "Nothing goes out without a yes." in main_of(ana.get(PAGE))


# -- send -----------------------------------------------------------------------------------------------------------


def test_sent_now_it_is_not_said_to_be_out_before_it_is(approved: Route) -> None:
    ana = Desk(approved)
    assert "Type how many get it" in press(ana, "/now", typed=" ")
    assert approved.mailings() == []
    page = press(ana, "/now", typed=NUMBER, calm="")
    assert "Going out" in page
    assert "Nobody has it yet." in page
    assert "handed over" not in page
    (mailing,) = approved.mailings()
    approved.pipeline.work_on(mailing.id)
    page = main_of(ana.get(PAGE))
    assert "Out 4 of 4 handed over." in page
    assert "The sum is right. ✓" in page
    assert "Something is wrong" in page


def test_pause_and_go_on_and_stop(approved: Route) -> None:
    approved.add_reader(AUTHOR)
    ana = Desk(approved)
    press(ana, "/now", typed="5", calm="yes")
    (mailing,) = approved.mailings()
    approved.pipeline.work_on(mailing.id)
    page = main_of(ana.get(PAGE))
    assert "The first copy is with us. Nobody outside has it yet. It goes on in 15 min." in page
    assert "Paused 1 of 5 handed over. Nothing more is handed over until somebody lets it go on." in press(
        ana, "/pause"
    )
    assert "Nobody outside has it yet" in press(ana, "/resume")
    page = press(ana, "/stop")
    assert "Stopped 1 person has it; 4 do not and will not, unless you decide so." in page
    assert approved.issue().state is State.STOPPED
    approved.now += timedelta(hours=1)
    approved.pipeline.work_on(mailing.id)
    assert approved.deliveries() == {"accepted": 1, "excluded": 4}


def test_how_far_it_is_comes_by_itself(approved: Route) -> None:
    ana = Desk(approved)
    press(ana, "/now", typed=NUMBER, calm="")
    (mailing,) = approved.mailings()
    approved.pipeline.work_on(mailing.id)
    answer = ana.get(f"{PAGE}/live")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: piece\ndata: " in answer.text
    assert "4 of 4 handed over." in answer.text
    assert answer.text.rstrip().endswith("event: end\ndata:")


def test_nothing_moves_is_said_and_a_rate_is_what_was_seen(approved: Route) -> None:
    status = approved.send(wait=False).status
    pace, when = Pace(), Desk(approved).route.now

    def at(seconds: float) -> When:
        return When(when + timedelta(seconds=seconds), approved.settings.zone)

    first = progress(1, State.SENDING, status, pace, at(0))
    assert first.said == "It begins. Nobody has it yet."
    assert first.more == ()
    assert "Nothing has moved for a while" in progress(1, State.SENDING, status, pace, at(30)).more[0]
    moved = replace(status, accepted=2, waiting=2)
    told = progress(1, State.SENDING, moved, pace, at(40))
    assert told.said == "2 of 4 handed over."
    assert told.more[0].startswith("3 a minute. About 40 s left.")
    assert sum(part.number for part in told.parts) == told.candidates


# -- something is wrong ----------------------------------------------------------------------------------------------


WRONG = f"/console/issues/{SLUG}/wrong"


def test_advice_is_by_what_it_is_and_how_many_have_it(approved: Route) -> None:
    ana = Desk(approved)
    assert "It has not gone out: nobody has it." in main_of(ana.get(WRONG))
    approved.add_reader(AUTHOR)
    press(ana, "/now", typed="5", calm="yes")
    (mailing,) = approved.mailings()
    approved.pipeline.work_on(mailing.id)
    assert "Stop it first" in main_of(ana.get(f"{WRONG}?what=fact"))
    press(ana, "/stop")
    typo = main_of(ana.get(f"{WRONG}?what=typo"))
    assert "Do nothing. A correction draws more eyes than the typo." in typo
    assert "Mend it for the 4 who do not have it yet" in typo
    assert "Short correction to the 1 who has it" in typo
    assert "cannot be called back" in main_of(ana.get(f"{WRONG}?what=whole"))


def test_mended_for_the_rest_and_corrected_for_the_others(approved: Route) -> None:
    approved.add_reader(AUTHOR)
    ana, pat = Desk(approved), Desk(approved, APPROVER)
    press(ana, "/now", typed="5", calm="yes")
    (first,) = approved.mailings()
    approved.pipeline.work_on(first.id)
    press(ana, "/stop")
    approved.word("roots", "Mended in time")
    pat_id = str(approved.pipeline.team.id_of(APPROVER))
    where, known = form(ana.get(f"/console/issues/{SLUG}/sign-off"), "/ask", whom=pat_id)
    ana.post(where, data=known)
    where, known = form(pat.get(f"/console/issues/{SLUG}/sign-off"), "/yes")
    pat.post(where, data=known)
    page = main_of(ana.get(PAGE))
    assert "goes to those who have nothing yet: today 4 readers." in page
    press(ana, "/now", typed="4", calm="")
    second = approved.mailings()[-1]
    approved.pipeline.work_on(second.id)
    assert "Out 5 of 5 handed over." in main_of(ana.get(PAGE))
    answer = ana.get(f"{WRONG}?what=fact")
    where, known = form(answer, "/wrong/correct")
    written = ana.post(where, data=known)
    assert written.headers["location"].startswith(f"/console/issues/{SLUG}-correction/write")
    assert len(approved.mailings()) == 2


def test_a_stop_by_mistake_goes_on_with_the_same_yes(approved: Route) -> None:
    approved.add_reader(AUTHOR)
    ana = Desk(approved)
    press(ana, "/now", typed="5", calm="yes")
    (first,) = approved.mailings()
    approved.pipeline.work_on(first.id)
    press(ana, "/stop")
    page = press(ana, "/wrong/again", page=f"{WRONG}?what=typo")
    assert "goes to those who have nothing yet: today 4 readers." in page
    assert len(approved.mailings()) == 1, "nothing goes out by that"
