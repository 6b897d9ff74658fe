"""Slots: tokens survive or are missed, and no value leaves its place."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import RenderError
from newsletter.rendering.slots import Context, Marks, Slot, SlotError, dump, escape, fill, load, slots, static

EVERYWHERE = {"name": frozenset(Context), "unsubscribe_url": frozenset(Context), "buzz": frozenset(Context)}
NONCE = "0123456789abcdef"
SETTINGS = settings(max_examples=120, deadline=None)
SOME_SLOT = st.builds(Slot, st.sampled_from(sorted(EVERYWHERE)), st.sampled_from(list(Context)))
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.fixture
def marks() -> Marks:
    return Marks(NONCE, EVERYWHERE)


@given(st.lists(TEXT | SOME_SLOT))
@SETTINGS
def test_a_document_cut_at_its_tokens_has_its_texts_and_slots_in_order(wanted):
    marks = Marks.fresh(EVERYWHERE)
    document = "".join(marks.mark(p.name, p.context) if isinstance(p, Slot) else p for p in wanted)
    pieces = marks.cut(document)
    assert slots(pieces) == tuple(p for p in wanted if isinstance(p, Slot))
    texts = "".join("\0" if isinstance(p, Slot) else p.replace("\0", "") for p in wanted)
    rebuilt = "".join("\0" if isinstance(p, Slot) else p.replace("\0", "") for p in pieces)
    assert rebuilt == texts.replace("\r\n", "\n").replace("\r", "\n")
    assert "" not in pieces
    assert load(dump(pieces)) == pieces


def test_a_token_is_one_plain_word(marks):
    for context in Context:
        token = marks.mark("unsubscribe_url", context)
        assert re.fullmatch(rf"qz{NONCE}[A-Za-z]+zq", token)
        assert marks.cut(token) == (Slot("unsubscribe_url", context),)


def test_a_name_ending_like_a_token_is_found_whole(marks):
    assert marks.cut(marks.mark("buzz", Context.TEXT) + "zq") == (Slot("buzz", Context.TEXT), "zq")


def test_two_renderings_share_no_token():
    assert Marks.fresh(EVERYWHERE).mark("name", Context.HTML) != Marks.fresh(EVERYWHERE).mark("name", Context.HTML)


@pytest.mark.parametrize("name", ["", "Name", "naïve", "a1", "_name", "bazqar", "name\n"])
def test_odd_names_are_refused(name):
    with pytest.raises(SlotError):
        Slot(name, Context.HTML)


@pytest.mark.parametrize("nonce", ["", "0123456789ABCDEF", "0123", NONCE + "\n"])
def test_odd_nonces_are_refused(nonce):
    with pytest.raises(SlotError):
        Marks(nonce, EVERYWHERE)


def test_only_known_slots_are_given_in_their_own_contexts():
    marks = Marks(NONCE, {"name": {Context.HTML}})
    assert marks.mark("name", Context.HTML)
    for name, context in (("name", Context.URL), ("nmae", Context.HTML)):
        with pytest.raises(SlotError, match=name):
            marks.mark(name, context)


@pytest.mark.parametrize(
    "damage",
    [
        str.upper,
        lambda token: token[:-1],
        lambda token: token[:12],
        lambda token: token[8:],
        lambda token: token[:7] + "=\r\n" + token[7:],
        lambda token: token[:10] + "\n   " + token[10:],
        lambda token: token[:9] + "<wbr>" + token[9:],
        lambda token: token.replace("X", "x"),
        lambda token: token.replace(NONCE + "h", NONCE + "t"),
        lambda token: token.replace("hname", "hmane"),
        lambda token: token.replace("hname", "q"),
    ],
)
def test_a_damaged_token_is_missed(marks, damage):
    token = marks.mark("name", Context.HTML)
    other = marks.mark("unsubscribe_url", Context.HTML)
    for victim in (token, other):
        damaged = damage(victim)
        if damaged == victim:
            continue
        with pytest.raises(SlotError):
            marks.cut(f"<p>Dear {damaged}, good morning</p>")


def test_a_token_that_was_never_made_is_an_error(marks):
    forged = Marks(NONCE, EVERYWHERE).mark("name", Context.HTML)
    with pytest.raises(SlotError, match="name"):
        marks.cut(forged)


def test_content_that_looks_like_a_token_stays_content(marks):
    look_alike = "qzfedcba9876543210hnamezq"
    assert marks.cut(look_alike) == (look_alike,)


@given(TEXT)
@SETTINGS
def test_a_value_in_html_reads_as_itself_and_opens_nothing(value):
    escaped = escape(value, Context.HTML)
    assert not set(escaped) & set("<>\"'\r\n\0")
    assert html.unescape(escaped) == re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", value)


@given(st.text())
@SETTINGS
def test_a_value_in_text_stays_on_its_line(value):
    escaped = escape(value, Context.TEXT)
    assert len(escaped.splitlines()) <= 1
    assert len(escaped) == len(value)
    escaped.encode()


def test_a_link_is_escaped_for_its_attribute():
    assert escape("https://a.example/u/x?a=1&b=2", Context.URL) == "https://a.example/u/x?a=1&amp;b=2"
    assert escape("http://127.0.0.1:8000/u/x", Context.URL) == "http://127.0.0.1:8000/u/x"


@pytest.mark.parametrize(
    "link",
    [
        "",
        "/u/x",
        "//a.example/x",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://a.example/ b",
        'https://a.example/"onclick=',
        "https://a.example/'x",
        "https://a.example/<b>",
        "https://a.example/\n",
        "https://a.example/\r\nBcc: x",
        "https://a.example/\u2028",
        "https://a.example/\x85",
        "\thttps://a.example/",
        "mailto:a@b.example",
    ],
)
def test_what_is_no_plain_web_address_is_no_link(link):
    with pytest.raises(SlotError):
        escape(link, Context.URL)


def test_a_header_value_with_a_line_end_is_refused():
    assert escape("<abc@x.example>", Context.HEADER) == "<abc@x.example>"
    with pytest.raises(SlotError):
        escape("a\r\nBcc: b", Context.HEADER)


def test_filling_joins_texts_and_values():
    pieces = ("<p>", Slot("name", Context.HTML), "</p>", Slot("link", Context.URL))
    assert fill(pieces, {"name": "Zoë <O'Neil>", "link": "https://x.example/"}) == (
        "<p>Zoë &lt;O&#x27;Neil&gt;</p>https://x.example/"
    )
    assert static(pieces) == "<p></p>"


def test_a_missing_or_unfit_value_names_its_slot():
    with pytest.raises(SlotError, match="unsubscribe_url"):
        fill((Slot("unsubscribe_url", Context.URL),), {"name": "x"})
    with pytest.raises(SlotError, match="unsubscribe_url"):
        fill((Slot("unsubscribe_url", Context.URL),), {"unsubscribe_url": "x"})


def test_stored_pieces_are_plain_stable_json():
    pieces = ("Größe ", Slot("name", Context.HTML))
    assert dump(pieces) == '["Größe ",{"slot":"name","context":"html"}]'.encode()


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"\xff",
        b"{}",
        b'"x"',
        b"[1]",
        b'[""]',
        b'["\\ud800"]',
        b'[{"slot":"name"}]',
        b'[{"slot":"name","context":"css"}]',
        b'[{"slot":"Name","context":"html"}]',
        b'[{"slot":1,"context":"html"}]',
        b'[{"slot":"name","context":"html","more":1}]',
        b"[[]]",
    ],
)
def test_stored_pieces_of_another_shape_are_refused(stored):
    with pytest.raises(SlotError):
        load(stored)


def test_slot_errors_are_refusals_a_person_may_read():
    assert issubclass(SlotError, RenderError)
    assert issubclass(SlotError, ValueError)
