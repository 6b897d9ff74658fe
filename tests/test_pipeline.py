"""The whole route on both engines, into a folder: what each reader gets, what is kept, and what is refused."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import select, update

from newsletter.calendar import CalendarRow
from newsletter.cli.sending import deliver_notices
from newsletter.delivery.model import RouteDown
from newsletter.delivery.tables import DeliveryRow, NoticeRow, ResolutionRow
from newsletter.errors import BadInput, IllegalMove, Misconfigured, NotFound
from newsletter.issues.model import State
from subscribers import Purpose
from subscribers.tables import SubscriptionRow
from tests.route import APPROVER, AUTHOR, CONFIRMED, SLUG, SUBJECT, SUBJECT_ES, Route, later

TOKEN = re.compile(r"<https://news\.example\.org/u/([a-z2-7]{26})>")


def addressees(mails: list[EmailMessage]) -> list[str]:
    return sorted(str(mail["To"]) for mail in mails)


def token(mail: EmailMessage) -> str:
    found = TOKEN.fullmatch(str(mail["List-Unsubscribe"]))
    assert found
    return found[1]


def content(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    assert part is not None
    return str(part.get_content())


# -- what readers get ----------------------------------------------------------------------------------------------


def test_everybody_confirmed_gets_one_mail_and_a_second_send_sends_nothing(either_route: Route) -> None:
    either_route.sign_off()
    result = either_route.send()
    assert addressees(either_route.mails()) == sorted(CONFIRMED)
    assert result.tally is not None
    status = result.status
    assert (status.state, status.candidates, status.accepted, status.balances) == ("sent", 4, 4, True)
    assert (status.excluded, status.left_out) == ({}, {"pending": 1, "unsubscribed": 1})
    assert either_route.issue().state is State.SENT
    names = sorted(path.name for path in either_route.mailbox.iterdir())
    again = either_route.send()
    assert again.tally is None
    assert again.status == status
    assert sorted(path.name for path in either_route.mailbox.iterdir()) == names


def test_the_way_out_names_each_readers_own_subscription(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send()
    links = either_route.pipeline.links
    with either_route.database.reading() as session:
        ids = {
            one: either_route.pipeline.book.subscription_id(session, one, either_route.list_id()) for one in CONFIRMED
        }
    for mail in either_route.mails():
        link = links.read(token(mail))
        assert link is not None
        assert (link.purpose, link.id) == (Purpose.UNSUBSCRIBE, ids[str(mail["To"])])
        assert f"https://news.example.org/u/{token(mail)}" in content(mail, "plain")
        assert f'href="https://news.example.org/u/{token(mail)}"' in content(mail, "html")
    assert len({token(mail) for mail in either_route.mails()}) == 4


def test_the_headers_are_those_that_mail_systems_look_for(approved: Route) -> None:
    approved.send()
    ids = set()
    for mail in approved.mails():
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["List-Id"] == '"The Quarterly" <quarterly.news.example.org>'
        assert mail["Feedback-ID"] == "quarterly-2024-q2:list-quarterly:newsletter:mayors"
        assert parsedate_to_datetime(mail["Date"]) == approved.now
        assert mail["From"] == "Network of Mayors <quarterly@news.example.org>"
        assert mail["Reply-To"] == "team@example.org"
        assert mail["Precedence"] == "bulk"
        assert re.fullmatch(r"<[a-z2-7]{26}@news\.example\.org>", mail["Message-ID"])
        assert mail["Archived-At"] == "<https://news.example.org/issues/quarterly-2024-q2>"
        assert all(len(mail.get_all(name)) == 1 for name in mail)
        ids.add(mail["Message-ID"])
    assert len(ids) == 4


def test_text_comes_first_and_both_parts_say_the_same(approved: Route) -> None:
    approved.send()
    for mail in approved.mails():
        assert mail.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        for kind in ("plain", "html"):
            assert "Impact Report 2023" in content(mail, kind)
            assert "1 Example Square" in content(mail, kind)


def test_no_header_that_programs_read_is_encoded(approved: Route) -> None:
    approved.set_profile(from_name="Réseau des maires", legal_name="Réseau des maires")
    with approved.database.transaction() as session:
        session.execute(update(SubscriptionRow.metadata.tables["lists"]).values(name="La Trimestrielle d’été"))
    approved.sign_off()
    approved.send()
    for path in approved.mailbox.glob("*.eml"):
        head = path.read_bytes().partition(b"\r\n\r\n")[0].decode("ascii")
        for line in head.split("\r\n"):
            if re.match(r"(?i)(list-[a-z-]+|message-id|feedback-id|precedence|date|archived-at):", line):
                assert "=?" not in line, line
        assert "From: =?utf-8?" in head


def test_every_reader_gets_his_language_and_its_own_subject(approved: Route) -> None:
    approved.send()
    languages = {str(mail["To"]): mail["Content-Language"] for mail in approved.mails()}
    assert languages == dict.fromkeys(CONFIRMED, "en") | {"dario@example.org": "es"}
    subjects = {mail["Content-Language"]: mail["Subject"] for mail in approved.mails()}
    assert subjects == {"en": SUBJECT, "es": SUBJECT_ES}


def test_the_page_on_the_web_names_no_reader(approved: Route) -> None:
    version = approved.pipeline.version(SLUG)
    for part in version.parts.values():
        assert "/u/" not in part.web
        assert "/p/" not in part.web


def test_who_leaves_while_it_runs_gets_nothing(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send(wait=False)
    either_route.unsubscribe("bob@example.org")
    result = either_route.send()
    assert addressees(either_route.mails()) == ["ada@example.org", "dario@example.org", "eve@example.org"]
    assert (result.status.accepted, result.status.excluded) == (3, {"unsubscribed": 1})
    assert result.status.balances


def test_who_joins_after_the_release_is_not_in_it(approved: Route) -> None:
    approved.send(wait=False)
    approved.add_reader("late@example.org")
    assert approved.send().status.candidates == 4


def test_a_list_without_readers_is_sent_to_nobody_and_done(either_route: Route) -> None:
    either_route.sign_off()
    for address in CONFIRMED:
        either_route.unsubscribe(address)
    result = either_route.send()
    assert (result.status.state, result.status.candidates) == ("sent", 0)
    assert result.status.balances


# -- time ----------------------------------------------------------------------------------------------------------


def test_before_its_planned_time_it_goes_only_when_told_so(either_route: Route) -> None:
    either_route.sign_off()
    either_route.pipeline.plan(SLUG, datetime(2024, 7, 16, 7, tzinfo=UTC), either_route.who(AUTHOR))
    with pytest.raises(IllegalMove, match=r"planned for Tuesday 16 July 2024, 07:00 UTC.* --now"):
        either_route.send()
    assert either_route.mailings() == []
    assert either_route.send(now_although_planned=True).status.accepted == 4
    assert either_route.issue().planned_at is None
    with either_route.database.reading() as session:
        assert session.scalars(select(CalendarRow)).all() == []


def test_from_its_planned_time_on_it_goes(approved: Route) -> None:
    approved.pipeline.plan(SLUG, approved.now + timedelta(hours=1), approved.who(AUTHOR))
    later(approved, hours=1)
    assert approved.send().status.accepted == 4


def test_a_new_time_replaces_the_old_one(approved: Route) -> None:
    for day in (12, 13):
        approved.pipeline.plan(SLUG, approved.now.replace(day=day), approved.who(AUTHOR))
    with approved.database.reading() as session:
        due = {row.step: row.due_at.day for row in session.scalars(select(CalendarRow))}
        assert due == {"send": 13, "planned_eve": 12}


# -- held, stopped, settled ----------------------------------------------------------------------------------------


def test_a_paused_send_hands_over_nothing_until_it_is_resumed(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send(wait=False)
    author = either_route.who(AUTHOR)
    either_route.pipeline.pause(SLUG, author)
    assert either_route.issue().state is State.PAUSED
    with pytest.raises(IllegalMove, match="newsletter issue resume quarterly-2024-q2"):
        either_route.send()
    assert either_route.mails() == []
    either_route.pipeline.resume(SLUG, author)
    assert either_route.send().status.accepted == 4


def test_a_stopped_send_hands_over_nothing_more_for_ever(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send(wait=False)
    either_route.pipeline.stop(SLUG, either_route.who(AUTHOR))
    assert either_route.issue().state is State.STOPPED
    result = either_route.send()
    assert result.tally is None
    assert (result.status.state, result.status.excluded) == ("stopped", {"stopped": 4})
    assert result.status.balances
    assert either_route.mails() == []
    assert len(either_route.mailings()) == 1


@pytest.mark.parametrize("verb", ["pause", "resume", "stop", "resolve"])
def test_what_is_not_being_sent_cannot_be_held_or_settled(approved: Route, verb: str) -> None:
    act = getattr(approved.pipeline, verb)
    with pytest.raises(IllegalMove, match="nothing to"):
        act(SLUG, approved.who(AUTHOR), *(["leave"] if verb == "resolve" else []))
    assert approved.issue().state is State.APPROVED


@pytest.mark.parametrize("verb", ["pause", "resume", "stop"])
def test_what_is_sent_cannot_be_held(approved: Route, verb: str) -> None:
    approved.send()
    with pytest.raises(IllegalMove):
        getattr(approved.pipeline, verb)(SLUG, approved.who(AUTHOR))
    assert approved.issue().state is State.SENT


def make_uncertain(route: Route, *addresses: str) -> None:
    """As if the process had been killed while it handed these over."""
    with route.database.transaction() as session:
        for address in addresses:
            id_ = route.pipeline.book.subscription_id(session, address, route.list_id())
            row = session.scalars(select(SubscriptionRow).where(SubscriptionRow.id == id_)).one()
            session.execute(
                update(DeliveryRow).where(DeliveryRow.subscriber_id == row.subscriber_id).values(state="uncertain")
            )


def test_copies_without_an_answer_hold_no_end_and_are_never_sent_again_by_themselves(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send(wait=False)
    make_uncertain(either_route, "ada@example.org", "bob@example.org")
    for _ in range(2):
        result = either_route.send()
        assert (result.status.state, result.status.accepted, result.status.uncertain) == ("sent", 2, 2)
        assert result.status.balances
    assert addressees(either_route.mails()) == ["dario@example.org", "eve@example.org"]


def test_leaving_them_is_written_down_and_changes_no_count(approved: Route) -> None:
    approved.send(wait=False)
    make_uncertain(approved, "ada@example.org", "bob@example.org")
    approved.send()
    assert approved.pipeline.resolve(SLUG, approved.who(AUTHOR), "leave") == 2
    assert approved.send().status.uncertain == 2
    with approved.database.reading() as session:
        assert [row.how for row in session.scalars(select(ResolutionRow))] == ["leave", "leave"]
    assert approved.issue().state is State.SENT


def test_sending_again_goes_only_to_those_named_with_the_same_message_id(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send()
    before = {str(mail["To"]): mail["Message-ID"] for mail in either_route.mails()}
    make_uncertain(either_route, "ada@example.org", "bob@example.org")
    for path in either_route.mailbox.glob("*.eml"):
        path.unlink()
    settled = either_route.pipeline.resolve(SLUG, either_route.who(AUTHOR), "send_again", ["Ada@Example.org"])
    assert settled == 1
    assert either_route.issue().state is State.SENDING
    result = either_route.send()
    assert (result.status.accepted, result.status.uncertain, result.status.state) == (3, 1, "sent")
    (mail,) = either_route.mails()
    assert (mail["To"], mail["Message-ID"]) == ("ada@example.org", before["ada@example.org"])
    assert either_route.issue().state is State.SENT


def test_settling_somebody_who_is_not_uncertain_settles_nobody(approved: Route) -> None:
    approved.send()
    assert approved.pipeline.resolve(SLUG, approved.who(AUTHOR), "send_again", ["nobody@example.org"]) == 0
    assert approved.issue().state is State.SENT


def test_an_address_that_is_none_is_refused_when_settling(approved: Route) -> None:
    approved.send()
    with pytest.raises(BadInput, match="no address"):
        approved.pipeline.resolve(SLUG, approved.who(AUTHOR), "send_again", ["no address"])


def test_a_stop_keeps_those_it_excluded_out_when_uncertain_ones_are_sent_again(approved: Route) -> None:
    approved.send(wait=False)
    make_uncertain(approved, "ada@example.org")
    approved.pipeline.stop(SLUG, approved.who(AUTHOR))
    assert approved.pipeline.resolve(SLUG, approved.who(AUTHOR), "send_again") == 1
    result = approved.send()
    assert addressees(approved.mails()) == ["ada@example.org"]
    assert (result.status.accepted, result.status.excluded) == (1, {"stopped": 3})


# -- notices -------------------------------------------------------------------------------------------------------


def test_a_test_copy_is_the_mail_with_links_that_change_nothing(either_route: Route) -> None:
    assert either_route.pipeline.test(SLUG, "me@example.org", either_route.who(AUTHOR)) == 2
    deliver_notices(either_route.pipeline)
    mails = either_route.mails()
    assert addressees(mails) == ["me@example.org", "me@example.org"]
    for mail in mails:
        link = either_route.pipeline.links.read(token(mail))
        assert link is not None
        assert link.purpose is Purpose.TEST
        preferences = re.search(r"/p/([a-z2-7]{26})", content(mail, "plain"))
        assert preferences
        assert either_route.pipeline.links.read(preferences[1]).purpose is Purpose.TEST  # type: ignore[union-attr]
        assert "1 Example Square" in content(mail, "plain")
    assert either_route.mailings() == []
    deliver_notices(either_route.pipeline)
    assert len(either_route.mails()) == 2, "once"


def test_a_review_request_asks_and_has_no_way_out_of_a_list(route: Route) -> None:
    route.submit()
    deliver_notices(route.pipeline)
    mails = route.mails()
    assert addressees(mails) == ["admin@example.org", "approver@example.org"]
    for mail in mails:
        assert mail["List-Unsubscribe"] is None
        assert mail["List-Unsubscribe-Post"] is None
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Subject"] == "Please approve: Summer 2024, version 1"
        assert "newsletter issue approve quarterly-2024-q2" in content(mail, "plain")
        # The issue stands below the letter: its ways out are nobody's.
        tokens = set(re.findall(r"/[up]/(\w{26})", content(mail, "plain")))
        assert {link.purpose for one in tokens if (link := route.pipeline.links.read(one))} == {Purpose.TEST}


def test_a_test_copy_to_what_is_no_address_is_refused_and_blocks_nobody(route: Route) -> None:
    for wrong in ("nobody", "a@b@c", "x@example.org\r\nBcc: y@example.org", ""):
        with pytest.raises(BadInput):
            route.pipeline.test(SLUG, wrong, route.who(AUTHOR))
    with route.database.reading() as session:
        assert session.scalars(select(NoticeRow)).all() == []


def test_a_notice_that_can_never_be_written_does_not_hold_up_the_others(route: Route) -> None:
    route.pipeline.test(SLUG, "first@example.org", route.who(AUTHOR))
    with route.database.transaction() as session:
        session.execute(update(NoticeRow).where(NoticeRow.language == "en").values(address="broken address"))
    route.pipeline.test(SLUG, "second@example.org", route.who(AUTHOR))
    deliver_notices(route.pipeline)
    assert Counter(addressees(route.mails())) == {"first@example.org": 1, "second@example.org": 2}
    with route.database.reading() as session:
        states = Counter(session.scalars(select(NoticeRow.state)))
    assert states == {"accepted": 3, "rejected": 1}


def test_a_mail_service_that_is_down_keeps_the_notices_waiting(route: Route) -> None:
    route.pipeline.test(SLUG, "me@example.org", route.who(AUTHOR))
    route.mailbox.write_text("a file where the folder should be")
    with pytest.raises(RouteDown):
        deliver_notices(route.pipeline)
    route.mailbox.unlink()
    deliver_notices(route.pipeline)
    assert len(route.mails()) == 2


# -- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["send", "test"])
def test_links_that_mail_programs_refuse_are_not_mailed(route: Route, verb: str) -> None:
    route.open(base_url="http://news.example.org")
    route.sign_off()
    act = route.send if verb == "send" else lambda: route.pipeline.test(SLUG, "me@example.org", route.who(AUTHOR))
    with pytest.raises(Misconfigured, match=r"BASE_URL is http://news\.example\.org"):
        act()
    assert route.mailings() == []
    assert route.mails() == []
    assert route.issue().state is State.APPROVED


@pytest.mark.parametrize("base", ["http://127.0.0.1:8025", "http://localhost:8025", "http://[::1]:8025"])
def test_on_this_machine_plain_http_will_do(route: Route, base: str) -> None:
    route.open(base_url=base)
    route.sign_off()
    assert route.send().status.accepted == 4
    for mail in route.mails():
        assert str(mail["List-Unsubscribe"]).startswith(f"<{base}/u/")
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_without_a_mail_service_nothing_is_released(approved: Route) -> None:
    approved.open(transport_url="")
    with pytest.raises(Misconfigured, match="TRANSPORT_URL"):
        approved.send()
    assert approved.mailings() == []
    assert approved.issue().state is State.APPROVED


def test_a_mail_service_that_is_down_loses_nobody(approved: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.delivery.sending.PATIENCE", (0.0,))
    approved.mailbox.write_text("a file where the folder should be")
    result = approved.send()
    assert result.tally is not None
    assert "cannot be made" in result.tally.route_error
    assert (result.status.waiting, result.status.state) == (4, "sending")
    approved.mailbox.unlink()
    assert approved.send().status.accepted == 4


def test_an_issue_that_does_not_exist_is_named_with_those_that_are_near(route: Route) -> None:
    with pytest.raises(NotFound, match="did you mean quarterly-2024-q2"):
        route.pipeline.send("quarterly-2024-q3", route.who(AUTHOR))


# -- what is written down ------------------------------------------------------------------------------------------


def test_the_issue_goes_through_its_states_and_each_step_is_logged(route: Route) -> None:
    seen = [route.issue().state]
    author, approver = route.who(AUTHOR), route.who(APPROVER)
    route.edit(subject="A subject of about the right length here")
    for act in (
        route.submit,
        lambda: route.pipeline.request_changes(SLUG, approver, "The subject"),
        route.submit,
        route.approve,
        lambda: route.pipeline.plan(SLUG, route.now + timedelta(days=1), author),
        lambda: route.send(wait=False, now_although_planned=True),
        lambda: route.pipeline.pause(SLUG, author),
        lambda: route.pipeline.resume(SLUG, author),
        route.send,
    ):
        act()
        seen.append(route.issue().state)
    assert seen == [
        "draft", "in_review", "changes_requested", "in_review", "approved", "planned", "sending", "paused", "sending",
        "sent",
    ]  # fmt: skip
    entries = route.activity()
    assert [row.verb for row in entries] == [
        "assemble", "edit", "edit", "edit", "submit", "request-changes", "submit", "approve", "plan",
        "send", "pause", "resume",
    ]  # fmt: skip
    assert {(row.via, row.os_user) for row in entries} == {("cli", "tester")}
    assert all(row.issue_id == route.issue().id for row in entries)
    assert [row.staff_id for row in entries if row.verb == "approve"] == [approver.staff_id]
    assert [row.staff_id for row in entries if row.verb == "send"] == [author.staff_id]


def test_what_is_refused_is_not_logged_as_done(route: Route) -> None:
    before = len(route.activity())
    with pytest.raises(IllegalMove):
        route.approve()
    with pytest.raises(IllegalMove):
        route.pipeline.pause(SLUG, route.who(AUTHOR))
    assert len(route.activity()) == before
