"""What the websites have changed since the items were worded: ours beside theirs, and whose stands from now on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput
from newsletter.issues import contents, items, places, stating
from newsletter.issues.lists import profile
from newsletter.issues.places import Contents
from newsletter.issues.revising import Edit, Hand, Revision, default_language, editing
from newsletter.issues.tables import IssueRow
from newsletter.issues.wording import first_title
from newsletter.publications import changes
from newsletter.publications.tables import ChangeRow, KindRow, PublicationRow

_SHOWN = {
    "title": "title", "summary": "text", "url": "address", "published_on": "day", "deadline_on": "deadline",
    "starts_on": "start", "ends_on": "end", "place": "place", "who_for": "for whom", "outlet": "outlet",
    "original_source": "first published by", "picture": "picture",
}  # fmt: skip
_OURS = frozenset({"title", "summary", "picture"})
_PICTURE = frozenset({"image", "media"})


@dataclass(frozen=True, slots=True)
class Part:
    """One difference. `ours`: what the mail says, where it has its own copy; None where it shows what the website says
    now. Of a picture, `before` and `now` are its addresses or hashes.
    """

    name: str
    words: str
    ours: str | None
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class WebsiteChange:
    """What has changed of one item in one language since people knew of it. `gone`: the website no longer has it."""

    publication_id: int
    source_id: int  # the publication that changed: the item's own, or a translation of it
    language: str  # of the item's words that it is about
    title: str
    at: datetime
    gone: bool
    parts: tuple[Part, ...]


def website_changes(session: Session, issue_id: int, known: Contents | None = None) -> tuple[WebsiteChange, ...]:
    """In the order of the mail; what is as it was again is not told. `known`: the issue, where it is read already."""
    draft = contents.mail(session, issue_id) if known is None else known
    shown = contents.items(draft)
    seen = {id_: draft.get(places.item(id_, "seen"), 0) for id_ in shown}
    if not seen:
        return ()
    changed = session.execute(
        select(ChangeRow, PublicationRow)
        .join(PublicationRow, PublicationRow.id == ChangeRow.publication_id)
        .where(
            ChangeRow.id > min(seen.values()),
            or_(PublicationRow.id.in_(shown), PublicationRow.translation_of.in_(shown)),
        )
        .order_by(ChangeRow.id)
    )
    found: dict[tuple[int, int], tuple[PublicationRow, list[ChangeRow]]] = {}
    for change, row in changed:
        item = row.id if row.id in seen else row.translation_of
        if item in seen and change.id > seen[item]:
            found.setdefault((item, row.id), (row, []))[1].append(change)
    if not found:
        return ()
    first = default_language(session, session.get_one(IssueRow, issue_id))
    told = [_told(draft, item, row, news, first) for (item, _), (row, news) in found.items()]
    return tuple(sorted((one for one in told if one), key=lambda one: shown.index(one.publication_id)))


def keep_ours(hand: Hand, publication_id: int) -> Revision:
    """What we say stands; of the changes until now nothing is told any more."""
    with editing(hand, "keep-ours") as edit:
        _note(edit, items.wanted(edit, publication_id))
    return edit.done


def take_theirs(hand: Hand, publication_id: int) -> Revision:
    """Say what the website says now, where it has changed: title, text and picture."""
    with editing(hand, "take-theirs") as edit:
        item = items.wanted(edit, publication_id)
        news = [one for one in website_changes(hand.session, hand.issue_id) if one.publication_id == item]
        if not news:
            raise BadInput("The website has changed nothing here since you worded it.")
        for change in news:
            fresh = _theirs(edit, change)
            edit.take(*places.difference({name: edit.draft.get(name) for name in fresh}, fresh))
            edit.draft |= fresh
            _unsay(edit, item, {part.name for part in change.parts})
        _note(edit, item)
    return edit.done


def _note(edit: Edit, item: int) -> None:
    edit.take(places.item(item, "seen"))
    edit.draft[places.item(item, "seen")] = changes.latest(edit.session)


def _unsay(edit: Edit, item: int, changed: set[str]) -> None:
    """Our own facts go where the website's have changed."""
    own = edit.draft.get(places.item(item, "facts"), {})
    stating.keep(edit, item, {name: value for name, value in own.items() if name not in changed})


def _theirs(edit: Edit, change: WebsiteChange) -> Contents:
    session, names = edit.session, {part.name for part in change.parts}
    row = items.publication(session, change.source_id)
    fresh: Contents = {}
    if "title" in names:
        labels = session.get_one(KindRow, row.kind).labels.values()
        title = first_title(row, labels, profile(session, edit.issue.list_id))
        fresh[places.item(change.publication_id, change.language, "title")] = title
    if "summary" in names:
        fresh[places.item(change.publication_id, change.language, "summary")] = row.summary
    if "picture" in names and row.media_sha256:
        fresh[places.item(change.publication_id, "picture")] = {"sha256": row.media_sha256}
        fresh[places.item(change.publication_id, "credit")] = row.image_credit
        fresh[places.item(change.publication_id, change.language, "alt")] = row.image_alt
    return fresh


def _told(
    draft: Contents, item: int, row: PublicationRow, news: Sequence[ChangeRow], first: str
) -> WebsiteChange | None:
    said = contents.languages(draft, item)
    language = row.language if row.language in said else first if first in said else said[0]
    if row.id != item and language != row.language:
        return None  # a translation that the mail does not show
    before: dict[str, tuple[str, Any]] = {}  # by what is shown: the column, and what it held when people last looked
    for change in news:
        for column, value in change.before.items():
            before.setdefault("picture" if column in _PICTURE else column, (column, value))
    parts = [_part(draft, item, language, row, name, *before[name]) for name in _SHOWN if name in before]
    differing = tuple(part for part in parts if part.before != part.now)
    gone = row.gone_at is not None and any(change.what == changes.GONE for change in news)
    if not differing and not gone:
        return None
    title = draft[places.item(item, language, "title")]
    return WebsiteChange(item, row.id, language, title, news[-1].at, gone, differing)


def _part(
    draft: Mapping[str, Any], item: int, language: str, row: PublicationRow, name: str, column: str, before: Any
) -> Part:
    if name == "picture":
        picture = draft.get(places.item(item, "picture")) or {}
        now = (row.media_sha256 if column == "media" else row.image) or ""
        if row.media_sha256 and row.media_sha256 in picture.values():
            before = now  # another address, and the picture that we show
        return Part(name, _SHOWN[name], picture.get("sha256", ""), before or "", now)
    stated = draft.get(places.item(item, "facts"), {})
    ours = draft.get(places.item(item, language, name), "") if name in _OURS else None
    if name in stated:
        ours = stated[name] or ""
    return Part(name, _SHOWN[name], ours, before or "", stating.shown(getattr(row, name)))
