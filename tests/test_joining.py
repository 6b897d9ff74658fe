"""Joining: from a form to a confirmed subscription; the same from outside whoever it is, and proven in the end."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select, update

import subscribers
from newsletter.delivery import alarming
from newsletter.delivery.tables import AttemptRow, NoticeRow
from newsletter.delivery.transports.memory import MemoryTransport
from newsletter.errors import BadInput
from newsletter.issues import lists as profiles
from newsletter.readers.model import Asks, SignUp
from newsletter.staff.tables import StaffRow
from subscribers import AddressError, Consent, Purpose, asking, limits, signing_up
from subscribers.tables import (
    ConfirmationRow,
    ConsentEventRow,
    SignUpRow,
    SubscriberRow,
    SubscriptionRow,
    SuppressionRow,
    WordingRow,
)
from tests.route import Route, later

HOME = "192.0.2.7"
WORDS = "By pressing the button you agree that we send you The Quarterly."
NEW = "Nina.New@example.com"


def form(address: str = NEW, **more: Any) -> SignUp:
    return SignUp(**{"address": address, "list_slugs": ("quarterly",), "language": "en", "wording": WORDS} | more)


def sign_up(route: Route, address: str = NEW, network: str = HOME, **more: Any) -> None:
    route.pipeline.joining.sign_up(form(address, **more), network)


def asked(route: Route, address: str = NEW, network: str = HOME, **more: Any) -> str:
    """Sign up and get the mail; the token in it."""
    sign_up(route, address, network, **more)
    route.pipeline.joining.handle()
    deliver(route)
    return token(mails_to(route, address)[-1])


def deliver(route: Route) -> None:
    route.pipeline.deliver_notices()


def mails_to(route: Route, address: str) -> list[EmailMessage]:
    found = [mail for mail in route.mails() if str(mail["To"]).lower() == address.lower()]
    return sorted(found, key=lambda mail: (str(mail["Date"].datetime), str(mail["Message-ID"])))


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def token(mail: EmailMessage) -> str:
    (in_text,) = re.findall(r"https://news\.example\.org/c/(\S+)", body(mail, "plain"))
    (in_html,) = re.findall(r'href="https://news\.example\.org/c/([^"]+)"', body(mail, "html"))
    assert in_text == in_html
    return in_text


def way_out(mail: EmailMessage) -> str:
    found = re.fullmatch(r"<https://news\.example\.org/u/([a-z2-7]{26})>", str(mail["List-Unsubscribe"]))
    assert found
    return found[1]


def rows(route: Route, table: Any) -> list[Any]:
    with route.database.reading() as session:
        return list(session.scalars(select(table).order_by(table.id)))


def person(route: Route, address: str = NEW) -> SubscriberRow | None:
    key = route.pipeline.book.hash(address)
    with route.database.reading() as session:
        return session.scalar(select(SubscriberRow).where(SubscriberRow.address_hash == key))


def state(route: Route, address: str = NEW) -> str | None:
    found = person(route, address)
    if found is None:
        return None
    with route.database.reading() as session:
        return session.scalar(select(SubscriptionRow.state).where(SubscriptionRow.subscriber_id == found.id))


def events(route: Route, address: str = NEW) -> list[ConsentEventRow]:
    key = route.pipeline.book.hash(address)
    return [one for one in rows(route, ConsentEventRow) if one.address_hash == key]


def states(route: Route) -> list[str]:
    return [row.state for row in rows(route, SignUpRow)]


def suppress(route: Route, address: str, reason: str) -> None:
    with route.database.transaction() as session:
        route.pipeline.book.suppress(session, address, reason, "test", route.now)


# -- the way through ---------------------------------------------------------------------------------------------------


def test_a_form_leads_to_a_mail_and_the_mail_to_a_subscription(either_route: Route) -> None:
    route = either_route
    key = asked(route)
    assert state(route) == "pending"
    seen = route.pipeline.joining.asked(key)
    assert seen is not None
    assert (seen.purpose, seen.address, seen.expired, seen.is_answered) == (
        Asks.SUBSCRIBE, "N•••@example.com", False, False,
    )  # fmt: skip
    assert [one.slug for one in seen.lists] == ["quarterly"]
    confirmed = route.pipeline.joining.confirm(key, HOME)
    assert confirmed is not None
    assert not confirmed.expired
    assert state(route) == "confirmed"
    link = route.pipeline.links.read(confirmed.preferences)
    found = person(route)
    assert found is not None
    assert (found.address, link) == (NEW, subscribers.Link(Purpose.PREFERENCES, found.id))


def test_a_confirmation_writes_exactly_the_two_events_with_all_that_proves_them(either_route: Route) -> None:
    route = either_route
    key = asked(route, source="embed", detail="https://www.mayors.example.org/")
    asked_at = route.now
    assert events(route) == []
    later(route, minutes=9)
    assert route.pipeline.joining.confirm(key, "198.51.100.9") is not None
    request, confirmation = events(route)
    found = person(route)
    assert found is not None
    (wording,) = [row for row in rows(route, WordingRow) if row.text == WORDS]
    digest = hashlib.sha256(key.encode()).hexdigest()
    book = route.pipeline.book
    for one, kind, at, source, network in (
        (request, "request", asked_at, "embed", HOME),
        (confirmation, "confirmation", route.now, "page", "198.51.100.9"),
    ):
        assert (one.kind, one.at, one.recorded_at, one.source) == (kind, at, route.now, source)
        assert (one.subscriber_id, one.list_id, one.address) == (found.id, route.list_id(), NEW)
        assert (one.wording_id, one.language) == (wording.id, "en")
        assert one.ip_hash == book.network(network) != network
        assert one.token_id == digest != key
    assert request.detail == "https://www.mayors.example.org/"


def test_a_second_click_changes_nothing_and_shows_the_same(either_route: Route) -> None:
    route = either_route
    key = asked(route)
    first = route.pipeline.joining.confirm(key, HOME)
    later(route, days=5)
    assert route.pipeline.joining.confirm(key, HOME) == first
    assert len(events(route)) == 2
    seen = route.pipeline.joining.asked(key)
    assert seen is not None
    assert seen.is_answered


def test_looking_at_the_page_changes_nothing(route: Route) -> None:
    key = asked(route)
    written: list[str] = []

    def watch(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            written.append(statement)

    event.listen(route.database.engine, "before_cursor_execute", watch)
    try:
        for _ in range(3):
            route.pipeline.joining.asked(key)
    finally:
        event.remove(route.database.engine, "before_cursor_execute", watch)
    assert written == []


def test_an_expired_link_changes_nothing_and_brings_a_new_mail_when_asked(either_route: Route) -> None:
    route = either_route
    key = asked(route)
    later(route, days=3)
    found = route.pipeline.joining.confirm(key, HOME)
    assert found is not None
    assert found.expired
    assert state(route) == "pending"
    route.pipeline.joining.ask_again(key, HOME)
    deliver(route)
    again = token(mails_to(route, NEW)[-1])
    assert again != key
    route.pipeline.joining.confirm(again, HOME)
    assert state(route) == "confirmed"


def test_asking_again_is_limited_like_the_form(route: Route) -> None:
    key = asked(route)
    later(route, days=3)
    for _ in range(4):
        route.pipeline.joining.ask_again(key, HOME)
        deliver(route)
    assert len(mails_to(route, NEW)) == 2


def test_a_person_stuck_in_pending_gets_a_new_mail_and_the_old_link_is_void(either_route: Route) -> None:
    route = either_route
    old = asked(route)
    later(route, minutes=16)
    new = asked(route)
    assert len(mails_to(route, NEW)) == 2
    assert new != old
    found = route.pipeline.joining.confirm(old, HOME)
    assert found is not None
    assert found.expired
    assert state(route) == "pending"
    route.pipeline.joining.confirm(new, HOME)
    assert state(route) == "confirmed"
    seen = route.pipeline.joining.asked(old)
    assert seen is not None
    assert seen.is_answered


@pytest.mark.parametrize(
    ("reason", "comes_back"),
    [("hard_bounce", True), ("soft_bounce", True), ("complaint", False), ("blocked", False), ("staff", False)],
)
def test_a_suppression_is_lifted_by_a_confirmation_or_not_at_all(route: Route, reason: str, comes_back: bool) -> None:
    suppress(route, "ada@example.org", reason)
    sign_up(route, "ada@example.org")
    route.pipeline.joining.handle()
    deliver(route)
    mails = mails_to(route, "ada@example.org")
    assert len(mails) == comes_back
    assert all(row.lifted_at is None for row in rows(route, SuppressionRow))
    if comes_back:
        route.pipeline.joining.confirm(token(mails[0]), HOME)
        assert [row.lifted_at for row in rows(route, SuppressionRow)] == [route.now]
        assert len(events(route, "ada@example.org")) == 3


def test_who_left_is_back_when_he_confirms(either_route: Route) -> None:
    route = either_route
    key = asked(route, "gone@example.org")
    assert state(route, "gone@example.org") == "unsubscribed"
    route.pipeline.joining.confirm(key, HOME)
    assert state(route, "gone@example.org") == "confirmed"


def test_an_erased_person_is_in_the_book_again_only_when_he_confirms(either_route: Route) -> None:
    route = either_route
    address = "ada@example.org"
    with route.database.transaction() as session:
        session.execute(
            update(SubscriberRow)
            .where(SubscriberRow.address == address)
            .values(address=None, name="", erased_at=route.now)
        )
        session.add(
            SuppressionRow(
                address_hash=route.pipeline.book.hash(address), reason="erased", source="test", created_at=route.now
            )
        )
    key = asked(route, address)
    found = person(route, address)
    assert found is not None
    assert found.address is None
    route.pipeline.joining.confirm(key, HOME)
    found = person(route, address)
    assert found is not None
    assert (found.address, found.erased_at) == (address, None)
    assert rows(route, SuppressionRow)[0].lifted_at == route.now
    assert rows(route, ConfirmationRow)[0].new_address is None


def test_who_is_on_all_lists_gets_no_mail(route: Route) -> None:
    sign_up(route, "ada@example.org")
    assert route.pipeline.joining.handle() == 1
    assert states(route) == ["silent"]
    assert rows(route, ConfirmationRow) == []


def test_who_pauses_and_signs_up_again_has_no_pause_any_more(route: Route) -> None:
    with route.database.transaction() as session:
        session.execute(update(SubscriptionRow).values(paused_until=route.now + timedelta(days=90)))
    key = asked(route, "ada@example.org")
    route.pipeline.joining.confirm(key, HOME)
    found = person(route, "ada@example.org")
    (held,) = [row for row in rows(route, SubscriptionRow) if found and row.subscriber_id == found.id]
    assert held.paused_until is None


def test_a_stranger_changes_neither_name_nor_language_of_a_reader(route: Route) -> None:
    route.add_reader("carl@example.org", language="es")
    suppress(route, "carl@example.org", "hard_bounce")
    sign_up(route, "carl@example.org", name="Buy now http://spam.example", language="fr")
    route.pipeline.joining.handle()
    found = person(route, "carl@example.org")
    assert found is not None
    assert (found.name, found.language) == ("", "es")


# -- the same from outside ---------------------------------------------------------------------------------------------

KINDS = ("new@example.net", "pending@example.org", "ada@example.org", "gone@example.org", "blocked@example.org")


def test_the_page_does_the_same_work_whoever_it_is(route: Route) -> None:
    suppress(route, "blocked@example.org", "blocked")
    sign_up(route, "warm@example.net", "203.0.113.1")  # the words are archived
    work: dict[str, list[str]] = {}
    for number, address in enumerate(KINDS):
        said: list[str] = []

        def watch(_c: object, _cursor: object, statement: str, *_: object, said: list[str] = said) -> None:
            said.append(statement)

        event.listen(route.database.engine, "before_cursor_execute", watch)
        sign_up(route, address, f"198.51.100.{number}")
        event.remove(route.database.engine, "before_cursor_execute", watch)
        work[address] = said
    assert len({tuple(said) for said in work.values()}) == 1
    assert len(rows(route, SignUpRow)) == 1 + len(KINDS)
    waiting = {(row.state, row.language, tuple(row.list_ids), row.wording_id) for row in rows(route, SignUpRow)}
    assert len(waiting) == 1


def test_a_post_too_many_does_the_same_work_too(route: Route) -> None:
    said: list[list[str]] = []
    for _ in range(3):
        one: list[str] = []

        def watch(_c: object, _cursor: object, statement: str, *_: object, one: list[str] = one) -> None:
            one.append(statement)

        sign_up(route, "warm@example.net", "203.0.113.1")
        event.listen(route.database.engine, "before_cursor_execute", watch)
        sign_up(route)
        event.remove(route.database.engine, "before_cursor_execute", watch)
        said.append(one)
    assert said[0] == said[1] == said[2]
    assert [row.state for row in rows(route, SignUpRow) if row.domain == "example.com"] == [
        "waiting", "limited", "limited",
    ]  # fmt: skip


@pytest.mark.parametrize("address", ["nobody", "two@@example.org", "a@b", "x@exa mple.org", "ü@example.org", ""])
def test_what_is_no_address_is_refused_by_its_form(route: Route, address: str) -> None:
    with pytest.raises(AddressError):
        sign_up(route, address)
    assert rows(route, SignUpRow) == []


def test_a_list_that_is_none_is_refused(route: Route) -> None:
    for slugs in ((), ("nonesuch",), ("quarterly", "nonesuch")):
        with pytest.raises(BadInput):
            sign_up(route, list_slugs=slugs)


def test_an_address_in_letters_of_its_own_country_is_mailed_in_its_ascii_form(route: Route) -> None:
    sign_up(route, "nina+list@bücher.example")
    route.pipeline.joining.handle()
    deliver(route)
    assert mails_to(route, "nina+list@xn--bcher-kva.example")


# -- after a crash -----------------------------------------------------------------------------------------------------


def test_what_a_crash_left_in_the_inbox_is_worked_on_later(either_route: Route) -> None:
    sign_up(either_route)
    either_route.open()
    with either_route.database.reading() as session:
        assert signing_up.is_waiting(session)
    assert either_route.pipeline.joining.handle() == 1
    assert either_route.pipeline.joining.handle() == 0
    (row,) = rows(either_route, SignUpRow)
    assert (row.state, row.address, row.name) == ("mailed", None, "")


def test_a_crash_while_working_on_a_row_leaves_it_waiting(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_up(route)
    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr("newsletter.delivery.greeting.ask", _die)
        route.pipeline.joining.handle()
    assert states(route) == ["waiting"]
    assert (rows(route, ConfirmationRow), person(route)) == ([], None)
    route.pipeline.joining.handle()
    assert states(route) == ["mailed"]


def _die(*_: object) -> None:
    raise MemoryError


def test_one_that_cannot_be_worked_on_holds_up_no_other(route: Route) -> None:
    sign_up(route)
    with route.database.transaction() as session:
        session.execute(update(SignUpRow).values(address="no address"))
    sign_up(route, "other@example.net")
    route.pipeline.joining.handle()
    assert states(route) == ["silent", "mailed"]


# -- the token ---------------------------------------------------------------------------------------------------------


def test_the_token_is_stored_only_as_a_hash(either_route: Route) -> None:
    key = asked(either_route)
    with either_route.database.reading() as session:
        for table in (NoticeRow, ConfirmationRow, AttemptRow, SignUpRow):
            for row in session.scalars(select(table)):
                assert all(key not in str(value) for value in vars(row).values())
    (row,) = rows(either_route, ConfirmationRow)
    assert row.token_sha256 == hashlib.sha256(key.encode()).hexdigest()


def test_a_forged_cut_or_changed_token_never_acts(route: Route) -> None:
    key = asked(route)
    (row,) = rows(route, ConfirmationRow)
    forged = [
        key[:-1], key + "A", key[::-1], key.swapcase(), f" {key}", "", "x" * 10_000, "ü" * 32, str(row.id),
        str(row.token_sha256), route.pipeline.links.token(Purpose.REQUEST, row.id),
        route.pipeline.links.token(Purpose.UNSUBSCRIBE, row.id),
    ]  # fmt: skip
    for one in forged:
        assert route.pipeline.joining.asked(one) is None
        assert route.pipeline.joining.confirm(one, HOME) is None
        route.pipeline.joining.ask_again(one, HOME)
    assert state(route) == "pending"
    for one in (*forged[:-2], forged[-1]):
        assert not route.pipeline.joining.decline(one, HOME)
    assert rows(route, ConfirmationRow)[0].declined_at is None


@given(st.text(max_size=80))
def test_no_text_is_a_token(route_once: Route, text: str) -> None:
    assert route_once.pipeline.joining.asked(text) is None


@pytest.fixture(scope="module")
def route_once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Route]:
    from tests.route import laid_out

    source = request.getfixturevalue("assembled_folder")
    found = laid_out(source, tmp_path_factory.mktemp("once") / "route")
    asked(found)
    yield found
    found.close()


def test_two_peoples_tokens_do_not_act_for_each_other(route: Route) -> None:
    first, second = asked(route, "a@example.net"), asked(route, "b@example.net")
    route.pipeline.joining.confirm(first, HOME)
    assert (state(route, "a@example.net"), state(route, "b@example.net")) == ("confirmed", "pending")
    route.pipeline.joining.confirm(second, HOME)
    assert state(route, "b@example.net") == "confirmed"


def test_a_mail_that_is_tried_again_has_a_new_token(route: Route) -> None:
    first = asked(route)
    with route.database.transaction() as session:
        session.execute(update(NoticeRow).values(state="deferred", due_at=route.now, worker_id=None, handover_id=None))
    for path in route.mailbox.glob("*.eml"):
        path.unlink()
    deliver(route)
    second = token(mails_to(route, NEW)[0])
    assert second != first
    assert route.pipeline.joining.confirm(first, HOME) is None
    assert route.pipeline.joining.confirm(second, HOME) is not None


def test_who_was_blocked_or_has_answered_before_the_mails_turn_is_not_mailed(route: Route) -> None:
    for number, address in enumerate(("a@example.net", "b@example.net", "c@example.net")):
        sign_up(route, address, f"198.51.100.{number}")
    route.pipeline.joining.handle()
    suppress(route, "a@example.net", "complaint")
    with route.database.transaction() as session:
        ids = session.scalars(select(ConfirmationRow.id).order_by(ConfirmationRow.id)).all()
        session.execute(update(ConfirmationRow).where(ConfirmationRow.id == ids[1]).values(voided_at=route.now))
        session.execute(update(ConfirmationRow).where(ConfirmationRow.id == ids[2]).values(used_at=route.now))
    deliver(route)
    assert route.mails() == []
    assert [(row.state, row.text) for row in rows(route, NoticeRow)] == [
        ("excluded", "complaint"), ("excluded", "void"), ("excluded", "answered"),
    ]  # fmt: skip


# -- the mail ----------------------------------------------------------------------------------------------------------

SPAM = "Click http://spam.example NOW"


@pytest.mark.parametrize("language", ["en", "es", "fr", "ar", "pt-BR"])
def test_the_mail_holds_nothing_that_was_typed_in(route: Route, language: str) -> None:
    asked(route, name=SPAM, detail=SPAM, language=language, wording=SPAM)
    (mail,) = mails_to(route, NEW)
    whole = mail.as_string() + body(mail, "plain") + body(mail, "html")
    assert "spam" not in whole.lower()
    assert str(mail["To"]) == NEW
    assert str(mail["Content-Language"]) == ("en" if language == "pt-BR" else language)
    assert "The Quarterly" in str(mail["Subject"])


def test_the_mail_is_what_a_confirmation_mail_must_be(route: Route) -> None:
    asked(route)
    (mail,) = mails_to(route, NEW)
    (row,) = rows(route, ConfirmationRow)
    assert str(mail["Subject"]) == "Please confirm: The Quarterly"
    assert str(mail["Auto-Submitted"]) == "auto-generated"
    assert str(mail["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    assert route.pipeline.links.read(way_out(mail)) == subscribers.Link(Purpose.REQUEST, row.id)
    html = body(mail, "html")
    assert html.count("href=") == 1
    assert "<img" not in html
    assert "<script" not in html
    text = body(mail, "plain")
    assert "Network of Mayors was asked to send The Quarterly to this address." in text
    assert "do nothing" in text
    assert "1 Example Square" in text
    assert max(len(line) for line in text.splitlines() if "://" not in line) <= 72


def test_the_return_path_is_the_lists(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = MemoryTransport()
    monkeypatch.setattr("newsletter.pipeline.open_transport", lambda *_: memory)
    sign_up(route)
    route.pipeline.joining.handle()
    deliver(route)
    (notice,) = rows(route, NoticeRow)
    ((sender, to, _),) = memory.messages
    assert (sender, to) == (f"b-{route.pipeline.links.token(Purpose.NOTICE, notice.id)}@bounces.example.org", NEW)


def test_the_welcome_comes_where_the_list_wants_it_with_a_way_out(approved: Route) -> None:
    route = approved
    with route.database.transaction() as session:
        profiles.set_welcome(session, route.list_id(), on=True)
    route.send()
    confirmed = route.pipeline.joining.confirm(asked(route), HOME)
    route.pipeline.joining.confirm(token(mails_to(route, NEW)[0]), HOME)
    assert confirmed is not None
    assert confirmed.latest is not None
    assert (confirmed.latest.slug, confirmed.latest.name) == ("quarterly-2024-q2", "Summer 2024")
    assert confirmed.next_about is not None
    deliver(route)
    (mail,) = [one for one in mails_to(route, NEW) if "Welcome" in str(one["Subject"])]
    link = route.pipeline.links.read(way_out(mail))
    assert link is not None
    assert link.purpose is Purpose.UNSUBSCRIBE
    for part in ("plain", "html"):
        assert "https://news.example.org/issues/quarterly-2024-q2" in body(mail, part)
        assert f"https://news.example.org/u/{way_out(mail)}" in body(mail, part)
    assert "San Antonio" in body(mail, "plain")


def test_there_is_no_welcome_where_there_is_no_issue_or_the_list_does_not_want_it(route: Route) -> None:
    with route.database.transaction() as session:
        profiles.set_welcome(session, route.list_id(), on=True)
    route.pipeline.joining.confirm(asked(route), HOME)
    assert [row.kind for row in rows(route, NoticeRow)] == ["confirm"]


# -- it was not me -----------------------------------------------------------------------------------------------------


def test_it_was_not_me_ends_the_request(either_route: Route) -> None:
    route = either_route
    key = asked(route)
    out = way_out(mails_to(route, NEW)[0])
    assert route.pipeline.joining.decline(out, HOME, block=False)
    found = route.pipeline.joining.confirm(key, HOME)
    assert found is not None
    assert found.expired
    later(route, days=1, hours=1)
    route.pipeline.joining.purge(route.now)
    assert person(route) is None
    assert route.pipeline.joining.decline(out, HOME, block=True)
    assert rows(route, SuppressionRow) == []


def test_never_again_can_be_said_after_it_was_not_me(route: Route) -> None:
    asked(route)
    out = way_out(mails_to(route, NEW)[0])
    for block in (False, True, True):
        route.pipeline.joining.decline(out, HOME, block=block)
    (stop,) = rows(route, SuppressionRow)
    assert (stop.reason, stop.address_hash) == ("blocked", route.pipeline.book.hash(NEW))
    later(route, hours=1)
    sign_up(route)
    route.pipeline.joining.handle()
    assert states(route)[-1] == "silent"


def test_the_way_out_of_a_mail_that_was_answered_ends_the_subscription(route: Route) -> None:
    key = asked(route)
    out = way_out(mails_to(route, NEW)[0])
    route.pipeline.joining.confirm(key, HOME)
    route.pipeline.joining.decline(out, HOME, block=False)
    assert state(route) == "unsubscribed"
    assert [one.kind for one in events(route)] == ["request", "confirmation", "withdrawal"]
    found = route.pipeline.joining.confirm(key, HOME)
    assert found is not None
    assert found.expired
    assert state(route) == "unsubscribed"


# -- invited, asked again, moved ---------------------------------------------------------------------------------------


def test_somebody_invited_is_on_the_list_when_he_says_yes(either_route: Route) -> None:
    route = either_route
    with route.database.transaction() as session:
        consent = Consent("staff", route.now, detail="sheet from Geneva")
        arrival = route.pipeline.book.arrival(NEW, "Nina", "fr")
        id_ = asking.invite(session, route.list_id(), arrival, consent, route.now)
        assert id_ is not None
        _greet(route, session, id_, "fr")
    deliver(route)
    (mail,) = mails_to(route, NEW)
    assert str(mail["Content-Language"]) == "fr"
    route.pipeline.joining.confirm(token(mail), HOME)
    assert state(route) == "confirmed"
    assert [(one.kind, one.source) for one in events(route)] == [("request", "staff"), ("confirmation", "page")]


def test_an_invitation_from_a_file_revives_nobody(route: Route) -> None:
    with route.database.transaction() as session:
        for address in ("gone@example.org", "ada@example.org"):
            arrival = route.pipeline.book.arrival(address)
            assert asking.invite(session, route.list_id(), arrival, Consent("import", route.now), route.now) is None


def test_still_interested_makes_the_consent_shown_and_no_answer_changes_nothing(either_route: Route) -> None:
    route = either_route
    with route.database.transaction() as session:
        session.execute(update(SubscriptionRow).values(proof="unknown"))
        for address in ("ada@example.org", "bob@example.org"):
            found = person(route, address)
            assert found is not None
            id_ = asking.renew(session, found.id, route.list_id(), Consent("staff", route.now), route.now)
            assert id_ is not None
            _greet(route, session, id_, "en")
    deliver(route)
    (mail,) = mails_to(route, "ada@example.org")
    link = route.pipeline.links.read(way_out(mail))
    assert link is not None
    assert link.purpose is Purpose.UNSUBSCRIBE
    route.pipeline.joining.confirm(token(mail), HOME)
    later(route, days=31)
    route.pipeline.joining.purge(route.now)
    proofs = {}
    for address in ("ada@example.org", "bob@example.org"):
        found = person(route, address)
        (held,) = [row for row in rows(route, SubscriptionRow) if found and row.subscriber_id == found.id]
        proofs[address] = (held.state, held.proof)
    assert proofs == {"ada@example.org": ("confirmed", "shown"), "bob@example.org": ("confirmed", "unknown")}
    assert [one.kind for one in events(route, "ada@example.org")][-2:] == ["request", "confirmation"]


def _move_to(route: Route, address: str, new: str) -> int | None:
    found = person(route, address)
    assert found is not None
    with route.database.transaction() as session:
        consent = Consent("page", route.now, network=route.pipeline.book.network(HOME))
        id_ = asking.change_address(session, route.pipeline.book, found.id, new, consent, route.now)
        if id_ is not None:
            _greet(route, session, id_, "en")
    return id_


def _greet(route: Route, session: Any, id_: int, language: str) -> None:
    from newsletter.delivery import greeting

    greeting.ask(session, id_, profiles.profile(session, route.list_id()), language, route.now)


def test_a_new_address_counts_when_it_is_confirmed_there(either_route: Route) -> None:
    route = either_route
    before = person(route, "ada@example.org")
    assert _move_to(route, "ada@example.org", NEW) is not None
    deliver(route)
    (mail,) = mails_to(route, NEW)
    assert mails_to(route, "ada@example.org") == []
    confirmed = route.pipeline.joining.confirm(token(mail), HOME)
    assert confirmed is not None
    assert (confirmed.purpose, confirmed.address) == (Asks.ADDRESS, "N•••@example.com")
    after = person(route)
    assert before is not None
    assert after is not None
    assert (after.id, after.address) == (before.id, NEW)
    assert person(route, "ada@example.org") is None
    (change,) = events(route)
    assert (change.kind, change.address) == ("change", NEW)
    assert rows(route, ConfirmationRow)[0].new_address is None


def test_an_address_of_somebody_else_is_not_taken_and_looks_the_same(route: Route) -> None:
    assert _move_to(route, "ada@example.org", "bob@example.org") is not None
    deliver(route)
    (mail,) = mails_to(route, "bob@example.org")
    confirmed = route.pipeline.joining.confirm(token(mail), HOME)
    assert confirmed is not None
    assert (confirmed.expired, confirmed.address) == (False, "b•••@example.org")
    assert person(route, "ada@example.org") is not None
    assert person(route, "bob@example.org") is not None


def test_new_addresses_are_limited_like_the_form_and_blocked_ones_get_nothing(route: Route) -> None:
    suppress(route, "blocked@example.org", "blocked")
    assert _move_to(route, "ada@example.org", "blocked@example.org") is None
    assert _move_to(route, "ada@example.org", NEW) is not None
    assert _move_to(route, "bob@example.org", NEW) is None


# -- limits ------------------------------------------------------------------------------------------------------------


def test_an_address_gets_one_mail_in_a_quarter_of_an_hour_and_three_a_day(either_route: Route) -> None:
    route = either_route
    for number in range(60):  # an hour and a half apart in all, every minute and a half
        sign_up(route, "n.i.n.a+%d@gmail.com" % number, f"198.51.100.{number}")  # noqa: UP031
        route.pipeline.joining.handle()
        later(route, seconds=90)
    assert states(route).count("mailed") == 3
    mailed = [row.at for row in rows(route, SignUpRow) if row.state == "mailed"]
    assert all(second - first >= timedelta(minutes=15) for first, second in pairwise(mailed))
    later(route, days=1)
    sign_up(route, "nina@googlemail.com")
    assert states(route)[-1] == "waiting"


def test_a_network_posts_five_times_a_minute_and_twenty_times_an_hour(route: Route) -> None:
    for number in range(8):
        sign_up(route, f"a{number}@d{number}.example", HOME)
    assert len(rows(route, SignUpRow)) == 5
    for number in range(8, 60):
        later(route, seconds=30)
        sign_up(route, f"a{number}@d{number}.example", HOME)
    assert len(rows(route, SignUpRow)) == 20
    sign_up(route, "other@example.net", "2001:db8::1")
    assert len(rows(route, SignUpRow)) == 21
    later(route, hours=1)
    sign_up(route, NEW, HOME)
    assert states(route)[-1] == "waiting"


def test_all_addresses_of_a_64_are_one_network(route: Route) -> None:
    for number in range(9):
        sign_up(route, f"a{number}@d{number}.example", f"2001:db8:1:2::{number}")
    assert len(rows(route, SignUpRow)) == 5


def _fill(route: Route, number: int, domain: str = "d{}.example", at: datetime | None = None, **more: Any) -> None:
    with route.database.transaction() as session:
        session.add_all(
            SignUpRow(
                at=at or route.now, state="mailed", address_hash=f"h{n}-{domain}", domain=domain.format(n),
                network=f"n{n}-{domain}", list_ids=[], source="form", handled_at=route.now,
                **({"checked": False} | more),
            )
            for n in range(number)
        )  # fmt: skip


def test_a_full_domain_makes_the_gate_narrow(route: Route) -> None:
    _fill(route, 59, "example.com")
    assert not route.pipeline.joining.needs_check()
    sign_up(route)
    assert states(route)[-1] == "waiting"
    assert route.pipeline.joining.needs_check()
    sign_up(route, "second@example.com", "198.51.100.1")
    sign_up(route, "third@example.com", "198.51.100.2", checked=True)
    assert states(route)[-2:] == ["limited", "waiting"]
    later(route, hours=1)
    assert not route.pipeline.joining.needs_check()


def test_beyond_the_ceiling_only_who_answered_the_check_gets_a_mail_and_even_they_have_one(route: Route) -> None:
    _fill(route, 300)
    assert route.pipeline.joining.needs_check()
    sign_up(route, "a@example.net", "198.51.100.1")
    sign_up(route, "b@example.net", "198.51.100.2", checked=True)
    assert states(route)[-2:] == ["limited", "waiting"]
    _fill(route, 59, "c{}.example", checked=True)
    sign_up(route, "c@example.net", "198.51.100.3", checked=True)
    assert states(route)[-1] == "limited"


def test_what_gets_no_mail_is_not_even_written_down_when_there_is_too_much(route: Route) -> None:
    _fill(route, limits.ROWS.number)
    sign_up(route)
    assert len(rows(route, SignUpRow)) == limits.ROWS.number
    sign_up(route, checked=True)
    assert states(route)[-1] == "waiting"


def _unanswered(route: Route, number: int, answered: int) -> None:
    with route.database.transaction() as session:
        subscriber = session.scalars(select(SubscriberRow.id).limit(1)).one()
        session.add_all(
            ConfirmationRow(
                purpose="subscribe", subscriber_id=subscriber, list_ids=[1], source="form", token_sha256=f"t{n}",
                requested_at=route.now, sent_at=route.now, expires_at=route.now,
                used_at=route.now if n < answered else None,
            )
            for n in range(number)
        )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "answered", "hours", "narrow"),
    [(50, 4, 2, True), (50, 5, 2, False), (49, 0, 2, False), (50, 0, 1, False)],
)
def test_the_gate_is_narrow_when_hardly_anybody_confirms(
    either_route: Route, number: int, answered: int, hours: int, narrow: bool
) -> None:
    _unanswered(either_route, number, answered)
    later(either_route, hours=hours)
    assert either_route.pipeline.joining.needs_check() == narrow


def test_admins_are_told_once_a_day_and_why(either_route: Route) -> None:
    route = either_route
    _fill(route, 300)
    for _ in range(3):
        route.pipeline.joining.handle()
    (notice,) = rows(route, NoticeRow)
    assert notice.kind == alarming.ALARM
    deliver(route)
    (mail,) = mails_to(route, "admin@example.org")
    assert "More than 300 sign-ups came in within an hour." in body(mail, "plain")
    later(route, hours=24)
    _fill(route, 300, "e{}.example")
    route.pipeline.joining.handle()
    assert len(rows(route, NoticeRow)) == 2


@given(st.from_regex(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){0,2}", fullmatch=True), st.text("abc123", max_size=6))
def test_tag_case_and_gmails_dots_do_not_make_another_mailbox(local: str, tag: str) -> None:
    for domain in ("gmail.com", "googlemail.com"):
        assert limits.folded(f"{local}+{tag}@{domain}".upper()) == limits.folded(f"{local.replace('.', '')}@gmail.com")
    assert limits.folded(f"{local}+{tag}@example.org") == f"{local}@example.org"


# -- the extra check ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es", "fr", "ar"])
def test_a_small_sum_is_asked_in_words_and_its_answer_is_known(route: Route, language: str) -> None:
    joining = route.pipeline.joining
    question = joining.question(language)
    assert not re.search(r"\d", question.words)
    good = [number for number in range(2, 19) if joining.answers(question.token, str(number))]
    assert len(good) == 1
    assert joining.answers(question.token, f" {good[0]} ")
    eastern = str(good[0]).translate({ord("0") + n: 0x0660 + n for n in range(10)})
    assert joining.answers(question.token, eastern)
    for wrong in ("", "seven", "-1", "²", "9" * 400, str(good[0] + 1)):
        assert not joining.answers(question.token, wrong)
    later(route, hours=1, seconds=1)
    assert not joining.answers(question.token, str(good[0]))


def test_a_form_is_fresh_from_two_seconds_to_a_day(route: Route) -> None:
    joining = route.pipeline.joining
    stamp = joining.stamp()
    fresh = []
    for seconds in (1, 1, 86_398, 1):
        later(route, seconds=seconds)
        fresh.append(joining.is_fresh(stamp))
    assert fresh == [False, True, True, False]


@given(st.text(max_size=60), st.text(max_size=4))
def test_nothing_that_we_did_not_sign_is_a_stamp_or_an_answer(route_once: Route, text: str, answer: str) -> None:
    joining = route_once.pipeline.joining
    assert not joining.is_fresh(text)
    assert not joining.answers(text, answer)
    question = joining.question("en")
    assert not joining.is_fresh(question.token)
    assert not joining.answers(joining.stamp(), answer)


# -- purging -----------------------------------------------------------------------------------------------------------


def test_nothing_is_left_of_who_never_confirms(either_route: Route) -> None:
    route = either_route
    tables = (SubscriberRow, SubscriptionRow, ConfirmationRow, NoticeRow, AttemptRow, SignUpRow, ConsentEventRow)
    before = [len(rows(route, table)) for table in tables]
    asked(route, name="Nina")
    later(route, minutes=20)
    asked(route)
    with route.database.transaction() as session:
        notice = session.scalars(select(NoticeRow.id).limit(1)).one()
        session.add(AttemptRow(notice_id=notice, at=route.now, verdict="deferred", fault="reader", text=NEW))
    later(route, days=13)
    route.pipeline.joining.purge(route.now)
    assert state(route) == "pending"
    later(route, days=2)
    assert route.pipeline.joining.purge(route.now)["people"] == 1
    assert [len(rows(route, table)) for table in tables] == before
    assert person(route) is None


def test_who_confirmed_stays_when_his_question_is_purged(either_route: Route) -> None:
    route = either_route
    key = asked(route)
    route.pipeline.joining.confirm(key, HOME)
    later(route, days=31)
    route.pipeline.joining.purge(route.now)
    assert rows(route, ConfirmationRow) == []
    assert state(route) == "confirmed"
    assert len(events(route)) == 2
    assert route.pipeline.joining.asked(key) is None


def test_one_who_left_and_does_not_confirm_stays_as_he_was(route: Route) -> None:
    asked(route, "gone@example.org")
    later(route, days=15)
    route.pipeline.joining.purge(route.now)
    assert state(route, "gone@example.org") == "unsubscribed"
    assert rows(route, ConfirmationRow) == []


def test_a_question_in_the_hands_of_a_sender_is_left_alone(route: Route) -> None:
    asked(route)
    with route.database.transaction() as session:
        session.execute(update(NoticeRow).values(state="handing"))
    later(route, days=15)
    route.pipeline.joining.purge(route.now)
    assert len(rows(route, ConfirmationRow)) == 1


# -- a flood -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [500, pytest.param(10_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_a_flood_gets_the_allowed_mails_a_real_person_gets_in_and_little_is_kept(
    either_route: Route, number: int
) -> None:
    route = either_route
    joining = route.pipeline.joining
    per_network = max(1, number // 2_000)
    for n in range(number):
        try:
            sign_up(route, f"victim{n % 7_000}@host{n % 97}.example", f"2001:db8:{n // per_network:x}::1")
        except AddressError:  # pragma: no cover
            pytest.fail("the form of the address is right")
        if n % 50 == 0:
            joining.handle()
        later(route, seconds=0.1)
    joining.handle()
    assert states(route).count("mailed") == limits.MAILS.number
    assert joining.needs_check()
    question = joining.question("en")
    answer = next(str(n) for n in range(19) if joining.answers(question.token, str(n)))
    key = asked(route, checked=joining.answers(question.token, answer))
    joining.confirm(key, HOME)
    assert state(route) == "confirmed"
    kinds = [row.kind for row in rows(route, NoticeRow)]
    assert kinds.count("confirm") == limits.MAILS.number + 1
    assert kinds.count(alarming.ALARM) == 1
    assert len(rows(route, SignUpRow)) <= limits.ROWS.number + 1
    later(route, days=15)
    joining.purge(route.now)
    assert rows(route, SignUpRow) == []
    assert [row.purpose for row in rows(route, ConfirmationRow)] == ["subscribe"]
    assert len(rows(route, NoticeRow)) == 2
    with route.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StaffRow)) == 4
