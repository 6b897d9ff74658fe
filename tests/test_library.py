"""The library in the console: searched, filtered, dated, pasted into; sources looked after; pictures without words."""

import pytest
from sqlalchemy import select, update

from newsletter.issues.tables import ItemWordingRow
from newsletter.publications.tables import PublicationRow, SourceRow
from tests.console import Desk, form, said
from tests.route import ADMIN, SLUG, Route
from tests.served import Served
from tests.test_public_pages import dump
from tests.visits import main_of

HOME = "/console/library"
SOURCES = f"{HOME}/sources"
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><guid>a</guid><title>A bridge opens &lt;b&gt;&amp; stays open</title><link>{site}/bridge</link>
<pubDate>Tue, 04 Jun 2024 09:00:00 GMT</pubDate></item>
<item><guid>b</guid><title>A report without a day</title><link>{site}/report</link></item></channel></rss>"""


def here(route: Route, external_id: str) -> str:
    return f"{HOME}/publications/{route.publication(external_id).id}"


def feed(site: Served) -> str:
    site.page("/feed", FEED.format(site=site.url()[:-1]), content_type="application/rss+xml")
    return site.url("/feed")


def test_it_is_searched_and_filtered_in_the_database(either_route: Route) -> None:
    route = either_route
    route.publish(external_id="ekrem", kind="report", title="ÉCOLE et 100 % d_accueil", published_on="2023-02-03")
    desk = Desk(route)
    page = main_of(desk.get(HOME))
    assert "9 publications" in page
    assert page.index("Forum of mayors") < page.index("Barranquilla"), "the newest first"
    for asked, found, lost in (
        ("q=mayors+work", "Forum of mayors", "Impact Report"),  # one word in the title, one in the text
        ("q=BLOOMBERG", "Latin American ideas", "Forum of mayors"),
        ("q=%C3%A9cole", "ÉCOLE", "Impact Report"),
        ("q=100+%25", "ÉCOLE", "Impact Report"),
        ("q=d_a", "ÉCOLE", "Impact Report"),
        ("kind=report&year=2024", "Impact Report", "ÉCOLE"),
        ("year=2023", "ÉCOLE", "Impact Report"),
        ("q=nobody+dated", "A report that nobody dated", "Impact Report"),
    ):
        page = main_of(desk.get(f"{HOME}?{asked}")).partition("found ·")[2]
        assert found in page, asked
        assert lost not in page, asked
    assert "Nothing fits." in main_of(desk.get(f"{HOME}?q=nowhere%00%EF%BF%BF&year=9999&page=99999&kind=%27"))
    assert "“" not in main_of(desk.get(f"{HOME}?page=2"))


def test_lines_say_what_issues_made_of_it_and_hostile_titles_stay_text(route: Route) -> None:
    route.publish(
        external_id="evil", kind="report", published_on="2024-06-30", url="https://www.example.org/?a=%22%3E",
        title="\"><script>alert(1)</script> \u202etxet",
    )  # fmt: skip
    route.choose("hold", "climate")
    route.choose("decline", "roots", "told before")
    desk = Desk(route)
    for path in (HOME, here(route, "evil"), f"{HOME}?q=%22%3E%3Cscript%3E"):
        page = desk.get(path)
        assert "<script>alert" not in page.text
        assert "<script>alert(1)</script> \u202etxet" in main_of(page)
        assert "<bdi>&#34;&gt;&lt;script" in page.text
    lines = main_of(desk.get(HOME))
    assert f"saved for next time in {route.issue().name}" in lines
    page = main_of(desk.get(here(route, "roots")))
    assert "left out" in page
    assert "told before" in page
    assert "No issue has met it yet." in main_of(desk.get(here(route, "evil")))


def test_a_day_is_given_corrected_and_taken_back(approved: Route) -> None:
    desk = Desk(approved)
    assert "No day yet 1 " in main_of(desk.get(HOME))
    where, fields = form(desk.get(HOME), "/day", day="2024-06-09")
    page = desk.follow(desk.post(where, data=fields))
    assert said(page) == "“A report that nobody dated” came out on 2024-06-09."
    assert "No day yet" not in main_of(page)
    where, fields = form(page, "/day")
    assert (fields["day"], fields["undo"]) == ("", "yes")
    desk.post(where, data=fields)
    assert "No day yet 1 " in main_of(desk.get(HOME)), "undone, it waits again"
    path = here(approved, "impact")
    page = desk.get(path)
    assert "is signed off. If you change this, it needs a new yes." in main_of(page)
    where, fields = form(page, "/day", day="2024-06-12")
    page = desk.follow(desk.post(where, data=fields))
    assert not approved.counts()
    assert "is signed off" not in main_of(page)
    assert "Day 2024-06-11 2024-06-12" in main_of(page)
    where, fields = form(page, "/day", day="2024-06-11")
    desk.post(where, data=fields)
    assert approved.counts(), "the day before brings the yes back"
    refused = desk.post(where, data=fields | {"day": "30 June"})
    assert refused.status_code == 400
    assert "write the day as YYYY-MM-DD" in main_of(refused)


def test_a_link_is_pasted_into_the_library(route: Route) -> None:
    route.open(fetch_allow_private=True)
    with Served() as site:
        site.page("/story", "<html lang='en'><head><title>A harbour city</title>"
                  "<meta property='article:published_time' content='2024-06-05T09:00:00Z'></head></html>")  # fmt: skip
        desk = Desk(route)
        where, fields = form(desk.get(f"{HOME}/paste"), "/paste", url=site.url("/story"))
        page = desk.post(where, data=fields)
        where, fields = form(page, "/paste/add")
        assert fields["title"] == "A harbour city"
        assert fields["published_on"] == "2024-06-05"
        page = desk.follow(desk.post(where, data=fields))
        assert said(page) == "You added a publication from its link."
        assert "A harbour city" in main_of(page)
        again = desk.follow(desk.post(where, data=fields))
        assert (said(again), main_of(again)) == ("", main_of(page)), "it is here already"


def test_a_source_shows_what_it_would_give_and_changes_nothing(route: Route) -> None:
    route.open(fetch_allow_private=True)
    desk = Desk(route)
    assert "Where do you publish?" in main_of(desk.get(SOURCES))
    with Served() as site:
        where, fields = form(desk.get(SOURCES), "/try", address=feed(site))
        stood = dump(route.database)
        page = desk.post(where, data=fields)
        assert dump(route.database) == stood
        assert "2 publications, 1 with a day" in main_of(page)
        assert "A bridge opens <b>&amp; stays open" in page.text.replace("&lt;", "<").replace("&gt;", ">")
        assert "2024-06-04" in main_of(page)
        where, fields = form(page, "/sources", name="Our <i>news</i>")
        page = desk.follow(desk.post(where, data=fields))
        assert said(page).startswith("You added the source ")
        assert "Our <i>news</i> not visited yet" in main_of(page)
        where, fields = form(page, "/visit")
        page = desk.follow(desk.post(where, data=fields))
        assert "well" in main_of(page)
        assert "2 new" in main_of(page)
        assert "A bridge opens" in main_of(desk.get(HOME))
        site.page("/feed", "gone", status=500)
        page = desk.follow(desk.post(where, data=fields))
        assert "Could not be read since today" in main_of(page)
        for act, words in (("pause", "paused"), ("resume", "Could not be read"), ("remove", "Where do you publish?")):
            where, fields = form(page, f"/{act}")
            page = desk.follow(desk.post(where, data=fields))
            assert words in main_of(page), act
    assert "A bridge opens" in main_of(desk.get(HOME)), "what came from it stays"


@pytest.mark.parametrize("address", ["", "/etc/passwd", "file:///etc/passwd", "newsletter.toml", "javascript:alert(1)"])
def test_only_the_web_is_looked_at(route: Route, address: str) -> None:
    desk = Desk(route, ADMIN)
    where, fields = form(desk.get(SOURCES), "/try", address=address)
    answer = desk.post(where, data=fields)
    assert answer.status_code == 400
    assert "Nothing was changed." in main_of(answer)
    assert "root:" not in answer.text
    with Served() as site:  # on this machine, and private addresses are not allowed here
        answer = desk.post(where, data=fields | {"address": feed(site)})
        assert answer.status_code == 400
        assert not site.requests
    with route.database.reading() as session:
        assert session.scalar(select(SourceRow.id)) is None


def test_pictures_that_say_nothing_are_found(either_route: Route) -> None:
    route = either_route
    desk = Desk(route)
    page = main_of(desk.get(f"{HOME}/pictures"))
    assert "A river walk below an arched bridge" in page
    assert "Illustration: nobody" in page
    assert "to those who do not see" not in page
    with route.database.transaction() as session:
        session.execute(update(ItemWordingRow).values(image_alt=""))
    page = desk.get(f"{HOME}/pictures?lacking=yes")
    assert "1 picture says nothing to those who do not see it." in main_of(page)
    number = route.publication("san-antonio").id
    assert f"/console/issues/{SLUG}/write/item/{number}" in page.text
    assert "Every picture has its words." not in main_of(page)


def test_what_no_engine_can_be_asked_for_is_not_there(either_route: Route) -> None:
    desk = Desk(either_route)
    assert desk.get("/console/library", params={"kind": "re\0port"}).status_code == 200
    assert desk.get("/console/issues/2024%00q3/results").status_code == 404


def test_an_empty_library_says_what_comes_first(route: Route) -> None:
    with route.database.transaction() as session:
        session.execute(update(PublicationRow).values(published_on=None))
    assert "Nothing with a day yet." in main_of(Desk(route).get(HOME))
