"""Importing publications: every bad row is named, nothing of a bad file lands, JSON and CSV give the same."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import func, select, update

from newsletter.database import Database
from newsletter.errors import BadInput
from newsletter.media.tables import MediaRow
from newsletter.publications.adding import add
from newsletter.publications.checking import COLUMNS, columns
from newsletter.publications.importing import Imported, import_file
from newsletter.publications.kinds import STARTING_KINDS, kinds, seed_kinds
from newsletter.publications.model import Layout, Publication
from newsletter.publications.reading import one, read_csv, read_json
from newsletter.publications.tables import KindRow, PublicationRow
from newsletter.publications.views import publications, undated
from newsletter.sample import publications_path
from tests.conftest import NOW

KINDS = tuple(kind.slug for kind in STARTING_KINDS)
GOOD = {"kind": "report", "title": "A report", "url": "https://example.org/a"}
LATER = NOW + timedelta(days=1)


def as_csv(entries: list[dict[str, str]], delimiter: str = ",") -> str:
    into = io.StringIO(newline="")
    names = [column for column in COLUMNS if any(column in entry for entry in entries)]
    writer = csv.DictWriter(into, names, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(entries)
    return into.getvalue()


def sample() -> list[dict[str, str]]:
    entries = json.loads(publications_path().read_text(encoding="utf-8"))
    return [{column: text for column, text in entry.items() if not column.startswith("image")} for entry in entries]


def count(database: Database, table: type[PublicationRow | MediaRow] = PublicationRow) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def seeded(database: Database) -> Database:
    with database.transaction() as session:
        seed_kinds(session)
    return database


def imported(database: Database, path: Path) -> Imported:
    with database.transaction() as session:
        return import_file(session, path, NOW)


def write(folder: Path, entries: list[dict[str, str]], name: str = "publications.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


def problems(entry: dict[str, object]) -> tuple[str, ...]:
    with pytest.raises(BadInput) as refused:
        read_json(json.dumps([entry]), KINDS)
    return refused.value.problems


# Kinds


def test_seeding_kinds_twice_keeps_what_was_edited(database: Database) -> None:
    seeded(database)
    with database.transaction() as session:
        session.execute(update(KindRow).where(KindRow.slug == "brief").values(layout="line", position=99))
        seed_kinds(session)
    with database.reading() as session:
        found = kinds(session)
    assert {kind.slug for kind in found} == set(KINDS)
    assert found[-1].slug == "brief"
    assert found[-1].layout is Layout.LINE


def test_every_kind_is_labelled_in_four_languages() -> None:
    assert len(STARTING_KINDS) == 16
    for kind in STARTING_KINDS:
        assert set(kind.labels) == {"en", "es", "fr", "ar"}
        assert all(kind.labels.values())


# One row


def test_what_is_absent_has_its_default() -> None:
    found = one({**GOOD, "summary": "", "published_on": " ", "outlet": None}, KINDS)
    assert found == Publication(
        external_id=GOOD["url"], kind="report", title="A report", url=GOOD["url"], language="en"
    )


def test_columns_are_read_again_as_they_were_written() -> None:
    for entry in sample():
        found = one(entry, KINDS)
        assert one(columns(found), KINDS) == found


def test_line_breaks_in_a_summary_become_spaces() -> None:
    assert one({**GOOD, "summary": "One.\r\n\r\nTwo.\tThree. "}, KINDS).summary == "One. Two. Three."


def test_a_moment_with_its_offset_gives_its_day() -> None:
    found = one({**GOOD, "kind": "event", "starts_on": "2024-09-12T00:30:00+02:00"}, KINDS)
    assert found.starts_on == date(2024, 9, 12)


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"kind": ""}, "kind", "is empty"),
        ({"kind": "press-release"}, "kind", "did you mean press_release?"),
        ({"kind": "poem"}, "kind", '"poem" is not known; known: readout'),
        ({"title": "  "}, "title", "is empty"),
        ({"title": "\u200b\u00ad"}, "title", "is empty"),
        ({"title": "x" * 501}, "title", "has 501 characters; at most 500 fit"),
        ({"title": "Hello\r\nBcc: all@example.org"}, "title", "holds a line break or a tab; it must be one line"),
        ({"title": "Hello\n"}, "title", "holds a line break"),
        ({"title": "Hello\tyou"}, "title", "holds a line break or a tab"),
        ({"title": "Hello\u2028you"}, "title", "holds a line break"),
        ({"title": "Hello\u0000"}, "title", "holds the control character U+0000"),
        ({"title": "\ud83d"}, "title", "holds the control character U+D83D"),
        ({"title": 2024}, "title", "must be a text in quotation marks"),
        ({"title": ["A"]}, "title", "must be a text"),
        ({"summary": "x" * 5001}, "summary", "has 5001 characters; at most 5000 fit"),
        ({"summary": "a\x1bb"}, "summary", "holds the control character U+001B"),
        ({"url": "/a"}, "url", "is no absolute web address"),
        ({"url": "ftp://example.org/a"}, "url", "is no absolute web address"),
        ({"url": "javascript:alert(1)"}, "url", "is no absolute web address"),
        ({"url": "https://"}, "url", "is no absolute web address"),
        ({"url": "https://[::1"}, "url", "is no absolute web address"),
        ({"url": "https://example.org:x/"}, "url", "is no absolute web address"),
        ({"url": "https://bank.example@evil.example/"}, "url", "holds a user name"),
        ({"url": "https://example.org/a b"}, "url", "holds a space"),
        ({"url": 'https://example.org/"><script>'}, "url", "holds a space or a character"),
        ({"url": "https://example.org/\r\nX: y"}, "url", "holds a line break"),
        ({"published_on": "30.06.2024"}, "published_on", 'is "30.06.2024"; write the day as YYYY-MM-DD'),
        ({"published_on": "2024-02-31"}, "published_on", "which is no day of the calendar"),
        ({"published_on": "20240630"}, "published_on", "write the day as YYYY-MM-DD"),
        ({"published_on": "2024-06-30T12:00:00+00:00"}, "published_on", "write the day as YYYY-MM-DD"),
        ({"deadline_on": "2024-06-31"}, "deadline_on", "which is no day of the calendar"),
        ({"starts_on": "2024-09-12T25:00:00+02:00"}, "starts_on", "which is no moment of the calendar"),
        ({"starts_on": "2024-09-12T15:00:00"}, "starts_on", "write the day as YYYY-MM-DD"),
        ({"starts_on": "2024-09-12", "ends_on": "2024-09-11"}, "ends_on", "is before starts_on"),
        ({"language": "English"}, "language", "write a language code like en, es, fr or ar"),
        ({"language": "e"}, "language", "write a language code"),
        ({"date_is": "guessed"}, "date_is", '"guessed" is not known; known: known, illustrative'),
        ({"external_id": "x" * 501}, "external_id", "at most 500"),
        ({"url": "https://example.org/" + "x" * 500}, "external_id", "the url is too long to stand for it"),
        ({"outlet": "a\nb"}, "outlet", "holds a line break"),
        ({"who_for": "x" * 301}, "who_for", "at most 300"),
        ({"titel": "A"}, '"titel"', "no such column; did you mean title?"),
        ({"zzz": "A"}, '"zzz"', "no such column"),
    ],
)
def test_a_bad_value_is_named_with_line_field_and_reason(change: dict[str, object], field: str, reason: str) -> None:
    found = problems({**GOOD, **change})
    assert len(found) == 1, found
    assert found[0].startswith(f"line 1, {field}: ")
    assert reason in found[0]


@pytest.mark.parametrize("column", ["kind", "title", "url"])
def test_what_must_be_there_is_asked_for(column: str) -> None:
    entry: dict[str, object] = {key: text for key, text in GOOD.items() if key != column}
    assert problems(entry) == (f"line 1, {column}: is missing",)


def test_several_problems_of_one_row_are_all_named() -> None:
    found = problems({"kind": "poem", "title": "", "url": "x", "published_on": "soon"})
    assert [problem.split(", ")[1].split(":")[0] for problem in found] == ["url", "kind", "title", "published_on"]


# The file


def test_json_names_the_line_where_the_record_begins() -> None:
    text = json.dumps([GOOD, {"kind": "poem"}], indent=2)
    with pytest.raises(BadInput) as refused:
        read_json(text, KINDS)
    assert {problem.split(",")[0] for problem in refused.value.problems} == {"line 7"}


def test_csv_counts_the_lines_of_quoted_texts() -> None:
    text = 'kind,title,url,summary\nreport,A,https://a.example,"one\ntwo\nthree"\n\nreport,,https://b.example,\n'
    with pytest.raises(BadInput) as refused:
        read_csv(text, KINDS)
    assert refused.value.problems == ("line 6, title: is empty",)


def test_at_most_fifty_problems_are_listed_and_all_are_counted() -> None:
    with pytest.raises(BadInput, match=r"There are 60 problems.*the first 50 are listed") as refused:
        read_json(json.dumps([{**GOOD, "title": "", "url": f"https://example.org/{at}"} for at in range(60)]), KINDS)
    assert len(refused.value.problems) == 50


@pytest.mark.parametrize(
    ("column", "other"), [("url", {"external_id": "b"}), ("external_id", {"url": "https://b.example"})]
)
def test_a_record_that_comes_twice_is_refused(column: str, other: dict[str, str]) -> None:
    first = {**GOOD, "external_id": "a"}
    with pytest.raises(BadInput) as refused:
        read_json(json.dumps([first, {**first, **other}]), KINDS)
    assert refused.value.problems == (f"line 1, {column}: stands already in the record of line 1",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("[]", "no publications"),
        ("{}", "must hold a list"),
        ('{"publications": []}', "must hold a list"),
        ("nonsense", "must hold a list"),
        ('[{"kind": "report",}]', "not JSON.*line 1, column"),
        ('[{"kind": "report"', "not JSON"),
        ('[\n{"kind": "report"}\n{}]', r"a comma or the closing bracket is missing \(line 3, column 1\)"),
        ("[{},]", "comma before the closing bracket"),
        ("[{}] []", "after the end of the list"),
        ("[" * 100_000, "nested too deep"),
        ("[" + "9" * 5000 + "]", "number that is too long"),
    ],
)
def test_what_is_no_list_of_publications_says_why(text: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read_json(text, KINDS)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[1]", "line 1, is no object"),
        ("[null]", "is no object"),
        ('[{"kind": "a", "kind": "b"}]', 'names "kind" twice'),
    ],
)
def test_an_entry_that_is_no_publication_is_named(text: str, problem: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_json(text, KINDS)
    assert problem in refused.value.problems[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kind,title\nreport,A\n", "line 1, url: the column is missing"),
        ("kind,title,url,titel\n", 'line 1, "titel": no such column; did you mean title?'),
        ("kind,title,url,url\n", "line 1, url: the column stands twice"),
        ("kind,title,url\nreport,A\n", "line 2, has 2 cells, but the header has 3"),
        ("kind,title,url\nreport,A,https://a.example,B\n", "line 2, has 4 cells"),
        ("kind,title,url,\nreport,A,https://a.example,B\n", 'line 2, "": no such column'),
    ],
)
def test_a_table_that_does_not_fit_its_header_is_refused(text: str, problem: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_csv(text, KINDS)
    assert refused.value.problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("kind,title,url\n", "no publications"),
        ('kind,title,url\nreport,"A,https://a.example\n', "the row that begins on line 2 cannot be read"),
        ('kind,title,url\nreport,"A" B,https://a.example\n', "line 2 cannot be read"),
    ],
)
def test_what_is_no_table_says_why(text: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read_csv(text, KINDS)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_json_and_csv_give_the_same(delimiter: str) -> None:
    entries = sample()
    entries[0]["summary"] = 'One; two, "three"\nfour'
    from_json = [publication for _, publication in read_json(json.dumps(entries, indent=2), KINDS)]
    text = "\ufeff" + as_csv(entries, delimiter)
    from_csv = [publication for _, publication in read_csv(text, KINDS)]
    assert from_csv == from_json
    assert len(from_json) == len(entries)
    assert from_json[0].summary == 'One; two, "three" four'


def outcome(read: Callable[..., list[tuple[int, Publication]]], text: str) -> list[Publication] | tuple[str, ...]:
    """The publications, or the sentences of the refusal; any other exception fails the test."""
    try:
        return [publication for _, publication in read(text, KINDS)]
    except BadInput as error:
        return (str(error), *error.problems)


@given(st.text(max_size=300))
def test_no_text_makes_a_reader_fail_otherwise(text: str) -> None:
    assert outcome(read_json, text)
    assert outcome(read_csv, text)


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(COLUMNS), inner, max_size=5),
    max_leaves=12,
)
_nearly = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([*KINDS, "x"]),
        "title": st.text(max_size=30),
        "url": st.text(max_size=30).map("https://".__add__),
    },
    optional={
        "summary": st.text(),
        "published_on": st.text(max_size=10) | st.dates().map(str),
        "starts_on": st.datetimes().map(lambda moment: f"{moment.isoformat(timespec='seconds')}+02:00"),
        "language": st.text(max_size=5),
    },
)


@settings(max_examples=120)
@given(st.lists(_nearly | _anything, max_size=3))
def test_no_json_makes_the_reader_fail_otherwise(entries: list[object]) -> None:
    found = outcome(read_json, json.dumps(entries))
    if isinstance(found, tuple):
        assert all(re.match(r"line \d+, ", problem) for problem in found[1:])
        return
    for publication in found:
        assert not re.search(r"[\x00-\x1f]", publication.title + publication.summary + publication.url)
        assert publication.title.encode()


@settings(max_examples=120)
@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), max_size=4))
def test_no_table_makes_the_reader_fail_otherwise(rows: list[list[str]]) -> None:
    into = io.StringIO(newline="")
    csv.writer(into).writerows([["kind", "title", "url"], *rows])
    assert outcome(read_csv, into.getvalue())


# Into the database


def test_the_sample_lands_once_and_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    seeded(database)
    path = write(tmp_path, sample())
    assert imported(database, path) == Imported(new=34, changed=0, unchanged=0)
    with database.reading() as session:
        before = session.execute(select(PublicationRow.id, PublicationRow.updated_at)).all()
    with database.transaction() as session:
        assert import_file(session, path, LATER) == Imported(new=0, changed=0, unchanged=34)
    with database.reading() as session:
        assert session.execute(select(PublicationRow.id, PublicationRow.updated_at)).all() == before
        assert [listed.publication.title for listed in undated(session)] == ["A Library Card as a First Address"]
        quarter = publications(session, date(2024, 4, 1), date(2024, 6, 30))
        everything = publications(session)
    assert quarter[-1].publication.published_on == date(2024, 6, 30)
    assert len(quarter) == 20
    assert everything[-1].publication.published_on is None
    read_back = {listed.publication.external_id: columns(listed.publication) for listed in everything}
    assert read_back == {entry["external_id"]: columns(one(entry, KINDS)) for entry in sample()}


def test_csv_and_json_of_the_same_publications_are_the_same_rows(sqlite_database: Database, tmp_path: Path) -> None:
    seeded(sqlite_database)
    imported(sqlite_database, write(tmp_path, sample()))
    (tmp_path / "same.csv").write_text(as_csv(sample(), ";"), encoding="utf-8-sig")
    assert imported(sqlite_database, tmp_path / "same.csv").unchanged == 34
    (tmp_path / "same.txt").write_text(as_csv(sample()), encoding="utf-8")
    assert imported(sqlite_database, tmp_path / "same.txt").unchanged == 34


def test_a_changed_publication_is_brought_up_to_date(database: Database, tmp_path: Path) -> None:
    seeded(database)
    imported(database, write(tmp_path, [GOOD]))
    with database.transaction() as session:
        path = write(tmp_path, [{**GOOD, "title": "A better title"}])
        assert import_file(session, path, LATER) == Imported(new=0, changed=1, unchanged=0)
    with database.reading() as session:
        row = session.scalars(select(PublicationRow)).one()
    assert (row.title, row.created_at, row.updated_at, row.source) == ("A better title", NOW, LATER, "file")


def test_a_day_given_by_hand_stays_while_the_source_has_none(sqlite_database: Database, tmp_path: Path) -> None:
    seeded(sqlite_database)
    imported(sqlite_database, write(tmp_path, [GOOD]))
    with sqlite_database.transaction() as session:
        session.execute(update(PublicationRow).values(published_on=date(2024, 5, 5)))
    imported(sqlite_database, write(tmp_path, [{**GOOD, "title": "B"}]))
    with sqlite_database.reading() as session:
        row = session.scalars(select(PublicationRow)).one()
    assert (row.title, row.published_on) == ("B", date(2024, 5, 5))


def test_one_bad_row_and_nothing_of_the_file_lands(database: Database, tmp_path: Path) -> None:
    seeded(database)
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    entries = [{**GOOD, "image": "a.png"}, {**GOOD, "url": "https://example.org/b", "published_on": "2024-02-31"}]
    path = write(tmp_path, entries)
    with database.transaction() as session, pytest.raises(BadInput, match=r"publications.json: There is 1 problem"):
        import_file(session, path, NOW)
    assert count(database) == 0
    assert count(database, MediaRow) == 0


def test_a_picture_beside_the_file_is_kept_and_one_on_the_web_is_noted(database: Database, tmp_path: Path) -> None:
    seeded(database)
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (90, 60), "#0f4c5c").save(tmp_path / "pictures" / "a.png")
    web = {**GOOD, "url": "https://example.org/b", "image": "https://example.org/b.png"}
    path = write(tmp_path, [{**GOOD, "image": "pictures/a.png"}, web])
    assert imported(database, path).new == 2
    assert imported(database, path).unchanged == 2
    with database.reading() as session:
        first, second = session.scalars(select(PublicationRow).order_by(PublicationRow.id))
    assert first.media_sha256 is not None
    assert (second.media_sha256, second.image) == (None, "https://example.org/b.png")
    Image.new("RGB", (90, 60), "#e36414").save(tmp_path / "pictures" / "a.png")
    assert imported(database, path) == Imported(new=0, changed=1, unchanged=1)
    assert count(database, MediaRow) == 2


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("missing.png", "is not there"),
        ("../outside.png", "lies outside the folder"),
        ("/etc/passwd", "lies outside the folder"),
        ("link.png", "lies outside the folder"),
        ("loop.png", "cannot be read|is not there"),
        (".", "is not there"),
        ("text.png", "no PNG, JPEG, WebP or GIF"),
        ("a" * 300 + ".png", "cannot be read|is not there"),
        ("file:///etc/passwd", "is not there"),
        ("a\u0000.png", "control character"),
    ],
)
def test_a_picture_that_cannot_be_had_is_named(
    sqlite_database: Database, tmp_path: Path, image: str, reason: str
) -> None:
    seeded(sqlite_database)
    folder = tmp_path / "inside"
    folder.mkdir()
    Image.new("RGB", (9, 9)).save(tmp_path / "outside.png")
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    (folder / "text.png").write_text("hello")
    with pytest.raises(BadInput) as refused:
        imported(sqlite_database, write(folder, [{**GOOD, "image": image}]))
    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].startswith("line 1, image: ")
    assert re.search(reason, refused.value.problems[0])
    assert count(sqlite_database) == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            "kind,title,url\nreport,Caf\xe9,https://a.example\n".encode("cp1252"),
            "line 2 holds the byte 0xE9.*CSV UTF-8",
        ),
        ("kind,title,url\n".encode("utf-16"), "UTF-16"),
        (b"", "p.csv: The file is empty"),
        (b"\xef\xbb\xbf", "empty"),
    ],
)
def test_bytes_that_are_no_utf_8_are_not_guessed_at(
    sqlite_database: Database, tmp_path: Path, content: bytes, reason: str
) -> None:
    seeded(sqlite_database)
    (tmp_path / "p.csv").write_bytes(content)
    with pytest.raises(BadInput, match=reason):
        imported(sqlite_database, tmp_path / "p.csv")


def test_a_file_that_is_not_there_says_so(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.json: The file cannot be read: No such file"):
        imported(sqlite_database, tmp_path / "nowhere.json")
    with pytest.raises(BadInput, match="cannot be read"):
        imported(sqlite_database, tmp_path)


def test_one_publication_is_added_by_hand_under_the_same_rules(database: Database) -> None:
    seeded(database)
    good = Publication("x", "report", "A report", "https://example.org/x", "en", published_on=date(2024, 5, 1))
    with database.transaction() as session:
        added = add(session, good, NOW)
        assert publications(session)[0].id == added
        with pytest.raises(BadInput, match="is here already"):
            add(session, good, NOW)
        with pytest.raises(BadInput) as refused:
            add(session, Publication("y", "poem", "A\nB", "https://example.org/y", "en"), NOW)
    assert len(refused.value.problems) == 2
