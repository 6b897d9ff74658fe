"""Takes in what somebody has suggested: it waits in the tray without a date, so that it is in no issue by itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.publications import matching, texts
from newsletter.publications.checking import MOST_TITLE
from newsletter.publications.finding import Here
from newsletter.publications.guessing import guess, language_of
from newsletter.publications.kinds import kinds
from newsletter.publications.model import Publication
from newsletter.publications.sources.model import Entry, Flag
from newsletter.publications.store import land_one, one_at_a_time, stored, update
from newsletter.publications.tables import PublicationRow

SOURCE = "suggested"
_STRANGER = -1  # no source, and nobody who knows what is here: the same page is the same thing
_UNKNOWN_KIND = "city_story"  # of what leads to no page: nothing else is known of it


@dataclass(frozen=True, slots=True)
class Idea:
    """What somebody suggests: a link, or a title, or both; `summary`: what it is."""

    url: str
    title: str
    summary: str


def suggest(
    session: Session, idea: Idea, external_id: str, language: str, own_hosts: frozenset[str], now: datetime
) -> int:
    """Its publication: a new one in the tray, or the one that is here already. TextError for what cannot be shown."""
    publication = _publication(session, idea, external_id, language, own_hosts)
    one_at_a_time(session)
    entry = matching.known(0, publication)
    twin = Here(session, [entry]).twin(entry, _STRANGER)
    if twin is not None:
        return twin.id
    land_one(session, None, publication, None, SOURCE, now)
    session.flush()
    row = stored(session, [external_id])[external_id]
    row.flags = [Flag.SUGGESTED.value]
    return row.id


def mend(
    session: Session, publication_id: int, idea: Idea, language: str, own_hosts: frozenset[str], now: datetime
) -> bool:
    """Bring a suggestion that waits in the tray up to what is said of it now; False where it waits there no more."""
    row = session.get(PublicationRow, publication_id)
    if row is None or row.source != SOURCE or row.published_on is not None:
        return False
    update(session, row, _publication(session, idea, row.external_id, language, own_hosts), now, row.media_sha256)
    return True


def _publication(
    session: Session, idea: Idea, external_id: str, language: str, own_hosts: frozenset[str]
) -> Publication:
    url = texts.link(idea.url) if idea.url else ""
    title = texts.heading(idea.title or idea.url, MOST_TITLE)
    summary = texts.paragraph(idea.summary)
    entry = Entry(external_id, url, title, summary, language=language_of(f"{title}. {summary}") or language)
    guessed = guess(entry, own_hosts, url).kind if url else _UNKNOWN_KIND
    known = [kind.slug for kind in kinds(session)]
    return Publication(
        external_id=external_id,
        kind=guessed if guessed in known else known[0],
        title=title,
        url=url,
        language=entry.language,
        summary=summary,
    )
