"""The sections that a new list begins with, as data; each stays a row that the organisation may edit."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from newsletter.issues.tables import ListSectionRow
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
