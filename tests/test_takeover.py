"""A second transport takes over what the first one never took; each copy once, whoever is killed on the way."""

import threading
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from newsletter import bootstrap
from newsletter.cli.main import app
from newsletter.delivery.claiming import claim
from newsletter.delivery.ledger import begin
from newsletter.delivery.model import Limits, Outcome, Verdict
from newsletter.delivery.tables import DeliveryRow, HandoverRow, WorkerRow
from newsletter.errors import IllegalMove, Misconfigured
from newsletter.rendering.mime import Compiled
from newsletter.settings import TransportSettings
from tests.conftest import NOW
from tests.route import AUTHOR, SLUG, Route
from tests.smtp_server import ScriptedServer
from tests.test_authority import _configured
from tests.test_mending import Wired, addresses, assert_sums, killed_in_hand, wire, with_readers

READERS, TAKEN = 68, 46


class Full(Wired):
    """Takes so many letters, and puts off all others."""

    def __init__(self, takes: int, name: str = "default", waits_for: threading.Event | None = None) -> None:
        super().__init__(name=name)
        self.takes, self.waits_for, self.asked = takes, waits_for, 0

    def lane(self, compiled: Compiled) -> Any:
        lane, transport = super().lane(compiled), self

        class Lane:
            def hand_over(self, letters: Any, key: str) -> Any:
                for letter in letters:
                    transport.asked += 1
                    if len(transport.messages) < transport.takes:
                        yield from lane.hand_over([letter], key)
                    else:
                        if transport.waits_for:
                            assert transport.waits_for.wait(30)
                        yield Outcome(letter.delivery, Verdict.DEFERRED, code=452, enhanced="4.3.1", text="quota")

            def close(self) -> None: ...

        return Lane()


def wired(monkeypatch: pytest.MonkeyPatch, route: Route, *transports: Any) -> None:
    """Those transports in place of the settings', which name them all."""
    route.open(transports={one.name: TransportSettings(url="memory:") for one in transports if one.name != "default"})
    wire(monkeypatch, *transports)


def over_smtp(route: Route, server: ScriptedServer, second: str) -> None:
    route.open(
        transport_url=f"smtp://127.0.0.1:{server.port}?tls=none&hello=news.example&connections=2",
        transports={"second": TransportSettings(url=second)},
    )


@pytest.mark.parametrize("answer", ["452 4.3.1 quota", "421 4.3.2 come back later"])
def test_a_second_transport_takes_what_the_first_never_took(
    either_route: Route, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """Over the wire: 46 of 68 taken, then 452 or 421 for ever."""
    monkeypatch.setattr("newsletter.delivery.sending.PATIENCE", (0.05,) * 3)
    readers, taken = with_readers(either_route, READERS), []
    lock = threading.Lock()

    def at_the_end(_: str) -> str:
        with lock:
            taken.append(len(taken) < TAKEN)
            return "250 2.0.0 kept" if taken[-1] else answer

    either_route.sign_off()
    with ScriptedServer({"CONTENT": at_the_end}) as server:
        over_smtp(either_route, server, f"folder://{either_route.mailbox}")
        first = either_route.send().status
        accepted = first.accepted
        assert accepted == TAKEN
        assert first.deferred + first.waiting + first.uncertain == READERS - TAKEN
        assert (first.state, first.uncertain, first.balances) == ("sending", 0, True)
        status = either_route.send(transport="second").status
    got = sorted(str(mail["To"]) for mail in either_route.mails() if mail["List-Unsubscribe"])
    assert len(got) == READERS - TAKEN
    assert set(got) < set(readers)
    assert (status.state, status.accepted, status.balances) == ("sent", READERS, True)
    assert either_route.mailings()[0].transport == "second"
    assert_sums(either_route)


def test_with_the_first_sender_still_at_work(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hands over nothing more, and what it puts off after it was relieved is the second's at once."""
    readers, go = with_readers(either_route, READERS), threading.Event()
    either_route.sign_off()
    wired(monkeypatch, either_route, first := Full(TAKEN, waits_for=go), second := Wired(name="second"))
    failures: list[Exception] = []
    senders = [threading.Thread(target=_send, args=(either_route, failures)) for _ in range(2)]
    senders[0].start()
    while first.asked <= TAKEN:
        time.sleep(0.01)
    assert either_route.send(transport="second", wait=False).status.in_hand > 0
    senders[1].start()
    while len(second.messages) < 5:
        time.sleep(0.01)
    go.set()
    for sender in senders:
        sender.join()
    assert failures == []
    assert Counter([*first.got(), *second.got()]) == Counter(readers)
    status = either_route.send().status
    assert (status.state, status.accepted, status.deferred, status.balances) == ("sent", READERS, 0, True)
    assert len(first.got()) == TAKEN
    either_route.now += timedelta(hours=1)
    asked = first.asked
    assert either_route.send().tally is None
    assert first.asked == asked


def _send(route: Route, failures: list[Exception]) -> None:
    pipeline = bootstrap.assemble(route.settings, lambda: route.now)
    try:
        pipeline.send(SLUG, route.who(AUTHOR))
    except Exception as error:  # noqa: BLE001 -- told in the test's own thread
        failures.append(error)


def test_a_sender_is_bound_to_its_transport(either_route: Route) -> None:
    """What it would claim after the takeover, it does not get."""
    either_route.sign_off()
    either_route.send(wait=False)
    mailing = either_route.mailings()[0].id
    with either_route.database.transaction() as session:
        worker = WorkerRow(host="elsewhere", pid=1, started="1", registered_at=NOW, alive_until=NOW.replace(year=2999))
        session.add(worker)
        session.flush()
        assert claim(session, mailing, worker.id, 2, NOW, "second") == []
        assert len(claim(session, mailing, worker.id, 2, NOW, "default")) == 2


@pytest.mark.parametrize("moment", ["taken over", "in hand"])
def test_killed_in_the_middle_of_the_takeover(
    either_route: Route, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    readers = with_readers(either_route, READERS)
    either_route.sign_off()
    wired(monkeypatch, either_route, first := Full(TAKEN), second := Wired(name="second"))
    assert either_route.send().status.deferred == READERS - TAKEN
    either_route.send(transport="second", wait=False)
    unsure: set[str] = set()
    if moment == "in hand":
        unsure = addresses(either_route, _killed_over(either_route, "second", 4))
    status = either_route.send().status
    assert Counter([*first.got(), *second.got()]) == Counter(set(readers) - unsure)
    assert (status.state, status.accepted, status.uncertain) == ("sent", READERS - len(unsure), len(unsure))
    assert status.balances


def _killed_over(route: Route, transport: str, number: int) -> list[int]:
    mailing = route.mailings()[-1].id
    with route.database.transaction() as session:
        worker = WorkerRow(host="a host that is no more", pid=1, started="1", registered_at=NOW, alive_until=NOW)
        session.add(worker)
        session.flush()
        found = claim(session, mailing, worker.id, number, route.now, transport)
        assert len(found) == number
        begin(session, DeliveryRow, [one.delivery for one in found], worker.id, transport, route.now, mailing)
    return [one.subscriber for one in found]


def test_the_uncertain_are_not_taken_over(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    readers = with_readers(either_route)
    either_route.sign_off()
    either_route.send(wait=False)
    unsure = addresses(either_route, killed_in_hand(either_route, 5))
    wired(monkeypatch, either_route, second := Wired(name="second"))
    status = either_route.send(transport="second").status
    assert Counter(second.got()) == Counter(set(readers) - unsure)
    assert (status.accepted, status.uncertain) == (len(readers) - 5, 5)


def test_the_transport_stays_for_whoever_goes_on(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    either_route.sign_off()
    wired(monkeypatch, either_route, first := Full(2), second := Full(1, "second"))
    assert either_route.send().status.deferred == 2
    either_route.now += timedelta(minutes=1)
    status = either_route.send(transport="second").status
    assert (status.accepted, status.deferred, status.transport) == (3, 1, "second")
    with either_route.database.reading() as session:
        (due,) = session.scalars(select(DeliveryRow.due_at).where(DeliveryRow.state == "deferred"))
        assert due > either_route.now, "what the second itself puts off waits as usual"
        over = session.scalars(select(HandoverRow.transport).order_by(HandoverRow.id)).all()
    assert set(over) == {"default", "second"}
    second.takes = 9
    either_route.now += timedelta(hours=1)
    assert either_route.send().status.accepted == 4
    assert len(first.messages) == 2
    assert [row.detail.get("transport") for row in either_route.activity() if row.verb == "send"] == [None, "second"]


def test_a_new_issue_may_go_by_a_named_transport_from_the_start(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    route.sign_off()
    wired(monkeypatch, route, first := Wired(), second := Wired(name="second"))
    assert route.send(transport="second").status.accepted == 4
    assert first.messages == []
    assert len(second.messages) == 4


def test_a_transport_that_is_not_set_takes_nothing_over(route: Route) -> None:
    route.sign_off()
    with pytest.raises(Misconfigured, match=r"\[transports\.second\] url"):
        route.send(transport="second")
    assert route.mailings() == []
    route.send(wait=False)
    with pytest.raises(Misconfigured):
        route.send(transport="second")
    assert route.mailings()[0].transport == "default"


def test_what_is_paused_is_resumed_before_another_takes_it_over(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    route.sign_off()
    wired(monkeypatch, route, Wired(), Wired(name="second"))
    route.send(wait=False)
    route.pipeline.pause(SLUG, route.who(AUTHOR))
    with pytest.raises(IllegalMove, match="resume"):
        route.send(transport="second")
    assert route.mailings()[0].transport == "default"


def test_it_is_typed_with_the_transports_name(route: Route) -> None:
    route.sign_off()
    config = _configured(route)
    with config.open("a", encoding="utf-8") as file:
        file.write(f'[transports.second]\nurl = "folder://{route.folder / "second"}"\n')
    route.send(wait=False)
    words = ["--config", str(config), "issue", "send", SLUG, "--by", AUTHOR, "--transport", "second"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert len(list((route.folder / "second").glob("*.eml"))) == 4
    assert not route.mailbox.exists()
    wrong = CliRunner().invoke(app, [*words[:-1], "third"])
    assert wrong.exit_code == 1
    assert "[transports.third] url" in wrong.output
