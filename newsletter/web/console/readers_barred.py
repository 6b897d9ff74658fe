"""The do-not-mail list: searched, added to, taken from with a reason, taken out as a file; and the readers as one."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

import subscribers
from newsletter.errors import Refusal
from newsletter.web.console.desk import Desk
from newsletter.web.console.readers import WHY_NEVER
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.forms import Form, Posted
from subscribers import barring, exporting

_PAGE = "/readers/do-not-mail"
_LONGEST = 254
_ROWS = 500  # of a file, sent together
REASONS: Mapping[str, str] = {reason: words for reason, words in WHY_NEVER.items() if reason != "erased"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was searched for."""

    text: str
    reason: str
    before: int | None

    def query(self, before: int | None = None) -> str:
        """For a link to another page of the same."""
        chosen = {"q": self.text, "reason": self.reason, "before": before}
        return urlencode({name: str(value) for name, value in chosen.items() if value})


def bring(desk: Desk, routes: Routes) -> None:
    """/console/readers/do-not-mail and what its forms do; /console/readers/export."""
    tending = desk.pipeline.tending

    def show(request: Request) -> Response:
        return _page(desk, request)

    def add(request: Request, actor: Acting, form: Posted) -> Response:
        try:
            done = tending.bar_many(form.get("addresses"), form.get("because"), actor)
        except Refusal as refusal:
            return _page(desk, request, str(refusal), form)
        return desk.to(f"/console{_PAGE}", done)

    def lift(actor: Acting, form: Posted) -> Response:
        return desk.to(f"/console{_PAGE}", tending.unbar_address(form.get("address"), form.get("because"), actor))

    def take_out(actor: Acting) -> Response:
        return _file(f"do-not-mail-{desk.when.now:%Y-%m-%d}", tending.export_barred(actor))

    def export(actor: Acting, form: Posted) -> Response:
        slug = form.get("list")
        rows = tending.export(slug, actor)
        return _file(f"readers-{slug}-{desk.when.now:%Y-%m-%d}", rows)

    routes.get(_PAGE, "look", show)
    routes.post(_PAGE, "suppress", add)
    routes.post(f"{_PAGE}/lift", "unsuppress", lift)
    routes.post(f"{_PAGE}/export", "export", take_out)
    routes.post("/readers/export", "export", export)


def _page(desk: Desk, request: Request, problem: str = "", form: Form | None = None) -> Response:
    asked = _asked(request)
    with desk.pipeline.database.reading() as session:
        rows, before = barring.page(
            session, asked.text, _hash(desk, asked.text), reason=asked.reason, before=asked.before
        )
        sums = barring.counts(session)
    typed = {name: form.get(name) if form else "" for name in ("addresses", "because")}
    return desk.page(
        request, "readers_barred", status=400 if problem else 200, problem=problem, rows=rows, asked=asked, sums=sums,
        reasons=REASONS, typed=typed, earlier=asked.query(before) if before else "",
    )  # fmt: skip


def _asked(request: Request) -> Asked:
    asked = request.query_params
    before, reason = asked.get("before", ""), asked.get("reason", "")
    return Asked(
        "".join(asked.get("q", "").replace("\0", "").split())[:_LONGEST],
        reason if reason in REASONS else "",
        int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None,
    )


def _hash(desk: Desk, text: str) -> str:
    """By which an address is found that nobody here has; "" for what is no whole address."""
    try:
        return desk.pipeline.book.hash(subscribers.parse(text))
    except subscribers.AddressError:
        return ""


def _file(name: str, rows: Iterator[tuple[str, ...]]) -> Response:
    """A CSV that spreadsheets open as it is meant: by its mark as UTF-8, and without formulas."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_written(rows), media_type="text/csv; charset=utf-8", headers=headers)


def _written(rows: Iterator[tuple[str, ...]]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"
    while some := list(islice(rows, _ROWS)):
        text = StringIO(newline="")
        csv.writer(text).writerows(map(exporting.defused, row) for row in some)
        yield text.getvalue().encode()
