"""Text, quote, numbers, button and the director's note, in each language."""

from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter.errors import NotFound
from newsletter.issues import contents, measures, places, views
from newsletter.issues.blocks import FIELDS, block_kind
from newsletter.issues.model import BLOCK_NAMES, BlockKind
from newsletter.issues.places import Contents
from newsletter.staff import people
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.writing import forms, pictures, words
from newsletter.web.console.writing.answers import Answers
from newsletter.web.console.writing.forms import Sheet
from newsletter.web.forms import Form, Posted

_AT = "/issues/{key}/write/block/{block}"
LABELS = {
    "text": "Text", "heading": "Heading", "name": "Name", "role": "Role", "label": "Words on the button",
    "url": "Where it leads", "figures": "Figures",
}  # fmt: skip
_HINTS = {
    "figures": "One a line: value | what it counts | source. At most six.",
    "url": "A whole address: https://example.org/page",
}
_LENGTHS = {BlockKind.DIRECTOR: measures.NOTE, BlockKind.QUOTE: (0, measures.MOST_QUOTE)}


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/block/{block}, /block/new."""
    answers, editor = Answers(desk), desk.pipeline.editor

    def fresh(request: Request, key: str) -> Response:
        kind = block_kind(request.query_params.get("kind", "text"))
        return forms.shown(desk, request, key, "block", _adding(kind), lambda _, sheet: _new(sheet, kind))

    def show(request: Request, key: str, block: int) -> Response:
        return forms.shown(
            desk, request, key, "block", "Change a text", lambda session, sheet: _facts(session, sheet, block)
        )

    def added(request: Request, key: str, actor: Acting, form: Posted) -> Response:
        kind = block_kind(form.get("kind"))
        return answers.edit(
            request, key, form,
            lambda base: editor.add_block(
                key, actor, kind, _given(kind, form), language=form.get("language") or None,
                section=form.get("section") or None, base=base,
            ),
        )  # fmt: skip

    def worded(request: Request, key: str, block: int, actor: Acting, form: Posted) -> Response:
        kind, language = _kind(desk, key, block), form.get("language")
        return answers.edit(
            request, key, form,
            lambda base: editor.word_block(key, actor, block, _given(kind, form), language=language, base=base),
            onward=f"/block/{block}", onward_query={"language": language},
            texts=lambda: _texts(desk, key, block, kind, language),
        )  # fmt: skip

    def dropped(request: Request, key: str, block: int, actor: Acting, form: Posted) -> Response:
        return answers.edit(
            request, key, form,
            lambda base: editor.drop_block_wording(key, actor, block, form.get("language"), base=base),
            onward=f"/block/{block}",
        )  # fmt: skip

    routes.get("/issues/{key}/write/block/new", "look", fresh)
    routes.get(_AT, "look", show)
    routes.post("/issues/{key}/write/blocks", "edit", added)
    routes.post(f"{_AT}/words", "edit", worded)
    routes.post(f"{_AT}/drop", "edit", dropped)


def _adding(kind: BlockKind) -> str:
    return "Write the director’s note" if kind is BlockKind.DIRECTOR else f"Add: {BLOCK_NAMES[kind].lower()}"


def _new(sheet: Sheet, kind: BlockKind) -> dict[str, Any]:
    empty = {name: "" for part in FIELDS[kind] for name in part}
    worded = words.Worded(sheet.language, empty, there=False, source_language="", source={})
    return _shared(kind) | {
        "block": None,
        "worded": worded,
        "said": (),
        "spoken": (),
        "owed": None,
        "picture": None,
        "place": "",
    }


def _facts(session: Session, sheet: Sheet, block: int) -> dict[str, Any]:
    kind = kind_of(sheet.known, block)
    owes = sheet.known.get(places.block(block, "owed"))
    said = contents.block_languages(sheet.known, block)
    person = people.by_id(session, owes["owner"]) if owes and not said else None
    return _shared(kind) | {
        "block": block,
        "worded": words.of_block(sheet.known, block, kind, sheet.language, sheet.first),
        "said": said,
        "spoken": sheet.spoken(said),
        "owed": {"by": person.name or person.email, "due": owes["due"]} if person and owes else None,
        "picture": pictures.of_block(session, sheet.known, block),
        "place": f"block:{block}",
    }


def _shared(kind: BlockKind) -> dict[str, Any]:
    return {
        "kind": kind, "name": BLOCK_NAMES[kind], "required": FIELDS[kind].required, "labels": LABELS, "hints": _HINTS,
        "fields_of": [name for part in FIELDS[kind] for name in part],
        "measure": _LENGTHS.get(kind, (0, 0)), "has_picture": kind is BlockKind.DIRECTOR,
    }  # fmt: skip


def _given(kind: BlockKind, form: Form) -> dict[str, str]:
    return {name: form.get(name) for part in FIELDS[kind] for name in part if form.has(name)}


def kind_of(known: Contents, block: int) -> BlockKind:
    found = known.get(places.block(block))
    if found is None:
        raise NotFound("This text is not in the mail (any more). Open the list anew to see what is.")
    return BlockKind(found["kind"])


def _kind(desk: Desk, key: str, block: int) -> BlockKind:
    with desk.pipeline.database.reading() as session:
        return kind_of(contents.read(session, views.find(session, key).id), block)


def _texts(desk: Desk, key: str, block: int, kind: BlockKind, language: str) -> dict[str, str]:
    with desk.pipeline.database.reading() as session:
        known = contents.read(session, views.find(session, key).id)
    return dict(words.of_block(known, block, kind, language, language).texts)
