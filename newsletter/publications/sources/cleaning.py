"""Texts of the web as plain texts: markup gone, one line, nothing in it that cannot be seen."""

import html
import re

import nh3

MOST = 5000  # characters
_MOST_MARKUP = 60_000  # characters that are looked at: deep nesting costs the square of its depth

# What stands apart on a page is kept as a tag and becomes a space; every other tag goes, its text stays.
_APART = {
    "p", "br", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "th", "table",
    "blockquote", "pre", "section", "article", "header", "footer", "hr", "img",
}  # fmt: skip
_UNREAD = {
    "script", "style", "noscript", "template", "iframe", "object", "svg", "math", "figcaption", "head", "title", "form",
    "button", "select", "textarea", "audio", "video",
}  # fmt: skip
_TAG = re.compile(r"<[^>]*>")
_SHORTCODE = re.compile(r"\[/?(?:caption|gallery|embed|audio|video|vc_\w+|et_pb_\w+)\b[^\]]{0,500}\]")
# Controls, the soft hyphen, spaces without width, marks that turn the direction, what is no character at all.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
_LONE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_APPEARED = re.compile(
    r"\s*(?:The post|La entrada|L’article|L'article|Der Beitrag)\s.{1,400}?"
    r"\s(?:appeared first on|apareció primero en|se publicó primero en|est apparu en premier sur|erschien zuerst auf)"
    r"\s.{1,200}$"
)
_MORE = re.compile(
    r"[\s\[(]*(?:continue reading|read (?:more|the (?:full|rest)[^.]{0,30})|learn more|seguir leyendo|leer más|"
    r"lire la suite|en savoir plus|weiterlesen|mehr lesen|leia mais|ler mais|leggi (?:di più|tutto)|"
    r"اقرأ المزيد|المزيد)\b[\s\])»>→….]*$",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"[\s,;:–—-]*[\[(]?\s*(?:…|\.\.\.+|\. \. \.)\s*[\])]?[\s→»>]*$")


def plain(markup: str, most: int = MOST) -> str:
    """The text of HTML, or of text with entities, in one line of at most so many characters."""
    kept = nh3.clean(_LONE.sub("\ufffd", markup[:_MOST_MARKUP]), tags=_APART, attributes={}, clean_content_tags=_UNREAD)
    return line(html.unescape(_TAG.sub(" ", kept)), most)


def line(text: str, most: int = MOST) -> str:
    """A text without markup in one line of at most so many characters; a longer one is cut between words."""
    seen = _SHORTCODE.sub(" ", _LONE.sub("\ufffd", text[: 4 * most]))
    found = _SPACE.sub(" ", _UNSEEN.sub("", seen)).strip()
    if len(found) <= most:
        return found
    cut = found[: most - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut[most // 2 :] else cut}…"


def teaser(markup: str, most: int = MOST) -> tuple[str, bool]:
    """The text of a website's teaser without what only leads to the rest, and whether the website cut it off; it then
    ends with "…".
    """
    text = _APPEARED.sub("", plain(markup, most))
    without = _MORE.sub("", text).rstrip()
    bare = _ELLIPSIS.sub("", without)
    if bare == without:
        return (without or text), False
    return f"{bare}…" if bare else "", bool(bare)


def opening(text: str, most: int = 400) -> str:
    """Whole sentences from the beginning of a text, at most so many characters; at least what fits of the first."""
    if len(text) <= most:
        return text
    ends = [found.end() for found in re.finditer(r"[.!?؟。][\"”»’)]*(?=\s)", text[: most + 1])]
    return text[: ends[-1]].rstrip() if ends and ends[-1] >= most // 4 else line(text, most)
