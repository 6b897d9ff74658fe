"""The mailbox as a program: it takes mail and shows it until it is told to stop."""

from collections.abc import Callable
from pathlib import Path

from newsletter import serving
from newsletter.mailbox.folder import Mailbox
from newsletter.mailbox.pages import Media, app
from newsletter.mailbox.smtp import MailboxServer


def serve(
    folder: Path,
    host: str,
    smtp_port: int,
    http_port: int,
    *,
    media: Media | None = None,
    on_ready: Callable[[int, int], None] | None = None,
) -> None:
    """Run until Ctrl-C or SIGTERM; `on_ready` gets the SMTP and the HTTP port. A port in use raises OSError."""
    if not serving.is_loopback(host):
        raise ValueError(f"The mailbox shows mail to whoever asks, so it listens on this machine only: not on {host}.")
    mailbox = Mailbox(folder)
    with serving.bound(host, http_port) as web, MailboxServer(mailbox, host, smtp_port) as smtp:
        ports = (smtp.port, web.getsockname()[1])
        site = app(mailbox, smtp_address=f"smtp://{serving.bracketed(host)}:{smtp.port}", media=media)
        serving.serve(site, web, lambda: on_ready(*ports) if on_ready else None)
