"""Takes the pictures of publications from the web, outside transactions; one that cannot be had costs only itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from newsletter.database import Transactions
from newsletter.errors import Refusal
from newsletter.fetch import Web
from newsletter.media import store as media
from newsletter.media.encoding import MOST_BYTES, Encoded, encode
from newsletter.publications import store
from newsletter.publications.tables import PublicationRow

RECENT = timedelta(days=200)  # older ones come into no issue any more
MOST_AT_ONCE = 200  # pictures in one visit
MOST_TRIES = 3
MOST_REMEMBERED = 500  # addresses that gave no picture


@dataclass(frozen=True, slots=True)
class Wanted:
    """A publication whose picture is on the web, and not here."""

    publication_id: int
    title: str
    address: str


@dataclass(slots=True)
class Pictured:
    """How many were taken, why others were not, and how often each address has failed by now."""

    taken: int = 0
    problems: list[tuple[Wanted, str]] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)


def of_source(session: Session, slug: str, today: date) -> tuple[Wanted, ...]:
    """What a source's recent publications lack, the newest first."""
    recent = or_(PublicationRow.published_on.is_(None), PublicationRow.published_on >= today - RECENT)
    return _wanted(session, PublicationRow.source == slug, recent)


def of_publications(session: Session, ids: Sequence[int]) -> tuple[Wanted, ...]:
    """What these lack."""
    return _wanted(session, PublicationRow.id.in_(ids))


def take(
    database: Transactions,
    web: Web,
    wanted: Sequence[Wanted],
    now: datetime,
    failures: Mapping[str, int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Pictured:
    """Fetch, re-encode and keep them. An address that has failed too often is left alone."""
    done = Pictured(failures=dict(failures or {}))
    tried = [one for one in wanted if done.failures.get(one.address, 0) < MOST_TRIES][:MOST_AT_ONCE]
    for number, one in enumerate(tried, start=1):
        try:
            picture = _fetched(web, one.address)
        except (Refusal, MemoryError) as error:
            done.problems.append((one, str(error) or "The picture is too large."))
            done.failures[one.address] = done.failures.get(one.address, 0) + 1
        else:
            with database.transaction() as session:
                done.taken += _keep(session, one, picture, now)
            done.failures.pop(one.address, None)
        if progress:
            progress(number, len(tried))
    done.failures = dict(list(done.failures.items())[-MOST_REMEMBERED:])
    return done


def _wanted(session: Session, *which: object) -> tuple[Wanted, ...]:
    query = (
        select(PublicationRow.id, PublicationRow.title, PublicationRow.image)
        .where(*which, PublicationRow.media_sha256.is_(None), PublicationRow.gone_at.is_(None))  # type: ignore[arg-type]
        .where(or_(PublicationRow.image.startswith("http://"), PublicationRow.image.startswith("https://")))
        .order_by(PublicationRow.published_on.is_not(None), PublicationRow.published_on.desc(), PublicationRow.id)
    )
    return tuple(Wanted(*row) for row in session.execute(query))


def _fetched(web: Web, address: str) -> Encoded:
    return encode(web.get(address, accept="image/*", most_bytes=MOST_BYTES).content, media.MAX_WIDTH)


def _keep(session: Session, one: Wanted, picture: Encoded, now: datetime) -> bool:
    """Not where its source names another one by now."""
    row = session.get(PublicationRow, one.publication_id)
    if row is None or row.image != one.address:
        return False
    store.set_picture(row, media.put(session, picture, now).sha256, now)
    return True
