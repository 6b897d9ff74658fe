"""Practice: the real issue and list, the same sentence and last button as the real page, and nothing leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter import resources
from newsletter.delivery import practising
from newsletter.delivery.durations import in_words, takes
from newsletter.delivery.practising import Report
from newsletter.issues import lists, views
from newsletter.issues.model import Calm
from newsletter.issues.views import IssueSummary
from newsletter.rendering.words import own_name
from newsletter.rhythm.letters.saying import capital, to
from newsletter.staff import people
from newsletter.web.console import standing, typed
from newsletter.web.console.audience import Audience, LeftOut, left_out, of_rule
from newsletter.web.console.checkup import checkup
from newsletter.web.console.desk import Desk
from newsletter.web.console.practice_runs import Run, Runs
from newsletter.web.console.preview import framed
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.forms import Posted

_PAGE = "/issues/{key}/practice"
_KB = 1000
_NOT_KEPT = "<!doctype html><html lang='en'><body><p>This mail is not kept any more. Practise again.</p></body></html>"
_MOST_ERRORS = 20  # readers whose message could not be written, on the page


@dataclass(frozen=True, slots=True)
class Before:
    """What the page says before anything is begun. `sentence`: what goes to whom, how many, and when."""

    issue: IssueSummary
    sentence: str
    audience: Audience
    calm: Calm
    takes: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the last run found, in words. `left_out`: on the list, and nothing was built for them."""

    report: Report
    at: str
    sizes: str
    took: str
    takes: str
    left_out: tuple[LeftOut, ...]
    languages: tuple[tuple[str, str, int], ...]  # code, own name, how many


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/practice; /practice/mail/{language} is one of the messages that were built."""
    pipeline, runs = desk.pipeline, Runs(desk.pipeline)
    script = (resources.templates() / "console" / "js" / "frame.js").read_text(encoding="utf-8")

    def show(request: Request, key: str) -> Response:
        return page(request, key)

    def page(request: Request, key: str, *, problem: str = "", number: str = "") -> Response:
        with pipeline.database.reading() as session:
            before = _before(session, desk, key)
            report = practising.report(session, before.issue.id)
        run = runs.of(before.issue.id)
        running = run is not None and run.running
        found = checkup(desk, before.issue.slug) if report is not None and not running else None
        return desk.page(
            request, "practice", issue=before.issue.slug, summary=before.issue, before=before, run=run,
            running=running, told=_told(report, desk) if report else None, checkup=found,
            samples=_samples(run), errors=run.errors[:_MOST_ERRORS] if run else (), problem=problem, typed=number,
            status=400 if problem else 200,
        )  # fmt: skip

    def begin(request: Request, key: str, form: Posted, actor: Acting) -> Response:
        with pipeline.database.reading() as session:
            before = _before(session, desk, key)
        if problem := typed.refusal(form.get("readers"), form.get("shown"), before.audience.readers):
            return page(request, key, problem=problem, number=form.get("readers"))
        runs.start(before.issue.id, actor)
        return desk.to(f"/console/issues/{before.issue.slug}/practice")

    def stop(key: str) -> Response:
        with pipeline.database.reading() as session:
            issue = views.find(session, key)
        runs.stop(issue.id)
        return desk.to(f"/console/issues/{issue.slug}/practice")

    def mail(key: str, language: str) -> Response:
        with pipeline.database.reading() as session:
            run = runs.of(views.find(session, key).id)
        sample = run.samples.get(language) if run else None
        return framed(desk, sample.html if sample else _NOT_KEPT, script)

    routes.get(_PAGE, "look", show)
    routes.post(_PAGE, "practice", begin)
    routes.post(f"{_PAGE}/stop", "practice", stop)
    routes.get(f"{_PAGE}/mail/{{language}}", "look", mail)


def _before(session: Session, desk: Desk, key: str) -> Before:
    issue, when = views.find(session, key), desk.when
    due = standing.dates(session, issue, when)
    at = issue.planned_at or (due.send if due else None)
    goes_at = at if at is not None and at > when.now else None
    found = of_rule(session, issue, practising.rule(session, issue), goes_at or when.now)
    expected = practising.expected(session, desk.pipeline.settings, "default", found.readers)
    return Before(
        issue, _sentence(session, desk, issue, goes_at, found), found, lists.calm(session, issue.list_id),
        takes(expected),
    )  # fmt: skip


def _sentence(session: Session, desk: Desk, issue: IssueSummary, at: datetime | None, found: Audience) -> str:
    """Like "On Tuesday 9 July at 09:00 (Brussels), Summer 2024, version 8, approved by Pat, goes to ..."."""
    place = desk.pipeline.settings.timezone.rpartition("/")[2].replace("_", " ")
    when = f"{capital(to(at, desk.when))} ({place})" if at else "Now"
    readers = f"today {found.readers_said}" if at else found.readers_said
    whom = found.whom if at else found.whom.removesuffix(" by then")
    yes = desk.pipeline.gate.look(session, issue.id)[0]
    if yes is None:
        version = "as it stands, not signed off yet"
    else:
        names = {one.email: one.name for one in people.everybody(session)}
        version = f"version {yes.number}, approved by {names.get(yes.by) or yes.by}"
    return f"{when}, {issue.name}, {version}, goes to {whom}: {readers}."


def _told(report: Report, desk: Desk) -> Told:
    found = report.found
    sizes = f"{found.smallest / _KB:,.0f} to {found.largest / _KB:,.0f} kB" if found.built else ""
    if found.built and round(found.smallest / _KB) == round(found.largest / _KB):
        sizes = f"{found.largest / _KB:,.0f} kB"
    both = {**found.left_out}
    for reason, number in found.excluded.items():
        both[reason] = both.get(reason, 0) + number
    return Told(
        report, desk.when.said(report.at), sizes, in_words(found.seconds), takes(found.expected),
        left_out(both), tuple((code, own_name(code), number) for code, number in found.languages.items()),
    )  # fmt: skip


def _samples(run: Run | None) -> Sequence[tuple[str, str, str]]:
    """Code and own name of each language, and the subject of its message."""
    return [(one.language, own_name(one.language), one.subject) for one in list(run.samples.values())] if run else []
