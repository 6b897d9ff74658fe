"""`python -m bench.crash`: plays the rows of the matrix on both engines, and prints what became of everybody.

Exit 1 when anybody got two copies, when anybody or an answer was lost, when a sum does not balance, or when a kill
left more than a hundred copies in doubt. What each row does stands in docs/crash.md.
"""

import argparse
import json
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.crash import everywhere, report, senders, storage, wire
from bench.crash.engines import Engine, engines
from bench.crash.mailserver import memory
from bench.crash.matrix import Ground, Row
from bench.crash.stage import Round

ROWS: dict[str, Row] = {row.name: row for row in (*senders.ROWS, *everywhere.ROWS, *wire.ROWS, *storage.ROWS)}


def main() -> None:
    """Entry point."""
    asked = _asked()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that no server outlives us
    chosen = [ROWS[name] for name in asked.rows or ROWS]
    print(
        f"{len(chosen)} rows, {asked.kills} random kills, {asked.readers:,} readers and {asked.few}; seed {asked.seed}."
    )
    lines: list[dict[str, Any]] = []
    rounds: dict[str, dict[str, list[Round]]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="newsletter-crash-") as folder,
        tempfile.TemporaryDirectory(prefix="newsletter-crash-", dir=memory()) as quick,
        engines(asked.engine, Path(folder)) as found,
    ):
        kills = -(-asked.kills // len(found))
        for engine in found:
            for row, played, line in _engine(engine, chosen, (Path(folder), Path(quick)), kills, asked):
                lines.append(line)
                rounds.setdefault(engine.name, {})[row.name] = played
                _keep(asked.out, asked, lines, rounds)
    print(f"\n{report.table(lines)}\n\nWritten to {asked.out}.")
    if any(line["problems"] for line in lines):
        raise SystemExit(1)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.crash", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", nargs="+", choices=tuple(ROWS), metavar="ROW", help=f"of {', '.join(ROWS)}")
    parser.add_argument("--kills", type=int, default=200, help="at random moments, over both engines")
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--few", type=int, default=12, help="readers, where a run is killed at each of its points")
    parser.add_argument("--step", type=int, default=1, help="play only each so many of those points")
    parser.add_argument("--sample", type=int, default=5, help="so many of the calls of each kind, by strace")
    parser.add_argument("--jobs", type=int, default=2, help="rounds at the same time")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--out", type=Path, default=Path("var/crash/crash.json"))
    return parser.parse_args()


def _engine(
    engine: Engine, rows: Sequence[Row], folders: tuple[Path, Path], kills: int, asked: argparse.Namespace
) -> Iterator[tuple[Row, list[Round], dict[str, Any]]]:
    ground = Ground.of(engine, *folders, asked.readers, asked.few, asked.seed)
    ground.step, ground.sample = asked.step, asked.sample
    for row in rows:
        why = row.unfit(engine)
        if why:
            yield row, [], report.skipped(row.name, engine.name, why)
            continue
        began = time.perf_counter()
        played = play(ground, row, kills, asked.jobs)
        line = report.summary(row.name, engine.name, played, time.perf_counter() - began)
        print(f"\r\033[K{report.table([line])}" if sys.stderr.isatty() else report.table([line]), flush=True)
        yield row, played, line


def play(ground: Ground, row: Row, kills: int, jobs: int) -> list[Round]:
    """All rounds of a row; where it has no end, until so many kills have met a sender."""
    played: list[Round] = []
    plays, going = row.plays(ground), set[Future[Round]]()

    def enough() -> bool:
        return row.until_kills and (sum(one.kills for one in played) >= kills or len(played) > 20 + 3 * kills)

    with ThreadPoolExecutor(jobs) as pool:
        while True:
            while len(going) < jobs and not enough() and (following := next(plays, None)) is not None:
                going.add(pool.submit(ground.play, replace(following, disk=row.disk)))
            if not going:
                return played
            done, going = wait(going, return_when=FIRST_COMPLETED)
            for one in done:
                played.append(one.result())
                _tell(row, played)


def _tell(row: Row, played: Sequence[Round]) -> None:
    one = played[-1]
    for problem in one.problems:
        print(f"{one.engine}, {row.name}, {one.mode}, {one.about} {', '.join(one.fell)}: {problem}", flush=True)
    if sys.stderr.isatty():
        print(f"\r\033[K{one.engine}: {row.name} {len(played)} ({one.about})", end="", file=sys.stderr, flush=True)


def _keep(
    out: Path,
    asked: argparse.Namespace,
    lines: Sequence[Mapping[str, Any]],
    rounds: Mapping[str, Mapping[str, Sequence[Round]]],
) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    each = {
        engine: {row: [asdict(one) for one in played] for row, played in rows.items()}
        for engine, rows in rounds.items()
    }
    settings = {name: value for name, value in vars(asked).items() if name != "out"}
    out.write_text(json.dumps({"asked": settings, "lines": lines, "rounds": each}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
