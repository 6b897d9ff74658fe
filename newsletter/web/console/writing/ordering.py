"""Where an item stands: up, down, before another one, in another section, as the lead or as one line."""

from fastapi import Request, Response

from newsletter.issues.editor import Edited
from newsletter.issues.model import Role
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.writing.answers import Answers
from newsletter.web.console.writing.fields import maybe
from newsletter.web.forms import Posted

_STEPS = {"up": -1, "down": 1}


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/item/{publication}/place."""
    answers, editor = Answers(desk), desk.pipeline.editor

    def place(request: Request, key: str, publication: int, actor: Acting, form: Posted) -> Response:
        def act(base: int | None) -> Edited:
            asked = form.get("act")
            if asked in _STEPS:
                return editor.nudge(key, actor, publication, _STEPS[asked], base=base)
            if asked in set(Role):
                return editor.set_role(key, actor, publication, Role(asked), base=base)
            return editor.move(
                key, actor, publication, before=maybe(form, "before"), after=maybe(form, "after"),
                section=form.get("section") or None, base=base,
            )  # fmt: skip

        return answers.edit(request, key, form, act, fragment=f"item-{publication}")

    routes.post("/issues/{key}/write/item/{publication}/place", "choose", place)
