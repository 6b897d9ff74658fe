"""HTML from a source becomes one line of plain text; what was cut off by the source is noted."""

import html
import re
from dataclasses import dataclass

import nh3

MOST_MARKUP = 60_000  # characters of which a text is made; a summary needs far fewer
MOST_TAGS = 2000  # cleaning takes time by the square of how deep these are nested
ELLIPSIS = "\u2026"

_BREAKING = frozenset(
    {
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "li", "caption", "dt", "dd"
    }
)  # fmt: skip
_SPACING = frozenset(
    {
        "br", "div", "section", "article", "header", "footer", "main", "aside", "nav", "ul", "ol", "dl", "table",
        "tr", "td", "th", "hr", "pre", "figure", "address", "details", "summary", "fieldset", "form", "option", "img"
    }
)  # fmt: skip
_DROPPED = frozenset(
    {
        "script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math", "canvas", "audio",
        "video", "select", "textarea", "title", "head", "figcaption", "button"
    }
)  # fmt: skip
_LEFT = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
_CODE = re.compile(r"\[/?(?:caption|gallery|embed|audio|video|playlist|vc_|et_pb_|su_|contact-form)[^\]\[]{0,500}\]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SENTENCE_ENDS = frozenset(".!?:;,\u2026\u061f\u061b\u060c\u3002\uff01\uff1f\u00bb\u201d\"'\u2019)\u2013\u2014-")
_MARK = "\ue000"  # stands where a sentence may end, until it is known what is on both sides

# Controls, zero-width and bidirectional controls, byte order marks, private use, halves of pairs, noncharacters. The
# zero-width (non-)joiners stay between letters: Persian and Indic words and some emoji are written with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e0fff]"
)
_HALVES = re.compile("[\ud800-\udfff]")  # of a pair; no encoding has them alone
_LOOSE_JOINER = re.compile("(?<![^\\s\u200c\u200d])[\u200c\u200d]+|[\u200c\u200d]+(?![^\\s\u200c\u200d])")
_BLANK = re.compile("[\\s\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\x1c-\x1f]+")

_MORE = (
    r"(?:read|see|learn|view|find out|show|load) more|continue reading|(?:read|see|view) the (?:full|whole) "
    r"(?:article|story|post|report|text)|keep reading|full (?:article|story)|more"
    r"|leer m[aá]s|seguir leyendo|sigue leyendo|continuar leyendo|ver m[aá]s|m[aá]s informaci[oó]n"
    r"|lire la suite|en savoir plus|lire plus|continuer la lecture|voir plus|lire l['’]article"
    r"|اقرأ المزيد|إقرأ المزيد|اقرأ أكثر|المزيد|تابع القراءة|أكمل القراءة"
    r"|weiterlesen|mehr (?:lesen|erfahren)|leia mais|saiba mais|continue lendo|leggi (?:tutto|di più)"
    r"|lees (?:meer|verder)"
)
_MORE_TAIL = re.compile(
    rf"(?P<before>^|[\s.!?\u2026\])>|»\"”])(?P<more>(?:\[|\()?(?:{_MORE})(?P<of>(?:\s+[\"“«'‘][^\n]{{0,300}})?)(?:\]|\))?"
    r"[\s.\u2026]*(?:[»›→>➔➜⟶←«]|&raquo;|>>)*\.?)\s*$",
    re.IGNORECASE,
)
_ARROW_TAIL = re.compile(rf"(?:{_MORE}) [^\n.!?]{{1,300}}[»›→➔➜⟶←]\s*$", re.IGNORECASE)
_CREDIT_TAIL = re.compile(
    r"\s*(?:The post .{1,400}? (?:appeared first on|first appeared on) .{1,200}"
    r"|La entrada .{1,400}? (?:se publicó primero en|aparece primero en|apareció primero en) .{1,200}"
    r"|(?:L['’]article|Cet article) .{1,400}? est apparu en premier sur .{1,200}"
    r"|ظهرت المقالة .{1,400}? أولاً على .{1,200}"
    r"|Der Beitrag .{1,400}? erschien zuerst auf .{1,200}|O post .{1,400}? apareceu primeiro em .{1,200})$"
)
_CUT_MARK = re.compile(r"\s*(?:[\[(]\s*(?:\.{3,}|\u2026)\s*[\])]|\.{3,}|\u2026)[\s.]*$")


_SENTENCE_END = re.compile(r"[.!?\u061f\u3002\uff01\uff1f][\"”»’')\]]*(?=\s)")


@dataclass(frozen=True, slots=True)
class Teaser:
    """A summary as a source shows it: one line. `cut_off`: the source ended it in the middle."""

    text: str
    cut_off: bool = False


def plain(markup: str, most: int = 5000) -> str:
    """HTML as one line of text: no tags, scripts or styles; blocks are set apart by a space or a full stop."""
    text = _CODE.sub(" ", _thinned(markup))
    kept = nh3.clean(
        text,
        tags=set(_BREAKING | _SPACING),
        clean_content_tags=set(_DROPPED),
        attributes={},
        strip_comments=True,
    )
    kept = _UNSEEN.sub("", kept)
    return shortened(_sentences(one_line(html.unescape(_LEFT.sub(_set_apart, kept)), keep=_MARK)), most)


def one_line(text: str, most: int = 0, keep: str = "") -> str:
    """Plain text in one line: nothing unseen, runs of any blank as one space; cut to `most` characters if given."""
    seen = _UNSEEN.sub(lambda found: found[0] if found[0] in keep else "", text) if keep else _UNSEEN.sub("", text)
    line = _BLANK.sub(" ", seen).strip()
    line = _LOOSE_JOINER.sub("", line).strip()
    return shortened(line, most) if most else line


def label(text: str, most: int = 500) -> str:
    """A title, name or caption that is plain text by its format, though some escape it twice."""
    return one_line(html.unescape(text) if _ENTITY.search(text) else text, most)


def teaser(markup: str, most: int = 1500) -> Teaser:
    """A summary without the tails that websites add (Read more, The post ... appeared first on ...).

    One that is longer than a summary is a whole text: see `opening`.
    """
    text, led_on = _without_tails(plain(markup))
    marked = _CUT_MARK.search(text)
    if marked:
        text = text[: marked.start()].rstrip(" ,;:-\u2013\u2014")
    if len(text) > most:
        return _first_sentences(text, most)
    if marked:
        return Teaser(f"{text}{ELLIPSIS}" if text else "", bool(text))
    return Teaser(text, led_on and text[-1:].isalnum())


def opening(markup: str, most: int = 600) -> Teaser:
    """The first sentences of a whole text, as many as fit; cut off only where the first is longer, or the source's."""
    text, _ = _without_tails(plain(markup, 8 * most))
    return _first_sentences(text, most) if len(text) > most else teaser(html.escape(text, quote=False))


def _first_sentences(text: str, most: int) -> Teaser:
    ends = [found.end() for found in _SENTENCE_END.finditer(text[: most + 1])]
    if ends and ends[-1] > most // 6:
        return Teaser(text[: ends[-1]])
    return Teaser(shortened(text, most), cut_off=True)


def shortened(text: str, most: int) -> str:
    """At most so many characters, cut between words, with an ellipsis."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    words = cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] and text[most - 1] != " " else cut
    return words.rstrip(" ,;:-\u2013\u2014") + ELLIPSIS


def _thinned(markup: str) -> str:
    """So much of it that cleaning stays quick."""
    text = _HALVES.sub("\ufffd", markup[:MOST_MARKUP])
    if text.count("<") <= MOST_TAGS:
        return text
    return "<".join(text.split("<", MOST_TAGS)[:MOST_TAGS])


def _set_apart(tag: re.Match[str]) -> str:
    return f" {_MARK} " if tag[2] in _BREAKING else " "


def _sentences(text: str) -> str:
    """A full stop where a block ended without a mark and another begins."""
    pieces = [piece for piece in (part.strip() for part in text.split(_MARK)) if piece]
    for at, piece in enumerate(pieces[:-1]):
        follows = pieces[at + 1][0]
        ends = piece[-1] in _SENTENCE_ENDS or not piece[-1].isalnum()
        pieces[at] = piece if ends or not (follows.isupper() or _no_case(follows)) else f"{piece}."
    return " ".join(pieces)


def _no_case(letter: str) -> bool:
    return letter.isalpha() and letter.lower() == letter.upper()


def _without_tails(text: str) -> tuple[str, bool]:
    """The text without what leads elsewhere, and whether it led to the rest of itself."""
    return _without_more(_CREDIT_TAIL.sub("", text).strip())


def _without_more(text: str) -> tuple[str, bool]:
    """The text without its "Read more", and whether there was one."""
    found = _MORE_TAIL.search(text[-500:])
    start = max(0, len(text) - 500)
    if found and _is_tail(found):
        return text[: start + found.start("more")].rstrip(" |>-\u2013\u2014"), True
    arrow = _ARROW_TAIL.search(text[-500:])
    if arrow:
        return text[: start + arrow.start()].rstrip(" |>-\u2013\u2014"), True
    return text, False


def _is_tail(found: re.Match[str]) -> bool:
    """Whether it stands by itself: "We need more" ends in the same word."""
    before = found["before"]
    alone = bool(before.strip()) or found.start("more") == 0
    marked = bool(re.search(r"[»›→>➔➜⟶←\[\]()]", found["more"]))
    return alone or marked or found["more"][:1].isupper()
