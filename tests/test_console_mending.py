"""From a finding to its button: each kind of mending leads to its page, and to none that is not there."""

import pytest

from newsletter.preflight import Finding, Mend, Mending, Severity
from newsletter.web.console import mending
from newsletter.web.console.desk import Desk
from newsletter.web.console.mending import Button, Mender
from tests.route import SLUG, Route

ISSUE = f"/console/issues/{SLUG}"
WRITTEN = (mending.WRITE, mending.INBOX, mending.ITEM, mending.BLOCK, mending.COMPARE)


def buttons(route: Route, *mends: Mend, pages: tuple[str, ...] = WRITTEN) -> tuple[Button, ...]:
    desk = Desk(route.pipeline)
    desk.pages |= {("GET", page) for page in pages} | {("POST", mending.TAKE_OUT), ("POST", mending.LOOK)}
    return Mender(desk, SLUG).buttons(Finding(Severity.MUST, "check", "place", "message", mends=mends))


@pytest.mark.parametrize(
    ("mend", "path"),
    [
        (Mend(Mending.SUBJECT, "x", language="es"), "/write/inbox?language=es#f-subject"),
        (Mend(Mending.PREVIEW, "x"), "/write/inbox#f-preview"),
        (Mend(Mending.ITEM, "x", publication=7, field="title", language="en"), "/write/item/7?language=en#f-title"),
        (Mend(Mending.ITEM, "x", publication=7, field="picture"), "/write/item/7#picture"),
        (Mend(Mending.ITEM, "x", publication=7), "/write/item/7"),
        (Mend(Mending.ITEM, "x", publication=7, field="section"), "/write#item-7"),
        (Mend(Mending.COMPARE, "x", publication=7), "/write/item/7/website"),
        (Mend(Mending.BLOCK, "x", block=3, field="url"), "/write/block/3#f-url"),
        (Mend(Mending.SECTION, "x", section="work"), "/write#g-work"),
        (Mend(Mending.SECTION, "x"), "/write#waiting"),
    ],
)
def test_each_kind_leads_to_its_page(route: Route, mend: Mend, path: str) -> None:
    assert buttons(route, mend) == (Button("x", f"{ISSUE}{path}"),)
    assert buttons(route, mend, pages=()) == ()


def test_what_acts_is_posted(route: Route) -> None:
    out, now, again = buttons(
        route, Mend(Mending.TAKE_OUT, "Take it out", publication=7), Mend(Mending.LOOK, "Look now"),
        Mend(Mending.LOOK, "Look again"),
    )  # fmt: skip
    assert out == Button("Take it out", f"{ISSUE}/check/take-out", True, (("publication", "7"),))
    assert (now.post, now.fields) == (True, ())
    assert again.fields == (("again", "1"),)


@pytest.mark.parametrize("kind", [Mending.SETTING, Mending.BASE_URL, Mending.DNS])
def test_what_has_no_page_yet_has_no_button(route: Route, kind: Mending) -> None:
    assert buttons(route, Mend(kind, "x", field="theme")) == ()


@pytest.mark.parametrize("field", ["language", '"><b>'])
def test_what_its_page_cannot_change_has_no_button(route: Route, field: str) -> None:
    assert buttons(route, Mend(Mending.ITEM, "x", publication=7, field=field)) == ()
