"""The pictures that issues show: their size, what is said of them, where they stand, and which say nothing."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from newsletter.issues.tables import BlockRow, BlockWordingRow, IssueRow, ItemRow, ItemWordingRow
from newsletter.media.tables import MediaRow
from newsletter.publications.tables import PublicationRow

PAGE = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A place where a picture stands. `publication` None: beside a text of the issue's own. `alt` "": nothing is said
    to those who do not see it.
    """

    slug: str
    issue: str
    publication: int | None
    title: str
    alt: str
    credit: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in use. `bytes`: its weight."""

    file: str
    width: int
    height: int
    bytes: int
    places: tuple[Shown, ...]

    @property
    def lacks(self) -> bool:
        """Whether it is without words in any of its places."""
        return any(not place.alt for place in self.places)


def pictures(session: Session, *, lacking: bool, page: int) -> tuple[tuple[Picture, ...], int, int]:
    """A page of those in use, the latest issue's first; how many there are, and how many of all say nothing."""
    every, silent = _used(), _used().where(~_has_words())
    numbers = [session.scalar(select(func.count()).select_from(one.subquery())) or 0 for one in (every, silent)]
    chosen = (silent if lacking else every).order_by(func.max(ItemRow.issue_id).desc(), ItemRow.media_sha256)
    hashes = list(session.scalars(chosen.limit(PAGE).offset((max(page, 1) - 1) * PAGE)))
    facts = session.execute(
        select(MediaRow.sha256, MediaRow.extension, MediaRow.width, MediaRow.height, func.length(MediaRow.content))
        .where(MediaRow.sha256.in_(hashes))
    )  # fmt: skip
    known = {row[0]: row for row in facts}
    places = _places(session, hashes)
    found = tuple(
        Picture(f"{one}.{known[one][1]}", known[one][2], known[one][3], known[one][4], tuple(places[one]))
        for one in hashes
        if one in known
    )
    return found, numbers[1 if lacking else 0], numbers[1]


def _used() -> Select[Any]:
    return select(ItemRow.media_sha256).where(ItemRow.media_sha256.is_not(None)).group_by(ItemRow.media_sha256)


def _has_words() -> ColumnElement[bool]:
    return exists().where(ItemWordingRow.item_id == ItemRow.id, ItemWordingRow.image_alt != "")


def _places(session: Session, hashes: list[str]) -> Mapping[str, list[Shown]]:
    found: defaultdict[str, list[Shown]] = defaultdict(list)
    if not hashes:
        return found
    rows = session.execute(
        select(ItemRow.id, ItemRow.media_sha256, ItemRow.image_credit, ItemRow.publication_id, IssueRow.slug,
               IssueRow.name, PublicationRow.title)
        .join(IssueRow, IssueRow.id == ItemRow.issue_id)
        .join(PublicationRow, PublicationRow.id == ItemRow.publication_id)
        .where(ItemRow.media_sha256.in_(hashes))
        .order_by(ItemRow.issue_id.desc(), ItemRow.id)
    ).all()  # fmt: skip
    alts: dict[int, str] = {}
    words = select(ItemWordingRow.item_id, ItemWordingRow.image_alt).where(
        ItemWordingRow.item_id.in_([row[0] for row in rows]), ItemWordingRow.image_alt != ""
    )
    for item, alt in session.execute(words.order_by(ItemWordingRow.language)):
        alts.setdefault(item, alt)
    for item, sha256, credit, publication, slug, issue, title in rows:
        found[sha256].append(Shown(slug, issue, publication, title, alts.get(item, ""), credit))
    return found


def portraits(session: Session) -> tuple[Picture, ...]:
    """Those beside texts of an issue's own, like the director's: the latest issue's first, a page at most."""
    rows = session.execute(
        select(BlockRow.id, MediaRow.sha256, MediaRow.extension, MediaRow.width, MediaRow.height,
               func.length(MediaRow.content), IssueRow.slug, IssueRow.name)
        .join(MediaRow, MediaRow.sha256 == BlockRow.media_sha256)
        .join(IssueRow, IssueRow.id == BlockRow.issue_id)
        .order_by(BlockRow.issue_id.desc(), BlockRow.id)
        .limit(PAGE)
    ).all()  # fmt: skip
    words = select(BlockWordingRow).where(BlockWordingRow.block_id.in_([row[0] for row in rows]))
    said: dict[int, tuple[str, str]] = {}
    for word in session.scalars(words.order_by(BlockWordingRow.language)):
        name = str(word.fields.get("name", ""))
        said.setdefault(word.block_id, (name or "A text", str(word.fields.get("image_alt", "")) or name))
    found: dict[str, Picture] = {}
    for block, sha256, extension, width, height, size, slug, issue in rows:
        title, alt = said.get(block, ("A text", ""))
        before = found[sha256].places if sha256 in found else ()
        places = (*before, Shown(slug, issue, None, title, alt, ""))
        found[sha256] = Picture(f"{sha256}.{extension}", width, height, size, places)
    return tuple(found.values())
