"""Websites of invented organisations on loopback, as somebody finds them who knows nothing but their address."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape

from newsletter.publications.sources.model import Entry
from tests.judged import judged
from tests.served import Asked, Reply, Served
from tests.wordpress_content import Item
from tests.wordpress_double import WordPress

_FIRST = datetime(2024, 6, 28, 9)
_SECTIONS = {
    "News": 31,
    "Press Releases": 32,
    "Blog": 33,
    "Publications": 34,
    "Stories": 35,
    "Events": 36,
    "Opportunities": 37,
}


def entries(language: str) -> list[tuple[str, Entry]]:
    """Publications of one language that lie on the organisation's own site, with their kinds."""
    told = judged("held_out") + judged("tuned")
    return [(kind, one) for kind, one in told if one.language == language and "www.example.org" in one.url]


class Harbour(WordPress):
    """A WordPress site: theme, logo, footer, API; posts are filed under seven categories."""

    def __init__(self) -> None:
        super().__init__(posts=0)
        told = [(kind, one) for kind, one in entries("en") if one.categories and one.categories[0] in _SECTIONS]
        self.kinds = {one.title: kind for kind, one in told}
        self.items["posts"] = [
            Item(
                id=number, title=escape(one.title), date=_FIRST - timedelta(days=number), modified=_FIRST,
                path=f"/{number}/post-{number}/", excerpt=f"<p>{escape(one.summary)}</p>",
                extra={"_embedded": {"wp:term": [[{"id": 1, "name": one.categories[0], "taxonomy": "category"}]]}},
            )
            for number, (_, one) in enumerate(told, start=1)
        ]  # fmt: skip
        self.page("/wp-content/themes/harbour/style.css", HARBOUR_CSS, content_type="text/css")
        self.page("/contact/", HARBOUR_CONTACT)

    def _page(self, path: str) -> Reply | None:
        if path != "/":
            return super()._page(path)
        return Reply(HARBOUR_FRONT, 200, {"Link": f'<{self.url("/wp-json/")}>; rel="https://api.w.org/"'})


HARBOUR_CSS = """
:root{--wp--preset--color--vivid-red:#cf2e2e;--harbour-primary:#f28c28;--harbour-secondary:rgb(0, 80, 120)}
a{color:#f28c28} body{color:#333} .share-facebook{background:#1877f2} .share-facebook:hover{background:#1877f2}
"""
HARBOUR_FRONT = """<!doctype html><html lang="en-GB"><head><title>Home - Harbour Alliance</title>
<meta property="og:site_name" content="Harbour Alliance"><meta name="generator" content="WordPress 6.5">
<link rel="alternate" type="application/rss+xml" title="Harbour Alliance &raquo; Feed" href="/feed/">
<link rel="alternate" type="application/rss+xml" title="Harbour Alliance &raquo; Comments Feed" href="/comments/feed/">
<link rel="alternate" hreflang="es" href="/es/"><link rel="alternate" hreflang="x-default" href="/">
<link rel="stylesheet" href="/wp-content/themes/harbour/style.css?ver=1">
<link rel="apple-touch-icon" href="/touch.png"></head>
<body><header><a href="/" class="site-logo"><img src="/wp-content/uploads/logo.svg" alt="Harbour Alliance"></a>
<nav><a href="/news/">News</a><a href="/about/">About us</a><a href="/contact/">Contact</a></nav></header>
<main><h1>Towns by the water</h1></main><footer><a href="https://www.linkedin.com/company/harbour-alliance/">in</a>
<a href="https://twitter.com/harbouralliance">X</a><a href="https://www.facebook.com/sharer/sharer.php?u=x">share</a>
<p>Harbour Alliance is a registered charity, number 1234567.</p>
<p>© 2024 Harbour Alliance. All rights reserved.</p></footer>
</body></html>"""
HARBOUR_CONTACT = """<html lang="en"><body><main><h1>Contact</h1><p>Write to us:</p>
<p>Harbour Alliance<br>12 Quay Street<br>Oakport OP1 2AB<br>Tel. +44 20 7946 0000</p></main></body></html>"""


def static() -> Served:
    """Pages written by hand: cards without days in the list; each publication's page names its day in a meta tag."""
    site = Served()
    told = [one for kind, one in entries("en") if kind in {"report", "brief", "research", "knowledge_product"}]
    site.page("/", STATIC_FRONT)
    site.page("/css/main.css", "a{color:#7a1fa2}a:hover{color:#7a1fa2}.b{background:#0a7d4f}", content_type="text/css")
    site.page("/publications.html", _cards(told))
    for number, one in enumerate(told):
        site.page(f"/pubs/{number}.html", _publication(one, number))
    return site


STATIC_FRONT = """<html lang="en"><head><title>River Towns Institute | Research for small towns</title>
<link rel="stylesheet" href="/css/main.css"></head><body><div id="header"><img src="/img/rti-logo.png" alt="River Towns
Institute"></div><ul class="menu"><li><a href="/publications.html">Publications</a></li>
<li><a href="/about.html">About</a></li></ul>
<p>We study towns on rivers.</p><footer>
<address>River Towns Institute<br>Rue du Quai 7<br>1000 Brussels<br>Belgium</address>
</footer></body></html>"""


def _cards(told: list[Entry]) -> str:
    cards = "".join(
        f'<div class="col-md-4"><div class="card card-{number}"><img src="/img/{number}.jpg" alt="">'
        f"<h3>{escape(one.title)}</h3><p>A text of some length on what the publication is about and for whom.</p>"
        f'<a href="/pubs/{number}.html">More</a></div></div>'
        for number, one in enumerate(told)
    )
    menu = "".join(f'<li><a href="/topic/{name}.html">Everything we know about {name}</a></li>' for name in
                   ("water", "heat", "rents", "trains", "schools"))  # fmt: skip
    main = f'<main><h1>Publications</h1><div class="row">{cards}</div></main>'
    return f'<html lang="en"><body><nav><ul>{menu}</ul></nav>{main}</body></html>'


def _publication(one: Entry, number: int) -> str:
    day = f"2024-0{1 + number % 6}-1{number % 10}"
    head = f'<title>{escape(one.title)}</title><meta property="article:published_time" content="{day}T09:00:00Z">'
    return f'<html lang="en"><head>{head}</head><body><h1>{escape(one.title)}</h1></body></html>'


def arabic() -> Served:
    """Right to left, with the days in words, a second page, and JSON-LD about the organisation."""
    site = Served()
    told = [one for _, one in entries("ar")]
    site.page("/", ARABIC_FRONT)
    half = len(told) // 2
    site.page(
        "/ar/news",
        _arabic_list(told[:half], 0, '<ul class="pagination"><li><a rel="next" href="/ar/news-2">التالي</a></li></ul>'),
    )
    site.page("/ar/news-2", _arabic_list(told[half:], half, ""))
    return site


ARABIC_FRONT = """<html lang="ar" dir="rtl"><head><title>شبكة المدن الساحلية</title>
<meta name="theme-color" content="#008c95">
<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"WebSite"},{"@type":"NGO",
"name":"شبكة المدن الساحلية","logo":{"@type":"ImageObject","url":"/logo.png"},"sameAs":["https://www.instagram.com/coast"],
"address":{"@type":"PostalAddress","streetAddress":"شارع البحر 5","addressLocality":"تونس",
"addressCountry":"TN"}}]}</script></head>
<body><header><nav><a href="/ar/news">الأخبار</a><a href="/en" hreflang="en">English</a></nav></header><p>أهلًا</p>
<footer>© 2024 شبكة المدن الساحلية. جميع الحقوق محفوظة</footer></body></html>"""
_MONTHS = ("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو")


def _arabic_list(told: list[Entry], start: int, more: str) -> str:
    items = "".join(
        f'<li class="news-item"><a class="title" href="/ar/n/{start + number}">{escape(one.title)}</a>'
        f'<span class="news-date">{number + 1} {_MONTHS[number % 6]} 2024</span></li>'
        for number, one in enumerate(told)
    )
    return f'<html lang="ar" dir="rtl"><body><h1>الأخبار</h1><ul class="list">{items}</ul>{more}</body></html>'


def feed_only() -> Served:
    """A page that a script would fill, and a feed that it does not name."""
    site = Served()
    told = [one for kind, one in entries("en") if kind in {"press_release", "statement", "event_report"}][:12]
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>https://www.example.org/p/{number}</link>"
        f"<pubDate>Tue, {10 + number} Jun 2024 09:00:00 GMT</pubDate></item>"
        for number, one in enumerate(told)
    )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Updates</title>{items}</channel></rss>'
    site.page("/", '<html><head><title>Ferry Council</title></head><body><div id="app"></div></body></html>')
    site.page("/rss.xml", feed, content_type="application/rss+xml")
    return site


def hostile() -> Served:
    """Everything is wrong: endless links, addresses that are none, colours and data that are none, a private feed."""
    site = Served()
    links = "".join(
        f'<a href="http://[{number}">Publications</a><a href="/loop/{number}">News {number}</a>'
        for number in range(3000)
    )
    site.page(
        "/",
        f"""<html lang="{"x" * 5000}"><head><title>{"a | " * 2000}</title>
<meta name="theme-color" content="rgb(999,999,999)"><script type="application/ld+json">{"[" * 5000}</script>
<script type="application/ld+json">{{"@type":["NGO"],"name":{{"name":{{}}}},
"address":[[]],"logo":[],"sameAs":[1,null,"javascript:1"]}}</script>
<link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">
<link rel="alternate" type="application/rss+xml" href="/bomb.xml">
<link rel="alternate" type="application/rss+xml" href="/slow.xml">
<link rel="stylesheet" href="/huge.css"><link rel="https://api.w.org/" href="/loop/wp"></head>
<body>{links}</body></html>""",
    )
    site.page("/bomb.xml", BOMB, content_type="application/rss+xml")
    site.page("/huge.css", ("#abcdef;" * 1000 for _ in range(10_000)), content_type="text/css")
    site.redirect("/loop/wp", "/loop/wp")
    site.handler("/slow.xml", lambda _: Reply("<html><body>" + "<div>" * 50_000))
    for number in range(50):
        site.handler(f"/loop/{number}", _maze)
    return site


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><rss><channel><item>
<title>&d;</title></item></channel></rss>"""


def _maze(asked: Asked) -> Reply:
    deeper = "".join(_doors(asked.path))
    return Reply(f"<html><body>{deeper}</body></html>")


def _doors(path: str) -> Iterator[str]:
    for number in range(40):
        yield f'<div class="x{number}"><a href="{path}/{number}">A door in the maze of doors</a></div>'


def empty() -> Served:
    """A page that says nothing at all."""
    site = Served()
    site.page("/", "<html><body><p>Coming soon</p></body></html>")
    return site
