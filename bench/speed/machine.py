"""What a number was measured on: the machine, and how long one commit takes on its disk."""

import os
import platform
import sqlite3
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil

COMMITS = 300


def facts(folder: Path) -> dict[str, Any]:
    """The machine, as far as it says, and what ran on it already."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "filesystem": _filesystem(folder),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "revision": _revision(),
        "load": round(os.getloadavg()[0], 2),
        "commit": commits(folder),
    }


def told(found: dict[str, Any]) -> str:
    """For people."""
    commit = found["commit"]
    return (
        f"{found['processor']}, {found['cores']} cores, {found['memory_gb']} GB; {found['system']}, "
        f"{found['filesystem']}; Python {found['python']}, SQLite {found['sqlite']}; {found['revision']}\n"
        f"One commit (WAL, synchronous=FULL): median {commit['median_ms']} ms, 95 of 100 within {commit['p95_ms']} ms. "
        f"Load before: {found['load']}. {found['at']}."
    )


def commits(folder: Path) -> dict[str, float]:
    """How long one commit takes, in milliseconds, as the ledger makes them."""
    path = folder / "commits.db"
    database = sqlite3.connect(path, isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE rows (id INTEGER, text TEXT)",
    ):
        database.execute(statement)
    took = []
    for number in range(COMMITS):
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO rows VALUES (?, ?)", [(number, "x" * 60)] * 40)
        began = time.perf_counter()
        database.execute("COMMIT")
        took.append((time.perf_counter() - began) * 1000)
    database.close()
    for file in folder.glob("commits.db*"):
        file.unlink()
    return {"median_ms": round(median(took), 2), "p95_ms": round(quantiles(took, n=20)[-1], 2)}


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _filesystem(folder: Path) -> str:
    """The one on which the database lies."""
    where = [one for one in psutil.disk_partitions(all=True) if folder.resolve().is_relative_to(one.mountpoint)]
    return max(where, key=lambda one: len(one.mountpoint)).fstype if where else "unknown file system"


def _revision() -> str:
    """The commit that was measured, and whether it was changed since."""
    with suppress(OSError, subprocess.CalledProcessError):
        command = ["git", "describe", "--always", "--dirty"]
        here = Path(__file__).parent
        done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True, timeout=20)
        return done.stdout.strip()
    return "unknown revision"
