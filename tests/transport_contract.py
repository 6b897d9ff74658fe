"""What every way to hand over must do, whatever is on its other side: one suite, and a rig for each transport."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from newsletter.delivery.handing import hand_over
from newsletter.delivery.model import Letter, Outcome, Transport, Verdict
from newsletter.rendering import headers
from newsletter.rendering.mime import Compiled, Part
from newsletter.rendering.slots import Context, Slot

HELLO, NAME = Slot("name", Context.HTML), Slot("name", Context.TEXT)


def compiled(padding: str = "") -> Compiled:
    """An issue in two languages, with lines that begin with dots and a name that does."""
    static = (headers.mailbox("From", "The Gardens", "news@gardens.example"), headers.unstructured("Subject", "June"))
    return Compiled(
        {
            language: Part(language, "June", (f"<p>{word} ", HELLO, f"</p>{padding}"), (
                f"{word}\n.\n..\n.dots\nFrom here\n", NAME, "\n.\n"), static)
            for language, word in (("en", "Hello"), ("ar", "مرحبا"))
        }
    )  # fmt: skip


ISSUE = compiled()


def letter(number: int, address: str = "", language: str = "") -> Letter:
    return Letter(
        delivery=number,
        language=language or ("en", "ar")[number % 2],
        address=address or f"reader{number}@example.org",
        name="",
        return_path=f"b-{number:05d}@bounces.gardens.example",
        headers=(
            headers.mailbox("To", "", address or f"reader{number}@example.org"),
            headers.verbatim("Message-ID", f"<m{number}@gardens.example>"),
        ),
        values={"name": f".Zoë {number}"},
    )


def letters(count: int, start: int = 1) -> list[Letter]:
    return [letter(number) for number in range(start, start + count)]


def message(one: Letter, issue: Compiled = ISSUE) -> bytes:
    return issue.message(one.language, one.headers, one.values)


@dataclass(frozen=True)
class Rig:
    """A transport, and what came out at its other side: contents, and envelopes where it has such."""

    transport: Transport
    contents: Callable[[], list[bytes]] | None = None
    envelopes: Callable[[], list[tuple[str, str]]] | None = None

    def assert_got(self, sent: list[Letter]) -> None:
        """Exactly these, byte for byte, each as often as it was sent."""
        if self.contents is not None:
            got = self.contents()
            assert Counter(got) == Counter(message(one) for one in sent)
            assert all(b"\n" not in content.replace(b"\r\n", b"") for content in got)
        if self.envelopes is not None:
            assert Counter(self.envelopes()) == Counter((one.return_path, one.address) for one in sent)


class LetterError(Exception):
    """A letter could not be written."""


class TransportContract:
    """Subclass it with a fixture `rig`."""

    def test_each_letter_drawn_gets_one_outcome_in_order(self, rig):
        sent = letters(7)
        lane = rig.transport.lane(ISSUE)
        outcomes = list(lane.hand_over(sent, "key"))
        lane.close()
        assert outcomes == [Outcome(one.delivery, Verdict.ACCEPTED, code=outcomes[0].code) for one in sent]
        rig.assert_got(sent)

    def test_each_outcome_is_told_before_the_next_letter_is_drawn(self, rig):
        events = []

        def drawn() -> Iterator[Letter]:
            for one in letters(3):
                events.append(("drawn", one.delivery))
                yield one

        lane = rig.transport.lane(ISSUE)
        handing = lane.hand_over(drawn(), "key")
        while outcome := next(handing, None):
            events.append(("told", outcome.delivery))
        lane.close()
        assert events == [(what, number) for number in (1, 2, 3) for what in ("drawn", "told")]

    def test_letters_not_drawn_are_not_sent(self, rig):
        def some() -> Iterator[Letter]:
            yield from letters(2)

        lane, outcomes = rig.transport.lane(ISSUE), []
        hand_over(lane, some(), [1, 2, 3, 4], "key", outcomes)
        lane.close()
        accepted, untouched = Verdict.ACCEPTED, Verdict.NOT_STARTED
        assert [(o.delivery, o.verdict) for o in outcomes] == [
            (1, accepted), (2, accepted), (3, untouched), (4, untouched),
        ]  # fmt: skip
        rig.assert_got(letters(2))

    def test_letters_that_fail_to_be_written_are_not_sent(self, rig):
        def failing() -> Iterator[Letter]:
            yield letter(1)
            raise LetterError

        lane, outcomes = rig.transport.lane(ISSUE), []
        with pytest.raises(LetterError):
            hand_over(lane, failing(), [1, 2, 3], "key", outcomes)
        verdicts = {outcome.delivery: outcome.verdict for outcome in outcomes}
        assert verdicts == {1: Verdict.ACCEPTED, 2: Verdict.NOT_STARTED, 3: Verdict.NOT_STARTED}
        assert [outcome.verdict for outcome in lane.hand_over([letter(4)], "again")] == [Verdict.ACCEPTED]
        lane.close()
        rig.assert_got([letter(1), letter(4)])

    def test_handover_left_in_the_middle_sends_nothing_more(self, rig):
        lane = rig.transport.lane(ISSUE)
        handing = lane.hand_over(letters(3), "key")
        next(handing)
        handing.close()
        lane.close()
        rig.assert_got(letters(1))

    def test_several_handovers_over_one_lane(self, rig):
        lane = rig.transport.lane(ISSUE)
        for start in (1, 4, 7):
            assert len(list(lane.hand_over(letters(3, start), f"key{start}"))) == 3
        lane.close()
        rig.assert_got(letters(9))

    def test_handover_without_letters_does_nothing(self, rig):
        lane = rig.transport.lane(ISSUE)
        assert list(lane.hand_over([], "key")) == []
        lane.close()
        rig.assert_got([])

    def test_lanes_side_by_side(self, rig):
        at_once = threading.Barrier(3)

        def work(start: int) -> list[Outcome]:
            lane = rig.transport.lane(ISSUE)
            try:
                at_once.wait()
                return list(lane.hand_over(letters(20, start), f"key{start}"))
            finally:
                lane.close()

        with ThreadPoolExecutor(3) as threads:
            outcomes = [outcome for some in threads.map(work, (1, 21, 41)) for outcome in some]
        assert [o.delivery for o in outcomes] == list(range(1, 61))
        assert {o.verdict for o in outcomes} == {Verdict.ACCEPTED}
        rig.assert_got(letters(60))

    def test_closing_again_changes_nothing(self, rig):
        lane = rig.transport.lane(ISSUE)
        lane.close()
        list(lane.hand_over(letters(1), "key"))
        lane.close()
        lane.close()
        rig.assert_got(letters(1))

    def test_limits_allow_something(self, rig):
        limits = rig.transport.limits
        assert min(limits.lanes, limits.group, limits.per_connection) >= 1
        assert rig.transport.name == "trial"
