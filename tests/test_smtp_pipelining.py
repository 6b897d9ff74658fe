"""PIPELINING on the wire (RFC 2920): what goes together, in which pieces answers come, and what a cut leaves open."""

import itertools
import socket
import threading

import pytest

from newsletter.delivery.model import Few, Letter, RouteDown
from newsletter.delivery.transports import replies
from tests.smtp_rig import (
    ACCEPTED,
    CHUNKING,
    DEFERRED,
    EVERY,
    NOT_STARTED,
    PIPELINING,
    REJECTED,
    UNCERTAIN,
    some_handed,
    verdicts,
    wait_less,
)
from tests.smtp_server import USUAL, Act
from tests.transport_contract import ISSUE, LetterError, OneByOne, compiled, letter, letters, message

ENVELOPE = ["MAIL", "RCPT", "DATA"]


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    wait_less(monkeypatch, 5.0)


def kept(server) -> list[bytes]:
    return [got.content for got in server.messages]


# What goes together


def test_next_envelope_goes_along_with_the_content_and_data_is_its_last():
    with PIPELINING.server(grouping=True) as server:
        assert verdicts(PIPELINING.hand_over_to(server, 3)) == [ACCEPTED] * 3
    assert server.groups == [["EHLO"], ENVELOPE, *[["CONTENT", *ENVELOPE]] * 2, ["CONTENT"], ["QUIT"]]
    assert kept(server) == [message(one) for one in letters(3)]


def test_content_goes_alone_when_the_next_letter_is_not_ready_and_is_told_before_that_is_drawn():
    with PIPELINING.server(grouping=True) as server:
        lane, events = PIPELINING.transport(server).lane(ISSUE), []

        class Noted(OneByOne):
            def __next__(self) -> Letter:
                one = super().__next__()
                events.append(f"drawn {one.delivery}")
                return one

        events.extend(f"told {outcome.delivery}" for outcome in lane.hand_over(Noted(letters(3)), "key"))
        lane.close()
    assert server.groups == [["EHLO"], *[ENVELOPE, ["CONTENT"]] * 3, ["QUIT"]]
    assert events == ["drawn 1", "told 1", "drawn 2", "told 2", "drawn 3", "told 3"]


def test_letters_that_fail_when_the_server_waits_for_the_content_let_that_go_first():
    class Failing(Few):
        def __next__(self) -> Letter:
            one = super().__next__()
            if one.delivery == 2:
                raise LetterError
            return one

    with PIPELINING.server(grouping=True) as server:
        lane, outcomes = PIPELINING.transport(server).lane(ISSUE), []
        with pytest.raises(LetterError):
            outcomes.extend(lane.hand_over(Failing(letters(3)), "key"))
        assert verdicts(outcomes) == [ACCEPTED]
        assert verdicts(list(lane.hand_over(Few(letters(1, 4)), "again"))) == [ACCEPTED]
        lane.close()
    assert kept(server) == [message(letter(1)), message(letter(4))]
    assert server.connections == 1


def test_handover_left_when_an_envelope_went_ahead_says_nothing_more():
    with PIPELINING.server() as server:
        lane = PIPELINING.transport(server).lane(ISSUE)
        handing = lane.hand_over(Few(letters(3)), "key")
        assert next(handing).verdict is ACCEPTED
        handing.close()
        assert verdicts(list(lane.hand_over(Few([letter(3)]), "again"))) == [ACCEPTED]
        lane.close()
    assert kept(server) == [message(letter(1)), message(letter(3))]
    assert server.connections == 2
    assert server.verbs.count("QUIT") == 1


def test_settled_letter_does_not_go_along_and_is_told_in_its_turn():
    with PIPELINING.server() as server:
        some = [letter(1), letter(2)._replace(address="no address"), letter(3)]
        lane = PIPELINING.transport(server).lane(ISSUE)
        assert [(o.delivery, o.verdict) for o in lane.hand_over(Few(some), "key")] == [
            (1, ACCEPTED), (2, REJECTED), (3, ACCEPTED),
        ]  # fmt: skip
        lane.close()


# Replies


@pytest.mark.parametrize("mode", EVERY, ids=lambda mode: mode.name)
def test_replies_split_at_every_octet(mode):
    said = {
        step: [tuple(bytes([octet]) for octet in f"{USUAL[step]}\r\n".encode())] * 3
        for step in ("MAIL", "RCPT", "DATA", "CONTENT", "RSET")
    }
    with mode.server(said) as server:
        assert verdicts(mode.hand_over_to(server, 3)) == [ACCEPTED] * 3
    assert kept(server) == [message(one) for one in letters(3)]


@pytest.mark.parametrize("mode", EVERY, ids=lambda mode: mode.name)
def test_all_replies_of_a_group_in_one_piece_with_lines_and_letters_of_all_kinds(mode):
    script = {
        "MAIL": ["250-2.1.0 Grüße\n250 2.1.0 ok", b"250 \xff\xfe\r\n"],
        "RCPT": [None, "550-5.1.1 nobody\n550 5.1.1 höre"],
        "CONTENT": [b"250-a\r\n250-\xe9\r\n250 c\r\n"],
    }
    with mode.server(script, grouping=True) as server:
        outcomes = mode.hand_over_to(server, 3)
    assert verdicts(outcomes) == [ACCEPTED, REJECTED, ACCEPTED]
    assert outcomes[1].text == "5.1.1 nobody 5.1.1 höre"
    assert kept(server) == [message(letter(1)), message(letter(3))]


@pytest.mark.parametrize("mode", [PIPELINING, CHUNKING], ids=lambda mode: mode.name)
def test_server_that_talks_much_and_reads_little_is_no_deadlock(mode, monkeypatch):
    """Both sides' buffers are small: who does not read while he writes waits for ever."""
    connect = socket.create_connection

    def narrow(*args, **kwargs):
        found = connect(*args, **kwargs)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        return found

    monkeypatch.setattr(socket, "create_connection", narrow)
    monkeypatch.setattr(replies, "SLOWEST", 1e9)
    talk = ("250-" + "x" * 3000 + "\n") * 5 + "250 ok"
    much = {step: lambda _: talk for step in ("MAIL", "RCPT", "CONTENT", "RSET")}
    wide = compiled("y" * 40_000)
    with mode.server(much, window=8192) as server:
        assert verdicts(mode.handed(mode.transport(server), letters(4), wide)) == [ACCEPTED] * 4
    assert kept(server) == [message(one, wide) for one in letters(4)]


# The traps of RFC 2920


@pytest.mark.parametrize(
    ("to_nothing", "connections"),
    [("554 5.5.1 no valid recipients", 1), ("250 kept all the same", 2), ("451 later", 1), ("421 bye", 2),
     (Act.CLOSE, 2), (b"what?\r\n", 2), ("354 go on", 2)],
)  # fmt: skip
@pytest.mark.parametrize("ahead", [False, True])
def test_server_that_wants_the_content_of_a_refused_letter_gets_a_lone_dot(to_nothing, connections, ahead):
    refused = 2 if ahead else 1
    script = {
        "RCPT": [*[None] * (refused - 1), "550 5.1.1 no such person"],
        "DATA": [None, None],
        "CONTENT": [*[None] * (refused - 1), to_nothing],
    }
    script["DATA"] = [*[None] * (refused - 1), "354 go on"]
    with PIPELINING.server(script) as server:
        outcomes = PIPELINING.hand_over_to(server, refused + 1)
    assert verdicts(outcomes) == [*[ACCEPTED] * (refused - 1), REJECTED, ACCEPTED]
    assert outcomes[refused - 1].enhanced == "5.1.1"
    assert kept(server) == [message(one) for one in letters(refused + 1) if one.delivery != refused]
    assert server.connections == connections
    assert ("RSET" in server.verbs) == (connections == 1)


@pytest.mark.parametrize("mode", EVERY, ids=lambda mode: mode.name)
def test_what_follows_a_refused_sender_is_no_verdict_on_the_reader(mode):
    with mode.server({"MAIL": [None, "451 4.3.0 not now"]}) as server:
        outcomes = mode.hand_over_to(server, 3)
    assert verdicts(outcomes) == [ACCEPTED, DEFERRED, ACCEPTED]
    assert (outcomes[1].code, outcomes[1].text) == (451, "4.3.0 not now")
    assert "RSET" in server.verbs
    assert server.connections == 1


@pytest.mark.parametrize("code", [421, 535])
def test_end_after_the_content_sends_nothing_to_the_letter_whose_envelope_went_ahead(code):
    with PIPELINING.server({"CONTENT": [f"{code} 4.7.0 enough"]}) as server:
        route = PIPELINING.transport(server)
        lane = route.lane(ISSUE)
        outcomes = some_handed(lane, letters(3))
        assert verdicts(outcomes) == [DEFERRED, NOT_STARTED, NOT_STARTED]
        with pytest.raises(RouteDown, match="enough"):
            next(lane.hand_over(Few(letters(1)), "again"))
        lane.close()
    assert server.messages == []


# Cuts


def cuts():
    """Each step that is said, three times."""
    for mode, nth in itertools.product(EVERY, (1, 2, 3)):
        for step in ("MAIL", "RCPT", "CONTENT", "RSET" if mode is CHUNKING else "DATA"):
            if step != "DATA" or not mode.chunks:
                yield mode, step, nth


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize(("mode", "step", "nth"), list(cuts()), ids=lambda value: getattr(value, "name", str(value)))
def test_cut_anywhere_leaves_no_wrong_verdict(mode, step, nth, count):
    """Before the reply, in it at several places, behind it; by a close and by a reset."""
    usual = f"{USUAL[step]}\r\n".encode()
    for act, at in itertools.product((Act.CLOSE, Act.RESET), (0, 2, 4, len(usual) - 1, len(usual))):
        with mode.server({step: [*[None] * (nth - 1), (usual[:at], act)]}) as server:
            lane = mode.transport(server).lane(ISSUE)
            outcomes = some_handed(lane, letters(count))
            lane.close()
        got = kept(server)
        assert len(got) == len(set(got))
        told = verdicts(outcomes)
        for one, verdict in zip(letters(count), told, strict=True):
            assert verdict in ({ACCEPTED, UNCERTAIN} if message(one) in got else {NOT_STARTED, UNCERTAIN})
        if mode is CHUNKING:
            continue
        # Behind its leave the content goes out, and whether it has come nobody knows.
        in_doubt = step == "CONTENT" or (step == ("RCPT" if mode.chunks else "DATA") and at == len(usual))
        assert told.count(UNCERTAIN) <= in_doubt
        if nth > 1 and not in_doubt:  # provably not taken: it went again
            assert told == [ACCEPTED] * count


def test_cut_in_the_content_lets_the_letter_and_the_envelope_behind_it_go_again(monkeypatch):
    wide = compiled("y" * 5_000_000)
    for mode in EVERY:
        with mode.server({"READING": [None, (1000, Act.CLOSE)]}, window=256 * 1024) as server:
            assert verdicts(mode.handed(mode.transport(server), letters(3), wide)) == [ACCEPTED] * 3
        assert kept(server) == [message(one, wide) for one in letters(3)]
        assert server.connections == 2


@pytest.mark.parametrize("mode", EVERY, ids=lambda mode: mode.name)
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "CONTENT", "RSET"])
def test_hush_at_any_step_ends_with_the_verdict_that_can_be_proved(mode, step, monkeypatch):
    if (mode, step) not in {(mode, step) for mode, step, _ in cuts()}:
        pytest.skip("is not said")
    wait_less(monkeypatch, 0.1)
    with mode.server({step: [None, Act.HUSH]}) as server:
        told = verdicts(mode.hand_over_to(server, 3))
    if step == "CONTENT" or mode is CHUNKING:
        first = [] if step == "RSET" else [ACCEPTED]
        after = [UNCERTAIN] if mode is CHUNKING else [ACCEPTED]
        assert told == ([ACCEPTED, UNCERTAIN, *after] if first else [ACCEPTED, ACCEPTED, UNCERTAIN])
    else:
        assert told == [ACCEPTED] * 3  # over a fresh connection
        assert len(set(kept(server))) == 3


def test_lanes_share_what_they_learn_of_a_relay():
    with PIPELINING.server() as server:
        route = PIPELINING.transport(server)
        habits = route.habits
        threads = [threading.Thread(target=habits.ended, args=(7,)) for _ in range(2)]
        for thread in threads:
            thread.start()
            thread.join()
        assert verdicts(PIPELINING.handed(route, letters(8))) == [ACCEPTED] * 8
    assert server.connections == 2
