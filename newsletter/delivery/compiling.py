"""From a stored snapshot to what lanes hand over: header lines alike for all readers, and the segments of the mail."""

from collections.abc import Mapping
from typing import Any

from newsletter.rendering.dkim import Signer
from newsletter.rendering.headers import mailbox, unstructured, verbatim
from newsletter.rendering.mime import Compiled, Part
from newsletter.rendering.page import Rendered


def compile_snapshot(
    parts: Mapping[str, Rendered], sealed: Mapping[str, Any], signer: Signer | None = None
) -> Compiled:
    """Every language version, encoded once; each message signed where there is a signer."""
    return Compiled(
        {
            language: Part(language, part.subject, part.html, part.text, static_headers(part.subject, language, sealed))
            for language, part in parts.items()
        },
        signer,
    )


def static_headers(subject: str, language: str, sealed: Mapping[str, Any]) -> tuple[bytes, ...]:
    """The lines alike for all readers of a language version (RFC 5322, 2919, 3282, 5064)."""
    lines = [mailbox("From", sealed["from_name"], sealed["from_address"])]
    if sealed["reply_to"]:
        lines.append(mailbox("Reply-To", "", sealed["reply_to"]))
    lines += [
        unstructured("Subject", subject),
        verbatim("List-Id", sealed["list_id"]),
        verbatim("Feedback-ID", sealed["feedback_id"]),
        verbatim("Precedence", "bulk"),
        verbatim("X-Auto-Response-Suppress", "OOF, AutoReply"),
        verbatim("Content-Language", language),
    ]
    if sealed["archived_at"]:
        lines.append(verbatim("Archived-At", f"<{sealed['archived_at']}>"))
    return tuple(lines)
