"""Who received an issue: searched and paged, each with one copy more for whoever asks; and the same as files."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery import reasons, recipients
from newsletter.delivery.mailings import latest
from newsletter.delivery.recipients import Recipient
from newsletter.delivery.tables import MailingRow
from newsletter.delivery.views import rounds_of
from newsletter.errors import NotFound
from newsletter.issues import views
from newsletter.issues.views import IssueSummary
from newsletter.rhythm.letters.saying import When
from newsletter.staff.people import log
from newsletter.web.console import chasing
from newsletter.web.console.desk import Desk
from newsletter.web.console.of_readers import stands
from newsletter.web.console.results import PAGE, to_results
from newsletter.web.console.routes import Acting, Routes, number
from newsletter.web.forms import Posted

COLUMNS = ("email", "name", "language", "outcome", "why", "when", "their words")
_COPIED = frozenset({"accepted", "rejected", "uncertain"})  # whose own copy is not on its way any more
_LONGEST = 254  # of what is searched for


@dataclass(frozen=True, slots=True)
class Line:
    """A reader and where the copy stands. `copied`: one more can be sent."""

    reader: Recipient
    words: str
    at: str
    copied: bool


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/results/readers (`?q=`, `state=`, `after=`), /copy (`?reader=`), and the files."""
    pipeline = desk.pipeline

    def show(request: Request, key: str) -> Response:
        asked = request.query_params
        text = "".join(one for one in asked.get("q", "") if one.isprintable()).strip()[:_LONGEST]
        state, after = asked.get("state", ""), asked.get("after", "")
        with pipeline.database.reading() as session:
            issue, rounds = _rounds(session, key)
            begin = int(after) if after.isascii() and after.isdecimal() and len(after) <= 15 else 0
            found, onward = recipients.page(session, rounds, text=text, state=state, after=begin)
        chosen = {"q": text, "state": state if state in recipients.STATES else ""}
        query = urlencode({name: value for name, value in chosen.items() if value} | {"after": onward or 0})
        return desk.page(
            request, "received", issue=issue.slug, summary=issue, is_out=bool(rounds), states=reasons.STATES,
            lines=[_line(one, desk.when) for one in found], chosen=chosen, onward=query if onward else "",
            later=bool(begin),
        )  # fmt: skip

    def ask(request: Request, key: str) -> Response:
        wanted = request.query_params.get("reader", "")
        with pipeline.database.reading() as session:
            issue, rounds = _rounds(session, key)
            reader = _reader(session, rounds, wanted) if wanted else None
        line = _line(reader, desk.when) if reader else None
        return desk.page(request, "copy_again", issue=issue.slug, summary=issue, line=line)

    def copy(key: str, actor: Acting, form: Posted) -> Response:
        with pipeline.database.reading() as session:
            reader = _reader(session, _rounds(session, key)[1], form.get("reader"))
        if reader.address is None:
            raise NotFound("This reader was erased; no mail goes to them any more.")
        pipeline.copy(key, reader.address, actor)
        return to_results(desk, key, actor)

    def all_of_them(key: str, actor: Acting) -> Response:
        issue, rounds = _logged(desk, key, actor, "everybody")
        return _file(f"{issue.slug}-results.csv", recipients.everyone(pipeline.database.reading, rounds), desk.when)

    def to_chase(key: str, actor: Acting) -> Response:
        issue, rounds = _logged(desk, key, actor, "refused")
        with pipeline.database.reading() as session:
            found = recipients.refused(session, rounds, None) if rounds else ()
        return _file(f"{issue.slug}-refused.csv", found, desk.when)

    routes.get(f"{PAGE}/readers", "look", show)
    routes.get(f"{PAGE}/copy", "copy", ask)
    routes.post(f"{PAGE}/copy", "copy", copy)
    routes.post(f"{PAGE}/download", "export", all_of_them)
    routes.post(f"{PAGE}/chase", "export", to_chase)


def _rounds(session: Session, key: str) -> tuple[IssueSummary, list[MailingRow]]:
    issue = views.find(session, key)
    last = latest(session, issue.id)
    return issue, rounds_of(session, last) if last else []


def _reader(session: Session, rounds: list[MailingRow], text: str) -> Recipient:
    id_ = number(text)
    found = recipients.of(session, rounds, [id_]).get(id_) if rounds else None
    if found is None:
        raise NotFound("This issue was not sent to that reader.")
    return found


def _line(one: Recipient, when: When) -> Line:
    copied = one.state in _COPIED or (one.state == "excluded" and one.excluded != "stopped")
    at = when.said(one.changed_at) if one.changed_at and one.state != "waiting" else ""
    return Line(one, stands(one, when), at, copied and one.address is not None)


def _logged(desk: Desk, key: str, actor: Acting, what: str) -> tuple[IssueSummary, list[MailingRow]]:
    with desk.pipeline.database.transaction() as session:
        issue, rounds = _rounds(session, key)
        log(session, actor, "export", desk.pipeline.clock(), issue.id, readers=what)
    return issue, rounds


def _file(name: str, found: Iterable[Recipient], when: When) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_table(found, when), media_type="text/csv; charset=utf-8", headers=headers)


def _table(found: Iterable[Recipient], when: When) -> Iterator[str]:
    """Lines of a table that any spreadsheet opens, and takes no cell of for a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")  # or Excel takes it for another encoding
    writer.writerow(COLUMNS)
    for one in found:
        writer.writerow([subscribers.exporting.defused(cell) for cell in _cells(one, when)])
        if buffer.tell() > 64_000:
            yield _taken(buffer)
    yield _taken(buffer)


def _cells(one: Recipient, when: When) -> tuple[str, ...]:
    failed = one.state in {"rejected", "deferred"}
    at = one.changed_at.astimezone(when.zone).isoformat(" ", "minutes") if one.changed_at else ""
    left_out = reasons.why_not(one.excluded or "") if one.state == "excluded" else ""
    return (
        one.address or "", one.name, one.language, reasons.STATES.get(one.state, reasons.STATES["waiting"]),
        chasing.why(one) if failed else left_out, at, one.text if failed else "",
    )  # fmt: skip


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
