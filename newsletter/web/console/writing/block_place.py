"""Where a text stands, whether it stands there at all, and its portrait."""

from fastapi import Request, Response

from newsletter.errors import BadInput, NotFound
from newsletter.issues import contents, places, views
from newsletter.issues.editor import Edited
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Files, Routes
from newsletter.web.console.writing.answers import Answers
from newsletter.web.console.writing.fields import maybe
from newsletter.web.forms import Posted

_AT = "/issues/{key}/write/block/{block}"
_STEPS = {"up": -1, "down": 1}


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/block/{block}/place, /remove, /picture."""
    answers, editor = Answers(desk), desk.pipeline.editor

    def moved(request: Request, key: str, block: int, actor: Acting, form: Posted) -> Response:
        def act(base: int | None) -> Edited:
            if form.get("act") in _STEPS:
                before, section = _beside(desk, key, block, _STEPS[form.get("act")])
                return editor.move_block(key, actor, block, before=before, section=section, base=base)
            return editor.move_block(
                key, actor, block, before=maybe(form, "before"), section=form.get("section") or None, base=base
            )

        return answers.edit(request, key, form, act, fragment=f"block-{block}")

    def removed(request: Request, key: str, block: int, actor: Acting, form: Posted) -> Response:
        return answers.edit(request, key, form, lambda base: editor.remove_block(key, actor, block, base=base))

    def pictured(request: Request, key: str, block: int, actor: Acting, files: Files, form: Posted) -> Response:
        def act(base: int | None) -> Edited:
            if form.get("act") != "none" and "picture" not in files:
                raise BadInput("Choose a picture first: PNG, JPEG, WebP or GIF.")
            content = None if form.get("act") == "none" else files["picture"].content
            return editor.block_picture(key, actor, block, content, base=base)

        return answers.edit(request, key, form, act, onward=f"/block/{block}", fragment="picture")

    routes.post(f"{_AT}/place", "edit", moved)
    routes.post(f"{_AT}/remove", "edit", removed)
    routes.post(f"{_AT}/picture", "edit", pictured, files=1)


def _beside(desk: Desk, key: str, block: int, step: int) -> tuple[int | None, str | None]:
    """Before which block, or behind those of which section, one step leads."""
    with desk.pipeline.database.reading() as session:
        known = contents.read(session, views.find(session, key).id)
    here = known.get(places.block(block, "place"), "")
    row = [one for one in known[places.BLOCKS] if known[places.block(one, "place")] == here]
    if block not in row:
        raise NotFound("This text is not in the mail (any more). Open the list anew to see what is.")
    at = row.index(block) + step
    if 0 <= at < len(row):
        after = at + (step > 0)
        return (row[after], None) if after < len(row) else (None, here)
    slugs = known[places.SECTIONS]
    beyond = slugs.index(here) + step if here in slugs else -1
    return (None, slugs[beyond]) if 0 <= beyond < len(slugs) else (block, None)
