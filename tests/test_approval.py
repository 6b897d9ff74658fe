"""Nothing goes out that was not approved: what makes a yes stop counting, what brings it back, and who may say it."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from newsletter import resources
from newsletter.approval.model import fingerprint
from newsletter.approval.tables import DecisionRow, SnapshotPartRow, SnapshotRow
from newsletter.calendar import CalendarRow
from newsletter.delivery import notices
from newsletter.delivery.tables import NoticeRow
from newsletter.errors import BadInput, IllegalMove, NotAllowed, NotApproved
from newsletter.issues.model import State
from newsletter.issues.tables import ItemRow
from newsletter.media.store import keep
from newsletter.publications.tables import KindRow
from subscribers.tables import ListRow
from tests.route import ADMIN, APPROVER, AUTHOR, PUBLICATIONS, SECOND_AUTHOR, SLUG, SUBJECT, Route, later
from tests.test_media import photo, written

ENTRIES = {one["external_id"]: one for one in PUBLICATIONS}


def refused(route: Route) -> tuple[str, ...]:
    """What a refused send says has changed; nothing was made and nothing was handed over."""
    before = len(route.mails())
    with pytest.raises(NotApproved) as caught:
        route.send()
    assert route.mailings() == []
    assert len(route.mails()) == before
    assert not route.counts()
    return caught.value.changes


def sends(route: Route) -> None:
    result = route.send()
    assert (result.status.state, result.status.accepted) == ("sent", 4)


def test_changing_nothing_and_rendering_twice_gives_the_same_fingerprint_and_basis(route: Route) -> None:
    first = route.pipeline.version(SLUG)
    route.open()
    later(route, days=2)
    second = route.pipeline.version(SLUG)
    assert fingerprint(first.parts, first.envelope) == fingerprint(second.parts, second.envelope)
    assert first.basis == second.basis
    assert first.parts["en"].web == second.parts["en"].web


def test_the_basis_needs_no_rendering(route: Route) -> None:
    version = route.pipeline.version(SLUG)
    with route.database.reading() as session:
        assert route.pipeline.gate.basis(session, route.issue().id) == version.basis


def test_the_stored_version_is_what_was_rendered(approved: Route) -> None:
    version = approved.pipeline.version(SLUG)
    with approved.database.reading() as session:
        stored = session.scalars(select(SnapshotRow)).one()
    assert stored.fingerprint == fingerprint(version.parts, version.envelope)
    assert stored.basis == version.basis


# -- what makes a yes stop counting, and what brings it back -------------------------------------------------------


def _upstream(external_id: str, **columns: str) -> tuple[Callable[[Route], None], Callable[[Route], None]]:
    entry = ENTRIES[external_id]
    return lambda route: route.import_([entry | columns]), lambda route: route.import_([entry])


def _profile(column: str, value: str, before: str) -> tuple[Callable[[Route], None], Callable[[Route], None]]:
    return lambda route: route.set_profile(**{column: value}), lambda route: route.set_profile(**{column: before})


def _file(name: str, change: Callable[[bytes], bytes]) -> tuple[Callable[[Route], None], Callable[[Route], None]]:
    kept: list[bytes] = []

    def do(route: Route) -> None:
        path = route.folder / name
        kept.append(path.read_bytes())
        path.write_bytes(change(kept[0]))

    return do, lambda route: (route.folder / name).write_bytes(kept[0]) and None


def _subject(text: str) -> Callable[[Route], None]:
    return lambda route: route.edit(subject=text)


def _list_name(name: str) -> Callable[[Route], None]:
    def do(route: Route) -> None:
        with route.database.transaction() as session:
            session.execute(update(ListRow).values(name=name))

    return do


def _label(text: str) -> Callable[[Route], None]:
    def do(route: Route) -> None:
        with route.database.transaction() as session:
            kind = session.get_one(KindRow, "report")
            kind.labels = {**kind.labels, "en": text}

    return do


def _picture(width: int) -> Callable[[Route], None]:
    def do(route: Route) -> None:
        with route.database.transaction() as session:
            sha256 = keep(session, written(photo(width, 270), "PNG"), route.now).sha256
            session.execute(update(ItemRow).where(ItemRow.media_sha256.is_not(None)).values(media_sha256=sha256))

    return do


CAUSES: dict[str, tuple[Callable[[Route], Any], Callable[[Route], Any], str]] = {
    "the subject is edited": (_subject("Another subject altogether"), _subject(SUBJECT), "subject en"),
    "an item is worded otherwise": (
        lambda route: route.word("impact", "Impact Report 2023, in short"),
        lambda route: route.word("impact", "Impact Report 2023"), "Impact Report 2023, in short",
    ),
    "an item is taken out": (
        lambda route: route.choose("hold", "forum"), lambda route: route.choose("use", "forum"), "Forum of mayors",
    ),
    "the theme is changed": (*_file("theme.toml", lambda old: old.replace(b"#", b" #", 1)), "theme theme.toml"),
    "the logo is changed": (*_file("logo.png", lambda _: written(photo(200, 40), "PNG")), "theme logo.png"),
    "the sender is another": (*_profile("from_name", "Somebody Else", "Network of Mayors"), "Somebody Else"),
    "the sender's address is another": (
        *_profile("from_address", "other@news.example.org", "quarterly@news.example.org"), "other@news.example.org",
    ),
    "answers go elsewhere": (*_profile("reply_to", "desk@example.org", "team@example.org"), "desk@example.org"),
    "the return path is another": (*_profile("return_path", "transport", "verp@bounces.example.org"), "return_path"),
    "the postal address is another": (
        *_profile("postal_address", "2 Other Square", "Network of Mayors\n1 Example Square\n1000 Brussels"),
        "2 Other Square",
    ),
    "the list has another name": (_list_name("The Monthly"), _list_name("The Quarterly"), "The Monthly"),
    "a publication has another title": (*_upstream("roots", title="Roots of Change starts"), "Roots of Change starts"),
    "a publication has another address": (
        *_upstream("roots", url="https://www.mayors.example.org/moved"), "https://www.mayors.example.org/moved",
    ),
    "a deadline is put off": (*_upstream("pilots", deadline_on="2024-09-15"), "2024-09-15"),
    "an event is on another day": (*_upstream("forum", starts_on="2024-10-04"), "2024-10-04"),
    "an outlet is named otherwise": (*_upstream("bloomberg", outlet="Bloomberg CityLab"), "CityLab"),
    "a publication is gone from the website": (
        lambda route: route.set_publication("climate", gone_at=route.now),
        lambda route: route.set_publication("climate", gone_at=None), "gone",
    ),
    "a kind has another label": (_label("Annual report"), _label("Report"), "Annual report"),
    "a picture is replaced": (_picture(470), _picture(480), "picture"),
    "BASE_URL is another": (
        lambda route: route.open(base_url="https://letters.example.org"),
        lambda route: route.open(base_url="https://news.example.org"), "address",
    ),
}  # fmt: skip


@pytest.mark.parametrize("cause", CAUSES)
def test_the_yes_stops_counting_when_and_counts_again_when_that_is_undone(approved: Route, cause: str) -> None:
    do, undo, told = CAUSES[cause]
    do(approved)
    assert any(told in change for change in refused(approved)), refused(approved)
    undo(approved)
    assert approved.counts()
    sends(approved)


def test_an_item_taken_out_and_put_back_as_it_was_is_the_same_item(either_route: Route) -> None:
    """Its row is another one, which no reader sees."""
    either_route.sign_off()
    either_route.choose("hold", "forum")
    assert refused(either_route) == ("section open item forum-of-mayors: “Forum of mayors” is gone",)
    either_route.publish(external_id="late", kind="event", title="Late", published_on="2024-06-29")
    either_route.choose("use", "late")
    either_route.choose("hold", "late")
    either_route.choose("use", "forum")
    sends(either_route)


def test_an_edited_preview_line_needs_a_new_yes(approved: Route) -> None:
    before = approved.pipeline.version(SLUG).parts["en"].preheader
    approved.edit(preview="Another preview line, long enough to say what this issue holds for you.")
    (change,) = refused(approved)
    assert change.startswith("preview line en: “")
    approved.edit(preview=before)
    sends(approved)


def test_a_changed_template_needs_a_new_yes(approved: Route, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(resources.templates(), tmp_path / "installed" / "templates")
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "installed" / "newsletter")
    assert approved.counts(), "the same templates elsewhere are the same templates"
    template = resources.templates() / "email" / "issue.txt.j2"
    before = template.read_bytes()
    template.write_bytes(before + b"\nA line more.\n")
    assert [change for change in refused(approved) if "email/issue.txt.j2" in change]
    template.write_bytes(before)
    sends(approved)


def test_a_changed_translation_needs_a_new_yes(
    approved: Route, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(resources.templates(), tmp_path / "installed" / "templates")
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "installed" / "newsletter")
    words = resources.templates() / "locale" / "es" / "LC_MESSAGES" / "messages.po"
    words.write_bytes(words.read_bytes() + b"\n# a remark\n")
    assert [change for change in refused(approved) if "locale/es" in change]


def test_several_changes_are_all_named(approved: Route) -> None:
    approved.edit(subject="Another subject altogether")
    approved.set_profile(reply_to="desk@example.org")
    changes = refused(approved)
    assert len(changes) == 2
    assert "list reply_to: “team@example.org” is now “desk@example.org”" in changes


def test_an_edited_issue_that_is_approved_anew_goes_out_as_it_stands(approved: Route) -> None:
    approved.edit(subject="Another subject altogether")
    approved.sign_off()
    sends(approved)
    assert {mail["Subject"] for mail in approved.mails() if mail["Content-Language"] == "en"} == {
        "Another subject altogether"
    }


# -- what leaves it alone ------------------------------------------------------------------------------------------


def test_people_who_come_and_go_leave_the_yes_alone(approved: Route) -> None:
    approved.add_reader("new@example.org")
    approved.unsubscribe("bob@example.org")
    result = approved.send()
    assert result.status.accepted == 4
    assert result.status.left_out == {"pending": 1, "unsubscribed": 2}


def test_a_summary_that_the_website_changed_leaves_the_yes_alone(approved: Route) -> None:
    approved.import_([ENTRIES["roots"] | {"summary": "Quite other words, which no reader of the mail sees."}])
    sends(approved)


def test_a_picture_that_the_website_changed_leaves_the_yes_alone(approved: Route) -> None:
    """The mail keeps the picture that was taken for it."""
    (approved.folder / "pictures" / "san-antonio.png").write_bytes(written(photo(300, 200), "PNG"))
    approved.import_([ENTRIES["san-antonio"]])
    sends(approved)


def test_publications_that_arrive_meanwhile_leave_the_yes_alone(approved: Route) -> None:
    approved.import_([{"external_id": "late", "kind": "report", "title": "Late", "published_on": "2024-06-29"}])
    again = approved.pipeline.assemble("quarterly", "2024-Q2", approved.who(AUTHOR))
    assert (again.created, again.offered) == (False, 1)
    sends(approved)


def test_the_planned_time_is_no_part_of_what_is_approved(approved: Route) -> None:
    approved.pipeline.plan(SLUG, approved.now.replace(day=12), approved.who(AUTHOR))
    approved.pipeline.plan(SLUG, approved.now.replace(day=13), approved.who(AUTHOR))
    assert approved.counts()
    later(approved, days=5)
    sends(approved)


def test_an_upgrade_that_renders_otherwise_sends_what_was_approved(
    approved: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library may write other bytes; the stored version goes out, and handing it in again says that the yes holds."""
    from newsletter.rendering import page

    render = page._page
    monkeypatch.setattr(page, "_page", lambda *args: render(*args).replace("</body>", "<!-- new --></body>"))
    done = approved.submit()
    assert done.version.number == 2
    assert done.yes is not None
    assert done.yes.number == 1
    sends(approved)
    with approved.database.reading() as session:
        (mailing,) = approved.mailings()
        assert session.get_one(SnapshotRow, mailing.snapshot_id).number == 1


# -- after release -------------------------------------------------------------------------------------------------


def test_a_released_issue_cannot_be_edited(approved: Route) -> None:
    approved.send(wait=False)
    for change in (
        lambda: approved.edit(subject="Too late for this subject line"),
        lambda: approved.word("impact", "Too late"),
        lambda: approved.choose("decline", "forum"),
        lambda: approved.choose("use", "undated"),
    ):
        with pytest.raises(IllegalMove, match="being sent"):
            change()
    sends(approved)


def test_what_changes_after_release_stops_no_send_and_changes_no_mail(approved: Route) -> None:
    approved.send(wait=False)
    approved.set_profile(from_name="Somebody Else", reply_to="desk@example.org")
    approved.import_([ENTRIES["roots"] | {"title": "Another title"}])
    (approved.folder / "theme.toml").write_text("broken", encoding="utf-8")
    sends(approved)
    assert {mail["From"] for mail in approved.mails()} == {"Network of Mayors <quarterly@news.example.org>"}


def test_a_yes_that_is_taken_back_stops_the_send_at_the_claim(approved: Route) -> None:
    approved.send(wait=False)
    approved.revoke()
    result = approved.send()
    assert (result.status.accepted, result.status.waiting) == (0, 4)
    assert approved.mails() == []


def test_a_yes_taken_back_before_release_counts_no_more(approved: Route) -> None:
    approved.revoke()
    assert refused(approved) == ()


def test_a_released_issue_cannot_be_approved_sent_back_or_handed_in_again(approved: Route) -> None:
    approved.send(wait=False)
    for verb in (
        lambda: approved.submit(SECOND_AUTHOR),
        lambda: approved.approve(ADMIN),
        lambda: approved.pipeline.request_changes(SLUG, approved.who(APPROVER), "Wait"),
        lambda: approved.pipeline.withdraw(SLUG, approved.who(AUTHOR)),
    ):
        with pytest.raises(IllegalMove):
            verb()
    with approved.database.reading() as session:
        assert len(session.scalars(select(DecisionRow)).all()) == 1


# -- the stored bytes ----------------------------------------------------------------------------------------------


TAMPERED: dict[str, dict[str, Any]] = {
    "another subject": {"subject": "You have won"},
    "another preview": {"preheader": "Click"},
    "another text": {"text": b'["Give us your password\\n"]'},
    "a page of another's": {"web": b"<p>Hello</p>"},
    "no JSON at all": {"html": b"\xff\x00"},
    "another language": {"language": "fr"},
}


@pytest.mark.parametrize("what", TAMPERED)
def test_stored_bytes_that_are_not_what_was_approved_are_refused(approved: Route, what: str) -> None:
    with approved.database.transaction() as session:
        session.execute(update(SnapshotPartRow).where(SnapshotPartRow.language == "en").values(TAMPERED[what]))
    with pytest.raises(NotApproved, match="bytes have changed"):
        approved.send()
    assert approved.mailings() == []


def test_a_stored_envelope_that_is_not_what_was_approved_is_refused(approved: Route) -> None:
    with approved.database.transaction() as session:
        row = session.scalars(select(SnapshotRow)).one()
        row.envelope = {**row.envelope, "reply_to": "thief@example.org"}
    with pytest.raises(NotApproved, match="bytes have changed"):
        approved.send()


def test_bytes_changed_together_with_their_fingerprint_have_no_yes(approved: Route) -> None:
    with approved.database.transaction() as session:
        session.execute(update(SnapshotRow).values(fingerprint="f" * 64))
    with pytest.raises(NotApproved):
        approved.send()


def test_the_claim_refuses_a_mailing_whose_decision_names_another_fingerprint(approved: Route) -> None:
    approved.send(wait=False)
    with approved.database.transaction() as session:
        session.execute(update(DecisionRow).values(fingerprint="f" * 64))
    assert approved.send().status.waiting == 4
    assert approved.mails() == []


# -- two people ----------------------------------------------------------------------------------------------------


def test_nothing_is_sent_that_nobody_approved(route: Route) -> None:
    with pytest.raises(NotApproved, match="newsletter issue submit quarterly-2024-q2 --by EMAIL"):
        route.send()
    route.submit()
    with pytest.raises(NotApproved):
        route.send(ADMIN)
    with pytest.raises(NotApproved):
        route.pipeline.plan(SLUG, route.now.replace(day=12), route.who(ADMIN))
    assert route.mailings() == []


@pytest.mark.parametrize("who", [APPROVER, ADMIN])
def test_who_asks_cannot_approve(route: Route, who: str) -> None:
    route.submit(who)
    with pytest.raises(NotAllowed, match="Ask a second person"):
        route.approve(who)
    assert refused(route) == ()
    route.approve(ADMIN if who == APPROVER else APPROVER)
    sends(route)


@pytest.mark.parametrize("who", [AUTHOR, SECOND_AUTHOR])
def test_an_author_cannot_approve(route: Route, who: str) -> None:
    route.submit()
    with pytest.raises(NotAllowed, match="'approve' needs admin or approver"):
        route.approve(who)
    with pytest.raises(NotAllowed, match="'request-changes' needs admin or approver"):
        route.pipeline.request_changes(SLUG, route.who(who), "No")
    assert not route.counts()


def test_a_lone_administrator_may_approve_with_a_written_reason_which_is_kept(route: Route) -> None:
    route.submit(ADMIN)
    route.approve(ADMIN, override="Everybody else is on leave until the 20th.")
    with route.database.reading() as session:
        assert session.scalars(select(DecisionRow.override_reason)).one().startswith("Everybody else")
    (entry,) = [row for row in route.activity() if row.verb == "approve"]
    assert entry.detail["override"].startswith("Everybody else")
    sends(route)


def test_an_override_without_words_is_none(route: Route) -> None:
    route.submit(ADMIN)
    for reason in ("", " ", "\t\n"):
        with pytest.raises((NotAllowed, BadInput)):
            route.approve(ADMIN, override=reason)
    assert not route.counts()


@pytest.mark.parametrize("who", [AUTHOR, APPROVER])
def test_an_override_needs_an_administrator(route: Route, who: str) -> None:
    route.submit(who)
    with pytest.raises(NotAllowed):
        route.approve(who, override="I am in a hurry.")
    assert not route.counts()


# -- reviews -------------------------------------------------------------------------------------------------------


def test_what_was_not_handed_in_cannot_be_approved(route: Route) -> None:
    with pytest.raises(IllegalMove, match="newsletter issue submit"):
        route.approve()
    with pytest.raises(IllegalMove):
        route.pipeline.request_changes(SLUG, route.who(APPROVER), "The lead")


def test_what_changed_during_review_cannot_be_approved(route: Route) -> None:
    route.submit()
    route.edit(subject="Another subject altogether")
    with pytest.raises(NotApproved, match="has changed since it was handed in"):
        route.approve()
    route.edit(subject=SUBJECT)
    route.approve()
    sends(route)


def test_an_issue_edited_during_review_can_be_handed_in_again(route: Route) -> None:
    first = route.submit().version
    route.edit(subject="Another subject altogether")
    second = route.submit().version
    assert (first.number, second.number) == (1, 2)
    route.approve()
    sends(route)


def test_asking_for_a_change_takes_an_earlier_yes_to_the_same_version_with_it(approved: Route) -> None:
    approved.pipeline.request_changes(SLUG, approved.who(ADMIN), "The deadline is wrong")
    assert approved.issue().state is State.CHANGES_REQUESTED
    assert refused(approved) == ()
    assert approved.submit().yes is None
    with pytest.raises(NotApproved):
        approved.send()
    approved.approve()
    sends(approved)


def test_a_yes_to_another_version_survives_a_request_for_changes(approved: Route) -> None:
    """Back at version 1, word for word, the yes to version 1 holds."""
    approved.edit(subject="Another subject altogether")
    approved.submit()
    approved.pipeline.request_changes(SLUG, approved.who(APPROVER), "The old subject was better")
    approved.edit(subject=SUBJECT)
    done = approved.submit()
    assert done.yes is not None
    assert done.yes.number == 1
    assert approved.issue().state is State.APPROVED
    sends(approved)


def test_handing_in_the_same_again_after_approval_keeps_the_yes_and_asks_nobody(approved: Route) -> None:
    done = approved.submit(SECOND_AUTHOR)
    assert done.yes is not None
    assert (done.yes.by, done.version.number) == (APPROVER, 1)
    assert approved.issue().state is State.APPROVED
    with approved.database.reading() as session:
        asked = select(NoticeRow).where(NoticeRow.kind == notices.REVIEW_REQUEST)
        assert len(session.scalars(asked).all()) == 2, "the two of the first time"
    sends(approved)


def test_a_withdrawn_issue_is_a_draft_and_cannot_be_approved(route: Route) -> None:
    route.submit()
    route.pipeline.withdraw(SLUG, route.who(SECOND_AUTHOR))
    assert route.issue().state is State.DRAFT
    with pytest.raises(IllegalMove):
        route.approve()
    route.sign_off()
    sends(route)


def test_a_draft_withdrawn_after_its_approval_is_not_sent(approved: Route) -> None:
    """The yes still names this version, but somebody has taken the issue off the table."""
    approved.pipeline.withdraw(SLUG, approved.who(AUTHOR))
    with pytest.raises(IllegalMove):
        approved.send()
    assert approved.mailings() == []
    assert approved.submit().yes is not None
    sends(approved)


def test_musts_bind_at_the_submit_and_are_listed(route: Route) -> None:
    route.edit(subject="Re: your last message")
    with pytest.raises(BadInput, match="must be mended") as caught:
        route.submit()
    assert caught.value.problems == (
        "Subject (English): The subject begins like an answer or a forwarded mail. Readers take that for a trick.",
    )
    assert route.issue().state is State.DRAFT
    with route.database.reading() as session:
        assert session.scalars(select(SnapshotRow)).all() == []


def test_everybody_who_may_approve_is_asked_but_the_one_who_asks(route: Route) -> None:
    route.submit(APPROVER)
    with route.database.reading() as session:
        asked = [(row.address, row.kind, row.subject) for row in session.scalars(select(NoticeRow))]
    assert asked == [(ADMIN, "review_request", "Please approve: Summer 2024, version 1")]


# -- time ----------------------------------------------------------------------------------------------------------


def test_a_late_approval_starts_no_send(route: Route) -> None:
    route.sign_off()
    route.pipeline.plan(SLUG, route.now.replace(day=12), route.who(AUTHOR))
    route.edit(subject="Another subject altogether")
    route.submit()
    later(route, days=10)
    route.approve()
    assert route.mailings() == []
    assert route.mails() == []
    assert route.issue().state is State.APPROVED
    assert route.issue().planned_at is None, "the time has passed: somebody names another, or sends"
    with route.database.reading() as session:
        assert session.scalars(select(CalendarRow).where(CalendarRow.done_at.is_(None))).all() == []


def test_an_approval_in_time_keeps_the_plan(route: Route) -> None:
    route.sign_off()
    at = route.now.replace(day=12)
    route.pipeline.plan(SLUG, at, route.who(AUTHOR))
    route.edit(subject="Another subject altogether")
    route.submit()
    assert route.issue().state is State.IN_REVIEW
    route.approve()
    assert (route.issue().state, route.issue().planned_at) == (State.PLANNED, at)


def test_undoing_an_edit_keeps_the_plan(route: Route) -> None:
    route.sign_off()
    at = route.now.replace(day=12)
    route.pipeline.plan(SLUG, at, route.who(AUTHOR))
    assert route.submit().yes is not None
    assert (route.issue().state, route.issue().planned_at) == (State.PLANNED, at)


def test_a_time_that_has_passed_cannot_be_planned(approved: Route) -> None:
    with pytest.raises(BadInput, match="has passed"):
        approved.pipeline.plan(SLUG, approved.now, approved.who(AUTHOR))
    assert approved.issue().state is State.APPROVED


@pytest.mark.parametrize("verb", ["withdraw", "request-changes"])
def test_taking_it_back_forgets_the_planned_time(approved: Route, verb: str) -> None:
    approved.pipeline.plan(SLUG, approved.now.replace(day=12), approved.who(AUTHOR))
    if verb == "withdraw":
        approved.pipeline.withdraw(SLUG, approved.who(AUTHOR))
    else:
        approved.pipeline.request_changes(SLUG, approved.who(APPROVER), "Not yet")
    assert approved.issue().planned_at is None
    with approved.database.reading() as session:
        assert session.scalars(select(CalendarRow)).all() == []


# -- at the same moment --------------------------------------------------------------------------------------------


def together(*acts: Callable[[], object]) -> list[BaseException]:
    """Do these at the same moment; what they raised."""
    barrier, raised = threading.Barrier(len(acts)), list[BaseException]()

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except BaseException as error:  # noqa: BLE001
            raised.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_two_who_press_send_at_once_release_one_mailing(either_route: Route) -> None:
    either_route.sign_off()
    assert together(either_route.send, lambda: either_route.send(SECOND_AUTHOR)) == []
    assert len(either_route.mailings()) == 1
    assert either_route.deliveries() == {"accepted": 4}
    assert len(either_route.mails()) == 4


def test_an_edit_at_the_moment_of_release_is_either_before_it_or_refused(either_route: Route) -> None:
    """Whoever comes second is refused: the send for want of a yes, or the edit because it is too late."""
    either_route.sign_off()
    raised = together(
        lambda: either_route.send(wait=False), lambda: either_route.edit(subject="Another subject altogether")
    )
    (error,) = raised
    assert isinstance(error, NotApproved | IllegalMove)
    assert bool(either_route.mailings()) == isinstance(error, IllegalMove)
