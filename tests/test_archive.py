"""The archive: what anybody may see of issues, from when on, and that looking changes nothing."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import httpx
import pytest
from sqlalchemy import func, select, text, update

import subscribers
from newsletter.database import Database
from newsletter.delivery import archive
from newsletter.issues import lists
from newsletter.issues.tables import IssueRow
from newsletter.pipeline import Pipeline
from newsletter.web.app import app
from newsletter.web.public.feed import KIND
from subscribers.tables import ListRow
from tests.route import (
    AUTHOR,
    CONFIRMED,
    PREVIEW,
    SECRET_KEYS,
    SLUG,
    SUBJECT,
    SUBJECT_ES,
    SUPPRESSION_KEY,
    Route,
    later,
    settings,
)
from tests.test_calm import with_team
from tests.test_corrections import correct, sign_off, write
from tests.test_mending import mend

BASE_URL = "https://news.example.org"
PAGE = f"/issues/{SLUG}"
ATOM = "{http://www.w3.org/2005/Atom}"


def ask(route: Route, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    return asked(route.pipeline, path, method, **headers)


def asked(pipeline: Pipeline, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app=app(pipeline), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=pipeline.settings.base_url) as client:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers=given)

    return asyncio.run(answer())


def feed(route: Route, query: str = "") -> ET.Element:
    found = ask(route, f"/issues/feed.xml{query}")
    assert found.status_code == 200
    return ET.fromstring(found.content)


def entries(route: Route, query: str = "") -> list[str]:
    return [str(title.text) for title in feed(route, query).findall(f"{ATOM}entry/{ATOM}title")]


def sent(route: Route) -> Route:
    route.sign_off()
    route.send()
    return route


def words(answer: httpx.Response) -> str:
    return re.sub(r"<style.*?</style>|<[^>]+>", " ", answer.text, flags=re.DOTALL)


def test_nothing_can_be_seen_before_it_is_released(either_route: Route) -> None:
    for step in (lambda: None, either_route.submit, either_route.approve):
        step()
        assert ask(either_route, PAGE).status_code == 404
        assert SLUG not in ask(either_route, "/issues").text
        assert entries(either_route) == []


def test_an_empty_archive_says_what_will_come_and_offers_to_subscribe(route: Route) -> None:
    page = ask(route, "/issues")
    assert page.status_code == 200
    assert "The first issue is still to come" in page.text
    assert 'href="/subscribe"' in page.text


def test_what_was_sent_is_on_the_shelf_with_its_picture_name_day_and_subject(either_route: Route) -> None:
    page = ask(sent(either_route), "/issues")
    assert f'href="{PAGE}"' in page.text
    for expected in ("Summer 2024", "9 July 2024", SUBJECT.replace("'", "&#39;")):
        assert expected in page.text
    picture = re.search(r'<img src="(/media/[0-9a-f]{64}\.(?:jpg|png))" alt="" width="1200" height="630">', page.text)
    assert picture
    assert ask(either_route, picture[1]).status_code == 200


def test_without_a_picture_the_shelf_shows_the_name_in_its_place(route: Route) -> None:
    sent(route)
    with route.database.transaction() as session:
        session.execute(update(IssueRow).values(picture=None))
    page = ask(route, "/issues")
    assert '<span class="cover" aria-hidden="true"><span>Summer 2024</span></span>' in page.text
    assert "og:image:width" not in ask(route, PAGE).text


def test_the_page_is_the_version_that_was_sent_with_items_that_have_addresses(either_route: Route) -> None:
    page = ask(sent(either_route), PAGE)
    assert page.status_code == 200
    with either_route.database.reading() as session:
        shelved = archive.find(session, SLUG)
        assert shelved is not None
        stored = archive.page(session, shelved, "en")
    head, body = stored.split("<body", 1)
    assert head.split("<head>")[1] in page.text
    assert body.split(">", 1)[1] in page.text
    assert 'id="san-antonio' in page.text


def test_an_edit_after_the_release_changes_no_page(route: Route) -> None:
    before = ask(sent(route), PAGE).text
    with route.database.transaction() as session:
        session.execute(update(IssueRow).values(name="Another name"))
        session.execute(text("UPDATE issue_wordings SET subject = 'Another subject'"))
    assert ask(route, PAGE).text == before
    assert "Another subject" not in ask(route, "/issues").text


def test_a_page_is_in_the_language_that_is_asked_for_where_there_is_one(route: Route) -> None:
    sent(route)
    english, spanish, german = (ask(route, f"{PAGE}{query}") for query in ("", "?lang=es", "?lang=de"))
    assert '<html lang="es"' in spanish.text
    assert SUBJECT_ES in spanish.text
    assert spanish.headers["content-language"] == "es"
    assert german.text == english.text
    for page in (english, spanish):
        assert f'<link rel="alternate" hreflang="en" href="{BASE_URL}{PAGE}">' in page.text
        assert f'<link rel="alternate" hreflang="es" href="{BASE_URL}{PAGE}?lang=es">' in page.text
    assert f'href="{PAGE}?lang=es" lang="es"' in english.text
    assert "Español" in english.text
    # The browser's wish is none of the link's: what a mail links to is the same for everybody.
    assert ask(route, PAGE, accept_language="es").text == english.text


def test_the_shelf_speaks_the_language_of_the_browser(route: Route) -> None:
    page = ask(sent(route), "/issues", accept_language="es-MX,es;q=0.9")
    assert '<html lang="es" dir="ltr">' in page.text
    assert SUBJECT_ES in page.text
    assert f'href="{PAGE}?lang=es"' in page.text
    assert "Accept-Language" in page.headers["vary"]
    arabic = ask(route, "/issues?lang=ar")
    assert '<html lang="ar" dir="rtl">' in arabic.text
    assert f'<span lang="en" dir="ltr">{SUBJECT.replace(chr(39), "&#39;")}</span>' in arabic.text


def test_a_page_says_what_search_engines_and_previews_ask_for(route: Route) -> None:
    page = ask(sent(route), PAGE).text
    assert f"<title>{SUBJECT}</title>" in page.replace("&#39;", "'")
    assert f'<link rel="canonical" href="{BASE_URL}{PAGE}" />' in page
    first = re.search(r'property="og:image" content="([^"]+)"', page)
    assert first
    assert ask(route, first[1]).headers["content-type"] == "image/jpeg"
    assert '<meta property="og:image:width" content="1200">' in page
    assert f'type="application/atom+xml" href="{BASE_URL}/issues/feed.xml"' in page


def test_a_page_may_have_its_own_styles_and_nothing_that_runs(route: Route) -> None:
    page, shelf = ask(sent(route), PAGE), ask(route, "/issues")
    policy = page.headers["content-security-policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "unsafe-inline" not in shelf.headers["content-security-policy"]
    for one in (page, shelf):
        assert "<script" not in one.text
        assert "set-cookie" not in one.headers


def test_nobody_is_named_on_a_page(either_route: Route) -> None:
    sent(either_route)
    pages = [ask(either_route, path).text for path in (PAGE, f"{PAGE}?lang=es", "/issues", "/issues/feed.xml")]
    for page in pages:
        assert not re.search(r"/[cup]/[a-z2-7]{20,}", page)
        assert not any(address in page for address in (*CONFIRMED, AUTHOR))
        assert "since" not in re.findall(r"qz[0-9a-f]{16}", page)


def test_an_unlisted_issue_has_a_page_and_stands_in_no_list(either_route: Route) -> None:
    either_route.set_profile(archive="unlisted")
    page = ask(sent(either_route), PAGE)
    assert page.status_code == 200
    assert page.headers["x-robots-tag"] == "noindex"
    assert "feed.xml" not in page.text
    assert "All issues" not in page.text
    assert SLUG not in ask(either_route, "/issues").text
    assert entries(either_route) == []
    assert ask(either_route, "/issues?list=quarterly").status_code == 404
    assert ask(either_route, "/issues/feed.xml?list=quarterly").status_code == 404


def test_a_list_without_an_archive_has_no_pages(route: Route) -> None:
    route.set_profile(archive="none")
    assert ask(sent(route), PAGE).status_code == 404
    assert SLUG not in ask(route, "/issues").text
    assert entries(route) == []


def test_what_only_the_team_has_seen_is_not_on_the_shelf(either_route: Route) -> None:
    with_team(either_route)
    either_route.send(calm=True)
    page = ask(either_route, PAGE)
    assert page.status_code == 200, "the first copies link to it"
    assert page.headers["x-robots-tag"] == "noindex"
    assert SLUG not in ask(either_route, "/issues").text
    later(either_route, minutes=16)
    assert SLUG not in ask(either_route, "/issues").text, "nothing has left for a reader"
    either_route.send()
    assert SLUG in ask(either_route, "/issues").text
    assert "x-robots-tag" not in ask(either_route, PAGE).headers
    (published,) = feed(either_route).findall(f"{ATOM}entry/{ATOM}published")
    assert published.text == "2024-07-09T07:15:00Z"


def test_one_that_was_stopped_before_any_reader_had_it_is_not_on_the_shelf(route: Route) -> None:
    with_team(route)
    route.send(calm=True)
    route.pipeline.stop(SLUG, route.who(AUTHOR))
    later(route, hours=1)
    assert SLUG not in ask(route, "/issues").text
    assert entries(route) == []


def test_stopped_and_mended_the_page_is_what_was_sent_last(either_route: Route) -> None:
    either_route.sign_off()
    either_route.send(wait=False)
    either_route.pipeline.stop(SLUG, either_route.who(AUTHOR))
    with either_route.database.transaction() as session:
        session.execute(
            text(
                "UPDATE deliveries SET state = 'accepted', excluded = NULL WHERE id = (SELECT min(id) FROM deliveries)"
            )
        )
    stopped = ask(either_route, PAGE).text
    later(either_route, hours=1)
    mend(either_route, "mended")
    assert ask(either_route, PAGE).text == stopped, "until it is sent again"
    assert entries(either_route) == [SUBJECT]
    either_route.send()
    assert "Impact Report, mended" in ask(either_route, PAGE).text
    (entry,) = feed(either_route).findall(f"{ATOM}entry")
    assert "mended" in str(entry.findtext(f"{ATOM}title"))
    assert entry.findtext(f"{ATOM}published") == "2024-07-09T07:00:00Z"
    assert entry.findtext(f"{ATOM}updated") == "2024-07-09T08:00:00Z"


def test_a_corrected_issue_leads_to_its_correction(either_route: Route) -> None:
    sent(either_route)
    later(either_route, days=1)
    slug = correct(either_route)
    write(either_route, slug)
    sign_off(either_route, slug)
    assert slug not in ask(either_route, PAGE).text
    either_route.pipeline.send(slug, either_route.who(AUTHOR))
    assert "This issue was corrected on 10 July 2024." in ask(either_route, PAGE).text
    assert f'href="/issues/{slug}"' in ask(either_route, PAGE).text
    assert "closes on 12 September" in words(ask(either_route, f"/issues/{slug}"))
    shelf = ask(either_route, "/issues").text
    assert shelf.count("<li>") == 1, "below the one that it corrects"
    assert f'<a href="/issues/{slug}">Correction of 10 July 2024</a>' in shelf
    assert len(entries(either_route)) == 2


def test_many_issues_stand_under_their_years_the_newest_first(route: Route) -> None:
    sent(route)
    for number in range(1, 8):
        cloned(route, f"older-{number}", route.now - timedelta(days=91 * number))
    page = ask(route, "/issues").text
    assert re.findall(r"<h2[^>]*>(\d+)</h2>", page) == ["2024", "2023", "2022"]
    assert re.findall(r'href="/issues/([a-z0-9-]+)"', page) == [SLUG, *(f"older-{number}" for number in range(1, 8))]


def cloned(route: Route, slug: str, when: datetime, list_id: int | None = None) -> None:
    """The issue once more, as if it had been sent then."""
    with route.database.transaction() as session:
        first = session.scalars(select(IssueRow).where(IssueRow.slug == SLUG)).one()
        ordinal = session.scalar(select(func.max(IssueRow.ordinal))) or 0
        row = {column.name: getattr(first, column.name) for column in IssueRow.__table__.columns}
        row |= {"slug": slug, "ordinal": ordinal + 1, "public_at": when, "list_id": list_id or first.list_id}
        del row["id"]
        copy = IssueRow(**row)
        session.add(copy)
        session.flush()
        columns = "snapshot_id, kind, state, audience, frozen_up_to, candidates, left_out, paused_because"
        session.execute(
            text(
                f"INSERT INTO mailings (issue_id, list_id, created_at, finished_at, {columns}) "
                f"SELECT :issue, list_id, :at, :at, {columns} FROM mailings WHERE issue_id = :first"
            ),
            {"issue": copy.id, "first": first.id, "at": when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")},
        )


def test_several_lists_are_named_and_can_be_seen_one_by_one(route: Route) -> None:
    sent(route)
    with route.database.transaction() as session:
        other = subscribers.add_list(session, "letter", "The Letter", ("en",), route.now)
        lists.add_profile(
            session, other, from_name="Network of Mayors", from_address="a@news.example.org", postal_address="1 Street"
        )
    cloned(route, "the-letter", route.now - timedelta(days=3), other)
    page = ask(route, "/issues").text
    assert "<bdi>The Letter</bdi> · " in page
    assert 'href="/issues?list=letter&amp;lang=en"' in page
    letter = ask(route, "/issues?list=letter").text
    assert "/issues/the-letter" in letter
    assert PAGE not in letter
    assert 'href="/issues/feed.xml?list=letter"' in letter
    assert len(entries(route)) == 2
    assert len(entries(route, "?list=letter")) == 1


def test_the_issues_of_a_list_that_is_closed_can_still_be_read(route: Route) -> None:
    sent(route)
    with route.database.transaction() as session:
        session.execute(update(ListRow).values(archived_at=route.now))
    assert ask(route, PAGE).status_code == 200
    assert PAGE in ask(route, "/issues").text


@pytest.mark.parametrize(
    "slug", ["1", "%2e%2e", "x" * 5000, "%00", "' OR 1=1 --", "feed.xml.bak", "quarterly-2024-q3.ics", "%D9%85", "a/b"]
)
def test_an_address_that_never_was_is_not_found(route: Route, slug: str) -> None:
    assert ask(sent(route), f"/issues/{slug}").status_code == 404


@pytest.mark.parametrize("query", ["?list=nobody", "?list=%00", "?list=" + "x" * 3000])
def test_an_unknown_list_is_not_found(route: Route, query: str) -> None:
    for path in ("/issues", "/issues/feed.xml"):
        assert ask(route, f"{path}{query}").status_code == 404


# -- looking changes nothing, and is cheap -----------------------------------------------------------------------------

PATHS = ("/issues", PAGE, f"{PAGE}?lang=es", "/issues/feed.xml", "/healthz", "/readyz")


def everything(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        tables = subscribers.metadata.sorted_tables
        return {table.name: sorted(map(repr, session.execute(select(table)).all())) for table in tables}


def test_looking_changes_nothing(either_route: Route) -> None:
    sent(either_route)
    before = everything(either_route.database)
    for path in PATHS:
        get, head = ask(either_route, path), ask(either_route, path, "HEAD")
        assert get.status_code == head.status_code == 200
        assert head.headers["content-length"] == str(len(get.content))
        assert ask(either_route, path, "POST").status_code == 405
    assert everything(either_route.database) == before


@pytest.mark.parametrize("path", ["/issues", PAGE, "/issues/feed.xml"])
def test_who_has_a_page_does_not_get_it_again(route: Route, path: str) -> None:
    first = ask(sent(route), path)
    tag = first.headers["etag"]
    assert "max-age" in first.headers["cache-control"]
    for known in (tag, f'"other", W/{tag}', "*"):
        again = ask(route, path, if_none_match=known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == first.headers["cache-control"]
    assert ask(route, path, if_none_match='"other"').status_code == 200


@pytest.mark.parametrize("path", [PAGE, "/issues/feed.xml"])
def test_who_has_it_since_then_does_not_get_it_again(route: Route, path: str) -> None:
    first = ask(sent(route), path)
    assert first.headers["last-modified"] == "Tue, 09 Jul 2024 07:00:00 GMT"
    assert ask(route, path, if_modified_since=first.headers["last-modified"]).status_code == 304
    assert ask(route, path, if_modified_since="Tue, 09 Jul 2024 06:59:59 GMT").status_code == 200
    assert ask(route, path, if_modified_since="never").status_code == 200
    # The tag knows better.
    known = {"if_none_match": '"other"', "if_modified_since": first.headers["last-modified"]}
    assert ask(route, path, **known).status_code == 200


# -- the feed ----------------------------------------------------------------------------------------------------------


def test_the_feed_is_atom(either_route: Route) -> None:
    answer = ask(sent(either_route), "/issues/feed.xml")
    assert answer.headers["content-type"] == KIND
    assert answer.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    found = ET.fromstring(answer.content)
    strict(found)
    (entry,) = found.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == SUBJECT
    assert entry.findtext(f"{ATOM}summary") == PREVIEW
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Network of Mayors"
    assert links(entry) == {"alternate": f"{BASE_URL}{PAGE}"}


def test_an_empty_feed_is_atom_too(route: Route) -> None:
    strict(feed(route))


def strict(found: ET.Element) -> None:
    """What RFC 4287 asks for, in 4.1.1 and 4.1.2."""
    assert found.tag == f"{ATOM}feed"
    for one in (found, *found.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (element,) = one.findall(f"{ATOM}{name}")
            assert element.text
        for name in ("updated", "published"):
            for element in one.findall(f"{ATOM}{name}"):
                assert datetime.fromisoformat(str(element.text)).tzinfo
        assert all(address.startswith("https://") for address in links(one).values())
    assert links(found)["self"].startswith(f"{BASE_URL}/issues/feed.xml")
    for entry in found.findall(f"{ATOM}entry"):
        assert "alternate" in links(entry), "it has no content"
        assert entry.findall(f"{ATOM}author"), "the feed has none"
        UUID(str(entry.findtext(f"{ATOM}id")).removeprefix("urn:uuid:"))
    ids = [entry.findtext(f"{ATOM}id") for entry in found.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)


def links(one: ET.Element) -> dict[str, str]:
    return {link.attrib["rel"]: link.attrib["href"] for link in one.findall(f"{ATOM}link")}


def test_an_entry_keeps_its_id_when_the_installation_moves(route: Route) -> None:
    before = feed(sent(route)).findtext(f"{ATOM}entry/{ATOM}id")
    route.open(base_url="https://letters.example.net")
    after = feed(route)
    assert after.findtext(f"{ATOM}entry/{ATOM}id") == before
    assert links(after.findall(f"{ATOM}entry")[0])["alternate"] == f"https://letters.example.net{PAGE}"


def test_a_feed_can_be_in_another_language(route: Route) -> None:
    found = feed(sent(route), "?lang=es")
    (entry,) = found.findall(f"{ATOM}entry")
    assert entry.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "es"
    assert entry.findtext(f"{ATOM}title") == SUBJECT_ES
    assert links(entry)["alternate"] == f"{BASE_URL}{PAGE}?lang=es"
    assert links(found)["self"] == f"{BASE_URL}/issues/feed.xml?lang=es"
    strict(found)


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_a_picture_is_kept_for_ever(either_route: Route) -> None:
    sent(either_route)
    with either_route.database.reading() as session:
        shelved = archive.find(session, SLUG)
    assert shelved is not None
    assert shelved.picture is not None
    found = ask(either_route, shelved.picture.path)
    assert found.headers["content-type"] == "image/jpeg"
    assert "immutable" in found.headers["cache-control"]
    assert found.content[:3] == b"\xff\xd8\xff"
    assert ask(either_route, shelved.picture.path, if_none_match=found.headers["etag"]).status_code == 304
    assert ask(either_route, shelved.picture.path.replace(".jpg", ".png")).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["", "x.jpg", "0" * 64, "0" * 64 + ".jpg", "0" * 64 + ".svg", "A" * 64 + ".jpg", "0" * 64 + ".jpg%0a", "0" * 9999,
     "..%2f..%2fetc%2fpasswd", "%00.jpg", "0" * 64 + ".jpg.exe", "٣" * 64 + ".jpg"],
)  # fmt: skip
def test_only_the_name_of_a_kept_picture_is_found(route: Route, name: str) -> None:
    assert ask(route, f"/media/{name}").status_code == 404


# -- health ------------------------------------------------------------------------------------------------------------


def test_it_lives_and_is_ready(either_route: Route) -> None:
    assert ask(either_route, "/healthz").text == "alive\n"
    assert ask(either_route, "/readyz").text == "ready\n"


def test_it_is_not_ready_before_the_database_has_its_newest_form(empty_database: Database, route: Route) -> None:
    pipeline = Pipeline(settings(route.folder, "sqlite:///unused"), empty_database, lambda: route.now)
    ready = asked(pipeline, "/readyz", host="127.0.0.1")
    assert ready.status_code == 503
    assert ready.text == "The database is empty. Run: newsletter migrate\n"
    assert asked(pipeline, "/healthz").status_code == 200


def test_a_database_that_is_gone_is_said_without_a_secret(route: Route) -> None:
    gone = Database("postgresql+psycopg://reader:hush@127.0.0.1:1/newsletter")
    pipeline = Pipeline(settings(route.folder, "sqlite:///unused"), gone, lambda: route.now)
    ready = asked(pipeline, "/readyz", host="127.0.0.1")
    assert (ready.status_code, ready.text) == (503, "The database does not answer.\n")
    for secret in ("hush", SECRET_KEYS, SUPPRESSION_KEY):
        assert secret not in ready.text
    gone.close()
