"""Answers that anybody may keep, and that are not sent again to those who have them (RFC 9110, section 13)."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import Request, Response

FOR_EVER = "public, max-age=31536000, immutable"
A_MINUTE = "public, max-age=60"


def answer(
    request: Request,
    content: bytes,
    kind: str,
    *,
    keep: str = A_MINUTE,
    modified: datetime | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The content, or 304 to somebody who has it. `modified` only where one address has one content."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    said = {"ETag": tag, "Cache-Control": keep, **(headers or {})}
    if modified is not None:
        said["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
    if _has(request, tag, modified):
        return Response(status_code=304, headers=said)
    return Response(content, media_type=kind, headers=said)


def _has(request: Request, tag: str, modified: datetime | None) -> bool:
    tags = request.headers.get("if-none-match")
    if tags is not None:
        known = {one.strip().removeprefix("W/") for one in tags[:2000].split(",")}
        return tag in known or "*" in known
    since = _moment(request.headers.get("if-modified-since", ""))
    return modified is not None and since is not None and modified.replace(microsecond=0) <= since


def _moment(header: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(header)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
