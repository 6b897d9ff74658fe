"""Importing a file of readers: short transactions, each row landed once or refused by name, and run again at will."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from subscribers import asking, landing
from subscribers.addresses import ADDRESS_LENGTH, AddressError
from subscribers.book import AddressBook
from subscribers.columns import BOUNCED, CONFIRMED, UNCONFIRMED, UNSUBSCRIBED
from subscribers.entries import Entry
from subscribers.landing import Newcomer
from subscribers.model import Consent, ImportReport, SubscriptionState
from subscribers.reading import Asked, Opened, look
from subscribers.rules import Arrival, Standing, is_new

IMPORTED_AS = ("confirmed", "unsubscribed", "bounced")
CHUNK = 1000  # some 50 ms on SQLite: a running send and the sign-up form get their turn in between
# Rows are written in the order of their hash, as many as fit well into memory: the index of hashes is then written
# from left to right, not all over.
_BLOCK = 48_000
_FILE_NAME_LENGTH, _DETAIL_LENGTH = 300, 300
_LISTED = 10_000  # refusals kept in memory; `each` hears of all
_WORDS_KEPT = 1000
PENDING = "pending"
_MET = (UNSUBSCRIBED, CONFIRMED, PENDING, BOUNCED)
_INVITED = 50  # a mail is written for each

OpenTransaction = Callable[[], AbstractContextManager[Session]]
Each = Callable[[int, str, str, str], None]  # line, address, what became of it, why


class ConsentError(ValueError):
    """What an import claims about consent cannot be recorded; the message is a sentence."""


class _Row(NamedTuple):
    """A row on its way: by hash, then by line, so that of two with one address the first of the file comes first."""

    hash: str
    line: int
    arrival: Arrival
    act: str
    consent: Consent
    proof: str
    words: str


def import_file(
    open_transaction: OpenTransaction,
    book: AddressBook,
    path: Path,
    list_id: int,
    imported_as: str,
    consent_text: str,
    consent_at: datetime | None,
    by: str,
    now: datetime,
    language: str,
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
    *,
    asked: Asked = Asked(),  # noqa: B008 -- it is frozen
    unknown: bool = False,
    invite: Callable[[Session, int, str], None] | None = None,
    each: Each | None = None,
    looked: Callable[[Opened], None] | None = None,
) -> ImportReport:
    """Bring the people of a file onto a list as "confirmed" or "unsubscribed", or suppress them as "bounced"; a row
    that says it itself is what it says, where that is stricter.

    `language` is that of the consent text; a row without a language keeps none. Where neither row nor file tells of a
    consent, the row is refused, or with `unknown` recorded as not known. With `invite` nobody is confirmed: each is
    asked by mail, which `invite` queues when it is told the question's id and the language. `looked` hears what the
    file is before anything is written, `progress` the rows done so far, after each commit, `each` what became of each
    row, in the order of the file as far as possible. ImportFileError and ConsentError come before anything is written;
    a dry run writes nothing and reports the same.
    """
    _check_consent(imported_as, consent_text, consent_at, now)
    opened = look(path, asked)
    if looked:
        looked(opened)
    # A name that is no UTF-8 is legal on disk, but not in a database.
    file_name = "pasted" if asked.pasted else path.name.encode(errors="replace").decode()[:_FILE_NAME_LENGTH]
    consent = Consent("import", consent_at or now, detail=file_name)
    claim = _Claim(book, imported_as, consent, bool(consent_text.strip()),
                   consent_at is not None, unknown, now, language, invite is not None)  # fmt: skip
    if not dry_run:
        with open_transaction() as session:
            claim.consent = _open_batch(session, book, opened, list_id, claim, consent_text, by)
    run = _Import(book, list_id, claim, now, dry_run, each, invite)
    run.report.ignored_columns = opened.ignored
    for done in run.all(open_transaction, opened.entries()):
        if progress:
            progress(done)
    if claim.consent.batch_id is not None:
        with open_transaction() as session:
            book.close_batch(session, claim.consent.batch_id, run.report.counts())
    return run.report


def _check_consent(imported_as: str, text: str, at: datetime | None, now: datetime) -> None:
    if imported_as not in IMPORTED_AS:
        raise ConsentError(f"A file is imported as one of {', '.join(IMPORTED_AS)}, not as {imported_as!r}.")
    if imported_as == CONFIRMED and at is not None and not text.strip():
        raise ConsentError("Importing people as confirmed needs the words they agreed to.")
    if at is not None and at > now:
        raise ConsentError(f"The consent is dated {at.date().isoformat()}, which lies ahead.")


def _open_batch(
    session: Session, book: AddressBook, opened: Opened, list_id: int, claim: "_Claim", consent_text: str, by: str
) -> Consent:
    text, consent = consent_text.strip(), claim.consent
    wording = book.wording(session, text, "import", claim.language, claim.now) if text else None
    batch = book.open_batch(
        session, list_id, consent.detail, opened.survey.sha256, claim.imported_as, by, claim.now, opened.as_json()
    )
    return Consent(consent.source, consent.at, wording, batch, consent.detail)


@dataclass(slots=True)
class _Claim:
    """What is said of the whole file, and what that makes of each of its rows."""

    book: AddressBook
    imported_as: str
    consent: Consent
    has_words: bool
    has_day: bool
    unknown: bool
    now: datetime
    language: str
    invites: bool = False

    def row(self, entry: Entry) -> _Row:
        """The row as it will land. AddressError says why it cannot."""
        if entry.refused:
            raise AddressError(entry.refused)
        act = self._act(entry.says)
        if act in {UNSUBSCRIBED, BOUNCED}:  # a wrong name is no reason to go on mailing
            arrival = self._left(entry)
            consent = self._with(entry, entry.at if entry.at and entry.at <= self.now else None)
            return _Row(arrival.hash, entry.line, arrival, act, consent, "shown", "")
        arrival = self.book.arrival(entry.email, entry.name, entry.language)
        if self.invites:
            return _Row(arrival.hash, entry.line, arrival, PENDING, self._asked(), "shown", "")
        consent, proof = self._agreed(entry)
        return _Row(arrival.hash, entry.line, arrival, act, consent, proof, entry.words)

    def _act(self, says: str) -> str:
        if BOUNCED in {self.imported_as, says}:
            return BOUNCED
        if UNSUBSCRIBED in {self.imported_as, says}:
            return UNSUBSCRIBED
        if says == UNCONFIRMED and not self.invites:
            raise AddressError("asked to subscribe there and never confirmed")
        return CONFIRMED

    def _asked(self) -> Consent:
        whole = self.consent
        return Consent(whole.source, self.now, whole.wording_id, whole.batch_id, whole.detail)

    def _left(self, entry: Entry) -> Arrival:
        try:
            return self.book.arrival(entry.email, entry.name, entry.language)
        except AddressError:
            return self.book.arrival(entry.email)

    def _agreed(self, entry: Entry) -> tuple[Consent, str]:
        if entry.at is not None and entry.at > self.now:
            raise AddressError(f"the consent is dated {entry.at.date().isoformat()}, which lies ahead")
        has_words = self.has_words or bool(entry.words)
        if entry.is_proof or (has_words and (entry.at is not None or self.has_day)):
            return self._with(entry, entry.at), "shown"
        if self.unknown:
            return self._with(entry, entry.at), "unknown"
        raise AddressError(
            "the file does not say when they agreed" if has_words else "neither the row nor the file tells of a consent"
        )

    def _with(self, entry: Entry, at: datetime | None) -> Consent:
        if at is None and not entry.detail and not entry.ip:
            return self.consent
        whole = self.consent
        detail = f"{whole.detail}; {entry.detail}"[:_DETAIL_LENGTH] if entry.detail else whole.detail
        network = self.book.network(entry.ip) if entry.ip else None
        return Consent(whole.source, at or whole.at, whole.wording_id, whole.batch_id, detail, network)


@dataclass(slots=True)
class _Import:
    """One run over a file. `met` remembers how the addresses met would stand, so that a dry run too sees them twice."""

    book: AddressBook
    list_id: int
    claim: _Claim
    now: datetime
    dry_run: bool
    each: Each | None
    invite: Callable[[Session, int, str], None] | None
    report: ImportReport = field(default_factory=ImportReport)
    met: dict[str, set[int]] = field(default_factory=lambda: {state: set() for state in _MET})
    words: dict[str, int] = field(default_factory=dict)

    def all(self, open_transaction: OpenTransaction, entries: Iterator[Entry]) -> Iterator[int]:
        """Land every row; the rows done so far, after each commit.

        The next block is read piece by piece between the transactions, so that others get their turn there.
        """
        done, block = 0, list(islice(entries, _BLOCK))
        while block:
            told: list[tuple[int, str, str, str]] = []
            rows = self._rows(block, told)
            upcoming: list[Entry] = []
            beside = len(block) - len(rows)  # refused without a look at the database
            size = min(CHUNK, _INVITED) if self.invite else CHUNK
            for start in range(0, len(rows), size) or (0,):
                chunk = rows[start : start + size]
                if chunk:
                    told += self._land(open_transaction, chunk)
                done += len(chunk) + beside
                beside = 0
                yield done
                upcoming += islice(entries, size)
            self._tell(told)
            block = upcoming + list(islice(entries, _BLOCK - len(upcoming)))

    def _rows(self, block: list[Entry], told: list[tuple[int, str, str, str]]) -> list[_Row]:
        rows = []
        for entry in block:
            try:
                rows.append(self.claim.row(entry))
            except AddressError as error:
                told.append((entry.line, entry.email[:ADDRESS_LENGTH], "refused", str(error)))
        rows.sort(key=itemgetter(0, 1))
        return rows

    def _tell(self, told: list[tuple[int, str, str, str]]) -> None:
        told.sort()
        for line, address, what, why in told:
            if what == "refused":
                self.report.refuse(line, address, why, _LISTED)
            elif what == "unchanged":
                self.report.unchanged += 1
            else:
                self.report.added += 1
                self.report.kinds[what] = self.report.kinds.get(what, 0) + 1
            if self.each:
                self.each(line, address, what, why)

    def _land(self, open_transaction: OpenTransaction, rows: list[_Row]) -> list[tuple[int, str, str, str]]:
        """Import one chunk in one transaction."""
        try:
            return self._transact(open_transaction, rows)
        except IntegrityError:
            # Somebody of this chunk signed up while we looked (PostgreSQL); looked at again, he stands.
            return self._transact(open_transaction, rows)

    def _transact(self, open_transaction: OpenTransaction, rows: list[_Row]) -> list[tuple[int, str, str, str]]:
        with open_transaction() as session:
            hashes = [row.hash for row in rows]
            chunk = _Chunk(landing.standings(session, self.list_id, hashes), self._bounced(session, rows))
            told = [chunk.decide(row, self._met(row.hash)) for row in rows]
            if not self.dry_run:
                self._write(session, chunk)
        if self.dry_run:
            for state, key in chunk.landed:
                self.met[state].add(_short(key))
        return told

    def _bounced(self, session: Session, rows: list[_Row]) -> set[str]:
        keys = [row.hash for row in rows if row.act == BOUNCED]
        return landing.standing_everywhere(session, keys, "hard_bounce") if keys else set()

    def _met(self, key: str) -> set[str]:
        """How this address was met before, in a dry run."""
        return {state for state, keys in self.met.items() if _short(key) in keys} if self.dry_run else set()

    def _write(self, session: Session, chunk: "_Chunk") -> None:
        for act in (CONFIRMED, UNSUBSCRIBED):
            if found := [one for one in chunk.newcomers if one[0].act == act]:
                newcomers = [
                    Newcomer(row.arrival, standing, self._worded(session, row), row.proof) for row, standing in found
                ]
                landing.add_many(session, self.list_id, SubscriptionState(act), self.now, newcomers)
        for row, _ in chunk.newcomers:
            if row.act == PENDING and self.invite:
                question = asking.invite(session, self.list_id, row.arrival, row.consent, self.now)
                if question is not None:
                    self.invite(session, question, row.arrival.language)
        detail = self.claim.consent.detail
        landing.add_suppressions(session, chunk.suppressed, "hard_bounce", "import", self.now, detail)

    def _worded(self, session: Session, row: _Row) -> Consent:
        """The consent with the row's own words, archived."""
        if not row.words:
            return row.consent
        if row.words not in self.words:
            if len(self.words) > _WORDS_KEPT:
                self.words.clear()
            self.words[row.words] = self.book.wording(session, row.words, "import", self.claim.language, self.now)
        one = row.consent
        return Consent(one.source, one.at, self.words[row.words], one.batch_id, one.detail, one.network)


@dataclass(slots=True)
class _Chunk:
    """What the rows of one transaction become, seen against how everybody stands."""

    standings: dict[str, Standing]
    bounced: set[str]
    newcomers: list[tuple[_Row, Standing]] = field(default_factory=list)
    suppressed: list[str] = field(default_factory=list)
    landed: list[tuple[str, str]] = field(default_factory=list)

    def decide(self, row: _Row, met: set[str]) -> tuple[int, str, str, str]:
        """What becomes of a row, and remembered for the rows after it."""
        address = row.arrival.address
        if row.act == BOUNCED:
            if row.hash in self.bounced or BOUNCED in met:
                return row.line, address, "unchanged", ""
            self.bounced.add(row.hash)
            self.suppressed.append(row.hash)
            self.landed.append((BOUNCED, row.hash))
            return row.line, address, BOUNCED, ""
        standing = self._standing(row.hash, met)
        if row.act == PENDING and standing.state == CONFIRMED:
            return row.line, address, "unchanged", ""
        try:
            new = is_new(standing, SubscriptionState(row.act))
        except AddressError as error:
            return row.line, address, "refused", str(error)
        if not new:
            return row.line, address, "unchanged", ""
        self._remember(row, standing)
        return row.line, address, _OUTCOME.get(row.act, row.act) if row.proof == "shown" else "unknown", ""

    def _standing(self, key: str, met: set[str]) -> Standing:
        standing = self.standings[key]
        state = next((one for one in _MET[:3] if one in met), standing.state)
        stop = "hard_bounce" if key in self.bounced or BOUNCED in met else standing.suppressed
        if (state, stop) == (standing.state, standing.suppressed):
            return standing
        return Standing(standing.subscriber_id, standing.address, standing.language, state, stop)

    def _remember(self, row: _Row, standing: Standing) -> None:
        earlier = next((n for n, (one, _) in enumerate(self.newcomers) if one.hash == row.hash), None) if (
            standing.state is not None and standing.subscriber_id is None) else None  # fmt: skip
        if earlier is not None:
            # Taken in and taken off in one file: only that he left is written.
            standing = self.newcomers.pop(earlier)[1]
        self.newcomers.append((row, standing))
        self.landed.append((row.act, row.hash))
        self.standings[row.hash] = Standing(
            standing.subscriber_id, row.arrival.address, standing.language, row.act, standing.suppressed
        )


_OUTCOME = {PENDING: "invited"}


def _short(key: str) -> int:
    return int(key[:15], 16)
