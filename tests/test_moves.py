"""The legal moves of an issue, each pair of states."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

import subscribers
from newsletter.database import Database
from newsletter.errors import IllegalMove, NotFound
from newsletter.issues.model import State
from newsletter.issues.moves import IN_WORDS, MOVES, move, require
from newsletter.issues.tables import IssueRow
from tests.conftest import NOW

LEGAL = """
draft: in_review
in_review: approved changes_requested draft in_review
changes_requested: in_review draft
approved: planned sending in_review draft changes_requested
planned: sending approved planned in_review draft changes_requested
sending: paused stopped sent
paused: sending stopped
stopped: in_review changes_requested sending
sent: sending
"""


def add_issue(database: Database) -> int:
    with database.transaction() as session:
        issue = IssueRow(
            list_id=subscribers.add_list(session, "quarterly", "The Quarterly", ("en",), NOW), slug="one", name="One",
            ordinal=1, kind="regular", period="2024-Q2", collects_from=date(2024, 4, 1),
            collects_until=date(2024, 6, 30), state="draft", created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        session.add(issue)
        session.flush()
        return issue.id


def test_the_table_is_the_one_that_was_agreed() -> None:
    agreed = dict(line.split(": ") for line in LEGAL.strip().splitlines())
    assert {state: " ".join(sorted(ways)) for state, ways in MOVES.items()} == {
        state: " ".join(sorted(ways.split())) for state, ways in agreed.items()
    }
    assert set(IN_WORDS) == set(MOVES) == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("to", State)
def test_every_other_move_is_refused_in_a_sentence(state: State, to: State) -> None:
    if to in MOVES[state]:
        require(state, to)
        return
    with pytest.raises(IllegalMove) as refused:
        require(state, to)
    assert str(refused.value).startswith(f"The issue is {IN_WORDS[state]}; it cannot become {IN_WORDS[to]}.")


def test_nothing_unapproved_is_ever_sent() -> None:
    ways = {state for state, to in MOVES.items() if State.SENDING in to}
    assert ways == {State.APPROVED, State.PLANNED, State.PAUSED, State.STOPPED, State.SENT}


def test_a_move_changes_the_state_and_nothing_else(database: Database) -> None:
    issue_id = add_issue(database)
    later = NOW + timedelta(hours=1)
    with database.transaction() as session:
        move(session, issue_id, State.IN_REVIEW, later)
    with database.transaction() as session:
        issue = session.get_one(IssueRow, issue_id)
        assert (issue.state, issue.revision, issue.updated_at) == ("in_review", 1, later)
        with pytest.raises(IllegalMove):
            move(session, issue_id, State.SENDING, later)
        with pytest.raises(NotFound):
            move(session, 999, State.SENDING, later)


def test_of_two_who_move_at_once_the_second_is_told(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    issue_id = add_issue(sqlite_database)

    def meanwhile(state: State, to: State) -> None:
        session.execute(update(IssueRow).values(state=State.APPROVED.value))

    with sqlite_database.transaction() as session:
        monkeypatch.setattr("newsletter.issues.moves.require", meanwhile)
        with pytest.raises(IllegalMove, match="Somebody else"):
            move(session, issue_id, State.IN_REVIEW, NOW)
        assert session.scalar(select(IssueRow.state)) == "approved"
