"""Postmark on the wire: what is asked of it, what each answer does to a letter, and what every failure leaves."""

import itertools
import json
import logging
import socket
import ssl
import sys
from pathlib import Path

import pytest
import requests.adapters
import trustme

from newsletter.delivery.handing import hand_over
from newsletter.delivery.model import Fault, Few, Letter, Outcome, RouteDown, Verdict
from newsletter.delivery.transports import is_remote, open_transport, postmark, postmark_message
from newsletter.delivery.transports.postmark import PostmarkOptions, PostmarkTransport, judge
from newsletter.errors import Misconfigured
from newsletter.rendering import headers
from newsletter.rendering.mime import Compiled, Part
from newsletter.rendering.slots import Context, Slot
from tests.postmark_server import Act, PostmarkServer, Reply, error, said
from tests.transport_contract import ISSUE, Rig, TransportContract, compiled, letter, letters

TOKEN = "c0ffee-token"
CONTRACT = Path(__file__).parents[2] / "shared" / "contracts" / "postmark" / "server-swagger.yml"
ACCEPTED, DEFERRED, REJECTED = Verdict.ACCEPTED, Verdict.DEFERRED, Verdict.REJECTED
NOT_STARTED, UNCERTAIN = Verdict.NOT_STARTED, Verdict.UNCERTAIN


def transport(server: PostmarkServer, options: str = "") -> PostmarkTransport:
    opened = open_transport("trial", f"postmark://{TOKEN}@{server.host}:{server.port}?{options}")
    assert isinstance(opened, PostmarkTransport)
    return opened


def handed(lane, these: list[Letter]) -> list[Outcome]:
    return list(lane.hand_over(Few(these), "key"))


def verdicts(outcomes: list[Outcome]) -> list[Verdict]:
    return [outcome.verdict for outcome in outcomes]


def sizes(server: PostmarkServer) -> list[int]:
    return [len(heard.messages) for heard in server.heard]


def recipients(server: PostmarkServer) -> list[str]:
    return [message["To"] for message in server.taken]


@pytest.fixture
def lanes():
    """Lanes that are closed when the test is over."""
    opened = []

    def open_lane(server: PostmarkServer, options: str = "", issue: Compiled = ISSUE):
        opened.append(transport(server, options).lane(issue))
        return opened[-1]

    yield open_lane
    for lane in opened:
        lane.close()


def assert_down(lane, told: str, *, permanent: bool) -> RouteDown:
    """The next handover raises before it draws, and the one after that tries again."""
    letters_left = Few([letter(99)])
    with pytest.raises(RouteDown, match=told) as caught:
        next(lane.hand_over(letters_left, "key"))
    assert caught.value.permanent is permanent
    assert TOKEN not in str(caught.value)
    assert next(letters_left).delivery == 99
    return caught.value


class TestPostmark(TransportContract):
    @pytest.fixture
    def rig(self):
        with PostmarkServer() as server:
            yield Rig(transport(server, "batch=5"))


# -- what is asked


def test_messages_go_to_the_documented_place_with_the_documented_fields(lanes):
    with PostmarkServer() as server:
        lane = lanes(server, "stream=outbound")
        outcomes = handed(lane, letters(2))
    heard = server.heard[0]
    assert heard.path == "/email/batch"
    asked = {name: heard.headers[name] for name in ("X-Postmark-Server-Token", "Accept", "Content-Type")}
    assert asked == {
        "X-Postmark-Server-Token": TOKEN,
        "Accept": "application/json",
        "Content-Type": "application/json",
    }
    assert heard.messages[1] == {
        "From": '"The Gardens" <news@gardens.example>',
        "To": "reader2@example.org",
        "Subject": "June",
        "HtmlBody": "<p>Hello .Zoë 2</p>",
        "TextBody": "Hello\n.\n..\n.dots\nFrom here\n.Zoë 2\n.\n",
        "Headers": [
            {"Name": "Message-ID", "Value": "<m2@gardens.example>"},
            {"Name": "X-PM-KeepID", "Value": "true"},
        ],
        "MessageStream": "outbound",
        "TrackOpens": False,
        "TrackLinks": "None",
        "Metadata": {"delivery": "2"},
    }
    assert outcomes == [
        Outcome(number, ACCEPTED, code=200, provider_id=f"00000000-0000-4000-8000-{number:012d}") for number in (1, 2)
    ]


LONG = "https://news.gardens.example/u/" + "x" * 90


def full_issue() -> Compiled:
    static = (
        headers.mailbox("From", "Gärten, Höfe & „Wege“", "news@gardens.example"),
        headers.mailbox("Reply-To", "", "desk@gardens.example"),
        headers.unstructured("Subject", "Sommer in den Gärten"),
        headers.verbatim("List-Id", "<monthly.gardens.example>"),
        headers.verbatim("Feedback-ID", "7:monthly:gardens"),
        headers.verbatim("Precedence", "bulk"),
        headers.verbatim("X-Auto-Response-Suppress", "OOF, AutoReply"),
        headers.verbatim("Content-Language", "de"),
        headers.unstructured(
            "Comments", "These are many words so that the line is folded somewhere in the middle of it"
        ),
        headers.verbatim("Archived-At", "<https://news.gardens.example/7>"),
    )
    return Compiled({"de": Part("de", "Sommer in den Gärten", ("<p>Hallo</p>",), ("Hallo\n",), static)})


def full_letter(name: str = "Zoë O'Neill, “die Größte”") -> Letter:
    own = (
        headers.mailbox("To", name, "zoe@bücher.example"),
        headers.verbatim("Message-ID", "<m1@gardens.example>"),
        b"Date: Tue, 09 Jul 2024 07:00:00 +0000\r\n",
        headers.list_unsubscribe(LONG),
    )
    return Letter(1, "de", "zoe@bücher.example", name, "", own)


def test_every_header_that_makes_sense_goes_along_unfolded(lanes):
    with PostmarkServer() as server:
        handed(lanes(server, issue=full_issue()), [full_letter()])
    message = server.taken[0]
    assert message["ReplyTo"] == "desk@gardens.example"
    assert message["Subject"] == "Sommer in den Gärten"
    assert [(one["Name"], one["Value"]) for one in message["Headers"]] == [
        ("List-Id", "<monthly.gardens.example>"),
        ("Feedback-ID", "7:monthly:gardens"),
        ("Precedence", "bulk"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Content-Language", "de"),
        ("Comments", "These are many words so that the line is folded somewhere in the middle of it"),
        ("Archived-At", "<https://news.gardens.example/7>"),
        ("Message-ID", "<m1@gardens.example>"),
        ("List-Unsubscribe", f"<{LONG}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("X-PM-KeepID", "true"),
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", "zoe@xn--bcher-kva.example"),
        ("Zoe", '"Zoe" <zoe@xn--bcher-kva.example>'),
        ("O'Neill, Zoë", '"O\'Neill, Zoë" <zoe@xn--bcher-kva.example>'),
        ('The "Great" \\ One', '"The \\"Great\\" \\\\ One" <zoe@xn--bcher-kva.example>'),
        ("<other@evil.example>,", '"<other@evil.example>," <zoe@xn--bcher-kva.example>'),
        ("م" * 60, f'"{"م" * 60}" <zoe@xn--bcher-kva.example>'),
    ],
)
def test_name_is_decoded_and_never_becomes_a_second_recipient(name, shown, lanes):
    with PostmarkServer() as server:
        handed(lanes(server, issue=full_issue()), [full_letter(name)])
    assert server.taken[0]["To"] == shown


def test_requests_are_what_postmark_s_own_description_asks_for(lanes):
    if not CONTRACT.exists():
        pytest.skip("Postmark's description of its API is not beside this repository")
    jsonschema, yaml = pytest.importorskip("jsonschema"), pytest.importorskip("yaml")
    described = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    with PostmarkServer() as server:
        handed(lanes(server, issue=full_issue()), [full_letter()])
        handed(lanes(server), letters(7))
    schema = {"$ref": "#/definitions/SendEmailBatchRequest", "definitions": described["definitions"]}
    for heard in server.heard:
        jsonschema.Draft4Validator(schema).validate(heard.messages)
    # It is older than message streams and metadata; everything else is in it.
    known = set(described["definitions"]["SendEmailRequest"]["properties"])
    assert set(server.taken[0]) - known == {"MessageStream", "Metadata"}
    assert "/email/batch" in described["paths"]


# -- how many in one request


def test_five_hundred_go_in_one_request(lanes):
    with PostmarkServer() as server:
        assert set(verdicts(handed(lanes(server), letters(1001)))) == {ACCEPTED}
    assert sizes(server) == [500, 500, 1]
    assert recipients(server) == [f"reader{number}@example.org" for number in range(1, 1002)]


def test_group_is_the_batch():
    opened = open_transport("trial", f"postmark://{TOKEN}@?batch=40&connections=3&rate=9.5")
    assert (opened.limits.group, opened.limits.lanes, opened.limits.streaming) == (40, 3, False)
    assert opened.limits.rate == 9.5


class Slow(Few):
    """Letters of which only so many are there; drawing the next would wait."""

    def __init__(self, these: list[Letter], ready: int, told: list[Outcome]) -> None:
        super().__init__(these)
        self._ready, self._told = ready, told
        self.drawn = 0
        self.waited_after: list[int] = []

    def ready(self) -> bool:
        return self.drawn < self._ready

    def __next__(self) -> Letter:
        if not self.ready():
            self.waited_after.append(len(self._told))
            assert len(self._told) == self.drawn, "it waits with an outcome in hand"
            self._ready += 3
        one = super().__next__()
        self.drawn += 1
        return one


def test_what_is_in_hand_is_posted_before_it_waits(lanes):
    told: list[Outcome] = []
    with PostmarkServer(inactive=frozenset({"reader3@example.org"})) as server:
        slow = Slow(letters(8), 3, told)
        for outcome in lanes(server).hand_over(slow, "key"):
            told.append(outcome)  # noqa: PERF402 -- the letters look at it in between
    assert sizes(server) == [3, 3, 2]
    assert [outcome.delivery for outcome in told] == list(range(1, 9))
    assert slow.waited_after == [3, 6]


def test_batch_is_cut_by_bytes(lanes, monkeypatch):
    monkeypatch.setattr(postmark, "BATCH_BYTES", 45_000)
    with PostmarkServer(largest=50_000) as server:
        outcomes = handed(lanes(server, issue=compiled("x" * 9_000)), letters(10))
    assert set(verdicts(outcomes)) == {ACCEPTED}
    assert sizes(server) == [4, 4, 2]
    assert max(len(heard.body) for heard in server.heard) <= 45_002


def test_batch_of_large_messages_stays_below_the_documented_size(lanes):
    with PostmarkServer() as server:
        outcomes = handed(lanes(server, issue=compiled("x" * 4_900_000)), letters(11))
    assert set(verdicts(outcomes)) == {ACCEPTED}
    assert sizes(server) == [9, 2]


def test_too_large_a_letter_is_not_sent_and_the_others_are(lanes):
    name = Slot("name", Context.HTML)
    static = (headers.mailbox("From", "", "news@gardens.example"), headers.unstructured("Subject", "June"))
    issue = Compiled({"en": Part("en", "June", ("<p>", name, "</p>"), ("text\n",), static)})
    these = [letter(number)._replace(language="en") for number in (1, 2, 3)]
    these[1] = these[1]._replace(values={"name": "ü" * 2_600_000})
    with PostmarkServer() as server:
        outcomes = handed(lanes(server, issue=issue), these)
    assert verdicts(outcomes) == [ACCEPTED, REJECTED, ACCEPTED]
    assert (outcomes[1].delivery, outcomes[1].fault) == (2, Fault.ISSUE)
    assert "The HTML has 5200007 bytes" in outcomes[1].text
    assert recipients(server) == ["reader1@example.org", "reader3@example.org"]


def test_message_above_ten_megabytes_is_not_sent(lanes, monkeypatch):
    monkeypatch.setattr(postmark_message, "BODY_BYTES", 20_000_000)
    with PostmarkServer() as server:
        outcomes = handed(lanes(server, issue=compiled("x" * 10_000_000)), letters(1))
    assert (outcomes[0].verdict, outcomes[0].fault) == (REJECTED, Fault.ISSUE)
    assert "Postmark takes 10000000" in outcomes[0].text
    assert server.heard == []


@pytest.mark.parametrize(
    "line",
    [
        b"X-Note: one\nBcc: other@evil.example\r\n",
        b"X-Note: one\rtwo\r\n",
        b"X-Note: \x00\r\n",
        "X-Note: ü\r\n".encode(),
    ],
)
def test_letter_with_a_broken_header_is_not_sent_and_the_others_are(line, lanes):
    these = letters(3)
    these[1] = these[1]._replace(headers=(*these[1].headers, line))
    with PostmarkServer() as server:
        outcomes = handed(lanes(server), these)
    assert verdicts(outcomes) == [ACCEPTED, REJECTED, ACCEPTED]
    assert outcomes[1].fault is Fault.ISSUE
    assert sizes(server) == [2]


def test_letter_without_a_value_or_a_language_is_not_sent_and_the_others_are(lanes):
    these = letters(4)
    these[1] = these[1]._replace(values={})
    these[2] = these[2]._replace(language="la")
    with PostmarkServer() as server:
        outcomes = handed(lanes(server), these)
    assert verdicts(outcomes) == [ACCEPTED, REJECTED, REJECTED, ACCEPTED]
    assert sizes(server) == [2]


def test_what_was_drawn_goes_out_when_the_next_cannot_be_had(lanes):
    def failing():
        yield from letters(3)
        raise RuntimeError("no more")

    told = []
    with PostmarkServer() as server:
        with pytest.raises(RuntimeError, match="no more"):
            for outcome in lanes(server).hand_over(Few(failing()), "key"):
                told.append(outcome)  # noqa: PERF402 -- kept when the next raises
        assert recipients(server) == [one.address for one in letters(3)]
    assert verdicts(told) == [ACCEPTED] * 3


# -- an answer for each


def test_mixed_batch_is_told_apart(lanes):
    with PostmarkServer(
        inactive=frozenset({"reader2@example.org"}), invalid=frozenset({"reader3@example.org"})
    ) as server:
        lane = lanes(server)
        outcomes = handed(lane, letters(4))
        assert verdicts(outcomes) == [ACCEPTED, REJECTED, REJECTED, ACCEPTED]
        assert [(one.fault, one.code) for one in outcomes[1:3]] == [(Fault.READER, 406), (Fault.READER, 300)]
        assert "marked as inactive" in outcomes[1].text
        assert outcomes[2].text == "Invalid 'To' address: 'reader3@example.org'."
        assert outcomes[3].provider_id == "00000000-0000-4000-8000-000000000002"
        assert verdicts(handed(lane, [letter(5)])) == [ACCEPTED]


@pytest.mark.parametrize(
    ("code", "text", "verdict", "fault"),
    [
        (406, "Found inactive addresses: 'From'@example.org.", REJECTED, Fault.READER),
        (300, "Error parsing 'To': Illegal email domain 'x.' in address 'a@x.'.", REJECTED, Fault.READER),
        (300, "Invalid 'To' address: ''From'@x'.", REJECTED, Fault.READER),
        (300, "Invalid 'From' address: 'news@x'.", DEFERRED, Fault.ROUTE),
        (300, "Provide either email TextBody or HtmlBody or both.", REJECTED, Fault.ISSUE),
        (300, "", REJECTED, Fault.ISSUE),
        (403, "Incompatible JSON", REJECTED, Fault.ISSUE),
        (405, "Not allowed to send", DEFERRED, Fault.ROUTE),
        (412, "All recipient addresses must share the same domain as the 'From' address.", DEFERRED, Fault.ROUTE),
        (413, "Account may not send", DEFERRED, Fault.ROUTE),
        (400, "The 'From' address you supplied is not a Sender Signature.", DEFERRED, Fault.ROUTE),
        (1235, "The stream provided: 'x' does not exist on this server.", DEFERRED, Fault.ROUTE),
        (1236, "Sending is not supported on the supplied 'MessageStream'.", DEFERRED, Fault.ROUTE),
        (100, "Maintenance", DEFERRED, Fault.ROUTE),
        (429, "Rate limit exceeded", DEFERRED, Fault.ROUTE),
        (9999, "Something new about 'To'", DEFERRED, Fault.ROUTE),
    ],
)
def test_code_of_one_letter_names_whose_fault_it_is(code, text, verdict, fault):
    assert judge(code, text) == (verdict, fault)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (405, "Not allowed to send: out of credits."),
        (412, "Your account is pending."),
        (413, "Account may not send."),
        (401, "The 'From' address you supplied is a Sender Signature that is not confirmed."),
        (10, "The token is wrong."),
    ],
)
def test_state_of_the_account_puts_off_and_stops_the_route(code, text, lanes):
    reply = Reply(200, [said(0, "OK") | {"MessageID": "x"}, said(code, text), said(code, text)])
    with PostmarkServer([reply]) as server:
        lane = lanes(server)
        outcomes = handed(lane, letters(3))
        assert verdicts(outcomes) == [ACCEPTED, DEFERRED, DEFERRED]
        assert [(one.fault, one.code, one.text) for one in outcomes[1:]] == [(Fault.ROUTE, code, text)] * 2
        assert_down(lane, f"says {code} ", permanent=True)
        assert verdicts(handed(lane, [letter(4)])) == [ACCEPTED]


def test_stream_that_does_not_exist_stops_the_route(lanes):
    with PostmarkServer() as server:
        lane = lanes(server, "stream=monthly")
        assert verdicts(handed(lane, letters(2))) == [DEFERRED, DEFERRED]
        assert_down(lane, "'monthly' does not exist", permanent=True)


def test_group_that_stops_the_route_is_the_last_that_is_drawn(lanes):
    with PostmarkServer([Reply(200, [said(405, "no")] * 2)]) as server:
        drawn = Few(letters(5))
        assert verdicts(list(lanes(server, "batch=2").hand_over(drawn, "key"))) == [DEFERRED, DEFERRED]
        assert [one.delivery for one in drawn] == [3, 4, 5]


@pytest.mark.parametrize("code", [100, 429])
def test_letter_for_which_there_is_no_time_now_makes_the_route_wait(code, lanes):
    with PostmarkServer([Reply(200, [said(code, "not now")] * 3)]) as server:
        lane = lanes(server)
        assert verdicts(handed(lane, letters(3))) == [DEFERRED] * 3
        assert lane._too_often == 1
        assert assert_down(lane, "not now", permanent=False).retry_after == postmark.WAIT


@pytest.mark.parametrize(
    "entry",
    ["OK", None, {}, {"ErrorCode": "0"}, {"ErrorCode": True}, {"ErrorCode": -1}, {"ErrorCode": 10**12}, [0], 0],
)
def test_entry_that_cannot_be_read_leaves_doubt_of_that_one(entry, lanes):
    good = said(0, "OK") | {"MessageID": "x"}
    with PostmarkServer([Reply(200, [good, entry, good])]) as server:
        lane = lanes(server)
        assert verdicts(handed(lane, letters(3))) == [ACCEPTED, UNCERTAIN, ACCEPTED]
        assert verdicts(handed(lane, [letter(4)])) == [ACCEPTED]


@pytest.mark.parametrize("id_", [{}, {"MessageID": None}, {"MessageID": 7}])
def test_acceptance_without_an_id_is_one(id_, lanes):
    with PostmarkServer([Reply(200, [said(0, "OK") | id_])]) as server:
        assert handed(lanes(server), letters(1)) == [Outcome(1, ACCEPTED, code=200)]


def test_text_that_cannot_be_shown_or_stored_is_made_so(lanes):
    with PostmarkServer([Reply(200, [said(300, f"a\0b\r\nc \ud800 {TOKEN} " + "d" * 5000)])]) as server:
        text = handed(lanes(server), letters(1))[0].text
    assert text.startswith("a b c ? *** ddd")
    assert len(text) == 500


# -- a request that is spoilt


def test_message_that_spoils_the_request_is_found_and_the_others_go_once(lanes):
    with PostmarkServer(poisonous=frozenset({"reader37@example.org", "reader90@example.org"})) as server:
        lane = lanes(server)
        outcomes = handed(lane, letters(100))
        assert [one.delivery for one in outcomes] == list(range(1, 101))
        refused = [one for one in outcomes if one.verdict is not ACCEPTED]
        assert [(one.delivery, one.verdict, one.fault, one.code) for one in refused] == [
            (number, REJECTED, Fault.ISSUE, 403) for number in (37, 90)
        ]
        assert recipients(server) == [one.address for one in letters(100) if one.delivery not in {37, 90}]
        assert verdicts(handed(lane, [letter(101)])) == [ACCEPTED]


def test_too_large_a_request_is_halved(lanes):
    with PostmarkServer(largest=50_000) as server:
        outcomes = handed(lanes(server, issue=compiled("x" * 9_000)), letters(10))
    assert set(verdicts(outcomes)) == {ACCEPTED}
    assert sizes(server) == [10, 5, 5]


@pytest.mark.parametrize(
    ("reply", "fault", "code"),
    [
        (error(422, 402, "Invalid JSON"), Fault.ISSUE, 402),
        (error(422, 300, "Error parsing 'To': Illegal."), Fault.READER, 300),
        (error(422, 406, "Inactive."), Fault.READER, 406),
        (error(422, 9999, "New."), Fault.ISSUE, 9999),
        (Reply(422, b"<html>"), Fault.ISSUE, 422),
        (Reply(413, b"<html>", close=True), Fault.ISSUE, 413),
        (Reply(400, b""), Fault.ISSUE, 400),
    ],
)
def test_message_that_is_refused_alone_is_rejected(reply, fault, code, lanes):
    with PostmarkServer([reply]) as server:
        lane = lanes(server)
        outcome = handed(lane, letters(1))[0]
        assert (outcome.verdict, outcome.fault, outcome.code) == (REJECTED, fault, code)
        assert verdicts(handed(lane, [letter(2)])) == [ACCEPTED]


def test_many_refused_in_a_row_stop_the_route(lanes):
    with PostmarkServer(poisonous=frozenset(one.address for one in letters(100))) as server:
        lane = lanes(server)
        outcomes = handed(lane, letters(100))
        assert verdicts(outcomes) == [REJECTED] * 10 + [NOT_STARTED] * 90
        assert_down(lane, "refuses one letter after the other: 422", permanent=True)


@pytest.mark.parametrize("code", [10, 400, 401, 405, 412, 413])
def test_request_refused_for_the_account_s_state_is_not_halved(code, lanes):
    with PostmarkServer([error(422, code, "not you")]) as server:
        lane = lanes(server)
        assert verdicts(handed(lane, letters(4))) == [NOT_STARTED] * 4
        assert sizes(server) == [4]
        assert_down(lane, "says 422 not you", permanent=True)


def test_route_that_goes_down_between_halves_leaves_the_rest_untouched(lanes):
    with PostmarkServer([error(422, 403, "bad"), None, error(401, 10, "gone")]) as server:
        lane = lanes(server)
        assert verdicts(handed(lane, letters(4))) == [ACCEPTED] * 2 + [NOT_STARTED] * 2
        assert_down(lane, "says 401 gone", permanent=True)
    assert sizes(server) == [4, 2, 2]


# -- a request that is refused as a whole


def test_wrong_token_starts_nothing(lanes):
    with PostmarkServer(token="another") as server:
        lane = lanes(server)
        outcomes = handed(lane, letters(3))
        assert verdicts(outcomes) == [NOT_STARTED] * 3
        assert {one.code for one in outcomes} == {401}
        assert_down(lane, "says 401 The Server Token", permanent=True)


@pytest.mark.parametrize("status", [401, 403, 404, 405, 415, 451])
def test_refusal_of_us_starts_nothing_and_lasts(status, lanes):
    with PostmarkServer([Reply(status, b"<html>403</html>")]) as server:
        lane = lanes(server)
        assert verdicts(handed(lane, letters(2))) == [NOT_STARTED] * 2
        assert_down(lane, f"says {status}$", permanent=True)
        assert verdicts(handed(lane, letters(2))) == [ACCEPTED] * 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed_and_starts_nothing(status, lanes):
    with PostmarkServer() as elsewhere:
        there = {"Location": f"http://127.0.0.1:{elsewhere.port}/email/batch"}
        with PostmarkServer([Reply(status, b"", there)]) as server:
            lane = lanes(server)
            assert verdicts(handed(lane, letters(2))) == [NOT_STARTED] * 2
            assert_down(lane, f"says {status}", permanent=True)
    assert elsewhere.connections == 0


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        ({"Retry-After": "17"}, 17),
        ({"Retry-After": "99999"}, 3600),
        ({"Retry-After": "Tue, 09 Jul 2024 07:02:00 GMT", "Date": "Tue, 09 Jul 2024 07:00:00 GMT"}, 120),
        ({"Retry-After": "Tue, 09 Jul 2024 06:00:00 GMT", "Date": "Tue, 09 Jul 2024 07:00:00 GMT"}, 60),
        ({"Retry-After": "Tue, 09 Jul 2024 07:02:00 -0000", "Date": "Tue, 09 Jul 2024 07:00:00 GMT"}, 60),
        ({"Retry-After": "0"}, 60),
        ({"Retry-After": "-5"}, 60),
        ({"Retry-After": "9" * 500}, 60),
        ({"Retry-After": "soon"}, 60),
        ({}, 60),
    ],
)
def test_too_many_requests_start_nothing_and_wait(sent, seconds):
    with PostmarkServer([error(429, 429, "Rate limit exceeded", sent)]) as server:
        server.send_date = "Date" not in sent
        lane = transport(server).lane(ISSUE)
        assert verdicts(handed(lane, letters(2))) == [NOT_STARTED] * 2
        down = assert_down(lane, "says 429 Rate limit exceeded", permanent=False)
        lane.close()
    assert down.retry_after is not None
    assert down.retry_after.total_seconds() == seconds


def test_wait_grows_until_something_is_taken(lanes):
    often = error(429, 429, "Rate limit exceeded")
    with PostmarkServer([*[often] * 9, None, often]) as server:
        lane, waits = lanes(server), []
        for _ in range(9):
            handed(lane, letters(1))
            waits.append(assert_down(lane, "429", permanent=False).retry_after.total_seconds() / 60)
        assert verdicts(handed(lane, letters(1))) == [ACCEPTED]
        handed(lane, letters(1))
        waits.append(assert_down(lane, "429", permanent=False).retry_after.total_seconds() / 60)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 1]


def test_maintenance_starts_nothing(lanes):
    with PostmarkServer([error(503, 100, "The API is offline for maintenance.", {"Retry-After": "600"})]) as server:
        lane = lanes(server)
        assert verdicts(handed(lane, letters(2))) == [NOT_STARTED] * 2
        assert assert_down(lane, "offline", permanent=False).retry_after.total_seconds() == 600


# -- doubt


@pytest.mark.parametrize(
    "reply",
    [
        *(Reply(status, b"<html>") for status in (500, 502, 503, 504, 529)),
        error(500, 0, "We were notified."),
        error(503, 7, "Who knows?"),
        Reply(408, b""),
        Reply(202, b"[]"),
        Reply(200, b""),
        Reply(200, b"<html>"),
        Reply(200, b"[" * 200_000),
        Reply(200, b"\xff\xfe"),
        Reply(200, {"ErrorCode": 0}),
        Reply(200, None),
        Reply(200, []),
        Reply(200, [said(0, "OK")]),
        Reply(200, [said(0, "OK")] * 3),
        Reply(200, [said(0, "OK")] * 2, cut=10),
        Reply(200, b" " * 6_000_000 + b"[]"),
        Reply(200, b"[]", {"Transfer-Encoding": "chunked"}, close=True),
    ],
    ids=itertools.count(),
)
def test_answer_that_proves_nothing_leaves_doubt_and_nothing_more_is_sent(reply, lanes):
    with PostmarkServer([reply]) as server:
        lane = lanes(server, "batch=2")
        drawn = Few(letters(4))
        outcomes = list(lane.hand_over(drawn, "key"))
        assert verdicts(outcomes) == [UNCERTAIN] * 2
        assert len(list(drawn)) == 2
        assert len(server.heard) == 1
        assert_down(lane, "127.0.0.1", permanent=False)
        assert verdicts(handed(lane, letters(2, 3))) == [ACCEPTED] * 2


@pytest.mark.parametrize("act", [Act.CLOSE, Act.RESET, Act.HUSH])
def test_line_that_breaks_after_the_request_leaves_doubt(act, lanes, monkeypatch):
    monkeypatch.setattr(postmark, "TIMEOUT", (5.0, 0.5))
    with PostmarkServer([act]) as server:
        lane = lanes(server)
        assert verdicts(handed(lane, letters(2))) == [UNCERTAIN] * 2
        assert len(server.heard) == 1
        assert_down(lane, "broke off before an answer", permanent=False)
        assert verdicts(handed(lane, letters(2, 3))) == [ACCEPTED] * 2


def test_line_that_breaks_in_the_request_starts_nothing(lanes):
    with PostmarkServer([Act.RESET_BEFORE_READING]) as server:
        lane = lanes(server, issue=compiled("x" * 4_000_000))
        assert verdicts(handed(lane, letters(8))) == [NOT_STARTED] * 8
        assert_down(lane, "cannot be used", permanent=False)
        assert server.heard == []


def test_doubt_of_one_request_leaves_the_next_of_the_same_batch_untouched(lanes, monkeypatch):
    monkeypatch.setattr(postmark, "BATCH_BYTES", 45_000)
    with PostmarkServer([None, Reply(500)]) as server:
        lane = lanes(server, issue=compiled("x" * 9_000))
        outcomes = handed(lane, letters(10))
        assert verdicts(outcomes) == [ACCEPTED] * 4 + [UNCERTAIN] * 4 + [NOT_STARTED] * 2
        assert sizes(server) == [4, 4]


# -- no line at all


def test_nobody_listening_starts_nothing(lanes):
    with PostmarkServer() as server:
        lane = lanes(server)
    assert verdicts(handed(lane, letters(2))) == [NOT_STARTED] * 2
    assert_down(lane, f"127.0.0.1:{server.port} cannot be used: .*refused", permanent=False)


@pytest.mark.parametrize("host", ["nowhere.invalid", "x" * 80 + ".invalid", "a..b", "%20", "[::1"[1:] + ".invalid"])
def test_name_that_cannot_be_one_starts_nothing(host, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # no test asks the DNS
    lane = PostmarkTransport("trial", PostmarkOptions(TOKEN, f"https://{host}")).lane(ISSUE)
    assert verdicts(handed(lane, letters(2))) == [NOT_STARTED] * 2
    assert_down(lane, "cannot be used", permanent=False)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def elsewhere():
    """An address of this machine that is not taken for it: the transport encrypts."""
    if sys.platform != "linux":
        pytest.skip("only Linux answers at 127.0.0.2 without being told to")
    return "127.0.0.2"


def tls_for(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_certificate_is_verified(authority, elsewhere, lanes, monkeypatch, tmp_path):
    with PostmarkServer(host=elsewhere, tls=tls_for(authority, elsewhere)) as server:
        lane = lanes(server)
        assert verdicts(handed(lane, letters(2))) == [NOT_STARTED] * 2
        assert_down(lane, "CERTIFICATE_VERIFY_FAILED", permanent=True)
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(tmp_path / "ca.pem"))
        assert verdicts(handed(lane, letters(2))) == [ACCEPTED] * 2
    with PostmarkServer(host=elsewhere, tls=tls_for(authority, "other.example")) as server:
        lane = lanes(server)
        assert verdicts(handed(lane, letters(2))) == [NOT_STARTED] * 2
        assert_down(lane, "CERTIFICATE_VERIFY_FAILED", permanent=True)
    assert server.heard == []


def test_other_side_without_encryption_starts_nothing(elsewhere, lanes):
    with PostmarkServer(host=elsewhere) as server:
        lane = lanes(server)
        assert verdicts(handed(lane, letters(2))) == [NOT_STARTED] * 2
        assert_down(lane, "cannot be used", permanent=False)
    assert server.heard == []


# -- one connection


def test_connection_is_used_again_and_not_when_it_is_old(lanes, monkeypatch):
    with PostmarkServer() as server:
        lane = lanes(server)
        for start in (1, 3, 5):
            handed(lane, letters(2, start))
        assert server.connections == 1
        monkeypatch.setattr(postmark, "IDLE_SECONDS", 0.0)
        handed(lane, letters(2, 7))
        assert server.connections == 2
    assert len(server.taken) == 8


def test_connection_that_was_closed_meanwhile_costs_nothing(lanes):
    with PostmarkServer([Reply(200, [said(0, "OK")], {"Connection": "close"})]) as server:
        lane = lanes(server)
        assert verdicts(handed(lane, letters(1))) == [ACCEPTED]
        assert verdicts(handed(lane, letters(1, 2))) == [ACCEPTED]
        assert server.connections == 2


# -- nothing from the environment, and no token anywhere


def test_neither_netrc_nor_proxy_is_used(lanes, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with PostmarkServer() as server:
        assert verdicts(handed(lanes(server), letters(2))) == [ACCEPTED] * 2
    assert "Authorization" not in server.heard[0].headers
    assert server.heard[0].headers["X-Postmark-Server-Token"] == TOKEN


def test_token_is_in_no_log_text_or_repr(lanes, caplog):
    caplog.set_level(logging.DEBUG)
    telling = [
        error(401, 10, f"{TOKEN} is wrong"),
        Reply(200, [said(300, f"Invalid 'To': {TOKEN}")] * 2, {"X-Request-Id": TOKEN}),
        error(429, 429, TOKEN),
        Reply(500, said(0, TOKEN)),
        Act.CLOSE,
    ]
    with PostmarkServer(telling) as server:
        opened = transport(server)
        lane, told = lanes(server), [repr(opened), repr(vars(opened)), str(opened.options)]
        for _ in telling:
            told += [repr(outcome) for outcome in handed(lane, letters(2))]
            try:
                handed(lane, [])
            except RouteDown as down:
                told.append(repr(down))
        told += [repr(lane), repr(lane._session)]
    assert "answered request" in caplog.text
    assert TOKEN not in "\n".join([*told, caplog.text])


def test_request_id_is_logged(lanes, caplog):
    caplog.set_level(logging.DEBUG, logger=postmark.__name__)
    with PostmarkServer() as server:
        handed(lanes(server), letters(1))
    assert caplog.messages == [f"127.0.0.1:{server.port} answered request r-1 with 200"]


# -- its URL


def options(url: str) -> PostmarkOptions:
    opened = open_transport("main", url)
    assert isinstance(opened, PostmarkTransport)
    return opened.options


def test_defaults():
    assert options("postmark://abc@") == PostmarkOptions("abc", "https://api.postmarkapp.com", "broadcast", 500, 1)


def test_every_option():
    found = options("postmark://a%40b@mail.example:8443/?stream=monthly-news&batch=50&rate=10&connections=4")
    assert found == PostmarkOptions("a@b", "https://mail.example:8443", "monthly-news", 50, 4, 10.0)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1:8025", "http://127.0.0.1:8025"),
        ("localhost", "http://localhost"),
        ("[::1]:8025", "http://[::1]:8025"),
        ("10.0.0.1", "https://10.0.0.1"),
        ("[2001:db8::1]", "https://[2001:db8::1]"),
        ("localhost.example", "https://localhost.example"),
    ],
)
def test_only_this_machine_is_spoken_to_unencrypted(host, url):
    assert options(f"postmark://abc@{host}").url == url
    assert is_remote(f"postmark://abc@{host}") is url.startswith("https")


def test_service_itself_is_remote():
    assert is_remote("postmark://abc@")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postmark://", "it is written as postmark://TOKEN@"),
        ("postmark:", "it is written as postmark://TOKEN@"),
        ("postmark://hunter2", "it is written as postmark://TOKEN@"),
        ("postmark:hunter2@", "it is written as postmark://TOKEN@"),
        ("postmark://@api.postmarkapp.com", "it is written as postmark://TOKEN@"),
        ("postmark://hunter2:@", "it is written as postmark://TOKEN@"),
        ("postmark://user:hunter2@", "it is written as postmark://TOKEN@"),
        ("postmark://hun%0Ater2@", "it is written as postmark://TOKEN@"),
        ("postmark://hun%C3%BCter2@", "it is written as postmark://TOKEN@"),
        ("postmark://hunter2@/path", "it is written as postmark://TOKEN@"),
        ("postmark://hunter2@:x", "the port is not a number"),
        ("postmark://hunter2@h:0", "the port is not a number"),
        ("postmark://hunter2@?batch=501", "batch=501 is not a number between 1 and 500"),
        ("postmark://hunter2@?batch=0", "batch=0 is not"),
        ("postmark://hunter2@?connections=0", "connections=0 is not"),
        ("postmark://hunter2@?rate=0", "rate=0 is not"),
        ("postmark://hunter2@?stream=", "stream= is no message stream's id"),
        ("postmark://hunter2@?stream=a%0Ab", "is no message stream's id"),
        ("postmark://hunter2@?tls=none", "no option tls; known are batch, connections, rate, stream"),
        ("postmark://hunter2@?batch=1&batch=2", "twice"),
        ("postmark://hun#ter2@", "cannot be read"),
    ],
)
def test_wrong_url_is_refused_without_showing_the_token(url, told):
    with pytest.raises(Misconfigured) as refused:
        open_transport("main", url)
    text = str(refused.value)
    assert text.startswith("Transport main: ")
    assert told in text
    assert "hunter2" not in text
    assert "ter2" not in text


def test_handing_helper_and_lane_agree(lanes):
    """A lane that answers for every letter leaves nothing for the helper to add."""
    outcomes: list[Outcome] = []
    with PostmarkServer([Reply(500)]) as server:
        hand_over(lanes(server), letters(3), "key", outcomes)
    assert verdicts(outcomes) == [UNCERTAIN] * 3
