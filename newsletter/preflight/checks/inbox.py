"""The line in the inbox: the subject, and the grey text after it."""

import re
from collections.abc import Iterator

from newsletter.preflight.facts.model import Facts, PartFacts
from newsletter.preflight.model import Finding, Mend, Mending, Severity

SUBJECT_GOOD = range(20, 71)
PREVIEW_GOOD = range(40, 131)
_REPLY = re.compile(r"(re|fwd?|aw|wg|tr|rv|sv)\s*:", re.IGNORECASE)


def subject(facts: Facts) -> Iterator[Finding]:
    """There is one, of a length that inboxes show, and it does not pretend to be an answer."""
    for part in facts.parts:
        length = len(part.subject.strip())
        if not length:
            yield _subject(part, Severity.MUST, "The subject is empty. Say what is in it: three real things do best.")
        elif length not in SUBJECT_GOOD:
            advice = "Inboxes show 45 to 60 whole." if length > 70 else "45 to 60 say more."
            yield _subject(part, Severity.LOOK, f"The subject has {length} characters. {advice}")
        if _REPLY.match(part.subject.strip()):
            yield _subject(
                part, Severity.MUST,
                "The subject begins like an answer or a forwarded mail. Readers take that for a trick.",
            )  # fmt: skip


def _subject(part: PartFacts, severity: Severity, message: str) -> Finding:
    mend = Mend(Mending.SUBJECT, "Change the subject", language=part.language)
    return Finding(severity, "subject", "Subject", message, mends=(mend,), languages=(part.language,))


def preview_line(facts: Facts) -> Iterator[Finding]:
    """The grey text after the subject: there is one, and it is not the subject again."""
    for part in facts.parts:
        text = part.preheader.strip()
        if not text:
            yield _preview(
                part, Severity.MUST,
                "The preview line is empty, so inboxes show the first words of the mail instead. Write one.",
            )  # fmt: skip
        elif text.casefold() == part.subject.strip().casefold():
            yield _preview(part, Severity.LOOK, "The preview line repeats the subject. Say something more with it.")
        elif len(text) not in PREVIEW_GOOD:
            yield _preview(
                part, Severity.LOOK, f"The preview line has {len(text)} characters; 40 to 130 fit most inboxes."
            )


def _preview(part: PartFacts, severity: Severity, message: str) -> Finding:
    mend = Mend(Mending.PREVIEW, "Change the preview line", language=part.language)
    return Finding(severity, "preview line", "Preview line", message, mends=(mend,), languages=(part.language,))
