"""Ten thousand readers or a million: how much memory, and whether time grows with the readers and not faster."""

from functools import partial

from bench.speed import pictures
from bench.speed.bench import Bench
from bench.speed.figures import Aim, Finding, in_turn
from bench.speed.running import Run, send

MOST_MB = 200.0


def memory(bench: Bench) -> list[Finding]:
    """Into `null`, which builds every message and hands it to nobody."""
    big = bench.asked.big
    small, half, tenth = big // 100, big // 2, big // 20
    runs: dict[int, Run] = {}

    def peak(readers: int) -> float:
        runs[readers] = _run(bench, readers)
        return runs[readers].peak

    # Once each: what a process holds does not depend on what else the machine does.
    peaks = in_turn({"many": partial(peak, big), "few": partial(peak, small)}, 1, bench.tell)
    bench.here.forget(big)
    ratio = Finding("memory/ratio", f"Most memory: {big:,} readers against {small:,}", "MB", peaks, ("many", "few"))
    ratio.aim = Aim(1.2, at_least=False)
    ratio.notes.append("The most that the process ever held, as the kernel counts it; one run each.")
    most = Finding("memory/most", f"Most memory with {big:,} readers", "MB", {"many": peaks["many"]})
    most.aim = Aim(MOST_MB, at_least=False, of_ratio=False, unit=" MB")
    courses = {"messages/s": runs[big].speeds, "MB": runs[big].memory}
    bench.draw("memory", pictures.courses(f"{big:,} readers into null", courses))

    sides = {f"{readers:,}": partial(_seconds, bench, readers) for readers in (half, tenth)}
    title = f"Seconds for {half:,} readers against {tenth:,}, into null"
    time = Finding("memory/time", title, "s", in_turn(sides, bench.asked.pairs, bench.tell))
    time.compared = (f"{half:,}", f"{tenth:,}")
    time.aim = Aim(10.5, at_least=False)
    bench.here.forget(half)
    bench.draw_rounds(time)
    return [ratio, most, time]


def _run(bench: Bench, readers: int) -> Run:
    return send(bench.here, readers, "null:")


def _seconds(bench: Bench, readers: int) -> float:
    return _run(bench, readers).seconds
