"""What a reply comes to: every row of the table of enhanced codes, and the texts that overrule them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.model import Fault, Verdict
from newsletter.delivery.verdicts import OUR_SETTINGS, fault, judge

READER, ISSUE, SENDER, ROUTE = Fault.READER, Fault.ISSUE, Fault.SENDER, Fault.ROUTE
STEPS = ("mail", "rcpt", "data", "content")


def fault_of(code: int, text: str, step: str = "rcpt") -> Fault:
    return judge(1, code, text, step).fault


@pytest.mark.parametrize("text", ["5.1.1 a", "5.1.2 a", "5.1.3 a", "5.1.6 a", "5.1.10 null MX", "5.2.1 a", "5.4.4 a"])
def test_address_that_does_not_work_is_the_reader_s(text):
    assert fault_of(550, text) is READER
    assert fault_of(550, text, "content") is READER


@pytest.mark.parametrize("text", ["5.2.2 full", "5.2.0 something with the mailbox", "4.2.2 full", "4.2.1 not now"])
def test_trouble_with_the_mailbox_is_the_reader_s(text):
    assert fault_of(550 if text[0] == "5" else 450, text) is READER


@pytest.mark.parametrize("code", [550, 551, 553])
@pytest.mark.parametrize(
    "text",
    [
        "User unknown",
        "<a@b.example>: unknown user",
        "No such user here",
        "no such mailbox",
        "Requested action not taken: mailbox unavailable",
        "The account does not exist",
        "Invalid recipient",
        "5.0.0 User unknown",
        "5.5.0 user unknown",
        "5.4.1 no such user",
    ],
)
def test_words_tell_when_no_code_does(code, text):
    assert fault_of(code, text) is READER


@pytest.mark.parametrize("text", ["User unknown", "5.0.0 User unknown"])
@pytest.mark.parametrize("step", ["mail", "data", "content"])
def test_words_count_at_the_recipient_only(text, step):
    assert fault_of(550, text, step) is ROUTE


@pytest.mark.parametrize(("code", "text"), [(552, "over"), (452, "over"), (552, "5.2.2 over"), (452, "4.2.2 over")])
def test_full_mailbox_is_the_reader_s(code, text):
    assert fault_of(code, text) is READER


@pytest.mark.parametrize("step", ["mail", "content"])
def test_full_server_is_not_the_reader_s(step):
    assert fault_of(452, "insufficient system storage", step) is ROUTE
    assert fault_of(452, "4.3.1 insufficient system storage", "rcpt") is ROUTE


def test_too_many_recipients_is_no_bounce():
    outcome = judge(1, 452, "4.5.3 too many recipients", "rcpt")
    assert outcome.verdict is Verdict.DEFERRED
    assert outcome.fault is not READER


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("text", ["5.2.3 too big", "5.3.4 too big", "5.6.0 bad", "5.6.1 bad", "5.6.3 bad"])
def test_what_is_wrong_with_the_message_is_the_issue_s(text, step):
    assert fault_of(552, text, step) is ISSUE


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "text",
    [
        "5.7.1 no", "5.7.0 no", "5.7.20 no DKIM", "5.7.23 SPF", "5.7.25 no PTR", "5.7.26 no", "5.7.30 TLS",
        "5.7.40 no", "5.7.509 DMARC", "5.7.515 no", "5.7.606 banned", "5.1.7 bad sender", "5.1.8 bad sender",
        "4.7.0 slowly", "4.7.28 slowly",
        "listed in a blocklist", "considered spam", "against our policy", "DMARC", "your bad reputation",
        "rate limit", "Greylisted, come back", "5.1.1 blocked by a filter", "5.1.1 spam source", "5.2.2 spam source",
    ],
)  # fmt: skip
def test_distrust_is_the_sender_s(text, step):
    assert fault_of(554, text, step) is SENDER


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("code", "text"),
    [
        (550, "5.3.0 system"), (550, "5.3.1 full"), (550, "5.3.2 down"), (550, "5.4.1 no answer"),
        (550, "5.4.7 expired"), (450, "4.4.7 expired"), (550, "5.0.0"), (550, "5.5.0"), (554, "5.5.1 no"),
        (503, "5.5.1 MAIL first"), (503, "MAIL first"), (501, "5.5.4 arguments"), (502, "what?"),
        (421, "closing"), (421, "4.3.2 closing"), (421, "4.2.1 closing"), (451, "local error"), (554, "no"),
        (550, "relay access denied"), (553, "5.6.7 beyond ASCII"), (599, "unheard of"),
    ],
)  # fmt: skip
def test_what_speaks_for_nobody_is_the_route_s(code, text, step):
    assert fault_of(code, text, step) is ROUTE


@pytest.mark.parametrize("text", ["no", "5.7.0 must authenticate", "5.7.8 bad password", "5.1.1 user unknown"])
@pytest.mark.parametrize("code", sorted(OUR_SETTINGS))
@pytest.mark.parametrize("step", STEPS)
def test_our_settings_cost_no_copy_and_blame_nobody(code, text, step):
    outcome = judge(1, code, text, step)
    assert (outcome.verdict, outcome.fault) == (Verdict.DEFERRED, ROUTE)


def test_basic_code_decides_when_the_two_disagree():
    assert judge(1, 450, "5.1.1 not now", "rcpt").verdict is Verdict.DEFERRED
    assert judge(1, 550, "4.2.2 full", "rcpt").verdict is Verdict.REJECTED


@pytest.mark.parametrize(
    ("text", "enhanced"),
    [("5.1.1 no", "5.1.1"), ("5.1.10", "5.1.10"), ("no 5.1.1", None), ("5.1.1234 no", None), ("3.1.1 no", None),
     ("5.1 no", None), ("", None), ("5.7.515 Access", "5.7.515"), ("192.168.1.10", None)],
)  # fmt: skip
def test_enhanced_code_stands_at_the_beginning(text, enhanced):
    outcome = judge(7, 550, text, "rcpt")
    assert (outcome.delivery, outcome.code, outcome.enhanced, outcome.text) == (7, 550, enhanced, text)


@given(code=st.integers(200, 299))
def test_any_yes_to_the_content_is_acceptance(code):
    outcome = judge(1, code, "2.0.0 queued", "content")
    assert (outcome.verdict, outcome.fault, outcome.code) == (Verdict.ACCEPTED, Fault.NONE, code)


CODES, DETAILS = st.integers(400, 599), st.tuples(st.sampled_from("45"), st.integers(0, 7), st.integers(0, 999))


@given(CODES, st.none() | DETAILS, st.text(max_size=30), st.sampled_from(STEPS))
def test_every_refusal_has_a_verdict_by_its_class_and_a_fault(code, detail, words, step):
    text = ("{}.{}.{} ".format(*detail) if detail else "") + words
    outcome = judge(1, code, text, step)
    permanent = code >= 500 and code not in OUR_SETTINGS
    assert outcome.verdict is (Verdict.REJECTED if permanent else Verdict.DEFERRED)
    assert outcome.fault is not Fault.NONE
    assert outcome.fault is fault(code, outcome.enhanced, text, step)


@given(CODES, st.integers(0, 999), st.text(max_size=30), st.sampled_from(STEPS))
def test_policy_never_counts_against_the_reader(code, detail, words, step):
    assert fault_of(code, f"5.7.{detail} user unknown {words}", step) is not READER
