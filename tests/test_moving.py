"""Moving in and out: files of other systems, encodings, pasted lines, consent by the row, export, asking again."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import func, select, text

import subscribers
from newsletter.database import Database
from subscribers import AddressBook, Asked, ConsentError, ImportFileError, exporting, renewing
from subscribers.columns import ColumnError, Field, guess
from subscribers.entries import Entry
from subscribers.reading import look, open_
from subscribers.tables import ConsentEventRow, ImportBatchRow, SubscriberRow, SubscriptionRow
from tests.conftest import NOW

BOOK = AddressBook("k" * 32)
WORDS = "Yes, send me The Quarterly."
MAILCHIMP = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID"
PLAIN = Asked()


@pytest.fixture
def list_id(database: Database) -> int:
    with database.transaction() as session:
        return subscribers.add_list(session, "quarterly", "The Quarterly", ("en",), NOW)


@pytest.fixture
def run(database: Database, list_id: int, tmp_path: Path) -> Callable[..., subscribers.ImportReport]:
    def imported(content: str | bytes, name: str = "readers.csv", **more) -> subscribers.ImportReport:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        as_, words, at = more.pop("as_", "confirmed"), more.pop("words", ""), more.pop("at", None)
        return subscribers.import_file(
            database.transaction, BOOK, path, list_id, as_, words, at, "ana@example.org", NOW, "en", **more
        )

    return imported


def _states(database: Database) -> dict[str | None, tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.execute(
            select(SubscriberRow.address, SubscriptionRow.state, SubscriptionRow.since, SubscriptionRow.proof).join(
                SubscriptionRow, SubscriptionRow.subscriber_id == SubscriberRow.id
            )
        ).all()
    return {row.address: (row.state, str(row.since or ""), row.proof) for row in rows}


def _entries(tmp_path: Path, content: str | bytes, name: str = "x.csv", asked: Asked = PLAIN) -> list[Entry]:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(look(path, asked).entries())


# -- whose file it is


def test_mailchimp_s_subscribed_keep_their_own_times_and_networks(database: Database, run) -> None:
    report = run(
        f"{MAILCHIMP}\nana@example.org,Ana,Diaz,2,2019-03-01 10:00:00,192.0.2.1,2019-03-02 08:30:00,192.0.2.9,1\n",
        "subscribed_members_export_1.csv",
    )
    assert report.kinds == {"confirmed": 1}
    assert _states(database) == {"ana@example.org": ("confirmed", "2019-03-02", "shown")}
    with database.reading() as session:
        event = session.scalars(select(ConsentEventRow)).one()
        name = session.scalar(select(SubscriberRow.name))
        mapping = session.scalars(select(ImportBatchRow.mapping)).one()
    assert (event.at, event.wording_id, name) == (datetime(2019, 3, 2, 8, 30, tzinfo=UTC), None, "Ana Diaz")
    assert event.ip_hash == BOOK.network("192.0.2.9")
    assert "opted in: 2019-03-01 10:00 UTC" in event.detail
    assert (mapping["whose"], mapping["columns"]["optin_time"]) == ("mailchimp", "opted_in_at")
    assert "member_rating" in mapping["ignored"]


def test_mailchimp_s_unsubscribed_and_cleaned_go_to_their_place(database: Database, run) -> None:
    gone = run(
        f"{MAILCHIMP},UNSUB_TIME,UNSUB_REASON\n"
        "ben@example.org,Ben,B,2,2019-03-01 10:00:00,,,,1,2020-01-01 00:00:00,OTHER\n",
        "unsubscribed_members_export_1.csv",
    )
    dead = run(f"{MAILCHIMP},CLEAN_TIME\ncem@example.org,,,2,,,,,1,2020-01-01 00:00:00\n", "cleaned_1.csv")
    assert (gone.kinds, dead.kinds) == ({"unsubscribed": 1}, {"bounced": 1})
    assert _states(database) == {"ben@example.org": ("unsubscribed", "", "shown")}
    with database.reading() as session:
        assert session.scalars(select(ConsentEventRow)).one().at == datetime(2020, 1, 1, tzinfo=UTC)
    refused = run(f"{MAILCHIMP}\ncem@example.org,,,2,2019-03-01 10:00:00,,,,1\n", "subscribed_2.csv").refused
    assert "do-not-mail list (hard bounce)" in refused[0][2]


def test_listmonk_and_brevo_say_it_row_by_row(database: Database, run) -> None:
    listmonk = run(
        "uuid,email,name,attributes,status,created_at\n"
        "1,ana@example.org,Ana,{},enabled,2021-02-03T04:05:06Z\n2,ben@example.org,Ben,{},blocklisted,2021-02-03\n",
        words=WORDS,
    )
    brevo = run(
        "EMAIL,FIRSTNAME,LASTNAME,EMAIL_BLACKLIST,ADDED_TIME\n"
        "cem@example.org,Cem,K,false,04.11.2022\ndua@example.org,Dua,K,TRUE,04.11.2022\n", words=WORDS,
    )  # fmt: skip
    assert listmonk.kinds == brevo.kinds == {"confirmed": 1, "unsubscribed": 1}
    assert _states(database) == {
        "ana@example.org": ("confirmed", "2021-02-03", "shown"), "ben@example.org": ("unsubscribed", "", "shown"),
        "cem@example.org": ("confirmed", "2022-11-04", "shown"), "dua@example.org": ("unsubscribed", "", "shown"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("header", "name"),
    [("Correo,Nombre,Apellidos", "Ana Diaz"), ("Courriel;Prénom;Nom", "Ana Diaz"),
     ("E-Mail-Adresse;Vorname;Nachname", "Ana Diaz"), ("E-Mail\tVorname\tName", "Ana Diaz"),
     ("e_mail|first name|last name", "Ana Diaz")],
)  # fmt: skip
def test_sheets_are_understood_in_four_languages(tmp_path: Path, header: str, name: str) -> None:
    sign = next(sign for sign in "|;\t," if sign in header)
    (entry,) = _entries(tmp_path, f"{header}\n{sign.join(['ana@example.org', 'Ana', 'Diaz'])}\n")
    assert (entry.email, entry.name) == ("ana@example.org", name)


def test_what_is_told_of_the_columns_wins() -> None:
    columns = guess(["Kontakt", "Email", "Who"], {"Kontakt": "email", "who": "name", "Email": "-"})
    assert columns.places == {Field.EMAIL: 0, Field.NAME: 2}
    with pytest.raises(ColumnError, match="no column city"):
        guess(["email"], {"city": "name"})
    with pytest.raises(ColumnError, match="cannot be town"):
        guess(["email", "city"], {"city": "town"})


def test_a_column_that_never_tells_how_people_stand_is_left_aside(tmp_path: Path, run) -> None:
    path = tmp_path / "x.csv"
    path.write_text("email,state\nana@example.org,Texas\n")
    assert look(path).ignored == ("state",)
    report = run("email,state\nana@example.org,subscribed\nben@example.org,Texas\n", words=WORDS, at=NOW)
    assert [line for line, _, why in report.refused if 'the state "texas" is not known' in why] == [3]


# -- consent


def test_without_any_consent_a_row_waits_until_somebody_decides(database: Database, run) -> None:
    content = "email,opt-in date\nana@example.org,2023-11-04\nben@example.org,\n"
    report = run(content)
    assert (report.added, report.refused[0][0]) == (1, 3)
    assert "tells of a consent" in report.refused[0][2]
    assert run(content, unknown=True).kinds == {"unknown": 1}
    assert _states(database)["ben@example.org"] == ("confirmed", "", "unknown")
    with database.reading() as session:
        assert renewing.proof(session, 1) == renewing.Proof(1, 1)


@pytest.mark.parametrize(
    ("cell", "why"),
    [("04/11/2023", "can be read as two days"), ("last spring", "no day or time"), ("2031-01-01", "lies ahead")],
)
def test_a_day_that_cannot_be_told_is_refused_by_its_line(run, cell: str, why: str) -> None:
    report = run(f"email,opt-in date\nana@example.org,{cell}\n")
    assert [(line, why in because) for line, _, because in report.refused] == [(2, True)]


def test_a_row_that_says_no_is_not_taken_for_a_yes(run) -> None:
    report = run("email,consent\nana@example.org,no\nben@example.org,yes\n", words=WORDS, at=NOW)
    assert (report.added, report.refused[0][:2]) == (1, (2, "ana@example.org"))


def test_the_words_of_each_row_are_archived(database: Database, run) -> None:
    run("email,consent,opted in at\nana@example.org,Send me news,2023-11-04\nben@example.org,Send me all,2023-11-05\n")
    with database.reading() as session:
        assert {BOOK.show(session, a).events[0]["wording"] for a in ("ana@example.org", "ben@example.org")} == {
            "Send me news", "Send me all",
        }  # fmt: skip


def test_a_person_taken_in_and_off_in_one_file_is_off(database: Database, run) -> None:
    content = "email,status\nana@example.org,subscribed\nana@example.org,unsubscribed\n"
    dry = run(content, words=WORDS, at=NOW, dry_run=True)
    assert run(content, words=WORDS, at=NOW) == dry
    assert _states(database)["ana@example.org"][0] == "unsubscribed"


# -- how it is written


def test_windows_1252_is_taken_where_nothing_else_is_likely_and_told(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("email,name\na@example.org,José Müller\n".encode("cp1252"))
    seen = look(path)
    assert (seen.survey.guessed, seen.sample) == (True, ("José", "Müller"))
    assert [entry.name for entry in seen.entries()] == ["José Müller"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "iso-8859-2", "windows-1251"])
def test_other_encodings_are_read_by_their_mark_or_their_name(tmp_path: Path, encoding: str) -> None:
    name = "Ольга" if encoding == "windows-1251" else "Łukasz"
    asked = Asked() if encoding == "utf-16" else Asked(encoding=encoding)
    (entry,) = _entries(tmp_path, f"email,name\na@example.org,{name}\n".encode(encoding), asked=asked)
    assert entry.name == name


def test_an_encoding_that_does_not_fit_or_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="no encoding klingon"):
        _entries(tmp_path, "email\n", asked=Asked(encoding="klingon"))
    with pytest.raises(ImportFileError, match="Line 2 is not ascii"):
        _entries(tmp_path, "email\nJosé\n", asked=Asked(encoding="ascii"))


def test_pasted_lines_are_people() -> None:
    from subscribers.pasting import entries

    lines = [
        "ana@example.org", 'Ben Berg <ben@example.org>, "Kaya, Cem" <cem@example.org>;',
        "dua@example.org; eva@example.org",
        "Finn Finn\tfinn@example.org", "", "nobody",
    ]  # fmt: skip
    assert [(e.line, e.email, e.name) for e in entries(lines)] == [
        (1, "ana@example.org", ""), (2, "ben@example.org", "Ben Berg"), (2, "cem@example.org", "Kaya, Cem"),
        (3, "dua@example.org", ""), (3, "eva@example.org", ""), (4, "finn@example.org", "Finn Finn"), (6, "nobody", ""),
    ]  # fmt: skip


def test_a_workbook_is_read_with_its_days_and_numbers(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Email", "Name", "Opt-in date"])
    book.active.append(["ana@example.org", 7, datetime(2023, 11, 4)])
    book.active.append([None, None, None])
    book.active.append(["ben@example.org", "Ben", None])
    book.create_sheet("More").append(["E-mail"])
    path = tmp_path / "x.xlsx"
    book.save(path)
    rows = [(e.line, e.email, e.name, e.at) for e in look(path).entries()]
    assert rows == [
        (2, "ana@example.org", "7", datetime(2023, 11, 4, 12, tzinfo=UTC)), (4, "ben@example.org", "Ben", None),
    ]  # fmt: skip
    assert list(look(path, Asked(sheet="More")).entries()) == []
    with pytest.raises(ImportFileError, match="no sheet Gone; it has: Sheet, More"):
        look(path, Asked(sheet="Gone"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.text("email,status;opt-in\t|\"<>@.=+'\r\n\0é yno", max_size=120).map(str.encode))
def test_anything_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    for start in (b"", b"email,status,consent,opt-in date,unsubscribed,ip\n", b"PK\x03\x04"):
        for asked in (Asked(), Asked(pasted=True)):
            try:
                entries = _entries(tmp_path, start + content, asked=asked)
            except ImportFileError:
                continue
            assert all(isinstance(entry.email, str) for entry in entries)


# -- out, and in again


def test_what_goes_out_comes_in_again_and_holds_no_formula(
    database: Database, run, list_id: int, tmp_path: Path
) -> None:
    run(
        "email,name,language,opted in at,consent\n"
        '=a@example.org,"=HYPERLINK(""x"")",es,2023-11-04,Send me news\nben@example.org,@Ben,,2023-11-05T10:00:00Z,\n'
    )  # fmt: skip
    run("email\ngone@example.org\n", as_="unsubscribed")
    before = list(exporting.people(database.reading, list_id))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(exporting.COLUMNS)
    writer.writerows([exporting.defused(cell) for cell in person.values()] for person in before)
    assert "'=HYPERLINK" in out.getvalue()
    assert "\n=" not in out.getvalue()
    assert run(out.getvalue()).added == 0
    with database.transaction() as session:
        other = subscribers.add_list(session, "other", "Other", ("en",), NOW)
    path = tmp_path / "again.csv"
    path.write_text(out.getvalue(), encoding="utf-8")
    again = subscribers.import_file(database.transaction, BOOK, path, other, "confirmed", "", None, "", NOW, "en")
    assert again.added == 3
    facts = ("email", "name", "language", "state", "since", "proof", "opted in at", "consent")
    after = exporting.people(database.reading, other)
    assert sorted([p[f] for f in facts] for p in after) == sorted([p[f] for f in facts] for p in before)


# -- killed


def test_killed_in_the_middle_and_run_again_it_is_as_after_one_run(
    database: Database, list_id: int, tmp_path: Path, database_url: str
) -> None:
    path = tmp_path / "many.csv"
    path.write_text("email,opted in at\n" + "".join(f"r{n}@example.org,2023-11-04\n" for n in range(12_000)))
    code = (
        "import sys; from datetime import datetime, UTC; from pathlib import Path; import subscribers;"
        "from newsletter.database import Database; from subscribers import importing; importing.CHUNK = 300;"
        "subscribers.import_file(Database(sys.argv[1]).transaction, subscribers.AddressBook('k' * 32),"
        "Path(sys.argv[2]),"
        f"{list_id}, 'confirmed', '', None, '', datetime.now(UTC), 'en',"
        "progress=lambda n: print(n, flush=True))"
    )
    process = subprocess.Popen([sys.executable, "-c", code, database_url, str(path)], stdout=subprocess.PIPE)
    assert process.stdout
    for _ in range(4):
        process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with database.reading() as session:
        there = session.scalar(select(func.count()).select_from(SubscriptionRow)) or 0
    assert 1200 <= there < 12_000
    report = subscribers.import_file(
        database.transaction, BOOK, path, list_id, "confirmed", "", None, "", NOW, "en"
    )  # fmt: skip
    assert (report.added, report.unchanged) == (12_000 - there, there)
    with database.reading() as session:
        for table in (SubscriberRow, SubscriptionRow, ConsentEventRow):
            assert session.scalar(select(func.count()).select_from(table)) == 12_000


# -- asked again


def test_a_wave_asks_those_without_proof_once(database: Database, run, list_id: int) -> None:
    run("email\n" + "".join(f"r{n}@example.org\n" for n in range(5)), unknown=True)
    with database.transaction() as session:
        first = renewing.begin(session, list_id, 3, "", NOW)[1]
        second = renewing.begin(session, list_id, 3, "", NOW)[1]
        assert (len(first), len(second), renewing.begin(session, list_id, 3, "", NOW)[1]) == (3, 2, [])
        later = renewing.begin(session, list_id, 9, "", NOW + timedelta(days=31))[1]
        assert len(later) == 5


def test_a_wave_that_was_complained_about_or_bounced_is_the_last(database: Database, run, list_id: int) -> None:
    run("email\n" + "".join(f"r{n}@example.org\n" for n in range(5)), unknown=True)
    with database.transaction() as session:
        renewing.begin(session, list_id, 5, "", NOW)
    for number in range(5):
        with database.transaction() as session:
            assert renewing.went_badly(renewing.waves(session, list_id)[0]) == ""
            BOOK.suppress(session, f"r{number}@example.org", "hard_bounce", "provider", NOW)
    with database.transaction() as session:
        assert "5 of 5 bounced" in renewing.went_badly(renewing.waves(session, list_id)[0])
        BOOK.suppress(session, "r1@example.org", "complaint", "provider", NOW)
        assert "complained" in renewing.went_badly(renewing.waves(session, list_id)[0])
