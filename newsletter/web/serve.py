"""The pages as a program, alone or beside a worker: until it is told to stop."""

import threading
from collections.abc import Callable

from newsletter import serving
from newsletter.pipeline import Pipeline
from newsletter.web.app import app


def serve(pipeline: Pipeline, on_ready: Callable[[str], None], stop: threading.Event | None = None) -> None:
    """Answer at LISTEN until `stop` is set, or Ctrl-C or SIGTERM; `on_ready` gets the address. A port in use raises
    OSError.
    """
    host, port = pipeline.settings.listens_at
    proxies = pipeline.settings.trusted_proxies
    with serving.bound(host, port) as web:
        address = f"http://{serving.bracketed(host)}:{web.getsockname()[1]}"
        serving.serve(
            app(pipeline), web, lambda: on_ready(address), stop,
            proxy_headers=bool(proxies), forwarded_allow_ips=list(proxies),
        )  # fmt: skip
