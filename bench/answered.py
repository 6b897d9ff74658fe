"""An issue of the demo that is out, with answers of every sort: what results look like, for pictures."""

from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

from sqlalchemy import func, select, update

from newsletter.cli import demo
from newsletter.delivery.model import Fault, Letters, Outcome, Verdict
from newsletter.delivery.tables import DeliveryRow
from newsletter.delivery.transports.memory import MemoryLane, MemoryTransport
from newsletter.pipeline import Pipeline
from newsletter.rendering.mime import Compiled
from newsletter.staff.people import Actor, find

NO = (Verdict.REJECTED, Fault.READER, 550, "5.1.1", "5.1.1 The email account that you tried to reach does not exist.")
SHUT = (Verdict.REJECTED, Fault.READER, 550, "5.2.1", "5.2.1 This mailbox is disabled.")
FULL = (Verdict.DEFERRED, Fault.READER, 452, "4.2.2", "4.2.2 The recipient's mailbox is full.")
DISTRUST = (Verdict.REJECTED, Fault.SENDER, 554, "5.7.1", "5.7.1 Message blocked by policy; see our postmaster page.")
SILENT = (Verdict.UNCERTAIN, Fault.NONE, None, None, "The line broke.")
ANSWERS = {11: NO, 12: SHUT, 31: SHUT, 57: SHUT, 80: NO, 101: SHUT, 140: FULL, 141: DISTRUST, 202: SILENT, 203: SILENT,
           204: SILENT, 260: FULL, 300: FULL}  # fmt: skip


class Answering(MemoryTransport):
    """Says now and then something else than yes."""

    def lane(self, compiled: Compiled) -> MemoryLane:
        return AnsweringLane(self, compiled)


class AnsweringLane(MemoryLane):
    """The letter of that number gets that answer."""

    _number = 0

    def hand_over(self, letters: Letters, key: str) -> Iterator[Outcome]:
        for letter in letters:
            AnsweringLane._number += 1
            if answer := ANSWERS.get(AnsweringLane._number):
                verdict, fault, code, enhanced, text = answer
                yield Outcome(letter.delivery, verdict, fault, code, enhanced, text)
            else:
                yield Outcome(letter.delivery, Verdict.ACCEPTED)


def send_out(pipeline: Pipeline, issue: str) -> None:
    """Send what is signed off; the minutes in which it went are spread over half an hour."""
    with pipeline.database.reading() as session:
        author = Actor(find(session, demo.AUTHOR), "cli")
    with patch("newsletter.pipeline.open_transport", lambda name, _: Answering(name)):
        pipeline.send(issue, author)
    with pipeline.database.transaction() as session:
        first, number = session.execute(select(func.min(DeliveryRow.id), func.count(DeliveryRow.id))).one()
        now = pipeline.clock()
        for id_ in session.scalars(select(DeliveryRow.id).where(DeliveryRow.state == "accepted")).all():
            at = now - timedelta(minutes=31 * (1 - ((id_ - first) / number) ** 1.3))
            session.execute(update(DeliveryRow).where(DeliveryRow.id == id_).values(changed_at=at))
