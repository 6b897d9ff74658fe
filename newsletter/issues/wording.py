"""The words an item starts with: those of its publications, without what the mail says beside them."""

from collections.abc import Iterable, Sequence

from newsletter.issues.model import Profile
from newsletter.issues.shortening import bare
from newsletter.issues.tables import ItemWordingRow
from newsletter.publications.tables import PublicationRow


def first_wordings(
    item_id: int, members: Sequence[PublicationRow], labels: Iterable[str], speaker: Profile
) -> list[ItemWordingRow]:
    """In the list's default language always, with the first member's own words where no translation is there."""
    known = tuple(labels)
    rows = {row.language: row for row in reversed(members) if row.language in speaker.languages}
    rows.setdefault(speaker.default_language, members[0])
    return [
        ItemWordingRow(
            item_id=item_id,
            language=language,
            title=first_title(row, known, speaker),
            summary=row.summary,
            image_alt=row.image_alt,
        )
        for language, row in sorted(rows.items())
    ]


def first_title(row: PublicationRow, labels: Iterable[str], speaker: Profile) -> str:
    """The publication's title without its kind or the organisation before it."""
    return bare(row.title, labels, (speaker.from_name, speaker.legal_name))
