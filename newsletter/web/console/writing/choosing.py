"""The small forms of the list: what is in the mail, what is not, when something was published; and the way back."""

from fastapi import Request, Response

from newsletter.errors import BadInput
from newsletter.issues.editor import Edited
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.writing.answers import Answers
from newsletter.web.console.writing.fields import day, maybe, number
from newsletter.web.forms import Posted

_WHICH_DAY = "Give the day on which it was published, like 2024-06-30."


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/write/choose, .../date, .../undo."""
    answers, editor = Answers(desk), desk.pipeline.editor

    def choose(request: Request, key: str, actor: Acting, form: Posted) -> Response:
        chosen, reason = [number(one) for one in form.all("publication")], form.get("reason")

        def act(base: int | None) -> Edited:
            match form.get("act"):
                case "use":
                    return editor.use(key, actor, chosen, section=form.get("section") or None, base=base)
                case "hold":
                    return editor.hold(key, actor, chosen, reason=reason, base=base)
                case "decline":
                    return editor.decline(key, actor, chosen, reason=reason, base=base)
                case "put-back":
                    return editor.put_back(key, actor, chosen, base=base)
            raise BadInput("The form does not say what to do: use it, save it, or leave it out.")

        return answers.edit(request, key, form, act, fragment=f"item-{chosen[0]}" if chosen else "")

    def dated(request: Request, key: str, actor: Acting, form: Posted) -> Response:
        publication, on, use = (
            number(form.get("publication")),
            day(form.get("day"), _WHICH_DAY),
            form.get("act") == "use",
        )
        return answers.edit(
            request, key, form, lambda base: editor.date_publication(key, actor, publication, on, use=use, base=base),
            fragment=f"item-{publication}",
        )  # fmt: skip

    def undo(request: Request, key: str, actor: Acting, form: Posted) -> Response:
        activity = maybe(form, "activity")
        return answers.edit(request, key, form, lambda _: editor.undo(key, actor, activity=activity))

    routes.post("/issues/{key}/write/choose", "choose", choose)
    routes.post("/issues/{key}/write/date", "choose", dated)
    routes.post("/issues/{key}/write/undo", "edit", undo)
