"""A person's own page: name, language, lists, a pause, another address; and no stranger gets in."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

import subscribers
from newsletter.database import Database
from newsletter.delivery import greeting
from newsletter.delivery.tables import NoticeRow
from newsletter.errors import BadInput
from newsletter.readers.erasing import erase
from newsletter.readers.model import Wishes
from subscribers import Consent, Purpose, asking, confirming
from subscribers.tables import WordingRow
from tests.conftest import NOW
from tests.readers import IP, Readers

WORDS = "I want the lists that I ticked."


@pytest.fixture
def readers(database: Database) -> Readers:
    return Readers(database).build()


def wishes(*slugs: str, name: str = "Mira", language: str = "es", until: date | None = None) -> Wishes:
    return Wishes(name, language, slugs, until)


def test_the_page_shows_what_stands(readers: Readers) -> None:
    readers.subscribe()
    page = readers.changing.preferences(readers.own_page())
    assert page is not None
    assert (page.address, page.name, page.language, page.languages) == ("m•••@example.org", "Mira", "es", ("en", "es"))
    assert {one.list.slug: one.state for one in page.choices} == {"quarterly": "confirmed", "yearly": "", "calls": ""}
    assert (page.since, page.source) == (NOW.date(), "form")
    assert "mira@" not in repr(page)


def test_a_list_more_is_confirmed_at_once_with_the_words_beside_the_tick(readers: Readers) -> None:
    readers.subscribe()
    for _ in range(2):
        page = readers.changing.prefer(readers.own_page(), wishes("quarterly", "calls"), IP, WORDS)
    assert page is not None
    assert readers.reason(slug="calls") is None
    (agreed,) = [one for one in readers.events() if one.source == "page"]
    assert (agreed.kind, agreed.list_id, agreed.ip_hash) == (
        "confirmation", readers.list_ids["calls"], readers.book.network(IP),
    )  # fmt: skip
    with readers.database.reading() as session:
        assert session.get_one(WordingRow, agreed.wording_id).text == WORDS


def test_what_is_not_ticked_is_left(readers: Readers) -> None:
    readers.subscribe()
    readers.subscribe(slug="calls")
    readers.changing.prefer(readers.own_page(), wishes("calls"), IP)
    assert (readers.reason(), readers.reason(slug="calls")) == ("unsubscribed", None)
    assert readers.told()[2:] == [("withdrawal", "page")]


def test_what_was_not_offered_stays_as_it_is(readers: Readers) -> None:
    """A list that has ended, or one nobody has ever heard of."""
    readers.subscribe()
    readers.archive()
    readers.changing.prefer(readers.own_page(), wishes("nonsense", "'; DROP TABLE"), IP)
    assert readers.subscription().state == "confirmed"


def test_the_name_is_kept_and_stands_in_no_event(readers: Readers) -> None:
    """Events outlive erasure."""
    readers.subscribe()
    readers.changing.prefer(readers.own_page(), wishes("quarterly", name="Mira Öztürk", language="en"), IP)
    assert (readers.person().name, readers.person().language) == ("Mira Öztürk", "en")
    (changed,) = [one for one in readers.events() if one.kind == "change"]
    assert changed.detail == "name, language en"
    readers.changing.prefer(readers.own_page(), wishes("quarterly", name="Mira Öztürk", language="en"), IP)
    assert len([one for one in readers.events() if one.kind == "change"]) == 1


@pytest.mark.parametrize(
    ("name", "language"), [("x" * 201, "en"), ("a\r\nBcc: b", "en"), ("a\0", "en"), ("", "no language")]
)
def test_what_cannot_be_kept_changes_nothing_at_all(readers: Readers, name: str, language: str) -> None:
    readers.subscribe()
    with pytest.raises(BadInput):
        readers.changing.prefer(readers.own_page(), wishes("calls", name=name, language=language), IP)
    assert readers.told() == [("confirmation", "form")]
    assert readers.reason() is None


def test_all_that_is_asked_for_at_once_is_done_at_once(readers: Readers) -> None:
    readers.subscribe()
    readers.changing.prefer(readers.own_page(), wishes("calls", name="M.", language="en", until=date(2024, 12, 1)), IP)
    assert (readers.person().name, readers.person().language) == ("M.", "en")
    assert (readers.reason(), readers.reason(slug="calls")) == ("unsubscribed", "paused")
    assert {one.language for one in readers.events() if one.source == "page"} == {"en"}


def test_a_pause_is_for_all_lists_and_can_be_ended(readers: Readers) -> None:
    readers.subscribe()
    page = readers.own_page()
    readers.changing.prefer(page, wishes("quarterly", "calls", until=date(2024, 12, 1)), IP)
    assert (readers.reason(), readers.reason(slug="calls")) == ("paused", "paused")
    readers.changing.prefer(page, wishes("quarterly", "calls"), IP)
    assert (readers.reason(), readers.reason(slug="calls")) == (None, None)


def test_no_other_link_opens_the_page(readers: Readers) -> None:
    way_out = readers.subscribe()
    id_ = readers.person().id
    tokens = ["", "x", way_out, readers.own_page()[:-1]]
    tokens += [readers.links.token(purpose, id_) for purpose in Purpose if purpose is not Purpose.PREFERENCES]
    for token in tokens:
        assert readers.changing.preferences(token) is None
        assert readers.changing.prefer(token, wishes("calls"), IP) is None
        readers.changing.new_address(token, "thief@example.net", IP)
    assert readers.told() == [("confirmation", "form")]
    assert _notices(readers) == []


def test_of_an_erased_person_there_is_no_page(readers: Readers) -> None:
    readers.subscribe()
    page = readers.own_page()
    with readers.database.transaction() as session:
        erase(session, readers.person().id, Consent("staff", NOW), NOW)
    assert readers.changing.preferences(page) is None
    assert readers.changing.prefer(page, wishes("quarterly"), IP) is None
    readers.changing.new_address(page, "new@example.org", IP)
    assert readers.reason() == "erased"
    assert _notices(readers) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(steps=st.lists(st.sets(st.sampled_from(["quarterly", "yearly", "calls"])), min_size=1, max_size=4))
def test_whatever_is_ticked_in_turn_the_last_one_counts(sqlite_database: Database, steps: list[set[str]]) -> None:
    readers = Readers(sqlite_database)
    with sqlite_database.reading() as session:
        readers.list_ids = {face.slug: face.id for face in subscribers.lists(session)}
    if not readers.list_ids:
        readers.build().subscribe()
    for step in steps:
        page = readers.changing.prefer(readers.own_page(), wishes(*step), IP)
        assert page is not None
        assert {one.list.slug for one in page.choices if one.state == "confirmed"} == step


# -- another address ------------------------------------------------------------------------------------------------


def _notices(readers: Readers) -> list[NoticeRow]:
    with readers.database.reading() as session:
        return list(session.scalars(select(NoticeRow)))


def _confirm(readers: Readers) -> None:
    (notice,) = [one for one in _notices(readers) if one.kind == "address"]
    assert notice.confirmation_id is not None
    with readers.database.transaction() as session:
        token = asking.mint(session, notice.confirmation_id, readers.now)
    with readers.database.transaction() as session:
        assert confirming.confirm(session, readers.book, token, None, readers.now)


def test_a_new_address_counts_when_it_is_confirmed_there(readers: Readers) -> None:
    readers.subscribe()
    page = readers.own_page()
    readers.changing.new_address(page, "Mira@new.example.org", IP)
    before = readers.changing.preferences(page)
    assert before is not None
    assert (before.address, before.waiting_address) == ("m•••@example.org", "M•••@new.example.org")
    assert readers.reason() is None
    _confirm(readers)
    after = readers.changing.preferences(page)
    assert after is not None
    assert (after.address, after.waiting_address) == ("M•••@new.example.org", "")
    assert readers.reason("mira@new.example.org") is None
    assert readers.told("mira@new.example.org")[-1] == ("change", "page")


def test_the_old_address_is_told_first_and_can_keep_its_place(readers: Readers) -> None:
    """Whoever has a forwarded issue can open the page; he must not move its reader behind his back."""
    readers.subscribe()
    page = readers.own_page()
    readers.changing.new_address(page, "thief@new.example.org", IP)
    told, asked = _notices(readers)
    assert (told.kind, asked.kind) == ("moving", "address")
    with readers.database.reading() as session:
        mail = greeting.at_its_turn(session, told, readers.links, readers.now)
    assert isinstance(mail, greeting.Greeting)
    assert (mail.address, mail.preferences, mail.confirmation_id) == ("mira@example.org", page, None)
    readers.changing.keep_address(page)
    after = readers.changing.preferences(page)
    assert after is not None
    assert (after.address, after.waiting_address) == ("m•••@example.org", "")
    with readers.database.transaction() as session:
        assert greeting.at_its_turn(session, asked, readers.links, readers.now) == "void"


def test_who_has_paused_is_told_of_a_new_address_too(readers: Readers) -> None:
    readers.subscribe()
    page = readers.own_page()
    readers.changing.pause(readers.links.token(Purpose.UNSUBSCRIBE, readers.subscription().id), date(2024, 12, 1), IP)
    readers.changing.new_address(page, "mira@new.example.org", IP)
    with readers.database.reading() as session:
        assert isinstance(
            greeting.at_its_turn(session, _notices(readers)[0], readers.links, readers.now), greeting.Greeting
        )


def test_nobody_is_told_once_it_is_answered(readers: Readers) -> None:
    readers.subscribe()
    readers.changing.new_address(readers.own_page(), "mira@new.example.org", IP)
    _confirm(readers)
    with readers.database.transaction() as session:
        assert greeting.at_its_turn(session, _notices(readers)[0], readers.links, readers.now) == "answered"


def test_no_file_brings_the_old_address_back(readers: Readers) -> None:
    """Item 17: he has left it; what he left by it is known by the new one only."""
    readers.subscribe()
    readers.changing.new_address(readers.own_page(), "mira@new.example.org", IP)
    _confirm(readers)
    assert readers.stands("mira@example.org") == ["erased"]
    with pytest.raises(subscribers.AddressError):
        readers.subscribe(source="import")


@pytest.mark.parametrize(
    "text", ["", "nobody", "a@b", "x" * 400 + "@example.org", "a@example.org\r\nBcc: b@example.org"]
)
def test_what_is_no_address_is_said(readers: Readers, text: str) -> None:
    readers.subscribe()
    with pytest.raises(BadInput):
        readers.changing.new_address(readers.own_page(), text, IP)


@pytest.mark.parametrize("reason", ["complaint", "blocked", "staff"])
def test_to_an_address_that_may_not_be_written_to_nothing_goes(readers: Readers, reason: str) -> None:
    readers.subscribe()
    readers.suppress(reason, "other@example.org")
    readers.changing.new_address(readers.own_page(), "other@example.org", IP)
    assert _notices(readers) == []


def test_an_address_that_is_known_already_takes_the_lists(readers: Readers) -> None:
    readers.subscribe()
    readers.subscribe("other@example.org", "calls")
    readers.changing.new_address(readers.own_page(), "other@example.org", IP)
    _confirm(readers)
    assert readers.reason() == "unsubscribed"
    assert readers.reason("other@example.org") is None
    assert readers.reason("other@example.org", "calls") is None
