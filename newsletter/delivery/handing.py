"""What every lane does with a letter before it travels, and what is known of letters when a lane breaks."""

import logging
from collections.abc import Sequence

from newsletter.delivery.model import Fault, Few, Lane, Letter, Outcome, Verdict
from newsletter.rendering.mime import Compiled

log = logging.getLogger(__name__)


def written(compiled: Compiled, letter: Letter) -> bytes | Outcome:
    """The whole message, or why there is none: one that cannot be written must not stand in the way of the others."""
    try:
        return compiled.message(letter.language, letter.headers, letter.values)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is about this one
        return unwritable(letter.delivery, error)


def unwritable(delivery: int, error: Exception, fault: Fault = Fault.ISSUE) -> Outcome:
    """The outcome of a letter that cannot be written."""
    log.warning("The letter of delivery %s cannot be written: %s", delivery, error)
    return Outcome(delivery, Verdict.REJECTED, fault, text=f"The letter cannot be written: {error}")


def untold(delivery: int) -> Outcome:
    """The outcome of a letter that a lane drew, and broke before it told what became of it."""
    return Outcome(
        delivery, Verdict.UNCERTAIN, text="The line broke while this was handed over, before an answer came."
    )


class Watched(Few):
    """Letters that remember which of them were drawn."""

    def __init__(self, letters: Sequence[Letter]) -> None:
        super().__init__(letters)
        self.drawn: set[int] = set()

    def __next__(self) -> Letter:
        letter = super().__next__()
        self.drawn.add(letter.delivery)
        return letter


def hand_over(lane: Lane, letters: Sequence[Letter], key: str, outcomes: list[Outcome]) -> None:
    """Hand over and fill `outcomes`, one for each letter, also when the lane raises (which is passed on)."""
    watched = Watched(letters)
    try:
        for outcome in lane.hand_over(watched, key):
            outcomes.append(outcome)  # noqa: PERF402 -- kept one by one, for when the next raises
    finally:
        told = {outcome.delivery for outcome in outcomes}
        for letter in letters:
            if letter.delivery not in told:
                drawn = letter.delivery in watched.drawn
                outcomes.append(untold(letter.delivery) if drawn else Outcome(letter.delivery, Verdict.NOT_STARTED))
