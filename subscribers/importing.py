"""Importing a subscriber file: short transactions, each row landed once or refused by name, and run again at will."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from subscribers import landing
from subscribers.addresses import ADDRESS_LENGTH, AddressError
from subscribers.book import AddressBook
from subscribers.model import Consent, ImportReport, SubscriptionState
from subscribers.reading import REFUSED, file_sha256, ignored_columns, read
from subscribers.rules import Arrival, is_new

IMPORTED_AS = ("confirmed", "unsubscribed", "bounced")
_CHUNK = 500  # some 50 ms on SQLite: a running send and the sign-up form get their turn in between
_FILE_NAME_LENGTH = 300

OpenTransaction = Callable[[], AbstractContextManager[Session]]
_Rows = list[tuple[int, dict[str, str]]]


class ConsentError(ValueError):
    """What an import claims about consent cannot be recorded; the message is a sentence."""


def import_file(
    open_transaction: OpenTransaction,
    book: AddressBook,
    path: Path,
    list_id: int,
    imported_as: str,
    consent_text: str,
    consent_at: datetime,
    by: str,
    now: datetime,
    language: str,
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """Bring the people of a file onto a list as "confirmed" or "unsubscribed", or suppress them as "bounced".

    `language` is that of the consent text; a row without a language keeps none. `progress` hears the rows done so
    far, after each commit. ImportFileError and ConsentError come before anything is written; a dry run writes
    nothing and reports the same.
    """
    _check_consent(imported_as, consent_text, consent_at, now)
    for _ in read(path):
        pass  # to the end: a fault in the last line must not leave half a file imported
    # A name that is no UTF-8 is legal on disk, but not in a database.
    file_name = path.name.encode(errors="replace").decode()[:_FILE_NAME_LENGTH]
    consent = Consent("import", consent_at, detail=file_name)
    if not dry_run:
        with open_transaction() as session:
            consent = _open_batch(session, book, path, list_id, imported_as, consent_text, consent, by, now, language)
    run = _Import(book, list_id, imported_as, consent, now, dry_run)
    run.report.ignored_columns = ignored_columns(path)
    done = 0
    for rows in _chunks(read(path)):
        run.land(open_transaction, rows)
        done += len(rows)
        if progress:
            progress(done)
    if consent.batch_id is not None:
        with open_transaction() as session:
            book.close_batch(session, consent.batch_id, run.counts())
    return run.report


def _check_consent(imported_as: str, text: str, at: datetime, now: datetime) -> None:
    if imported_as not in IMPORTED_AS:
        raise ConsentError(f"A file is imported as one of {', '.join(IMPORTED_AS)}, not as {imported_as!r}.")
    if imported_as == "confirmed" and not text.strip():
        raise ConsentError("Importing people as confirmed needs the words they agreed to.")
    if at > now:
        raise ConsentError(f"The consent is dated {at.date().isoformat()}, which lies ahead.")


def _open_batch(
    session: Session, book: AddressBook, path: Path, list_id: int, imported_as: str, consent_text: str,
    consent: Consent, by: str, now: datetime, language: str,
) -> Consent:  # fmt: skip
    text = consent_text.strip()
    wording = book.wording(session, text, "import", language, now) if text else None
    batch = book.open_batch(session, list_id, consent.detail, file_sha256(path), imported_as, by, now)
    return Consent(consent.source, consent.at, wording, batch, consent.detail)


def _chunks(rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[_Rows]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk


@dataclass(slots=True)
class _Import:
    """One run over a file. `landed` remembers the addresses met, so that a dry run too sees them come twice."""

    book: AddressBook
    list_id: int
    imported_as: str
    consent: Consent
    now: datetime
    dry_run: bool
    report: ImportReport = field(default_factory=ImportReport)
    landed: set[str] = field(default_factory=set)

    def land(self, open_transaction: OpenTransaction, rows: _Rows) -> None:
        """Import one chunk in one transaction."""
        try:
            part, landed = self._transact(open_transaction, rows)
        except IntegrityError:
            # Somebody of this chunk signed up while we looked (PostgreSQL); looked at again, he stands.
            part, landed = self._transact(open_transaction, rows)
        self.report.added += part.added
        self.report.unchanged += part.unchanged
        self.report.refused += sorted(part.refused)
        self.landed |= landed

    def counts(self) -> dict[str, int]:
        """What the batch keeps; without addresses, which stand in one place only."""
        report = self.report
        return {"added": report.added, "unchanged": report.unchanged, "refused": len(report.refused)}

    def _transact(self, open_transaction: OpenTransaction, rows: _Rows) -> tuple[ImportReport, set[str]]:
        part = ImportReport()
        arrivals = list(self._arrivals(rows, part))
        with open_transaction() as session:
            if self.imported_as == "bounced":
                landed = self._suppress(session, arrivals, part)
            else:
                landed = self._subscribe(session, SubscriptionState(self.imported_as), arrivals, part)
        return part, landed

    def _arrivals(self, rows: _Rows, part: ImportReport) -> Iterator[tuple[int, Arrival]]:
        for line, row in rows:
            try:
                arrival = self._arrival(row)
            except AddressError as error:
                part.refused.append((line, row["email"][:ADDRESS_LENGTH], str(error)))
            else:
                yield line, arrival

    def _arrival(self, row: dict[str, str]) -> Arrival:
        if REFUSED in row:
            raise AddressError(row[REFUSED])
        if self.imported_as == "bounced":  # a wrong name is no reason to go on mailing a dead address
            return self.book.arrival(row["email"])
        return self.book.arrival(row["email"], row["name"], row["language"])

    def _subscribe(
        self, session: Session, state: SubscriptionState, arrivals: list[tuple[int, Arrival]], part: ImportReport
    ) -> set[str]:
        standings = landing.standings(session, self.list_id, {arrival.hash for _, arrival in arrivals})
        landed: set[str] = set()
        newcomers = []
        for line, arrival in arrivals:
            standing = standings[arrival.hash]
            met = arrival.hash in self.landed or arrival.hash in landed
            try:
                new = not met and is_new(standing, state)
            except AddressError as error:
                part.refused.append((line, arrival.address, str(error)))
                continue
            landed.add(arrival.hash)
            _count(part, new)
            if new:
                newcomers.append((arrival, standing))
        if not self.dry_run:
            landing.add_subscriptions(session, self.list_id, state, self.consent, self.now, newcomers)
        return landed

    def _suppress(self, session: Session, arrivals: list[tuple[int, Arrival]], part: ImportReport) -> set[str]:
        hashes = [arrival.hash for _, arrival in arrivals]
        standing = landing.standing_everywhere(session, set(hashes), "hard_bounce")
        new = {key for key in hashes if key not in self.landed and key not in standing}
        part.added, part.unchanged = len(new), len(hashes) - len(new)
        if not self.dry_run:
            landing.add_suppressions(session, new, "hard_bounce", "import", self.now, self.consent.detail)
        return set(hashes)


def _count(part: ImportReport, new: bool) -> None:
    if new:
        part.added += 1
    else:
        part.unchanged += 1
