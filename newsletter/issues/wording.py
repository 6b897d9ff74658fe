"""The words an item starts with: those of its publications, without what the mail says beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from newsletter.issues.model import Profile
from newsletter.issues.shortening import bare
from newsletter.issues.tables import ItemWordingRow
from newsletter.publications.tables import PublicationRow


@dataclass(frozen=True, slots=True)
class Words:
    """What an item says in one language, by the parts of its places."""

    title: str
    summary: str
    alt: str
    action: str = ""


def first_words(members: Sequence[PublicationRow], labels: Iterable[str], speaker: Profile) -> Mapping[str, Words]:
    """In the list's default language always, with the first member's own words where no translation is there."""
    known = tuple(labels)
    rows = {row.language: row for row in reversed(members) if row.language in speaker.languages}
    rows.setdefault(speaker.default_language, members[0])
    return {
        language: Words(first_title(row, known, speaker), row.summary, row.image_alt)
        for language, row in sorted(rows.items())
    }


def first_wordings(
    item_id: int, members: Sequence[PublicationRow], labels: Iterable[str], speaker: Profile
) -> list[ItemWordingRow]:
    """The same as rows."""
    return [
        ItemWordingRow(item_id=item_id, language=language, title=said.title, summary=said.summary, image_alt=said.alt)
        for language, said in first_words(members, labels, speaker).items()
    ]


def first_title(row: PublicationRow, labels: Iterable[str], speaker: Profile) -> str:
    """The publication's title without its kind or the organisation before it."""
    return bare(row.title, labels, (speaker.from_name, speaker.legal_name))
