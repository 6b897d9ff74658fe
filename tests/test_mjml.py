"""The traps of the MJML renderer, measured once, each caught before or after the call."""

import html
import re
from html.parser import HTMLParser

import pytest
from mjml import mjml2html

from newsletter.errors import RenderError
from newsletter.rendering import mjml
from newsletter.rendering.harden import harden
from newsletter.rendering.lint import problems
from newsletter.rendering.mjml import item_comment, to_html

NASTY = (
    "two\nlines",
    "a\ttab",
    "back\\slash",
    "❤️",  # with a variation selector
    "é in two parts",
    "👩‍👩‍👧 joined",
    "non\u00a0breaking, soft\u00adhyphen",
    "สวัสดี हिन्दी עִבְרִית",
    "quotes \" and ' and <angles> & co",
    "العربية",
    "Zoë — “quoted” O’Neil",
    "\u202eturned\u202c",
)


def mail(body: str, head: str = "") -> str:
    return (
        f"<mjml><mj-head>{head}</mj-head><mj-body><mj-section><mj-column>\n{body}\n"
        "</mj-column></mj-section></mj-body></mjml>"
    )


def text(body: str) -> str:
    return mail(f"<mj-text>{body}</mj-text>")


def escaped(value: str) -> str:
    return html.escape(value, quote=True)


class Attributes(HTMLParser):
    """The attributes and the text of a page, as a mail program reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: dict[str, list[str | None]] = {}
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.seen.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        self.text += data


def only_line(value: str) -> str:
    return re.sub(r"[\n\t]", " ", value)


@pytest.mark.parametrize("value", NASTY)
def test_an_attribute_means_the_same_after_rendering(value: str) -> None:
    page = to_html(mail(f'<mj-image src="https://x.org/a.png" width="100px" alt="{escaped(value)}" />'))
    assert Attributes(page).seen["alt"] == [only_line(value)]


@pytest.mark.parametrize("value", NASTY)
def test_an_attribute_inside_html_means_the_same(value: str) -> None:
    page = to_html(text(f"<a href='https://x.org/' title='{escaped(value)}'>x</a>"))
    assert Attributes(page).seen["title"] == [only_line(value)]


@pytest.mark.parametrize("value", NASTY)
def test_the_title_means_the_same_where_it_is_copied_to(value: str) -> None:
    page = to_html(mail("", f"<mj-title>{escaped(value)}</mj-title>"))
    assert Attributes(page).seen["aria-label"] == [only_line(value)]
    assert f"<title>{only_line(value)}</title>" in html.unescape(page)


@pytest.mark.parametrize("value", NASTY)
def test_text_means_the_same(value: str) -> None:
    assert value in Attributes(to_html(text(escaped(value)))).text


def test_a_style_over_several_lines_keeps_all_its_rules() -> None:
    page = to_html(text('<p style="margin:0;\n   color:#112233">x</p>'))
    assert 'style="margin:0; color:#112233"' in page


def test_words_in_neighbouring_tags_are_not_glued() -> None:
    assert "ab" in Attributes(mjml2html(text("<b>a</b>\n<i>b</i>"), fonts={})).text  # the trap
    assert "a b" in Attributes(to_html(text("<b>a</b>\n<i>b</i>"))).text
    assert "a b" in Attributes(to_html(text("<b>a</b>\r\n\t <i>b</i>"))).text


def test_hardening_twice_is_hardening_once() -> None:
    for value in NASTY:
        source = text(f'<a href="https://x.org/" title="{escaped(value)}">{escaped(value)}</a>\n<b>x</b>')
        assert harden(harden(source)) == harden(source)


def test_an_entity_in_an_attribute_stays_one() -> None:
    page = to_html(text('<a href="https://x.org/?a=1&amp;b=2&#38;c" title="&nbsp;&eacute;">x</a>'))
    assert Attributes(page).seen["href"] == ["https://x.org/?a=1&b=2&c"]
    assert Attributes(page).seen["title"] == ["\u00a0é"]


def test_nothing_is_fetched_from_third_parties() -> None:
    assert "fonts.googleapis.com" in mjml2html(text("x"))  # the trap
    page = to_html(text("x"))
    assert "googleapis" not in page
    assert "<link" not in page
    assert "@import" not in page


def test_conditionals_survive_and_seams_are_joined() -> None:
    page = to_html(text("x"))
    assert page.count("<!--[if") == page.count("<![endif]-->") > 2
    assert "<![endif]--><!--[if mso | IE]>" not in page


REFUSED = {
    "unitless zero": (mail('<mj-text padding="0 24px">x</mj-text>'), 'padding="0 24px": write 0px'),
    "wrong unit": (mail('<mj-text padding="banana">x</mj-text>'), "write bananapx"),
    "wrong closing tag": (mail("<mj-text>x</mj-button>"), r"mismatched tag \(open here: <mj-text>\)"),
    "missing closing tag": (mail("<mj-text>x"), "mismatched tag"),
    "open paragraph": (text("<p>a<p>b"), "mismatched tag"),
    "misspelt component": (mail('<mj-buton href="https://x.org">x</mj-buton>'), "<mj-buton> is no tag"),
    "unknown component": (mail("<mj-carousel></mj-carousel>"), "<mj-carousel> is no tag"),
    "unknown attribute": (mail('<mj-text paddding="0px">x</mj-text>'), '<mj-text> has no attribute "paddding"'),
    "dropped attribute": (mail('<mj-table role="presentation"></mj-table>'), '<mj-table> has no attribute "role"'),
    "duplicate attribute": (mail('<mj-text color="#112233" color="#445566">x</mj-text>'), "duplicate attribute"),
    "bare ampersand": (text("R&D"), "not well-formed"),
    "unknown entity": (text("&unknown;"), "undefined entity"),
    "unbalanced raw": (mail("<mj-raw><div></mj-raw>"), "mismatched tag"),
    "unbalanced conditional": (
        mail("<mj-raw><!--[if mso]><table><tr><td><![endif]--></mj-raw>"),
        "inside an Outlook conditional must be balanced",
    ),
    "wrong parent": ("<mjml><mj-body><mj-text>x</mj-text></mj-body></mjml>", "<mj-text> stands in <mj-body>"),
    "html outside": ("<mjml><mj-body><div>x</div></mj-body></mjml>", "<div> is HTML; it belongs into mj-text"),
    "text outside": ("<mjml><mj-body>words</mj-body></mjml>", "text in <mj-body> would be printed"),
    "script": (text("<script>x</script>"), "<script> is no tag"),
    "form": (text("<form></form>"), "<form> is no tag"),
    "handler": (text('<a href="https://x.org" onclick="x">x</a>'), 'no attribute "onclick"'),
    "javascript": (text('<a href="javascript:alert(1)">x</a>'), "is no http, https, mailto or tel address"),
    "hidden javascript": (text('<a href="java&Tab;script&colon;alert(1)">x</a>'), "is no http"),
    "data": (text('<img src="data:image/png;base64,x" alt="" width="1" />'), "is no http"),
    "relative link": (text('<a href="/issues">x</a>'), "is no http"),
    "empty link": (text('<a href="">x</a>'), "is no http"),
    "no host": (text('<a href="https:///x">x</a>'), "is no http"),
    "colour with rules": (mail('<mj-text color="red;background:url(//evil)">x</mj-text>'), "may not hold ;"),
    "short colour": (mail('<mj-text color="#006">x</mj-text>'), "is no colour"),
    "double quotes in fonts": (mail("<mj-text font-family='\"X\", serif'>x</mj-text>"), "may not hold"),
    "loading style": (text('<p style="background:url(https://x.org/a.png)">x</p>'), "styles load nothing"),
    "importing style": (mail("", "<mj-style>@import 'x';</mj-style>"), "styles load nothing"),
    "no alt": (mail('<mj-image src="https://x.org/a.png" width="1px" />'), '<mj-image> needs the attribute "alt"'),
    "no width": (text('<img src="https://x.org/a.png" alt="" />'), '<img> needs the attribute "width"'),
    "left-over expression": (text("{{ title }}"), "template syntax is left over"),
    "left-over statement": (text("{% if x %}"), "template syntax is left over"),
    "doctype": ('<!DOCTYPE x [<!ENTITY a "b">]><mjml></mjml>', "DOCTYPE"),
    "include": (mail('<mj-include path="/etc/passwd" />'), "never by mj-include"),
    "cdata": (text("<![CDATA[x]]>"), "CDATA"),
    "instruction": ("<?xml version='1.0'?><mjml></mjml>", "processing instructions"),
    "control character": (text("a\x00b"), r"control character U\+0000"),
    "escape": (text("a\x1bb"), r"control character U\+001B"),
    "half a character": (text("a\ud800b"), r"control character U\+D800"),
    "trailing junk": (mail("") + "<x>", "junk after document element"),
    "nothing": ("", "no element found"),
    "deep": (text("<div>" * 150 + "</div>" * 150), "nested more than 100 deep"),
    "far too deep": (text("<div>" * 50_000), "nested more than 100 deep"),
    "huge": (text("x" * 2_000_001), "more than 2 MB"),
}


@pytest.mark.parametrize(("source", "message"), REFUSED.values(), ids=REFUSED)
def test_what_the_renderer_would_swallow_is_refused(source: str, message: str) -> None:
    with pytest.raises(RenderError, match=message):
        to_html(source)


def test_a_problem_has_line_column_and_excerpt() -> None:
    source = mail("<mj-text>\n  fine &nbsp; &copy;\n  &eacute; <b>bold</i>\n</mj-text><!-- ü -->")
    (found,) = problems(source)
    assert (found.line, found.column) == (4, 21)
    assert found.excerpt == "&eacute; <b>bold</i>"


def test_several_problems_come_in_order() -> None:
    found = problems(mail('<mj-text a="1">x</mj-text>\n<mj-text b="1">x</mj-text>'))
    assert [one.line for one in found] == [2, 3]


def test_a_problem_names_the_item_it_stands_in() -> None:
    first, second = item_comment("Fine -- <news> {{x}}"), item_comment("San Antonio")
    body = f"{first}\n<mj-text>x</mj-text>\n{second}\n<mj-text>R&D</mj-text>"
    with pytest.raises(RenderError, match='in "San Antonio": line 5'):
        to_html(mail(body))
    assert "Fine news x" in re.sub(r"\s+", " ", first)
    assert "item:" not in to_html(mail(f"{first}<mj-text>x</mj-text>"))


def test_what_the_renderer_refuses_itself_is_told_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: str, **_options: object) -> str:
        where = source.encode().index(b"<mj-text")
        raise ValueError(f"unexpected token in root template at position {where}:{where + 9}")

    monkeypatch.setattr(mjml, "mjml2html", refuse)
    with pytest.raises(RenderError, match=r'in "Ü": line 3, column 1: unexpected token.*<mj-text>words'):
        to_html(mail(f"{item_comment('Ü')}\n<mj-text>words</mj-text>"))


def test_a_panic_is_an_error_and_an_interrupt_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):  # the renderer's own name
        pass

    def panic(*_arguments: object, **_options: object) -> str:
        raise PanicException("index out of bounds")

    def interrupt(*_arguments: object, **_options: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(mjml, "mjml2html", panic)
    with pytest.raises(RenderError, match="index out of bounds"):
        to_html(text("x"))
    monkeypatch.setattr(mjml, "mjml2html", interrupt)
    with pytest.raises(KeyboardInterrupt):
        to_html(text("x"))


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (r'<p title="\u{fe0f}">x</p>', "printed as its code"),
        ("<mj-section>", "a component was not rendered"),
        ("{{ x }}", "template syntax"),
        ("<!--[if mso]><td>", "conditional is not closed"),
        ("<![endif]--><!--[if mso]>", "conditional is not closed"),
        ('<img src="https://x.org/a.png" alt="">', "no alternative text or no width"),
        ('<img src="https://x.org/a.png" width="1">', "no alternative text or no width"),
    ],
)
def test_a_damaged_page_is_refused(monkeypatch: pytest.MonkeyPatch, page: str, message: str) -> None:
    monkeypatch.setattr(mjml, "mjml2html", lambda *_arguments, **_options: page)
    with pytest.raises(RenderError, match=message):
        to_html(text("x"))


def test_every_component_we_allow_is_rendered() -> None:
    source = """<mjml lang="es" dir="ltr"><mj-head><mj-title>T</mj-title><mj-preview>P</mj-preview>
    <mj-breakpoint width="480px" /><mj-attributes><mj-all font-family="Arial" /><mj-class name="c" color="#112233" />
    <mj-text padding="0px" /></mj-attributes><mj-style>.a > b{color:#112233}</mj-style>
    <mj-raw><meta name="color-scheme" content="light dark" /></mj-raw></mj-head>
    <mj-body width="600px"><mj-wrapper padding="0px"><mj-section><mj-group>
    <mj-column><mj-text mj-class="c">x</mj-text><mj-spacer height="8px" /></mj-column>
    <mj-column><mj-divider border-width="1px" /><mj-table><tr><td>x</td></tr></mj-table></mj-column>
    </mj-group></mj-section></mj-wrapper><mj-section><mj-column>
    <mj-button href="https://x.org">x</mj-button><mj-raw><tr><td>x</td></tr></mj-raw>
    <mj-image src="https://x.org/a.png" alt="" width="10px" /></mj-column></mj-section></mj-body></mjml>"""
    assert "<mj-" not in to_html(source)
    assert '<html lang="es" dir="ltr"' in to_html(source)
