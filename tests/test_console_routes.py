"""Every route of the console against the table of authority: who gets in, who does not, and what changes nothing."""

import itertools
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsletter.database import Database
from newsletter.guests.model import Act, Wish
from newsletter.pipeline import Pipeline
from newsletter.resources import templates
from newsletter.setup import store
from newsletter.setup.model import Step
from newsletter.staff.authority import AUTHORITY, Role
from newsletter.web.console import building
from newsletter.web.console.routes import Declared
from subscribers import SubscriptionState, finding
from tests import route as laid
from tests.route import ADMIN, APPROVER, AUTHOR, SECOND_AUTHOR, SLUG, Route, later
from tests.seated import MACHINE, Seated
from tests.test_public_pages import dump

WHO = {Role.AUTHOR: AUTHOR, Role.APPROVER: APPROVER, Role.ADMIN: ADMIN}
DONE = {200, 303, 400, 404, 409, 410}  # an act without its fields is refused in words


def _text(seated: Seated) -> str:
    added = seated.route.pipeline.editor.add_block(SLUG, MACHINE, "text", {"text": "A paragraph."}, section="work")
    return str(added.id)


# What stands for a parameter of a path. A route with another one needs a line here.
def _request(seated: Any) -> str:
    wish = Wish(Act.SUGGEST, "Dana", f"dana{next(_NUMBERS)}@example.org", date(2099, 6, 28))
    return str(seated.route.pipeline.ask_guest(SLUG, wish, seated.route.who(SECOND_AUTHOR)))


def _reader(seated: Any) -> str:
    with seated.route.database.reading() as session:
        return str(finding.find(session, state=SubscriptionState.CONFIRMED).cards[0].id)


def _brought(seated: Any) -> str:
    return str(seated.route.pipeline.bringing.paste(seated.route.who(AUTHOR), "quarterly", "confirmed", "ana@example"))


_NUMBERS = itertools.count()
SAMPLES = {
    "key": lambda _: SLUG,
    "language": lambda _: "en",
    "token": lambda seated: seated.link(SECOND_AUTHOR).rpartition("/")[2],
    "person": lambda seated: str(seated.id(SECOND_AUTHOR)),
    "passkey": lambda _: "1",
    "number": _request,
    "session": lambda _: "1",
    "publication": lambda seated: str(seated.route.publication("san-antonio").id),
    "source": lambda _: "none",
    "listed": lambda _: "quarterly",
    "service": lambda _: "default",
    "prefix": lambda _: "nk_00000000",
    "block": _text,
    "slug": lambda _: "work",
    "note": lambda _: "1",
    "name": lambda _: "default",
    "reader": _reader,
    "run": _brought,
    "revision": lambda seated: str(seated.route.issue().revision),
}


def declared() -> list[Declared]:
    """As the console itself declares them; no database is opened for it."""
    folder = Path(sys.prefix)
    settings = laid.settings(folder, f"sqlite:///{folder / 'none.db'}")
    database = Database(settings.database_url)
    found = building.routes(Pipeline(settings, database, lambda: laid.NOW)).declared
    database.close()
    return found


DECLARED = declared()
SEATED = [one for one in DECLARED if one.verb is not None]
POSTED = [one for one in DECLARED if one.method == "POST"]


def named(one: Declared) -> str:
    return f"{one.method} {one.path}"


def without_drawings(tables: dict[str, list[str]]) -> dict[str, list[str]]:
    """Pictures are drawn when they are first looked at, and kept."""
    return {name: rows for name, rows in tables.items() if name != "media"}


def path(one: Declared, seated: Seated) -> str:
    def sample(found: re.Match[str]) -> str:
        name = found[1].partition(":")[0]
        assert name in SAMPLES, f"tests/test_console_routes.py needs a sample for {{{name}}} of {one.path}"
        return SAMPLES[name](seated)

    return re.sub(r"\{([^}]+)\}", sample, one.path)


def being_set_up(route: Route, step: Step) -> None:
    with route.database.transaction() as session:
        store.begin(session, "https://www.example.org", ADMIN, route.now)
        store.answer(session, {"issue": SLUG}, route.now)
        store.move(session, step, route.now)


def test_every_route_needs_a_verb_of_the_table_or_stands_before_the_door() -> None:
    assert {one.verb for one in SEATED} <= set(AUTHORITY)
    before = {named(one) for one in DECLARED if one.verb is None}
    assert {one for one in before if not one.partition(" ")[2].startswith(("/console/sign-in", "/console/enter/"))} <= {
        one for one in before if "/guest" in one
    }
    assert len({named(one) for one in DECLARED}) == len(DECLARED)


@pytest.mark.parametrize("one", SEATED, ids=named)
def test_the_role_decides(route: Route, one: Declared) -> None:
    assert one.verb is not None
    guest = Seated(route)
    where = path(one, guest)

    stood = dump(route.database)
    nobody = guest.post(where) if one.method == "POST" else guest.get(where)
    assert nobody.status_code == 303
    assert nobody.headers["location"].startswith("/console/sign-in")
    said = guest.request(one.method, where, headers={"Accept": "application/json"})
    assert (said.status_code, list(said.json())) == (401, ["error"])
    assert dump(route.database) == stood

    for role, email in WHO.items():
        seated = Seated(route, email)
        where = path(one, seated)
        stood = dump(route.database)
        answer = seated.post(where) if one.method == "POST" else seated.get(where)
        if role in AUTHORITY[one.verb]:
            assert answer.status_code in DONE, f"{role}: {answer.status_code} {answer.text[:400]}"
            if one.method == "GET":
                assert without_drawings(dump(route.database)) == without_drawings(stood), "looking changes nothing"
                assert seated.request("HEAD", where).status_code == answer.status_code
        else:
            assert answer.status_code == 403
            assert "needs" in answer.text
            assert dump(route.database) == stood


@pytest.mark.parametrize("one", SEATED, ids=named)
def test_who_has_left_or_was_signed_out_is_nobody(route: Route, one: Declared) -> None:
    gone, revoked = Seated(route, APPROVER), Seated(route, ADMIN)
    where = path(one, revoked)
    before = revoked.cookie
    route.pipeline.team.take_away(gone.id(APPROVER), MACHINE)
    Seated(route, ADMIN).post("/console/account/sessions/end-others")
    assert revoked.cookie == before
    stood = dump(route.database)
    for seated in (gone, revoked):
        answer = seated.post(where) if one.method == "POST" else seated.get(where)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/console/sign-in")
    assert dump(route.database) == stood


@pytest.mark.parametrize("one", POSTED, ids=named)
def test_what_no_page_of_ours_posts_changes_nothing(route: Route, one: Declared) -> None:
    seated, other = Seated(route, ADMIN), Seated(route, ADMIN)
    where = path(one, seated)
    right = {"csrf": seated.csrf}
    ours = {"Sec-Fetch-Site": "same-origin"}
    forged = [
        (right, {"Sec-Fetch-Site": "cross-site"}),
        (right, {"Sec-Fetch-Site": "same-site"}),
        (right, {"Origin": "https://evil.example"}),
        (right, {"Origin": "null"}),
    ]
    if one.verb is not None:
        forged += [({}, ours), ({}, {}), ({"csrf": other.csrf}, ours), ({"csrf": seated.csrf[:-1]}, ours),
                   ({"csrf": "é"}, ours), ({"csrf": ""}, {**ours, "X-Csrf": other.csrf})]  # fmt: skip
    stood = dump(route.database)
    for fields, headers in forged:
        answer = seated.request("POST", where, data=fields, headers=headers)
        assert answer.status_code == 403, (fields, headers)
        assert "Nothing was changed" in answer.text
    assert dump(route.database) == stood


@pytest.mark.parametrize("one", [one for one in SEATED if one.fresh], ids=named)
def test_a_new_way_in_needs_a_new_sign_in(route: Route, one: Declared) -> None:
    seated = Seated(route, ADMIN)
    where = path(one, seated)
    later(route, minutes=16)
    seated.get("/console")
    stood = dump(route.database)
    answer = seated.post(where)
    assert answer.status_code == 303
    assert re.fullmatch(r"/console/sign-in\?again=yes&next=(?:%2F\w+)+", answer.headers["location"])
    assert dump(route.database) == stood
    assert "Is it still you?" in seated.get(answer.headers["location"]).text


# -- what every page says to browsers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("one", [one for one in DECLARED if one.method == "GET"], ids=named)
def test_every_page_is_locked(route: Route, one: Declared) -> None:
    seated = Seated(route, ADMIN)
    if one.path.startswith("/console/start"):
        being_set_up(route, Step.LOOKING if one.path == "/console/start" else Step.DONE)
    answer = seated.get(path(one, seated))
    assert answer.status_code == 200, answer.text
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == "'none'" or "sandbox" in policy
    assert "unsafe-eval" not in str(policy)
    if "sandbox" in policy:  # what staff, feeds and guests have typed
        assert "allow-same-origin" not in policy["sandbox"]
        assert "'unsafe-inline'" not in policy.get("script-src", "")
        assert policy["frame-ancestors"] == "'self'"
    else:
        assert "unsafe" not in str(policy)
        assert policy["frame-ancestors"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "Strict-Transport-Security" in answer.headers
    if "text/html" in answer.headers["content-type"] and "sandbox" not in policy:
        assert not INLINE.search(answer.text)
        for frame in re.findall(r"<iframe[^>]*>", answer.text):
            assert "sandbox=" in frame
            assert "allow-same-origin" not in frame


INLINE = re.compile(
    r"""<script(?![^>]*\bsrc=)[^>]*>|<script[^>]*>\s*[^<\s]|<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["'{]|javascript:""",
    re.IGNORECASE,
)
TEMPLATES = sorted((templates() / "console").rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_no_template_has_script_or_style_in_it(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    found = INLINE.search(source)
    assert not found, found
    for frame in re.findall(r"<iframe[^>]*>", source):
        assert "sandbox=" in frame
        assert "allow-same-origin" not in frame
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", source, re.DOTALL):
        before_the_door = "/console/sign-in" in form or "/console/enter/" in form or "guest" in form
        assert "csrf" in form or before_the_door, form


@pytest.mark.parametrize(
    "planted",
    ["<script>x</script>", '<script type="module">x</script>', '<script src="a">x</script>', "<p style='x'>",
     '<a onclick="x">', "<style>", '<a href="javascript:x">'],
)  # fmt: skip
def test_the_search_for_it_finds_it(planted: str) -> None:
    assert INLINE.search(planted)
