"""Importing a file of readers: short transactions, each row landed once or refused by name, and run again at will."""

from collections import Counter
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
from subscribers.met import Met
from subscribers.model import Consent, ImportReport, SubscriptionState
from subscribers.reading import Asked, Opened, look
from subscribers.rules import NOBODY, Arrival, Standing, is_new

IMPORTED_AS = ("confirmed", "unsubscribed", "bounced")
CHUNK = 1000  # some 50 ms on SQLite: a running send and the sign-up form get their turn in between
# Rows are written in the order of their hash, as many as fit well into memory: the index of hashes is then written
# from left to right, not all over.
_BLOCK = 96_000
_FILE_NAME_LENGTH, _DETAIL_LENGTH = 300, 300
_LISTED = 10_000  # refusals kept in memory; `each` hears of all
_WORDS_KEPT = 1000
PENDING = "pending"
_STATES = (UNSUBSCRIBED, CONFIRMED, PENDING)  # the one that counts comes first
_MET = (*_STATES, BOUNCED)
_LEFT = (UNSUBSCRIBED, BOUNCED)
_UNCHANGED, _REFUSED = "unchanged", "refused"
_HARD = "hard_bounce"
_INVITED = 50  # a mail is written for each

OpenTransaction = Callable[[], AbstractContextManager[Session]]
_Told = tuple[int, str, str, str]  # line, address, what became of it, why
Each = Callable[[int, str, str, str], None]  # the same


class ConsentError(ValueError):
    """What an import claims about consent cannot be recorded; the message is a sentence."""


class _Row(NamedTuple):
    """A row on its way."""

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
    file_name: str = "",
) -> ImportReport:
    """Bring the people of a file onto a list as "confirmed" or "unsubscribed", or suppress them as "bounced"; a row
    that says it itself is what it says, where that is stricter.

    `language` is that of the consent text; a row without a language keeps none. Where neither row nor file tells of a
    consent, the row is refused, or with `unknown` recorded as not known. With `invite` nobody is confirmed: each is
    asked by mail, which `invite` queues when it is told the question's id and the language. `looked` hears what the
    file is before anything is written, `progress` the rows done so far, after each commit, `each` what became of each
    row, in the order of the file as far as possible; `file_name`: what it is called, where not as on disk.
    ImportFileError and ConsentError come before anything is written;
    a dry run writes nothing and reports the same.
    """
    _check_consent(imported_as, consent_text, consent_at, now)
    opened = look(path, asked)
    if looked:
        looked(opened)
    # A name that is no UTF-8 is legal on disk, but not in a database.
    called = file_name or ("pasted" if asked.pasted else path.name)
    file_name = called.encode(errors="replace").decode()[:_FILE_NAME_LENGTH]
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
        if act in _LEFT:  # a wrong name is no reason to go on mailing
            arrival = self._left(entry)
            consent = self._with(entry, entry.at if entry.at and entry.at <= self.now else None)
            return _Row(arrival.hash, entry.line, arrival, act, consent, "shown", "")
        arrival = self.book.arrival(entry.email, entry.name, entry.language)
        if self.invites:
            return _Row(arrival.hash, entry.line, arrival, PENDING, self._asked(), "shown", "")
        consent, proof = self._agreed(entry)
        return _Row(arrival.hash, entry.line, arrival, act, consent, proof, entry.words)

    def _act(self, says: str) -> str:
        if BOUNCED in (self.imported_as, says):
            return BOUNCED
        if UNSUBSCRIBED in (self.imported_as, says):
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
class _Block:
    """Rows that are sorted and landed together. `told`: what is to be told of them, in the order of the file."""

    seen: int = 0
    rows: list[_Row] = field(default_factory=list)
    told: list[_Told] = field(default_factory=list)

    def sort(self) -> None:
        """Once it is read: by hash, and those of one hash in the order of the file, the last at the front."""
        self.rows.sort(key=itemgetter(0))
        self.rows.reverse()

    def take(self, size: int) -> list[_Row]:
        """The next rows, which are let go: while this block shrinks, the next one grows."""
        taken = self.rows[: -size - 1 : -1]
        del self.rows[-size:]
        return taken


@dataclass(slots=True)
class _Import:
    """One run over a file. `met`: how the addresses met would stand, so that a dry run too sees them twice."""

    book: AddressBook
    list_id: int
    claim: _Claim
    now: datetime
    dry_run: bool
    each: Each | None
    invite: Callable[[Session, int, str], None] | None
    report: ImportReport = field(default_factory=ImportReport)
    met: Met = field(default_factory=Met)
    words: dict[str, int] = field(default_factory=dict)

    def all(self, open_transaction: OpenTransaction, entries: Iterator[Entry]) -> Iterator[int]:
        """Land every row; the rows done so far, after each commit.

        The next block is read piece by piece between the transactions, so that others get their turn there.
        """
        size = min(CHUNK, _INVITED) if self.invite else CHUNK
        done, block = 0, self._read(_Block(), entries, _BLOCK)
        while block.seen:
            block.sort()
            done += block.seen - len(block.rows)  # refused without a look at the database
            upcoming = _Block()
            for _ in range(0, len(block.rows) or 1, size):
                if chunk := block.take(size):
                    self._count(block, self._land(open_transaction, chunk))
                done += len(chunk)
                yield done
                self._read(upcoming, entries, size)
            self._tell(block.told)
            block = self._read(upcoming, entries, max(_BLOCK - upcoming.seen, 0))

    def _read(self, block: _Block, entries: Iterator[Entry], number: int) -> _Block:
        for entry in islice(entries, number):
            block.seen += 1
            try:
                block.rows.append(self.claim.row(entry))
            except AddressError as error:
                block.told.append((entry.line, entry.email[:ADDRESS_LENGTH], _REFUSED, str(error)))
        return block

    def _count(self, block: _Block, told: list[_Told]) -> None:
        for what, number in Counter(map(itemgetter(2), told)).items():
            if what == _UNCHANGED:
                self.report.unchanged += number
            elif what != _REFUSED:
                self.report.added += number
                self.report.kinds[what] = self.report.kinds.get(what, 0) + number
        block.told += told if self.each else [one for one in told if one[2] == _REFUSED]

    def _tell(self, told: list[_Told]) -> None:
        told.sort()
        for line, address, what, why in told:
            if what == _REFUSED:
                self.report.refuse(line, address, why, _LISTED)
            if self.each:
                self.each(line, address, what, why)

    def _land(self, open_transaction: OpenTransaction, rows: list[_Row]) -> list[_Told]:
        """Import one chunk in one transaction."""
        try:
            return self._transact(open_transaction, rows)
        except IntegrityError:
            # Somebody of this chunk signed up while we looked (PostgreSQL); looked at again, he stands.
            return self._transact(open_transaction, rows)

    def _transact(self, open_transaction: OpenTransaction, rows: list[_Row]) -> list[_Told]:
        with open_transaction() as session:
            hashes = [row.hash for row in rows]
            chunk = _Chunk(landing.standings(session, self.list_id, hashes), self._bounced(session, rows))
            if self.dry_run:
                chunk.recall(self.met, hashes)
            told = [chunk.decide(row) for row in rows]
            if not self.dry_run:
                self._write(session, chunk)
        if self.dry_run:
            for act in _MET:
                self.met.add(act, chunk.landed(act))
        return told

    def _bounced(self, session: Session, rows: list[_Row]) -> set[str]:
        keys = [row.hash for row in rows if row.act == BOUNCED]
        return landing.standing_everywhere(session, keys, _HARD) if keys else set()

    def _write(self, session: Session, chunk: "_Chunk") -> None:
        found = [(row, chunk.standings.get(key, NOBODY)) for key, row in chunk.newcomers.items()]
        for act in (CONFIRMED, UNSUBSCRIBED):
            newcomers = [
                Newcomer(row.arrival, standing, self._worded(session, row) if row.words else row.consent, row.proof)
                for row, standing in found
                if row.act == act
            ]
            landing.add_many(session, self.list_id, SubscriptionState(act), self.now, newcomers)
        for row, _ in found:
            if row.act == PENDING and self.invite:
                question = asking.invite(session, self.list_id, row.arrival, row.consent, self.now)
                if question is not None:
                    self.invite(session, question, row.arrival.language)
        detail = self.claim.consent.detail
        landing.add_suppressions(session, chunk.suppressed, _HARD, "import", self.now, detail)

    def _worded(self, session: Session, row: _Row) -> Consent:
        """The consent with the row's own words, archived."""
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
    newcomers: dict[str, _Row] = field(default_factory=dict)
    suppressed: list[str] = field(default_factory=list)

    def recall(self, met: Met, hashes: list[str]) -> None:
        """See everybody as a dry run would have left him."""
        for key in hashes:
            if outcomes := met.outcomes(key):
                standing = self.standings.get(key, NOBODY)
                state = next((one for one in _STATES if one in outcomes), standing.state)
                self.standings[key] = standing._replace(state=state)
            if BOUNCED in outcomes:
                self._bounce(key)

    def landed(self, act: str) -> list[str]:
        """The hashes that are now so, in order."""
        return self.suppressed if act == BOUNCED else [
            key for key, row in self.newcomers.items() if row.act == act]  # fmt: skip

    def decide(self, row: _Row) -> _Told:
        """What becomes of a row, and remembered for the rows after it."""
        address = row.arrival.address
        if row.act == BOUNCED:
            if row.hash in self.bounced:
                return row.line, address, _UNCHANGED, ""
            self._bounce(row.hash)
            self.suppressed.append(row.hash)
            return row.line, address, BOUNCED, ""
        standing = self._standing(row.hash)
        if standing is not NOBODY:
            if row.act == PENDING and standing.state == CONFIRMED:
                return row.line, address, _UNCHANGED, ""
            try:
                new = is_new(standing, SubscriptionState(row.act))
            except AddressError as error:
                return row.line, address, _REFUSED, str(error)
            if not new:
                return row.line, address, _UNCHANGED, ""
        self.newcomers[row.hash] = row  # of one taken in and taken off in one file, only that he left is written
        return row.line, address, _OUTCOME.get(row.act, row.act) if row.proof == "shown" else "unknown", ""

    def _bounce(self, key: str) -> None:
        standing = self.standings.get(key, NOBODY)
        self.bounced.add(key)
        self.standings[key] = standing._replace(suppressed=min(standing.suppressed or _HARD, _HARD))

    def _standing(self, key: str) -> Standing:
        """With what an earlier row of the chunk made of him."""
        standing, earlier = self.standings.get(key, NOBODY), self.newcomers.get(key)
        return standing._replace(state=earlier.act) if earlier else standing


_OUTCOME = {PENDING: "invited"}
