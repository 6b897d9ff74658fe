"""What things cost: each stage of sending, TLS, a signature on each message, a slow disk. Reported, without an aim."""

from functools import partial
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.speed.bench import Bench, fast, instruments
from bench.speed.commands import Tweaks
from bench.speed.figures import Finding, Side, in_turn
from bench.speed.instruments import Fast

READERS = 20_000
SLOW = 0.005  # seconds


def costs(bench: Bench) -> list[Finding]:
    """All of them, into the fast sink."""
    return [_stages(bench), _tls(bench), *_others(bench)]


def _readers(bench: Bench) -> int:
    return min(READERS, bench.asked.readers)


def _stages(bench: Bench) -> Finding:
    """Where the processor's time goes, in one run with a clock around each stage."""
    readers = _readers(bench)
    with fast() as other:
        plain = bench.send(other, readers=readers)
        run = bench.send(other, readers=readers, tweaks=Tweaks(timed=True))
        whose = instruments(other)
    stages = run.seen.stages
    each = {name: [stage["cpu"] / readers * 1e6] for name, stage in stages.items()}
    whole = sum(value for (value,) in each.values())
    found = Finding("costs/stages", "Processor time of each stage", "µs a message", each)
    shares = (f"{name} {value / whole:.0%}" for name, (value,) in each.items())
    commit = stages["commit"]
    found.notes = [
        f"Of {whole:,.0f} µs a message: {', '.join(shares)}.",
        (
            f"{commit['calls']:,.0f} commits took {commit['passed'] / commit['calls'] * 1000:.1f} ms each, most of it "
            f"waiting ({(commit['passed'] - commit['cpu']) / run.seconds:.0%} of the run); meanwhile the lines go on."
        ),
        (
            f"One run with clocks, {run.rate:,.0f} messages/s; without them {plain.rate:,.0f}. "
            "'wire out' and 'wire in' are writing to the sockets and reading answers; 'the rest' is what lies between."
        ),
        whose,
    ]
    return found


def _tls(bench: Bench) -> Finding:
    authority = trustme.CA()
    trusted, certificate = bench.folder / "ca.pem", bench.folder / "sink.pem"
    authority.cert_pem.write_to_path(str(trusted))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    sink = Fast(certificate=certificate)
    try:
        readers = _readers(bench)
        sides = {
            "STARTTLS": partial(bench.rate, sink, "tls=starttls", f"ca={trusted.resolve()}", readers=readers),
            "plain": partial(bench.rate, sink, readers=readers),
        }
        found = Finding("costs/tls", "STARTTLS, the certificate verified, against plain", "messages/s")
        found.sides, found.compared = in_turn(sides, bench.asked.pairs, bench.tell), ("STARTTLS", "plain")
    finally:
        sink.close()
    found.notes.append("Into bench's own sink, which decrypts in the same process as it counts.")
    bench.draw_rounds(found)
    return found


def _others(bench: Bench) -> list[Finding]:
    readers, key = _readers(bench), _key(bench.folder)
    with fast() as other:
        whose = instruments(other)
        signed = {"dkim_domain": "example.org", "dkim_selector": "bench", "dkim_private_key_file": str(key)}
        sides: dict[str, Side] = {
            "signed": lambda: bench.send(other, readers=readers, settings=signed).rate,
            "default": partial(bench.rate, other, readers=readers),
            "slow commit": lambda: bench.send(other, readers=readers, tweaks=Tweaks(commit=SLOW)).rate,
        }
        measured = in_turn(sides, bench.asked.pairs, bench.tell)
    dkim = Finding("costs/dkim", "A signature on each message (DKIM, RSA 2048) against none", "messages/s")
    slow = Finding("costs/commit", "Each commit 5 ms longer against the disk as it is", "messages/s")
    for one, side in ((dkim, "signed"), (slow, "slow commit")):
        one.sides, one.compared = {side: measured[side], "default": measured["default"]}, (side, "default")
        one.notes.append(whose)
        bench.draw_rounds(one)
    slow.notes.append(
        f"The sending process sleeps {SLOW * 1000:.0f} ms before each COMMIT, with the transaction open: SQLAlchemy's "
        "event of that name, in the process that bench starts. The disk's own time comes on top."
    )
    return [dkim, slow]


def _key(folder: Path) -> Path:
    path = folder / "dkim.pem"
    key = rsa.generate_private_key(65537, 2048)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path
