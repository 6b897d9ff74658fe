"""Feeds in the dialects that websites really speak, each with what must come out of it."""

from dataclasses import dataclass
from datetime import date

D = date(2024, 5, 12)
SITE = "https://mayors.example.org"


@dataclass(frozen=True)
class Dialect:
    """A feed as its server sends it, and of its first entry what is expected: field -> value."""

    content: bytes
    expected: dict[str, object]
    content_type: str = "application/rss+xml; charset=utf-8"
    entries: int = 1
    refused: int = 0


def rss(items: str, head: str = "", version: str = "2.0", namespaces: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="{version}" {namespaces}><channel><title>Network</title>'
        f"<link>{SITE}/</link><description>News</description>{head}{items}</channel></rss>"
    ).encode()


def item(inner: str = "", link: str = f"{SITE}/a", title: str = "A report") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{inner}</item>"


def atom(entry: str, head: str = "", attributes: str = "") -> bytes:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>Network</title>{head}'
        f"<entry><title>A report</title>{entry}</entry></feed>"
    ).encode()


DATED = "<pubDate>Sun, 12 May 2024 10:00:00 +0000</pubDate>"
MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/"'
CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
PLAIN: dict[str, object] = {"title": "A report", "url": f"{SITE}/a", "published_on": D}

DIALECTS: dict[str, Dialect] = {
    "plain RSS 2.0": Dialect(rss(item(DATED)), PLAIN),
    "RSS 0.91 with its document type": Dialect(
        b'<?xml version="1.0"?>\n<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
        b' "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
        + rss(item(DATED), version="0.91").split(b"?>", 1)[1],
        PLAIN,
    ),
    "RSS 0.92 without an XML declaration": Dialect(rss(item(DATED), version="0.92").split(b"?>", 1)[1], PLAIN),
    "RDF (RSS 1.0)": Dialect(
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {DC}>'
        f'<channel rdf:about="{SITE}"><title>N</title></channel><item rdf:about="{SITE}/a"><title>A report</title>'
        f"<link>{SITE}/a</link><dc:date>2024-05-12T23:00:00-07:00</dc:date></item></rdf:RDF>".encode(),
        PLAIN,
    ),
    "Atom": Dialect(
        atom(
            f'<id>tag:mayors.example.org,2024:1</id><link href="{SITE}/a"/><published>2024-05-12T09:00:00Z</published>'
            "<updated>2024-06-01T09:00:00Z</updated><summary>In short.</summary>"
        ),
        PLAIN | {"id": "tag:mayors.example.org,2024:1", "summary": "In short."},
        "application/atom+xml",
    ),
    "Atom that only says when it was updated": Dialect(
        atom(f'<id>1</id><link href="{SITE}/a"/><updated>2024-05-12T09:00:00Z</updated>'), PLAIN, "application/atom+xml"
    ),
    "Atom with several links": Dialect(
        atom(
            f'<id>1</id><link rel="self" href="{SITE}/feed/1"/><link rel="enclosure" type="image/png" '
            f'href="{SITE}/p.png"/><link rel="alternate" href="{SITE}/a"/><published>2024-05-12T09:00:00Z</published>'
        ),
        PLAIN | {"image": f"{SITE}/p.png"},
        "application/atom+xml",
    ),
    "Atom with xml:base and XHTML": Dialect(
        atom(
            '<id>1</id><link href="a"/><published>2024-05-12T09:00:00Z</published><content type="xhtml">'
            '<div xmlns="http://www.w3.org/1999/xhtml"><p>Words <em>here</em>.</p></div></content>',
            attributes=f'xml:base="{SITE}/"',
        ),
        PLAIN | {"summary": "Words here."},
        "application/atom+xml",
    ),
    "a relative link": Dialect(rss(item(DATED, link="/a")), PLAIN),
    "no link, but a guid that is one": Dialect(
        rss(f"<item><title>A report</title><guid>{SITE}/a</guid>{DATED}</item>"), PLAIN | {"id": f"{SITE}/a"}
    ),
    "a guid that is no link": Dialect(
        rss(item(f'<guid isPermaLink="false">post-7</guid>{DATED}')), PLAIN | {"id": "post-7"}
    ),
    "no guid": Dialect(rss(item(DATED)), PLAIN | {"id": f"{SITE}/a"}),
    "WordPress": Dialect(
        rss(
            item(
                "<category><![CDATA[Press releases]]></category><category><![CDATA[Cities &amp; towns]]></category>"
                '<guid isPermaLink="false">https://mayors.example.org/?p=7</guid><description><![CDATA[<p>Mayors met in'
                " the old town [&#8230;]</p>]]></description><content:encoded><![CDATA[<p>Mayors met in the old town"
                f' hall.</p><img src="{SITE}/hall.jpg" alt="The hall" />]]></content:encoded>{DATED}',
                title="A report &#8211; and more",
            ),
            namespaces=CONTENT,
        ),
        {
            "title": "A report – and more",
            "categories": ("Press releases", "Cities & towns"),
            "published_on": D,
            "summary": "Mayors met in the old town hall.",
            "flags": (),
            "image": f"{SITE}/hall.jpg",
            "image_alt": "The hall",
        },
    ),
    "a title with markup and entities twice": Dialect(
        rss(item(DATED, title="&lt;b&gt;A&lt;/b&gt; report &amp;amp; more")), {"title": "A report & more"}
    ),
    "a title with a lone ampersand": Dialect(rss(item(DATED, title="Towns & cities")), {"title": "Towns & cities"}),
    "media:content with a description": Dialect(
        rss(
            item(
                f'{DATED}<media:content url="{SITE}/p.jpg" medium="image">'
                "<media:description>The mayor</media:description><media:credit>A. Photo</media:credit></media:content>"
            ),
            namespaces=MEDIA,
        ),
        PLAIN | {"image": f"{SITE}/p.jpg", "image_alt": "The mayor", "image_credit": "A. Photo"},
    ),
    "media:content that is a film, and a thumbnail": Dialect(
        rss(
            item(f'{DATED}<media:content url="{SITE}/v.mp4" type="video/mp4"/><media:thumbnail url="{SITE}/t.jpg"/>'),
            namespaces=MEDIA,
        ),
        PLAIN | {"image": f"{SITE}/t.jpg"},
    ),
    "an enclosure that is a picture": Dialect(
        rss(item(f'{DATED}<enclosure url="{SITE}/e.png" type="image/png" length="1"/>')),
        PLAIN | {"image": f"{SITE}/e.png"},
    ),
    "an enclosure that is a recording": Dialect(
        rss(item(f'{DATED}<enclosure url="{SITE}/e.mp3" type="audio/mpeg" length="1"/>')), PLAIN | {"image": ""}
    ),
    "a counting pixel in the text": Dialect(
        rss(
            item(
                f'{DATED}<description>&lt;img src="{SITE}/c.gif" width="1" height="1"&gt;&lt;img src="/p.jpg" alt="A'
                ' square"&gt;Text.</description>'
            )
        ),
        PLAIN | {"image": f"{SITE}/p.jpg", "image_alt": "A square", "summary": "Text."},
    ),
    "dc:date and dc:creator": Dialect(
        rss(item("<dc:date>2024-05-12</dc:date><dc:creator>A</dc:creator>"), namespaces=DC), PLAIN
    ),
    "a date with a two-digit hour zone": Dialect(rss(item("<pubDate>Sun, 12 May 2024 10:00:00 EST</pubDate>")), PLAIN),
    "a date just before midnight elsewhere": Dialect(
        rss(item("<pubDate>Sun, 12 May 2024 23:59:59 -0800</pubDate>")), PLAIN
    ),
    "a date in Spanish": Dialect(rss(item("<pubDate>12 de mayo de 2024</pubDate>")), PLAIN),
    "a date that is none": Dialect(rss(item("<pubDate>soon</pubDate>")), PLAIN | {"published_on": None}),
    "no date": Dialect(rss(item()), PLAIN | {"published_on": None}),
    "a source element": Dialect(
        rss(item(f'{DATED}<source url="https://times.example/feed">The Times</source>')),
        PLAIN | {"outlet": "The Times"},
    ),
    "a language of the whole feed": Dialect(
        rss(item(DATED), head="<language>es-ES</language>"), PLAIN | {"language": "es"}
    ),
    "Latin-1 that says so": Dialect(
        b'<?xml version="1.0" encoding="ISO-8859-1"?>'
        + rss(item(DATED, title="Réunion")).decode().split("?>", 1)[1].encode("latin-1"),
        {"title": "Réunion"},
        "application/rss+xml",
    ),
    "Windows-1252 that claims to be UTF-8": Dialect(
        rss(item(DATED, title="Mayor’s report")).decode().encode("cp1252"), {"title": "Mayor’s report"}, "text/xml"
    ),
    "UTF-16 with its mark": Dialect(
        rss(item(DATED, title="تقرير")).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        {"title": "تقرير"},
        "application/rss+xml",
    ),
    "sent as HTML": Dialect(rss(item(DATED)), PLAIN, "text/html"),
    "white space before the declaration": Dialect(b"\n\n  " + rss(item(DATED)), PLAIN),
    "cut off in the middle": Dialect(rss(item(DATED) + item(DATED, link=f"{SITE}/b"))[:-120], PLAIN),
    "a control character": Dialect(rss(item(DATED, title="A\x0b report")), {"url": f"{SITE}/a"}),
    "tags that are not closed": Dialect(rss(item(f"<description>One<br>two</description>{DATED}")), PLAIN),
    "an item without a title among others": Dialect(
        rss(item(DATED) + item(DATED, title="", link=f"{SITE}/b")), PLAIN, entries=2, refused=1
    ),
    "an item that leads nowhere": Dialect(
        rss(item(DATED) + item(DATED, link="javascript:alert(1)")), PLAIN, entries=2, refused=1
    ),
    "an address with spaces": Dialect(rss(item(DATED, link=f"{SITE}/a b")), {"url": f"{SITE}/a%20b"}),
    "a news aggregator that writes the newspaper behind the title": Dialect(
        rss(item(f'{DATED}<source url="https://t.example">The Times</source>', title="A report - The Times")),
        PLAIN | {"outlet": "The Times"},
    ),
    "FeedBurner, which counts clicks": Dialect(
        rss(
            item(f"{DATED}<feedburner:origLink>{SITE}/a</feedburner:origLink>", link="https://feeds.example/~r/n/3"),
            namespaces='xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"',
        ),
        PLAIN,
    ),
    "prefixes that nobody declares": Dialect(
        rss(item('<dc:date>2024-05-12</dc:date><foo:bar a="1">x</foo:bar><media:thumbnail url="/t.jpg"/>')),
        PLAIN | {"image": f"{SITE}/t.jpg"},
    ),
    "entities of HTML that XML does not know": Dialect(
        rss(item(DATED, title="A&nbsp;caf&eacute; &ndash; &unknown; one")), {"title": "A café – &unknown; one"}
    ),
    "entities of its own": Dialect(
        b'<!DOCTYPE rss [<!ENTITY hall "town &#104;all"> <!ENTITY % lat PUBLIC "x" "http://h.example/lat1.ent"> %lat;]>'
        + rss(item(DATED, title="A &hall;")).split(b"?>", 1)[1],
        {"title": "A town hall"},
    ),
    "a guid that all items share": Dialect(
        rss("".join(item(f'<guid isPermaLink="false">0</guid>{DATED}', link=f"{SITE}/{one}") for one in "ab")),
        PLAIN | {"id": "0"},
        entries=2,
    ),
    "a film's page, with words in a group": Dialect(
        atom(
            f'<id>yt:1</id><link rel="alternate" href="{SITE}/a"/><published>2024-05-12T09:00:00Z</published>'
            f"<media:group {MEDIA}><media:title>A hall</media:title>"
            f'<media:thumbnail url="{SITE}/small.jpg" width="120"/>'
            f'<media:thumbnail url="{SITE}/large.jpg" width="480"/>'
            "<media:description>What is said.</media:description>"
            "</media:group>"
        ),
        PLAIN | {"image": f"{SITE}/large.jpg", "image_alt": "What is said.", "summary": ""},
    ),
    "two sizes of one picture": Dialect(
        rss(
            item(
                f'{DATED}<media:content url="/s.jpg" medium="image" width="150"/>'
                '<media:content url="/l.jpg" type="image/jpeg" width="1200px"/><description>Said.</description>'
            ),
            namespaces=MEDIA,
        ),
        PLAIN | {"image": f"{SITE}/l.jpg", "summary": "Said."},
    ),
    "the description of a picture before that of the item": Dialect(
        rss(
            item(
                f'{DATED}<media:content url="/p.jpg" medium="image"><media:description>A mayor</media:description>'
                "</media:content><description>Mayors met.</description>"
            ),
            namespaces=MEDIA,
        ),
        PLAIN | {"image_alt": "A mayor", "summary": "Mayors met."},
    ),
    "only the whole text": Dialect(
        rss(
            item(
                f"{DATED}<content:encoded><![CDATA[<h2>Findings</h2><p>{'Cities act on it. ' * 60}</p>]]>"
                "</content:encoded>"
            ),
            namespaces=CONTENT,
        ),
        PLAIN | {"summary": "Findings. " + " ".join(["Cities act on it."] * 32), "flags": ()},
    ),
    "a description that ends in the middle": Dialect(
        rss(item(f"{DATED}<description>Mayors brought together city...</description>")),
        PLAIN | {"summary": "Mayors brought together city…", "flags": ("cut_off",)},
    ),
    "Atom with a title that shows a tag": Dialect(
        atom(f'<id>1</id><link href="{SITE}/a"/>').replace(b"A report", b"How to use &lt;b&gt;"),
        {"title": "How to use <b>"},
        "application/atom+xml",
    ),
    "Blogger, whose categories name a scheme": Dialect(
        atom(
            f'<id>1</id><link href="{SITE}/a"/><published>2024-05-12T23:00:00.001-04:00</published>'
            '<category scheme="http://schemas.example/kind" term="http://schemas.example/2008/kind#post"/>'
            '<category scheme="http://www.blogger.com/atom/ns#" term="Press"/><category term="x" label="Cities"/>'
        ),
        PLAIN | {"categories": ("Press", "Cities")},
        "application/atom+xml",
    ),
    "RSS 0.90": Dialect(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">'
        f"<channel><title>N</title></channel><item><title>A report</title><link>{SITE}/a</link></item>"
        "</rdf:RDF>".encode(),
        PLAIN | {"published_on": None},
    ),
    "a podcast": Dialect(
        rss(
            f"<item><title>A report</title><guid isPermaLink='false'>7</guid>{DATED}"
            f'<enclosure url="{SITE}/a" type="audio/mpeg"/><itunes:image href="{SITE}/cover.jpg"/></item>',
            namespaces='xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
        ),
        PLAIN | {"image": f"{SITE}/cover.jpg", "id": "7"},
    ),
    "xml:base on the item, and a picture relative to it": Dialect(
        atom(
            '<id>1</id><link href="../a"/><published>2024-05-12</published><content type="html" xml:base="pics/">'
            "&lt;p&gt;Words.&lt;/p&gt;&lt;img src='p.jpg' alt='A hall'/&gt;</content>",
            attributes=f'xml:base="{SITE}/news/"',
        ),
        PLAIN | {"image": f"{SITE}/news/pics/p.jpg", "image_alt": "A hall", "summary": "Words."},
        "application/atom+xml",
    ),
    "a link with its parameters unescaped": Dialect(
        rss(item(DATED, link=f"{SITE}/a?b=1&c=2&copy=3")), {"url": f"{SITE}/a?b=1&c=2&copy=3", "published_on": D}
    ),
    "UTF-8 whose server says Latin-1": Dialect(
        rss(item(DATED, title="Réunion à Bogotá")), {"title": "Réunion à Bogotá"}, "text/xml; charset=ISO-8859-1"
    ),
    "Arabic, with digits and marks of its own": Dialect(
        rss(
            item("<pubDate>الأحد، ١٢ مايو ٢٠٢٤</pubDate>", title="\u200fتقرير المدن\u200f"),
            head="<language>ar</language>",
        ),
        {"title": "تقرير المدن", "published_on": D, "language": "ar"},
    ),
    "an update of RSS by Atom's element": Dialect(
        rss(
            item("<a10:updated>2024-05-12T10:00:00Z</a10:updated>"),
            namespaces='xmlns:a10="http://www.w3.org/2005/Atom"',
        ),
        PLAIN,
    ),
    "pictures that load late, and an emoji": Dialect(
        rss(
            item(
                DATED + "<description><![CDATA[<img class='emoji' src='https://s.w.org/images/core/emoji/1.png'>"
                "<img src='data:image/gif;base64,R0' data-src='/late.jpg' alt='Caf&eacute;'>Words.]]></description>"
            )
        ),
        PLAIN | {"image": f"{SITE}/late.jpg", "image_alt": "Café"},
    ),
    "items after the channel is closed": Dialect(
        b"<rss version='2.0'><channel><title>N</title></channel>" + item(DATED).encode() + b"</rss>", PLAIN
    ),
    "an item left open, and tags that cross": Dialect(
        rss(
            f"<item><title>A report</title><link>{SITE}/a</link><description><b>One <i>two</b></i></description>{DATED}"
            + item(link=f"{SITE}/b")
        ),
        PLAIN,
        entries=2,
    ),
}
