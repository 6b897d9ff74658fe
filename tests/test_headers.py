"""Headers: what is put in is what a mail program reads, on lines that every server takes."""

import email.policy
import re
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.errors import RenderError
from newsletter.rendering import headers
from newsletter.rendering.headers import HeaderError

SETTINGS = settings(max_examples=120, deadline=None)
CONTROL = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]))
FAMILY = "👨‍👩‍👧‍👦"
HOSTILE = [
    "=?utf-8?q?hello?=", "=?", "?=", "=?utf-8?b?", " ", "  ", "é", "e\u0301", FAMILY, "🇫🇷🇪🇸", "👍🏽", "مرحبا",
    "نُشِرَ",
    "=", "_", "?", ".", ":", ",", ";", "@", "<", ">", '"', "\\", "(", ")", "a", "word", "x" * 70, "y" * 80,
    "From ", "naïve",
]  # fmt: skip
LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROL), max_size=200) | st.lists(
    st.sampled_from(HOSTILE), max_size=30
).map("".join)


def read(field: bytes) -> EmailMessage:
    return BytesParser(policy=email.policy.default).parsebytes(field + b"\r\n")


def shown(field: bytes) -> str:
    """The display name. Some Pythons' structured parser reads a space between encoded words; the old one does not."""
    phrase = field.decode().removeprefix("From:").replace("\r\n", "").rpartition("<")[0].strip()
    if "=?" in phrase:
        return str(make_header(decode_header(phrase)))
    return read(field)["From"].addresses[0].display_name


def assert_lines(field: bytes, longest: int = 78) -> None:
    assert field.endswith(b"\r\n")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", field)
    for number, line in enumerate(field[:-2].split(b"\r\n")):
        assert len(line) <= (76 if b"=?" in line else longest)
        assert re.fullmatch(rb"[ -~]+", line)
        assert line.strip()
        assert (number > 0) == line.startswith(b" ")
    for word in re.findall(rb"=\?utf-8\?[^ \r]*", field):
        assert len(word) <= 75


@given(LINES)
@example("x" * 2000)
@example("The =?utf-8?q?hidden?= one")
@example("a" * 69)
@example("a" * 70)
@example("a " * 100)
@example("word " * 40 + "x" * 77)
@example("word " * 40 + "x" * 78)
@example("e" + "\u0301" * 400)
@example(" leading, trailing ")
@example("two  spaces " * 20 + "end")
@settings(max_examples=200, deadline=None)
def test_a_subject_reads_back_exactly(text):
    field = headers.unstructured("Subject", text)
    assert_lines(field)
    assert read(field)["Subject"] == text


def test_plain_text_stays_plain():
    assert (
        headers.unstructured("Subject", "What cities did this quarter") == b"Subject: What cities did this quarter\r\n"
    )
    folded = headers.unstructured("Subject", "word " * 30 + "end")
    assert b"=?" not in folded
    assert folded.count(b"\r\n ") == 2


def test_letters_or_base64_whichever_is_shorter():
    assert headers.unstructured("Subject", "Année nouvelle") == b"Subject: =?utf-8?q?Ann=C3=A9e_nouvelle?=\r\n"
    assert b"=?utf-8?b?" in headers.unstructured("Subject", "مرحبا")


@given(st.integers(0, 60), st.sampled_from([FAMILY, "🇫🇷", "👍🏽", "e\u0301", "نُ"]))
@SETTINGS
def test_no_visible_character_is_torn_apart(before, cluster):
    field = headers.unstructured("Subject", "é" + "a" * before + cluster * 20)
    words = re.findall(rb"=\?utf-8\?.\?[^?]*\?=", field)
    for word in words[1:]:
        start = read(b"Subject: " + word + b"\r\n")["Subject"]
        assert start.startswith((cluster, "a"))


@pytest.mark.parametrize(
    "control", ["\r", "\n", "\r\n", "\0", "\t", "\x0b", "\x1b", "\x7f", "\x85", "\u2028", "\ud800"]
)
def test_control_characters_are_refused_with_the_fields_name(control):
    hostile = f"Hello{control}Bcc: everyone@example.org"
    for write in (
        headers.unstructured,
        headers.verbatim,
        lambda name, text: headers.mailbox(name, text, "a@b.example"),
    ):
        with pytest.raises(HeaderError, match=r"^X-Field: "):
            write("X-Field", hostile)
    for bad in (f"a{control}@b.example", f"a@b.example{control}", f"a@b{control}.example"):
        with pytest.raises(HeaderError, match=r"^To: "):
            headers.mailbox("To", "", bad)
    with pytest.raises(HeaderError, match=r"^List-Unsubscribe: "):
        headers.list_unsubscribe(f"https://a.example/u{control}")


@pytest.mark.parametrize("name", ["", "Sub ject", "Subject:", "Sübject", "Subject\r\nBcc", "X" * 46])
def test_odd_field_names_are_refused(name):
    for write in (
        headers.unstructured,
        headers.verbatim,
        lambda name, text: headers.mailbox(name, text, "a@b.example"),
    ):
        with pytest.raises(HeaderError):
            write(name, "value")
    with pytest.raises(HeaderError):
        headers.mailbox(name, "", "a@b.example")


@given(
    LINES, st.sampled_from(["a@b.example", "first.last+tag@news.example.com", "x" * 64 + "@" + "y" * 63 + ".example"])
)
@example('Anna "the" Müller', "a@b.example")
@example("x" * 2000, "a@b.example")
@example("Doe, John <root@localhost>", "a@b.example")
@example("=?utf-8?q?x?=", "a@b.example")
@example("back\\slash", "a@b.example")
@settings(max_examples=200, deadline=None)
def test_a_display_name_and_its_address_read_back_exactly(name, address):
    field = headers.mailbox("From", name, address)
    assert_lines(field, longest=150)
    (mailbox,) = read(field)["From"].addresses
    assert mailbox.addr_spec == address
    assert shown(field) == name
    assert mailbox.display_name.replace(" ", "") == name.replace(" ", "")


def test_names_take_the_simplest_form():
    def field(name):
        return headers.mailbox("From", name, "a@b.example")

    assert field("") == b"From: a@b.example\r\n"
    assert field("News Desk") == b"From: News Desk <a@b.example>\r\n"
    assert field("Smith, Jo") == b'From: "Smith, Jo" <a@b.example>\r\n'
    assert field('The "Desk"') == b'From: "The \\"Desk\\"" <a@b.example>\r\n'
    assert field("Zoë") == b"From: =?utf-8?q?Zo=C3=AB?= <a@b.example>\r\n"


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ("a@b.example", "a@b.example"),
        ("O'Neil+x@Example.ORG", "O'Neil+x@Example.ORG"),
        ("root@localhost", "root@localhost"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        ("info@例え.テスト", "info@xn--r8jz45g.xn--zckzah"),
    ],
)
def test_an_address_comes_in_ascii(given_, wanted):
    assert headers.address(given_) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "@", "a@", "@b.example", "a@b@c.example", "a b@c.example", "a@b .example", "<a@b.example>",
        "a@b.example>",
        "a,b@c.example", "a@b.example,c@d.example", '"a b"@c.example', "a(b)@c.example", "a:b@c.example",
        "a;b@c.example",
        "=?utf-8?q?a?=@b.example", "a@" + "ü" * 100_000,
        "jörg@b.example", ".a@b.example", "a.@b.example", "a..b@c.example", "a@.example", "a@b..example",
        "a@-b.example",
        "a@b-.example", "a@[127.0.0.1]", "a@b_c.example", "a" * 65 + "@b.example", "a@" + "b" * 64 + ".example",
        "a@" + ".".join(["b" * 60] * 5), "a@exa＠mple.com", "a@straße.example", "a@" + "ü" * 70 + ".example",
        "a\\b@c.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text):
    with pytest.raises(HeaderError, match=r"^address: "):
        headers.address(text)


def test_what_programs_read_is_neither_folded_nor_encoded():
    value = "<" + "x" * 900 + "@b.example>"
    assert headers.verbatim("Message-ID", value) == f"Message-ID: {value}\r\n".encode()


@pytest.mark.parametrize("value", ["", " a", "a ", "é", "=?utf-8?q?a?=", "x" * 990])
def test_what_would_need_folding_or_encoding_is_refused(value):
    with pytest.raises(HeaderError, match=r"^Feedback-ID: "):
        headers.verbatim("Feedback-ID", value)


@given(
    st.datetimes(
        min_value=datetime(1971, 1, 1), timezones=st.integers(-720, 720).map(lambda m: timezone(timedelta(minutes=m)))
    )
)
@SETTINGS
def test_a_date_reads_back_in_utc(moment):
    field = headers.date(moment)
    assert field.endswith(b" +0000\r\n")
    assert read(field)["Date"].datetime == moment.replace(microsecond=0)


def test_a_date_needs_its_zone():
    assert headers.date(datetime(2026, 11, 2, 9, 5, tzinfo=UTC)) == b"Date: Mon, 02 Nov 2026 09:05:00 +0000\r\n"
    with pytest.raises(HeaderError, match=r"^Date: "):
        headers.date(datetime(2026, 11, 2))


def test_one_click_unsubscribing_is_two_whole_lines():
    url = "https://news.example.org/u/" + "a" * 120
    assert headers.list_unsubscribe(url) == (
        f"List-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode()
    )


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/u/x", "http://localhost/u/x", "http://[::1]:8000/u/x"])
def test_http_is_for_trials_on_this_machine(url):
    assert headers.list_unsubscribe(url, insecure_ok=True).startswith(b"List-Unsubscribe: <http://")
    with pytest.raises(HeaderError, match="https"):
        headers.list_unsubscribe(url)


@pytest.mark.parametrize(
    "url",
    [
        "", "/u/x", "mailto:a@b.example", "http://news.example.org/u/x", "http://127.0.0.1.example.org/u/x",
        "ftp://a.example/",
        "https://a.example/ x", "https://a.example/>, <https://b.example/", "https://é.example/",
        "https://user@a.example/x",
        "https://a.example/" + "x" * 1000, "https://a.example/=?utf-8?q?x?=", "http://127.0.0.1@evil.example/",
        "https:///x",
    ],
)  # fmt: skip
def test_other_ways_out_are_refused(url):
    with pytest.raises(HeaderError, match=r"^List-Unsubscribe: "):
        headers.list_unsubscribe(url, insecure_ok=True)


def test_a_field_is_taken_apart_unfolded():
    assert headers.pair(headers.unstructured("Subject", "word " * 30 + "end")) == ("Subject", "word " * 30 + "end")
    assert headers.pair(headers.verbatim("List-Id", "<a.example.org>")) == ("List-Id", "<a.example.org>")


def test_header_errors_are_refusals_a_person_may_read():
    assert issubclass(HeaderError, RenderError)
    assert issubclass(HeaderError, ValueError)
