"""What a stranger's website tells: where it publishes, its name and look, and what it was asked in vain."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.errors import BadInput
from newsletter.fetch import Limits, Page, Web
from newsletter.publications.discovering import Discovery, colours, discover, identity, looks, places
from newsletter.publications.discovering.blocks import days
from newsletter.publications.discovering.listings import Listing, listing
from newsletter.publications.discovering.model import Proposal
from newsletter.publications.guessing.hosts import main_host
from newsletter.publications.sources import markup
from newsletter.publications.sources.model import Definition, Entry, SourceKind, Total
from newsletter.publications.sources.registry import reader
from tests.strangers import Harbour, arabic, empty, feed_only, hostile, static

BASE = "https://www.example.org/"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(
        allow_private=True, agent="newsletter/test", limits=Limits(most_bytes=2_000_000), pause=lambda _: None
    ) as found:
        yield found


def only(found: Discovery) -> Proposal:
    assert len(found.sources) == 1, found.tried
    return found.sources[0]


# -- whole sites ------------------------------------------------------------------------------------------------------


def test_a_wordpress_site_tells_all_by_few_requests(web: Web) -> None:
    with Harbour() as site:
        found = discover(web, site.url("/"))
        assert len(site.paths()) <= 10
        count = len(site.kinds)
        proposal = only(found)
        assert str(proposal) == f"WordPress: {count} found, {count} with a date"
        assert proposal.definition == Definition("", SourceKind.WORDPRESS, site.url("/"), "en")
        assert proposal.rules == ()  # none is needed
        assert sum(number for _, number in proposal.kinds) == count
        assert len({sample.kind for sample in proposal.samples}) == len(proposal.samples) == 6
        assert all(sample.because for sample in proposal.samples)
        entries = list(reader(SourceKind.WORDPRESS).read(proposal.definition, web, {}))
        assert sum(isinstance(one, Entry) for one in entries) == count
    assert found.name == "Harbour Alliance"
    assert found.logo.endswith("/wp-content/uploads/logo.svg")
    assert [(colour.found, colour.where) for colour in found.colours] == [
        ("#f28c28", "--harbour-primary"), ("#005078", "--harbour-secondary"),
    ]  # fmt: skip
    assert [colour.darkened for colour in found.colours] == [True, False]
    assert found.languages == ("en", "es")
    assert found.postal == "12 Quay Street, Oakport OP1 2AB"
    assert found.legal == "Harbour Alliance is a registered charity, number 1234567"
    assert found.social == (
        "https://www.linkedin.com/company/harbour-alliance/", "https://twitter.com/harbouralliance",
    )  # fmt: skip


def test_four_of_five_kinds_of_a_strangers_site_are_right(web: Web) -> None:
    from newsletter.publications.guessing import guess

    with Harbour() as site:
        told = list(reader(SourceKind.WORDPRESS).read(Definition("", SourceKind.WORDPRESS, site.url("/")), web, {}))
        entries = [one for one in told if isinstance(one, Entry)]
        right = sum(guess(one, [site.host]).kind == site.kinds[one.title] for one in entries)
    assert right >= 0.8 * len(site.kinds)


def test_the_types_of_a_wordpress_site_that_are_publications_are_read(web: Web) -> None:
    with Harbour() as site:
        site.items["reports"] = [site.items["posts"].pop() for _ in range(10)]
        site.items["team"] = [site.items["posts"].pop()]
        proposal = only(discover(web, site.url("/")))
    assert proposal.definition.options == {"types": "posts,reports"}


def test_a_static_site_without_days_in_its_list(web: Web) -> None:
    with static() as site:
        found = discover(web, site.url("/"))
        proposal = only(found)
        assert proposal.definition.kind is SourceKind.PAGE
        assert dict(proposal.definition.options) == {"item": "div.card"}
        assert proposal.count == 31
        assert proposal.dated == 3  # of the few whose own pages were looked at; collecting looks at all
        assert "of 3 whose pages were looked at, 3 name one there" in " ".join(found.tried)
        read = [one for one in reader(SourceKind.PAGE).read(proposal.definition, web, {}) if not isinstance(one, Total)]
        assert all(isinstance(one, Entry) and one.published_on for one in read)
    assert found.name == "River Towns Institute"
    assert found.logo.endswith("/img/rti-logo.png")
    assert [colour.found for colour in found.colours] == ["#7a1fa2", "#0a7d4f"]
    assert found.postal == "Rue du Quai 7, 1000 Brussels, Belgium"


def test_an_arabic_site_from_right_to_left(web: Web) -> None:
    with arabic() as site:
        found = discover(web, site.url("/"))
    proposal = only(found)
    assert proposal.name == "الأخبار"
    assert (proposal.count, proposal.dated) == (20, 20)  # of two pages
    assert proposal.definition.options["item"] == "li.news-item"
    assert proposal.definition.options["date"] == "span.news-date"
    assert all(sample.entry.language == "ar" for sample in proposal.samples)
    assert found.name == "شبكة المدن الساحلية"
    assert found.languages == ("ar", "en")
    assert found.postal == "شارع البحر 5, تونس, TN"
    assert found.timezone == "Africa/Tunis"
    assert [(colour.value, colour.found) for colour in found.colours] == [("#00828b", "#008c95")]


def test_a_site_with_only_a_feed_that_it_does_not_name(web: Web) -> None:
    with feed_only() as site:
        found = discover(web, site.url("/"))
        assert only(found).definition == Definition("", SourceKind.FEED, site.url("/rss.xml"))
        assert str(only(found)) == "Feed: 12 found, 12 with a date"
        assert "media_feature" not in dict(only(found).kinds)  # the feed's links lead to the organisation's own host
        assert found.name == "Ferry Council"
        assert discover(web, site.url("/rss.xml")).sources == found.sources  # somebody gave the feed's address


def test_a_hostile_site_costs_little_and_gives_nothing(web: Web) -> None:
    with hostile() as site:
        found = discover(web, site.url("/"))
        assert len(site.requests) <= 45
    assert found.sources == ()
    assert found.colours == ()
    assert any("entities" in sentence for sentence in found.tried)


def test_a_site_that_says_nothing_gives_sentences_on_what_was_tried(web: Web) -> None:
    with empty() as site:
        found = discover(web, site.url("/"))
    assert found == Discovery(found.url, own_hosts=("127.0.0.1",), tried=found.tried)
    assert len(found.tried) == 2
    assert all(sentence.endswith(".") for sentence in found.tried)


@pytest.mark.parametrize(
    "url", ["nothing at all", "javascript:alert(1)", "http://", "ftp://example.org/", "https://[::1"]
)
def test_an_address_that_is_none_is_not_asked_for(web: Web, url: str) -> None:
    assert discover(web, url) == Discovery(url, tried=(f"{url} is no web address like https://example.org.",))


def test_a_site_that_is_not_there_says_so(web: Web) -> None:
    with empty() as site:
        found = discover(web, site.url("/missing"))
    assert len(found.tried) == 1
    assert "404" in found.tried[0]


def test_a_private_address_is_refused_as_everywhere() -> None:
    with empty() as site, Web(allow_private=False, agent="newsletter/test") as careful:
        found = discover(careful, site.url("/"))
        assert site.requests == []
    assert found.sources == ()
    assert len(found.tried) == 1


def test_no_more_is_asked_than_was_allowed(web: Web) -> None:
    with static() as site:
        found = discover(web, site.url("/"), most_requests=4)
        assert len(site.paths()) == 4
    assert found.name == "River Towns Institute"


# -- lists ------------------------------------------------------------------------------------------------------------

TITLES = ("Twelve towns plant trees along schools", "A fund for bridges opens in May", "What ferries cost by night",
          "Mayors meet in the hall of trains")  # fmt: skip


LISTED = '<li><a href="/p/{number}">{title}</a> <time datetime="2024-05-1{number}">May</time></li>'
IN_ROWS = '<tr><td>1{number} May 2024</td><td><a href="/p/{number}">{title}</a></td></tr>'
TILES = '<a class="tile tile-{number}" href="/p/{number}"><h3>{title}</h3><span class=d>0{number}</span></a>'
TEASERS = """<article class="post post-{number} type-post"><a href="/p/{number}"><img src="/{number}.jpg"></a>
<div class="entry-title"><a href="/p/{number}">{title}</a></div><div class="entry-date">2{number}/05/2024</div>
<div class="excerpt">{title}, and what came of it in the years that followed.</div></article>"""
DRUPAL = """<div class="views-row"><a href="/p/{number}"><img src="/{number}.jpg"></a>
<p><a href="/p/{number}">{title}</a></p></div>"""
MORE = '<ul><li class="pager__item--next"><a href="?page=1">Next</a></li></ul>'
MORE_LINK = ".pager__item--next a"


def found_in(body: str) -> Listing | None:
    return listing(markup.document(f"<html><body>{body}</body></html>"), BASE)


def blocks_of(pattern: str) -> str:
    return "".join(pattern.format(number=number, title=title) for number, title in enumerate(TITLES))


@pytest.mark.parametrize(
    ("before", "pattern", "after", "options", "dated"),
    [
        ("<main><ul>", LISTED, "</ul>", {"item": "main > ul > li"}, 4),
        ("<table class=pubs>", IN_ROWS, "</table>", {"item": "table.pubs > tbody > tr", "date": "tr > td"}, 4),
        ("<div>", TILES, "", {"item": "a.tile"}, 0),
        (
            "<div>", TEASERS, "",
            {"item": "article.post", "title": "div.entry-title", "summary": "div.excerpt", "date": "div.entry-date"}, 4,
        ),
        ("<div>", DRUPAL, MORE, {"item": "div.views-row", "link": "p > a", "title": "p > a", "next": MORE_LINK}, 0),
    ],
)  # fmt: skip
def test_blocks_that_look_alike_are_a_list(
    before: str, pattern: str, after: str, options: dict[str, str], dated: int
) -> None:
    found = found_in(before + blocks_of(pattern) + after)
    assert found is not None
    assert found.options == options
    assert found.dated == dated
    assert found.links == tuple(f"{BASE}p/{number}" for number in range(4))


@pytest.mark.parametrize(
    "body",
    [
        "<p>Nothing</p>",
        "<nav><ul>" + blocks_of('<li><a href="/p/{number}">{title}</a></li>') + "</ul></nav>",
        "<footer>" + blocks_of('<div class=x><a href="/p/{number}">{title}</a></div>') + "</footer>",
        "".join(f'<div class="t"><a href="/{name}">About our {name}</a></div>' for name in ("team", "board", "past")),
        blocks_of('<div class="t"><a href="/same">{title}</a></div>'),
        blocks_of('<div class="t"><a href="mailto:a{number}@example.org">{title}</a></div>'),
        blocks_of('<div class="t"><a href="/p/{number}">Read more of this one</a></div>'),
    ],
)
def test_menus_and_the_like_are_no_list(body: str) -> None:
    assert found_in(body) is None


def test_publications_win_over_the_links_around_them() -> None:
    topics = "".join(f'<div class="topic"><a href="/topic/{name}">Everything about {name}</a></div>' for name in
                     ("water", "heat", "rents", "trains", "schools", "ferries"))  # fmt: skip
    found = found_in(
        topics + blocks_of('<div class="pub"><h3><a href="/p/{number}">{title}</a></h3><p>Words.</p></div>')
    )
    assert found is not None
    assert found.options == {"item": "div.pub"}


# -- who speaks -------------------------------------------------------------------------------------------------------


def tree(body: str = "", head: str = "") -> markup.LexborHTMLParser:
    return markup.document(f"<html><head>{head}</head><body>{body}</body></html>")


@pytest.mark.parametrize(
    ("head", "host", "name"),
    [
        ("<title>Home | Harbour Alliance</title>", "www.harbouralliance.org", "Harbour Alliance"),
        ("<title>Towns on rivers, together - River Towns Institute</title>", "rti.org", "River Towns Institute"),
        ("<title>RTI - Towns on rivers together</title>", "rti.org", "RTI"),
        ("<title>Inicio – Red de Puertos</title>", "reddepuertos.org", "Red de Puertos"),
        ('<meta property="og:site_name" content="rti.org"><title>River Towns Institute</title>', "rti.org",
         "River Towns Institute"),
        ('<meta name="application-name" content="Ferry Council"><title>Home</title>', "fc.org", "Ferry Council"),
        ("", "fc.org", ""),
    ],
)  # fmt: skip
def test_the_name(head: str, host: str, name: str) -> None:
    assert identity.name(tree(head=head), host) == name


@pytest.mark.parametrize(
    ("body", "postal"),
    [
        ("<footer><p>Rue de la Loi 100, 1040 Bruxelles</p></footer>", "Rue de la Loi 100, 1040 Bruxelles"),
        ("<footer><p>Address: 5 Harbour Road, Oakport | Tel: +44 20 1234</p></footer>", "5 Harbour Road, Oakport"),
        ("<footer><div>P.O. Box 30030<br>Nairobi 00100<br>Kenya<br>info@example.org</div></footer>",
         "P.O. Box 30030, Nairobi 00100, Kenya"),
        ("<p>Calle 26 # 57-41, Bogotá</p>", "Calle 26 # 57-41, Bogotá"),
        ("<footer>Bahnhofstraße 12, 10115 Berlin</footer>", "Bahnhofstraße 12, 10115 Berlin"),
        ("<footer><p>© 2024 Street Fund</p></footer>", ""),
        ("<p>The street where 40 families live was flooded.</p>" * 3, ""),
    ],
)  # fmt: skip
def test_the_postal_line(body: str, postal: str) -> None:
    assert identity.postal(tree(body)) == postal


def test_the_logo_of_a_header_without_its_banner() -> None:
    body = '<header><img src="/banner.jpg"><a href="/"><img src="/mark.png"></a></header>'
    assert looks.logo(tree(body), BASE) == f"{BASE}mark.png"
    assert looks.logo(tree(head='<link rel="icon" href="/favicon.ico">'), BASE) == f"{BASE}favicon.ico"
    assert looks.logo(tree(), BASE) == ""


# -- colours ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#F80", "#ff8800"), ("#ff8800", "#ff8800"), ("#ff880080", "#ff8800"), ("#ff880000", ""),
        ("rgb(1, 2,3)", "#010203"),
        ("rgb(0 80 120 / 50%)", "#005078"), ("rgba(1,2,3,0)", ""), ("hsl(120, 100%, 25%)", "#008000"),
        ("red", ""), ("", ""),
    ],
)  # fmt: skip
def test_colours_as_styles_write_them(text: str, colour: str) -> None:
    assert colours.read(text) == colour


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_becomes_readable_and_readable_ones_stay(number: int) -> None:
    colour = f"#{number:06x}"
    found = colours.readable(colour)
    assert colours.contrast_on_white(found) >= colours.READABLE
    assert (found == colour) == (colours.contrast_on_white(colour) >= colours.READABLE)


def test_greys_and_the_colours_of_share_buttons_are_nobodys() -> None:
    css = "a{color:#333}b{color:#777}c{color:#1877f2}d{color:#1877f2}e{color:#eee}f{color:#7a1fa2}"
    assert colours.most_used([css]) == ["#7a1fa2"]


# -- where it leads ---------------------------------------------------------------------------------------------------


def test_feeds_of_comments_are_left_out() -> None:
    head = """<link rel="alternate" type="application/rss+xml" title="Site" href="/feed/">
    <link rel="alternate" type="application/rss+xml" title="Site, Comments" href="/comments/feed/">
    <link rel="alternate" type="application/feed+json" href="/feed.json">
    <link rel="alternate" type="text/html" href="/es">
    <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">"""
    assert [(kind, url) for kind, url, _ in places.feeds(tree(head=head), BASE)] == [
        (SourceKind.FEED, f"{BASE}feed/"), (SourceKind.JSON_FEED, f"{BASE}feed.json"),
    ]  # fmt: skip


def test_pages_that_list_are_known_by_name_or_address_in_many_languages() -> None:
    names = ("Publicaciones", "Actualités", "الأخبار", "Aktuelles", "Our work", "Donate", "Press releases")
    body = "".join(f'<a href="/x{number}">{name}</a>' for number, name in enumerate(names))
    body += '<a href="/resources">Discover</a><a href="https://other.example.com/news">News</a>'
    body += '<a href="/a/news.pdf">News</a>'
    found = {url for url, _ in places.listings(tree(body), BASE)}
    assert found == {f"{BASE}{path}" for path in ("x0", "x1", "x2", "x3", "x6", "resources")}


def test_the_host_that_most_links_lead_to_is_the_sources_own() -> None:
    own = [f"https://www.example.org/{number}" for number in range(3)]
    assert main_host([*own, "https://elsewhere.example.net/"]) == ("example.org",)
    assert main_host(["https://www.bbc.com/1", "https://www.bbc.com/2"]) == ()
    assert main_host(["https://a.org/", "https://b.org/"]) == ()
    assert main_host(["http://["]) == ()


# -- anything ---------------------------------------------------------------------------------------------------------

_PIECES = st.sampled_from(
    [
        "<div class='a b'>", "</div>", "<a href='/x'>", "<a href='//['>", "</a>", "<h3>", "<time>",
        "<time datetime='x'>",
        "<p>", "<script type='application/ld+json'>", "</script>", "<img>", "<footer>", "<style>", "--brand:#12",
        "hsl(999%",
        '{"@type":"NGO","logo":[[]],"address":{"addressCountry":1}}', "</style>", "<link rel=stylesheet href>", "<nav>",
        "<html lang>", "©", "<meta name='theme-color' content='hsl(360,100%,100%)'>", "Street 5", "1 May 2024", "&#x0;",
        "a title of some words",
    ]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=20)), max_size=60))
def test_any_page_is_read_without_stumbling(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        page = markup.document(text)
    except BadInput:
        return
    listing(page, BASE)
    for read in (identity.languages, identity.postal, identity.legal, identity.timezone):
        read(page)
    identity.name(page, "example.org")
    identity.social(page, BASE)
    looks.logo(page, BASE)
    looks.sheets(page, BASE)
    for colour in looks.colours(page, [text]):
        assert colours.contrast_on_white(colour.value) >= colours.READABLE
    list(places.feeds(page, BASE))
    places.listings(page, BASE)
    places.contacts(page, BASE)
    places.says_wordpress(Page(BASE, 200, b""), page)
    days(list(page.css("div")))
