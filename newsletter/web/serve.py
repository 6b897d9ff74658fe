"""The pages as a program, alone or beside a worker: until it is told to stop."""

import socket
import threading
from collections.abc import Callable

from newsletter import serving
from newsletter.pipeline import Pipeline
from newsletter.web.app import app


def serve(pipeline: Pipeline, web: socket.socket, on_ready: Callable[[str], None], stop: threading.Event) -> None:
    """Answer on that socket until `stop` is set; `on_ready` gets the address."""
    proxies = pipeline.settings.trusted_proxies
    with web:
        host, port = web.getsockname()[:2]
        address = f"http://{serving.bracketed(host)}:{port}"
        serving.serve(
            app(pipeline), web, lambda: on_ready(address), stop,
            proxy_headers=bool(proxies), forwarded_allow_ips=list(proxies),
        )  # fmt: skip
