"""What anybody may see of issues: which ones, in which version. Every page of the archive asks here and nowhere else.

An issue's page can be read from the moment it is released, for the first copies link to it. It stands in the archive
and in the feed once a copy has left for a reader: what only the team has seen may still be stopped and mended.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

import subscribers
from newsletter.approval.tables import SnapshotPartRow, SnapshotRow
from newsletter.delivery.model import MailingState
from newsletter.delivery.tables import DeliveryRow, MailingRow, WebNoteRow
from newsletter.issues.model import IssueKind
from newsletter.issues.tables import IssueRow, ProfileRow
from newsletter.media.tables import MediaRow
from newsletter.publications.tables import PublicationRow
from subscribers import Instant

_LEFT = ("accepted", "uncertain")


@dataclass(frozen=True, slots=True)
class Face:
    """An issue's picture: its address below BASE_URL, and its size in pixels."""

    path: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Shelved:
    """An issue as the archive shows it. `words`: language -> subject and preview line of the version last sent.

    `has_left`: a copy has left for a reader. `published_at`: when the first of those copies could leave. `changed_at`:
    when it was sent last, or a note above it was last set, taken away or put back.
    """

    id: int
    slug: str
    name: str
    kind: IssueKind
    ordinal: int
    period: str
    list_slug: str
    list_name: str
    from_name: str
    archive: str
    theme: str
    language: str  # the list's own
    published_at: datetime
    changed_at: datetime
    created_at: datetime
    snapshot_id: int
    words: Mapping[str, tuple[str, str]]
    picture: Face | None
    corrects_id: int | None
    has_left: bool

    @property
    def is_listed(self) -> bool:
        """Whether archive and feed name it, and search engines may."""
        return self.archive == "public" and self.has_left

    @property
    def languages(self) -> tuple[str, ...]:
        """The list's own first."""
        return tuple(sorted(self.words, key=lambda one: (one != self.language, one)))

    def speaks(self, *wishes: str) -> str:
        """The first of these languages that it has a version in, else the list's own, else any."""
        return next((one for one in (*wishes, self.language) if one in self.words), self.languages[0])

    def path(self, language: str) -> str:
        """Where the page of that version is, below BASE_URL."""
        return f"/issues/{self.slug}{'' if language == self.language else f'?lang={language}'}"


def lists(session: Session) -> dict[str, str]:
    """The lists whose archive is public, archived ones too: slug -> name."""
    public = set(session.scalars(select(ProfileRow.list_id).where(ProfileRow.archive == "public")))
    return {face.slug: face.name for face in subscribers.lists(session) if face.id in public}


def shelf(session: Session, list_slug: str = "") -> tuple[Shelved, ...]:
    """What the archive lists, of all lists or of one; the newest first, corrections among them."""
    found = _read(session, ProfileRow.archive == "public")
    wanted = (one for one in found if one.is_listed and list_slug in ("", one.list_slug))
    return tuple(sorted(wanted, key=lambda one: (one.published_at, one.id), reverse=True))


def find(session: Session, slug: str) -> Shelved | None:
    """The issue whose page has that address; None where there is no such page, or none yet."""
    return next(iter(_read(session, ProfileRow.archive != "none", IssueRow.slug == slug)), None)


def corrections(session: Session, issue_id: int) -> tuple[Shelved, ...]:
    """What corrects it and has a page, the oldest first."""
    found = _read(session, ProfileRow.archive != "none", IssueRow.corrects_issue_id == issue_id)
    return tuple(sorted((one for one in found if one.has_left), key=lambda one: one.id))


def page(session: Session, shelved: Shelved, language: str) -> str:
    """The web version, as it was approved."""
    stored = select(SnapshotPartRow.web).where(
        SnapshotPartRow.snapshot_id == shelved.snapshot_id, SnapshotPartRow.language == language
    )
    return session.scalars(stored).one().decode()


def draft(session: Session, shelved: Shelved) -> Mapping[str, Any]:
    """The draft that it was made from, as it was approved: plain JSON of `issues.model.Draft`."""
    facts = session.scalars(select(SnapshotRow.basis_facts).where(SnapshotRow.id == shelved.snapshot_id)).one()
    found: Mapping[str, Any] = facts["draft"]
    return found


def known_since(session: Session, publication_ids: Collection[int]) -> dict[int, datetime]:
    """When each of these publications was taken in."""
    rows = select(PublicationRow.id, PublicationRow.created_at).where(PublicationRow.id.in_(publication_ids))
    return dict(session.execute(rows).tuples().all())


def _read(session: Session, *conditions: ColumnElement[bool]) -> list[Shelved]:
    rows = session.execute(
        select(IssueRow, ProfileRow, MediaRow.extension, MediaRow.width, MediaRow.height)
        .join(ProfileRow, ProfileRow.list_id == IssueRow.list_id)
        .outerjoin(MediaRow, MediaRow.sha256 == IssueRow.picture)
        .where(IssueRow.public_at.is_not(None), *conditions)
    ).all()
    sent = _sent(session, [row[0].id for row in rows])
    words = _words(session, [mailings[-1][0].snapshot_id for mailings in sent.values()])
    faces = {face.id: face for face in subscribers.lists(session)} if rows else {}
    noted = _noted(session, sent)
    return [_shelved(row, sent[row[0].id], words, faces, noted.get(row[0].id)) for row in rows if row[0].id in sent]


Sent = list[tuple[MailingRow, bool]]  # an issue's mailings in their order, and whether a reader's copy has left


def _sent(session: Session, issue_ids: Collection[int]) -> dict[int, Sent]:
    reader = (DeliveryRow.mailing_id == MailingRow.id, DeliveryRow.id > func.coalesce(MailingRow.first_up_to, 0))
    left = select(DeliveryRow.id).where(*reader, DeliveryRow.state.in_(_LEFT)).exists()
    found: dict[int, Sent] = defaultdict(list)
    rows = session.execute(
        select(MailingRow, or_(left, MailingRow.state == MailingState.SENT.value))
        .where(MailingRow.issue_id.in_(issue_ids), MailingRow.kind == "live")
        .order_by(MailingRow.id)
    )
    for mailing, has_left in rows:
        found[mailing.issue_id].append((mailing, has_left))
    return found


def _noted(session: Session, issue_ids: Collection[int]) -> dict[int, datetime]:
    """When something last became of the notes above each of these issues."""
    moment = func.max(func.coalesce(WebNoteRow.changed_at, WebNoteRow.at), type_=Instant())
    rows = select(WebNoteRow.issue_id, moment).where(WebNoteRow.issue_id.in_(issue_ids)).group_by(WebNoteRow.issue_id)
    return dict(session.execute(rows).tuples().all())


def _words(session: Session, snapshot_ids: Collection[int]) -> dict[int, dict[str, tuple[str, str]]]:
    part = SnapshotPartRow
    found: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    rows = session.execute(
        select(part.snapshot_id, part.language, part.subject, part.preheader).where(part.snapshot_id.in_(snapshot_ids))
    )
    for snapshot_id, language, subject, preheader in rows:
        found[snapshot_id][language] = (subject, preheader)
    return found


def _shelved(
    row: Row[tuple[IssueRow, ProfileRow, str, int, int]],
    sent: Sent,
    words: Mapping[int, Mapping[str, tuple[str, str]]],
    faces: Mapping[int, subscribers.ListFace],
    noted_at: datetime | None,
) -> Shelved:
    issue, profile, extension, width, height = row
    last = sent[-1][0]
    first = next((mailing for mailing, has_left in sent if has_left), last)
    published_at = first.readers_from or first.created_at
    return Shelved(
        id=issue.id,
        slug=issue.slug,
        name=issue.name,
        kind=IssueKind(issue.kind),
        ordinal=issue.ordinal,
        period=issue.period,
        list_slug=faces[issue.list_id].slug,
        list_name=faces[issue.list_id].name,
        from_name=profile.from_name,
        archive=profile.archive,
        theme=profile.theme,
        language=profile.default_language,
        published_at=published_at,
        changed_at=max(published_at, last.created_at, noted_at or published_at),
        created_at=issue.created_at,
        snapshot_id=last.snapshot_id,
        words=words[last.snapshot_id],
        picture=Face(f"/media/{issue.picture}.{extension}", width, height) if extension else None,
        corrects_id=issue.corrects_issue_id,
        has_left=any(has_left for _, has_left in sent),
    )
