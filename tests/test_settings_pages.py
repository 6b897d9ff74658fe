"""Settings in the console: what each changes, whose yes it costs, how it is undone, and that no secret is shown."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from newsletter.delivery.tables import NoticeRow, TransportRow
from newsletter.issues import lists, sections
from newsletter.issues.model import Profile
from newsletter.rendering import theme
from newsletter.settings import TransportSettings
from newsletter.staff import activities, keys
from tests.console import Desk, form, said
from tests.route import ADMIN, APPROVER, AUTHOR, SECRET_KEYS, SLUG, SUPPRESSION_KEY, Route, later
from tests.seated import Seated
from tests.test_console_routes import DECLARED, path
from tests.test_public_pages import dump
from tests.visits import main_of

HOME = "/console/settings"
LIST = f"{HOME}/lists/quarterly"


def profile(route: Route) -> Profile:
    with route.database.reading() as session:
        return lists.profile(session, lists.named(session, "quarterly").id)


def pace(route: Route) -> tuple[int, int, bool]:
    with route.database.reading() as session:
        calm = lists.calm(session, 1)
        return calm.wait, calm.spread, lists.welcomes(session, 1)


def save(desk: Desk, page: str, ending: str = "", **fields: str) -> str:
    """Fill in the form of a page, send it, and give back the page after it."""
    where, known = form(desk.get(f"{LIST}/{page}"), ending or f"/{page}", **fields)
    answer = desk.post(where, data=known)
    return answer.text if answer.status_code == 400 else desk.follow(answer).text


def undo(desk: Desk) -> str:
    with desk.route.database.reading() as session:
        line = activities.page(session, verbs=("lists", "rhythm", "dates", "transports")).rows[0].id
    page = desk.get(f"{HOME}?done={line}")
    found = re.search(r'<form method="post" action="([^"]+)">(.*?)<button class="little">Undo', page.text, re.DOTALL)
    assert found, said(page)
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', found[2]):
        fields.setdefault(name, []).append(unescape(value))
    return said(desk.follow(desk.post(found[1], data=fields)))


@pytest.mark.parametrize(("page", "field", "value"), [
    ("sender", "from_name", "Network of <b>Mayors</b>"),
    ("sender", "postal_address", "Network of Mayors\n2 Example Square\n1000 Brussels"),
    ("face", "description", "What cities do."),
    ("face", "languages", "en, es, fr"),
    ("wording", "imprint", "Supported by a foundation"),
])  # fmt: skip
def test_a_change_that_readers_see_needs_a_new_yes_and_undone_it_counts(
    approved: Route, page: str, field: str, value: str
) -> None:
    desk, before, name = Desk(approved, ADMIN), profile(approved), approved.issue().name
    warned = main_of(desk.get(f"{LIST}/{page}"))
    assert f"{name} is signed off. If you change this, it needs a new yes." in warned
    after = save(desk, page, **{field: value})
    assert f"Saved. Nothing was sent. {name} needs a new yes now." in after
    assert "is signed off. If you change this" not in after
    assert "needs a new yes" in desk.get("/console").text, "the sentence on every page knows at once"
    assert not approved.counts()
    assert "<b>Mayors" not in after
    assert f"The yes for {name} counts again." in undo(desk)
    assert approved.counts()
    assert profile(approved) == before


def test_who_finds_the_issues_and_the_pace(approved: Route) -> None:
    desk = Desk(approved, ADMIN)
    assert "needs a new yes now" in save(desk, "archive", archive="unlisted")
    assert "counts again" in undo(desk)
    assert "it needs a new yes" not in main_of(desk.get(f"{LIST}/pace")), "no part of what is signed off"
    save(desk, "pace", wait="5", spread="0", welcome="on")
    assert approved.counts()
    assert pace(approved) == (5, 0, True)
    undo(desk)
    assert pace(approved) == (15, 30, False)


@pytest.mark.parametrize(("page", "fields", "named"), [
    ("sender", {"from_address": "nobody"}, "sender's address"),
    ("sender", {"postal_address": " "}, "postal address is missing"),
    ("sender", {"from_name": ""}, "sender's name"),
    ("face", {"languages": "english"}, "language"),
    ("face", {"languages": ""}, "first language"),
    ("face", {"default_language": "ar"}, "first language"),
    ("face", {"name": ""}, "name of the list"),
    ("wording", {"website": "javascript:alert(1)"}, "website"),
    ("archive", {"archive": "secret"}, "archive"),
    ("pace", {"wait": "-1"}, "time to look"),
    ("pace", {"spread": "100000000"}, "time for all readers"),
    ("dates", {"send": "when it is ready"}, "rule"),
    ("dates", {"country": "XX"}, "holidays"),
    ("dates", {"blocked": "Christmas"}, "blocked day"),
    ("dates", {"call": "two"}, "call"),
    ("dates", {"cadence": "daily"}, "cadence"),
])  # fmt: skip
def test_what_is_wrong_is_named_and_changes_nothing(
    route: Route, page: str, fields: dict[str, str], named: str
) -> None:
    desk = Desk(route, ADMIN)
    where, known = form(desk.get(f"{LIST}/{page}"), f"/{page}")
    stood = dump(route.database)
    answer = desk.post(where, data=known | fields)
    assert answer.status_code == 400
    assert "Nothing was changed." in main_of(answer)
    assert named in main_of(answer).lower()
    assert dump(route.database) == stood
    typed = form(answer, f"/{page}")[1]
    name, value = next(iter(fields.items()))
    assert name not in typed or typed[name] == value.strip() or name in {"archive", "cadence"}, "what was typed stays"


def test_nothing_is_sent_by_a_setting_of_an_issue_that_is_out(approved: Route) -> None:
    approved.send()
    approved.pipeline.deliver_notices()
    desk, before = Desk(approved, ADMIN), len(approved.mails())
    for page, fields in (
        ("sender", {"from_name": "Another"}), ("wording", {"legal_name": "Another"}), ("archive", {"archive": "none"}),
        ("pace", {"wait": "1", "welcome": "on"}), ("dates", {"on": "yes", "cadence": "monthly"}),
        ("theme", {"theme": "default"}),
    ):  # fmt: skip
        assert "is signed off. If you change" not in main_of(desk.get(f"{LIST}/{page}"))
        save(desk, page, **fields)
    later(approved, minutes=10)
    approved.pipeline.deliver_notices()
    assert len(approved.mails()) == before
    with approved.database.reading() as session:
        assert session.scalar(select(NoticeRow.id).where(NoticeRow.subscriber_id.is_not(None))) is None
    assert approved.issue().state.value == "sent"


def test_the_next_issue_begins_with_the_sections_as_they_were_set(either_route: Route) -> None:
    route = either_route
    desk = Desk(route, ADMIN)
    later(route, hours=1)
    where, known = form(desk.get(f"{LIST}/sections"), "/sections/read", cap="2", title_en="Worth reading")
    fields = {name: [value] for name, value in known.items()} | {"kinds": ["", "report", "brief"]}
    desk.follow(desk.post(where, data=fields))
    order, down = form(desk.get(f"{LIST}/sections"), "/sections")
    desk.follow(desk.post(order, data=down))  # the first of them: the second section up, or the first down
    with route.database.reading() as session:
        present = [row.slug for row in sections.of_list(session, 1)]
        assert sections.facts(session, 1, "read") == {
            "section": "read", "title_en": "Worth reading", "title_es": "Nuevas lecturas", "title_fr": "À lire",
            "title_ar": "جديد للقراءة", "cap": "2", "layout": "cover", "kinds": ["brief", "report"],
        }  # fmt: skip
    assert present != ["work", "read", "news", "open"]
    route.publish(external_id="autumn", kind="report", title="What autumn brings", published_on="2024-07-02")
    made = route.pipeline.assemble("quarterly", "2024-Q3", route.who(AUTHOR))
    page = main_of(desk.get(f"/console/issues/{made.slug}/write"))
    assert "Worth reading" in page
    taken = desk.post(where, data=fields | {"kinds": ["", "event"]})
    assert taken.status_code == 400
    assert "belongs to the section" in main_of(taken)
    assert "Saved" in undo(desk)
    with route.database.reading() as session:
        assert [row.slug for row in sections.of_list(session, 1)] == ["work", "read", "news", "open"]


def test_a_look_is_seen_before_it_is_kept_and_the_one_before_comes_back(approved: Route) -> None:
    desk, before = Desk(approved, ADMIN), profile(approved).theme
    stood = sorted(one.name for one in approved.folder.iterdir())
    page = desk.get(f"{LIST}/theme?own=%23ff8800")
    assert "We darkened your orange so that it can be read." in main_of(page)
    frame = re.search(r'src="([^"]*theme/mail[^"]*look=dark)"', page.text)
    assert frame
    mail = desk.get(unescape(frame[1]))
    _, fields = form(page, "/theme")
    fields = {name: value for name, value in fields.items() if "_" in name} | {"csrf": fields["csrf"]}
    assert fields["light_accent"] in mail.text
    assert "@media all" in mail.text
    assert sorted(one.name for one in approved.folder.iterdir()) == stood, "nothing is kept by looking"
    assert approved.counts()
    page = desk.follow(desk.post(f"{LIST}/theme", data=fields))
    assert "needs a new yes now" in said(page)
    kept = theme.find(profile(approved).theme, approved.folder)
    assert (kept.light.accent, kept.dark.tint) == (fields["light_accent"], fields["dark_tint"])
    assert kept.logo == theme.find(before, approved.folder).logo
    assert "counts again" in undo(desk)
    assert profile(approved).theme == before


@pytest.mark.parametrize("fields", [
    {"light_ink": "#ffffff"}, {"light_ink": "red;}</style><script>"}, {"theme": "../../newsletter.toml"},
    {"theme": "newsletter.toml"}, {"theme": "nowhere"}, {"own": "url(x)"},
])  # fmt: skip
def test_a_look_that_cannot_be_read_or_is_none_is_refused(route: Route, fields: dict[str, str]) -> None:
    desk, before = Desk(route, ADMIN), profile(route).theme
    _, known = form(desk.get(f"{LIST}/theme"), "/theme", theme="")
    answer = desk.post(f"{LIST}/theme", data=known | fields)
    assert answer.status_code == 400
    assert "</style><script>" not in answer.text
    assert profile(route).theme == before
    if "light_ink" in fields:
        wrong = desk.get(f"{LIST}/theme/mail?light_ink={fields['light_ink'].replace('#', '%23')}")
        assert "</style><script>" not in wrong.text
    if fields.get("light_ink") == "#ffffff":
        assert "colours.ink: #ffffff on paper" in main_of(answer)
        assert "2 pairs of colours cannot be read." in main_of(answer)


def test_the_day_of_one_issue_is_for_all_and_the_rule_for_who_looks_after_it(route: Route) -> None:
    admin, ana = Desk(route, ADMIN), Desk(route)
    rule = "third Tuesday after the quarter's end, 10:00"
    save(admin, "dates", on="yes", country="BE", blocked="2024-12-27", send=rule)
    page = main_of(ana.get(f"{LIST}/dates"))
    assert "Summer 2024 Tuesday 16 July, 10:00" in page
    where, fields = form(ana.get(f"{LIST}/dates"), "/dates/day", at="9999-12-31T23:59")
    assert "The day lies too far away." in main_of(ana.post(where, data=fields))
    where, fields = form(ana.get(f"{LIST}/dates"), "/dates/day", at="2024-07-18T09:30")
    page = ana.follow(ana.post(where, data=fields))
    assert said(page) == f"{fields['period']} has its day by hand."
    assert "Thursday 18 July, 09:30 by hand" in main_of(page)
    assert "goes by the rule again" in undo(ana)
    refused = ana.post(where, data=fields | {"at": "2020-01-01T09:00"})
    assert refused.status_code == 400
    assert "has passed" in main_of(refused)
    assert ana.post(f"{LIST}/dates", data=fields).status_code == 403
    save(admin, "dates", blocked="")
    with route.database.reading() as session:
        last = activities.page(session).rows[0]
        assert (last.verb, last.detail["before"]) == ("rhythm", {"blocked": "2024-12-27"})


def test_pace_of_a_mail_service(route: Route) -> None:
    desk, page = Desk(route, ADMIN), f"{HOME}/services"
    where, fields = form(desk.get(page), "/default", rate="2.5", daily_cap="500")
    desk.follow(desk.post(where, data=fields))
    with route.database.reading() as session:
        row = session.get_one(TransportRow, "default")
        assert (row.rate, row.daily_cap) == (2.5, 500)
    for wrong in ({"rate": "fast"}, {"rate": "nan"}, {"rate": "0"}, {"daily_cap": "-3"}):
        assert desk.post(where, data=fields | wrong).status_code == 400
    undo(desk)
    with route.database.reading() as session:
        row = session.get_one(TransportRow, "default")
        assert (row.rate, row.daily_cap) == (None, None)


def test_a_key_is_shown_once_and_taken_back(route: Route) -> None:
    desk = Desk(route, ADMIN)
    where, fields = form(desk.get(f"{HOME}/keys"), "/keys", name="Our <i>form</i>")
    refused = desk.post(where, data=fields)
    assert refused.status_code == 400
    page = desk.post(where, data=fields | {"scope": "subscribers:read"})
    text = re.search(r"nk_[0-9a-f]{8}_[0-9a-f]{48}", page.text)
    assert text
    assert "<i>form" not in page.text
    assert text[0] not in desk.get(f"{HOME}/keys").text
    with route.database.reading() as session:
        assert keys.find(session, text[0])
    where, fields = form(desk.get(f"{HOME}/keys"), "/revoke")
    assert "took back the key" in said(desk.follow(desk.post(where, data=fields)))
    with route.database.reading() as session:
        assert keys.find(session, text[0]) is None


SECRETS = ("hunter2-password", "hunter2-token", "hunter2-query", SECRET_KEYS, SUPPRESSION_KEY, "hunter2-database")


def test_no_secret_stands_in_any_page(route: Route) -> None:
    transports = {"backup": TransportSettings(url="postmark://hunter2-token@?stream=hunter2-query")}
    route.open(
        transport_url="smtp://someone:hunter2-password@mail.example.org:587?tls=starttls", transports=transports,
    )  # fmt: skip
    desk = Seated(route, ADMIN)
    for one in DECLARED:
        if one.method == "GET" and one.path.startswith(HOME):
            page = desk.get(path(one, desk))
            assert page.status_code == 200, one.path
            assert not [secret for secret in SECRETS if secret in page.text], one.path
    page = main_of(desk.get(HOME))
    assert "a mail server at mail.example.org" in page
    assert "backup : Postmark" in page
    assert "someone" not in page
    assert "secret_keys" in page


@pytest.mark.parametrize("who", [AUTHOR, APPROVER])
def test_who_writes_or_signs_off_looks_and_changes_nothing(route: Route, who: str) -> None:
    desk = Desk(route, who)
    assert "Sender" in main_of(desk.get(HOME))
    assert "Keys for programs" not in main_of(desk.get(HOME))
    for page in ("face", "sender", "wording", "archive", "pace", "sections", "theme"):
        shown = desk.get(f"{LIST}/{page}")
        assert shown.status_code == 200
        assert f'method="post" action="{LIST}' not in shown.text, page
        word = form(shown, "/sign-out")[1]
        assert desk.post(f"{LIST}/{page}", data=word).status_code == 403
    assert desk.get(f"{HOME}/keys").status_code == 403
    assert desk.get(f"{HOME}/lists/nowhere/face").status_code == 404
    assert desk.get(f"/console/issues/{SLUG}").status_code == 200
