"""The draft as it came out, on a phone and a desktop; and the practice of a first send."""

import threading

from fastapi import Request, Response

from newsletter import resources
from newsletter.delivery import practising
from newsletter.errors import Refusal
from newsletter.issues import views
from newsletter.issues.model import CoverageState
from newsletter.setup.model import Step
from newsletter.staff.people import Actor
from newsletter.web.console.desk import Desk
from newsletter.web.console.preview import framed, html_of
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.start import HOME, START, VERB, page, reached


def bring(desk: Desk, routes: Routes) -> None:
    """/console/start/draft, /console/start/draft/mail, /console/start/practice, address, domain."""
    setup = desk.pipeline.setup
    script = (resources.templates() / "console" / "js" / "frame.js").read_text(encoding="utf-8")
    practice = _Practice(desk)

    def draft(request: Request) -> Response:
        standing = setup.required()
        if not reached(standing, Step.DRAFT):
            return desk.to(HOME)
        part = setup.preview()
        with desk.pipeline.database.reading() as session:
            issue = views.find(session, str(standing.answers["issue"]))
            covered = views.coverage(session, issue.id)
        held = sum(one.state is CoverageState.HELD for one in covered)
        used = sum(one.state is CoverageState.USED for one in covered)
        return page(
            desk, request, "draft", standing, part=part, summary=issue, used=used, held=held,
            sender=setup.profile()[0],
        )  # fmt: skip

    def mail() -> Response:
        return framed(desk, html_of(desk, setup.preview()), script)

    def seen(actor: Acting) -> Response:
        setup.go_on(actor, Step.DRAFT)
        return desk.to(HOME)

    def practised(request: Request) -> Response:
        with desk.pipeline.database.reading() as session:
            last = practising.last(session)
        return page(desk, request, "practice", setup.required(), last=last, running=practice.running,
                    problem=practice.problem)  # fmt: skip

    def practise(actor: Acting) -> Response:
        practice.start(str(setup.required().answers.get("issue", "")), actor)
        return desk.to(f"{HOME}/practice")

    def address(request: Request) -> Response:
        settings = desk.pipeline.settings
        return page(desk, request, "address", setup.required(), base=settings.base_url, file=settings.file.name,
                    port=settings.listens_at[1])  # fmt: skip

    routes.get(f"{START}/draft", VERB, draft)
    routes.post(f"{START}/draft", VERB, seen)
    routes.get(f"{START}/draft/mail", VERB, mail)
    routes.get(f"{START}/practice", VERB, practised)
    routes.post(f"{START}/practice", VERB, practise)

    def domain(request: Request) -> Response:
        records, letter = setup.trust()
        return page(desk, request, "domain", setup.required(), records=records, letter=letter)

    def look(actor: Acting) -> Response:
        setup.look_at_domain(actor)
        return desk.to(f"{HOME}/domain")

    routes.get(f"{START}/address", VERB, address)
    routes.get(f"{START}/domain", VERB, domain)
    routes.post(f"{START}/domain", VERB, look)


class _Practice:
    """One practice run at a time, in a thread of its own; what came of it stands in the database."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._thread: threading.Thread | None = None
        self.problem = ""

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, key: str, actor: Actor) -> None:
        if not self.running:
            self.problem = ""
            self._thread = threading.Thread(target=self._run, args=(key, actor), name="practice", daemon=True)
            self._thread.start()

    def _run(self, key: str, actor: Actor) -> None:
        try:
            self._desk.pipeline.practise(key, actor)
        except Refusal as refusal:
            self.problem = str(refusal)
