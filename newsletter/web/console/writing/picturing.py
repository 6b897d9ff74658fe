"""The forms for an item's picture: another one, its own, none, and the point around which it is cut."""

from fastapi import Request, Response

from newsletter.errors import BadInput
from newsletter.issues.editor import Edited
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Files, Routes
from newsletter.web.console.writing import pictures
from newsletter.web.console.writing.answers import Answers
from newsletter.web.forms import Form, Posted


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/item/{publication}/picture."""
    answers, editor = Answers(desk), desk.pipeline.editor

    def pictured(request: Request, key: str, publication: int, actor: Acting, files: Files, form: Posted) -> Response:
        def act(base: int | None) -> Edited:
            match form.get("act"):
                case "upload":
                    if "picture" not in files:
                        raise BadInput("Choose a picture first: PNG, JPEG, WebP or GIF.")
                    return editor.upload_picture(key, actor, publication, files["picture"].content, base=base)
                case "own":
                    return editor.own_picture(key, actor, publication, base=base)
                case "none":
                    return editor.no_picture(key, actor, publication, base=base)
                case "whole":
                    return editor.uncrop(key, actor, publication, base=base)
                case "crop":
                    return editor.crop(key, actor, publication, *_point(form), base=base)
            raise BadInput("The form does not say what to do with the picture.")

        return answers.edit(request, key, form, act, onward=f"/item/{publication}", fragment="picture")

    routes.post("/issues/{key}/write/item/{publication}/picture", "edit", pictured, files=1)


def _point(form: Form) -> tuple[float, float]:
    """Where the picture was pressed, or which of nine points was chosen."""
    if form.get("cell") in set("012345678"):
        row, column = divmod(int(form.get("cell")), 3)
        return pictures.GRID[column], pictures.GRID[row]
    try:
        x, y = float(form.get("x")), float(form.get("y"))
    except ValueError:
        raise BadInput("Choose the point of the picture that must stay in it.") from None
    return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
