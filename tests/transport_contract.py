"""What every way to hand over must do, whatever is on its other side: one suite, and a rig for each transport."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from newsletter.delivery.handing import hand_over
from newsletter.delivery.model import Fault, Few, Letter, Outcome, Transport, Verdict
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


class OneByOne(Few):
    """Letters of which the next is never ready before it is asked for."""

    def ready(self) -> bool:
        return False


class Slow(OneByOne):
    """The same, counting those that were asked for although an earlier one's outcome was not told."""

    def __init__(self, some: list[Letter]) -> None:
        super().__init__(some)
        self.drawn = self.told = self.waited_with_outcomes_in_hand = 0

    def __next__(self) -> Letter:
        self.waited_with_outcomes_in_hand += self.drawn > self.told
        one = super().__next__()
        self.drawn += 1
        return one


class LetterError(Exception):
    """A letter could not be written."""


class TransportContract:
    """Subclass it with a fixture `rig`."""

    def test_each_letter_drawn_gets_one_outcome_in_order(self, rig):
        sent = letters(7)
        lane = rig.transport.lane(ISSUE)
        outcomes = list(lane.hand_over(Few(sent), "key"))
        lane.close()
        assert [(o.delivery, o.verdict, o.text) for o in outcomes] == [(s.delivery, Verdict.ACCEPTED, "") for s in sent]
        rig.assert_got(sent)

    def test_no_letter_is_waited_for_with_an_outcome_in_hand(self, rig):
        """A letter whose time has not come must not keep back what became of the one before it."""
        slow = Slow(letters(4))
        lane, told = rig.transport.lane(ISSUE), []
        for outcome in lane.hand_over(slow, "key"):
            told.append(outcome.delivery)
            slow.told = len(told)
        lane.close()
        assert told == [1, 2, 3, 4]
        assert slow.waited_with_outcomes_in_hand == 0
        rig.assert_got(letters(4))

    def test_letters_not_drawn_are_not_sent(self, rig):
        lane = rig.transport.lane(ISSUE)
        accepted = list(lane.hand_over(Few(letters(2)), "key"))
        lane.close()
        assert [(o.delivery, o.verdict) for o in accepted] == [(1, Verdict.ACCEPTED), (2, Verdict.ACCEPTED)]
        rig.assert_got(letters(2))

    def test_letters_that_fail_to_be_written_are_not_sent(self, rig):
        class Failing(Few):
            def __next__(self) -> Letter:
                one = super().__next__()
                if one.delivery > 1:
                    raise LetterError
                return one

        lane, outcomes = rig.transport.lane(ISSUE), []
        with pytest.raises(LetterError):
            outcomes.extend(lane.hand_over(Failing(letters(3)), "key"))
        assert [(o.delivery, o.verdict) for o in outcomes] == [(1, Verdict.ACCEPTED)]
        assert [outcome.verdict for outcome in lane.hand_over(Few([letter(4)]), "again")] == [Verdict.ACCEPTED]
        lane.close()
        rig.assert_got([letter(1), letter(4)])

    def test_a_letter_that_cannot_be_composed_is_refused_and_the_others_go(self, rig):
        wrong = letter(2)._replace(language="xx")
        lane = rig.transport.lane(ISSUE)
        outcomes = list(lane.hand_over(Few([letter(1), wrong, letter(3)]), "key"))
        lane.close()
        assert [(o.delivery, o.verdict) for o in outcomes] == [
            (1, Verdict.ACCEPTED), (2, Verdict.REJECTED), (3, Verdict.ACCEPTED),
        ]  # fmt: skip
        assert outcomes[1].fault is Fault.ISSUE
        rig.assert_got([letter(1), letter(3)])

    def test_what_a_broken_lane_did_not_tell_is_uncertain_and_what_it_did_not_draw_never_started(self, rig):
        class Breaking:
            def hand_over(self, some, key):
                lane = rig.transport.lane(ISSUE)
                yield from lane.hand_over(Few([next(some)]), key)
                lane.close()
                next(some)
                raise LetterError

        outcomes: list[Outcome] = []
        with pytest.raises(LetterError):
            hand_over(Breaking(), letters(3), "key", outcomes)
        assert [(o.delivery, o.verdict) for o in outcomes] == [
            (1, Verdict.ACCEPTED), (2, Verdict.UNCERTAIN), (3, Verdict.NOT_STARTED),
        ]  # fmt: skip

    def test_handover_left_in_the_middle_sends_nothing_more(self, rig):
        lane = rig.transport.lane(ISSUE)
        handing = lane.hand_over(OneByOne(letters(3)), "key")
        next(handing)
        handing.close()
        lane.close()
        rig.assert_got(letters(1))

    def test_several_handovers_over_one_lane(self, rig):
        lane = rig.transport.lane(ISSUE)
        for start in (1, 4, 7):
            assert len(list(lane.hand_over(Few(letters(3, start)), f"key{start}"))) == 3
        lane.close()
        rig.assert_got(letters(9))

    def test_handover_without_letters_does_nothing(self, rig):
        lane = rig.transport.lane(ISSUE)
        assert list(lane.hand_over(Few([]), "key")) == []
        lane.close()
        rig.assert_got([])

    def test_lanes_side_by_side(self, rig):
        at_once = threading.Barrier(3)

        def work(start: int) -> list[Outcome]:
            lane = rig.transport.lane(ISSUE)
            try:
                at_once.wait()
                return list(lane.hand_over(Few(letters(20, start)), f"key{start}"))
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
        list(lane.hand_over(Few(letters(1)), "key"))
        lane.close()
        lane.close()
        rig.assert_got(letters(1))

    def test_limits_allow_something(self, rig):
        limits = rig.transport.limits
        assert min(limits.lanes, limits.lanes_at_first, limits.group, limits.in_doubt) >= 1
        assert rig.transport.name == "trial"
