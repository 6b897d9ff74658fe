"""Blocks that somebody owes: seen by the team, unknown to the mail and to what is approved, until they are written."""

import shlex
from datetime import date

import pytest

from newsletter.errors import BadInput, IllegalMove, NotFound
from newsletter.issues.inserting import remove_block, set_block
from newsletter.issues.model import BlockKind
from newsletter.issues.owed import Owed, ask, owed
from newsletter.issues.revising import Hand
from newsletter.issues.views import blocks
from tests.route import ADMIN, APPROVER, AUTHOR, SLUG, Route
from tests.test_cli import Shell

DUE = date(2024, 7, 12)
NOTE = {"text": "One thought.", "name": "Pat Approver"}


@pytest.fixture
def shell(route: Route, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(route, monkeypatch)


def asked(route: Route, kind: str, owner: str = APPROVER, due: date = DUE, **where: object) -> Owed:
    with route.database.transaction() as session:
        hand = Hand(session, route.issue().id, route.now)
        made = ask(hand, kind, owner, due, route.now.date(), **where)  # type: ignore[arg-type]
        return next(one for one in owed(session, hand.issue_id) if one.id == made.id)


def written(route: Route, kind: str, fields: dict[str, str], block_id: int | None = None) -> int:
    with route.database.transaction() as session:
        id_ = set_block(Hand(session, route.issue().id, route.now), kind, fields, block_id=block_id).id
        assert id_ is not None
        return id_


def still_owed(route: Route) -> list[tuple[BlockKind, str, str, date | None]]:
    with route.database.reading() as session:
        return [(one.kind, one.section, one.email, one.due_on) for one in owed(session, route.issue().id)]


def facts(route: Route) -> object:
    with route.database.reading() as session:
        return route.pipeline.versions.basis_facts(session, route.issue().id)


def test_what_is_owed_is_not_in_the_mail_and_a_yes_goes_on_counting(either_route: Route) -> None:
    route = either_route
    route.sign_off()
    before, version = facts(route), route.pipeline.version(SLUG)
    for kind in ("director", "text", "quote", "numbers"):
        asked(route, kind)
    assert facts(route) == before
    assert route.counts()
    after = route.pipeline.version(SLUG)
    assert after.draft == version.draft
    assert {language: part.web for language, part in after.parts.items()} == {
        language: part.web for language, part in version.parts.items()
    }
    assert [kind for kind, *_ in still_owed(route)] == [
        BlockKind.DIRECTOR, BlockKind.TEXT, BlockKind.QUOTE, BlockKind.NUMBERS,
    ]  # fmt: skip
    route.send()
    assert len(route.mails()) > 0


def test_written_it_is_in_the_mail_owed_no_more_and_needs_a_new_yes(either_route: Route) -> None:
    route = either_route
    note, text = asked(route, "director"), asked(route, "text", section="read")
    assert (note.section, text.section) == ("", "read")
    route.sign_off()
    assert written(route, "director", NOTE) == note.id
    assert not route.counts()
    assert written(route, "text", {"text": "Words of somebody."}, text.id) == text.id
    assert still_owed(route) == []
    draft = route.pipeline.version(SLUG).draft
    assert [block.id for block in draft.opening] == [note.id]
    assert [block.id for section in draft.sections if section.slug == "read" for block in section.blocks] == [text.id]
    with route.database.reading() as session:
        assert {id_ for id_, *_ in blocks(session, route.issue().id)} == {note.id, text.id}


def test_the_note_passes_to_another_person_and_another_day(route: Route) -> None:
    first = asked(route, "director")
    assert asked(route, "director", ADMIN, date(2024, 7, 15)).id == first.id
    text = asked(route, "text")
    assert asked(route, "text", AUTHOR, date(2024, 7, 10), block_id=text.id).id == text.id
    assert still_owed(route) == [
        (BlockKind.TEXT, "open", AUTHOR, date(2024, 7, 10)), (BlockKind.DIRECTOR, "", ADMIN, date(2024, 7, 15)),
    ]  # fmt: skip


def test_what_is_asked_for_no_more_is_gone(route: Route) -> None:
    block = asked(route, "quote")
    with route.database.transaction() as session:
        remove_block(Hand(session, route.issue().id, route.now), block.id)
    assert still_owed(route) == []


def test_what_cannot_be_asked_for_is_refused(route: Route) -> None:
    note = written(route, "director", NOTE)
    before = still_owed(route)
    with pytest.raises(BadInput, match=f"Block {note} of {SLUG} is written already"):
        asked(route, "director")
    with pytest.raises(BadInput, match="A button cannot be asked for"):
        asked(route, "button")
    with pytest.raises(BadInput, match="There is no block 'poem'"):
        asked(route, "poem")
    with pytest.raises(BadInput, match="2024-07-08 has passed"):
        asked(route, "text", due=date(2024, 7, 8))
    with pytest.raises(NotFound, match="newsletter staff add"):
        asked(route, "text", "stranger@example.org")
    with pytest.raises(BadInput, match="has no section 'sport'"):
        asked(route, "text", section="sport")
    with pytest.raises(BadInput, match="it has no section"):
        remove_note(route, note)
        asked(route, "director", section="read")
    with pytest.raises(NotFound, match="no block 999"):
        asked(route, "text", block_id=999)
    text = asked(route, "text")
    with pytest.raises(BadInput, match="stays where it is"):
        asked(route, "quote", block_id=text.id)
    assert len(still_owed(route)) == len(before) + 1
    route.sign_off()
    route.send()
    with pytest.raises(IllegalMove):
        asked(route, "text")


def remove_note(route: Route, note: int) -> None:
    with route.database.transaction() as session:
        remove_block(Hand(session, route.issue().id, route.now), note)


def test_it_is_typed_and_shown(shell: Shell) -> None:
    due = "2099-06-28"
    said = shell("issue", "ask", SLUG, "--kind", "director", "--owner", APPROVER, "--due", due, "--by", AUTHOR).stdout
    assert "Pat Approver owes the director's note by Sun 28 June 2099 (block 1)." in said
    command = f"newsletter issue block {SLUG} --kind director --block 1 --field text=... --field name=..."
    assert command in said
    shown = shell("issue", "show", SLUG).stdout
    assert "Not written yet (1)" in shown
    assert "director: Pat Approver by Sun 28 June 2099" in shown
    (one,) = shell.json("issue", "show", SLUG)["owed"]
    assert (one["id"], one["kind"], one["email"], one["due_on"]) == (1, "director", APPROVER, due)
    typed = command.removeprefix("newsletter ").replace("text=...", "'text=A thought.'").replace("name=...", "name=Pat")
    assert "The note is in." in shell(*shlex.split(typed)).stdout
    assert shell.json("issue", "show", SLUG)["owed"] == []
    refused = shell("issue", "ask", SLUG, "--kind", "text", "--owner", APPROVER, "--due", "soon", code=1)
    assert "--due soon: give a day like 2024-06-30." in refused.output
