"""What the main mail clients lack, distilled from caniemail's data into mail_clients.json."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent.parent / "mail_clients.json"


@lru_cache(maxsize=1)
def lacks() -> Mapping[str, tuple[str, ...]]:
    """By feature, the clients that show nothing of it."""
    return {feature: tuple(clients) for feature, clients in json.loads(FILE.read_text("utf-8"))["lacks"].items()}
