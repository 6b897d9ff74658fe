"""Subject and preview line in each language, and which language versions there are."""

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter.approval.versions import editions
from newsletter.issues import contents, views
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.writing import forms, words
from newsletter.web.console.writing.answers import Answers
from newsletter.web.console.writing.forms import Sheet
from newsletter.web.forms import Posted

_MOST_SUBJECT, _MOST_PREVIEW = 60, 110  # letters that inboxes show


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/inbox."""
    answers, editor = Answers(desk), desk.pipeline.editor

    def show(request: Request, key: str) -> Response:
        return forms.shown(desk, request, key, "inbox", "Subject and preview line", _facts)

    def worded(request: Request, key: str, actor: Acting, form: Posted) -> Response:
        language = form.get("language")
        given = {name: form.get(name) for name in ("subject", "preview") if form.has(name)}
        return answers.edit(
            request, key, form, lambda base: editor.word_issue(key, actor, language=language, **given, base=base),
            onward="/inbox", onward_query={"language": language}, texts=lambda: _texts(desk, key, language),
        )  # fmt: skip

    def dropped(request: Request, key: str, actor: Acting, form: Posted) -> Response:
        return answers.edit(
            request, key, form, lambda base: editor.drop_language(key, actor, form.get("language"), base=base)
        )

    routes.get("/issues/{key}/write/inbox", "look", show)
    routes.post("/issues/{key}/write/inbox", "edit", worded)
    routes.post("/issues/{key}/write/inbox/drop", "edit", dropped)


def _facts(_: Session, sheet: Sheet) -> dict[str, object]:
    there = editions(sheet.draft)
    return {
        "worded": words.of_issue(sheet.known, sheet.language, sheet.first, there),
        "said": there,
        "most_subject": _MOST_SUBJECT,
        "most_preview": _MOST_PREVIEW,
        "place": f"subject:{sheet.language}",
    }


def _texts(desk: Desk, key: str, language: str) -> dict[str, str]:
    with desk.pipeline.database.reading() as session:
        known = contents.read(session, views.find(session, key).id)
    return dict(words.of_issue(known, language, language, ()).texts)
