"""What pages say of themselves, in all the places where websites say it."""

import json
from datetime import date

import pytest

from newsletter.publications.sources import metadata

HERE = "https://www.example.org/news/a"


def linked(*told: object) -> str:
    scripts = (f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in told)
    return "".join(scripts)


def article(**told: object) -> dict[str, object]:
    return {"@type": "NewsArticle", "headline": "T"} | told


def script(text: str) -> str:
    return f"<script type='application/ld+json; charset=utf-8'>{text}</script>"


SITE = "<meta property='og:site_name' content='The Paper'>"


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<title>A report | The Paper</title>", "A report"),
        ("<title>A report</title>", "A report"),
        ("<title>Migration \u2013 what cities do</title>", "Migration \u2013 what cities do"),
        ("<title>Migration \u2013 what cities do | The Paper</title>", "Migration \u2013 what cities do"),
        (f"<title>A report - The Paper</title>{SITE}", "A report"),
        (f"<meta property='og:title' content='A report \u2014 The Paper'>{SITE}", "A report"),
        ("<title>A report - News</title><body><h1>A <em>re</em>port<svg><title>Icon</title></svg></h1>", "A report"),
        (f"<title>A report | Two</title>{SITE}<body><h1>The Paper</h1>", "A report"),
        ("<title>A | B</title><body><h1>A | B</h1>", "A | B"),
        ("<title>A report \u00b7 Example</title>", "A report"),
        (linked(article(headline="A &amp; B")), "A & B"),
        ("<title>Other</title><meta name='twitter:title' content='A report'>", "A report"),
    ],
)
def test_the_title_is_told_without_the_websites_name(html: str, found: str) -> None:
    assert metadata.read(html, HERE).title == found


DAY = date(2024, 5, 12)
OTHER = "2024-06-01"


@pytest.mark.parametrize(
    ("html", "day"),
    [
        ("<meta name='article:published_time' content='2024-05-12'>", DAY),
        ("<meta name='DC.Date.issued' content='2024-05-12'>", DAY),
        ("<meta name='citation_publication_date' content='2024/05/12'>", DAY),
        ("<meta name='date' content='05/06/2024'>", None),
        ("<meta property='article:modified_time' content='2024-05-12'>", None),
        (linked({"dateModified": OTHER}), None),
        (linked({"datePublished": "2024-05-12T23:30:00-05:00", "dateModified": OTHER}), DAY),
        (linked({"@graph": [{"@type": "WebPage", "datePublished": OTHER}, article(datePublished="2024-05-12")]}), DAY),
        (linked({"@graph": [{"@type": "WebPage", "datePublished": "2024-05-12"}]}), DAY),
        (linked(article(comment=[{"@type": "Comment", "datePublished": OTHER}])), None),
        (linked(article(mentions=article(datePublished=OTHER))), None),
        (linked(article(datePublished=OTHER), article(headline="U", datePublished="2024-05-12", url=HERE)), DAY),
        (linked(article(datePublished=OTHER), article(headline="U", datePublished="2024-05-12")), None),
        (linked(article(datePublished="2024-05-12T10:00Z"), article(datePublished="2024-05-12T11:00Z")), DAY),
        (script('<!-- {"@type": "Report", "datePublished": "2024-05-12",} -->'), DAY),
        (script('//<![CDATA[\n{"@type": "Report",\n"name": "a\nb", "datePublished": "2024-05-12"}\n//]]>'), DAY),
        (script('{"@type": "Report", "name": "a "quoted" word", "datePublished": "2024-05-12"}'), DAY),
        (script('{"name": "a "b" c", "datePublished": "2024-05-12", "x": {"datePublished": "2024-05-13"}}'), None),
        (script("{broken"), None),
        (linked([[], {}] * 300 + [article(datePublished=OTHER)]), None),
    ],
)  # fmt: skip
def test_only_the_day_of_publication_counts(html: str, day: date | None) -> None:
    assert (
        metadata.read(f"<html><head><title>T</title>{html}</head><body><h1>T</h1></body></html>", HERE).published_on
        == day
    )


TIME = "<time datetime='2024-05-12'>12 May</time>"
ELSE = f"<time datetime='{OTHER}'>1 June</time>"


@pytest.mark.parametrize(
    ("body", "day"),
    [
        (f"<article><header><h1>T</h1>{TIME}</header><p>Text</p></article>", DAY),
        (f"<article>{TIME}<h1>T</h1></article><article>{ELSE}</article>", DAY),
        (f"<header class='site'>{ELSE}</header><main><div><h1>T</h1></div><ul class=meta><li>{TIME}</ul></main>", DAY),
        (f"<div><header>{ELSE}</header><div><h1>T</h1>{TIME}</div></div>", DAY),
        ("<main><h1>T</h1><span class='entry-date'>12 May 2024</span></main>", DAY),
        ("<div><h1>T</h1><span itemprop='datePublished' content='2024-05-12'>Sunday</span></div>", DAY),
        (f"<main><h1>T</h1><time class='updated' datetime='{OTHER}'></time>{TIME}</main>", DAY),
        ("<main><h1>T</h1><time class='published updated' datetime='2024-05-12'></time></main>", DAY),
        (f"<main><h1>T</h1><article>{TIME}</article></main>", DAY),
        (f"<article>{TIME}<p>No heading</p></article>", DAY),
        (f"<main><h1>T</h1><article>{ELSE}</article><article>{TIME}</article></main>", None),
        (f"<main><h1>T</h1><aside>{ELSE}</aside><div class='related-posts'>{ELSE}</div></main>", None),
        (f"<main><h1>T</h1><p>{'The mayors will meet in city hall. ' * 3}{ELSE}</p></main>", None),
        (f"<header>{ELSE}</header><div><h1>T</h1></div>", None),
    ],
)  # fmt: skip
def test_a_day_at_the_head_of_the_article_is_its_own(body: str, day: date | None) -> None:
    assert metadata.read(f"<body>{body}</body>", HERE).published_on == day


@pytest.mark.parametrize(
    ("html", "login"),
    [
        ("<meta property='article:content_tier' content='locked'>", True),
        ("<meta property='article:content_tier' content='free'>", False),
        (linked(article(isAccessibleForFree=False)), True),
        (linked(article(isAccessibleForFree="http://schema.org/False")), True),
        (
            linked(article(isAccessibleForFree=True, hasPart={"isAccessibleForFree": "False", "cssSelector": ".a"})),
            True,
        ),
        (linked({"@type": "ItemList", "itemListElement": [article(isAccessibleForFree=False)]}), False),
        ("<body><div class='paywall'>Subscribe</div>", True),
        ("<body><p>Free to read</p>", False),
    ],
)
def test_what_only_subscribers_read_is_said(html: str, login: bool) -> None:
    assert metadata.read(f"<title>T</title>{html}").login is login


GRAPH = [{"@type": "WebPage", "name": "T", "primaryImageOfPage": {"@id": "#i"}, "publisher": {"@id": "#o"}}]
SHOWN = (
    "<body><img src='/logo.png'><article><img src='/logo.png'><img src=/ann.jpg class=avatar><img width=40 src=/i.jpg>"
    "<img data-src='/local-authorities.jpg' src='data:image/gif;base64,R0' alt='Two mayors'></article>"
)


@pytest.mark.parametrize(
    ("html", "image", "alt"),
    [
        (
            "<meta property='og:image' content='/a.jpg?w=1'><main><img src='/s/a.jpg' alt='A hall'>",
            "/a.jpg?w=1",
            "A hall",
        ),
        ("<meta property='og:image' content='/a.jpg'><meta property='og:image:alt' content='A'>", "/a.jpg", "A"),
        ("<meta name='twitter:image' content='a.jpg'>", "/news/a.jpg", ""),
        ("<base href='/img/'><meta name='twitter:image:src' content='a.jpg'>", "/img/a.jpg", ""),
        (linked({"@graph": [*GRAPH, {"@type": "ImageObject", "@id": "#i", "url": "/a.jpg"}]}), "/a.jpg", ""),
        (linked(article(image=[{"@type": "ImageObject", "url": "/a.jpg"}, "/b.jpg"])), "/a.jpg", ""),
        (SHOWN, "/local-authorities.jpg", "Two mayors"),
        ("<meta property='og:image' content='javascript:x()'>", "", ""),
    ],
)
def test_the_picture_stands_for_the_page(html: str, image: str, alt: str) -> None:
    found = metadata.read(f"<title>T</title>{html}", HERE)
    assert (found.image, found.image_alt) == (image and f"https://www.example.org{image}", alt)


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<html lang='pt-BR'>", "pt"),
        ("<html xml:lang='fr'>", "fr"),
        ("<meta property='og:locale' content='ar_LB'>", "ar"),
        ("<meta http-equiv='Content-Language' content='es, en'>", "es"),
        (linked(article(inLanguage="nl-BE")), "nl"),
        ("<html lang='x'>", "de"),
    ],
)
def test_the_language_is_told_in_many_places(html: str, language: str) -> None:
    assert metadata.read(html, HERE, "de-AT, en").language == language


@pytest.mark.parametrize(
    ("html", "site"),
    [
        (f"{SITE}{linked(article(publisher={'name': 'The Paper Ltd'}))}", "The Paper"),
        (linked({"@graph": [*GRAPH, {"@type": "Organization", "@id": "#o", "name": "The Paper"}]}), "The Paper"),
        (linked(article(publisher=[{"name": "The Paper"}])), "The Paper"),
        ("<meta name='application-name' content='The Paper'>", "The Paper"),
        ("<title>T</title>", ""),
    ],
)
def test_whose_website_it_is(html: str, site: str) -> None:
    assert metadata.read(html, HERE).site == site
