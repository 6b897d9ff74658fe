"""Importing readers: each row lands once or is refused by line, nobody is revived, and consent can be shown."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

import subscribers
from newsletter.database import Database
from subscribers import (
    AddressBook,
    Consent,
    ConsentError,
    ImportFileError,
    ImportReport,
    SubscriptionState,
    importing,
    read,
)
from subscribers.tables import (
    ConsentEventRow,
    ImportBatchRow,
    ListRow,
    SubscriberRow,
    SubscriptionRow,
    SuppressionRow,
    WordingRow,
)
from tests.conftest import NOW

BOOK = AddressBook("k" * 32)
WORDS = "Yes, send me The Quarterly four times a year."
SINCE = NOW - timedelta(days=400)
TABLES = (SubscriberRow, SubscriptionRow, SuppressionRow, ConsentEventRow, ImportBatchRow, WordingRow)
Importing = Callable[..., ImportReport]


@pytest.fixture
def list_id(database: Database) -> int:
    return _add_list(database)


def _add_list(database: Database, slug: str = "quarterly") -> int:
    with database.transaction() as session:
        return subscribers.add_list(session, slug, "The Quarterly", ("en",), NOW)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def written(content: str | bytes) -> Path:
        path = tmp_path / "readers.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


@pytest.fixture
def imported(database: Database, list_id: int, write: Callable[[str | bytes], Path]) -> Importing:
    def run(content: str | bytes, imported_as: str = "confirmed", dry_run: bool = False, **other) -> ImportReport:
        return _run(database.transaction, write(content), list_id, imported_as, dry_run=dry_run, **other)

    return run


def _run(
    open_transaction: Callable[[], AbstractContextManager[Session]], path: Path, list_id: int,
    imported_as: str = "confirmed", **other,
) -> ImportReport:  # fmt: skip
    given = {"consent_text": WORDS, "consent_at": SINCE, "by": "ana@example.org", "now": NOW, "language": "en"} | other
    return subscribers.import_file(open_transaction, BOOK, path, list_id, imported_as, **given)


def _readers(number: int) -> str:
    return "email,name\n" + "".join(f"reader{n}@example.org,Reader {n}\n" for n in range(number))


def _counts(database: Database) -> tuple[int, ...]:
    with database.reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES)


def _show(database: Database, address: str) -> subscribers.Person:
    with database.reading() as session:
        found = BOOK.show(session, address)
    assert found is not None
    return found


def _subscribe(
    database: Database, list_id: int, address: str, state: SubscriptionState = SubscriptionState.CONFIRMED
) -> None:
    with database.transaction() as session:
        BOOK.subscribe(session, list_id, address, state, Consent("form", SINCE), SINCE)


def _reasons(database: Database, list_id: int) -> dict[str | None, str | None]:
    with database.reading() as session:
        return {row.address: row.reason for row in session.execute(subscribers.mailability(list_id, NOW))}


# What lands


def test_each_row_lands_or_is_refused_with_its_line(database: Database, list_id: int, imported: Importing) -> None:
    report = imported(
        "email,name,language\n"
        "ana@example.org,Ana,es\n"
        "nobody,Nobody,en\n"
        "ben@example.org,Ben,English\n"
        "\n"
        "ANA@Example.org,Ana again,en\n"
        "cem@example.org,Cem,tr,extra\n"
        "dua@example.org\n"
    )
    assert report == ImportReport(
        added=2,
        unchanged=1,
        refused=[
            (3, "nobody", "an address has one @ with something on both sides"),
            (4, "ben@example.org", "the language is no code such as en or pt-BR"),
            (7, "cem@example.org", "the row has 4 cells, the header 3"),
        ],
    )
    ana, dua = _show(database, "ana@example.org"), _show(database, "dua@example.org")
    assert (ana.address, ana.name, ana.language) == ("ana@example.org", "Ana", "es")
    assert (dua.address, dua.name, dua.language) == ("dua@example.org", "", "")
    assert _reasons(database, list_id) == {"ana@example.org": None, "dua@example.org": None}


def test_consent_can_be_shown_for_each_person(database: Database, list_id: int, imported: Importing) -> None:
    imported("email\nana@example.org\nben@example.org\n")
    for address in ("ana@example.org", "ben@example.org"):
        person = _show(database, address)
        (stands,), (event,) = person.subscriptions, person.events
        told = {"list": "quarterly", "state": "confirmed", "since": SINCE.date(), "source": "import", "proof": "shown"}
        assert told.items() <= stands.items()
        told = {"kind": "import", "list": "quarterly", "at": SINCE, "source": "import", "detail": "readers.csv"}
        assert (told | {"wording": WORDS}).items() <= event.items()
    with database.reading() as session:
        events = session.scalars(select(ConsentEventRow)).all()
        batch = session.scalars(select(ImportBatchRow)).one()
        wording = session.scalars(select(WordingRow)).one()
    assert {(e.batch_id, e.wording_id, e.recorded_at, e.ip_hash) for e in events} == {(batch.id, wording.id, NOW, None)}
    assert {e.address for e in events} == {"ana@example.org", "ben@example.org"}
    assert {e.address_hash for e in events} == {BOOK.hash("ana@example.org"), BOOK.hash("ben@example.org")}
    assert (wording.purpose, wording.language, wording.text) == ("import", "en", WORDS)


def test_the_batch_says_which_file_who_and_what_became_of_it(
    database: Database, list_id: int, imported: Importing
) -> None:
    content = "email\nana@example.org\nana@example.org\nnobody\n"
    imported(content)
    with database.reading() as session:
        batch = session.scalars(select(ImportBatchRow)).one()
    assert (batch.list_id, batch.file_name, batch.imported_as) == (list_id, "readers.csv", "confirmed")
    assert (batch.imported_by, batch.created_at) == ("ana@example.org", NOW)
    assert batch.file_sha256 == hashlib.sha256(content.encode()).hexdigest()
    assert batch.counts == {"added": 1, "unchanged": 1, "refused": 1}


def test_a_reader_of_another_list_stays_the_same_person(database: Database, list_id: int, imported: Importing) -> None:
    _subscribe(database, _add_list(database, "press"), "Ana@example.org")
    assert imported("email,name\nana@EXAMPLE.org,Somebody\n").added == 1
    person = _show(database, "ana@example.org")
    assert (person.address, person.name) == ("Ana@example.org", "")
    assert [s["list"] for s in person.subscriptions] == ["press", "quarterly"]


def test_the_unsubscribed_of_another_system_are_kept_as_such(
    database: Database, list_id: int, imported: Importing
) -> None:
    report = imported("email\nana@example.org\n", "unsubscribed", consent_text="")
    assert report.added == 1
    assert _reasons(database, list_id) == {"ana@example.org": "unsubscribed"}
    person = _show(database, "ana@example.org")
    assert person.subscriptions[0]["since"] is None
    assert person.events[0]["wording"] is None


def test_the_bounced_of_another_system_are_suppressed_everywhere(
    database: Database, list_id: int, imported: Importing
) -> None:
    _subscribe(database, list_id, "ana@example.org")
    content = "email,name\nana@example.org,Ana\nben@example.org," + "x" * 300 + "\nANA@example.org,\nnobody,\n"
    report = imported(content, "bounced", consent_text="")
    assert (report.added, report.unchanged, [line for line, _, _ in report.refused]) == (2, 1, [5])
    assert _reasons(database, list_id) == {"ana@example.org": "hard_bounce"}
    (stop,) = _show(database, "ben@example.org").suppressions
    told = {"reason": "hard_bounce", "source": "import", "since": NOW, "lifted": None}
    assert told.items() <= stop.items()
    assert imported(content, "bounced").added == 0


def test_an_address_that_bounced_on_one_list_is_suppressed_on_all_by_a_file(
    database: Database, list_id: int, imported: Importing
) -> None:
    with database.transaction() as session:
        session.add(
            SuppressionRow(
                address_hash=BOOK.hash("ana@example.org"), list_id=list_id, reason="hard_bounce", source="provider",
                created_at=NOW,
            )
        )  # fmt: skip
    other = _add_list(database, "press")
    assert imported("email\nana@example.org\n", "bounced").added == 1
    with database.transaction() as session, pytest.raises(subscribers.AddressError, match="hard bounce"):
        BOOK.subscribe(session, other, "ana@example.org", SubscriptionState.CONFIRMED, Consent("staff", NOW), NOW)


def test_refusals_are_told_in_the_order_of_the_file(database: Database, list_id: int, imported: Importing) -> None:
    _subscribe(database, list_id, "gone@example.org", SubscriptionState.UNSUBSCRIBED)
    report = imported("email\nnobody\ngone@example.org\nnobody\ngone@example.org\n")
    assert [line for line, _, _ in report.refused] == [2, 3, 4, 5]


# What stays as it is


def test_nobody_is_revived(database: Database, list_id: int, imported: Importing) -> None:
    _subscribe(database, list_id, "gone@example.org", SubscriptionState.UNSUBSCRIBED)
    _subscribe(database, list_id, "asked@example.org", SubscriptionState.PENDING)
    _subscribe(database, list_id, "bounced@example.org")
    with database.transaction() as session:
        BOOK.suppress(session, "bounced@example.org", "hard_bounce", "provider", NOW)
        BOOK.suppress(session, "blocked@example.org", "complaint", "provider", NOW)
    before = _counts(database)
    report = imported("email\nGONE@example.org\nasked@example.org\nbounced@example.org\nBlocked@example.org\n")
    assert (report.added, report.unchanged) == (0, 1)
    assert report.refused == [
        (2, "GONE@example.org", "unsubscribed; only this person can come back, by the sign-up form"),
        (3, "asked@example.org", "asked to subscribe and has not confirmed yet"),
        (5, "Blocked@example.org", "on the do-not-mail list (complaint)"),
    ]
    # One batch and one wording; no person, no subscription, no address of somebody we refused.
    assert _counts(database) == (*before[:4], before[4] + 1, before[5] + 1)
    assert _reasons(database, list_id) == {
        "gone@example.org": "unsubscribed", "asked@example.org": "pending", "bounced@example.org": "hard_bounce",
    }  # fmt: skip


def test_the_erased_are_not_brought_back(database: Database, list_id: int, imported: Importing) -> None:
    other = _add_list(database, "press")
    _subscribe(database, other, "ana@example.org")
    with database.transaction() as session:
        person = session.scalars(select(SubscriberRow)).one()
        person.address, person.name, person.erased_at = None, "", NOW
    report = imported("email\nana@example.org\n")
    assert [(line, reason.partition(";")[0]) for line, _, reason in report.refused] == [
        (2, "this person asked to be erased")
    ]
    assert _reasons(database, list_id) == {}
    assert _reasons(database, other) == {None: "erased"}


def test_a_file_of_unsubscribed_ends_a_subscription_made_here(
    database: Database, list_id: int, imported: Importing
) -> None:
    _subscribe(database, list_id, "ana@example.org")
    report = imported("email\nana@example.org\n", "unsubscribed")
    assert (report.added, report.refused) == (1, [])
    assert _reasons(database, list_id) == {"ana@example.org": "unsubscribed"}


@pytest.mark.parametrize("lifted", [False, True])
def test_a_suppression_on_another_list_or_lifted_refuses_nobody_here(
    database: Database, list_id: int, imported: Importing, lifted: bool
) -> None:
    other = None if lifted else _add_list(database, "press")
    with database.transaction() as session:
        session.add(
            SuppressionRow(
                address_hash=BOOK.hash("ana@example.org"), list_id=other, reason="blocked", source="staff",
                created_at=NOW, lifted_at=NOW if lifted else None,
            )
        )  # fmt: skip
    assert imported("email\nana@example.org\n").added == 1


def test_a_suppression_on_this_list_refuses(database: Database, list_id: int, imported: Importing) -> None:
    with database.transaction() as session:
        session.add(
            SuppressionRow(
                address_hash=BOOK.hash("ana@example.org"), list_id=list_id, reason="blocked", source="staff",
                created_at=NOW,
            )
        )  # fmt: skip
    assert len(imported("email\nana@example.org\n").refused) == 1
    assert _reasons(database, list_id) == {}


# Dry runs, interruptions, company


@pytest.mark.parametrize("imported_as", ["confirmed", "unsubscribed", "bounced"])
def test_a_dry_run_writes_nothing_and_reports_what_the_real_one_will(
    database: Database, list_id: int, imported: Importing, imported_as: str
) -> None:
    _subscribe(database, list_id, "reader3@example.org", SubscriptionState.UNSUBSCRIBED)
    content = _readers(1200) + "reader0@example.org,Twice\nreader1199@example.org,Twice\nnobody,Nobody\n"
    before = _counts(database)
    dry = imported(content, imported_as, dry_run=True)
    assert _counts(database) == before
    assert dry == imported(content, imported_as)
    assert dry.added + dry.unchanged + len(dry.refused) == 1203
    assert len(dry.refused) == (2 if imported_as == "confirmed" else 1)


def test_a_dry_run_remembers_whom_it_met_long_before(
    database: Database, list_id: int, imported: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_BLOCK", 40)
    monkeypatch.setattr(importing, "CHUNK", 25)
    _subscribe(database, list_id, "reader7@example.org")
    states = ("subscribed", "subscribed", "unsubscribed", "cleaned", "subscribed")
    rows = [f"reader{n * 7 % 50}@example.org,{state}\n" for state in states for n in range(50)]
    content = "email,status\n" + "".join(rows) + "nobody,subscribed\n"
    dry = imported(content, dry_run=True)
    real = imported(content)
    assert (dry, dry.kinds) == (real, real.kinds)
    assert dry.kinds == {"confirmed": 49, "unsubscribed": 50, "bounced": 50}
    assert [line for line, _, _ in dry.refused] == list(range(202, 253))


class Killed(BaseException):
    """The process ends here."""


def _killed_after(database: Database, commits: int) -> Callable[[], AbstractContextManager[Session]]:
    left = iter(range(commits))

    @contextmanager
    def transaction() -> Iterator[Session]:
        with database.transaction() as session:
            yield session
            if next(left, None) is None:
                raise Killed

    return transaction


@pytest.mark.parametrize("imported_as", ["confirmed", "bounced"])
@pytest.mark.parametrize("commits", range(5))
def test_interrupted_anywhere_and_run_again_each_row_lands_once(
    database: Database,
    list_id: int,
    write: Callable[[str], Path],
    imported_as: str,
    commits: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 500)
    path = write(_readers(1100))
    with pytest.raises(Killed):
        _run(_killed_after(database, commits), path, list_id, imported_as)
    report = _run(database.transaction, path, list_id, imported_as)
    landed = min(max(commits - 1, 0) * importing.CHUNK, 1100)
    assert (report.added, report.unchanged, report.refused) == (1100 - landed, landed, [])
    people, subscriptions, suppressions, events, batches, _ = _counts(database)
    assert (people, subscriptions, events) == ((1100,) * 3 if imported_as == "confirmed" else (0, 0, 0))
    assert suppressions == (0 if imported_as == "confirmed" else 1100)
    with database.reading() as session:
        counts = session.scalars(select(ImportBatchRow.counts).order_by(ImportBatchRow.id)).all()
    assert counts == [{}] * (batches - 1) + [{"added": 1100 - landed, "unchanged": landed, "refused": 0}]


def test_progress_is_told_after_each_commit(
    database: Database, list_id: int, write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 500)
    told: list[tuple[int, int]] = []
    _run(
        database.transaction, write(_readers(1200)), list_id,
        progress=lambda done: told.append((done, _counts(database)[0])),
    )  # fmt: skip
    assert told == [(500, 500), (1000, 1000), (1200, 1200)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_somebody_who_signs_up_during_the_import_is_found_standing(
    database: Database, list_id: int, write: Callable[[str], Path]
) -> None:
    met = threading.Event()

    def sign_up(_connection, _cursor, statement: str, *_) -> None:
        if statement.startswith("INSERT INTO subscribers") and not met.is_set():
            met.set()
            _subscribe(database, list_id, "reader1@example.org", SubscriptionState.PENDING)

    event.listen(database.engine, "before_cursor_execute", sign_up)
    report = _run(database.transaction, write(_readers(3)), list_id)
    assert met.is_set()
    assert (report.added, report.unchanged) == (2, 0)
    assert report.refused == [(3, "reader1@example.org", "asked to subscribe and has not confirmed yet")]
    assert _counts(database)[:2] == (3, 3)


# Claims about consent


@pytest.mark.parametrize(
    ("imported_as", "other", "because"),
    [
        ("confirmed", {"consent_text": " \n"}, "words they agreed to"),
        ("confirmed", {"consent_at": NOW + timedelta(seconds=1)}, "2024-07-09, which lies ahead"),
        ("unsubscribed", {"consent_at": NOW + timedelta(days=1)}, "lies ahead"),
        ("pending", {}, "one of confirmed, unsubscribed, bounced, not as 'pending'"),
    ],
)
def test_a_claim_that_cannot_be_recorded_is_refused_before_anything(
    database: Database, list_id: int, imported: Importing, imported_as: str, other: dict[str, object], because: str
) -> None:
    before = _counts(database)
    with pytest.raises(ConsentError, match=because):
        imported("email\nana@example.org\n", imported_as, **other)
    assert _counts(database) == before


def test_the_same_words_are_archived_once(database: Database, list_id: int, imported: Importing) -> None:
    imported("email\nana@example.org\n")
    imported("email\nben@example.org\n", consent_text=f"  {WORDS}\n")
    imported("email\ncem@example.org\n", consent_text="Other words.")
    assert _counts(database)[5] == 2


def test_a_fault_in_the_last_line_leaves_the_database_as_it_was(
    database: Database, list_id: int, imported: Importing
) -> None:
    before = _counts(database)
    with pytest.raises(ImportFileError, match="Line 702 is not UTF-8"):
        imported(_readers(700).encode() + "olga@example.org,Ольга\n".encode("windows-1251"))
    assert _counts(database) == before


# The file


def _rows(path: Path) -> list[tuple[int, str, str, str]]:
    return [(line, row["email"], row["name"], row["language"]) for line, row in read(path)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_csv_as_spreadsheets_write_it_is_read(
    write: Callable[[bytes], Path], delimiter: str, end: str, bom: bytes
) -> None:
    lines = [["Email", "Name", "Language"], ["ana@example.org", "José, Ana; \t ok", "es"], ["ben@example.org", "", ""]]
    text = "".join(delimiter.join(f'"{cell}"' for cell in line) + end for line in lines)
    assert _rows(write(bom + text.encode())) == [
        (2, "ana@example.org", "José, Ana; ok", "es"),
        (3, "ben@example.org", "", ""),
    ]


@pytest.mark.parametrize("header", ["email", " E-Mail ", "EMAIL ADDRESS", "Email  Address", "E-mail address", "EMAIL"])
def test_the_address_column_goes_by_several_names(write: Callable[[str], Path], header: str) -> None:
    assert _rows(write(f'"{header}"\nana@example.org\n')) == [(2, "ana@example.org", "", "")]


def test_a_line_break_inside_quotes_is_a_space_and_lines_are_counted_on(write: Callable[[str], Path]) -> None:
    path = write('email,name\n"ana@example.org","Ana\r\nMaria"\n\n"ben@example.org","said ""Ben"""\nlast@example.org\n')
    assert _rows(path) == [
        (2, "ana@example.org", "Ana Maria", ""),
        (5, "ben@example.org", 'said "Ben"', ""),
        (6, "last@example.org", "", ""),
    ]


def test_a_header_may_be_quoted_over_lines(write: Callable[[str], Path]) -> None:
    assert _rows(write('"Full\nname";"E-mail"\nAna;ana@example.org\n')) == [(3, "ana@example.org", "Ana", "")]


def test_other_columns_are_left_aside_and_named(imported: Importing) -> None:
    report = imported("City,email,Phone number,,name\nOslo,ana@example.org,1,2,Ana\n")
    assert report.ignored_columns == ("city", "phone number")
    assert report.added == 1


def test_empty_cells_at_the_end_shift_nothing(write: Callable[[str], Path]) -> None:
    ((_, row),) = read(write("email,name\nana@example.org,Ana,,\n"))
    assert subscribers.REFUSED not in row


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\n\n \t\n", "empty"),
        (b"name,city\nAna,Oslo\n", "no column email; its columns are: name, city"),
        (b"Name;City\nAna;Oslo\n", "no column email; its columns are: name, city"),
        (b"ana@example.org\nben@example.org\n", "no column email; its columns are: ana@example.org"),
        (b"email,name,E-mail\n", "columns email and e-mail both mean email"),
        (b"email,name,Name\n", "columns name and name both mean name"),
        ("email,name\na@example.org,Ana\nb@example.org,Łukasz\n".encode("iso-8859-2"), "Line 3 is not UTF-8"),
        ("email,name\na@example.org,Ana\nb@example.org,Ольга\n".encode("windows-1251"), "Line 3 is not UTF-8"),
        (b"email,name\na@example.org,Jos\xe9\nb@example.org,Jos\xc3\xa9\n", "Line 2 is not UTF-8"),
        ("email,name\nana@example.org,A".encode("utf-16")[:-1], "is not UTF-16"),
        (b"email,name\na@example.org,A\0na\n", "Line 2 holds a NUL byte"),
        (b'email,name\na@example.org,Ana\nb@example.org,"Ben\nc@example.org,Cem\n', "begins on line 3"),
        (b'email,name\na@example.org,"Ana\nb@example.org,"Ben"\n', "begins on line 2"),
        (b"email,name\na@example.org," + b"x" * 200_000 + b"\n", "begins on line 2"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(
    write: Callable[[bytes], Path], content: bytes, because: str
) -> None:
    with pytest.raises(ImportFileError, match=because):
        list(read(write(content)))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(ImportFileError, match="cannot be read"):
            list(read(path))


def test_a_file_is_named_by_its_bytes(write: Callable[[bytes], Path]) -> None:
    assert subscribers.file_sha256(write(b"\xff\0")) == hashlib.sha256(b"\xff\0").hexdigest()


def test_a_header_alone_brings_nobody(imported: Importing) -> None:
    assert imported("email,name\n") == ImportReport()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text('email,;\t"\r\n\0 @a.b-é\ufeff', max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(write: Callable[[bytes], Path], content: bytes) -> None:
    for start in (b"", b"email,name\n"):
        try:
            rows = list(read(write(start + content)))
        except ImportFileError:
            continue
        assert all({"email", "name", "language"} <= row.keys() for _, row in rows)
        assert all(first < second for (first, _), (second, _) in pairwise(rows))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["ana", "ANA", "ben", "Ben", "cem", "bad@", ""]), max_size=12), st.data())
def test_importing_in_any_order_again_and_again_counts_each_row_and_keeps_one_of_each(
    sqlite_database: Database, write: Callable[[str], Path], names: list[str], data: st.DataObject
) -> None:
    with sqlite_database.transaction() as session:
        number = session.scalar(select(func.count()).select_from(ListRow)) or 0
    list_id = _add_list(sqlite_database, f"list-{number}")
    for _ in range(2):
        rows = data.draw(st.permutations(names))
        path = write("email,name\n" + "".join(f"{name and name + '@example.org'},x\n" for name in rows))
        report = _run(sqlite_database.transaction, path, list_id)
        assert report.added + report.unchanged + len(report.refused) == len(rows)
    with sqlite_database.reading() as session:
        found = session.scalars(select(SubscriptionRow.id).where(SubscriptionRow.list_id == list_id)).all()
    assert len(found) == len({name.lower() for name in names} - {"bad@", ""})
