"""The kinds to start with, as data; each stays a row that the organisation may edit."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.publications.model import Kind, Layout
from newsletter.publications.tables import KindRow

NEWSLETTER = "newsletter"  # our own: it is never an item of itself

# slug, layout, home section, then the label in English, Spanish, French, Arabic
_START = (
    ("readout", Layout.CARD, "work", "Readout", "Reseña", "Compte rendu", "موجز لقاء"),
    ("press_release", Layout.CARD, "work", "Press release", "Comunicado", "Communiqué", "بيان صحفي"),
    ("statement", Layout.SOBER, "work", "Statement", "Declaración", "Déclaration", "بيان"),
    ("tribute", Layout.CARD, "work", "Tribute", "Homenaje", "Hommage", "تكريم"),
    ("partnership", Layout.CARD, "work", "Partnership", "Alianza", "Partenariat", "شراكة"),
    ("city_story", Layout.CARD, "work", "City story", "Historia de ciudad", "Récit de ville", "قصة مدينة"),
    ("report", Layout.COVER, "read", "Report", "Informe", "Rapport", "تقرير"),
    ("brief", Layout.COVER, "read", "Brief", "Nota informativa", "Note de synthèse", "موجز"),
    ("research", Layout.COVER, "read", "Research", "Investigación", "Recherche", "بحث"),
    ("event_report", Layout.COVER, "read", "Event report", "Informe de evento", "Rapport d’événement", "تقرير فعالية"),
    ("knowledge_product", Layout.COVER, "read", "Guide", "Guía", "Guide", "دليل"),
    ("commentary", Layout.CARD, "read", "Commentary", "Comentario", "Commentaire", "تعليق"),
    ("media_feature", Layout.LINE, "news", "In the media", "En los medios", "Dans les médias", "في الإعلام"),
    ("opportunity", Layout.DATE, "open", "Opportunity", "Convocatoria", "Appel", "فرصة"),
    ("event", Layout.DATE, "open", "Event", "Evento", "Événement", "فعالية"),
    (NEWSLETTER, Layout.LINE, "", "Newsletter", "Boletín", "Lettre d’information", "نشرة إخبارية"),
)  # fmt: skip

STARTING_KINDS = tuple(
    Kind(slug, {"en": en, "es": es, "fr": fr, "ar": ar}, layout, home) for slug, layout, home, en, es, fr, ar in _START
)


def seed_kinds(session: Session) -> None:
    """Add the kinds that are missing; what has been edited stays as it is."""
    present = set(session.scalars(select(KindRow.slug)))
    for position, kind in enumerate(STARTING_KINDS, start=1):
        if kind.slug not in present:
            session.add(_row(kind, position))
    session.flush()


def kinds(session: Session) -> tuple[Kind, ...]:
    """All kinds, in their order."""
    rows = session.scalars(select(KindRow).order_by(KindRow.position, KindRow.slug))
    return tuple(Kind(row.slug, row.labels, Layout(row.layout), row.home_section) for row in rows)


def _row(kind: Kind, position: int) -> KindRow:
    return KindRow(
        slug=kind.slug,
        labels=kind.labels,
        layout=kind.layout.value,
        home_section=kind.home_section,
        position=position,
    )
