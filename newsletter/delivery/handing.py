"""One handover over one lane: whatever the lane does, every letter of the group ends with an outcome."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from newsletter.delivery.model import Lane, Letter, Outcome, Verdict


def hand_over(
    lane: Lane,
    letters: Iterable[Letter],
    ids: Sequence[int],
    key: str,
    outcomes: list[Outcome],
    heard: Callable[[Outcome], None] = lambda _: None,
) -> None:
    """Hand over and fill `outcomes`, one for each of `ids`, also when the lane raises (which is passed on).

    Who writes the letters may add outcomes for those that cannot be written. Of the others: not drawn, never started;
    drawn and not told, because the lane raised in the middle, nobody knows.
    """
    drawn: set[int] = set()

    def watched() -> Iterator[Letter]:
        for letter in letters:
            drawn.add(letter.delivery)
            yield letter

    try:
        for outcome in lane.hand_over(watched(), key):
            outcomes.append(outcome)
            heard(outcome)
    finally:
        told = {outcome.delivery for outcome in outcomes}
        for id_ in ids:
            if id_ not in told:
                verdict = Verdict.UNCERTAIN if id_ in drawn else Verdict.NOT_STARTED
                outcomes.append(Outcome(id_, verdict, text=_UNTOLD if id_ in drawn else ""))


_UNTOLD = "The line broke while this was handed over, before an answer came."
