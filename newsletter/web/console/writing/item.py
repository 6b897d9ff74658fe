"""One item: its words in each language, its picture, and what the website has changed of it."""

from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter.errors import NotFound
from newsletter.issues import contents, views
from newsletter.issues.listing import listing
from newsletter.issues.listing_items import ListedItem
from newsletter.issues.model import Item
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.writing import facts, forms, pictures, words
from newsletter.web.console.writing.answers import Answers
from newsletter.web.console.writing.forms import Sheet
from newsletter.web.console.writing.shelf import marks
from newsletter.web.forms import Posted

_AT = "/issues/{key}/write/item/{publication}"


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/item/{publication} and the forms on it."""
    answers, editor = Answers(desk), desk.pipeline.editor

    def show(request: Request, key: str, publication: int) -> Response:
        return forms.shown(
            desk, request, key, "item", "Change an item", lambda session, sheet: _facts(session, sheet, publication)
        )

    def worded(request: Request, key: str, publication: int, actor: Acting, form: Posted) -> Response:
        language = form.get("language")
        given = {name: form.get(name) for name in words.ITEM if form.has(name)}
        return answers.edit(
            request, key, form,
            lambda base: editor.word_item(key, actor, publication, language, **given, base=base),
            onward=f"/item/{publication}", onward_query={"language": language},
            texts=lambda: _texts(desk, key, publication, language),
        )  # fmt: skip

    def dropped(request: Request, key: str, publication: int, actor: Acting, form: Posted) -> Response:
        return answers.edit(
            request, key, form,
            lambda base: editor.drop_wording(key, actor, publication, form.get("language"), base=base),
            onward=f"/item/{publication}",
        )  # fmt: skip

    def credited(request: Request, key: str, publication: int, actor: Acting, form: Posted) -> Response:
        return answers.edit(
            request, key, form, lambda base: editor.credit(key, actor, publication, form.get("credit"), base=base),
            onward=f"/item/{publication}", fragment="picture",
        )  # fmt: skip

    def stated(request: Request, key: str, publication: int, actor: Acting, form: Posted) -> Response:
        return answers.edit(
            request, key, form,
            lambda base: editor.state_facts(key, actor, publication, facts.given(form), base=base),
            onward=f"/item/{publication}", fragment="facts",
        )  # fmt: skip

    routes.get(_AT, "look", show)
    routes.post(f"{_AT}/words", "edit", worded)
    routes.post(f"{_AT}/drop", "edit", dropped)
    routes.post(f"{_AT}/credit", "edit", credited)
    routes.post(f"{_AT}/facts", "edit", stated)


def _facts(session: Session, sheet: Sheet, publication: int) -> dict[str, Any]:
    item, listed = _found(session, sheet, publication)
    said = contents.languages(sheet.known, publication)
    worded = words.of_item(sheet.known, publication, sheet.language, item.source.language, sheet.first)
    return {
        "publication": publication,
        "item": item,
        "worded": worded,
        "said": said,
        "spoken": sheet.spoken(said),
        "listed": listed,
        "marks": marks(listed),
        "facts": facts.of(session, sheet.known, item),
        "length": listed.text,
        "most_headline": listed.headline.most,
        "picture": pictures.framed(session, sheet.known, publication),
        "has_own": pictures.has_own(session, sheet.known, publication),
        "credit": sheet.known.get(f"item:{publication}:credit", ""),
        "grid": pictures.GRID,
        "place": f"item:{publication}",
    }


def _found(session: Session, sheet: Sheet, publication: int) -> tuple[Item, ListedItem]:
    item = next((one for one in sheet.draft.items if one.source.publication_id == publication), None)
    if item is None:
        raise NotFound("This publication is not in the mail (any more). Open the list anew to see where it is.")
    every = (one for section in listing(session, sheet.issue.id).sections for one in section.items)
    return item, next(one for one in every if one.publication_id == publication)


def _texts(desk: Desk, key: str, publication: int, language: str) -> dict[str, str]:
    with desk.pipeline.database.reading() as session:
        known = contents.read(session, views.find(session, key).id)
    return dict(words.of_item(known, publication, language, language, language).texts)
