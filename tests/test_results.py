"""Results: sums that equal the database, loud where they do not; what can still be done asks first, and does that."""

import csv
import io
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
from newsletter.issues.tables import IssueRow
from newsletter.rendering.mime import Compiled
from newsletter.web.console import charts
from newsletter.web.console.board import share
from subscribers.tables import SubscriberRow
from tests.console import Desk, form, said
from tests.route import ADMIN, APPROVER, AUTHOR, CONFIRMED, SLUG, Route, later
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


# -- who received it ------------------------------------------------------------------------------------------------

READERS = f"{PAGE}/readers"


def test_a_reader_is_found_by_a_part_of_address_or_name(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    route = either_route
    send(route, monkeypatch)
    with route.database.transaction() as session:
        session.execute(update(SubscriberRow).where(SubscriberRow.address == "dario@example.org").values(name=HOSTILE))
    found = page(route, f"{READERS}?q=FULL@town")
    assert "full@town.example.net Mailbox full; we try again until" in found
    assert "ada@example.org" not in found
    assert "ada@example.org Refused: no such mailbox" in page(route, f"{READERS}?state=rejected")
    assert "dario" not in page(route, f"{READERS}?state=rejected")
    assert "dario@example.org Handed over" in page(route, f"{READERS}?q=ONERROR")
    assert "<script>alert" not in Desk(route).get(f"{READERS}?q=onerror").text
    with route.database.transaction() as session:
        session.execute(update(SubscriberRow).where(SubscriberRow.address == "dario@example.org").values(name="Émile"))
    assert "dario@example.org" in page(route, f"{READERS}?q=Émile")
    assert "dario@example.org" in page(route, f"{READERS}?q=ÉMI")
    assert "Nobody fits." in page(route, f"{READERS}?q=%25")
    assert "Nobody fits." in page(route, f"{READERS}?q=%00gone")
    assert "Nobody fits." in page(route, f"{READERS}?q=pending@example.org")


def test_fifty_at_a_time(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    send(route, monkeypatch, *(f"reader{n:02}@example.org" for n in range(60)))
    desk, seen = Desk(route), []
    where = READERS
    while where:
        answer = desk.get(where)
        seen += re.findall(r"<bdi>([^<@]+@[^<]+)</bdi></strong>", answer.text)
        onward = re.search(r'href="(\?[^"]+)">The next 50', answer.text)
        where = READERS + onward[1].replace("&amp;", "&") if onward else ""
        assert len(seen) <= 65
    assert len(seen) == len(set(seen)) == 65


def test_one_copy_again_asks_first_and_goes_as_a_mail_of_its_own(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    send(route, monkeypatch)
    ana = Desk(route)
    href = re.search(rf'href="({PAGE}/copy\?reader=\d+)"', ana.get(f"{READERS}?q=dario").text)
    assert href
    assert "One more copy to dario@example.org ?" in main_of(ana.get(href[1]))
    assert not route.mails()
    after = press(ana, "/copy", href[1])
    assert said(after).startswith("One more copy is on its way to them.")
    wire(monkeypatch, wired := Wired())
    route.pipeline.deliver_notices()
    assert set(wired.got()) & set(CONFIRMED) == {"dario@example.org"}
    assert wired.got().count("dario@example.org") == 1
    assert "5 = 1 handed over" in page(route), "the sum stays what it was"
    assert "Send one copy again" not in page(route, f"{READERS}?q=full"), "their own copy is still on its way"


def test_nobody_else_gets_a_copy(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    send(route, monkeypatch)
    route.add_reader("late@example.org")
    with route.database.reading() as session:
        late = session.scalars(select(SubscriberRow.id).where(SubscriberRow.address == "late@example.org")).one()
    desk = Desk(route)
    assert desk.get(f"{PAGE}/copy?reader={late}").status_code == 404
    _, known = form(desk.get(PAGE), "/retry")
    assert desk.post(f"{PAGE}/copy", data=known | {"reader": str(late)}).status_code == 404
    assert desk.post(f"{PAGE}/copy", data=known | {"reader": "1 OR 1"}).status_code == 404
    route.unsubscribe("dario@example.org")
    href = re.search(rf'href="({PAGE}/copy\?reader=\d+)"', desk.get(f"{READERS}?q=dario").text)
    assert href
    where, fields = form(desk.get(href[1]), "/copy")
    refused = desk.post(where, data=fields)
    assert refused.status_code == 409
    assert "has left the list" in main_of(refused)


# -- people to chase, and files -------------------------------------------------------------------------------------


def test_people_to_chase_stand_by_organisation_and_nobody_else(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    say = SAYS | dict.fromkeys(("mo", "ann", "li"), (Verdict.REJECTED, Fault.READER, 550, "5.2.1", "5.2.1 disabled"))
    for one in ("mo", "ann", "li", "kim"):
        route.add_reader(f"{one}@city.example.net")
    route.sign_off()
    wire(monkeypatch, Answering(say))
    route.send()
    text = page(route)
    chased = text[text.index("People to chase") : text.index("Anyone missed it?")]
    assert "People to chase (5)" in chased
    assert chased.index("3 at city.example.net : mailbox closed") < chased.index("2 at example.org :")
    assert "kim@" not in chased
    assert "dario@" not in chased


def test_the_files_hold_what_they_say_and_no_formula(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    route = either_route
    send(route, monkeypatch)
    with route.database.transaction() as session:
        session.execute(update(SubscriberRow).where(SubscriberRow.address == "ada@example.org").values(name="=1+1|x"))
    rows = table(Desk(route, ADMIN), "/download")
    assert [row["email"] for row in rows] == [
        "ada@example.org", "bob@example.org", "eve@example.org", "dario@example.org", "full@town.example.net",
    ]  # fmt: skip
    outcomes = ["refused", "refused", "without an answer", "handed over", "being retried"]
    assert [row["outcome"] for row in rows] == outcomes
    assert rows[0]["name"] == "'=1+1|x"
    assert (rows[0]["why"], rows[0]["when"]) == ("no such mailbox", "2024-07-09 09:00+02:00")
    assert rows[0]["their words"].startswith("5.1.1 no such user")
    assert {row["email"] for row in table(Desk(route, ADMIN), "/chase")} == {"ada@example.org", "bob@example.org"}
    assert [row.detail["readers"] for row in route.activity() if row.verb == "export"] == ["everybody", "refused"]


def test_only_whoever_looks_after_the_system_takes_everybody_out(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    send(route, monkeypatch)
    for email in (AUTHOR, APPROVER):
        desk = Desk(route, email)
        assert "Download all" not in main_of(desk.get(PAGE))
        _, known = form(desk.get(PAGE), "/retry")
        assert desk.post(f"{PAGE}/download", data=known).status_code == 403
        assert desk.post(f"{PAGE}/chase", data=known).status_code == 403
        assert "As a file" not in main_of(desk.get(PAGE))
    assert "Download all" in page(route, by=ADMIN)


def table(desk: Desk, ending: str) -> list[dict[str, str]]:
    where, known = form(desk.get(PAGE), ending)
    answer = desk.post(where, data=known)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


# -- who came and who left ------------------------------------------------------------------------------------------


def test_new_and_left_are_told_with_reasons_and_for_how_long(
    either_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = either_route
    send(route, monkeypatch)
    later(route, hours=1)
    for one in ("new1@example.org", "new2@example.org", "flits@example.org"):
        route.add_reader(one)
    route.unsubscribe("flits@example.org")
    route.unsubscribe("bob@example.org")
    route.unsubscribe("eve@example.org")
    say_why(route, "bob@example.org", "too_often")
    text = page(route)
    assert "2 new · 2 left (1 “too often”, 1 no reason given)" in text
    assert "Counted so far; it ends 14 days after the issue went out, or with the next one." in text
    later(route, days=20)
    route.add_reader("late@example.org")
    text = page(route)
    assert "2 new · 2 left" in text
    assert "Counted in the 14 days after it went out." in text


def test_it_is_compared_with_the_issues_before(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    send(route, monkeypatch)
    assert "Compared with" not in page(route)
    copies(route, 5)
    text = page(route)
    assert "Compared with the last 4 issues" in text
    assert re.search(r"Summer 2024 1 2 0 0 Before 1 0 0 0 0 Before 2 .*Before 4 0 0 0 0", text), text
    assert "Before 5" not in text


def copies(route: Route, number: int) -> None:
    """Older issues of the list, of which only that they went out is known."""
    with route.database.transaction() as session:
        this = session.scalars(select(IssueRow).where(IssueRow.slug == SLUG)).one()
        names = [column.key for column in IssueRow.__mapper__.column_attrs if column.key != "id"]
        for n in range(1, number + 1):
            same = {name: getattr(this, name) for name in names}
            own = {"slug": f"before-{n}", "name": f"Before {n}", "period": f"20{23 - n}", "state": "sent",
                   "ordinal": 100 + n, "public_at": route.now - timedelta(days=90 * n)}  # fmt: skip
            session.add(IssueRow(**(same | own)))


def say_why(route: Route, address: str, why: str) -> None:
    with route.database.transaction() as session:
        id_ = route.pipeline.book.subscription_id(session, address, route.list_id())
        assert id_ is not None
        subscribers.leaving.say_why(session, id_, why, subscribers.Consent("page", route.now), route.now)


# -- for the board --------------------------------------------------------------------------------------------------

BOARD = f"/console/issues/{SLUG}/board"


def test_the_board_gets_one_page_with_the_same_numbers_and_no_way_around(
    route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "It has not gone out yet." in page(route, BOARD)
    send(route, monkeypatch)
    copies(route, 2)
    text = page(route, BOARD)
    assert "It reached 1 of 5 readers That is 20 in a hundred" in text
    assert "5 = 1 handed over + 2 refused + 1 being retried + 1 without an answer. The sum is right. ✓" in text
    assert "out since Tuesday 9 July 2024" in text
    assert "Before 2" in text
    html = Desk(route).get(BOARD).text
    assert "<nav" not in html
    assert "<script" not in html
    with route.database.transaction() as session:
        session.execute(update(MailingRow).values(candidates=MailingRow.candidates + 1))
    assert "The sum is not right. Show this page to nobody" in page(route, BOARD)


@pytest.mark.parametrize(
    ("part", "whole", "said_"),
    [(1468, 1480, "99.1"), (199_999, 200_000, "99.9"), (7, 7, "100"), (0, 9, "0"), (0, 0, "0"), (1, 2, "50")],
)
def test_a_share_is_never_rounded_up_to_all(part: int, whole: int, said_: str) -> None:
    assert share(part, whole) == said_


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
