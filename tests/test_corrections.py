"""A correction: an issue of its own, to exactly those who got the one before."""

from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from newsletter.cli.main import app
from newsletter.delivery.tables import DeliveryRow
from newsletter.errors import BadInput, IllegalMove, NotApproved
from newsletter.issues.model import IssueKind, State
from newsletter.issues.tables import CoverageRow, IssueRow, ItemRow
from newsletter.issues.views import find
from subscribers.tables import SubscriberRow
from tests.route import APPROVER, AUTHOR, CONFIRMED, SLUG, SUBJECT, Route
from tests.test_authority import _configured

FIRST = f"{SLUG}-correction"
WRONG = "The call for pilots closes on 12 September, not on 30 August."


def type_(route: Route, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["--config", str(_configured(route)), *words])
    assert done.exit_code == code, done.output
    return done.stdout


def correct(route: Route, **options: Any) -> str:
    return route.pipeline.correct(SLUG, route.who(AUTHOR), **options).slug


def write(route: Route, slug: str, text: str = WRONG) -> None:
    type_(route, "issue", "block", slug, "--kind", "text", "--field", f"text={text}")


def sign_off(route: Route, slug: str) -> None:
    route.pipeline.submit(slug, route.who(AUTHOR))
    route.pipeline.approve(slug, route.who(APPROVER))


def send(route: Route, slug: str) -> Any:
    return route.pipeline.send(slug, route.who(AUTHOR)).status


def set_state(route: Route, address: str, state: str) -> None:
    with route.database.transaction() as session:
        who = select(SubscriberRow.id).where(SubscriberRow.address == address).scalar_subquery()
        session.execute(update(DeliveryRow).where(DeliveryRow.subscriber_id == who).values(state=state))


def about(route: Route, slug: str) -> list[EmailMessage]:
    """The mails of that issue."""
    return [mail for mail in route.mails() if str(mail["Feedback-ID"]).startswith(f"{slug}:")]


def to(mails: list[EmailMessage]) -> list[str]:
    return sorted(mail["To"].addresses[0].addr_spec for mail in mails)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def coverage(route: Route) -> list[tuple[int, int, str]]:
    with route.database.reading() as session:
        rows = session.execute(select(CoverageRow.issue_id, CoverageRow.publication_id, CoverageRow.state))
        return sorted(rows.tuples())


# -- who gets it ----------------------------------------------------------------------------------------------------


def test_it_goes_to_exactly_those_who_got_the_first(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send(wait=False)
    set_state(either_route, "ada@example.org", "uncertain")
    set_state(either_route, "bob@example.org", "rejected")
    either_route.send()
    slug = correct(either_route)
    write(either_route, slug)
    sign_off(either_route, slug)
    either_route.add_reader("late@example.org")
    status = send(either_route, slug)
    assert to(about(either_route, slug)) == ["dario@example.org", "eve@example.org"]
    assert (status.candidates, status.accepted, status.state, status.left_out) == (2, 2, "sent", {})
    assert send(either_route, slug).accepted == 2
    assert len(about(either_route, slug)) == 2
    assert len(about(either_route, SLUG)) == 2, "nobody gets the first again"


def test_with_the_uncertain_it_goes_to_them_too(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send(wait=False)
    set_state(either_route, "ada@example.org", "uncertain")
    set_state(either_route, "bob@example.org", "rejected")
    either_route.send()
    slug = correct(either_route, with_uncertain=True)
    write(either_route, slug)
    sign_off(either_route, slug)
    send(either_route, slug)
    assert to(about(either_route, slug)) == ["ada@example.org", "dario@example.org", "eve@example.org"]
    assert either_route.mailings()[-1].audience == {
        "kind": "got", "of": [either_route.mailings()[0].id], "with_uncertain": True
    }  # fmt: skip


def test_it_goes_to_those_who_got_any_round_of_the_first(either_route: Route) -> None:
    """Stopped after two, mended, and sent to the rest: four have it."""
    either_route.sign_off()
    either_route.send(wait=False)
    set_state(either_route, "ada@example.org", "accepted")
    set_state(either_route, "bob@example.org", "accepted")
    either_route.pipeline.stop(SLUG, either_route.who(AUTHOR))
    stopped_only = correct(either_route)
    either_route.edit(subject="San Antonio's lead, our Impact Report, mended")
    either_route.sign_off()
    either_route.send()
    write(either_route, stopped_only)
    sign_off(either_route, stopped_only)
    send(either_route, stopped_only)
    assert to(about(either_route, stopped_only)) == sorted(CONFIRMED)


def test_who_left_since_gets_no_correction(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send()
    slug = correct(either_route)
    write(either_route, slug)
    sign_off(either_route, slug)
    either_route.unsubscribe("eve@example.org")
    either_route.pipeline.send(slug, either_route.who(AUTHOR), wait=False)
    either_route.unsubscribe("bob@example.org")
    status = send(either_route, slug)
    assert to(about(either_route, slug)) == ["ada@example.org", "dario@example.org"]
    assert (status.left_out, status.excluded, status.balances) == ({"unsubscribed": 1}, {"unsubscribed": 1}, True)


def test_a_correction_that_was_stopped_is_mended_for_the_rest_too(route: Route) -> None:
    route.sign_off()
    route.send()
    slug = correct(route)
    write(route, slug)
    sign_off(route, slug)
    route.pipeline.send(slug, route.who(AUTHOR), wait=False)
    route.pipeline.stop(slug, route.who(AUTHOR))
    write(route, slug, "And it is open to towns as well.")
    sign_off(route, slug)
    assert send(route, slug).accepted == 4
    assert to(about(route, slug)) == sorted(CONFIRMED)


# -- what it says ---------------------------------------------------------------------------------------------------


def test_it_says_what_it_corrects_and_where_that_can_be_read(route: Route) -> None:
    route.sign_off()
    route.send()
    slug = correct(route)
    write(route, slug)
    type_(route, "issue", "block", slug, "--kind", "text", "--block", "1", "--language", "es", "--field",
          "text=La convocatoria cierra el 12 de septiembre.")  # fmt: skip
    sign_off(route, slug)
    send(route, slug)
    mails = {mail["Content-Language"]: mail for mail in about(route, slug)}
    assert mails["en"]["Subject"] == f"Correction: {SUBJECT}"
    assert str(mails["es"]["Subject"]).startswith("Rectificación: Barranquilla")
    page = f"https://news.example.org/issues/{SLUG}"
    assert f"This mail corrects Summer 2024 <{page}>" in " ".join(body(mails["en"], "plain").split())
    assert f'<a href="{page}"' in body(mails["en"], "html")
    assert f"{page}?lang=es" in body(mails["es"], "plain")
    assert "Este correo rectifica" in body(mails["es"], "plain")
    for language, words in (("en", WRONG), ("es", "La convocatoria cierra el 12 de septiembre.")):
        for kind in ("plain", "html"):
            assert words in " ".join(body(mails[language], kind).split())
            assert "Not everything is available" not in body(mails[language], kind)
    assert "Correction · Summer 2024" in body(mails["en"], "html")
    for mail in mails.values():
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["Archived-At"] == f"<https://news.example.org/issues/{slug}>"


def test_a_list_without_an_archive_links_to_nothing(route: Route) -> None:
    route.sign_off()
    route.send()
    slug = correct(route)
    route.set_profile(archive="none")
    version = route.pipeline.version(slug)
    text = "".join(str(piece) for piece in version.parts["en"].text)
    assert "This mail corrects Summer 2024, which we sent you before." in text
    assert "/issues/" not in text


def test_whom_it_goes_to_is_part_of_what_is_approved(route: Route) -> None:
    route.sign_off()
    route.send()
    plain, unsure = correct(route), correct(route, with_uncertain=True)
    assert (plain, unsure) == (FIRST, f"{FIRST}-2")
    versions = {slug: route.pipeline.version(slug) for slug in (plain, unsure)}
    assert versions[plain].envelope["audience"] == (
        f"everyone who was handed {SLUG}, and is confirmed on the list when his turn comes"
    )
    assert "or who has no answer to it" in versions[unsure].envelope["audience"]
    assert "corrects" not in route.pipeline.version(SLUG).basis_facts["draft"]


# -- an issue of its own --------------------------------------------------------------------------------------------


def test_it_is_an_issue_of_its_own_and_changes_no_coverage(route: Route) -> None:
    route.sign_off()
    route.send()
    before = coverage(route)
    slug = correct(route)
    write(route, slug)
    with route.database.reading() as session:
        made = find(session, slug)
        row = session.get_one(IssueRow, made.id)
        items = session.scalars(select(ItemRow).where(ItemRow.issue_id == made.id)).all()
    assert (made.kind, made.state, made.ordinal, made.period) == (IssueKind.CORRECTION, State.DRAFT, 1, "2024-Q2")
    assert row.corrects_issue_id == route.issue().id
    assert list(items) == []
    for verb in ("use", "hold", "decline"):
        with pytest.raises(BadInput, match="is a correction"):
            route.pipeline.choose(slug, route.who(AUTHOR), verb, [1], "why")
    sign_off(route, slug)
    send(route, slug)
    assert coverage(route) == before
    assert route.pipeline.assemble("quarterly", "2024-Q2", route.who(AUTHOR)).slug == SLUG
    assert route.issue().state is State.SENT


def test_it_needs_its_own_checks_and_its_own_sign_off(route: Route) -> None:
    route.sign_off()
    route.send()
    slug = correct(route)
    with pytest.raises(BadInput, match="must be mended") as refused:
        route.pipeline.submit(slug, route.who(AUTHOR))
    assert any("says nothing yet" in problem for problem in refused.value.problems)
    write(route, slug)
    with pytest.raises(NotApproved):
        send(route, slug)
    sign_off(route, slug)
    write(route, slug, "One more thing.")
    with pytest.raises(NotApproved):
        send(route, slug)
    assert about(route, slug) == []


def test_what_nobody_has_is_not_corrected(either_route: Route) -> None:
    author = either_route.who(AUTHOR)
    with pytest.raises(IllegalMove, match="Nobody has Summer 2024"):
        either_route.pipeline.correct(SLUG, author)
    either_route.sign_off()
    either_route.send(wait=False)
    set_state(either_route, "ada@example.org", "uncertain")
    either_route.pipeline.stop(SLUG, author)
    with pytest.raises(IllegalMove, match="Nobody has"):
        either_route.pipeline.correct(SLUG, author)
    assert either_route.pipeline.correct(SLUG, author, with_uncertain=True).slug == FIRST


def test_it_waits_until_the_first_is_at_its_end(route: Route) -> None:
    """Or who gets the first after it would never get the correction."""
    route.sign_off()
    route.send(wait=False)
    set_state(route, "ada@example.org", "accepted")
    slug = correct(route)
    write(route, slug)
    sign_off(route, slug)
    with pytest.raises(IllegalMove, match="still going out"):
        send(route, slug)
    route.send()
    assert send(route, slug).accepted == 4


def test_it_is_typed_and_its_last_line_is_the_short_name(route: Route) -> None:
    route.sign_off()
    route.send()
    typed = ("issue", "correct", SLUG, "--by", AUTHOR, "--subject", "Correction: the call closes on 12 September")
    assert type_(route, *typed).splitlines()[-1] == FIRST
    assert route.pipeline.version(FIRST).parts["en"].subject == "Correction: the call closes on 12 September"
    entry = route.activity()[-1]
    assert (entry.verb, entry.detail["corrects"]) == ("correct", SLUG)
