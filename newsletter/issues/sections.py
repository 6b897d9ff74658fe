"""The sections that a new list begins with, as data; each stays a row that the organisation may edit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, NotFound
from newsletter.issues.fields import heading, one_of
from newsletter.issues.tables import ListSectionRow, ProfileRow
from newsletter.publications.kinds import kinds, seed_kinds
from newsletter.publications.model import Layout


class StartingSection(NamedTuple):
    """A section that a new list begins with; its kinds are those whose home it is."""

    slug: str
    cap: int
    layout: Layout
    titles: dict[str, str]


STARTING_SECTIONS = (
    StartingSection("work", 4, Layout.CARD, {
        "en": "Mayors at work", "es": "Alcaldías en acción", "fr": "Les maires à l’œuvre",
        "ar": "رؤساء البلديات في الميدان",
    }),
    StartingSection("read", 4, Layout.COVER, {
        "en": "New to read", "es": "Nuevas lecturas", "fr": "À lire", "ar": "جديد للقراءة",
    }),
    StartingSection("news", 5, Layout.LINE, {
        "en": "In the news", "es": "En los medios", "fr": "Dans la presse", "ar": "في وسائل الإعلام",
    }),
    StartingSection("open", 6, Layout.DATE, {
        "en": "Open now", "es": "Abierto ahora", "fr": "Ouvert en ce moment", "ar": "متاح الآن",
    }),
)  # fmt: skip


def add_sections(session: Session, list_id: int) -> None:
    """Give the list its sections."""
    if not kinds(session):
        seed_kinds(session)
    known = kinds(session)
    for position, (slug, cap, layout, titles) in enumerate(STARTING_SECTIONS, start=1):
        homes = [kind.slug for kind in known if kind.home_section == slug]
        session.add(
            ListSectionRow(
                list_id=list_id, slug=slug, position=position, titles=titles, kinds=homes, cap=cap, layout=layout.value
            )
        )


MOST_CAP = 50  # items of a section
_TITLE = "title_"


def of_list(session: Session, list_id: int) -> tuple[ListSectionRow, ...]:
    """The list's sections in their order."""
    query = select(ListSectionRow).where(ListSectionRow.list_id == list_id)
    return tuple(session.scalars(query.order_by(ListSectionRow.position, ListSectionRow.id)))


def facts(session: Session, list_id: int, slug: str) -> dict[str, Any]:
    """A section as the fields of a form: `title_en`, `cap`, `layout`, `kinds`."""
    row = _row(session, list_id, slug)
    titles = {f"{_TITLE}{language}": title for language, title in sorted(row.titles.items())}
    return {"section": row.slug, **titles, "cap": str(row.cap), "layout": row.layout, "kinds": sorted(row.kinds)}


def change(session: Session, list_id: int, slug: str, given: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Change what is given, by those fields, each with its values. A kind has one section."""
    row, before = _row(session, list_id, slug), facts(session, list_id, slug)
    first = session.scalar(select(ProfileRow.default_language).where(ProfileRow.list_id == list_id))
    titles = dict(row.titles)
    for name, values in given.items():
        if name.startswith(_TITLE):
            language = name.removeprefix(_TITLE)
            titles[language] = heading(f"heading ({language})", values[0], 120) if values[0].strip() else ""
    row.titles = {language: title for language, title in titles.items() if title}
    if first not in row.titles:
        raise BadInput(f"The heading ({first}) is missing; readers of every other language fall back on it.")
    row.cap = _cap(given.get("cap", [before["cap"]])[0])
    row.layout = one_of("layout", given.get("layout", [row.layout])[0], tuple(Layout))
    if "kinds" in given:
        _take(session, list_id, row, [one for one in given["kinds"] if one])
    row.set_at = now
    session.flush()


def reorder(session: Session, list_id: int, wanted: Sequence[str], now: datetime) -> None:
    """Their order from the first to the last; all of them must be named, once."""
    rows = {row.slug: row for row in of_list(session, list_id)}
    if sorted(wanted) != sorted(rows):
        raise BadInput(f"The order must name each section once: {', '.join(rows)}.")
    for position, slug in enumerate(wanted, start=1):
        if rows[slug].position != position:
            rows[slug].position, rows[slug].set_at = position, now
    session.flush()


def _take(session: Session, list_id: int, row: ListSectionRow, wanted: Sequence[str]) -> None:
    known = [kind.slug for kind in kinds(session)]
    for kind in wanted:
        one_of("kind", kind, tuple(known))
    for other in of_list(session, list_id):
        taken = set(other.kinds) & set(wanted) if other.id != row.id else set()
        if taken:
            title = next(iter(other.titles.values()), other.slug)
            raise BadInput(f"The kind {min(taken)} belongs to the section “{title}”. Take it out there first.")
    row.kinds = [kind for kind in known if kind in wanted]


def _cap(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:4]) <= MOST_CAP or len(text) > 4:
        raise BadInput(f"The number of full items {text[:20]!r} must be a number from 1 to {MOST_CAP}.")
    return int(text)


def _row(session: Session, list_id: int, slug: str) -> ListSectionRow:
    query = select(ListSectionRow).where(ListSectionRow.list_id == list_id, ListSectionRow.slug == slug)
    row = session.scalar(query)
    if row is None:
        raise NotFound(f"The list has no section {slug[:40]!r}.")
    return row
