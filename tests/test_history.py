"""Two people edit one issue and lose nothing: earlier versions, undo, and edits compared with what others changed."""

import threading
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from newsletter.errors import BadInput, Conflict, IllegalMove, NotFound
from newsletter.issues import contents, history, places
from newsletter.issues.editor import Edited
from newsletter.issues.model import Role
from newsletter.issues.restoring import reordered
from newsletter.issues.tables import RevisionRow
from tests.route import APPROVER, AUTHOR, SECOND_AUTHOR, SLUG, SUBJECT, Route, later

NOTE = {"text": "One thought.", "name": "Ana Example"}


def revision(route: Route) -> int:
    return route.issue().revision


def basis(route: Route) -> str:
    with route.database.reading() as session:
        return route.pipeline.gate.basis(session, route.issue().id)


def state(route: Route) -> dict[str, Any]:
    with route.database.reading() as session:
        return contents.read(session, route.issue().id)


def number(route: Route, external_id: str) -> int:
    return route.publication(external_id).id


def do(route: Route, verb: str, *given: Any, by: str = AUTHOR, **more: Any) -> Edited:
    return getattr(route.pipeline.editor, verb)(SLUG, route.who(by), *given, **more)  # type: ignore[no-any-return]


def order(route: Route, section: str) -> list[int]:
    found: list[int] = state(route)[places.order(section)]
    return found


# -- undo --------------------------------------------------------------------------------------------------------------


def _edits(route: Route) -> dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]]:
    lead, roots, impact, climate = (number(route, one) for one in ("san-antonio", "roots", "impact", "climate"))
    return {
        "subject": ("word_issue", (), {"subject": "Another subject altogether"}),
        "item": ("word_item", (impact, "en"), {"title": "In short", "action": "Read it now"}),
        "language of an item": ("word_item", (impact, "es"), {"title": "Un informe"}),
        "hold": ("hold", ([impact],), {}),
        "decline the lead": ("decline", ([lead],), {"reason": "old"}),
        "another lead": ("set_role", (roots, Role.LEAD), {}),
        "move": ("move", (climate,), {"before": impact}),
        "to another section": ("move", (impact,), {"section": "news"}),
        "down": ("nudge", (impact, 1), {}),
        "heading": ("title_section", ("work", "en", "At work"), {}),
        "sections": ("move_section", ("open",), {"before": "work"}),
        "note": ("add_block", ("director", NOTE), {}),
        "credit": ("credit", (lead, "Photo: somebody else"), {}),
        "language of the issue": ("drop_language", ("es",), {}),
    }


KINDS_OF_EDIT = (
    "subject", "item", "language of an item", "hold", "decline the lead", "another lead", "move", "to another section",
    "down", "heading", "sections", "note", "credit", "language of the issue",
)  # fmt: skip


@pytest.mark.parametrize("what", KINDS_OF_EDIT)
def test_undoing_an_edit_of_an_approved_issue_gives_the_yes_back(approved: Route, what: str) -> None:
    verb, given, more = _edits(approved)[what]
    before, was = basis(approved), state(approved)
    edited = do(approved, verb, *given, **more)
    assert basis(approved) != before
    assert not approved.counts()
    undone = do(approved, "undo")
    assert state(approved) == was
    assert basis(approved) == before
    assert approved.counts()
    assert undone.revision == edited.revision + 1
    do(approved, "undo", activity=undone.activity_id)
    assert not approved.counts(), "an undo can be taken back"
    do(approved, "undo", activity=undone.activity_id + 1)
    assert approved.counts()


def test_undo_gives_the_yes_back_on_both_engines(either_route: Route) -> None:
    either_route.sign_off()
    do(either_route, "add_block", "director", NOTE)
    do(either_route, "decline", [number(either_route, "impact")], reason="old")
    assert not either_route.counts()
    do(either_route, "undo")
    do(either_route, "undo")
    assert either_route.counts()


def test_a_block_that_is_brought_back_has_its_number(either_route: Route) -> None:
    route = either_route
    block = do(route, "add_block", "text", {"text": "Words"}).id
    assert block is not None
    before = basis(route)
    do(route, "remove_block", block)
    other = do(route, "add_block", "text", {"text": "Others"}).id
    assert other is not None
    assert other > block, "a number is given once"
    do(route, "remove_block", other)
    do(route, "undo")
    do(route, "undo")
    do(route, "undo")
    assert basis(route) == before


def test_undo_takes_back_ones_own_edits_one_after_the_other(route: Route) -> None:
    first = state(route)
    do(route, "word_issue", subject="One")
    do(route, "word_issue", subject="Two")
    do(route, "word_issue", preview="Theirs", by=SECOND_AUTHOR)
    do(route, "undo")
    assert state(route)["subject:en"] == "One"
    assert state(route)["preview:en"] == "Theirs", "what somebody else did stays"
    do(route, "undo")
    assert state(route)["subject:en"] == SUBJECT
    do(route, "undo", by=SECOND_AUTHOR)
    assert state(route) == first
    with pytest.raises(BadInput, match="nothing of yours"):
        do(route, "undo", by=APPROVER)


def test_what_somebody_else_has_changed_since_is_not_undone(route: Route) -> None:
    mine = do(route, "word_issue", subject="Mine")
    later(route, minutes=5)
    do(route, "word_issue", subject="Theirs", by=SECOND_AUTHOR)
    with pytest.raises(Conflict) as refused:
        do(route, "undo", activity=mine.activity_id)
    (clash,) = refused.value.clashes
    assert (clash.place, clash.by, clash.theirs, clash.at) == ("subject:en", "Sam Author", "Theirs", route.now)
    assert state(route)["subject:en"] == "Theirs"
    with pytest.raises(Conflict, match=r"^Sam Author has changed the subject \(English\) since then, so nothing"):
        do(route, "undo", activity=mine.activity_id)
    mine = do(route, "word_issue", subject="Mine again")
    do(route, "word_issue", subject="And again")
    with pytest.raises(Conflict, match="You have changed the subject"):
        do(route, "undo", activity=mine.activity_id)


def test_there_is_one_lead_after_an_undo_too(route: Route) -> None:
    lead, roots, impact = (number(route, one) for one in ("san-antonio", "roots", "impact"))
    held = do(route, "hold", [lead])
    do(route, "set_role", roots, Role.LEAD, by=SECOND_AUTHOR)
    with pytest.raises(Conflict, match="Sam Author has changed the place of “Devex"):
        do(route, "undo", activity=held.activity_id)
    do(route, "set_role", impact, Role.LEAD)
    assert contents.lead(state(route)) == impact


def test_only_edits_are_undone(route: Route) -> None:
    route.submit()
    line = route.activity()[-1]
    with pytest.raises(BadInput, match="no edit of what the issue says"):
        do(route, "undo", activity=line.id)
    with pytest.raises(NotFound):
        do(route, "undo", activity=999)


# -- earlier versions --------------------------------------------------------------------------------------------------


def test_the_draft_as_it_was_collected_is_version_1(route: Route) -> None:
    with route.database.reading() as session:
        found = history.versions(session, route.issue().id)
    assert [(one.revision, one.by, one.words) for one in found] == [
        (3, "Ana Author", "Changed the preview line (Spanish) and the subject (Spanish)"),
        (2, "Ana Author", "Changed the preview line (English) and the subject (English)"),
        (1, "Ana Author", "Collected the draft"),
    ]
    do(route, "restore", 1)
    assert "subject:es" not in state(route)


def test_versions_say_who_did_what_where(route: Route) -> None:
    impact = number(route, "impact")
    do(route, "word_item", impact, "en", title="In short", by=SECOND_AUTHOR)
    do(route, "hold", [impact], by=SECOND_AUTHOR)
    do(route, "undo", by=SECOND_AUTHOR)
    do(route, "restore", 1)
    with route.database.reading() as session:
        found = history.versions(session, route.issue().id)
    assert [(one.by, one.words, one.undone) for one in found[:4]] == [
        ("Ana Author", "Brought an earlier version back", False),
        ("Sam Author", "Took back version 5", False),
        ("Sam Author", "Saved “Impact Report 2023” for next time", True),
        ("Sam Author", "Changed the title of “Impact Report 2023” (English)", False),
    ]


def test_an_edit_without_a_difference_is_none(route: Route) -> None:
    before = revision(route)
    lines = len(route.activity())
    done = do(route, "word_issue", subject=SUBJECT)
    assert (done.revision, done.activity_id, done.changed) == (before, None, ())
    assert (revision(route), len(route.activity())) == (before, lines)


def test_the_log_says_what_was_before_and_after(route: Route) -> None:
    done = do(route, "word_issue", subject="Another")
    line = route.activity()[-1]
    assert (line.id, line.verb) == (done.activity_id, "edit")
    assert line.detail["before"] == {"subject:en": SUBJECT}
    assert line.detail["after"] == {"subject:en": "Another"}


def test_hundreds_of_edits_are_kept_small_and_each_comes_back(route: Route) -> None:
    for step in range(60):
        do(route, "word_issue", subject=f"Subject {step}")
    with route.database.reading() as session:
        rows = session.scalars(select(RevisionRow).order_by(RevisionRow.revision)).all()
    assert [row.revision for row in rows if row.is_whole] == [1, 26, 51]
    for step in (0, 20, 23, 24, 47, 59):
        do(route, "restore", 4 + step)
        assert state(route)["subject:en"] == f"Subject {step}"


def test_what_came_after_a_version_stays_and_waits(route: Route) -> None:
    do(route, "word_issue", subject="Another")
    route.publish(external_id="late", kind="report", title="Late", published_on="2024-06-29")
    route.pipeline.assemble("quarterly", "2024-Q2", route.who(AUTHOR))
    late = number(route, "late")
    do(route, "use", [late])
    do(route, "restore", 1)
    assert state(route)[places.coverage(late)]["state"] == "offered"
    assert places.item(late) not in state(route)


def test_a_version_that_is_not_there_is_named(route: Route) -> None:
    with pytest.raises(NotFound, match="no version 77"):
        do(route, "restore", 77)


def test_what_has_gone_out_is_not_brought_back(approved: Route) -> None:
    approved.send()
    with pytest.raises(IllegalMove, match="is sent"):
        do(approved, "restore", 1)


def test_an_issue_from_before_there_was_a_history_has_one_from_its_next_edit(route: Route) -> None:
    with route.database.transaction() as session:
        session.query(RevisionRow).delete()
    before = state(route)
    do(route, "word_issue", subject="Another")
    with route.database.reading() as session:
        found = history.versions(session, route.issue().id)
    assert [(one.revision, one.words) for one in found] == [
        (4, "Changed the subject (English)"), (3, "How it stood before versions were kept"),
    ]  # fmt: skip
    do(route, "restore", 3)
    assert state(route) == before


# -- two who edit at once ----------------------------------------------------------------------------------------------


def test_edits_of_different_places_both_land(either_route: Route) -> None:
    route, impact = either_route, number(either_route, "impact")
    base = revision(route)
    do(route, "word_item", impact, "en", title="Theirs", by=SECOND_AUTHOR, base=base)
    do(route, "word_item", impact, "en", summary="Mine", base=base)
    do(route, "word_issue", subject="Mine too", base=base)
    do(route, "cap_section", "work", 7, base=base)
    now = state(route)
    assert now[places.item(impact, "en", "title")] == "Theirs"
    assert now[places.item(impact, "en", "summary")] == "Mine"
    assert (now["subject:en"], now["section:work:cap"]) == ("Mine too", 7)


def test_an_edit_of_the_same_place_is_told_who_was_first_and_nothing_is_lost(either_route: Route) -> None:
    route, base = either_route, revision(either_route)
    do(route, "word_issue", subject="Theirs", by=SECOND_AUTHOR, base=base)
    lines = len(route.activity())
    with pytest.raises(Conflict, match="Sam Author has changed the subject \\(English\\)") as refused:
        do(route, "word_issue", subject="Mine", preview="Mine as well", base=base)
    (clash,) = refused.value.clashes
    assert (clash.place, clash.by, clash.theirs, clash.at) == ("subject:en", "Sam Author", "Theirs", route.now)
    assert state(route)["subject:en"] == "Theirs"
    assert state(route)["preview:en"] != "Mine as well"
    assert len(route.activity()) == lines
    do(route, "word_issue", subject="Mine", preview="Mine as well", base=refused.value.revision)
    assert state(route)["subject:en"] == "Mine"
    with route.database.reading() as session:
        assert history.at_revision(session, route.issue().id, base + 1)[1]["subject:en"] == "Theirs"


def test_a_form_that_posts_all_its_fields_changes_only_what_its_writer_did(route: Route) -> None:
    impact, base = number(route, "impact"), revision(route)
    shown = {part: state(route)[places.item(impact, "en", part)] for part in ("title", "summary", "action", "alt")}
    do(route, "word_item", impact, "en", title="Theirs", by=SECOND_AUTHOR, base=base)
    do(route, "word_item", impact, "en", **(shown | {"summary": "Mine"}), base=base)
    assert state(route)[places.item(impact, "en", "title")] == "Theirs"
    assert state(route)[places.item(impact, "en", "summary")] == "Mine"


def test_both_writing_the_same_is_no_conflict(route: Route) -> None:
    base = revision(route)
    first = do(route, "word_issue", subject="The same", by=SECOND_AUTHOR, base=base)
    assert do(route, "word_issue", subject="The same", base=base).revision == first.revision


def test_changed_and_changed_back_is_no_conflict(route: Route) -> None:
    base = revision(route)
    do(route, "word_issue", subject="Theirs", by=SECOND_AUTHOR)
    do(route, "undo", by=SECOND_AUTHOR)
    do(route, "word_issue", subject="Mine", base=base)
    assert state(route)["subject:en"] == "Mine"


def test_without_a_base_whoever_comes_last_wins(route: Route) -> None:
    do(route, "word_issue", subject="Theirs", by=SECOND_AUTHOR)
    do(route, "word_issue", subject="Mine")
    assert state(route)["subject:en"] == "Mine"


def test_who_takes_out_what_another_is_writing_is_told(route: Route) -> None:
    impact, base = number(route, "impact"), revision(route)
    do(route, "word_item", impact, "en", title="Theirs", by=SECOND_AUTHOR)
    with pytest.raises(Conflict, match="the title of “Impact Report 2023”"):
        do(route, "hold", [impact], base=base)
    base = revision(route)
    do(route, "hold", [impact], by=SECOND_AUTHOR)
    with pytest.raises(Conflict, match="“Impact Report 2023”") as refused:
        do(route, "word_item", impact, "en", summary="Mine", base=base)
    assert refused.value.clashes[0].theirs is None


def test_moves_of_different_items_both_land(either_route: Route) -> None:
    route = either_route
    lead, roots, impact, climate = (number(route, one) for one in ("san-antonio", "roots", "impact", "climate"))
    do(route, "move", impact, section="work")
    do(route, "move", climate, section="work")
    base = revision(route)
    before = order(route, "work")
    do(route, "move", climate, before=before[0], base=base, by=SECOND_AUTHOR)
    do(route, "move", lead, after=impact, base=base)
    assert order(route, "work")[0] == climate
    assert order(route, "work").index(lead) == order(route, "work").index(impact) + 1
    with pytest.raises(Conflict, match="the place of “Climate"):
        do(route, "move", climate, after=roots, base=base)
    do(route, "word_item", climate, "en", title="Words", base=base)


def test_a_page_from_the_future_is_refused(route: Route) -> None:
    with pytest.raises(BadInput, match="open the page again"):
        do(route, "word_issue", subject="Mine", base=99)


def test_of_many_who_write_one_place_at_once_one_lands_and_all_others_are_told(either_route: Route) -> None:
    route, base = either_route, revision(either_route)
    people = [route.who(AUTHOR), route.who(SECOND_AUTHOR)]
    landed: list[str] = []
    told: list[str] = []
    ready = threading.Barrier(8)

    def write(n: int) -> None:
        ready.wait()
        try:
            route.pipeline.editor.word_issue(SLUG, people[n % 2], subject=f"Subject {n}", base=base)
            landed.append(f"Subject {n}")
        except Conflict as conflict:
            told.append(conflict.clashes[0].theirs)

    _all_at_once(8, write)
    assert len(landed) == 1
    assert told == landed * 7
    assert revision(route) == base + 1


def test_of_many_who_write_different_places_at_once_all_land(either_route: Route) -> None:
    route, base = either_route, revision(either_route)
    person = route.who(AUTHOR)
    names = [number(route, one) for one in ("san-antonio", "roots", "impact", "climate", "bloomberg", "pilots")]
    ready = threading.Barrier(len(names))

    def write(n: int) -> None:
        ready.wait()
        route.pipeline.editor.word_item(SLUG, person, names[n], "en", summary=f"Words {n}", base=base)

    _all_at_once(len(names), write)
    now = state(route)
    assert [now[places.item(id_, "en", "summary")] for id_ in names] == [f"Words {n}" for n in range(len(names))]
    assert revision(route) == base + len(names)


def _all_at_once(number: int, act: Any) -> None:
    failed: list[BaseException] = []

    def run(n: int) -> None:
        try:
            act(n)
        except BaseException as error:  # noqa: BLE001  # told to the test
            failed.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []


# -- whatever is done, every version comes back ------------------------------------------------------------------------

WORDS = st.sampled_from(["One", "Two", "Three words here"])
ITEMS = ("san-antonio", "roots", "impact", "climate", "bloomberg", "pilots", "forum")
ITEM, OTHER = st.sampled_from(ITEMS), st.sampled_from(ITEMS)
SECTION = st.sampled_from(["work", "read", "news", "open"])
STEPS = st.one_of(
    st.tuples(st.just("subject"), st.sampled_from(["en", "es", "fr"]), WORDS),
    st.tuples(st.just("word"), ITEM, st.sampled_from(["en", "es"]), WORDS),
    st.tuples(st.just("hold"), ITEM),
    st.tuples(st.just("decline"), ITEM),
    st.tuples(st.just("use"), ITEM, SECTION),
    st.tuples(st.just("role"), ITEM, st.sampled_from(list(Role))),
    st.tuples(st.just("move"), ITEM, OTHER),
    st.tuples(st.just("nudge"), ITEM, st.sampled_from([-1, 1])),
    st.tuples(st.just("cap"), SECTION, st.integers(0, 9)),
    st.tuples(st.just("sections"), SECTION, st.sampled_from([-1, 1])),
    st.tuples(st.just("text"), SECTION, WORDS),
    st.tuples(st.just("note"), WORDS),
    st.tuples(st.just("drop block")),
    st.tuples(st.just("move block"), SECTION),
    st.tuples(st.just("undo")),
    st.tuples(st.just("ask"), st.integers(1, 9)),
)


def take(route: Route, step: tuple[Any, ...]) -> None:
    what, *more = step
    blocks = state(route)[places.BLOCKS]
    match what:
        case "subject":
            do(route, "word_issue", language=more[0], subject=more[1])
        case "word":
            do(route, "word_item", number(route, more[0]), more[1], title=more[2])
        case "hold" | "decline":
            do(route, what, [number(route, more[0])], reason="because")
        case "use":
            do(route, "use", [number(route, more[0])], section=more[1])
        case "role":
            do(route, "set_role", number(route, more[0]), more[1])
        case "move":
            do(route, "move", number(route, more[0]), before=number(route, more[1]))
        case "nudge":
            do(route, "nudge", number(route, more[0]), more[1])
        case "cap":
            do(route, "cap_section", *more)
        case "sections":
            do(route, "nudge_section", *more)
        case "text":
            do(route, "add_block", "text", {"text": more[1]}, section=more[0])
        case "note":
            do(route, "add_block", "director", {"text": more[0], "name": "Ana"})
        case "drop block" if blocks:
            do(route, "remove_block", blocks[-1])
        case "move block" if blocks:
            do(route, "move_block", blocks[-1], section=more[0])
        case "undo":
            do(route, "undo")
        case "ask":
            do(route, "ask", "quote", APPROVER, date(2030, 1, more[0]))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=12), picks=st.lists(st.integers(0, 10_000), min_size=4, max_size=4))
def test_any_version_comes_back_exactly(route: Route, steps: list[tuple[Any, ...]], picks: list[int]) -> None:
    known = {revision(route): (basis(route), state(route))}
    for step in steps:
        with suppress(BadInput, NotFound, Conflict):
            take(route, step)
        now = state(route)
        known[revision(route)] = (basis(route), now)
        with route.database.reading() as session:
            assert history.at_revision(session, route.issue().id, revision(route))[1] == now
    kept = sorted(known)  # how many there are, the examples before this one decide, too: nothing is drawn by it
    for one in dict.fromkeys(kept[pick % len(kept)] for pick in picks):
        do(route, "restore", one)
        assert (basis(route), state(route)) == known[one]


@given(st.permutations(range(6)), st.permutations(range(6)), st.integers(0, 6), st.integers(0, 6))
def test_an_order_takes_one_more_step_and_loses_nothing(
    one: list[int], other: list[int], first: int, second: int
) -> None:
    before, after = one[first:], other[second:]
    assert reordered(before, before, after) == after
    assert sorted(reordered([*before, 99], before, after)) == sorted([*after, 99])
