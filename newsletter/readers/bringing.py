"""Brings a file of readers: looked over first, in the background and without writing, then taken in as somebody
decides; whoever is killed in between goes on where it was, since a row that has landed lands once.
"""

import csv
import logging
import re
import shutil
import threading
import time as clocks
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

import subscribers
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import BadInput, IllegalMove, NotFound
from newsletter.issues import lists as profiles
from newsletter.readers import brought
from newsletter.readers.brought import Brought
from newsletter.settings import Settings
from newsletter.staff.people import Actor, log
from subscribers import AddressBook, exporting

SHOWN, WORDS, UNKNOWN = "shown", "words", "unknown"  # what may be decided about those without proof
KEPT = timedelta(days=7)  # the lines of a file, and the refused of them
_UNKNOWN_FOR = 3600  # seconds in which a folder may stand that no row tells of: its file is being brought
_SUFFIXES = (".csv", ".xlsx", ".txt", ".tsv")
_PASTED, _REFUSED = "pasted.txt", ".refused"
_EXAMPLES, _REASONS = 10, 20
_TOLD_EVERY = 0.5  # seconds between two words about how far it is
_AT_ONCE = 1.5  # so long a page waits for a small file
_OPTIONS = re.compile(r"[,;.]?[^.,;]*--\w[^.]*")  # what only the command line can be told

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of those without proof: they wait; all agreed to these words on this day; nobody knows."""

    what: str
    words: str = ""
    day: date | None = None


class Bringing:
    """Opens its own short transactions. Nobody is mailed for being brought, and nobody who has left is brought back."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, book: AddressBook) -> None:
        self._folder, self._zone = settings.folder / "brought", settings.zone
        self._database, self._clock, self._book = database, clock, book
        self._threads: dict[int, threading.Thread] = {}

    # -- what pages ask ------------------------------------------------------------------------------------------------

    def file(self, id_: int) -> Brought:
        """Where a file stands. NotFound where there is none."""
        with self._database.reading() as session:
            return brought.required(session, id_, self._clock(), working=self._works_on(id_))

    def recent(self) -> tuple[Brought, ...]:
        """The last ten."""
        with self._database.reading() as session:
            return brought.recent(session, self._clock())

    def keeps(self, id_: int) -> bool:
        """Whether the refused lines of a file are still here."""
        return self._refused(id_).is_file()

    def refused(self, id_: int) -> Path:
        """The lines that were refused, as a CSV. NotFound once they are deleted."""
        path = self._refused(id_)
        if not path.is_file():
            raise NotFound("The refused lines of this file are not kept any more.")
        return path

    # -- what people do ------------------------------------------------------------------------------------------------

    def bring(self, actor: Actor, list_slug: str, brought_as: str, name: str, content: bytes) -> int:
        """Keep a file, and begin to look it over; its number."""
        actor.permit("import")
        self.tidy()
        suffix = Path(name).suffix.lower()
        if suffix not in _SUFFIXES:
            raise BadInput("That is none of: a CSV file, an Excel workbook (.xlsx), pasted lines.")
        if not content.strip():
            raise BadInput("There is nothing in it. Choose a file, or paste addresses.")
        if brought_as not in subscribers.IMPORTED_AS:
            raise BadInput("Say what these people are: readers, people who have left, or addresses that do not work.")
        with self._database.transaction() as session:
            face = subscribers.find_list(session, list_slug)
            if face is None or face.archived:
                raise NotFound("Choose the list that they come onto.")
            called = _called(name, suffix)
            id_ = brought.begin(session, face.id, actor.staff_id, called, brought_as, self._clock())
            folder = self._folder / str(id_)
            folder.mkdir(mode=0o700, parents=True)
            path = folder / called
            path.touch(mode=0o600)
            path.write_bytes(content)
        self._work(id_, lambda: self._look(id_))
        return id_

    def paste(self, actor: Actor, list_slug: str, brought_as: str, text: str) -> int:
        """The same of pasted lines."""
        return self.bring(actor, list_slug, brought_as, _PASTED, text.encode())

    def take(self, actor: Actor, id_: int, decision: Decision) -> None:
        """Take them in as decided."""
        actor.permit("import")
        now = self._clock()
        _check(decision, now.astimezone(self._zone).date())
        day = decision.day.isoformat() if decision.day else ""
        decided = {"what": decision.what, "words": decision.words.strip(), "day": day}
        with self._database.transaction() as session:
            if not brought.move(session, id_, "looked", "taking", now, decided=decided):
                raise IllegalMove("This file is being taken in already, or was put aside.")
            brought.told(session, id_, 0, now)
        self._work(id_, lambda: self._take(id_, actor))

    def go_on(self, actor: Actor, id_: int) -> None:
        """After an interruption: from the beginning, where what has landed stays as it is."""
        actor.permit("import")
        now = self._clock()
        with self._database.transaction() as session:
            one = brought.required(session, id_, now, working=self._works_on(id_))
            if not one.interrupted:
                raise IllegalMove("Nothing was interrupted here.")
            if one.state == "taking":  # what landed before is known already, and in none of the next sums
                brought.move(session, id_, "taking", "taking", now, decided=one.decided | {"again": True})
            brought.told(session, id_, 0, now)
        work: Callable[[], None] = (lambda: self._look(id_)) if one.state == "looking" else (
            lambda: self._take(id_, actor))  # fmt: skip
        self._work(id_, work)

    def drop(self, actor: Actor, id_: int) -> None:
        """Put the file aside; nobody more of it is taken in."""
        actor.permit("import")
        with self._database.transaction() as session:
            for state in ("looked", "failed"):
                if brought.move(session, id_, state, "dropped", self._clock(), look={}):
                    break
            else:
                raise IllegalMove("This file is being worked on, or is taken in already.")
        self._delete(id_)

    def tidy(self) -> None:
        """Delete the lines of files that are older than a week."""
        if not self._folder.is_dir():
            return
        folders = [one for one in self._folder.iterdir() if one.name.isdecimal()]  # before asking: none is newer
        with self._database.transaction() as session:
            brought.forget(session, self._clock() - KEPT)
            kept, known = brought.kept(session, self._clock() - KEPT), brought.known(session)
        for folder in folders:
            id_ = int(folder.name)
            if id_ in known - kept or (id_ not in known and _is_old(folder)):
                self._delete(id_)

    # -- the work ------------------------------------------------------------------------------------------------------

    def _work(self, id_: int, what: Callable[[], None]) -> None:
        thread = threading.Thread(target=self._guarded, args=(id_, what), name=f"readers-{id_}", daemon=True)
        self._threads[id_] = thread
        thread.start()
        thread.join(_AT_ONCE)

    def _guarded(self, id_: int, what: Callable[[], None]) -> None:
        trouble = ""
        try:
            what()
        except (subscribers.ImportFileError, subscribers.ConsentError, OSError, BadInput, NotFound) as error:
            trouble = _plain(str(error), self._folder)
        except Exception:
            logger.exception("A file of readers cannot be worked on.")
            trouble = "Something went wrong here, and is written in the log. What was taken in before is taken in."
        finally:
            self._threads.pop(id_, None)
        if trouble:
            with self._database.transaction() as session:
                brought.fail(session, id_, trouble, self._clock())

    def _works_on(self, id_: int) -> bool:
        thread = self._threads.get(id_)
        return thread is not None and thread.is_alive()

    def _look(self, id_: int) -> None:
        found: dict[str, Any] = {"examples": [], "reasons": []}

        def each(line: int, address: str, what: str, why: str) -> None:
            if what == "refused" and len(found["reasons"]) < _REASONS:
                found["reasons"].append([line, address, _plain(why)])
            elif what not in {"refused", "unchanged"} and len(found["examples"]) < _EXAMPLES:
                found["examples"].append([line, address, what])

        report, seen = self._run(id_, {"what": UNKNOWN}, each, dry_run=True)
        found |= report.counts() | {"kinds": report.kinds, "columns": "", "sha256": "", "guessed": ""}
        if seen is not None:
            found |= {"columns": subscribers.in_words(seen), "sha256": seen.survey.sha256}
            found["guessed"] = ", ".join(seen.sample) if seen.survey.guessed else ""
        with self._database.transaction() as session:
            brought.move(session, id_, "looking", "looked", self._clock(), look=found)

    def _take(self, id_: int, actor: Actor) -> None:
        with self._database.reading() as session:
            one = brought.required(session, id_, self._clock(), working=True)
        what = {"file": one.file_name, "decided": one.decided["what"]}
        try:
            report, _ = self._run(id_, one.decided, None, dry_run=False, sha256=str(one.look.get("sha256", "")))
        except Exception:
            with self._database.transaction() as session:
                log(session, actor, "import", self._clock(), **what, interrupted=True)
            raise
        with self._database.transaction() as session:
            now = self._clock()
            brought.move(session, id_, "taking", "done", now, taken=report.counts() | {"kinds": report.kinds}, look={})
            log(session, actor, "import", now, **what, added=report.added)
        with suppress(NotFound):
            self._file_of(id_).unlink(missing_ok=True)

    def _run(
        self, id_: int, decided: dict[str, Any], each: subscribers.Each | None, *, dry_run: bool, sha256: str = ""
    ) -> tuple[subscribers.ImportReport, subscribers.Opened | None]:
        seen: list[subscribers.Opened] = []
        with self._database.reading() as session:
            one = brought.required(session, id_, self._clock(), working=True)
            language, by = _language(session, one.list_id), one.by_email
        teller = _Teller(lambda done, total: self._told(id_, done, total))

        def looked(opened: subscribers.Opened) -> None:
            if sha256 and opened.survey.sha256 != sha256:
                raise BadInput("The file is another one than was looked at. Bring it again.")
            seen.append(opened)
            teller.total = opened.rows

        path, agreed = self._file_of(id_), _moment(decided, self._clock())
        words = str(decided.get("words", "")) if decided["what"] == WORDS else ""
        with self._refused(id_).open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("line", "email", "why"))

            def heard(line: int, address: str, what: str, why: str) -> None:
                if what == "refused":
                    writer.writerow((line, exporting.defused(address), exporting.defused(_plain(why))))
                if each:
                    each(line, address, what, why)

            report = subscribers.import_file(
                self._database.transaction, self._book, path, one.list_id, one.brought_as, words, agreed, by,
                self._clock(), language, dry_run, teller.tell, asked=subscribers.Asked(pasted=path.suffix == ".txt"),
                unknown=decided["what"] == UNKNOWN, each=heard, looked=looked,
                file_name="" if one.file_name == _PASTED else one.file_name,
            )  # fmt: skip
        return report, seen[0] if seen else None

    def _told(self, id_: int, done: int, total: int) -> None:
        with self._database.transaction() as session:
            brought.told(session, id_, done, self._clock(), total)

    # -- files ---------------------------------------------------------------------------------------------------------

    def _file_of(self, id_: int) -> Path:
        """It keeps its name: some programs say by it who is in it."""
        folder = self._folder / str(id_)
        found = next((path for path in folder.glob("*") if path.name != _REFUSED), None)
        if found is None:
            raise NotFound("The file is not kept any more. Bring it again.")
        return found

    def _refused(self, id_: int) -> Path:
        return self._folder / str(id_) / _REFUSED

    def _delete(self, id_: int) -> None:
        shutil.rmtree(self._folder / str(id_), ignore_errors=True)


class _Teller:
    """Says how far it is, now and then."""

    def __init__(self, say: Callable[[int, int], None]) -> None:
        self._say, self.total, self._last = say, 0, 0.0

    def tell(self, done: int) -> None:
        if clocks.monotonic() - self._last >= _TOLD_EVERY:
            self._last = clocks.monotonic()
            self._say(done, self.total)


def _is_old(folder: Path) -> bool:
    try:
        return clocks.time() - folder.stat().st_mtime > _UNKNOWN_FOR
    except FileNotFoundError:
        return False


def _check(decision: Decision, today: date) -> None:
    if decision.what not in {SHOWN, WORDS, UNKNOWN}:
        raise BadInput("Say what is to become of those without proof.")
    if decision.what != WORDS:
        return
    if not decision.words.strip() or decision.day is None:
        raise BadInput("Type the words that they agreed to, and the day.")
    if decision.day > today:
        raise BadInput("The day on which they agreed lies ahead.")


def _moment(decided: dict[str, Any], now: datetime) -> datetime | None:
    """At noon of that day; of today no later than now."""
    if decided["what"] != WORDS:
        return None
    return min(datetime.combine(date.fromisoformat(str(decided["day"])), time(12), UTC), now)


def _language(session: Session, list_id: int) -> str:
    if list_id in profiles.speaking(session):
        return profiles.profile(session, list_id).default_language
    return next(face.languages[0] for face in subscribers.lists(session) if face.id == list_id)


def _called(name: str, suffix: str) -> str:
    """The file's name as it may stand on a disk."""
    stem = re.sub(r"[^\w() -]", "_", Path(name.replace("\\", "/")).stem).strip() or "file"
    return f"{stem[:50]}{suffix}"


def _plain(text: str, folder: Path | None = None) -> str:
    """Without what only the command line can be told, and without the place on our disk."""
    if folder is not None:
        text = re.sub(rf"{re.escape(str(folder))}/\d+/", "", text)
    return _OPTIONS.sub("", text)
