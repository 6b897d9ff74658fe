"""The picture that stands for an issue: drawn once it is released, kept among the pictures."""

import logging
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Transactions
from newsletter.issues import drafts
from newsletter.issues.model import Draft, IssueKind
from newsletter.issues.tables import IssueRow
from newsletter.media import store
from newsletter.media.encoding import Encoded
from newsletter.rendering import theme
from newsletter.rendering.picture import Cover, draw
from newsletter.rendering.words import words

log = logging.getLogger(__name__)


def picture(database: Transactions, issue_id: int, folder: Path, clock: Clock) -> None:
    """Draw and keep it, where the issue has none. Whatever fails is logged and no more: no mail waits for a picture."""
    try:
        with database.reading() as session:
            if session.scalar(select(IssueRow.picture).where(IssueRow.id == issue_id)):
                return
            draft = drafts.load(session, issue_id)
            lead = _lead(session, draft)
        drawn = _drawn(draft, lead, folder)
        with database.transaction() as session:
            kept = store.put(session, drawn, clock())
            session.execute(update(IssueRow).where(IssueRow.id == issue_id).values(picture=kept.sha256))
    except Exception:
        log.exception("The picture of issue %s could not be drawn; it is sent without.", issue_id)


def _lead(session: Session, draft: Draft) -> bytes | None:
    shown = draft.lead.picture if draft.lead else None
    found = store.load(session, shown.sha256) if shown else None
    return found[0] if found else None


def _drawn(draft: Draft, lead: bytes | None, folder: Path) -> Encoded:
    language = draft.profile.default_language
    look = theme.find(draft.profile.theme, folder)
    is_correction = draft.kind is IssueKind.CORRECTION
    say = words(language).say
    cover = Cover(
        language=language,
        organisation=look.organisation or draft.profile.from_name,
        name=draft.corrects.name if draft.corrects else draft.name,
        headline=draft.lead.wording(language, language).title if draft.lead else draft.subjects.get(language, ""),
        number=say("Correction") if is_correction else say("Issue %(number)d", number=draft.ordinal),
    )
    return draw(cover, look.light, lead)
