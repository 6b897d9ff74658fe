"""SMTP on the wire: what every reply and every way to break comes to, with a server that says whatever it is told."""

import itertools
import logging
import os
import socket
import ssl
import subprocess
import tempfile
import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import trustme

from newsletter.delivery.model import Fault, Few, RouteDown, Verdict
from newsletter.delivery.transports import line, open_transport, replies
from newsletter.delivery.transports.connecting import connect
from tests.postfix import REFUSED, postfix
from tests.smtp_rig import (
    ACCEPTED,
    DEFERRED,
    NOT_STARTED,
    REJECTED,
    TURNS,
    UNCERTAIN,
    Mode,
    handed,
    is_listening,
    some_handed,
    transport,
    verdicts,
    wait_less,
)
from tests.smtp_server import Act, ScriptedServer, greeting
from tests.transport_contract import ISSUE, compiled, letter, letters, message

USER, PASSWORD = "desk@example.org", "p@ss:w0rd/?#"
LOGIN = "desk%40example.org:p%40ss%3Aw0rd%2F%3F%23@"
SMTP_SINK = Path("/usr/sbin/smtp-sink")


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """No test waits long for what will not come; none but those of silence come near these."""
    wait_less(monkeypatch, 5.0)


@pytest.fixture(params=TURNS, ids=lambda mode: mode.name)
def mode(request) -> Mode:
    return request.param


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def tls_for(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(names or ("127.0.0.1",))).configure_cert(context)
    return context


@cache
def big():
    """More than the buffers of both sides hold."""
    return compiled("x" * 12_000_000)


def skip_where_there_is_none(mode: Mode, *steps: str) -> None:
    if mode.chunks and "DATA" in steps:
        pytest.skip("BDAT asks for no leave")


# Replies


def test_kept_message_is_accepted_and_its_bytes_are_ours(mode):
    with mode.server() as server:
        outcomes = mode.hand_over_to(server, 3)
    assert verdicts(outcomes) == [ACCEPTED] * 3
    assert [got.content for got in server.messages] == [message(one) for one in letters(3)]
    assert [(got.sender, got.recipient) for got in server.messages] == [
        (one.return_path, one.address) for one in letters(3)
    ]
    assert server.connections == 1
    envelopes = [verb for verb in server.verbs if verb != "RSET"]
    assert envelopes == ["EHLO", *["MAIL", "RCPT", "BDAT" if mode.chunks else "DATA"] * 3, "QUIT"]
    assert server.verbs.count("RSET") == (2 if mode.chunks and mode.pipelines else 0)
    assert server.heard[0] == "ehlo news.example"


@pytest.mark.parametrize(
    ("reply", "code", "enhanced"),
    [
        ("450 4.2.1 try again later", 450, "4.2.1"),
        ("451 4.7.1 greylisted", 451, "4.7.1"),
        ("452 4.5.3 too many recipients", 452, "4.5.3"),
        ("450 busy", 450, None),
        ("499 4.0.0 unheard of", 499, "4.0.0"),
    ],
)
def test_not_now_at_the_recipient_is_deferred(mode, reply, code, enhanced):
    with mode.server({"RCPT": [reply]}) as server:
        outcomes = mode.hand_over_to(server, 2)
    assert verdicts(outcomes) == [DEFERRED, ACCEPTED]
    assert (outcomes[0].code, outcomes[0].enhanced, outcomes[0].text) == (code, enhanced, reply[4:])
    assert [got.recipient for got in server.messages] == [letter(2).address]


@pytest.mark.parametrize(
    ("step", "reply", "fault"),
    [
        ("RCPT", "550 5.1.1 no such person", Fault.READER),
        ("RCPT", "550 User unknown", Fault.READER),
        ("RCPT", "550 5.7.1 not from you", Fault.SENDER),
        ("RCPT", "550 5.1.1 listed as spam source", Fault.SENDER),
        ("RCPT", "503 5.5.1 MAIL first", Fault.ROUTE),
        ("RCPT", "550 relay access denied", Fault.ROUTE),
        ("MAIL", "552 5.3.4 too big", Fault.ISSUE),
        ("MAIL", "550 5.1.8 bad sender", Fault.SENDER),
        ("DATA", "554 no valid recipients", Fault.ROUTE),
        ("CONTENT", "552 5.3.4 too big", Fault.ISSUE),
        ("CONTENT", "550 5.6.0 bad MIME", Fault.ISSUE),
        ("CONTENT", "554 5.7.1 looks like spam", Fault.SENDER),
    ],
)
def test_refusal_is_final_and_names_whose_fault_it_is(mode, step, reply, fault):
    skip_where_there_is_none(mode, step)
    with mode.server({step: [reply]}) as server:
        outcomes = mode.hand_over_to(server, 2)
    assert verdicts(outcomes) == [REJECTED, ACCEPTED]
    assert (outcomes[0].fault, outcomes[0].code, outcomes[0].text) == (fault, int(reply[:3]), reply[4:])
    assert server.connections == 1
    assert ("RSET" in server.verbs) == (step != "CONTENT" or mode.chunks)


def test_reset_that_is_refused_costs_the_connection_only(mode):
    with mode.server({"RCPT": ["550 5.1.1 no"], "RSET": ["502 what?"]}) as server:
        outcomes = mode.hand_over_to(server, 2)
    # What went along with it may have become a part of the transaction that it should have ended.
    assert verdicts(outcomes) == [REJECTED, UNCERTAIN if mode.chunks and mode.pipelines else ACCEPTED]
    assert server.connections == 2


@pytest.mark.parametrize("act", [Act.CLOSE, Act.RESET])
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "CONTENT"])
def test_refusal_stands_when_the_server_closes_behind_it(mode, step, act):
    skip_where_there_is_none(mode, step)
    with mode.server({step: [("550 5.1.1 no such person", act)]}) as server:
        outcomes = mode.hand_over_to(server, 2)
    # A rude close may overtake the words before it; then it is a broken line, and never an acceptance.
    told = outcomes[0].verdict
    assert told is REJECTED or (act is Act.RESET and told in {NOT_STARTED, UNCERTAIN})
    # With several under way the next may have left before the close was seen.
    others = {ACCEPTED, UNCERTAIN} if mode.chunks and mode.pipelines else {ACCEPTED}
    assert outcomes[1].verdict in ({NOT_STARTED} if told is NOT_STARTED else others)


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "CONTENT"])
def test_closing_down_ends_the_group_and_is_told_by_the_next(mode, step):
    skip_where_there_is_none(mode, step)
    with mode.server({step: [("421 4.3.2 closing", Act.CLOSE)]}) as server:
        lane = mode.lane(mode.transport(server))
        outcomes = some_handed(lane, letters(3))
        assert verdicts(outcomes) == [DEFERRED, NOT_STARTED, NOT_STARTED]
        assert (outcomes[0].code, outcomes[0].enhanced, outcomes[0].fault) == (421, "4.3.2", Fault.ROUTE)
        drawn = Few(letters(2, 2))
        with pytest.raises(RouteDown, match=r"421 4\.3\.2 closing") as down:
            list(lane.hand_over(drawn, "again"))
        assert not down.value.permanent
        assert verdicts(list(lane.hand_over(drawn, "again"))) == [ACCEPTED, ACCEPTED]
        lane.close()
    assert server.connections == 2
    assert len(server.messages) == 2


@pytest.mark.parametrize("code", [530, 534, 535, 538])
def test_refusal_of_our_settings_defers_one_and_stops_the_route(mode, code):
    with mode.server({"MAIL": [f"{code} 5.7.0 log in first"]}) as server:
        lane = mode.lane(mode.transport(server))
        outcomes = some_handed(lane, letters(3))
        assert verdicts(outcomes) == [DEFERRED, NOT_STARTED, NOT_STARTED]
        assert outcomes[0].fault is Fault.ROUTE
        with pytest.raises(RouteDown, match="log in first") as down:
            list(lane.hand_over(Few(letters(3)), "again"))
        assert down.value.permanent
        lane.close()
    assert server.messages == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_too_many_on_one_connection_goes_on_over_the_next(mode, step):
    skip_where_there_is_none(mode, step)
    with mode.server({step: [None, None, ("421 4.7.0 too many messages", Act.CLOSE)]}) as server:
        assert verdicts(mode.hand_over_to(server, 4)) == [ACCEPTED] * 4
    assert server.connections == 2
    assert len(server.messages) == 4


def test_enough_at_the_reset_goes_on_over_the_next_connection(mode):
    with mode.server({"RCPT": ["550 5.1.1 no"], "RSET": [("421 4.7.0 enough", Act.CLOSE)]}) as server:
        assert verdicts(mode.hand_over_to(server, 3)) == [REJECTED, ACCEPTED, ACCEPTED]
    assert server.connections == 2
    assert len(server.messages) == 2


def test_several_lines_are_one_reply(mode):
    reply = "550-5.1.1 There is nobody\n550-5.1.1 of that name\n550 5.1.1 here"
    greet = "220-scripted.example\n220-takes mail\n220 ESMTP"
    with mode.server({"GREETING": [greet], "RCPT": [reply], "CONTENT": ["250-kept\n250 as 17"]}) as server:
        outcomes = mode.hand_over_to(server, 2)
    assert verdicts(outcomes) == [REJECTED, ACCEPTED]
    assert (outcomes[0].code, outcomes[0].enhanced) == (550, "5.1.1")
    assert outcomes[0].text == "5.1.1 There is nobody 5.1.1 of that name 5.1.1 here"


def test_reply_in_crumbs_is_one_reply(mode):
    crumbs = (b"5", b"50-5.1.", b"1 no\r", b"\n550 ", b"5.1.1 such\n")
    with mode.server({"RCPT": [crumbs]}) as server:
        outcomes = mode.hand_over_to(server, 2)
    assert outcomes[0].text == "5.1.1 no 5.1.1 such"
    assert verdicts(outcomes) == [REJECTED, ACCEPTED]


def test_text_beyond_ascii_and_control_characters_can_be_shown_and_stored(mode):
    said = "550 5.1.1 Boîte pleine \x00\x1b[31m\x07\u2028 ".encode() + b"\xff\xfe\r\n"
    with mode.server({"RCPT": [said]}) as server:
        (outcome,) = mode.hand_over_to(server)
    assert outcome.text == "5.1.1 Boîte pleine [31m \ufffd\ufffd"
    assert (outcome.code, outcome.enhanced) == (550, "5.1.1")


@pytest.mark.parametrize("answer", [b"250\r\n", b"250-\r\n250\r\n", b"250 \n", b"299 fine\r\n"])
def test_acceptance_without_words_is_one(mode, answer):
    with mode.server({"CONTENT": [answer]}) as server:
        assert verdicts(mode.hand_over_to(server, 2)) == [ACCEPTED, ACCEPTED]


NO_REPLIES = [
    b"hello there\r\n",
    b"HTTP/1.1 400 Bad Request\r\n",
    b"25\r\n",
    b"2500 ok\r\n",
    b"+50 ok\r\n",
    b"150 ok\r\n",
    b"650 ok\r\n",
    b"\xb2\xb5\xb0 ok\r\n",
    b"\r\n",
    b"250-more\r\nnonsense\r\n",
]


@pytest.mark.parametrize("answer", NO_REPLIES)
def test_answer_to_the_content_that_is_no_reply_leaves_doubt(mode, answer):
    with mode.server({"CONTENT": [answer]}) as server:
        assert verdicts(mode.hand_over_to(server, 2)) == [UNCERTAIN, ACCEPTED]
    assert len(server.messages) == 2


@pytest.mark.parametrize("answer", [*NO_REPLIES, b"354 go on\r\n"])
@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_answer_to_the_envelope_that_is_no_reply_starts_nothing(mode, step, answer):
    with mode.server({step: [answer]}) as server:
        route = mode.transport(server)
        if mode.chunks and mode.pipelines:
            assert verdicts(mode.handed(route, letters(1))) == [UNCERTAIN]  # it went along
        else:
            assert_starts_nothing(mode, route)
            assert [got.recipient for got in server.messages] == [letter(2).address]


def assert_starts_nothing(mode, route):
    """Over a fresh connection that cannot be used none is tried again at once; the next handover says so."""
    lane = mode.lane(route)
    assert verdicts(some_handed(lane, letters(2))) == [NOT_STARTED, NOT_STARTED]
    with pytest.raises(RouteDown, match="cannot be used"):
        list(lane.hand_over(Few(letters(1, 2)), "again"))
    assert verdicts(handed(lane, letters(1, 2))) == [ACCEPTED]


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_answer_that_is_no_reply_sends_a_letter_again_over_a_fresh_connection(mode, step):
    with mode.server({step: [None, b"garbage\r\n"]}) as server:
        told = verdicts(mode.hand_over_to(server, 3))
    if mode.chunks and mode.pipelines:
        assert told == [ACCEPTED, UNCERTAIN, ACCEPTED]
    else:
        assert told == [ACCEPTED] * 3
        assert len(server.messages) == 3


def test_go_on_after_the_content_leaves_doubt(mode):
    with mode.server({"CONTENT": ["354 go on"]}) as server:
        assert verdicts(mode.hand_over_to(server)) == [UNCERTAIN]


def test_done_instead_of_go_on_starts_nothing(mode):
    skip_where_there_is_none(mode, "DATA")
    with mode.server({"DATA": ["250 ok"]}) as server:
        assert verdicts(mode.hand_over_to(server)) == [NOT_STARTED]
    assert server.messages == []


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("MAIL", b"250 ok\r\n250 and more\r\n"),
        ("RCPT", b"250 ok\r\n250 and more\r\n"),
        ("DATA", b"354 go on\r\n250 kept already\r\n"),
    ],
)
def test_words_that_nobody_asked_for_are_matched_to_nothing(mode, step, said):
    skip_where_there_is_none(mode, step)
    if mode.chunks and mode.pipelines:
        pytest.skip("an answer too many before the content's looks like the content's")
    with mode.server({step: [said]}) as server:
        assert_starts_nothing(mode, mode.transport(server))
        assert len(server.messages) == 1


def test_words_after_the_acceptance_cost_the_connection(mode):
    with mode.server({"CONTENT": [b"250 kept\r\n250 and the next one too\r\n"]}) as server:
        told = verdicts(mode.hand_over_to(server, 2))
        in_flight = mode.chunks and mode.pipelines  # then which of them answered the content nobody knows
        assert told == [UNCERTAIN if in_flight else ACCEPTED, ACCEPTED]
        assert len(server.messages) == server.connections == 2


# Sizes, addresses


@pytest.mark.parametrize(("offered", "told"), [("SIZE 100", 552), ("SIZE 0", None), ("SIZE", None), ("SIZE x", None)])
def test_message_above_the_announced_size_is_not_sent(mode, offered, told):
    with mode.server(and_offers=(offered,)) as server:
        (outcome,) = mode.hand_over_to(server)
    assert outcome.code == told or (told is None and outcome.verdict is ACCEPTED)
    if told:
        assert (outcome.verdict, outcome.fault, outcome.enhanced) == (REJECTED, Fault.ISSUE, "5.3.4")
        assert server.verbs == ["EHLO", "QUIT"]
    else:
        assert f"SIZE={len(message(letter(1)))}" in server.heard[1]


def test_size_of_thousands_of_digits_is_none(mode):
    with mode.server(and_offers=("SIZE " + "9" * 3000,)) as server:
        assert verdicts(mode.hand_over_to(server)) == [ACCEPTED]


def test_size_is_not_told_where_it_is_not_understood(mode):
    with mode.server() as server:
        mode.hand_over_to(server)
    assert server.heard[1] == f"MAIL FROM:<{letter(1).return_path}>"


def test_old_server_without_extensions_takes_mail(mode):
    with mode.server({"EHLO": ["502 what?"]}) as server:
        assert verdicts(mode.hand_over_to(server)) == [ACCEPTED]
    assert server.verbs[:2] == ["EHLO", "HELO"]


@pytest.mark.parametrize(
    ("address", "enhanced"),
    [("a@b.example>\r\nRCPT TO:<c@d.example", "5.1.3"), ("a b@c.example", "5.1.3"), ("", "5.1.3"),
     ("josé@example.org", "5.6.7"), ("a\0@b.example", "5.1.3")],
)  # fmt: skip
def test_address_that_smtp_cannot_write_is_refused_before_a_word(mode, address, enhanced):
    with mode.server() as server:
        outcomes = mode.handed(mode.transport(server), [letter(1)._replace(address=address), letter(2)])
    assert verdicts(outcomes) == [REJECTED, ACCEPTED]
    assert (outcomes[0].enhanced, outcomes[0].code) == (enhanced, 553)
    assert server.verbs == ["EHLO", "MAIL", "RCPT", "BDAT" if mode.chunks else "DATA", "QUIT"]


def test_return_path_that_smtp_cannot_write_stops_the_route_and_loses_nobody(mode):
    with mode.server() as server:
        lane = mode.lane(mode.transport(server))
        outcomes = some_handed(lane, [letter(1)._replace(return_path="a\r\nb"), letter(2)])
        assert verdicts(outcomes) == [NOT_STARTED, NOT_STARTED]
        with pytest.raises(RouteDown, match="return path") as down:
            list(lane.hand_over(Few(letters(1)), "again"))
        assert down.value.permanent
        lane.close()
    assert server.verbs == ["EHLO", "QUIT"]


def test_return_path_that_cannot_be_written_is_about_its_letter_and_those_behind_it(mode):
    with mode.server() as server:
        lane = mode.lane(mode.transport(server))
        outcomes = some_handed(lane, [letter(1), letter(2)._replace(return_path="a b"), letter(3)])
        assert verdicts(outcomes) == [ACCEPTED, NOT_STARTED, NOT_STARTED]
        with pytest.raises(RouteDown, match="return path"):
            list(lane.hand_over(Few(letters(1)), "again"))
        assert verdicts(list(lane.hand_over(Few(letters(1, 3)), "mended"))) == [ACCEPTED]
        lane.close()
    assert [got.recipient for got in server.messages] == [letter(1).address, letter(3).address]


def test_empty_return_path_is_the_null_sender(mode):
    with mode.server() as server:
        assert verdicts(mode.handed(mode.transport(server), [letter(1)._replace(return_path="")])) == [ACCEPTED]
    assert server.heard[1] == "MAIL FROM:<>"


def test_return_path_is_the_same_at_the_second_try(mode):
    with mode.server({"RCPT": ["450 4.7.1 greylisted"]}) as server:
        route = mode.transport(server)
        assert verdicts(mode.handed(route, [letter(5)])) == [DEFERRED]
        assert verdicts(mode.handed(route, [letter(5)])) == [ACCEPTED]
    triples = [heard for heard in server.heard if heard.startswith(("MAIL", "RCPT"))]
    assert triples[:2] == triples[2:] == [
        "MAIL FROM:<b-00005@bounces.gardens.example>", "RCPT TO:<reader5@example.org>",
    ]  # fmt: skip


# Connections that break


@pytest.mark.parametrize("act", [Act.CLOSE, Act.RESET, (b"250 he", Act.CLOSE)])
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_line_that_breaks_before_the_content_starts_nothing(mode, step, act):
    skip_where_there_is_none(mode, step)
    with mode.server({step: [act]}) as server:
        route = mode.transport(server)
        if mode.chunks and mode.pipelines:
            assert verdicts(mode.handed(route, letters(1))) == [UNCERTAIN]  # it went along
        else:
            assert_starts_nothing(mode, route)
            assert [got.recipient for got in server.messages] == [letter(2).address]


@pytest.mark.parametrize("act", [Act.CLOSE, Act.RESET])
def test_line_that_breaks_in_the_content_starts_nothing(mode, act):
    with mode.server({"READING": [(1000, act)]}) as server:
        (outcome,) = mode.handed(mode.transport(server), [letter(1)], big())
    assert outcome.verdict is NOT_STARTED
    assert "before the message was through" in outcome.text
    assert server.messages == []


def test_server_that_stops_reading_starts_nothing(mode, monkeypatch):
    wait_less(monkeypatch, 0.5)
    monkeypatch.setattr(replies, "SLOWEST", 1e9)
    with mode.server({"READING": [Act.HUSH]}) as server:
        (outcome,) = mode.handed(mode.transport(server), [letter(1)], big())
    assert outcome.verdict is NOT_STARTED


@pytest.mark.parametrize("reply", ["552 5.3.4 too big", "452 4.3.1 disk full"])
def test_refusal_that_comes_while_the_content_is_sent_is_heard(mode, reply):
    with mode.server({"READING": [(1000, reply, Act.CLOSE)]}) as server:
        (outcome,) = mode.handed(mode.transport(server), [letter(1)], big())
    assert (outcome.verdict, outcome.text) == (DEFERRED if reply[0] == "4" else REJECTED, reply[4:])


def test_acceptance_that_comes_while_the_content_is_sent_is_none(mode):
    with mode.server({"READING": [(1000, "250 kept", Act.CLOSE)]}) as server:
        (outcome,) = mode.handed(mode.transport(server), [letter(1)], big())
    assert outcome.verdict is NOT_STARTED


@pytest.mark.parametrize("act", [Act.CLOSE, Act.RESET, (b"250", Act.CLOSE), (b"250-kept\r\n", Act.CLOSE)])
def test_line_that_breaks_after_the_final_dot_leaves_doubt(mode, act):
    with mode.server({"CONTENT": [act]}) as server:
        outcomes = mode.hand_over_to(server, 2)
    assert verdicts(outcomes) == [UNCERTAIN, ACCEPTED]
    assert "after the content" in outcomes[0].text
    assert len(server.messages) == 2


@pytest.mark.parametrize("answer", ["421 busy", Act.CLOSE, Act.RESET, Act.HUSH, "500 no", b"garbage\r\n"])
def test_trouble_at_goodbye_changes_nothing(mode, answer, monkeypatch):
    monkeypatch.setattr(line, "GOODBYE_SECONDS", 0.05)
    with mode.server({"QUIT": [answer]}) as server:
        assert verdicts(mode.hand_over_to(server, 2)) == [ACCEPTED, ACCEPTED]
    assert server.verbs[-1] == "QUIT"


def test_server_that_closes_behind_the_last_one_spoils_nothing(mode):
    with mode.server({"CONTENT": [("250 kept", Act.CLOSE)], "GREETING": [None, "554 5.7.1 enough"]}) as server:
        assert verdicts(mode.hand_over_to(server)) == [ACCEPTED]
    assert len(server.messages) == 1


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("most", [1, 3])
def test_server_that_closes_after_so_many_gets_everything_once(mode, most, encrypted, authority, ca_file):
    with mode.server(messages_per_connection=most, tls=tls_for(authority), implicit=encrypted) as server:
        route = mode.transport(server, f"ca={ca_file}" if encrypted else "tls=none",
                               scheme=("smtp", "smtps")[encrypted])  # fmt: skip
        outcomes = mode.handed(route, letters(10))
    got = Counter(got.content for got in server.messages)
    told = {verdict: {message(letter(o.delivery)) for o in outcomes if o.verdict is verdict} for verdict in Verdict}
    if mode.chunks and mode.pipelines:  # it may have closed when the next was on its way
        assert set(got.values()) == {1}
        assert told[ACCEPTED] <= set(got) <= told[ACCEPTED] | told[UNCERTAIN]
        assert len(told[ACCEPTED] | told[UNCERTAIN]) == 10
    else:
        assert verdicts(outcomes) == [ACCEPTED] * 10
        assert got == Counter(message(one) for one in letters(10))
    assert server.connections >= len(server.messages) // most


def test_server_that_says_enough_after_so_many_is_left_before_it_does_from_the_third_time_on(mode):
    """The count goes over all connections, so each time the third MAIL is answered so."""
    script = {"MAIL": [None, None, enough := ("421 4.7.0 enough", Act.CLOSE), None, None, enough]}
    with mode.server(script) as server:
        route = mode.transport(server)
        assert verdicts(mode.handed(route, letters(8))) == [ACCEPTED] * 8
        assert route.habits.per_connection == 2
    assert len(server.messages) == 8
    assert server.connections in {4, 5}
    assert server.verbs.count("QUIT") == server.connections - 2


def test_connection_is_changed_after_so_many_letters(mode, monkeypatch):
    monkeypatch.setattr(line, "PER_CONNECTION", 2)
    with mode.server() as server:
        assert verdicts(mode.hand_over_to(server, 4)) == [ACCEPTED] * 4
    assert server.verbs.count("QUIT") == server.connections
    assert server.connections in {2, 3}  # one may be made ready for a fifth


def test_old_connection_is_changed(mode, monkeypatch):
    monkeypatch.setattr(line, "OLDEST", 0.3)
    with mode.server() as server:
        lane = mode.lane(mode.transport(server))
        assert verdicts(some_handed(lane, letters(2))) == [ACCEPTED] * 2
        time.sleep(0.35)
        assert verdicts(some_handed(lane, letters(1, 3))) == [ACCEPTED]
        lane.close()
    assert server.connections >= 2
    assert server.verbs.count("QUIT") == server.connections


class HangingUp(Few):
    """Letters of which the second comes when the connections have been closed."""

    def __init__(self, server, some):
        super().__init__(some)
        self._server = server
        self.drawn = 0

    def ready(self):
        return False

    def __next__(self):
        one = super().__next__()
        self.drawn += 1
        if self.drawn == 2:
            self._server.hang_up()
            time.sleep(0.05)
        return one


def test_line_lost_between_draws_is_renewed_for_the_letter_drawn(mode):
    with mode.server() as server:
        lane = mode.transport(server).lane(ISSUE)
        assert verdicts(list(lane.hand_over(HangingUp(server, letters(2)), "key"))) == [ACCEPTED] * 2
        lane.close()
    assert server.connections == 2


def test_fresh_line_lost_while_the_first_letter_was_waited_for_is_renewed(mode):
    with mode.server() as server:
        lane, late = mode.transport(server).lane(ISSUE), HangingUp(server, letters(1))
        late.drawn = 1
        assert verdicts(list(lane.hand_over(late, "key"))) == [ACCEPTED]
        lane.close()
    assert server.connections == 2


def test_route_lost_between_draws_leaves_the_letter_drawn_untouched(mode):
    with mode.server({"GREETING": [None, "421 4.3.2 no more today"]}) as server:
        lane = mode.transport(server).lane(ISSUE)
        outcomes = list(lane.hand_over(HangingUp(server, letters(3)), "key"))
        assert verdicts(outcomes) == [ACCEPTED, NOT_STARTED]
        assert "no more today" in outcomes[1].text
        lane.close()


def test_route_lost_between_letters_leaves_the_rest_untouched(mode):
    script = {"GREETING": [None, "421 4.3.2 no more today"], "CONTENT": [("250 kept", Act.CLOSE)]}
    with mode.server(script) as server:
        lane = mode.lane(mode.transport(server))
        first, second, third = verdicts(some_handed(lane, letters(3)))
        assert (first, third) == (ACCEPTED, NOT_STARTED)
        # Where envelope and content travel together, the second may have left before the end was seen.
        assert second in ({NOT_STARTED, UNCERTAIN} if mode.chunks and mode.pipelines else {NOT_STARTED})
        with pytest.raises(RouteDown, match="no more today"):
            list(lane.hand_over(Few(letters(2, 2)), "again"))
        assert verdicts(list(lane.hand_over(Few(letters(2, 2)), "at last"))) == [ACCEPTED, ACCEPTED]
        lane.close()


# No hangs


SILENCE = [("GREETING", None), ("EHLO", None), ("MAIL", NOT_STARTED), ("RCPT", NOT_STARTED), ("DATA", NOT_STARTED),
           ("CONTENT", UNCERTAIN)]  # fmt: skip


@pytest.mark.parametrize(("step", "verdict"), SILENCE)
def test_silence_ends(mode, step, verdict, monkeypatch):
    wait_less(monkeypatch, 0.4)
    assert_ends(mode, step, verdict, Act.HUSH)


@pytest.mark.parametrize(("step", "verdict"), SILENCE)
def test_line_without_end_ends(mode, step, verdict):
    assert_ends(mode, step, verdict, (b"250 " + b"x" * 3 * replies.LONGEST_LINE, Act.HUSH))


@pytest.mark.parametrize(("step", "verdict"), SILENCE)
def test_reply_without_end_ends(mode, step, verdict):
    assert_ends(mode, step, verdict, (b"250-and\r\n" * 3 * replies.MOST_LINES, Act.HUSH))


def test_drop_by_drop_is_no_reason_to_wait_for_ever(mode, monkeypatch):
    wait_less(monkeypatch, 0.2)
    began = time.monotonic()
    with mode.server({"MAIL": [Dripping()]}) as server:
        told = verdicts(mode.hand_over_to(server))
    assert told == [UNCERTAIN if mode.chunks and mode.pipelines else NOT_STARTED]
    assert time.monotonic() - began < 1.5


class Dripping(tuple):
    """Steps that come one after the other, a little later each, and for longer than anybody waits."""

    __slots__ = ()

    def __iter__(self):
        for _ in range(100):
            time.sleep(0.02)
            yield b"2"


def assert_ends(mode, step, verdict, answer):
    skip_where_there_is_none(mode, step)
    with mode.server({step: [answer]}) as server:
        if step in {"GREETING", "EHLO"}:
            drawn = Few(letters(1))
            with pytest.raises(RouteDown):
                list(transport(server.port).lane(ISSUE).hand_over(drawn, "key"))
            assert len(list(drawn)) == 1
        else:
            went_along = mode.chunks and mode.pipelines
            assert verdicts(mode.hand_over_to(server)) == [UNCERTAIN if went_along else verdict]


# Getting in


def assert_down(route, told: str, *, permanent: bool) -> str:
    drawn = Few(letters(2))
    lane = route.lane(ISSUE)
    with pytest.raises(RouteDown, match=told) as down:
        list(lane.hand_over(drawn, "key"))
    lane.close()
    assert down.value.permanent is permanent
    assert len(list(drawn)) == 2
    return str(down.value)


def test_nobody_listening_draws_nothing():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert_down(transport(port), f"127.0.0.1:{port} cannot be used: .*refused", permanent=False)


def test_name_that_cannot_be_one_draws_nothing():
    route = open_transport("relay", f"smtp://{'a' * 70}.example:25?tls=none&hello=news.example")
    assert_down(route, "cannot be used", permanent=False)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ({"GREETING": ["554 5.7.1 blocked"]}, "refuses us: 554 5.7.1 blocked"),
        ({"GREETING": [("421 busy", Act.CLOSE)]}, "421 busy"),
        ({"GREETING": [Act.CLOSE]}, "closed"),
        ({"GREETING": [b"SSH-2.0-OpenSSH_9.2\r\n"]}, "not SMTP: SSH-2.0-OpenSSH_9.2"),
        ({"GREETING": [b"220 hello\r\n250 early\r\n"]}, "out of turn"),
        ({"EHLO": ["554 no"], "HELO": ["554 5.5.1 no, really"]}, "no, really"),
        ({"EHLO": [Act.CLOSE]}, "closed"),
        ({"EHLO": [Act.RESET]}, "reset"),
    ],
)
def test_unfriendly_welcome_draws_nothing(script, told):
    with ScriptedServer(script) as server:
        assert_down(transport(server.port), told, permanent=False)
    assert "MAIL" not in server.verbs


def auth(*, mechanisms: str = "PLAIN LOGIN") -> tuple[str, ...]:
    return ("8BITMIME", f"AUTH {mechanisms}")


def test_login_comes_before_the_letters():
    with ScriptedServer(extensions=auth(mechanisms="PLAIN")) as server:
        assert verdicts(handed(transport(server.port, login=LOGIN).lane(ISSUE), letters(2))) == [ACCEPTED, ACCEPTED]
    assert server.verbs[:3] == ["EHLO", "AUTH", "MAIL"]
    assert server.verbs.count("AUTH") == 1


@pytest.mark.parametrize(("code", "permanent"), [(535, True), (534, True), (530, True), (454, False), (421, False)])
def test_refused_login_draws_nothing(code, permanent):
    refusals = [f"{code} 5.7.8 no"] * 3
    with ScriptedServer({"AUTH": refusals}, extensions=auth()) as server:
        assert_down(transport(server.port, login=LOGIN), f"refuses us: {code} 5.7.8 no", permanent=permanent)


@pytest.mark.parametrize("extensions", [("8BITMIME",), auth(mechanisms="XOAUTH2 GSSAPI")])
def test_server_without_a_login_for_us_is_refused_for_good(extensions):
    with ScriptedServer(extensions=extensions) as server:
        assert_down(transport(server.port, login=LOGIN), "cannot be used", permanent=True)
    assert server.verbs == ["EHLO"]


@pytest.mark.parametrize("reply", ["535 5.7.8 no such user {user}, {password}", "500 what? {argument}"])
def test_server_that_repeats_our_secrets_is_not_quoted(reply, caplog):
    caplog.set_level(logging.DEBUG)

    def repeat(argument: str) -> str:
        return reply.format(user=USER, password=PASSWORD, argument=argument)

    with ScriptedServer({"AUTH": repeat}, extensions=auth()) as server:
        route = transport(server.port, login=LOGIN)
        told = assert_down(route, r"\*\*\*", permanent=True) + caplog.text + repr(route.options)
    secrets = [line.rpartition(" ")[2] for line in server.heard if line.startswith("AUTH") and len(line.split()) > 2]
    assert secrets
    assert not any(secret in told for secret in (USER, PASSWORD, "p%40ss", *secrets))


# Encryption


def test_certificate_of_an_authority_we_trust_is_taken(authority, ca_file):
    offered = ("8BITMIME", "STARTTLS")
    with ScriptedServer(
        tls=tls_for(authority), extensions=offered, extensions_in_tls=auth(mechanisms="PLAIN")
    ) as server:
        assert is_listening(server)
        route = transport(server.port, f"tls=starttls&ca={ca_file}", LOGIN)
        assert verdicts(handed(route.lane(ISSUE), letters(3))) == [ACCEPTED] * 3
    assert server.verbs[:5] == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL"]


def test_encryption_from_the_first_octet(authority, ca_file):
    with ScriptedServer(tls=tls_for(authority), implicit=True, extensions=auth(mechanisms="PLAIN")) as server:
        route = transport(server.port, f"ca={ca_file}", LOGIN, "smtps")
        assert verdicts(handed(route.lane(ISSUE), letters(3))) == [ACCEPTED] * 3
    assert [got.content for got in server.messages] == [message(one) for one in letters(3)]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("names", [(), ("elsewhere.example",)])
def test_certificate_we_cannot_trust_ends_it_without_a_fallback(scheme, names, authority, ca_file):
    trusted = f"ca={ca_file}" if names else "connections=1"
    tls, offered = tls_for(authority, *names), ("STARTTLS", "AUTH PLAIN")
    with ScriptedServer(tls=tls, implicit=scheme == "smtps", extensions=offered) as server:
        route = transport(server.port, trusted, LOGIN, scheme)
        assert_down(route, "certificate verify failed", permanent=True)
    assert server.verbs == (["EHLO", "STARTTLS"] if scheme == "smtp" else [])


@pytest.mark.parametrize("extensions", [("8BITMIME", "AUTH PLAIN"), ("XXXXXXXX", "AUTH PLAIN")])
def test_encryption_that_was_stripped_ends_it_and_nothing_is_said_in_clear(extensions):
    with ScriptedServer(extensions=extensions) as server:
        assert_down(transport(server.port, "tls=starttls", LOGIN), "offers no STARTTLS", permanent=True)
    assert server.verbs == ["EHLO"]


@pytest.mark.parametrize("answer", ["454 4.7.0 not now", "501 no", Act.CLOSE, ("220 go", b"garbage\r\n", Act.CLOSE)])
def test_encryption_that_fails_ends_it_and_nothing_is_said_in_clear(answer, authority, ca_file):
    with ScriptedServer(
        {"STARTTLS": [answer]}, tls=tls_for(authority), extensions=("STARTTLS", "AUTH PLAIN")
    ) as server:
        assert_down(transport(server.port, f"tls=starttls&ca={ca_file}", LOGIN), "127.0.0.1", permanent=False)
    assert server.verbs == ["EHLO", "STARTTLS"]


def test_words_put_in_before_the_encryption_count_for_nothing(authority, ca_file):
    injected = b"220 go ahead\r\n250-evil.example\r\n250-SIZE 1\r\n250 AUTH LOGIN\r\n"
    with ScriptedServer(
        {"STARTTLS": [injected]}, tls=tls_for(authority), extensions=("STARTTLS",), extensions_in_tls=("8BITMIME",)
    ) as server:
        assert is_listening(server)
        route = transport(server.port, f"tls=starttls&ca={ca_file}")
        assert verdicts(handed(route.lane(ISSUE), letters(2))) == [ACCEPTED, ACCEPTED]
    assert server.verbs[:4] == ["EHLO", "STARTTLS", "EHLO", "MAIL"]


@pytest.mark.parametrize("inside", [(), ("PIPELINING",), ("PIPELINING", "CHUNKING")])
def test_what_was_offered_in_clear_counts_for_nothing_once_encrypted(inside, authority, ca_file):
    offered = ("STARTTLS", "PIPELINING", "CHUNKING", "SIZE 1")
    with ScriptedServer(
        tls=tls_for(authority), extensions=offered, extensions_in_tls=("8BITMIME", *inside), grouping=not inside
    ) as server:
        assert is_listening(server)
        route = transport(server.port, f"tls=starttls&ca={ca_file}")
        assert verdicts(handed(route.lane(ISSUE), letters(2))) == [ACCEPTED, ACCEPTED]
    assert ("BDAT" in server.verbs) == ("CHUNKING" in inside)
    if not inside:  # each command has its answer before the next
        assert server.groups[3:] == [["MAIL"], ["RCPT"], ["DATA"], ["CONTENT"]] * 2 + [["QUIT"]]


def test_plain_server_where_encryption_is_meant_to_be_draws_nothing():
    with ScriptedServer() as server:
        assert_down(transport(server.port, "connections=1", LOGIN, "smtps"), "cannot be used", permanent=False)
    assert not any("AUTH" in line for line in server.heard)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_authority_that_cannot_be_read_is_named(content, tmp_path):
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    assert_down(transport(25, f"tls=starttls&ca={path}"), f"certificates in {path} cannot be read", permanent=True)


def test_cut_in_encrypted_content_starts_nothing_and_after_it_leaves_doubt(authority, ca_file):
    script = {"READING": [(1000, Act.RESET)], "CONTENT": [Act.CLOSE]}
    with ScriptedServer(script, tls=tls_for(authority), implicit=True) as server:
        route = transport(server.port, f"ca={ca_file}", scheme="smtps")
        assert verdicts(handed(route.lane(big()), [letter(1)])) == [NOT_STARTED]
        assert verdicts(handed(route.lane(ISSUE), [letter(2), letter(3)])) == [UNCERTAIN, ACCEPTED]


# A server in the field


@pytest.fixture
def sink():
    if not SMTP_SINK.exists():
        pytest.skip(f"needs Postfix: there is no {SMTP_SINK}")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        name = f"sink-{Path(folder).name.replace('_', '-')}.example"
        command = [str(SMTP_SINK), "-h", name, "-d", f"{folder}/mail.", f"127.0.0.1:{port}", "100"]
        if os.geteuid() == 0:
            Path(folder).chmod(0o777)
            command[1:1] = ["-u", "nobody"]
        with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as program:
            try:
                assert first_words(port).startswith(f"220 {name} ")
                yield port, Path(folder)
            finally:
                program.terminate()


def first_words(port: int) -> str:
    """The greeting, as soon as somebody listens."""
    for _ in range(500):
        try:
            return greeting(port)
        except ConnectionRefusedError:
            time.sleep(0.01)
    pytest.fail("smtp-sink does not listen")


@pytest.mark.mta
def test_postfix_sink_takes_two_hundred_each_once(sink):
    port, folder = sink
    outcomes = handed(transport(port).lane(ISSUE), letters(200))
    assert verdicts(outcomes) == [ACCEPTED] * 200
    kept = [path.read_bytes() for path in folder.glob("mail.*")]
    assert len(kept) == 200
    for one in letters(200):
        assert sum(f"<m{one.delivery}@gardens.example>".encode() in content for content in kept) == 1


@pytest.fixture(scope="module")
def relay(authority):
    certificate = authority.issue_cert("127.0.0.1")
    chain = certificate.private_key_pem.bytes() + b"".join(pem.bytes() for pem in certificate.cert_chain_pems)
    with postfix(chain) as found:
        for _ in range(500):
            try:
                assert greeting(found.port).startswith("220 mx.inbox.example")
                break
            except ConnectionRefusedError:
                time.sleep(0.02)
        else:
            pytest.fail(f"Postfix does not listen: {found.log()}")
        yield found


@pytest.mark.mta
@pytest.mark.parametrize("options", ["", "&chunking=off", "&chunking=off&pipelining=off", "&pipelining=off"])
@pytest.mark.parametrize("tls", ["none", "starttls"])
def test_postfix_takes_all_but_the_refused_reader_each_once_and_byte_for_byte(relay, tls, options, ca_file):
    number = itertools.count(1 + 100 * len(relay.messages()))
    some = [letter(next(number))._replace(address=f"reader{at}@inbox.example") for at in range(30)]
    some[17] = some[17]._replace(address=REFUSED)
    before = Counter(relay.messages())
    outcomes = handed(transport(relay.port, f"tls={tls}&ca={ca_file}{options}").lane(ISSUE), some)
    assert verdicts(outcomes) == [*[ACCEPTED] * 17, REJECTED, *[ACCEPTED] * 12], relay.log()
    assert (outcomes[17].code, outcomes[17].enhanced, outcomes[17].fault) == (550, "5.1.1", Fault.READER)
    for _ in range(500):
        if sum(Counter(relay.messages()).values()) >= before.total() + 29 and relay.is_idle():
            break
        time.sleep(0.02)
    assert Counter(relay.messages()) - before == Counter(message(one) for one in some if one.address != REFUSED)


@pytest.mark.mta
def test_postfix_is_spoken_to_in_chunks_and_groups(relay):
    client = connect(transport(relay.port).options)
    assert {"pipelining", "chunking"} <= set(client.esmtp_features)
    client.quit()
