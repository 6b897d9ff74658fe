"""WordPress sites: where their API is, what has changed since, and what they answer when something is wrong."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from newsletter.errors import BadInput
from newsletter.fetch import Unreachable, Web
from newsletter.publications.sources.model import Definition, Memory, SourceKind
from newsletter.publications.sources.wordpress import READ_EVERY, WordPressReader
from tests.served import Reply, Served
from tests.source_contract import Visit, visit
from tests.wordpress_double import WordPress

READER = WordPressReader()


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web(allow_private=True, agent="newsletter/0.1 (+https://news.example.org)") as made:
        yield made


@pytest.fixture
def site() -> Iterator[WordPress]:
    with WordPress(posts=250, reports=5) as served:
        yield served


def source(site: Served, path: str = "/", **options: Any) -> Definition:
    return Definition("site", SourceKind.WORDPRESS, site.url(path), options=options)


def read(site: Served, web: Web, memory: Memory | None = None, path: str = "/", **options: Any) -> Visit:
    return visit(READER, source(site, path, **options), web, memory)


def lists(site: Served) -> list[dict[str, str]]:
    return [one.query for one in site.requests if one.query.get("per_page") == "100"]


# Where the API is


@pytest.mark.parametrize("announced", ["header", "element", ""])
@pytest.mark.parametrize("root", ["/wp-json/", "rest_route"])
@pytest.mark.parametrize("path", ["/", "/reports/subject-4/"])
def test_the_api_is_found_from_any_page(site: WordPress, web: Web, announced: str, root: str, path: str) -> None:
    site.faults.announced, site.faults.root = announced, root
    found = read(site, web, path=path, types="reports")
    assert len(found.entries) == 5
    assert found.memory["root"] == site.url("/?rest_route=/" if root == "rest_route" else root)


@pytest.mark.parametrize("path", ["/wp-json", "/wp-json/", "/wp-json/wp/v2/posts?per_page=5"])
def test_the_api_itself_will_do(site: WordPress, web: Web, path: str) -> None:
    site.faults.announced = ""
    assert len(read(site, web, path=path, types="reports").entries) == 5


def test_the_api_itself_will_do_without_pretty_addresses(site: WordPress, web: Web) -> None:
    site.faults.announced, site.faults.root = "", "rest_route"
    assert len(read(site, web, path="/?rest_route=/wp/v2/posts", types="reports").entries) == 5


def test_an_api_in_a_folder_is_where_the_page_says(site: WordPress, web: Web) -> None:
    site.faults.root = "/blog/api/"
    assert read(site, web, types="reports").memory["root"] == site.url("/blog/api/")


def test_a_site_of_another_make_is_said(site: WordPress, web: Web) -> None:
    site.faults.announced, site.faults.root = "", ""
    with pytest.raises(BadInput, match="has no WordPress API that anybody may read"):
        read(site, web)


def test_a_page_that_is_not_there_is_said(site: WordPress, web: Web) -> None:
    site.faults.announced, site.faults.root = "", ""
    with pytest.raises(Unreachable, match="404"):
        read(site, web, path="/nothing")


def test_an_api_that_has_moved_is_found_again(site: WordPress, web: Web) -> None:
    memory = read(site, web, types="reports").memory
    site.faults.root = "/api/"
    again = read(site, web, memory, types="reports")
    assert again.not_modified or again.memory["root"] == site.url("/api/")
    site.change(site.items["reports"][0])
    assert read(site, web, memory, types="reports").memory["root"] == site.url("/api/")


# What has changed since


def test_nothing_new_costs_one_question(site: WordPress, web: Web) -> None:
    memory = read(site, web).memory
    site.requests.clear()
    again = read(site, web, memory)
    assert again.not_modified
    assert len(site.requests) == 1


def test_what_is_changed_new_or_gone_is_noticed(site: WordPress, web: Web) -> None:
    posts = site.items["posts"]
    first = read(site, web)
    posts[200].title = "Another title"
    site.change(posts[200])
    second = read(site, web, first.memory)
    assert "Another title" in second.titles
    site.remove_item(posts[100])
    third = read(site, web, second.memory)
    assert set(second.ids) - set(third.ids) == {first.ids[100]}
    assert read(site, web, third.memory).not_modified


def test_all_is_read_every_so_often_for_what_no_post_is_dated_by(site: WordPress, web: Web) -> None:
    memory = read(site, web, types="reports").memory
    visits = 0
    while (again := read(site, web, memory, types="reports")).not_modified:
        memory, visits = again.memory, visits + 1
        assert visits < READ_EVERY
    assert visits == READ_EVERY - 1
    assert len(again.entries) == 5


def test_other_options_read_all_again(site: WordPress, web: Web) -> None:
    memory = read(site, web, types="reports").memory
    assert len(read(site, web, memory, types="reports", since="2024-01-01").entries) == 5


@pytest.mark.parametrize("memory", [{"asked": 1}, {"root": 7}, {"state": "x", "visits": "many"}, {"visits": None}])
def test_a_memory_of_another_make_does_no_harm(site: WordPress, web: Web, memory: Memory) -> None:
    assert len(read(site, web, memory, types="reports").entries) == 5


def test_a_site_that_does_not_tell_what_is_newest_is_read_each_time(site: WordPress, web: Web) -> None:
    site.faults.knows_modified = False
    first = read(site, web)
    assert (len(first.entries), first.totals) == (250, [])
    assert len(read(site, web, first.memory).entries) == 250


# What goes wrong


@pytest.mark.parametrize("embeds", [False, 400, 403, 500])
def test_what_is_not_embedded_is_asked_for(site: WordPress, web: Web, embeds: bool | int) -> None:
    whole = read(site, web)
    site.faults.embeds = embeds
    site.requests.clear()
    assert read(site, web).entries == whole.entries
    assert sum("/media" in one.path for one in site.requests) == 3
    assert sum("/categories" in one.path or "/tags" in one.path for one in site.requests) == 2


def test_an_answer_that_is_no_json_is_said_and_what_came_before_is_kept(site: WordPress, web: Web) -> None:
    site.faults.broken_page = 2
    memory: Memory = {}
    told: list[object] = []
    with pytest.raises(BadInput, match=r"page=2.* does not answer in JSON"):
        told.extend(READER.read(source(site), web, memory))
    assert len(told) == 101
    assert memory == {}


def test_one_failure_of_a_page_costs_nothing(site: WordPress, web: Web) -> None:
    memory = read(site, web).memory
    told = READER.read(source(site), web, memory | {"visits": READ_EVERY})
    next(told)
    site.faults.fails = 1
    assert len(list(told)) == 250


def test_a_site_that_fails_is_said(site: WordPress, web: Web) -> None:
    site.faults.fails = 100
    with pytest.raises(Unreachable, match="500"):
        read(site, web)


def test_an_error_in_place_of_a_list_is_said(site: WordPress, web: Web) -> None:
    site.faults.error = {"code": "rest_disabled", "message": "The API is <b>closed</b> here."}
    with pytest.raises(BadInput, match=r"is no list of the WordPress API; it says: The API is closed here\."):
        read(site, web)


@pytest.mark.parametrize("totals", [("", ""), ("3", "1"), ("9999", "100"), ("250", "1"), ("-1", "x"), ("0", "0")])
def test_wrong_totals_lose_nothing(site: WordPress, web: Web, totals: tuple[str, str]) -> None:
    site.faults.totals = totals
    assert len(read(site, web).entries) == 250


def test_a_site_without_paging_is_not_asked_for_ever(site: WordPress, web: Web) -> None:
    site.faults.knows_pages, site.faults.totals = False, ("9999", "100")
    assert len(read(site, web).entries) == 100
    assert [one["page"] for one in lists(site)] == ["1", "2"]


def test_a_site_that_never_ends_is_left(web: Web) -> None:
    def endless(asked: Any) -> Reply:
        page = int(asked.query.get("page", 1))
        items = [{"id": page % 2 * 100 + one + 1, "title": "A", "link": "/a"} for one in range(100)]
        return Reply(json.dumps(items), content_type="application/json")

    with Served() as site:
        site.page("/wp-json/", '{"namespaces": ["wp/v2"]}', content_type="application/json")
        site.handler("/wp-json/wp/v2/posts", endless)
        assert len(read(site, web, path="/wp-json/", most_items=1000).entries) == 200
        assert len(lists(site)) == 10


def test_what_is_published_meanwhile_is_told_once(site: WordPress, web: Web) -> None:
    told = READER.read(source(site), web, {})
    kept = [next(told) for _ in range(50)]
    newest = site.items["posts"][0]
    site.items["posts"][249].date = newest.date.replace(hour=23)
    ids = [one.id for one in [*kept, *told] if hasattr(one, "id")]
    assert len(set(ids)) == len(ids)
