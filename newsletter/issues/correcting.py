"""Begins a correction: a short issue of its own, with texts and no publications, about one that has gone out."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import subscribers
from newsletter.errors import BadInput
from newsletter.issues import history, periods
from newsletter.issues.fields import heading
from newsletter.issues.model import IssueKind, State
from newsletter.issues.proposing import MOST_SUBJECT
from newsletter.issues.shortening import fit
from newsletter.issues.tables import IssueRow, IssueSectionRow, IssueWordingRow, ProfileRow
from newsletter.publications.model import Layout

SECTION = "correction"
_TITLES = {"en": "What we correct", "es": "Lo que corregimos", "fr": "Ce que nous corrigeons", "ar": "ما نصححه"}
_SUBJECTS = {"en": "Correction: {}", "es": "Rectificación: {}", "fr": "Rectificatif : {}", "ar": "تصويب: {}"}
_PREVIEWS = {
    "en": "A correction to {}, which we sent you before.",
    "es": "Una rectificación de {}, que le enviamos antes.",
    "fr": "Un rectificatif à {}, que nous vous avons envoyé.",
    "ar": "تصويب لعدد {} الذي أرسلناه إليكم من قبل.",
}


@dataclass(frozen=True, slots=True)
class Correction:
    """The new issue."""

    issue_id: int
    slug: str


def correct(
    session: Session, first_id: int, now: datetime, *, subject: str | None = None, with_uncertain: bool = False,
    by: int | None = None,
) -> Correction:  # fmt: skip
    """A draft that corrects an issue, in each of its languages. Nothing of the first one changes, nor its coverage."""
    first = session.scalars(select(IssueRow).where(IssueRow.id == first_id).with_for_update()).one()
    _refuse_archived(session, first)
    issue = IssueRow(
        list_id=first.list_id, slug=_free_slug(session, first), name=f"{first.name}: correction",
        ordinal=_ordinal(session, first), kind=IssueKind.CORRECTION.value, corrects_issue_id=first.id,
        corrects_uncertain=with_uncertain, period=first.period, collects_from=first.collects_from,
        collects_until=first.collects_until, state=State.DRAFT.value, created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(issue)
    session.flush()
    session.add(
        IssueSectionRow(
            issue_id=issue.id, slug=SECTION, position=1, titles=_TITLES, kinds=[], cap=1, layout=Layout.CARD.value
        )
    )
    default = session.scalars(select(ProfileRow.default_language).where(ProfileRow.list_id == first.list_id)).one()
    for said in session.scalars(select(IssueWordingRow).where(IssueWordingRow.issue_id == first.id)):
        own = subject if subject is not None and said.language == default else None
        name = first.name if said.language == default else _name(first, said.language)
        session.add(
            IssueWordingRow(
                issue_id=issue.id, language=said.language,
                subject=heading("subject", own, 250) if own is not None else _subject(said),
                preheader=_in(_PREVIEWS, said.language).format(name),
            )
        )  # fmt: skip
    session.flush()
    history.begin(session, issue, now, by, history.CORRECTED)
    return Correction(issue.id, issue.slug)


def _refuse_archived(session: Session, first: IssueRow) -> None:
    face = next(one for one in subscribers.lists(session) if one.id == first.list_id)
    if face.archived:
        raise BadInput(f"The list {face.slug} is archived; nothing new is sent to it.")


def _free_slug(session: Session, first: IssueRow) -> str:
    taken = set(session.scalars(select(IssueRow.slug).where(IssueRow.corrects_issue_id == first.id)))
    slugs = (f"{first.slug}-correction{'' if number == 1 else f'-{number}'}" for number in count(1))
    return next(slug for slug in slugs if slug not in taken)


def _ordinal(session: Session, first: IssueRow) -> int:
    of_list = (IssueRow.list_id == first.list_id, IssueRow.kind == IssueKind.CORRECTION.value)
    return (session.scalar(select(func.max(IssueRow.ordinal)).where(*of_list)) or 0) + 1


def _subject(said: IssueWordingRow) -> str:
    proposed = _in(_SUBJECTS, said.language)
    return proposed.format(fit(said.subject, MOST_SUBJECT - len(proposed) + 2))


def _name(first: IssueRow, language: str) -> str:
    return periods.name(periods.parse(first.period), language)


def _in(words: dict[str, str], language: str) -> str:
    return words.get(language.partition("-")[0].lower(), words["en"])
