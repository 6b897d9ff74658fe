"""Trying again what was put off or refused, and one more copy for one reader."""

import re
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from newsletter.cli.main import app
from newsletter.cli.sending import deliver_notices
from newsletter.delivery.ledger import sums
from newsletter.delivery.model import Fault, Outcome, RouteDown, Verdict
from newsletter.delivery.tables import AttemptRow, DeliveryRow, MailingRow, NoticeRow, ResolutionRow
from newsletter.errors import BadInput, IllegalMove, Misconfigured, NotApproved
from newsletter.issues.model import State
from newsletter.rendering.mime import Compiled
from subscribers import Purpose
from subscribers.tables import SubscriberRow
from tests.route import AUTHOR, SLUG, SUBJECT, SUBJECT_ES, Route, later
from tests.test_authority import _configured
from tests.test_mending import Wired, wire
from tests.test_pipeline import content, token

FAULTS = {"ada": Fault.READER, "bob": Fault.SENDER, "eve": Fault.ROUTE}


class Refusing(Wired):
    """Says to some readers what it is told to say."""

    def __init__(self, verdict: Verdict = Verdict.REJECTED) -> None:
        super().__init__()
        self.verdict, self.seen = verdict, []

    def lane(self, compiled: Compiled) -> Any:
        lane, transport = super().lane(compiled), self

        class Lane:
            def hand_over(self, letters: Any, key: str) -> Any:
                for letter in letters:
                    transport.seen.append((letter.address, letter.headers[1], letter.return_path))
                    fault = FAULTS.get(letter.address.partition("@")[0])
                    if fault is None:
                        yield from lane.hand_over([letter], key)
                    else:
                        yield Outcome(letter.delivery, transport.verdict, fault, 550, text="no")

            def close(self) -> None: ...

        return Lane()


def retry(route: Route, *readers: str, **options: bool) -> tuple[int, int]:
    return route.pipeline.retry(SLUG, route.who(AUTHOR), readers, **options)


def refused(route: Route, monkeypatch: pytest.MonkeyPatch, verdict: Verdict = Verdict.REJECTED) -> Refusing:
    route.sign_off()
    wire(monkeypatch, transport := Refusing(verdict))
    route.send()
    return transport


# -- retry ----------------------------------------------------------------------------------------------------------


def test_the_refused_wait_again_but_for_those_whose_own_mailbox_refuses(
    either_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = refused(either_route, monkeypatch)
    assert either_route.issue().state is State.SENT
    assert retry(either_route) == (0, 2)
    assert either_route.issue().state is State.SENDING
    assert either_route.mailings()[0].finished_at is None
    assert either_route.deliveries() == {"accepted": 1, "rejected": 1, "waiting": 2}
    wire(monkeypatch, after := Wired())
    status = either_route.send().status
    assert sorted(after.got()) == ["bob@example.org", "eve@example.org"]
    assert (status.state, status.accepted, status.rejected, status.balances) == ("sent", 3, 1, True)
    said = {address: (headers, path) for address, headers, path in before.seen}
    for path, address, message in after.messages:
        assert said[address][0] in message, "the same Message-ID"
        assert said[address][1] == path, "the same return path"
    with either_route.database.reading() as session:
        assert [row.how for row in session.scalars(select(ResolutionRow))] == ["retry", "retry"]


def test_who_is_named_is_tried_again_whatever_it_was(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(either_route, monkeypatch)
    assert retry(either_route, "Ada@example.org") == (0, 1)
    wire(monkeypatch, after := Wired())
    assert either_route.send().status.rejected == 2
    assert after.got() == ["ada@example.org"]


def test_the_last_answer_counts_not_the_first(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put off by the route at first, and then refused by the reader's own mailbox: it is the reader's fault."""
    refused(route, monkeypatch)
    with route.database.transaction() as session:
        of_bob = select(SubscriberRow.id).where(SubscriberRow.address == "bob@example.org").scalar_subquery()
        bob = session.scalars(select(DeliveryRow.id).where(DeliveryRow.subscriber_id == of_bob)).one()
        session.add(AttemptRow(delivery_id=bob, at=route.now, verdict="rejected", fault="reader", text="no such user"))
    assert retry(route) == (0, 1)


def test_what_was_put_off_is_due_at_once(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(either_route, monkeypatch, Verdict.DEFERRED)
    wire(monkeypatch, after := Wired())
    assert either_route.send().status.deferred == 3
    assert retry(either_route, rejected=False) == (3, 0)
    assert either_route.send().status.accepted == 4
    assert len(after.messages) == 3


def test_each_of_both_can_be_asked_for_alone(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(route, monkeypatch)
    with route.database.transaction() as session:
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id == 1)
            .values(state="deferred", due_at=route.now + timedelta(hours=1))
        )
        session.execute(update(MailingRow).values(state="sending", finished_at=None))
    assert retry(route, rejected=False) == (1, 0)
    assert retry(route, deferred=False)[0] == 0


def test_the_hours_of_trying_begin_anew(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given up after 72 hours, then tried again by hand: one more 'later' does not end it at once."""
    transport = refused(either_route, monkeypatch, Verdict.DEFERRED)
    for _ in range(7):
        later(either_route, hours=12)
        either_route.send()
    assert either_route.deliveries() == {"accepted": 1, "rejected": 3}
    assert retry(either_route, "bob@example.org") == (0, 1)
    assert either_route.send().status.deferred == 1
    with either_route.database.reading() as session:
        due = session.scalars(select(DeliveryRow.due_at).where(DeliveryRow.state == "deferred")).one()
        assert due == either_route.now + timedelta(minutes=10)
    assert transport.seen


def test_a_retry_in_a_stopped_issue_leaves_the_stopped_where_they_are(
    either_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    either_route.sign_off()
    either_route.send(wait=False)
    with either_route.database.transaction() as session:
        session.execute(update(DeliveryRow).where(DeliveryRow.id == 1).values(state="rejected"))
    either_route.pipeline.stop(SLUG, either_route.who(AUTHOR))
    assert retry(either_route) == (0, 1)
    status = either_route.send().status
    assert (status.state, status.accepted, status.excluded) == ("stopped", 1, {"stopped": 3})


def test_what_was_never_sent_is_not_tried_again(approved: Route) -> None:
    with pytest.raises(IllegalMove, match="never sent"):
        retry(approved)


def test_a_retry_is_typed_and_says_how_many(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(route, monkeypatch)
    monkeypatch.undo()
    words = ["--config", str(_configured(route)), "issue", "retry", SLUG, "--by", AUTHOR]
    done = CliRunner().invoke(app, words)
    assert "0 that were put off are due now; 2 that were refused wait again." in done.output
    assert f"newsletter issue send {SLUG} --by {AUTHOR}" in done.output
    nothing = CliRunner().invoke(app, [*words, "--deferred"])
    assert (nothing.exit_code, "Nothing to try again" in nothing.output) == (0, True)
    assert (route.activity()[-2].verb, route.activity()[-2].detail["rejected"]) == ("retry", 2)


# -- one more copy --------------------------------------------------------------------------------------------------


def copy(route: Route, address: str) -> int:
    return route.pipeline.copy(SLUG, address, route.who(AUTHOR))


def sent(route: Route) -> Route:
    route.sign_off()
    route.send()
    for path in route.mailbox.glob("*.eml"):
        path.rename(path.with_suffix(".first"))
    return route


def notices(route: Route) -> list[NoticeRow]:
    with route.database.reading() as session:
        return list(session.scalars(select(NoticeRow).where(NoticeRow.kind == "copy").order_by(NoticeRow.id)))


def firsts(route: Route) -> dict[str, EmailMessage]:
    parser: BytesParser[EmailMessage] = BytesParser(policy=policy.default)
    mails = [parser.parsebytes(path.read_bytes()) for path in route.mailbox.glob("*.first")]
    return {str(mail["To"]): mail for mail in mails}


@pytest.mark.parametrize(("address", "subject"), [("ada@example.org", SUBJECT), ("dario@example.org", SUBJECT_ES)])
def test_it_is_the_same_mail_but_for_its_message_id(either_route: Route, address: str, subject: str) -> None:
    sent(either_route)
    copy(either_route, address.upper())
    deliver_notices(either_route.pipeline)
    (mail,) = [mail for mail in either_route.mails() if mail["List-Id"]]
    first = firsts(either_route)[address]
    assert mail["To"] == address
    assert mail["Subject"] == subject
    assert mail["Message-ID"] != first["Message-ID"]
    assert mail.keys() == first.keys()
    for name in set(first.keys()) - {"Message-ID", "Date", "Content-Type"}:
        assert mail[name] == first[name], name
    for kind in ("plain", "html"):
        assert content(mail, kind) == content(first, kind)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = either_route.pipeline.links.read(token(mail))
    assert link is not None
    with either_route.database.reading() as session:
        own = either_route.pipeline.book.subscription_id(session, address, either_route.list_id())
    assert (link.purpose, link.id) == (Purpose.UNSUBSCRIBE, own)


def test_its_return_path_names_the_copy(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(route)
    wire(monkeypatch, transport := Wired())
    notice = copy(route, "ada@example.org")
    deliver_notices(route.pipeline)
    ((path, address, message),) = [one for one in transport.messages if b"List-Id" in one[2]]
    assert address == "ada@example.org"
    assert path.endswith("@bounces.example.org")
    named = re.search(rb"(?m)^Message-ID: <([a-z2-7]{26})@", message)
    assert named
    for token_ in (path.removeprefix("b-").partition("@")[0], named[1].decode()):
        link = route.pipeline.links.read(token_)
        assert link is not None
        assert (link.purpose, link.id) == (Purpose.NOTICE, notice), "no delivery's, whatever its number"


def test_the_ledger_does_not_change_and_each_is_logged(either_route: Route) -> None:
    sent(either_route)
    mailing = either_route.mailings()[0]
    with either_route.database.reading() as session:
        before = sums(session, mailing.id)
    for _ in range(2):
        copy(either_route, "ada@example.org")
    deliver_notices(either_route.pipeline)
    with either_route.database.reading() as session:
        assert sums(session, mailing.id) == before
    assert either_route.send().tally is None
    assert [row.state for row in notices(either_route)] == ["accepted", "accepted"]
    assert {(row.mailing_id, row.address, row.subscriber_id is not None) for row in notices(either_route)} == {
        (mailing.id, None, True)
    }
    assert [row.verb for row in either_route.activity()][-2:] == ["copy", "copy"]
    ids = {str(mail["Message-ID"]) for mail in either_route.mails() if mail["List-Id"]}
    assert len(ids) == 2


def test_who_may_not_be_mailed_gets_none(either_route: Route) -> None:
    sent(either_route)
    either_route.add_reader("late@example.org")
    either_route.unsubscribe("bob@example.org")
    for address, why in (
        ("late@example.org", "not among the readers"), ("nobody@example.org", "not among the readers"),
        ("bob@example.org", "may not be mailed: has left the list"),
    ):  # fmt: skip
        with pytest.raises(IllegalMove, match=why):
            copy(either_route, address)
    with pytest.raises(BadInput):
        copy(either_route, "no address")
    assert notices(either_route) == []


def test_who_leaves_before_its_turn_gets_none(either_route: Route) -> None:
    sent(either_route)
    copy(either_route, "bob@example.org")
    copy(either_route, "ada@example.org")
    either_route.unsubscribe("bob@example.org")
    assert deliver_notices(either_route.pipeline)[-1:] == (
        "rejected: This reader may not be mailed any more: unsubscribed.",
    )
    assert [(row.state, row.text) for row in notices(either_route)] == [
        ("excluded", "unsubscribed"),
        ("accepted", None),
    ]
    assert [str(mail["To"]) for mail in either_route.mails() if mail["List-Id"]] == ["ada@example.org"]
    assert deliver_notices(either_route.pipeline) == ()


@pytest.mark.parametrize(
    ("state", "excluded", "why"),
    [("waiting", None, "not had its turn"), ("deferred", None, "retried"),
     ("excluded", "stopped", "Mend it")],
)  # fmt: skip
def test_whose_own_copy_comes_yet_or_was_stopped_gets_none(
    route: Route, state: str, excluded: str | None, why: str
) -> None:
    sent(route)
    with route.database.transaction() as session:
        session.execute(update(DeliveryRow).values(state=state, excluded=excluded))
    with pytest.raises(IllegalMove, match=why):
        copy(route, "ada@example.org")


def test_a_new_address_gets_the_copy(route: Route) -> None:
    """Addresses are asked when its turn comes, and stored in no notice."""
    sent(route)
    copy(route, "ada@example.org")
    with route.database.transaction() as session:
        ada = update(SubscriberRow).where(SubscriberRow.address == "ada@example.org")
        session.execute(ada.values(address="ada@new.example.org"))
    deliver_notices(route.pipeline)
    assert [str(mail["To"]) for mail in route.mails() if mail["List-Id"]] == ["ada@new.example.org"]


def test_what_was_changed_in_the_store_is_not_copied(route: Route) -> None:
    sent(route)
    with route.database.transaction() as session:
        session.execute(update(NoticeRow.metadata.tables["snapshot_parts"]).values(subject="Another"))
    with pytest.raises(NotApproved):
        copy(route, "ada@example.org")


def test_links_that_nobody_can_open_are_not_copied(route: Route) -> None:
    sent(route)
    route.open(base_url="http://news.example.org")
    with pytest.raises(Misconfigured):
        copy(route, "ada@example.org")


def test_a_mail_service_that_is_down_keeps_the_copy_waiting(route: Route) -> None:
    sent(route)
    copy(route, "ada@example.org")
    route.open(transport_url=f"folder://{route.folder / 'newsletter.db'}")
    with pytest.raises(RouteDown):
        deliver_notices(route.pipeline)
    route.open(transport_url=f"folder://{route.mailbox}")
    deliver_notices(route.pipeline)
    assert notices(route)[0].state == "accepted"


def test_a_copy_is_typed(route: Route) -> None:
    sent(route)
    done = CliRunner().invoke(
        app, ["--config", str(_configured(route)), "issue", "copy", SLUG, "--to", "eve@example.org", "--by", AUTHOR]
    )
    assert (done.exit_code, done.output) == (0, "One more copy is on its way to eve@example.org.\n")
    with route.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DeliveryRow)) == 4
