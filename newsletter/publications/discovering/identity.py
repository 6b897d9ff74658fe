"""Who speaks on a website: name, languages, postal and legal line, social links, of one page and without asking."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from babel.core import get_global
from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.publications.discovering import linked_data
from newsletter.publications.sources import cleaning, entries, markup

_MOST_LINKS = 3000
_BREAK = re.compile(r"\s+[|–—·•«»:-]+\s+|\s*\|\s*")
_HOME = re.compile(
    r"^(home( ?page)?|welcome|start(seite)?|inicio|accueil|página inicial|início|homepage|الرئيسية|الصفحة الرئيسية)$",
    re.I,
)
_SOCIAL = re.compile(
    r"^(www\.|m\.|[a-z]{2}-[a-z]{2}\.|[a-z]{2}\.)?(facebook\.com|twitter\.com|x\.com|linkedin\.com|instagram\.com"
    r"|youtube\.com|tiktok\.com|bsky\.app|threads\.net|threads\.com|flickr\.com|t\.me|vimeo\.com|mastodon\.[a-z]+"
    r"|pinterest\.com|medium\.com|weibo\.com)$"
)
_SHARE = re.compile(
    r"/(share|sharer|sharing|intent|shareArticle|submit|dialog|plugins)\b|[?&](u|url|text)=", re.IGNORECASE
)
_STREET = re.compile(
    r"\b(street|st\.|road|rd\.|avenue|ave\.?|boulevard|blvd|square|lane|drive|suite|floor|house|plaza|place|rue|allée|quai"
    r"|chaussée|cours|calle|carrera|avenida|av\.|paseo|piso|rua|largo|praça|via|viale|piazza|corso|straat|laan|plein|gade"
    r"|p\.? ?o\.? box|apartado|boîte postale|b\.p\.|postfach|cad\.|caddesi|sokak)(?!\w)"
    r"|stra(ß|ss)e\b|platz\b|allee\b|weg\b|straat\b|laan\b|شارع|ص\.ب|طريق|ميدان",
    re.IGNORECASE,
)
_NOT_POSTAL = re.compile(
    r"\s*(?:\b(?:tel|phone|telephone|tél|téléphone|teléfono|fax|e-?mail|email|call|office hours|opening hours)\b|هاتف"
    r"|بريد إلكتروني|\+\d|[\w.+-]+@|©|\bcopyright\b|https?:|www\.).*$",
    re.IGNORECASE | re.DOTALL,
)
_LABEL = re.compile(
    r"^\W*(?:(?:our |postal |mailing |street |head ?)?(?:address|office|headquarters)|adresse|dirección|direccion"
    r"|indirizzo|anschrift|endereço|العنوان)\s*[:：]?\s+",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"[^.©|\n]{0,150}\b(?:registered (?:charity|non-?profit|association|in)|501\s?\(c\)|charity (?:no|number)"
    r"|company (?:no|number)|non-?profit|not-for-profit|a project of|a program(?:me)? of|fiscally sponsored|asbl|vzw"
    r"|aisbl|e\.\s?v\.|gGmbH|association loi|asociación sin|sin fines de lucro|fondation|stiftung)\b[^.©|\n]{0,150}",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"(?:©|\(c\)|&copy;|copyright)[\s\d–—,-]*(?:by\s+)?([^.|©\n]{3,120})", re.IGNORECASE)
_RIGHTS = re.compile(
    r"\W*(all rights reserved|tous droits|todos los derechos|alle rechte|جميع الحقوق).*$", re.IGNORECASE
)
_FOOTERS = "footer, [role=contentinfo], #footer, .footer, .site-footer, #colophon"


def name(tree: LexborHTMLParser, host: str) -> str:
    """What the organisation is called; "" where the page does not say."""
    meta = (_meta(tree, "og:site_name"), linked_data.organisation(tree).name, _meta(tree, "application-name"))
    found = next((text for text in map(_one_name, meta) if text and not _is_host(text, host)), "")
    return found or _titled(tree, host) or next((text for text in map(_one_name, meta) if text), "")


def languages(tree: LexborHTMLParser) -> tuple[str, ...]:
    """The page's own first, then those that it names others of."""
    told = [markup.attribute(markup.first(tree, "html"), "lang"), _meta(tree, "og:locale")]
    told += [markup.attribute(link, "hreflang") for link in markup.selected(tree, "link[hreflang], a[hreflang]")[:100]]
    told += [
        markup.attribute(one, "content") for one in markup.selected(tree, 'meta[property="og:locale:alternate"]')[:50]
    ]
    found = (entries.language(one) for one in told if one.lower() != "x-default")
    return tuple(dict.fromkeys(language for language in found if language))


def social(tree: LexborHTMLParser, base: str) -> tuple[str, ...]:
    """The organisation's pages on social networks, one of each."""
    links = [markup.attribute(link, "href") for link in markup.selected(tree, "a[href]")[:_MOST_LINKS]]
    found: dict[str, str] = {}
    for link in (*links, *linked_data.organisation(tree).same_as):
        url = entries.address(link, base)
        parts = urlsplit(url)
        network = _SOCIAL.match(parts.hostname or "")
        if network and len(parts.path.strip("/")) > 1 and not _SHARE.search(url):
            found.setdefault(network[2].replace("twitter.com", "x.com"), url)
    return tuple(found.values())


def postal(tree: LexborHTMLParser) -> str:
    """The postal address in one line; "" where nothing looks like one."""
    told = linked_data.organisation(tree).address
    if told:
        return told
    spots = [*markup.selected(tree, "address, [itemprop=address], .address, .adr")[:10], *_footers(tree)]
    spots += markup.selected(tree, "main p, main li, main div, article p, p, li, td, dd")[:600]
    return next((line for spot in spots for line in _lines(spot) if line), "")


def legal(tree: LexborHTMLParser) -> str:
    """The line that says what the organisation is in law, or whose copyright the page is; "" where it does not say."""
    told = linked_data.organisation(tree).legal_name
    texts = ["\n".join(_texts(footer)) for footer in _footers(tree)]
    sentence = next((found[0].strip() for text in texts if (found := _LEGAL.search(text))), "")
    owner = next((found[1] for text in texts if (found := _COPYRIGHT.search(text))), "")
    return cleaning.one_line(sentence or told or _RIGHTS.sub("", owner).strip(" ,-–"), 300)


def timezone(tree: LexborHTMLParser) -> str:
    """The time zone of the country of its address, where that has only one; else ""."""
    country = linked_data.organisation(tree).country
    zones = [zone for zone, territory in get_global("zone_territories").items() if territory == country]
    return str(zones[0]) if country and len(zones) == 1 else ""


def _meta(tree: LexborHTMLParser, wanted: str) -> str:
    found = markup.first(tree, f'meta[property="{wanted}"], meta[name="{wanted}"]')
    return cleaning.one_line(markup.attribute(found, "content"), 200)


def _one_name(text: str) -> str:
    return cleaning.one_line(text, 120).strip(" |-–—")


def _is_host(text: str, host: str) -> bool:
    return text.lower().removeprefix("www.") == host.lower().removeprefix("www.")


def _titled(tree: LexborHTMLParser, host: str) -> str:
    """The part of the page's title that names the site: the one like its host, else the shortest that is not "Home"."""
    title = markup.first(tree, "title")
    text = cleaning.one_line(title.text() if title is not None else "", 300)
    parts = [part.strip() for part in _BREAK.split(text) if part.strip() and not _HOME.match(part.strip())]
    like = [part for part in parts if _letters(part) and _alike(part, host)]
    return (like or sorted(parts, key=len) or [""])[0][:120]


def _alike(part: str, host: str) -> bool:
    label = _letters(max(host.removeprefix("www.").split(".")[:-1] or [host], key=len))
    initials = "".join(word[0] for word in part.split() if word[:1].isalpha()).lower()
    return _letters(part) in label or label in _letters(part) or (len(initials) > 1 and initials == label)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _footers(tree: LexborHTMLParser) -> list[LexborNode]:
    return markup.selected(tree, _FOOTERS)[:5]


def _texts(node: LexborNode) -> list[str]:
    parts = [" ".join(part.split()) for part in node.text(separator="\n").split("\n")]
    return [part for part in parts if part][:400]


def _lines(node: LexborNode) -> Iterator[str]:
    """What of the node may be an address: a piece with a street and a number, and the pieces around it."""
    parts = _texts(node)
    for index, part in enumerate(parts):
        if len(part) <= 200 and _STREET.search(part) and _NUMBER.search(" ".join(parts[index : index + 3])):
            yield _address(parts[index : index + 4])


_NUMBER = re.compile(r"\d")


def _address(parts: Iterable[str]) -> str:
    kept: list[str] = []
    for part in parts:
        text = _LABEL.sub("", _NOT_POSTAL.sub("", part)).strip(" ,;|-–")
        if text and (len(text) <= 120 or not kept):
            kept.append(text)
        if text != part.strip(" ,;|-–") and not _LABEL.match(part):
            break
    line = ", ".join(kept)
    return line if 10 <= len(line) <= 250 and _NUMBER.search(line) and not _is_sentence(line) else ""


def _is_sentence(line: str) -> bool:
    words = line.split()
    return len(words) > 35 or (len(words) > 5 and sum(word[0].islower() for word in words) * 2 > len(words))
