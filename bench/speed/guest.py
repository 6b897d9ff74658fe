"""Runs a sink that was not written here as it stands, and lets its counters be asked for with SIGUSR1.

It expects what the shared fast sink has: `uvloop.run(main())` at its end, and counters called CNT and BYTES.
"""

import asyncio
import runpy
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import uvloop


def main() -> None:
    """Entry point: the file, and its arguments."""
    run = uvloop.run

    def and_tell(given: Coroutine[Any, Any, None], **named: Any) -> None:
        names = given.cr_frame.f_globals  # type: ignore[attr-defined]

        async def both() -> None:
            def tell() -> None:
                print(names["CNT"][0], names["BYTES"][0], flush=True)

            asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell)
            await given

        run(both(), **named)

    setattr(uvloop, "run", and_tell)  # noqa: B010 -- a plain assignment is an error to mypy
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
