"""People who never log in: each is asked for one act, hands it in on her own page, and decides nothing but that."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

import subscribers
from newsletter.errors import BadInput, IllegalMove, NotFound
from newsletter.guests import views
from newsletter.guests.clearing import Looked
from newsletter.guests.model import Act, Asked, Standing, Wish
from newsletter.guests.notes import Note
from newsletter.guests.page import Page, Took
from newsletter.guests.suggestions import Suggestions
from newsletter.guests.tables import GuestRequestRow
from newsletter.guests.translations import Lines
from newsletter.issues.inserting import remove_block, set_block
from newsletter.issues.model import BlockKind
from newsletter.issues.owed import owed
from newsletter.issues.revising import Hand
from newsletter.issues.rhythms import set_rhythm
from newsletter.publications.tables import PublicationRow
from newsletter.publications.views import undated
from newsletter.readers.erasing import erase
from newsletter.rhythm.letters.saying import When, owed_rows
from newsletter.rhythm.standing import of
from newsletter.staff.people import Actor
from subscribers import Purpose
from tests.route import ADMIN, APPROVER, AUTHOR, SITE, SLUG, Route, later
from tests.test_cli import Shell

DUE = date(2024, 7, 12)
GUEST = "press@bristol.example"
NOTE = {"text": "One thought, two thanks, one ask.", "name": "Dana Director", "role": "Executive Director"}


def wish(act: Act, **more: Any) -> Wish:
    return Wish(act, **({"name": "Dana Director", "email": "dana@director.example", "due_on": DUE} | more))


def ask(route: Route, act: Act, by: str = AUTHOR, **more: Any) -> int:
    return route.pipeline.ask_guest(SLUG, wish(act, **more), route.who(by))


def ask_clear(route: Route, email: str = GUEST, external_id: str = "san-antonio") -> int:
    id_ = route.publication(external_id).id
    return ask(route, Act.CLEAR, name="Bristol press office", email=email, publication_id=id_)


def token(route: Route, request_id: int) -> str:
    return route.pipeline.links.token(Purpose.GUEST, request_id)


def page(route: Route, request_id: int) -> Page:
    found = route.pipeline.guests.look(token(route, request_id))
    assert found is not None
    return found


def hand_in(route: Route, request_id: int, given: Mapping[str, str], base: str | None = None) -> Took:
    content = page(route, request_id).content
    shown = base if base is not None else content.base if content is not None else ""
    posted = route.pipeline.guests.hand_in(token(route, request_id), given, shown)
    assert posted is not None
    return posted.took


def asked(route: Route, request_id: int) -> Asked:
    with route.database.reading() as session:
        return views.find(session, request_id, route.now, route.settings.zone)


def standing(route: Route, request_id: int) -> Standing:
    return asked(route, request_id).standing


def row(route: Route, request_id: int) -> GuestRequestRow:
    with route.database.reading() as session:
        return session.get_one(GuestRequestRow, request_id)


# -- the director's note ----------------------------------------------------------------------------------------------


def test_a_note_is_written_by_somebody_who_never_logs_in(either_route: Route) -> None:
    route = either_route
    id_ = ask(route, Act.NOTE, message="Five minutes in a taxi.")
    shown = page(route, id_)
    assert isinstance(shown.content, Note)
    assert (shown.content.kind, shown.content.few, shown.content.many) == (BlockKind.DIRECTOR, 90, 120)
    assert shown.content.fields == {"text": "", "name": "Dana Director", "role": ""}
    assert (shown.asked_by, shown.name, shown.standing) == ("Ana Author", "Dana Director", Standing.ASKED)
    assert hand_in(route, id_, NOTE) is Took.IN
    draft = route.pipeline.version(SLUG).draft
    assert [dict(block.wordings["en"]) for block in draft.opening] == [NOTE]
    one = asked(route, id_)
    assert (one.standing, one.words, one.said) == (Standing.ANSWERED, "answered", "6 words")
    last = route.activity()[-1]
    assert (last.verb, last.via, last.staff_id) == ("guest-answer", "guest", None)
    assert last.detail["guest"] == "Dana Director"
    assert last.detail["after"] == NOTE


def test_a_note_that_is_asked_for_changes_nothing_that_was_approved(route: Route) -> None:
    route.submit()
    with route.database.reading() as session:
        before = route.pipeline.versions.basis_facts(session, route.issue().id)
    id_ = ask(route, Act.NOTE)
    with route.database.reading() as session:
        assert route.pipeline.versions.basis_facts(session, route.issue().id) == before
    assert hand_in(route, id_, NOTE) is Took.IN
    with route.database.reading() as session:
        assert route.pipeline.versions.basis_facts(session, route.issue().id) != before
    assert route.issue().state == "in_review"


def test_an_answer_can_be_changed_until_its_day(route: Route) -> None:
    id_ = ask(route, Act.NOTE)
    hand_in(route, id_, NOTE)
    assert hand_in(route, id_, NOTE | {"text": "Another thought."}) is Took.IN
    later(route, days=3)
    assert page(route, id_).until == DUE
    assert hand_in(route, id_, NOTE | {"text": "A third."}) is Took.IN
    later(route, days=1)
    assert hand_in(route, id_, NOTE | {"text": "Too late."}) is Took.SHUT
    assert standing(route, id_) is Standing.SETTLED
    assert route.pipeline.version(SLUG).draft.opening[0].wordings["en"]["text"] == "A third."


def test_late_is_better_than_never_and_never_is_after_two_weeks(route: Route) -> None:
    on_time, never = ask(route, Act.NOTE), ask(route, Act.SUGGEST)
    later(route, days=10)
    assert page(route, on_time).late
    assert hand_in(route, on_time, NOTE) is Took.IN
    assert page(route, on_time).until == route.now.date()
    later(route, days=8)
    assert standing(route, never) is Standing.EXPIRED
    assert asked(route, never).waits
    assert hand_in(route, never, {"title": "A title"}) is Took.SHUT
    with pytest.raises(IllegalMove, match="give another one with the reminder"):
        route.pipeline.remind_guest(never, route.who(AUTHOR))
    route.pipeline.remind_guest(never, route.who(AUTHOR), due_on=route.now.date())
    assert hand_in(route, never, {"title": "A title"}) is Took.IN


def test_what_is_kept_for_later_is_not_handed_in(either_route: Route) -> None:
    route = either_route
    id_ = ask(route, Act.NOTE)
    assert row(route, id_).opened_at is None
    page(route, id_)
    assert row(route, id_).opened_at is None, "whoever looks may be a program"
    posted = route.pipeline.guests.save(token(route, id_), {"text": "Half a thou", "name": "Dana"})
    assert posted is not None
    assert posted.took is Took.SAVED
    assert posted.page.typed == {"text": "Half a thou", "name": "Dana"}
    one = asked(route, id_)
    assert (one.standing, one.words) == (Standing.OPENED, "page opened, not finished")
    assert route.pipeline.version(SLUG).draft.opening == ()
    hand_in(route, id_, NOTE)
    assert page(route, id_).typed == {}


def test_words_that_were_changed_meanwhile_are_not_written_over_unseen(route: Route) -> None:
    id_ = ask(route, Act.NOTE)
    hand_in(route, id_, NOTE)
    content = page(route, id_).content
    assert content is not None
    with route.database.transaction() as session:
        block = row(route, id_).block_id
        set_block(Hand(session, route.issue().id, route.now), "director", NOTE | {"text": "Mended."}, block_id=block)
    assert hand_in(route, id_, NOTE | {"text": "Mine."}, content.base) is Took.STALE
    assert page(route, id_).typed["text"] == "Mine."
    assert route.pipeline.version(SLUG).draft.opening[0].wordings["en"]["text"] == "Mended."
    assert hand_in(route, id_, NOTE | {"text": "Mine."}) is Took.IN


def test_somebody_who_works_here_owes_the_note_and_writes_it_on_the_same_page(either_route: Route) -> None:
    route = either_route
    id_ = ask(route, Act.NOTE, name="Pat Approver", email=APPROVER)
    with route.database.reading() as session:
        (one,) = owed(session, route.issue().id)
    assert (one.email, one.due_on, one.id) == (APPROVER, DUE, row(route, id_).block_id)
    assert asked(route, id_).staff_id == route.who(APPROVER).staff_id
    hand_in(route, id_, NOTE)
    with route.database.reading() as session:
        assert owed(session, route.issue().id) == ()


def test_the_note_passes_to_somebody_else(route: Route) -> None:
    first = ask(route, Act.NOTE, name="Pat Approver", email=APPROVER)
    second = ask(route, Act.NOTE)
    assert row(route, first).block_id == row(route, second).block_id
    assert standing(route, first) is Standing.REVOKED
    assert hand_in(route, first, NOTE) is Took.SHUT
    assert hand_in(route, second, NOTE) is Took.IN
    with pytest.raises(BadInput, match="is written already"):
        ask(route, Act.NOTE, email="other@example.org")


def test_a_text_has_its_section_and_a_quote_its_speaker(route: Route) -> None:
    text = ask(route, Act.NOTE, block="text", section="read", email=GUEST)
    quote = ask(route, Act.NOTE, block="quote", email="mayor@city.example")
    assert asked(route, text).what == "a text"
    assert hand_in(route, text, {"text": "A paragraph.\n\nAnother.", "heading": "From Bristol"}) is Took.IN
    assert hand_in(route, quote, {"text": "Cities do.", "name": "The mayor"}) is Took.IN
    sections = {section.slug: section for section in route.pipeline.version(SLUG).draft.sections}
    assert [block.wordings["en"]["text"] for block in sections["read"].blocks] == ["A paragraph.\n\nAnother."]
    assert [block.kind for block in sections["open"].blocks] == [BlockKind.QUOTE]
    with pytest.raises(BadInput, match="A guest can write"):
        ask(route, Act.NOTE, block="numbers")


def test_the_last_note_is_shown_for_its_tone(route: Route) -> None:
    with route.database.transaction() as session:
        set_block(Hand(session, route.issue().id, route.now), "director", NOTE)
    route.sign_off()
    route.send()
    later(route, days=80)
    route.import_([
        {"external_id": f"next-{n}", "kind": "report", "title": f"A report {n}", "published_on": "2024-08-01"}
        for n in range(3)
    ])  # fmt: skip
    route.pipeline.assemble("quarterly", "2024-Q3", route.who(AUTHOR))
    made = replace(wish(Act.NOTE), due_on=route.now.date())
    id_ = route.pipeline.ask_guest("quarterly-2024-q3", made, route.who(AUTHOR))
    content = page(route, id_).content
    assert isinstance(content, Note)
    assert content.last is not None
    assert content.last.fields == NOTE
    assert content.fields["role"] == "Executive Director"


def test_an_issue_goes_without_a_note_and_may_ask_again(either_route: Route) -> None:
    route = either_route
    id_ = ask(route, Act.NOTE, name="Pat Approver", email=APPROVER)
    route.pipeline.go_without(id_, route.who(AUTHOR))
    with route.database.reading() as session:
        assert owed(session, route.issue().id) == ()
    assert standing(route, id_) is Standing.WITHOUT
    assert hand_in(route, id_, NOTE) is Took.SHUT
    with pytest.raises(IllegalMove, match="asked no more already"):
        route.pipeline.go_without(id_, route.who(AUTHOR))
    route.pipeline.restore_guest(id_, route.who(AUTHOR))
    with route.database.reading() as session:
        assert [one.email for one in owed(session, route.issue().id)] == [APPROVER]
    assert hand_in(route, id_, NOTE) is Took.IN
    with pytest.raises(IllegalMove, match="has answered"):
        route.pipeline.go_without(id_, route.who(AUTHOR))


def test_a_block_that_was_taken_out_is_wanted_no_more(route: Route) -> None:
    id_ = ask(route, Act.NOTE)
    with route.database.transaction() as session:
        remove_block(Hand(session, route.issue().id, route.now), row(route, id_).block_id or 0)
    assert standing(route, id_) is Standing.WITHOUT
    assert not asked(route, id_).waits
    assert page(route, id_).content is None


# -- one item, as it will look ----------------------------------------------------------------------------------------


def test_offices_say_whether_an_item_is_right(either_route: Route) -> None:
    route = either_route
    ids = [ask_clear(route, f"office{number}@city.example") for number in range(5)]
    for id_ in ids[:3]:
        assert hand_in(route, id_, {"verdict": "yes"}) is Took.IN
    publication = route.publication("san-antonio").id

    def cleared() -> views.Cleared:
        with route.database.reading() as session:
            return views.cleared(session, route.issue().id)[publication]

    assert cleared().words == "3 of 5 have said yes"
    assert hand_in(route, ids[3], {"verdict": "change", "text": "It was 36 cities."}) is Took.IN
    assert cleared().words == "3 of 5 have said yes, 1 asks for a change"
    assert asked(route, ids[3]).said == "Please change: It was 36 cities."
    assert asked(route, ids[0]).said == "Yes, this is right"
    route.word("san-antonio", "San Antonio, in other words")
    assert cleared().outdated == 3
    assert cleared().words == "3 of 5 have said yes, 3 of them to an earlier wording, 1 asks for a change"
    assert asked(route, ids[0]).outdated


def test_a_yes_is_no_approval(route: Route) -> None:
    id_ = ask_clear(route)
    route.submit()
    before = route.issue()
    hand_in(route, id_, {"verdict": "yes"})
    assert route.issue() == before
    assert not route.counts()


def test_a_yes_is_to_what_was_seen(route: Route) -> None:
    id_ = ask_clear(route)
    content = page(route, id_).content
    assert isinstance(content, Looked)
    route.word("san-antonio", "Something else")
    assert hand_in(route, id_, {"verdict": "yes"}, content.base) is Took.STALE
    assert asked(route, id_).answered_at is None
    assert hand_in(route, id_, {"verdict": "yes"}) is Took.IN


def test_a_wish_needs_words_and_a_verdict_is_one_of_two(route: Route) -> None:
    id_ = ask_clear(route)
    for given in ({"verdict": "change"}, {"verdict": "maybe"}, {}, {"verdict": "change", "text": "x" * 3001}):
        assert hand_in(route, id_, given) is Took.UNFIT
    assert asked(route, id_).answered_at is None


def test_the_item_is_shown_alone_as_in_the_mail(route: Route) -> None:
    id_ = ask_clear(route)
    shown = route.pipeline.guests.item(token(route, id_))
    assert shown is not None
    assert "San Antonio shows what a welcoming city can carry" in shown
    assert route.publication("san-antonio").media_sha256 in shown
    assert "Roots of Change" not in shown
    for other in ("/u/", "/p/", "Unsubscribe", "In this issue", "1 Example Square"):
        assert other not in shown
    (mail,) = [part for language, part in route.pipeline.version(SLUG).parts.items() if language == "en"]
    summary = "Our team joined the mayor and leaders of 35 cities"
    assert summary in shown
    assert summary in "".join(piece for piece in mail.html if isinstance(piece, str))


def test_an_item_that_was_taken_out_is_asked_about_no_more(route: Route) -> None:
    id_ = ask_clear(route, external_id="roots")
    route.choose("hold", "roots")
    assert standing(route, id_) is Standing.WITHOUT
    assert page(route, id_).content is None
    assert route.pipeline.guests.item(token(route, id_)) is None
    route.choose("use", "roots")
    assert hand_in(route, id_, {"verdict": "yes"}) is Took.IN


def test_a_wish_is_welcome_until_it_goes_out(route: Route) -> None:
    id_ = ask_clear(route)
    route.sign_off()
    assert hand_in(route, id_, {"verdict": "change", "text": "The mayor's name."}) is Took.IN
    assert route.counts()
    route.send()
    assert hand_in(route, id_, {"verdict": "yes"}) is Took.SHUT
    assert page(route, id_).released


# -- suggestions ------------------------------------------------------------------------------------------------------


def test_a_suggestion_waits_in_the_tray_and_is_in_no_issue(either_route: Route) -> None:
    route = either_route
    id_ = ask(route, Act.SUGGEST, name="Bristol press office", email=GUEST)
    before = route.pipeline.version(SLUG).draft
    given = {"link": "www.bristol.example/welcome-week", "title": "Welcome week", "what": "Ten days, forty places.",
             "when": "12 September", "who": "City of Bristol"}  # fmt: skip
    assert hand_in(route, id_, given) is Took.IN
    assert hand_in(route, id_, {"title": "A thing without a link", "when": "soon"}) is Took.IN
    assert route.pipeline.version(SLUG).draft == before
    with route.database.reading() as session:
        tray = {one.id: one for one in undated(session)}
        found = views.suggested(session)
    assert set(found) <= set(tray)
    first, second = (tray[id_] for id_ in found)
    assert first.publication.url == "https://www.bristol.example/welcome-week"
    assert (first.source, first.flags, first.publication.published_on) == ("suggested", ("suggested",), None)
    assert (second.publication.title, second.publication.url) == ("A thing without a link", "")
    said = found[first.id]
    assert (said.by, said.when, said.who, said.request_id) == (
        "Bristol press office", "12 September", "City of Bristol", id_,
    )  # fmt: skip
    assert asked(route, id_).said == "2 suggestions"
    done = route.pipeline.assemble("quarterly", "2024-Q2", route.who(AUTHOR))
    assert done.offered == 0


def test_a_suggestion_can_be_worded_anew_while_it_waits(route: Route) -> None:
    id_ = ask(route, Act.SUGGEST)
    hand_in(route, id_, {"title": "First words"})
    hand_in(route, id_, {"title": "Better words", "which": "0"})
    with route.database.reading() as session:
        (publication,) = views.suggested(session)
        assert session.get_one(PublicationRow, publication).title == "Better words"
    route.set_publication(f"suggested:{id_}-0", published_on=date(2024, 6, 20))
    hand_in(route, id_, {"title": "Too late", "which": "0"})
    with route.database.reading() as session:
        assert session.get_one(PublicationRow, publication).title == "Better words"
    content = page(route, id_).content
    assert isinstance(content, Suggestions)
    assert [one["title"] for one in content.made] == ["Too late"]


def test_what_is_here_already_is_not_added_twice(route: Route) -> None:
    id_ = ask(route, Act.SUGGEST)
    assert hand_in(route, id_, {"link": f"{SITE}/roots", "title": "You should know this"}) is Took.IN
    with route.database.reading() as session:
        assert list(views.suggested(session)) == [route.publication("roots").id]
        assert not session.scalars(select(PublicationRow).where(PublicationRow.source == "suggested")).all()


def test_a_suggestion_without_a_link_can_stand_in_an_issue(route: Route) -> None:
    id_ = ask(route, Act.SUGGEST)
    hand_in(route, id_, {"title": "A thing without a link", "what": "Somebody did something."})
    route.set_publication(f"suggested:{id_}-0", published_on=date(2024, 6, 20))
    route.choose("use", f"suggested:{id_}-0")
    part = route.pipeline.version(SLUG).parts["en"]
    assert "A thing without a link" in part.web


@pytest.mark.parametrize(
    "given", [{}, {"what": "Only words"}, {"link": "javascript:alert(1)"}, {"link": "https://a.example/\x07"},
              {"title": "x" * 501}, {"link": "not an address"}, {"title": "A", "when": "x" * 301}],
)  # fmt: skip
def test_what_cannot_be_a_suggestion_is_refused(route: Route, given: dict[str, str]) -> None:
    id_ = ask(route, Act.SUGGEST)
    assert hand_in(route, id_, given) is Took.UNFIT
    assert row(route, id_).answer == {}


def test_ten_suggestions_are_enough(route: Route) -> None:
    id_ = ask(route, Act.SUGGEST)
    for number in range(10):
        assert hand_in(route, id_, {"title": f"Idea {number}"}) is Took.IN
    content = page(route, id_).content
    assert isinstance(content, Suggestions)
    assert not content.has_room
    assert hand_in(route, id_, {"title": "One more"}) is Took.UNFIT


# -- translations -----------------------------------------------------------------------------------------------------


def lines(route: Route, request_id: int) -> Lines:
    content = page(route, request_id).content
    assert isinstance(content, Lines)
    return content


def test_the_lines_that_are_missing_are_translated(either_route: Route) -> None:
    route = either_route
    with route.database.transaction() as session:
        block = set_block(Hand(session, route.issue().id, route.now), "quote", {"text": "Cities do.", "name": "Ana"}).id
    id_ = ask(route, Act.TRANSLATE, language="es")
    shown = lines(route, id_)
    keys = {line.key for line in shown.lines}
    roots = route.publication("roots").id
    assert {f"item-{roots}-title", f"item-{roots}-summary", f"block-{block}-text"} <= keys
    assert "issue-subject" not in keys, "it has its Spanish words"
    given = {f"item-{roots}-title": "Devex y la red", f"item-{roots}-summary": "Un año.", f"block-{block}-text": "Sí."}
    assert hand_in(route, id_, given) is Took.IN
    draft = route.pipeline.version(SLUG).draft
    item = next(one for one in draft.items if one.source.publication_id == roots)
    assert (item.wordings["es"].title, item.wordings["es"].summary) == ("Devex y la red", "Un año.")
    quote = next(one for section in draft.sections for one in section.blocks)
    assert quote.wordings["es"] == {"text": "Sí.", "name": "Ana"}
    assert asked(route, id_).said == f"3 of {len(keys)} lines"
    assert {line.key for line in lines(route, id_).lines} == keys, "what she has handed in can still be changed"
    route.pipeline.guests.hand_in(token(route, id_), {f"item-{roots}-title": "Otro"}, lines(route, id_).base)
    item = next(one for one in route.pipeline.version(SLUG).draft.items if one.source.publication_id == roots)
    assert (item.wordings["es"].title, item.wordings["es"].summary) == ("Otro", "Un año.")


def test_one_item_is_translated(route: Route) -> None:
    roots = route.publication("roots").id
    id_ = ask(route, Act.TRANSLATE, language="es", publication_id=roots)
    assert [line.key for line in lines(route, id_).lines] == [f"item-{roots}-title", f"item-{roots}-summary"]
    assert hand_in(route, id_, {f"item-{roots}-summary": "Sin título"}) is Took.UNFIT
    assert hand_in(route, id_, {f"item-{roots}-title": "Título"}) is Took.IN
    assert hand_in(route, id_, {f"item-{roots}-summary": "Y un resumen"}) is Took.IN
    assert hand_in(route, id_, {"item-999-title": "Nobody's"}) is Took.UNFIT


def test_only_a_language_of_the_list_is_translated_into(route: Route) -> None:
    for language in ("fr", "en", ""):
        with pytest.raises(BadInput, match="can be translated into: es"):
            ask(route, Act.TRANSLATE, language=language)


# -- asking, reminding, ending ----------------------------------------------------------------------------------------


def test_who_was_asked_for_what(route: Route) -> None:
    note, clear = ask(route, Act.NOTE, due_on=DUE + timedelta(days=1)), ask_clear(route)
    with route.database.reading() as session:
        waiting = views.waiting(session, route.issue().id, route.now, route.settings.zone)
    assert [(one.id, one.what) for one in waiting] == [
        (clear, "a yes to “San Antonio shows what a welcoming city can carry”"), (note, "the director's note"),
    ]  # fmt: skip
    hand_in(route, clear, {"verdict": "yes"})
    route.pipeline.revoke_guest(note, route.who(AUTHOR))
    suggest = ask(route, Act.SUGGEST)
    with route.database.reading() as session:
        found = views.requests(session, route.issue().id, route.now, route.settings.zone)
    assert [one.id for one in found] == [suggest, clear, note]
    assert found[2].words == "asked no more"


def test_what_was_said_by_phone_is_written_down(either_route: Route) -> None:
    route = either_route
    clear, note = ask_clear(route), ask(route, Act.NOTE)
    route.pipeline.count_as_said(clear, route.who(ADMIN), {"verdict": "yes"})
    route.pipeline.count_as_said(note, route.who(AUTHOR), NOTE)
    one = asked(route, clear)
    assert (one.words, one.by_phone, one.said) == ("said by phone to Alex Admin", True, "Yes, this is right")
    assert one.opened_at is None
    last = route.activity()[-1]
    assert (last.verb, last.staff_id) == ("count-as-said", route.who(AUTHOR).staff_id)
    assert route.pipeline.version(SLUG).draft.opening[0].wordings["en"]["text"] == NOTE["text"]
    assert page(route, clear).by_phone
    assert hand_in(route, clear, {"verdict": "change", "text": "No: 36."}) is Took.IN
    assert not asked(route, clear).by_phone
    with pytest.raises(BadInput, match="Say what should be changed"):
        route.pipeline.count_as_said(clear, route.who(AUTHOR), {"verdict": "change"})
    with pytest.raises(BadInput, match="--by"):
        route.pipeline.count_as_said(clear, Actor(None, "cli"), {"verdict": "yes"})


def test_nobody_is_reminded_too_soon_or_for_nothing(route: Route) -> None:
    id_ = ask_clear(route)
    with pytest.raises(IllegalMove, match="Give it some hours"):
        route.pipeline.remind_guest(id_, route.who(AUTHOR))
    later(route, hours=5)
    route.pipeline.remind_guest(id_, route.who(AUTHOR))
    assert asked(route, id_).reminded_at == route.now
    hand_in(route, id_, {"verdict": "yes"})
    later(route, hours=5)
    with pytest.raises(IllegalMove, match="has answered already"):
        route.pipeline.remind_guest(id_, route.who(AUTHOR))
    with pytest.raises(BadInput, match="has passed"):
        route.pipeline.remind_guest(id_, route.who(AUTHOR), due_on=date(2024, 1, 1))
    with pytest.raises(NotFound, match="no request 999"):
        route.pipeline.remind_guest(999, route.who(AUTHOR))


def test_what_was_answered_stays_when_nobody_is_asked_any_more(route: Route) -> None:
    id_ = ask(route, Act.NOTE)
    hand_in(route, id_, NOTE)
    route.pipeline.revoke_guest(id_, route.who(AUTHOR))
    assert route.pipeline.version(SLUG).draft.opening[0].wordings["en"]["text"] == NOTE["text"]
    assert hand_in(route, id_, NOTE) is Took.SHUT
    with pytest.raises(IllegalMove, match="Ask again first"):
        route.pipeline.count_as_said(id_, route.who(AUTHOR), NOTE)
    route.pipeline.restore_guest(id_, route.who(AUTHOR))
    assert standing(route, id_) is Standing.ANSWERED


def test_words_are_closed_by_the_sign_off(route: Route) -> None:
    id_ = ask(route, Act.NOTE)
    suggest = ask(route, Act.SUGGEST)
    route.sign_off()
    assert standing(route, id_) is Standing.CLOSED
    assert hand_in(route, id_, NOTE) is Took.SHUT
    assert route.counts(), "the yes still counts"
    for act, more in ((Act.NOTE, {}), (Act.TRANSLATE, {"language": "es"})):
        with pytest.raises(IllegalMove, match="is signed off"):
            ask(route, act, **more)
    assert hand_in(route, suggest, {"title": "For next time"}) is Took.IN
    assert route.counts()
    route.send()
    assert hand_in(route, suggest, {"title": "For later"}) is Took.SHUT
    with pytest.raises(IllegalMove, match="is sent"):
        ask(route, Act.SUGGEST, email="late@example.org")


def test_what_cannot_be_asked_is_refused(route: Route) -> None:
    ask_clear(route)
    with pytest.raises(BadInput, match="is asked for that already"):
        ask_clear(route, GUEST.upper())
    with pytest.raises(BadInput, match="Say which item"):
        ask(route, Act.CLEAR)
    with pytest.raises(NotFound, match="does not stand in"):
        ask(route, Act.CLEAR, publication_id=999)
    with pytest.raises(BadInput, match="has passed"):
        ask(route, Act.SUGGEST, due_on=date(2024, 7, 8))
    with pytest.raises(BadInput, match="is no e-mail address"):
        ask(route, Act.SUGGEST, email="nobody")
    with pytest.raises(BadInput, match="name"):
        ask(route, Act.SUGGEST, name="Two\nlines")
    with pytest.raises(BadInput, match="characters"):
        ask(route, Act.SUGGEST, message="x" * 1001)
    with pytest.raises(BadInput, match="--by"):
        route.pipeline.ask_guest(SLUG, wish(Act.SUGGEST), Actor(None, "cli"))


# -- the link ---------------------------------------------------------------------------------------------------------


def test_only_a_guests_own_link_opens_the_page(route: Route) -> None:
    id_ = ask(route, Act.NOTE)
    guests, links = route.pipeline.guests, route.pipeline.links
    good = token(route, id_)
    assert guests.link(id_) == f"https://news.example.org/g/{good}"
    others = [links.token(purpose, id_) for purpose in Purpose if purpose is not Purpose.GUEST]
    for bad in (*others, good[:-1], good[:-1] + ("b" if good[-1] == "a" else "a"), "", "x" * 26, "é" * 26):
        assert guests.look(bad) is None
        assert guests.save(bad, {}) is None
        assert guests.hand_in(bad, {}, "") is None
        assert guests.item(bad) is None
    assert guests.look(links.token(Purpose.GUEST, 999)) is None
    assert guests.save(links.token(Purpose.GUEST, 999), {}) is None


def test_a_page_is_not_posted_to_without_end(route: Route) -> None:
    id_ = ask(route, Act.NOTE)
    for _ in range(120):
        route.pipeline.guests.save(token(route, id_), {"text": "x"})
    posted = route.pipeline.guests.save(token(route, id_), {"text": "one too many"})
    assert posted is not None
    assert posted.took is Took.BUSY
    assert posted.page.typed == {"text": "x"}
    later(route, hours=1)
    posted = route.pipeline.guests.save(token(route, id_), {"text": "an hour later"})
    assert posted is not None
    assert posted.took is Took.SAVED


# -- what else knows of them ------------------------------------------------------------------------------------------


def test_an_erased_person_is_forgotten_as_a_guest_too(either_route: Route) -> None:
    route = either_route
    id_ = ask(route, Act.SUGGEST, name="Ada", email="ada@example.org", message="Dear Ada")
    staff = ask(route, Act.SUGGEST, name="Pat", email=APPROVER)
    with route.database.transaction() as session:
        person = subscribers.card_of(session, route.pipeline.book.hash("ada@example.org"))
        assert person is not None
        assert erase(session, person.id, subscribers.Consent("staff", route.now), route.now)
    found = row(route, id_)
    assert (found.name, found.email, found.message) == ("(erased)", "", "")
    assert standing(route, id_) is Standing.REVOKED
    assert row(route, staff).email == APPROVER
    route.pipeline.deliver_notices()
    assert [mail["To"] for mail in route.mails()] == [APPROVER]


def test_letters_say_what_guests_owe(route: Route) -> None:
    ask(route, Act.NOTE)
    ask_clear(route)
    ask(route, Act.SUGGEST)
    answered = ask_clear(route, "other@city.example")
    hand_in(route, answered, {"verdict": "yes"})
    with route.database.reading() as session:
        found = of(session, route.pipeline.gate, route.issue())
    assert found.owed == ()
    rows = owed_rows(found, When(route.now, route.settings.zone))
    assert [(one.text, one.note) for one in rows] == [
        ("The director's note", "Dana Director, by Friday 12 July"),
        ("A yes to “San Antonio shows what a welcoming city can carry”", "Bristol press office, by Friday 12 July"),
    ]  # fmt: skip


def test_the_calendars_reminder_leads_to_the_page(route: Route) -> None:
    with route.database.transaction() as session:
        set_rhythm(session, route.list_id(), route.now.date(), route.settings.zone)
    id_ = ask(route, Act.NOTE, name="Pat Approver", email=APPROVER)
    route.pipeline.rhythm.tick()
    route.pipeline.deliver_notices()
    assert len([mail for mail in route.mails() if mail["To"] == APPROVER]) == 1, "one letter says it"
    route.now = datetime.combine(DUE, time(8), UTC)
    route.pipeline.rhythm.tick()
    route.pipeline.deliver_notices()
    last = [mail for mail in route.mails() if mail["To"] == APPROVER][-1]
    assert last["Subject"] == "Today: the director's note for Summer 2024"
    body = last.get_body(("plain",))
    assert body is not None
    assert route.pipeline.guests.link(id_) in body.get_content()


# -- typed ------------------------------------------------------------------------------------------------------------


def test_it_is_typed_and_shown(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    shell, publication = Shell(route, monkeypatch), str(route.publication("san-antonio").id)
    asked_ = shell(
        "issue", "ask-guest", SLUG, "--act", "clear", "--name", "Bristol press office", "--email", GUEST, "--due",
        "2099-06-28", "--publication", publication, "--by", AUTHOR,
    ).stdout  # fmt: skip
    assert "is asked for a yes to “San Antonio shows" in asked_
    assert route.pipeline.guests.link(1) in asked_
    assert shell("guests", "link", "1").stdout == route.pipeline.guests.link(1) + "\n"
    assert "Bristol press office: a yes to" in shell("guests", "list", SLUG).stdout
    assert (
        "Yes, this is right (said by phone to Alex Admin)"
        in shell("guests", "said", "1", "--field", "verdict=yes", "--by", ADMIN).stdout
    )
    told = shell("guests", "list", SLUG).stdout
    assert "1 of 1 has said yes" in told
    found = shell.json("guests", "list", SLUG)
    assert (found["requests"][0]["words"], found["cleared"][publication]["yes"]) == ("said by phone to Alex Admin", 1)
    shell("guests", "revoke", "1")
    assert "asked no more" in shell("guests", "list", SLUG).stdout
    shell("guests", "restore", "1")
    shell("issue", "ask-guest", SLUG, "--act", "translate", "--name", "Lu", "--email", "lu@a.example", "--due",
          "2099-06-28", "--language", "es", "--by", AUTHOR)  # fmt: skip
    assert f"item-{publication}-title: San Antonio shows" in shell("guests", "lines", "2").stdout
    assert shell.json("guests", "lines", "2")[0]["text"] == ""
    assert "is no translation" in shell("guests", "lines", "1", code=1).output
    assert "use note, suggest, clear, translate" in shell(
        "issue", "ask-guest", SLUG, "--act", "dance", "--name", "x", "--email", "x@a.example", "--due", "2099-06-28",
        "--by", AUTHOR, code=1,
    ).output  # fmt: skip
    shell("guests", "without", "2")
    assert "There is no request 9" in shell("guests", "link", "9", code=1).output
