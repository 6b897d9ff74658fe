"""Imports a file of publications: either all of it is right and lands, or nothing of it does."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin, urlsplit

from sqlalchemy.orm import Session

from newsletter.errors import BadInput
from newsletter.fetch import Page
from newsletter.media import store as media
from newsletter.media.encoding import MOST_BYTES, Encoded, encode
from newsletter.publications import matching
from newsletter.publications.finding import Here
from newsletter.publications.kinds import kinds
from newsletter.publications.model import Publication
from newsletter.publications.reading import Parsed, parse_csv, parse_json, refusal
from newsletter.publications.store import Landed, land_one, one_at_a_time, set_day, stored
from newsletter.publications.tables import PublicationRow

MOST_FILE_BYTES = 50 * 1024 * 1024
SOURCE = "file"


@dataclass(frozen=True, slots=True)
class Imported:
    """How many publications of the file were new, changed, already here just so, or here from elsewhere."""

    new: int
    changed: int
    unchanged: int
    duplicates: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """A file that is right in every row, its pictures made ready: what is slow is done before a transaction opens."""

    entries: tuple[tuple[Publication, Encoded | None], ...]

    @property
    def pictures_on_the_web(self) -> int:
        """How many name a picture that is not beside the file, and so has not been taken."""
        return sum(bool(publication.image) and picture is None for publication, picture in self.entries)


def import_file(session: Session, path: Path, now: datetime) -> Imported:
    """Read and land in one go; BadInput holds every problem with line, field and reason."""
    return land(session, read_file(path, tuple(kind.slug for kind in kinds(session))), now)


def read_file(path: Path, known_kinds: Collection[str]) -> Batch:
    """Read the file and the pictures beside it, without a database."""
    try:
        parsed = _parsed(path.suffix, _content(path), known_kinds)
        entries, problems = _with_pictures(parsed, path.resolve().parent)
        if problems:
            raise refusal(problems)
    except BadInput as error:
        raise BadInput(f"{path.name}: {error}", error.problems) from None
    return Batch(entries)


def read_page(page: Page, known_kinds: Collection[str]) -> Batch:
    """Read a file that was fetched. Its pictures stand where it says, or beside it, and are not fetched here."""
    try:
        parsed = _parsed(PurePosixPath(urlsplit(page.url).path).suffix, page.content, known_kinds)
        if parsed.problems:
            raise refusal(parsed.problems)
    except BadInput as error:
        raise BadInput(f"{page.url}: {error}", error.problems) from None
    rows = (publication for _, publication in parsed.rows)
    return Batch(tuple((replace(one, image=one.image and urljoin(page.url, one.image)), None) for one in rows))


def read_content(name: str, content: bytes, known_kinds: Collection[str]) -> Batch:
    """Read a file that was sent along, under the name that it came with. Its pictures must be on the web."""
    try:
        parsed = _parsed(PurePosixPath(name).suffix, content, known_kinds)
        beside = [
            f"line {line}, image: {one.image} is not on the web"
            for line, one in parsed.rows
            if one.image and not one.image.startswith(("http://", "https://"))
        ]
        if parsed.problems or beside:
            raise refusal(_by_line([*parsed.problems, *beside]))
    except BadInput as error:
        raise BadInput(f"{name[:100]}: {error}", error.problems) from None
    return Batch(tuple((one, None) for _, one in parsed.rows))


def land(session: Session, batch: Batch, now: datetime) -> Imported:
    """Write what is new or changed; run again with the same file, it writes nothing."""
    one_at_a_time(session)
    rows = stored(session, [publication.external_id for publication, _ in batch.entries])
    here = Here(session, [matching.known(0, one) for one, _ in batch.entries if one.external_id not in rows])
    landed: Counter[Landed | None] = Counter()
    for publication, picture in batch.entries:
        row = rows.get(publication.external_id)
        twin = here.twin(matching.known(0, publication)) if row is None else None
        if twin is not None:
            landed[None] += 1
            _give_day(session, twin.id, publication, now)
            continue
        sha256 = media.put(session, picture, now).sha256 if picture else None
        landed[land_one(session, row, publication, sha256, SOURCE, now)] += 1
    session.flush()
    return Imported(landed[Landed.NEW], landed[Landed.CHANGED], landed[Landed.UNCHANGED], landed[None])


def _give_day(session: Session, publication_id: int, publication: Publication, now: datetime) -> None:
    """What is here from elsewhere gets the day that it lacks, and nothing else."""
    row = session.get_one(PublicationRow, publication_id)
    if row.published_on is None and publication.published_on is not None:
        set_day(session, row, publication.published_on, now)


def _parsed(suffix: str, content: bytes, known_kinds: Collection[str]) -> Parsed:
    text, suffix = _text(content), suffix.lower()
    if suffix == ".json" or (suffix != ".csv" and text.lstrip("\ufeff \t\r\n")[:1] in {"[", "{"}):
        return parse_json(text, known_kinds)
    return parse_csv(text, known_kinds)


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput('The file is UTF-16, not UTF-8; save it as "CSV UTF-8" and import it again.')
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"The file is not UTF-8: line {line} holds the byte 0x{content[error.start]:02X}."
            ' Save it as "CSV UTF-8" and import it again.'
        ) from None


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise BadInput("The file has more than 50 MB; import it in parts.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise BadInput(f"The file cannot be read: {_reason(error)}.") from None


def _with_pictures(
    parsed: Parsed, folder: Path
) -> tuple[tuple[tuple[Publication, Encoded | None], ...], tuple[str, ...]]:
    entries: list[tuple[Publication, Encoded | None]] = []
    problems = list(parsed.problems)
    for line, publication in parsed.rows:
        try:
            entries.append((publication, _picture(publication.image, folder)))
        except BadInput as error:
            problems.append(f"line {line}, image: {error}")
    return tuple(entries), _by_line(problems)


def _by_line(problems: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(problems, key=lambda problem: int(problem.removeprefix("line ").split(",")[0])))


def _picture(image: str, folder: Path) -> Encoded | None:
    """The picture beside the file; one on the web is noted, not fetched."""
    if not image or image.startswith(("http://", "https://")):
        return None
    try:
        path = (folder / image).resolve()
        if not path.is_relative_to(folder):
            raise BadInput(f"{image} lies outside the folder of the file")
        if not path.is_file():
            raise BadInput(f"{image} is not there; paths start in the folder of the file")
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(f"{image} has more than 20 MB")
        return encode(path.read_bytes(), media.MAX_WIDTH)
    except (OSError, ValueError, RuntimeError) as error:
        raise BadInput(f"{image} cannot be read: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
