"""`newsletter mailbox`: a local catch-all server for mail, with its pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.console import err, opened, options, refusals, say
from newsletter.errors import BadInput
from newsletter.media import store


def mailbox(
    folder: Annotated[Path, typer.Argument(help="Where messages are kept, one .eml each.")] = Path("var/mailbox"),
    smtp_port: Annotated[int, typer.Option(help="0 takes a free one.")] = 2525,
    http_port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8025,
    host: Annotated[str, typer.Option(help="A loopback address.")] = "127.0.0.1",
) -> None:
    """Take every mail, keep it as a file, and show it in the browser. Nothing leaves this machine."""
    from newsletter.mailbox.serve import serve  # noqa: PLC0415 -- a web framework: half a second for every other command

    def ready(smtp: int, http: int) -> None:
        say(f"Mail goes to  smtp://{host}:{smtp}?tls=none   (TRANSPORT_URL)")
        say(f"Read it at    http://{host}:{http}/")
        err.print("Stop with Ctrl-C.")

    with refusals(), _pictures() as media:
        try:
            serve(folder, host, smtp_port, http_port, media=media, on_ready=ready)
        except ValueError as error:
            raise BadInput(str(error)) from None
        except OSError as error:
            raise BadInput(f"The port cannot be taken: {error.strerror}. Give another one, or 0.") from None


Media = Callable[[str], tuple[bytes, str] | None]


@contextmanager
def _pictures() -> Iterator[Media | None]:
    """With `--config`, the pictures of that installation, so that mails whose BASE_URL is this address show theirs."""
    if options.config is None:
        yield None
        return
    with opened() as pipeline:

        def load(name: str) -> tuple[bytes, str] | None:
            with pipeline.database.reading() as session:
                return store.load(session, name.partition(".")[0])

        yield load
