"""The first ten minutes without a browser: strangers' sites, no site, hostile answers, a process that dies."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter import preflight
from newsletter.delivery.tables import NoticeRow
from newsletter.errors import BadInput, NotAllowed, NotFound
from newsletter.issues import drafts, views
from newsletter.issues.model import CoverageState, Role
from newsletter.publications.tables import PublicationRow, SourceRow
from newsletter.rendering import holes, theme
from newsletter.rendering.slots import static as whole
from newsletter.rendering.theme import contrast
from newsletter.setup import checklist
from newsletter.setup import kinds as grouping
from newsletter.setup.model import Step
from newsletter.setup.months import Span
from newsletter.setup.taking_in import UNKNOWN, Decision
from newsletter.staff import people
from newsletter.staff.authority import Role as StaffRole
from newsletter.staff.people import Actor
from tests.served import Reply, Served
from tests.set_up import EMAIL, Fresh, fresh
from tests.strangers import Harbour, arabic, empty, entries, feed_only, hostile, static

NOW = datetime(2024, 7, 9, 9, tzinfo=UTC)
MINUTES = 60.0


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Fresh]:
    with fresh(tmp_path / "new", NOW) as found:
        yield found


def to_draft(new: Fresh) -> Span:
    """What a person says who takes every proposal, and what was promised of the months."""
    standing = new.until(Step.PUBLISH)
    new.setup.publish(new.who, range(len(standing.found.places)), {}, {})
    new.answers += 1
    new.until(Step.MONTHS)
    proposed = next(span for span in new.setup.spans() if span.proposed)
    new.setup.make(new.who, proposed.value)
    new.answers += 1
    new.until(Step.DRAFT)
    return proposed


def right_kinds() -> dict[str, str]:
    """By title, as a person judged it."""
    return {one.title: kind for language in ("en", "ar") for kind, one in entries(language)}


@pytest.mark.parametrize("make", [Harbour, static, arabic], ids=["wordpress", "static", "arabic"])
@pytest.mark.parametrize("now", [NOW, None], ids=["that summer", "today"])
def test_a_strangers_site_becomes_a_draft(make: Callable[[], Served], now: datetime | None, tmp_path: Path) -> None:
    began = time.monotonic()
    with make() as site, fresh(tmp_path, now) as new:
        new.begin(site.url("/"))
        counted = to_draft(new)
        took = time.monotonic() - began
        with new.pipeline.database.reading() as session:
            rows = session.execute(select(PublicationRow.title, PublicationRow.kind)).tuples().all()
            issue = views.find(session, str(new.standing.answers["issue"]))
            draft = drafts.load(session, issue.id)
            covered = views.coverage(session, issue.id)
        html = whole(new.setup.preview().html)
    right = right_kinds()
    known = [(title, kind) for title, kind in rows if title in right]
    assert len(known) == len(rows) >= 20
    assert sum(right[title] == kind for title, kind in known) >= 0.8 * len(known)
    assert new.answers <= 6
    assert took < 4 * MINUTES
    assert counted.number == len(draft.items)
    assert counted.waiting == sum(one.state is CoverageState.HELD for one in covered)
    full = [item for item in draft.items if item.role is not Role.MORE]
    assert 8 <= len(full) <= 15
    assert all(wording.title for item in draft.items for wording in item.wordings.values())
    shown = [section for section in draft.sections if any(item.role is Role.ITEM for item in section.items)]
    for section in draft.sections:  # an empty section has no heading
        title = next(iter(section.titles.values()))
        assert section in shown or f">{title}</h2>" not in html
    look = theme.find(draft.profile.theme, tmp_path)
    assert draft.profile.theme == "theme.toml"
    for colours in (look.light, look.dark):
        for ink in (colours.ink, colours.muted, colours.accent):
            assert min(contrast(ink, ground) for ground in (colours.paper, colours.tint)) >= 4.5


def test_what_is_missing_is_a_friendly_hole_in_the_preview_and_nowhere_else(new: Fresh) -> None:
    with arabic() as site:
        new.begin(site.url("/"))
        to_draft(new)
    preview = new.setup.preview()
    html = holes.drawn(whole(preview.html))
    assert "Director’s note: 90–120 words" in html
    assert "The lead: a picture and 45–60 words" in html
    assert "⟦" not in html
    assert "⟦" not in holes.in_text(whole(preview.text))
    version = new.pipeline.version(str(new.standing.answers["issue"]))
    assert all("⟦" not in whole(part.html) + whole(part.text) for part in version.parts.values())


def test_a_corrected_kind_holds_for_what_is_published_later(new: Fresh) -> None:
    with Harbour() as site:
        new.begin(site.url("/"))
        standing = new.until(Step.PUBLISH)
        groups = {group.kind: group for group in grouping.groups(standing.found.places)}
        one = groups["report"].titles[0]
        new.setup.publish(new.who, [0], {"tribute": "statement"}, {one.number: "brief"})
        new.until(Step.MONTHS)
        with new.pipeline.database.reading() as session:
            kinds = dict(session.execute(select(PublicationRow.title, PublicationRow.kind)).tuples().all())
            (rules,) = session.scalars(select(SourceRow.rules))
    assert kinds[one.told.title] == "brief"
    assert {kinds[titled.told.title] for titled in groups["tribute"].titles} == {"statement"}
    assert {kinds[titled.told.title] for titled in groups["report"].titles[1:]} == {"report"}
    assert rules


def test_nothing_that_only_a_website_says_goes_out(new: Fresh) -> None:
    with static() as site:
        new.begin(site.url("/"))
        to_draft(new)
    key = str(new.standing.answers["issue"])
    profile, confirmed = new.setup.profile()
    assert (profile.postal_address, confirmed) == ("Rue du Quai 7\n1000 Brussels\nBelgium", False)
    found = new.pipeline.check(new.pipeline.version(key))
    assert "Nobody has confirmed the postal address" in str(refusal(new, key)) or any(
        one.severity is preflight.Severity.MUST for one in found
    )
    new.setup.go_on(new.who, Step.DRAFT)
    with pytest.raises(BadInput, match="postal address is missing"):
        new.setup.sender(new.who, name="RTI", address="news@rti.example.org", reply_to=EMAIL, postal=" ")
    new.setup.sender(new.who, name="RTI", address="news@rti.example.org", reply_to=EMAIL, postal="Quay 8\nBrussels")
    profile, confirmed = new.setup.profile()
    assert (profile.from_name, profile.postal_address, confirmed) == ("RTI", "Quay 8\nBrussels", True)
    assert new.standing.step is Step.MAIL


def refusal(new: Fresh, key: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        new.pipeline.submit(key, new.who)
    return caught.value


# -- without a website ------------------------------------------------------------------------------------------------


def linked(site: Served, number: int, day: str = "2024-06-1{}") -> list[str]:
    for one in range(number):
        head = f'<title>Report number {one} on towns</title><meta property="article:published_time" content="{day}">'
        page = f'<html lang="en"><head>{head.format(one % 10)}</head><body><h1>Report number {one}</h1></body></html>'
        site.page(f"/r/{one}", page)
    return [site.url(f"/r/{one}") for one in range(number)]


def test_ten_links_are_enough(new: Fresh) -> None:
    with Served() as site:
        links = linked(site, 10)
        new.begin("")
        assert new.standing.step is Step.WEBSITE
        new.setup.links(new.who, "\n".join([*links, links[0], site.url("/none"), ""]))
        standing = new.until(Step.MONTHS)
        assert len(standing.answers["problems"]) == 1
        new.setup.make(new.who, next(span.value for span in new.setup.spans() if span.proposed))
        new.until(Step.DRAFT)
    assert new.setup.profile()[0].from_address == "newsletter@harbour.example.org"


def test_links_without_a_day_get_one_by_hand(new: Fresh) -> None:
    with Served() as site:
        links = linked(site, 3, day="")
        new.begin("")
        new.setup.links(new.who, "\n".join(links))
        new.until(Step.MONTHS)
        assert new.setup.spans() == ()
        with new.pipeline.database.reading() as session:
            ids = list(session.scalars(select(PublicationRow.id)))
        with pytest.raises(BadInput, match="is no day"):
            new.setup.give_days(new.who, {ids[0]: "last week"})
        new.setup.give_days(new.who, {ids[0]: "2024-06-03", ids[1]: "2024-06-04", ids[2]: ""})
        (span, *_) = [one for one in new.setup.spans() if one.proposed]
        assert span.number == 2
        new.setup.make(new.who, span.value)
        new.until(Step.DRAFT)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Paste a link"),
        ("javascript:alert(1)", "begins with https"),
        ("www.example.org/x", "begins with https"),
        ("\n".join(f"https://example.org/{n}" for n in range(21)), "20 are enough"),
    ],
)
def test_what_is_no_list_of_links_is_refused_and_nothing_taken(text: str, said: str, new: Fresh) -> None:
    new.begin("")
    with pytest.raises(BadInput, match=said):
        new.setup.links(new.who, text)
    assert new.standing.step is Step.WEBSITE


def test_a_table_is_enough(new: Fresh) -> None:
    rows = "\n".join(f"t{n},report,Report {n},https://example.org/{n},en,2024-06-0{n}" for n in range(1, 10))
    new.begin("")
    with pytest.raises(BadInput, match=r"things\.csv"):
        new.setup.table(new.who, "things.csv", b"a,b\n1,2\n")
    new.setup.table(new.who, "things.csv", f"external_id,kind,title,url,language,published_on\n{rows}\n".encode())
    new.until(Step.MONTHS)
    new.setup.make(new.who, "2024-06")
    new.until(Step.DRAFT)


def test_the_sample_asks_for_texts_and_the_checks_wait_for_them(new: Fresh) -> None:
    new.begin("")
    new.setup.sample(new.who)
    new.until(Step.MONTHS)
    new.setup.make(new.who, next(span.value for span in new.setup.spans() if span.proposed))
    new.until(Step.DRAFT)
    new.setup.go_on(new.who, Step.DRAFT)
    new.setup.sender(new.who, name="Us", address=EMAIL, reply_to="", postal="1 Quay")
    key = str(new.standing.answers["issue"])
    assert "mended" in str(refusal(new, key))


# -- what is said that cannot be --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "website", ["javascript:alert(1)", "file:///etc/passwd", "not a site at all", "http://[", "x" * 3000, "ftp://a.org"]
)
def test_an_address_that_is_none_says_so_and_another_can_be_given(website: str, new: Fresh) -> None:
    new.begin(website)
    standing = new.until(Step.PUBLISH)
    assert not standing.found.places
    assert standing.found.tried
    with pytest.raises(BadInput, match="Type your website"):
        new.setup.look_at(new.who, "  ")
    with feed_only() as site:
        new.setup.look_at(new.who, site.url("/"))
        assert new.until(Step.PUBLISH).found.count == 12


def test_a_private_address_is_not_visited_unless_it_may_be(tmp_path: Path) -> None:
    with static() as site, fresh(tmp_path, NOW) as new:
        new.pipeline.setup.close()
        new.pipeline.settings = new.pipeline.settings.model_copy(update={"fetch_allow_private": False})
        new.pipeline.__init__(new.pipeline.settings, new.pipeline.database, new.clock)  # type: ignore[misc]
        new.begin(site.url("/"))
        standing = new.until(Step.PUBLISH)
        assert not standing.found.places
        assert site.requests == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html>" + b"x" * (11 * 1024 * 1024), "text/html"),
        (b"%PDF-1.7 \x00\x01\x02" * 1000, "application/pdf"),
        (b"\xff\xfe\x00" * 2000, "text/html"),
        (b"", "text/html"),
    ],
    ids=["ten megabytes", "a PDF", "noise", "nothing"],
)
def test_a_page_that_is_none_gives_nothing_and_harms_nothing(body: bytes, content_type: str, new: Fresh) -> None:
    with Served() as site:
        site.page("/", body, content_type=content_type)
        new.begin(site.url("/"))
        standing = new.until(Step.PUBLISH)
    assert not standing.found.places
    assert not standing.trouble


@pytest.mark.parametrize("make", [hostile, empty])
def test_a_site_in_which_all_is_wrong(make: Callable[[], Served], new: Fresh) -> None:
    with make() as site:
        new.begin(site.url("/"))
        new.until(Step.PUBLISH, 110)


def test_a_site_that_never_answers_does_not_keep_anybody(new: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    from newsletter.fetch import Limits, Web

    def web(settings: object) -> Web:
        return Web(allow_private=True, agent="test", limits=Limits(seconds=1.0))

    monkeypatch.setattr("newsletter.fetch.web", web)
    with Served() as site:
        site.handler("/", lambda _: (site.over.wait(30), Reply(b""))[1])
        new.begin(site.url("/"))
        standing = new.until(Step.PUBLISH)
        assert "takes longer" in " ".join(standing.found.tried)
        site.over.set()


@pytest.mark.parametrize("email", ["", "nobody", "a@", "a b@example.org", "ana@exa\x00mple.org", "@example.org"])
def test_an_address_that_is_none_begins_nothing(email: str, new: Fresh) -> None:
    with pytest.raises(BadInput):
        new.setup.begin("https://example.org", email)
    assert new.setup.standing() is None


def test_beginning_again_changes_nothing(new: Fresh) -> None:
    new.begin("")
    new.setup.begin("https://www.example.org", "eve@example.org")
    assert (new.standing.website, new.standing.email) == ("", EMAIL)
    with new.pipeline.database.reading() as session:
        assert [(one.email, one.role) for one in people.everybody(session)] == [(EMAIL, StaffRole.ADMIN)]


@pytest.mark.parametrize("role", [StaffRole.AUTHOR, StaffRole.APPROVER])
def test_only_who_looks_after_the_system_sets_it_up(role: StaffRole, new: Fresh) -> None:
    new.begin("")
    with new.pipeline.database.transaction() as session:
        somebody = Actor(people.add(session, "bo@example.org", role.value, NOW), "console")
    for act in (
        lambda: new.setup.look_at(somebody, "https://example.org"), lambda: new.setup.sample(somebody),
        lambda: new.setup.publish(somebody, [0], {}, {}), lambda: new.setup.links(somebody, "https://a.org/x"),
        lambda: new.setup.table(somebody, "a.csv", b""), lambda: new.setup.enough(somebody),
        lambda: new.setup.make(somebody, "2024-06"), lambda: new.setup.mail(somebody, "brevo", {}),
        lambda: new.setup.go_on(somebody, Step.WEBSITE), lambda: new.setup.again(somebody),
        lambda: new.setup.sender(somebody, name="a", address=EMAIL, reply_to="", postal="x"),
        lambda: new.setup.set_zone(somebody, "Europe/Paris", asked=True),
        lambda: new.setup.about(somebody, name="x", colour="#000000", with_logo=False),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            act()


def test_months_that_are_none_are_refused(new: Fresh) -> None:
    new.begin("")
    new.setup.sample(new.who)
    new.until(Step.MONTHS)
    for month in ("", "2024-13", "2030-01", "1201-01", "June", "2024-06-01"):
        with pytest.raises(BadInput):
            new.setup.make(new.who, month)
    assert new.standing.step is Step.MONTHS


# -- a process that dies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("requests", range(1, 12, 2))
def test_looking_goes_on_in_the_next_process(requests: int, new: Fresh) -> None:
    """Whatever it was asking for when it ended."""
    with Harbour() as site:
        heard = after(site, requests, new.setup.by_itself._stop.set)
        new.begin(site.url("/"))
        assert new.setup.by_itself.wait(60)
        assert heard()
        new.reopen()
        new.setup.resume()
        assert new.until(Step.PUBLISH).found.count == 60


@pytest.mark.parametrize("requests", range(1, 36, 5))
def test_collecting_goes_on_in_the_next_process(requests: int, new: Fresh) -> None:
    with static() as site:
        new.begin(site.url("/"))
        new.until(Step.PUBLISH)
        after(site, requests, new.setup.by_itself._stop.set)
        new.setup.publish(new.who, [0], {}, {})
        assert new.setup.by_itself.wait(60)
        new.reopen()
        new.setup.resume()
        new.until(Step.MONTHS)
        with new.pipeline.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(PublicationRow)) == 31
            assert session.scalar(select(func.count()).select_from(SourceRow)) == 1


def after(site: Served, requests: int, act: Callable[[], None], slow: float = 0) -> Callable[[], bool]:
    """Act once so many more requests have come; from then on each answer takes that many seconds."""
    real, begun, done = site.answer, len(site.requests), []

    def answer(asked: object) -> object:
        if len(site.requests) - begun == requests and not done:
            done.append(True)
            act()
        time.sleep(slow if done else 0)
        return real(asked)  # type: ignore[arg-type]

    site.answer = answer  # type: ignore[method-assign, assignment]
    return lambda: bool(done)


def test_another_process_waits_for_the_one_that_works(new: Fresh) -> None:
    """Two `init` at once look once, and the second goes on where the first died."""
    from newsletter.setup import store
    from newsletter.setup.conducting import Setup

    with new.pipeline.database.transaction() as session:
        people.add(session, EMAIL, "admin", NOW)
        store.begin(session, "http://127.0.0.1:1/", EMAIL, NOW)
        assert store.claim(session, "elsewhere:1:x", NOW)
        assert not store.claim(session, store.me("a"), NOW)
        assert store.claim(session, "elsewhere:1:x", NOW)
        assert store.claim(session, store.me("a"), NOW + store.LEASE)
        assert not store.claim(session, "elsewhere:1:x", NOW + store.LEASE)
        dead = store.me("b").split(":")
        assert store.beat(session, store.me("a"), NOW) is Step.LOOKING
        store.release(session, store.me("a"))
        assert store.claim(session, f"{dead[0]}:4194304:z", NOW)  # no such process
        assert store.claim(session, store.me("c"), NOW)
    assert isinstance(new.setup, Setup)


def test_what_fails_says_why_and_can_be_tried_again(new: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("newsletter.setup.works.discover", broken)
        new.begin("https://www.example.org")
        assert new.setup.by_itself.wait(20)
    assert "ZeroDivisionError" in new.standing.trouble
    assert new.standing.step is Step.LOOKING
    new.reopen()
    new.setup.resume()  # waits for a person
    assert new.setup.by_itself.wait(20)
    assert new.standing.trouble
    with feed_only() as site:
        new.setup.look_at(new.who, site.url("/"))
        assert not new.until(Step.PUBLISH).trouble


def test_who_is_in_a_hurry_goes_on_with_what_is_here(new: Fresh) -> None:
    with static() as site:
        new.begin(site.url("/"))
        new.until(Step.PUBLISH)
        # Slower than progress is looked at: that somebody has gone on is noticed, and the rest is not asked for.
        after(site, 20, lambda: new.setup.enough(new.who), slow=0.35)
        new.setup.publish(new.who, [0], {}, {})
        new.until(Step.MONTHS)
        new.setup.make(new.who, "2024-01")
        new.until(Step.DRAFT)


# -- what is left to do -----------------------------------------------------------------------------------------------


def points(new: Fresh) -> dict[str, bool]:
    with new.pipeline.database.reading() as session:
        return {one.name: one.done for one in checklist.setup_list(session, new.pipeline.settings, NOW)}


def test_the_list_says_what_is_true(new: Fresh) -> None:
    assert points(new) == {}
    new.begin("")
    assert not any(points(new).values())
    new.setup.sample(new.who)
    new.until(Step.MONTHS)
    new.setup.make(new.who, next(span.value for span in new.setup.spans() if span.proposed))
    new.until(Step.DRAFT)
    assert points(new)["A draft"]
    new.setup.go_on(new.who, Step.DRAFT)
    new.setup.sender(new.who, name="Us", address=EMAIL, reply_to="", postal="1 Quay")
    assert points(new)["Sender and postal address"]
    new.setup.mail(new.who, "brevo", {"user": "u", "password": "p"}, untried=True)
    assert not points(new)["A mail service"]  # until the settings are read
    new.reopen()
    assert points(new)["A mail service"]
    new.setup.go_on(new.who, Step.MAIL)
    new.setup.go_on(new.who, Step.COLLEAGUE, alone="yes")
    assert points(new)["Somebody who signs off"]
    new.setup.readers.paste(new.who, "ana@example.org")
    assert not points(new)["Readers"]
    assert [name for name, done in points(new).items() if not done] == [
        "Trust in your domain (DNS)", "Readers", "A public address", "A first send",
    ]  # fmt: skip
    with new.pipeline.database.reading() as session:
        said = {one.name: one for one in checklist.setup_list(session, new.pipeline.settings, NOW)}
    assert "until you decide" in said["Readers"].said
    assert all(one.path for one in said.values())


def test_nothing_is_mailed_before_there_is_a_mail_service(new: Fresh) -> None:
    new.begin("")
    new.setup.sample(new.who)
    new.until(Step.MONTHS)
    new.setup.make(new.who, next(span.value for span in new.setup.spans() if span.proposed))
    new.until(Step.DRAFT)
    with new.pipeline.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(NoticeRow)) == 0
    with pytest.raises(NotFound, match="No file of readers"):
        new.setup.readers.take(new.who, Decision(UNKNOWN))
