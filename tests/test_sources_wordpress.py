"""WordPress sites: what their API tells, what has changed there, and what goes wrong with them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from newsletter.errors import BadInput
from newsletter.fetch import Web
from newsletter.publications.sources.model import Definition, Entry, Memory, SourceKind
from newsletter.publications.sources.wordpress import WordPressReader
from tests.served import Served
from tests.source_contract import Case, SourceContract, Visit, visit
from tests.wordpress_double import WordPress

READER = WordPressReader()


@pytest.fixture
def site() -> Iterator[WordPress]:
    with WordPress(posts=250, pages=3, reports=5) as served:
        yield served


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(allow_private=True, agent="newsletter/0.1 (+https://news.example.org)") as made:
        yield made


def source(site: Served, path: str = "/", **options: Any) -> Definition:
    return Definition("site", SourceKind.WORDPRESS, site.url(path), options=options)


def read(site: Served, web: Web, memory: Memory | None = None, path: str = "/", **options: Any) -> Visit:
    return visit(READER, source(site, path, **options), web, memory)


def asked(site: Served, route: str = "posts", **query: str) -> list[dict[str, str]]:
    """Queries of a list that hold these."""
    found = [one.query for one in site.requests if f"wp/v2/{route}" in one.path]
    return [one for one in found if query.items() <= one.items()]


class TestWordPress(SourceContract):
    reader = READER

    @pytest.fixture
    def case(self, site: WordPress) -> Case:
        def spoil() -> None:
            site.items["posts"][120].title = " "
            site.items["posts"][120].excerpt = ""
            site.change(site.items["posts"][120])

        return Case(source(site), 250, spoil)


# What is told


def test_a_post_has_its_words_day_picture_and_subjects(site: WordPress, web: Web) -> None:
    found = read(site, web)
    assert (found.totals, len(found.entries)) == ([250], 250)
    assert found.entries[0] == Entry(
        id="100250",
        url=site.url("/2024/06/subject-250/"),
        title="Posts – subject 250",
        summary="What cities “do” about subject 250, and what they need for it…",
        published_on=date(2024, 6, 28),
        image=site.url("/uploads/900250-large.png"),
        image_alt="People in a street, 900250",
        image_credit="Photo: Photographer 900250",
        categories=("Events",),
        tags=("Mobility",),
        flags=("cut_off",),
    )
    assert found.entries[1].image == ""
    assert found.entries[1].categories == ("Reports & studies",)


def test_answers_are_small_and_a_hundred_at_a_time(site: WordPress, web: Web) -> None:
    read(site, web)
    lists = asked(site, per_page="100")
    assert [one["page"] for one in lists] == ["1", "2", "3"]
    assert all("content" not in one["_fields"].split(",") for one in lists)
    assert len(site.requests) == 7  # robots.txt, the front page, the root, the newest, three lists


def test_other_types_are_read_by_their_names(site: WordPress, web: Web) -> None:
    found = read(site, web, types=["reports", "pages"])
    assert found.totals == [8]
    assert [one.url.partition(f"{site.port}")[2].split("/")[1] for one in found.entries] == ["reports"] * 5 + [
        "about"
    ] * 3
    assert read(site, web, types="reports, pages").entries == found.entries


def test_subjects_of_a_taxonomy_of_its_own_count(site: WordPress, web: Web) -> None:
    terms = [
        [{"name": "Policy brief", "taxonomy": "resource_type"}, {"name": "English", "taxonomy": "language"}],
        [{"name": "Housing", "taxonomy": "resource_tag"}],
    ]
    site.items["reports"][0].extra = {"_embedded": {"wp:term": terms}}
    entry = read(site, web, types="reports").entries[0]
    assert (entry.categories, entry.tags) == (("Policy brief",), ("Housing",))


@pytest.mark.parametrize(
    ("said", "language"),
    [({"lang": "es"}, "es"), ({"lang": ""}, ""), ({"polylang_current_lang": "fr_FR"}, "fr"),
     ({"wpml_current_locale": "ar"}, "ar"), ({"lang": ["es"]}, "")],
)  # fmt: skip
def test_a_translated_site_says_the_language(site: WordPress, web: Web, said: dict[str, Any], language: str) -> None:
    site.items["reports"][0].extra = said
    assert read(site, web, types="reports").entries[0].language == language


def test_the_source_s_language_is_that_of_others(site: WordPress, web: Web) -> None:
    site.items["reports"][0].extra = {"lang": "es"}
    definition = Definition("site", SourceKind.WORDPRESS, site.url("/"), "fr", {"types": "reports"})
    assert [one.language for one in visit(READER, definition, web).entries] == ["es", "fr", "fr", "fr", "fr"]


def test_drafts_are_not_shown(site: WordPress, web: Web) -> None:
    site.items["reports"][1].status = "draft"
    assert len(read(site, web, types="reports").entries) == 4


def test_a_post_with_a_password_needs_a_login(site: WordPress, web: Web) -> None:
    site.items["reports"][0].extra = {"excerpt": {"rendered": "", "protected": True}}
    assert read(site, web, types="reports").entries[0].flags == ("login",)


@pytest.mark.parametrize(
    ("media", "image", "credit"),
    [
        ({"source_url": "/a.png"}, "/a.png", ""),
        (
            {"source_url": "/a.png", "media_details": {"sizes": {"medium_large": {"source_url": "/m.png"}}}},
            "/m.png",
            "",
        ),
        ({"source_url": "/a.png", "caption": {"rendered": "<p>" + "What is seen here. " * 20}}, "/a.png", ""),
        ({"source_url": "/a.png", "caption": {"rendered": "<p>&copy; Ana</p>"}}, "/a.png", "© Ana"),
        ({"source_url": "/a.pdf", "media_type": "file"}, "", ""),
        ({"code": "rest_forbidden", "message": "Sorry.", "data": {"status": 401}}, "", ""),
    ],
)
def test_the_picture_is_the_best_that_there_is(
    site: WordPress, web: Web, media: dict[str, Any], image: str, credit: str
) -> None:
    site.items["reports"][0].extra = {"_embedded": {"wp:featuredmedia": [media]}}
    entry = read(site, web, types="reports").entries[0]
    assert (entry.image, entry.image_credit) == (site.url(image) if image else "", credit)


@pytest.mark.parametrize("written", ["2024-02-30T10:00:00", "0000-00-00T00:00:00", "03/04/2024", 20240301, None])
def test_a_day_that_is_none_is_unknown(site: WordPress, web: Web, written: object) -> None:
    site.items["reports"][0].extra = {"date": written}
    assert read(site, web, types="reports").entries[0].published_on is None


@pytest.mark.parametrize(
    "wrong", [{"id": None}, {"id": "7"}, {"id": True}, {"id": -1}, {"link": ""}, {"link": "javascript:alert(1)"}]
)
def test_an_item_that_lacks_what_it_needs_is_refused_alone(site: WordPress, web: Web, wrong: dict[str, Any]) -> None:
    site.items["reports"][2].extra = wrong
    found = read(site, web, types="reports")
    assert (len(found.entries), len(found.refused)) == (4, 1)
    assert "reports, item 3" in found.refused[0].where


# Options


def test_since_leaves_out_what_is_older(site: WordPress, web: Web) -> None:
    found = read(site, web, since="2024-06-28")
    assert {one.published_on for one in found.entries} == {date(2024, 6, 28)}
    assert found.totals == [len(found.entries)] == [5]


def test_no_more_than_wanted_is_read(site: WordPress, web: Web) -> None:
    found = read(site, web, types="posts,pages", most_items=120)
    assert (found.totals, len(found.entries)) == ([120], 120)
    assert [one["page"] for one in asked(site, per_page="100")] == ["1", "2"]


@pytest.mark.parametrize(
    "options", [{"types": "../users"}, {"types": [""]}, {"types": ["a"] * 21}, {"since": "spring"},
                {"most_items": "all"}, {"most_items": -1}],
)  # fmt: skip
def test_a_wrong_option_is_said(site: WordPress, web: Web, options: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"Option (types|since|most_items) of a WordPress source"):
        read(site, web, **options)
    assert site.requests == []


def test_a_type_that_is_not_there_is_said_with_those_that_are(site: WordPress, web: Web) -> None:
    with pytest.raises(
        BadInput, match="has no type papers that anybody may read; it has: media, pages, posts, reports"
    ):
        read(site, web, types="posts,papers")
