"""CHUNKING on the wire (RFC 3030): exact octets, several messages under way, and what is known when a line breaks."""

import time

import pytest

from newsletter.delivery.model import Few, Letter, RouteDown
from newsletter.delivery.transports.chunks import HEED
from tests.smtp_rig import (
    ACCEPTED,
    CHUNKING,
    DEFERRED,
    LONE_CHUNKS,
    NOT_STARTED,
    PIPELINING,
    REJECTED,
    UNCERTAIN,
    Mode,
    some_handed,
    verdicts,
    wait_less,
)
from tests.smtp_server import Act
from tests.transport_contract import ISSUE, OneByOne, letter, letters, message

FIRST, NEXT = ["MAIL", "RCPT", "BDAT"], ["RSET", "MAIL", "RCPT", "BDAT"]


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    wait_less(monkeypatch, 5.0, last_words=0.1)


def kept(server) -> list[bytes]:
    return [got.content for got in server.messages]


class Dotted:
    """An issue whose message has lines of dots, which our own never has: they show what is doubled and what is not."""

    def message(self, language, headers, values):
        return b"".join(headers) + b"\r\n.\r\n..\r\n.dots\r\n"


def test_several_messages_travel_before_the_first_answer():
    with CHUNKING.server(grouping=True) as server:
        assert verdicts(CHUNKING.hand_over_to(server, 4)) == [ACCEPTED] * 4
    assert server.groups == [["EHLO"], [*FIRST, *NEXT * 3], ["QUIT"]]
    assert kept(server) == [message(one) for one in letters(4)]


def test_letters_that_are_not_ready_are_not_waited_for_with_an_answer_due():
    with CHUNKING.server(grouping=True) as server:
        lane, events = CHUNKING.transport(server).lane(ISSUE), []

        class Noted(OneByOne):
            def __next__(self) -> Letter:
                one = super().__next__()
                events.append(f"drawn {one.delivery}")
                return one

        events.extend(f"told {outcome.delivery}" for outcome in lane.hand_over(Noted(letters(2)), "key"))
        lane.close()
    assert events == ["drawn 1", "told 1", "drawn 2", "told 2"]
    assert server.groups == [["EHLO"], FIRST, NEXT, ["QUIT"]]


def test_what_is_answered_is_told_while_there_is_more_to_send():
    with CHUNKING.server() as server:
        lane, events = CHUNKING.transport(server).lane(ISSUE), []

        class Slow(Few):
            """After some letters it gives the server time to answer what it has."""

            def __next__(self) -> Letter:
                if len(events) > HEED:
                    time.sleep(0.05)
                one = super().__next__()
                events.append(f"drawn {one.delivery}")
                return one

        events.extend(f"told {outcome.delivery}" for outcome in lane.hand_over(Slow(letters(40)), "key"))
        lane.close()
    assert events[:HEED] == [f"drawn {number}" for number in range(1, HEED + 1)]
    assert events.index("told 1") < events.index("drawn 40")


@pytest.mark.parametrize("mode", [CHUNKING, LONE_CHUNKS], ids=lambda mode: mode.name)
def test_chunk_says_its_octets_and_nothing_is_doubled(mode):
    sent = [Dotted().message(one.language, one.headers, one.values) for one in letters(2)]
    with mode.server() as server:
        assert verdicts(mode.handed(mode.transport(server), letters(2), Dotted())) == [ACCEPTED] * 2
    assert kept(server) == sent
    assert [heard for heard in server.heard if heard.startswith("BDAT")] == [f"BDAT {len(one)} LAST" for one in sent]
    assert "DATA" not in server.verbs


@pytest.mark.parametrize(
    "mode", [PIPELINING, Mode("off", ("PIPELINING", "CHUNKING"), "&chunking=off")], ids=lambda mode: mode.name
)
def test_no_chunk_is_sent_where_none_is_offered_or_wanted(mode):
    with mode.server() as server:
        assert verdicts(mode.hand_over_to(server, 3)) == [ACCEPTED] * 3
    assert "BDAT" not in server.verbs
    assert server.verbs.count("DATA") == 3


def test_announced_size_counts_line_ends():
    with CHUNKING.server(and_offers=("SIZE 99999999",)) as server:
        CHUNKING.hand_over_to(server, 2)
    sizes = [int(heard.partition("SIZE=")[2]) for heard in server.heard if heard.startswith("MAIL")]
    assert sizes == [len(message(one)) for one in letters(2)]


@pytest.mark.parametrize(
    ("step", "reply", "verdict"),
    [
        ("MAIL", "451 4.3.0 not now", DEFERRED),
        ("RCPT", "550 5.1.1 no such person", REJECTED),
        ("CONTENT", "554 5.7.1 spam", REJECTED),
        ("CONTENT", "452 4.3.1 disk full", DEFERRED),
    ],
)
def test_refusal_in_the_middle_hurts_nobody_else(step, reply, verdict):
    with CHUNKING.server({step: [None, reply]}) as server:
        outcomes = CHUNKING.hand_over_to(server, 4)
    assert verdicts(outcomes) == [ACCEPTED, verdict, ACCEPTED, ACCEPTED]
    assert (outcomes[1].code, outcomes[1].text) == (int(reply[:3]), reply[4:])
    assert kept(server) == [message(one) for one in letters(4) if one.delivery != 2]
    assert server.connections == 1


def test_failed_chunk_is_followed_by_a_reset_without_pipelining_too():
    with LONE_CHUNKS.server({"CONTENT": ["554 5.7.1 spam"]}) as server:
        assert verdicts(LONE_CHUNKS.hand_over_to(server, 3)) == [REJECTED, ACCEPTED, ACCEPTED]
    assert server.verbs == ["EHLO", *FIRST, "RSET", *FIRST * 2, "QUIT"]


@pytest.mark.parametrize("step", ["RSET", "MAIL", "RCPT"])
def test_goodbye_and_end_before_a_content_sends_it_and_those_behind_it_again(step):
    number = 1 if step == "RSET" else 2
    script = {step: [*[None] * (number - 1), ("421 4.7.0 enough", Act.CLOSE)]}
    with CHUNKING.server(script) as server:
        assert verdicts(CHUNKING.hand_over_to(server, 5)) == [ACCEPTED] * 5
    assert kept(server) == [message(one) for one in letters(5)]
    assert server.connections == 2


def test_goodbye_to_a_content_defers_its_letter_and_those_behind_it_never_started():
    with CHUNKING.server({"CONTENT": [None, ("421 4.3.2 closing", Act.CLOSE)]}) as server:
        lane = CHUNKING.transport(server).lane(ISSUE)
        assert verdicts(some_handed(lane, letters(4))) == [ACCEPTED, DEFERRED, NOT_STARTED, NOT_STARTED]
        with pytest.raises(RouteDown, match="closing"):
            next(lane.hand_over(Few(letters(1)), "again"))
        lane.close()
    assert kept(server) == [message(letter(1))]


def test_hush_after_a_goodbye_leaves_those_behind_it_in_doubt():
    with CHUNKING.server({"CONTENT": [None, ("421 4.3.2 closing", Act.HUSH)]}) as server:
        assert verdicts(CHUNKING.hand_over_to(server, 4)) == [ACCEPTED, DEFERRED, UNCERTAIN, UNCERTAIN]


def test_goodbye_that_is_none_tells_what_was_said_after_it():
    """A server that says 421 and goes on has what it goes on to take."""
    with CHUNKING.server({"RSET": ["421 4.3.2 soon"]}) as server:
        assert verdicts(CHUNKING.hand_over_to(server, 3)) == [ACCEPTED] * 3
    with CHUNKING.server({"RSET": ["421 4.3.2 soon"], "CONTENT": [None, Act.CLOSE]}) as server:
        assert verdicts(CHUNKING.hand_over_to(server, 2)) == [ACCEPTED, UNCERTAIN]
    assert len(kept(server)) == 2


def test_end_without_a_word_leaves_what_travelled_in_doubt():
    with CHUNKING.server({"CONTENT": [None, Act.CLOSE]}) as server:
        told = verdicts(CHUNKING.hand_over_to(server, 4))
    # What had not left when the end was seen goes over the next connection.
    assert told[:2] == [ACCEPTED, UNCERTAIN]
    assert set(told[2:]) <= {ACCEPTED, UNCERTAIN}
    again = [number for number, verdict in enumerate(told, start=1) if number > 2 and verdict is ACCEPTED]
    assert kept(server) == [message(one) for one in letters(4) if one.delivery in [1, 2, *again]]


def test_late_answer_is_not_taken_for_the_next_one_s(monkeypatch):
    """After a hush replies cannot be matched any more, though they come."""
    wait_less(monkeypatch, 0.2)

    def slowly(_: str) -> str:
        time.sleep(0.3)
        return "250 kept"

    with CHUNKING.server({"CONTENT": slowly}) as server:
        assert verdicts(CHUNKING.hand_over_to(server, 3)) == [UNCERTAIN] * 3


@pytest.mark.parametrize("code", [530, 534, 535, 538])
def test_refusal_of_our_settings_counts_against_nobody_and_stops_the_route(code):
    with CHUNKING.server({"MAIL": [f"{code} 5.7.0 log in first"] * 3}) as server:
        lane = CHUNKING.transport(server).lane(ISSUE)
        assert verdicts(some_handed(lane, letters(3))) == [DEFERRED] * 3
        with pytest.raises(RouteDown, match="log in first") as down:
            next(lane.hand_over(Few(letters(1)), "again"))
        assert down.value.permanent
        lane.close()
    assert server.messages == []


def test_handover_left_in_the_middle_is_dropped_without_a_goodbye():
    with CHUNKING.server() as server:
        lane = CHUNKING.transport(server).lane(ISSUE)
        handing = lane.hand_over(Few(letters(3)), "key")
        assert next(handing).verdict is ACCEPTED
        handing.close()
        lane.close()
    assert "QUIT" not in server.verbs
    assert set(kept(server)) <= {message(one) for one in letters(3)}


def test_what_goes_again_is_told_in_the_order_drawn_over_ever_so_short_connections():
    with CHUNKING.server({"MAIL": [None, ("421 4.7.0 enough", Act.CLOSE)]}) as server:
        route = CHUNKING.transport(server)

        class Learning(Few):
            def __next__(self) -> Letter:
                one = super().__next__()
                route.habits.per_connection = 1 if one.delivery == 5 else 100
                return one

        some = [letter(1), letter(2), letter(3)._replace(address="no address"), letter(4), letter(5)]
        lane = route.lane(ISSUE)
        told = [(outcome.delivery, outcome.verdict) for outcome in lane.hand_over(Learning(some), "key")]
        lane.close()
    assert told == [(1, ACCEPTED), (2, ACCEPTED), (3, REJECTED), (4, ACCEPTED), (5, ACCEPTED)]
    assert len(server.messages) == 4
