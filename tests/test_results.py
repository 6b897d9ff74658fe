"""Results: sums that equal the database, loud where they do not; what can still be done asks first, and does that."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

import subscribers
from newsletter.delivery.model import Fault, Outcome, Verdict
from newsletter.delivery.tables import DeliveryRow, MailingRow
from newsletter.rendering.mime import Compiled
from newsletter.web.console import charts
from tests.console import Desk, form, said
from tests.route import AUTHOR, SLUG, Route, later
from tests.test_mending import Wired, wire
from tests.visits import main_of

PAGE = f"/console/issues/{SLUG}/results"
HOSTILE = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>"
# What the other side says, by what stands before the @; everybody else gets it.
SAYS: dict[str, tuple[Verdict, Fault, int | None, str | None, str]] = {
    "ada": (Verdict.REJECTED, Fault.READER, 550, "5.1.1", f"5.1.1 no such user {HOSTILE}"),
    "bob": (Verdict.REJECTED, Fault.SENDER, 554, "5.7.1", "5.7.1 blocked by policy"),
    "eve": (Verdict.UNCERTAIN, Fault.NONE, None, None, ""),
    "full": (Verdict.DEFERRED, Fault.READER, 452, "4.2.2", "4.2.2 mailbox full"),
}


class Answering(Wired):
    """Says to each reader what it is told to say."""

    def __init__(self, says: dict[str, Any] = SAYS) -> None:
        super().__init__()
        self.says, self.ids = says, {}

    def lane(self, compiled: Compiled) -> Any:
        lane, transport = super().lane(compiled), self

        class Lane:
            def hand_over(self, letters: Any, key: str) -> Any:
                for letter in letters:
                    transport.ids[letter.address] = letter.headers[1]
                    answer = transport.says.get(letter.address.partition("@")[0])
                    if answer is None:
                        yield from lane.hand_over([letter], key)
                    else:
                        verdict, fault, code, enhanced, text = answer
                        yield Outcome(letter.delivery, verdict, fault, code, enhanced, text)

            def close(self) -> None: ...

        return Lane()


def send(route: Route, monkeypatch: pytest.MonkeyPatch, *more: str) -> Answering:
    """Out, with answers of every sort."""
    for address in ("full@town.example.net", *more):
        route.add_reader(address)
    route.sign_off()
    wire(monkeypatch, transport := Answering())
    route.send()
    return transport


def page(route: Route, where: str = PAGE, by: str = AUTHOR) -> str:
    answer = Desk(route, by).get(where)
    assert answer.status_code == 200, answer.text
    return main_of(answer)


def press(desk: Desk, ending: str, where: str = PAGE, **fields: str) -> Any:
    action, known = form(desk.get(where), ending, **fields)
    return desk.follow(desk.post(action, data=known | fields))


def state_of(route: Route, address: str) -> str:
    with route.database.reading() as session:
        book = route.pipeline.book.hash(address)
        ours = DeliveryRow.subscriber_id.in_(subscribers.ids_of([book]))
        return str(session.scalars(select(DeliveryRow.state).where(ours).order_by(DeliveryRow.id.desc())).first())


# -- the sum --------------------------------------------------------------------------------------------------------


def test_before_it_goes_out_the_page_says_so(route: Route) -> None:
    assert "It has not gone out yet." in page(route)
    assert "Results" in page(route, f"/console/issues/{SLUG}")


def test_the_sum_equals_the_database(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    route = either_route
    send(route, monkeypatch)
    assert route.deliveries() == {"accepted": 1, "rejected": 2, "uncertain": 1, "deferred": 1}
    text = page(route)
    assert "5 = 1 handed over + 2 refused + 1 being retried + 1 without an answer. The sum is right. ✓" in text
    assert "Whether it was read nobody can know" in text
    assert "1 no such mailbox" in text
    assert "1 their mail system distrusts us, not the reader’s fault" in text
    assert "1 mailbox full" in text
    assert "1 has not confirmed yet" in text
    assert "1 had left the list before." in text
    assert re.search(r"example\.org 4 1 2 1\b", text), text
    assert re.search(r"town\.example\.net 1 0 0 1\b", text)


def test_a_sum_that_is_not_right_is_loud(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    send(route, monkeypatch)
    with route.database.transaction() as session:
        session.execute(update(MailingRow).values(candidates=MailingRow.candidates + 2))
    text = page(route)
    assert "The sum is right" not in text
    assert "The sum is not right. 7 were to get it, but 2 are missing from what follows." in text
    assert 'role="alert"' in Desk(route).get(PAGE).text


def test_while_it_goes_the_page_is_true_for_the_moment_and_says_so(
    route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(route, monkeypatch)
    text = page(route)
    assert "True for this moment" in text
    assert "Going out: 1 of 5 handed over." in text
    later(route, days=4)
    wire(monkeypatch, Wired())
    route.send()
    text = page(route)
    assert "True for this moment" not in text
    assert "Out since" in text
    assert "5 = 2 handed over" in text


def test_a_stopped_issue_counts_each_reader_once_over_its_rounds(
    either_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = either_route
    route.sign_off()
    wire(monkeypatch, Wired(1, lambda: route.pipeline.stop(SLUG, route.who(AUTHOR))))
    route.send()
    text = page(route)
    assert route.deliveries() == {"accepted": 3, "excluded": 1}
    assert "Stopped. 3 people have it; 1 does not and will not, unless you decide so." in text
    route.edit(subject="San Antonio's lead, our Impact Report, mended")
    route.sign_off()
    wire(monkeypatch, Wired())
    route.send()
    assert "4 = 4 handed over. The sum is right. ✓" in page(route)
    assert re.search(r"example\.org 4 4 0 0\b", page(route))


# -- what can still be done -----------------------------------------------------------------------------------------


def test_leaving_is_advised_and_noted(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    send(route, monkeypatch)
    ana = Desk(route)
    assert "They have most likely arrived." in main_of(ana.get(PAGE))
    after = press(ana, "/leave")
    assert said(after) == "1 copy left as they are. If we hear more, this page says so."
    assert "Left as they are by Ana Author" in main_of(after)
    assert "Leave (advised)" not in main_of(after)
    assert state_of(route, "eve@example.org") == "uncertain"


def test_sending_again_asks_first_and_sends_the_same_message(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    before = send(route, monkeypatch)
    ana = Desk(route)
    asking = f"{PAGE}/send-again"
    assert f'href="{asking}"' in ana.get(PAGE).text
    assert "somebody gets the same mail a second time" in main_of(ana.get(asking))
    assert state_of(route, "eve@example.org") == "uncertain", "looking sends nothing"
    after = press(ana, "/send-again", asking)
    assert "1 copy goes again now" in said(after)
    assert state_of(route, "eve@example.org") == "waiting"
    wire(monkeypatch, wired := Wired())
    route.send()
    assert wired.got() == ["eve@example.org"]
    assert before.ids["eve@example.org"] in wired.messages[0][2], "the same Message-ID"
    assert "Without an answer" not in page(route)
    assert "Nothing is without an answer." in page(route, asking)


def test_only_those_are_tried_again_who_may_take_it_now(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    send(route, monkeypatch)
    after = press(Desk(route), "/retry", what="refused")
    assert said(after) == "1 copy is tried again now."
    assert (state_of(route, "ada@example.org"), state_of(route, "bob@example.org")) == ("rejected", "waiting")
    assert state_of(route, "full@town.example.net") == "deferred"


def test_what_was_put_off_is_tried_now(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    send(route, monkeypatch)
    desk = Desk(route)
    action, known = form(desk.get(PAGE), "/retry")
    assert said(desk.follow(desk.post(action, data=known | {"what": "put-off"}))) == "1 copy is tried again now."
    wire(monkeypatch, wired := Wired())
    route.send()
    assert wired.got() == ["full@town.example.net"]


def test_what_the_other_side_says_is_only_text(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    send(route, monkeypatch)
    text = Desk(route).get(PAGE).text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


# -- drawings -------------------------------------------------------------------------------------------------------

NOON = datetime(2024, 7, 9, 12, 3, tzinfo=UTC)
minutes_of_a_send = st.dictionaries(st.integers(0, 6000), st.integers(1, 500), min_size=1, max_size=60)


@given(minutes_of_a_send)
def test_rows_over_time_are_few_and_tell_every_copy(sent: dict[int, int]) -> None:
    minutes = [(NOON + timedelta(minutes=at), number) for at, number in sorted(sent.items())]
    grown = charts.steps(minutes, ZoneInfo("Asia/Kathmandu"))
    assert grown is not None
    rows = [*grown.rows, *([grown.later] if grown.later else [])]
    assert len(rows) <= 14
    assert sum(row.number for row in rows) == sum(sent.values()) == rows[-1].total
    assert all(one.until <= other.since or other is grown.later for one, other in pairwise(grown.rows))
    assert sum(row.number for row in grown.rows) >= 0.98 * sum(sent.values())


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=7))
def test_what_is_there_is_seen_in_the_bar_and_the_bar_is_full(numbers: list[int]) -> None:
    parts = charts.stacked([("given", str(number), number) for number in numbers])
    assert [part.number for part in parts] == [number for number in numbers if number]
    assert all(part.width >= 4.9 for part in parts)
    if parts:
        assert abs(parts[-1].x + parts[-1].width - charts.WIDTH) < 1
