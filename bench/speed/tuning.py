"""Inside the product: how many connections it finds, and what more letters in doubt bring."""

from functools import partial

from bench.speed import pictures
from bench.speed.bench import Bench, far, fast, instruments
from bench.speed.commands import Tweaks
from bench.speed.figures import Aim, Finding, best, in_turn
from bench.speed.instruments import Sink

FIXED = (2, 4, 8, 16, 32)
DOUBTS = (10, 20, 40, 80, 160, 320)
EACH = 400  # messages for each letter that may be in doubt, far away
READERS = 20_000  # a run; enough for a steady state, and there are many runs
PLACES = (("near", "on this machine"), ("far", "40 ms away"))


def lanes(bench: Bench) -> list[Finding]:
    """The number of connections that is found while sending, against the best of the fixed ones."""
    found = []
    with fast() as other, far(other) as port:
        for name, title in PLACES:
            bench.tell(name)
            at = port if name == "far" else other.port
            sides = {"found": partial(_steady, bench, other, at, 0)}
            sides |= {f"{fixed} fixed": partial(_steady, bench, other, at, fixed) for fixed in FIXED}
            one = Finding(f"lanes/{name}", f"Connections found while sending, against fixed, {title}", "messages/s")
            one.sides = in_turn(sides, bench.asked.pairs, bench.tell)
            top = best({side: values for side, values in one.sides.items() if side != "found"})
            one.compared, one.aim = ("found", top), Aim(0.8)
            one.notes = [
                (
                    f"Messages a second in the last two thirds of each run of {_readers(bench):,}; else default "
                    f"settings. The best fixed number is {top.split()[0]}."
                ),
                instruments(other),
            ]
            bench.draw_rounds(one)
            found.append(one)
    return found


def _steady(bench: Bench, sink: Sink, port: int, fixed: int) -> float:
    return bench.send(sink, readers=_readers(bench), tweaks=Tweaks(fixed), port=port).steady


def _readers(bench: Bench) -> int:
    return min(READERS, bench.asked.readers)


def doubt(bench: Bench) -> list[Finding]:
    """Speed against the number of letters that may be begun and not written down."""
    found: list[Finding] = []
    with fast() as other, far(other) as port:
        for name, title in PLACES:
            bench.tell(name)
            at = port if name == "far" else other.port
            sides = {str(most): partial(_doubting, bench, other, at, most) for most in DOUBTS}
            one = Finding(f"doubt/{name}", f"Speed against letters in doubt, {title}", "messages/s")
            one.sides = in_turn(sides, bench.asked.pairs, bench.tell)
            one.notes = [] if found else [_meaning(most) for most in DOUBTS]
            one.notes += ["Messages a second in the last two thirds of each run.", instruments(other)]
            found.append(one)
    curves = {
        title: [(float(most), *_three(one.sides[most])) for most in one.sides]
        for one, (_, title) in zip(found, PLACES, strict=True)
    }
    bench.draw("doubt", pictures.curves("Speed against letters in doubt", "in_doubt", "messages/s", curves))
    return found


def _doubting(bench: Bench, sink: Sink, port: int, most: int) -> float:
    # With few in doubt a relay far away is slow: a shorter run says as much.
    readers = min(_readers(bench), most * EACH) if port != sink.port else _readers(bench)
    return bench.send(sink, f"in_doubt={most}", readers=readers, port=port).steady


def _three(values: list[float]) -> tuple[float, float, float]:
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[0], ordered[-1]


def _meaning(most: int) -> str:
    lanes = min(32, max(1, most // 2))
    return (
        f"in_doubt={most}: a sender that is killed leaves at most {most} copies of which nobody knows whether they "
        f"arrived; up to {lanes} connections, and a commit for about every {max(1, most // 2)} letters."
    )
