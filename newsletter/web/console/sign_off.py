"""Sign-off: hand an issue in, read exactly what was handed in, say yes or ask for a change, take a yes back."""

from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter import resources
from newsletter.approval import deciding, remarks, snapshots
from newsletter.approval.against import Against
from newsletter.approval.differences import Difference, differences
from newsletter.approval.model import Said, Snapshot
from newsletter.approval.remarks import Remark
from newsletter.canonical import digest
from newsletter.delivery import asking, comparing
from newsletter.issues import views
from newsletter.issues.model import RELEASED, State
from newsletter.issues.views import IssueSummary
from newsletter.rendering.page import Rendered
from newsletter.rendering.words import own_name
from newsletter.staff import deputies, people
from newsletter.staff.deputies import Deputy
from newsletter.staff.people import Person
from newsletter.web.console.audience import audience
from newsletter.web.console.checkup import checkup
from newsletter.web.console.desk import Desk
from newsletter.web.console.onward import onward
from newsletter.web.console.preview import framed, html_of
from newsletter.web.console.routes import Acting, Routes, Seated, number
from newsletter.web.forms import Posted

_PAGE = "/issues/{key}/sign-off"
_OUT = RELEASED - {State.STOPPED}  # what was stopped can be mended, and asks for a yes again


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in. `fits`: the draft is still what it was made from; `languages`: code and own name."""

    version: Snapshot
    by: str
    by_id: int
    at: str
    comment: str
    fits: bool
    languages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the sign-off stands. `since`: what differs from the last yes, None where there was none; `yes`: it counts.

    `asked`: who would be asked now; `away`: those of them who have a deputy, by id; `mine`: a yes of whoever looks that
    is not taken back; `places`: what something can be said of, by anchor.
    """

    issue: IssueSummary
    handed: Handed | None
    yes: bool
    since: tuple[Difference, ...] | None
    decisions: tuple[Said, ...]
    readers: int
    whom: str
    asked: tuple[Person, ...]
    away: dict[int, Deputy]
    mine: bool
    remarks: tuple[Remark, ...]
    places: dict[str, str]
    against: Against | None


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/sign-off and what its buttons do; /sign-off/mail/{language} is what was handed in."""
    pipeline = desk.pipeline
    script = (resources.templates() / "console" / "js" / "frame.js").read_text(encoding="utf-8")

    def show(request: Request, seat: Seated, key: str) -> Response:
        with pipeline.database.reading() as session:
            standing = _standing(session, desk, key, seat.person)
        issue = standing.issue
        found = checkup(desk, issue.slug) if issue.state not in _OUT else None
        return desk.page(
            request, "sign_off", issue=issue.slug, summary=issue, standing=standing, checkup=found, state=State,
            out=issue.state in _OUT, stopped=issue.state is State.STOPPED, onward=onward(issue, yes=standing.yes),
        )  # fmt: skip

    def mail(key: str, language: str) -> Response:
        part = _handed_in(desk, key, language) or pipeline.preview(key, language)
        return framed(desk, html_of(desk, part), script)

    def to(key: str, done: int | None = None) -> Response:
        return desk.to(f"/console/issues/{_slug(desk, key)}/sign-off", done)

    def ask(key: str, actor: Acting, form: Posted) -> Response:
        whom = [number(one) for one in form.all("whom")] if form.has("chosen") else None
        return to(key, pipeline.submit(key, actor, form.get("comment").strip(), whom).activity_id)

    def withdraw(key: str, actor: Acting) -> Response:
        return to(key, pipeline.withdraw(key, actor))

    def approve(key: str, actor: Acting, form: Posted) -> Response:
        pipeline.approve(key, actor, form.get("comment").strip(), form.get("override").strip(), form.get("fingerprint"))
        return to(key)

    def change(key: str, actor: Acting, form: Posted) -> Response:
        return to(key, pipeline.request_changes(key, actor, form.get("comment").strip(), form.get("fingerprint")))

    def remark(key: str, actor: Acting, form: Posted) -> Response:
        return to(key, pipeline.remark(key, actor, form.get("comment"), form.get("place")))

    def take_back(key: str, actor: Acting) -> Response:
        return to(key, pipeline.take_back(key, actor))

    routes.get(_PAGE, "look", show)
    routes.get(f"{_PAGE}/mail/{{language}}", "look", mail)
    routes.post(f"{_PAGE}/ask", "submit", ask)
    routes.post(f"{_PAGE}/withdraw", "withdraw", withdraw)
    routes.post(f"{_PAGE}/yes", "approve", approve)
    routes.post(f"{_PAGE}/change", "request-changes", change)
    routes.post(f"{_PAGE}/remark", "remark", remark)
    routes.post(f"{_PAGE}/take-back", "approve", take_back)


def _standing(session: Session, desk: Desk, key: str, who: Person) -> Standing:
    issue = views.find(session, key)
    facts = desk.pipeline.versions.basis_facts(session, issue.id)
    basis = digest(facts)
    before, yes = deciding.last_yes(session, issue.id), deciding.counting(session, issue.id, basis)
    said = deciding.decisions(session, issue.id)
    today = desk.pipeline.clock().astimezone(desk.pipeline.settings.zone).date()
    going = audience(session, issue, desk.pipeline.clock())
    return Standing(
        issue=issue, handed=_handed(session, desk, issue, basis), yes=yes is not None,
        since=differences(before.basis_facts, facts) if before and yes is None else None, decisions=said,
        readers=going.readers, whom=going.whom, against=comparing.against_last(session, issue, facts, going.readers),
        asked=asking.could_be_asked(session, who.id), away=deputies.on(session, today),
        mine=any(one.staff_id == who.id and one.yes and not one.revoked for one in said),
        remarks=remarks.of_issue(session, issue.id), places=remarks.places(facts),
    )  # fmt: skip


def _handed(session: Session, desk: Desk, issue: IssueSummary, basis: str) -> Handed | None:
    """The open request; `basis`: what a version made now would be made from."""
    review = deciding.current_review(session, issue.id)
    if review is None:
        return None
    version = snapshots.snapshot(session, review.snapshot_id)
    asker = people.by_id(session, review.requested_by)
    languages = tuple((one, own_name(one)) for one in snapshots.languages(session, version.id))
    return Handed(
        version, (asker.name or asker.email) if asker else "Somebody", review.requested_by,
        desk.when.said(review.requested_at), review.comment,
        version.basis == basis, languages,
    )  # fmt: skip


def _handed_in(desk: Desk, key: str, language: str) -> Rendered | None:
    """What was handed in, in that language; None where nothing was, or not in it."""
    with desk.pipeline.database.reading() as session:
        review = deciding.current_review(session, views.find(session, key).id)
        return snapshots.parts(session, review.snapshot_id).get(language) if review else None


def _slug(desk: Desk, key: str) -> str:
    with desk.pipeline.database.reading() as session:
        return views.find(session, key).slug
