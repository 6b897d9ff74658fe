"""One JSON text for one value, so that a hash of it means the value and nothing else."""

import dataclasses
import hashlib
import json
from datetime import date, datetime
from typing import Any


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces; dataclasses as objects, days and moments in ISO form."""
    return json.dumps(value, default=_plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def facts(value: object) -> Any:
    """The same value as plain JSON types."""
    return json.loads(canonical(value))


def digest(value: object) -> str:
    """SHA-256 (hex) of the canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")
