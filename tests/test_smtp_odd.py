"""Whatever a server answers, and whenever it hangs up or falls silent: never a wrong verdict, a second copy, a hang."""

import time
from collections import Counter
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.delivery.handing import hand_over
from newsletter.delivery.model import RouteDown
from newsletter.delivery.transports import connecting, line
from tests.smtp_rig import ACCEPTED, EVERY, NOT_STARTED, UNCERTAIN, Mode
from tests.smtp_server import Act
from tests.transport_contract import letters, message

SECONDS = 0.06  # as long as anything is waited for
MODES = (*EVERY, *(Mode(f"{mode.name}, none ready", mode.extensions, ready=False) for mode in EVERY))
DONE = {"GREETING": "220 hello", "EHLO": "250 hello", "DATA": "354 go on"}

codes = st.sampled_from([400, 421, 450, 451, 452, 499, 500, 503, 530, 535, 550, 552, 554, 599])
details = st.sampled_from(["", "4.7.1 ", "5.1.1 ", "4.2.2 ", "5.7.1 ", "2.0.0 "])
refusals = st.builds(lambda code, detail: f"{code} {detail}no", codes, details)
unfit = st.sampled_from(["250 ok", "251 will forward", "220 hello", "354 go on", "334 go on", "252 perhaps"])
garbage = [b"what?\r\n", b"\r\n", b"2 50\r\n", b"150 soon\r\n", b"650 ok\r\n", b"250-half\r\nrest\r\n",
           b"HTTP/1.1 200 OK\r\n", b"\xff\xfe\r\n", b"250 " + b"x" * 9000, b"250-and\r\n" * 130]  # fmt: skip
no_replies = st.sampled_from(garbage)
ends = st.sampled_from([Act.CLOSE, Act.RESET])


def written(reply: str, form: int) -> bytes | tuple[bytes, ...]:
    """One reply, in one of the forms that it may have."""
    code, text = reply[:3].encode(), reply[4:].encode()
    whole = code + b" " + text + b"\r\n"
    forms = (
        whole,
        code + b"-" + text + b"\r\n" + code + b"-\r\n" + code + b" \xe9\xff \x00\r\n",
        code + b"\r\n",
        code + b" " + text + b"\n",
    )
    if form < len(forms):
        return forms[form]
    return tuple(whole[index : index + 1] for index in range(len(whole)))


@cache
def answers(command: str, *, in_flight: bool):
    """What may be answered to a command; None is the usual. `in_flight`: replies are all that tells messages apart."""
    usual = DONE.get(command, "250 ok")
    whole = st.builds(written, st.just(usual) | refusals | unfit, st.integers(0, 5))
    ended = st.builds(lambda reply, at, end: (reply.encode()[:at] + b"\r\n" * (at > len(reply)), end),
                      st.just(usual) | refusals, st.integers(0, 16), ends)  # fmt: skip
    extra = (
        no_replies
        if in_flight
        else no_replies | st.sampled_from([b"250 ok\r\n", b"354 go\r\n", b"550 no\r\n", b"421 bye\r\n"])
    )
    more = st.builds(lambda reply, after: f"{reply}\r\n".encode() + after, st.just(usual) | refusals, extra)
    closing = st.builds(lambda end: ("421 4.3.2 closing", end), ends) | st.just("421 4.3.2 not for long")
    kinds = [st.none(), st.none(), whole, whole, ended, more, closing, no_replies, ends, st.just(Act.HUSH)]
    return st.lists(st.one_of(kinds), max_size=6)


@st.composite
def cases(draw):
    mode = draw(st.sampled_from(MODES))
    commands = ["MAIL", "RCPT", "CONTENT", "RSET", *(["DATA"] if not mode.chunks else [])]
    in_flight = mode.chunks and mode.pipelines
    script = {command: draw(answers(command, in_flight=in_flight)) for command in commands}
    if draw(st.integers(0, 9)) == 0:
        script |= {command: draw(answers(command, in_flight=False)) for command in ("GREETING", "EHLO", "QUIT")}
    return mode, script, draw(st.lists(st.integers(1, 5), min_size=1, max_size=2))


def check(case) -> None:
    mode, script, counts = case
    outcomes, started, sent = [], 1, letters(sum(counts))
    with mode.server(script) as server:
        lane = mode.lane(mode.transport(server))
        try:
            for count in counts:
                told, began = [], time.monotonic()
                try:
                    hand_over(lane, letters(count, started), "key", told)
                except RouteDown:
                    assert {outcome.verdict for outcome in told} == {NOT_STARTED}
                assert time.monotonic() - began < 10
                assert [outcome.delivery for outcome in told] == list(range(started, started + count))
                outcomes += told
                started += count
        finally:
            lane.close()
    kept = Counter((got.sender, got.recipient, got.content) for got in server.messages)
    assert set(kept.values()) <= {1}
    for one, outcome in zip(sent, outcomes, strict=True):
        has_it = kept.pop((one.return_path, one.address, message(one)), 0)
        assert not outcome.text.startswith("The line broke while")
        assert outcome.verdict in {ACCEPTED, UNCERTAIN} if has_it else outcome.verdict is not ACCEPTED
    assert not kept  # nobody got an empty message, a half one, or somebody else's


@pytest.fixture(autouse=True, scope="module")
def soon():
    with pytest.MonkeyPatch.context() as patch:
        for step in line.SECONDS:
            patch.setitem(line.SECONDS, step, SECONDS)
        patch.setattr(connecting, "CONNECT_SECONDS", SECONDS * 2)
        patch.setattr(line, "LAST_WORDS_SECONDS", SECONDS)
        patch.setattr(line, "GOODBYE_SECONDS", 0.01)
        yield


anyhow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


@settings(anyhow, max_examples=200)
@given(cases())
def test_no_answer_makes_a_wrong_verdict_a_second_copy_or_a_hang(case):
    check(case)


@pytest.mark.long
@pytest.mark.timeout(900)
@settings(anyhow, max_examples=5000)
@given(cases())
def test_no_answer_makes_a_wrong_verdict_a_second_copy_or_a_hang_in_the_long_form(case):
    check(case)
