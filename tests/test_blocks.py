"""The director's note, texts, quotes, numbers and buttons: written by a verb and by the command."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from newsletter import migrations
from newsletter.cli.main import app
from newsletter.database import Database
from newsletter.errors import BadInput, IllegalMove, NotFound
from newsletter.issues import views
from newsletter.issues.blocks import block_fields
from newsletter.issues.drafts import load
from newsletter.issues.inserting import remove_block, set_block
from newsletter.issues.model import Block, BlockKind, Draft, State
from newsletter.issues.revising import Hand
from newsletter.issues.tables import BlockRow, IssueRow
from newsletter.staff.people import add as add_person
from newsletter.staff.tables import ActivityRow
from tests.conftest import NOW
from tests.test_assembling import LATER, add_list, collect, draft, publish

NOTE = {"text": "One thought.\n\nTwo\nthanks. ", "name": "Ana Example", "role": ""}


@pytest.fixture
def plain(database: Database) -> Database:
    add_list(database)
    publish(database, "a", "2024-05-01")
    return database


def put(database: Database, issue_id: int, kind: str, fields: dict[str, str], **more: str) -> int:
    with database.transaction() as session:
        id_ = set_block(Hand(session, issue_id, LATER), kind, fields, **more).id
        assert id_ is not None
        return id_


def test_the_note_stands_before_the_lead_and_there_is_one(plain: Database) -> None:
    issue_id = collect(plain).issue_id
    first = put(plain, issue_id, "director", NOTE)
    assert draft(plain, issue_id).opening == (
        Block(first, BlockKind.DIRECTOR, {"en": {"text": "One thought.\n\nTwo thanks.", "name": "Ana Example"}}),
    )
    assert put(plain, issue_id, "director", {"text": "Una idea.", "name": "Ana"}, language="es") == first
    assert put(plain, issue_id, "director", {"text": "Another.", "name": "Ana"}) == first
    (note,) = draft(plain, issue_id).opening
    assert note.wordings == {"en": {"text": "Another.", "name": "Ana"}, "es": {"text": "Una idea.", "name": "Ana"}}
    with plain.reading() as session:
        found = views.find(session, issue_id)
    assert (found.revision, found.updated_at, found.state) == (4, LATER, State.DRAFT)


def test_a_block_is_taken_out_again_in_every_language(plain: Database) -> None:
    issue_id = collect(plain).issue_id
    note = put(plain, issue_id, "director", NOTE)
    put(plain, issue_id, "director", {"text": "Una idea.", "name": "Ana"}, language="es")
    with plain.transaction() as session:
        remove_block(Hand(session, issue_id, LATER), note)
    assert draft(plain, issue_id).opening == ()
    with pytest.raises(NotFound, match="issue show"), plain.transaction() as session:
        remove_block(Hand(session, issue_id, LATER), note)


def test_the_others_are_added_after_the_items_of_their_section(plain: Database) -> None:
    issue_id = collect(plain).issue_id
    figures = " 250+ | cities | Report\n\n70|actions|Report 2022 "
    numbers = put(plain, issue_id, "numbers", {"figures": figures})
    quote = put(plain, issue_id, "quote", {"text": "They arrive in a street.", "name": "A mayor"}, section="read")
    button = put(plain, issue_id, "button", {"label": "Join", "url": "https://example.org/join"}, section="read")
    text = put(plain, issue_id, "text", {"text": "More [here](https://example.org).", "heading": "H"}, section="read")
    issue: Draft = draft(plain, issue_id)
    assert issue.opening == ()
    assert [block.id for block in issue.sections[1].blocks] == [quote, button, text]
    (last,) = issue.sections[-1].blocks
    assert (last.id, last.wordings["en"]) == (
        numbers,
        {"figures": "250+ | cities | Report\n70 | actions | Report 2022"},
    )


@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        ("poem", {}, "no block 'poem'; there is: director, text, quote, numbers, button"),
        ("director", {"text": "A"}, "director needs name"),
        ("director", {"text": " ", "name": ""}, "director needs text and name"),
        ("director", {**NOTE, "signature": "A"}, "no field 'signature'; it has: text, name, role"),
        ("director", {**NOTE, "name": "A\nB"}, "name holds a line break"),
        ("text", {"text": "a\x00b"}, "text holds the control character U\\+0000"),
        ("quote", {"text": "A"}, "quote needs name"),
        ("numbers", {"figures": "250 cities"}, "value | what it counts | source"),
        ("numbers", {"figures": "250 | cities"}, "value | what it counts | source"),
        ("numbers", {"figures": "250 | cities | "}, "value | what it counts | source"),
        ("numbers", {"figures": "1 | a | b\n" * 7}, "7 figures are too many"),
        ("button", {"label": "Join", "url": "javascript:alert(1)"}, "no absolute web address"),
        ("button", {"url": "https://example.org"}, "button needs label"),
    ],
)
def test_a_block_that_cannot_be_shown_is_refused(
    plain: Database, kind: str, fields: dict[str, str], reason: str
) -> None:
    issue_id = collect(plain).issue_id
    with plain.transaction() as session, pytest.raises(BadInput, match=reason):
        set_block(Hand(session, issue_id, LATER), kind, fields)
    with plain.reading() as session:
        assert session.scalar(select(func.count()).select_from(BlockRow)) == 0
        assert views.find(session, issue_id).revision == 1


def test_places_and_languages_that_are_not_there_are_named(plain: Database) -> None:
    issue_id = collect(plain).issue_id
    with plain.transaction() as session:
        with pytest.raises(BadInput, match="no section 'sport'; it has: work, read, news, open"):
            set_block(Hand(session, issue_id, LATER), "text", {"text": "A"}, section="sport")
        with pytest.raises(BadInput, match="stands before the lead"):
            set_block(Hand(session, issue_id, LATER), "director", NOTE, section="read")
        with pytest.raises(BadInput, match="language code"):
            set_block(Hand(session, issue_id, LATER), "text", {"text": "A"}, language="English")
        with pytest.raises(NotFound):
            set_block(Hand(session, 999, LATER), "text", {"text": "A"})


@pytest.mark.parametrize("state", [State.SENDING, State.PAUSED, State.SENT])
def test_what_has_gone_out_gets_no_block(plain: Database, state: State) -> None:
    issue_id = collect(plain).issue_id
    with plain.transaction() as session:
        session.execute(update(IssueRow).values(state=state.value))
    with plain.transaction() as session, pytest.raises(IllegalMove):
        set_block(Hand(session, issue_id, LATER), "director", NOTE)


def test_an_empty_field_that_may_be_missing_is_missing() -> None:
    assert block_fields(BlockKind.QUOTE, {"text": "A", "name": "B", "role": " "}) == {"text": "A", "name": "B"}


# The command


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A settings file beside a database with an issue in it."""
    path = tmp_path / "newsletter.toml"
    path.write_text(
        'database_url = "sqlite:///newsletter.db"\nbase_url = "http://127.0.0.1:8000"\ntimezone = "Europe/Brussels"\n'
        f'secret_keys = "{"s" * 32}"\nsuppression_key = "{"k" * 32}"\n',
        encoding="utf-8",
    )
    database = Database(f"sqlite:///{tmp_path / 'newsletter.db'}")
    migrations.migrate(database)
    add_list(database)
    publish(database, "a", "2024-05-01")
    collect(database)
    with database.transaction() as session:
        add_person(session, "ana@example.org", "author", NOW)
    database.close()
    return path


def run(settings: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--config", str(settings), "issue", "block", "quarterly-2024-q2", *arguments])
    return result.exit_code, result.output


def test_a_note_is_written_by_the_command_and_logged(settings: Path) -> None:
    begun = datetime.now(UTC)
    code, said = run(
        settings, "--kind", "director", "--field", r"text=One = thought.\n\nTwo thanks.", "--field", "name=Ana Example",
        "--by", "ana@example.org",
    )  # fmt: skip
    assert (code, "The note is in." in said) == (0, True), said
    code, said = run(settings, "--kind", "numbers", "--field", r"figures=1 | a | b\n2 | c | d", "--section", "read")
    assert (code, "Added (block " in said) == (0, True), said
    database = Database(f"sqlite:///{settings.parent / 'newsletter.db'}")
    with database.reading() as session:
        issue = load(session, 1)
        lines = session.execute(select(ActivityRow).where(ActivityRow.verb == "block")).scalars().all()
        assert [(line.via, line.staff_id, line.detail["kind"]) for line in lines] == [
            ("cli", 1, "director"), ("cli", None, "numbers"),
        ]  # fmt: skip
        assert all(line.at >= begun for line in lines)
    database.close()
    assert issue.opening[0].wordings["en"]["text"] == "One = thought.\n\nTwo thanks."
    assert issue.sections[1].blocks[0].wordings["en"] == {"figures": "1 | a | b\n2 | c | d"}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--kind", "director", "--field", "text"), "write it NAME=VALUE"),
        (("--kind", "director", "--field", "text=A", "--field", "text=B"), "given twice"),
        (("--kind", "director", "--field", "text=A"), "director needs name"),
        (("--kind", "poem", "--field", "text=A"), "no block 'poem'"),
        (("--kind", "text", "--field", "text=A", "--by", "nobody@example.org"), "is not staff"),
    ],
)
def test_what_the_command_cannot_take_is_one_sentence(settings: Path, arguments: tuple[str, ...], reason: str) -> None:
    code, said = run(settings, *arguments)
    assert code == 1
    assert reason in said
    assert "Traceback" not in said
