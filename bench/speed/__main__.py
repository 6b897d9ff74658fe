"""Runs the comparisons, one after the other, and tells what came out: `python -m bench.speed`."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.speed import against, costs, growth, installation, machine, relay, tuning
from bench.speed.bench import Asked, Bench, Comparison
from bench.speed.figures import Finding, table

COMPARISONS: dict[str, Comparison] = {
    "sink": against.sink,
    "fast": against.fast_sink,
    "far": against.distance,
    "lanes": tuning.lanes,
    "doubt": tuning.doubt,
    "memory": growth.memory,
    "stdlib": against.stdlib,
    "costs": costs.costs,
    "postfix": relay.postfix,
}


def measure(name: str, bench: Bench) -> Sequence[Finding]:
    """One comparison; one that goes wrong is told and does not end the others."""
    print(f"\n{name}: {(COMPARISONS[name].__doc__ or '').strip()}", flush=True)
    try:
        return COMPARISONS[name](bench)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the others are measured
        return [Finding(name, f"{name} went wrong", "", failed=f"{type(error).__name__}: {error}")]


def report(findings: Sequence[Finding], facts: dict[str, object], bench: Bench) -> None:
    """Into a file, whole again after each comparison."""
    asked = {"readers": bench.asked.readers, "pairs": bench.asked.pairs, "message_bytes": bench.here.size}
    whole = {"machine": facts, "asked": asked, "findings": [one.as_json() for one in findings]}
    path = bench.asked.out / "speed.json"
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; 1 when something went wrong. An aim that is missed is told, and no error."""
    asked, wanted = _parse(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="work-", dir=asked.out) as folder:
        facts = machine.facts(Path(folder))
        print(machine.told(facts), flush=True)
        here = installation.prepare(Path(folder))
        print(f"A message has {here.size:,} bytes. {asked.readers:,} readers, {asked.pairs} rounds.", flush=True)
        bench = Bench(here, asked, lambda words: print(f"  {words}", flush=True))
        for name in wanted:
            found = measure(name, bench)
            findings += found
            print("\n".join(f"  {note}" for one in found for note in (*one.notes, one.skipped, one.failed) if note))
            report(findings, facts, bench)
    print(f"\n{table(findings)}\n\nWritten to {asked.out / 'speed.json'}; pictures: {len(bench.pictures)} beside it.")
    return 1 if any(one.failed for one in findings) else 0


def _parse(arguments: Sequence[str] | None) -> tuple[Asked, list[str]]:
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    default = Asked()
    parser.add_argument(
        "--readers", type=int, default=default.readers, help="of a run, where it has not its own number"
    )
    parser.add_argument("--pairs", type=int, default=default.pairs, help="rounds of each comparison; each side in each")
    parser.add_argument("--only", choices=COMPARISONS, nargs="+", metavar="NAME", help=f"of {', '.join(COMPARISONS)}")
    parser.add_argument("--big", type=int, default=default.big, help="readers of the largest run, into null")
    parser.add_argument("--relay", type=int, default=default.relay, help="messages into a real Postfix")
    parser.add_argument("--out", type=Path, default=default.out)
    given = parser.parse_args(arguments)
    asked = Asked(given.readers, given.pairs, given.big, given.relay, given.out)
    return asked, [name for name in COMPARISONS if not given.only or name in given.only]


if __name__ == "__main__":
    sys.exit(main())
