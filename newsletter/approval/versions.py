"""Making a version: the draft as it stands, rendered in each of its languages, with the facts that it was made from."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from newsletter.approval.envelope import envelope
from newsletter.canonical import digest, facts
from newsletter.database import Transactions
from newsletter.issues import drafts
from newsletter.issues.model import Draft, Picture, Profile
from newsletter.issues.rebuilding import draft_at
from newsletter.media.encoding import encode
from newsletter.media.store import put
from newsletter.rendering import page
from newsletter.rendering.edition import Frame
from newsletter.rendering.holes import with_address
from newsletter.rendering.page import Pointed, Rendered
from newsletter.rendering.theme import Theme, find
from newsletter.resources import templates


@dataclass(frozen=True, slots=True)
class Version:
    """An issue as it would go out now."""

    draft: Draft
    parts: Mapping[str, Rendered]
    envelope: Mapping[str, Any]
    basis_facts: Mapping[str, Any]

    @property
    def basis(self) -> str:
        """SHA-256 (hex) of what it was made from."""
        return digest(self.basis_facts)


MOST_KEPT = 24  # rendered language versions that are kept in memory, about 150 KB each


class Versions:
    """Makes versions. `folder` is where a list's own theme file may lie.

    What was rendered last is kept in memory, by everything that it was made from: a page that shows an issue again
    needs no rendering.
    """

    def __init__(self, base_url: str, folder: Path) -> None:
        self._base_url = base_url
        self._folder = folder
        self._logos: dict[tuple[Path, int], Picture] = {}
        self._kept: dict[tuple[str, str], Rendered] = {}  # by basis and language, the one asked for last at the end
        self._lock = threading.Lock()

    def make(self, database: Transactions, issue_id: int, now: datetime) -> Version:
        """Render every language version. RenderError names the place; the logo is stored on the way.

        Takes the factory and not a session: rendering takes longer than a writing transaction may.
        """
        with database.reading() as session:
            draft = drafts.load(session, issue_id)
        theme = self._theme(draft.profile)
        basis_facts = self._facts(draft, theme)
        parts = self._parts(database, draft, theme, editions(draft), digest(basis_facts), now)
        sealed = envelope(draft.profile, draft.slug, self._base_url, draft.corrects)
        return Version(draft, parts, sealed, basis_facts)

    def preview(
        self,
        database: Transactions,
        issue_id: int,
        language: str,
        now: datetime,
        changed: Callable[[Draft], Draft] = with_address,
    ) -> Rendered:
        """One language version as it would look now; the list's own where the issue has no such one. `changed`: what is
        done to the draft before, by itself only that a missing postal address is a hole.
        """
        with database.reading() as session:
            draft = changed(drafts.load(session, issue_id))
        theme = self._theme(draft.profile)
        languages = editions(draft)
        chosen = language if language in languages else languages[0]
        return self._parts(database, draft, theme, (chosen,), digest(self._facts(draft, theme)), now)[chosen]

    def in_theme(self, database: Transactions, issue_id: int, theme: Theme, now: datetime) -> Rendered:
        """The issue in the list's first language as it would look in another theme; nothing of it is kept."""
        with database.reading() as session:
            draft = with_address(drafts.load(session, issue_id))
        languages, logo = editions(draft), self._known_logo(database, theme, now)
        return page.render(draft, theme, self._frame(draft, languages[0], languages, logo))

    def _parts(
        self, database: Transactions, draft: Draft, theme: Theme, wanted: tuple[str, ...], basis: str, now: datetime
    ) -> dict[str, Rendered]:
        """These language versions: those that are kept, and the others rendered."""
        with self._lock:
            found = {language: self._kept.get((basis, language)) for language in wanted}
        if None in found.values():
            languages, logo = editions(draft), _logo(database, theme, now)
            for language in [one for one, kept in found.items() if kept is None]:
                found[language] = page.render(draft, theme, self._frame(draft, language, languages, logo))
        parts = {language: part for language, part in found.items() if part is not None}
        with self._lock:
            for language, part in parts.items():
                self._kept.pop((basis, language), None)
                self._kept[basis, language] = part
            for old in list(self._kept)[:-MOST_KEPT]:
                del self._kept[old]
        return parts

    def point(
        self, database: Transactions, issue_id: int, language: str, now: datetime, revision: int | None = None
    ) -> Pointed:
        """The same for those who work on it: each word says from which place of the draft it comes. With a revision, as
        it was then.
        """
        with database.reading() as session:
            draft = drafts.load(session, issue_id) if revision is None else draft_at(session, issue_id, revision)
        theme = self._theme(draft.profile)
        languages = editions(draft)
        chosen = language if language in languages else languages[0]
        return page.point(draft, theme, self._frame(draft, chosen, languages, self._known_logo(database, theme, now)))

    def excerpt(self, draft: Draft, language: str) -> str:
        """What of an issue is in this draft, without the mail's own head and foot: a whole HTML page."""
        return page.excerpt(draft, self._theme(draft.profile), self._frame(draft, language, (), None))

    def basis_facts(self, session: Session, issue_id: int) -> Mapping[str, Any]:
        """What a version made now would be made from, without rendering it."""
        draft = drafts.load(session, issue_id)
        return self._facts(draft, self._theme(draft.profile))

    def _facts(self, draft: Draft, theme: Theme) -> dict[str, Any]:
        root = templates()
        return {
            "draft": _draft_facts(draft),
            "templates": {str(path.relative_to(root)): _sha256(path) for path in page.files()},
            "theme": {path.name: _sha256(path) for path in theme.files},
            "address": self._base_url,
        }

    def _theme(self, profile: Profile) -> Theme:
        return find(profile.theme, self._folder)

    def _known_logo(self, database: Transactions, theme: Theme, now: datetime) -> Picture | None:
        """Drawn once a file: a preview is asked for after every word."""
        if theme.logo is None:
            return None
        key = (theme.logo.path, theme.logo.path.stat().st_mtime_ns)
        if key not in self._logos and (made := _logo(database, theme, now)):
            self._logos[key] = made
        return self._logos[key]

    def _frame(self, draft: Draft, language: str, languages: tuple[str, ...], logo: Picture | None) -> Frame:
        others = tuple(other for other in languages if other != language)
        return Frame(self._base_url, language, others, logo, draft.profile.reply_to)


def editions(draft: Draft) -> tuple[str, ...]:
    """The languages that this issue has a subject in, the list's default first."""
    default = draft.profile.default_language
    return (default, *sorted(language for language in draft.subjects if language != default))


def _draft_facts(draft: Draft) -> dict[str, Any]:
    """The draft but for the row ids of its items: one taken out and put back is the same item to every reader."""
    found: dict[str, Any] = facts(draft)
    for section in found["sections"]:
        for item in section["items"]:
            del item["id"]
    if draft.corrects is None:
        del found["corrects"]  # as it was before there were corrections: their yes still counts
    return found


def _logo(database: Transactions, theme: Theme, now: datetime) -> Picture | None:
    if theme.logo is None:
        return None
    encoded = encode(theme.logo.path.read_bytes(), theme.logo.width * 2)
    with database.transaction() as session:
        kept = put(session, encoded, now)
    return Picture(kept.sha256, kept.extension, kept.width, kept.height, theme.logo.alt)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
