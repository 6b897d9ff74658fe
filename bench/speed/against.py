"""Against others: Postfix's own source of messages, the plain dialogue, and a loop with the standard library."""

from bench.speed import straightforward
from bench.speed.bench import FAR, Bench, far, fast, instruments
from bench.speed.figures import Aim, Finding, in_turn
from bench.speed.instruments import SMTP_SINK, SMTP_SOURCE, PostfixSink, Sink, source

PLAIN_READERS, FAR_READERS, LOOP_READERS = 1_500, 4_000, 300
FAR_LANES = 10
SAME_SIZE = 0.05


def sink(bench: Bench) -> list[Finding]:
    """Into Postfix's sink, against Postfix's source."""
    title = "Into smtp-sink, against smtp-source (C, ten connections, one message for all)"
    found = Finding("sink", title, "messages/s", aim=Aim(1.0))
    if not SMTP_SINK.exists() or not SMTP_SOURCE.exists():
        found.skipped = "smtp-sink and smtp-source are not there; they come with Postfix."
        return [found]
    other = PostfixSink()
    try:
        return [_against_source(bench, found, other)]
    finally:
        other.close()


def fast_sink(bench: Bench) -> list[Finding]:
    """Into the fast sink, against Postfix's source."""
    title = "Into a sink that is not the limit, against smtp-source"
    found = Finding("fast", title, "messages/s", aim=Aim(0.6))
    if not SMTP_SOURCE.exists():
        found.skipped = "smtp-source is not there; it comes with Postfix."
        return [found]
    with fast() as other:
        found.notes.append(instruments(other))
        return [_against_source(bench, found, other)]


def _against_source(bench: Bench, found: Finding, other: Sink) -> Finding:
    sides = {
        "newsletter": lambda: bench.rate(other),
        "smtp-source": lambda: source(other, bench.asked.readers, bench.here.size),
    }
    found.sides = in_turn(sides, bench.asked.pairs, bench.tell)
    found.compared = ("newsletter", "smtp-source")
    found.notes.append(f"{bench.asked.readers:,} messages of {bench.here.size:,} bytes in each run.")
    bench.draw_rounds(found)
    return found


def distance(bench: Bench) -> list[Finding]:
    """Forty milliseconds away: what the extensions save against a dialogue that waits for each answer."""
    plain_readers, readers = (min(bench.asked.readers, most) for most in (PLAIN_READERS, FAR_READERS))
    with fast() as other, far(other) as port:
        whose = instruments(other)
        sides = {
            "plain": lambda: bench.rate(
                other, "pipelining=off", "chunking=off", lanes=FAR_LANES, port=port, readers=plain_readers
            ),
            "PIPELINING": lambda: bench.rate(other, "chunking=off", lanes=FAR_LANES, port=port, readers=readers),
            "CHUNKING": lambda: bench.rate(other, lanes=FAR_LANES, port=port, readers=readers),
        }
        measured = in_turn(sides, bench.asked.pairs, bench.tell)
    notes = [
        (
            f"{FAR_LANES} connections from the first letter on, a round trip of {FAR * 2000:.0f} ms, in_doubt=80: at "
            "most 80 letters begun and not written down, over all connections."
        ),
        (
            f"Depth: plain and PIPELINING have one message under way a connection, CHUNKING {80 // FAR_LANES} "
            f"({80 // FAR_LANES} x {FAR_LANES} = 80). Plain with {plain_readers:,} messages, the others {readers:,}."
        ),
        whose,
    ]
    found: list[Finding] = []
    for name, bound in (("PIPELINING", 3.8), ("CHUNKING", 10.0)):
        one = Finding(f"far/{name.lower()}", f"40 ms away: {name} against the plain dialogue", "messages/s")
        one.sides, one.compared = {name: measured[name], "plain": measured["plain"]}, (name, "plain")
        one.aim, one.notes = Aim(bound), [] if found else notes
        bench.draw_rounds(one)
        found.append(one)
    return found


def stdlib(bench: Bench) -> list[Finding]:
    """Against what one would write with smtplib, EmailMessage and Jinja."""
    title = "Against a loop of Jinja, EmailMessage and smtplib, one connection kept open, no ledger"
    found = Finding("stdlib", title, "messages/s", aim=Aim(40.0))
    readers, sizes = min(bench.asked.readers, LOOP_READERS), set()
    with fast() as other:

        def loop() -> float:
            rate, size = straightforward.run(bench.here, readers, other)
            assert abs(size - bench.here.size) <= SAME_SIZE * bench.here.size, f"{size} bytes, not {bench.here.size}"
            sizes.add(size)
            return rate

        sides = {"newsletter": lambda: bench.rate(other), "loop": loop}
        found.sides = in_turn(sides, bench.asked.pairs, bench.tell)
        found.notes.append(instruments(other))
    found.compared = ("newsletter", "loop")
    found.notes.append(
        f"Each of the loop's {readers} messages has about {max(sizes):,.0f} bytes, ours {bench.here.size:,}. Its "
        "template is the finished page with three values to fill in; ours is filled in the same three places."
    )
    bench.draw_rounds(found)
    return [found]
