"""Asking somebody for a text, by a day; or somebody else, or by another one."""

from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter.issues import places
from newsletter.issues.model import BLOCK_NAMES
from newsletter.issues.owed import IN_WORDS
from newsletter.staff import people
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.writing import forms
from newsletter.web.console.writing.answers import Answers
from newsletter.web.console.writing.block import kind_of
from newsletter.web.console.writing.fields import day, maybe
from newsletter.web.console.writing.forms import Sheet
from newsletter.web.forms import Posted


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/ask."""
    answers, editor = Answers(desk), desk.pipeline.editor

    def asking(request: Request, key: str) -> Response:
        return forms.shown(
            desk, request, key, "ask", "Ask somebody for it", lambda session, sheet: _ask(session, sheet, request)
        )

    def asked(request: Request, key: str, actor: Acting, form: Posted) -> Response:
        due = day(form.get("due"), "Give the day by which it should be there.")
        return answers.edit(
            request, key, form,
            lambda base: editor.ask(
                key, actor, form.get("kind"), form.get("owner"), due, section=form.get("section") or None,
                block=maybe(form, "block"), base=base,
            ),
        )  # fmt: skip

    routes.get("/issues/{key}/write/ask", "look", asking)
    routes.post("/issues/{key}/write/ask", "edit", asked)


def _ask(session: Session, sheet: Sheet, request: Request) -> dict[str, Any]:
    block = request.query_params.get("block", "")
    known = block if block.isdecimal() and places.block(int(block)) in sheet.known else ""
    kind = kind_of(sheet.known, int(known)) if known else request.query_params.get("kind", "")
    return {
        "block": known, "kind": kind, "kinds": [(one.value, BLOCK_NAMES[one]) for one in IN_WORDS],
        "people": people.everybody(session), "place": "",
    }  # fmt: skip
