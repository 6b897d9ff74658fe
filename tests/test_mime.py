"""Messages: one reader's bytes decode to the document with his values, and nobody can misread a line."""

import email.policy
import quopri
import re
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.rendering import headers
from newsletter.rendering.headers import HeaderError
from newsletter.rendering.mime import Compiled, Part, quoted_printable
from newsletter.rendering.slots import Context, Marks, Pieces, Slot, SlotError, fill

SETTINGS = settings(max_examples=120, deadline=None)
ALLOWED = {"name": frozenset(Context), "city": frozenset(Context), "link": frozenset(Context)}
HOSTILE = [
    "\r", "\n", "\r\n", "\n\r", "\n.", "\r\n.\r\n", ".", "..", "From ", "\nFrom ", "=", "=3D", "=\r\n", "=_",
    "--=_", " ", "\t",
    " \n", "\t\r\n", "é", "e\u0301", "👨‍👩‍👧‍👦", "مرحبا", "نُشِرَ", "\u2028", "\x85", "\0", "\x0b", "\x0c",
    "\x7f", "=?utf-8?q?x?=",
    "--=_0123456789abcdef01234567--", "\n--=_0123456789abcdef01234567\n", "Subject: x\n\n", "a", "word",
    "x" * 74, "x" * 75,
    "x" * 76, "y" * 2000, "é" * 40, "<p>", "&amp;", '"', "'", "qz0123456789abcdefhnamezq",
]  # fmt: skip
TEXT = st.lists(
    st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=30
).map("".join)
NAME = st.lists(st.sampled_from(HOSTILE), max_size=4).map("".join) | st.text(max_size=40)
VALUES = st.fixed_dictionaries(
    {
        "name": NAME,
        "city": NAME,
        "link": st.just("https://news.example.org/u/") | st.just("https://e.example/?a=1&b=" + "é" * 60),
    }
)


def pieces_of(*contexts: Context) -> st.SearchStrategy[Pieces]:
    slot = st.builds(Slot, st.sampled_from(["name", "city"]), st.just(contexts[0])) | st.just(
        Slot("link", contexts[-1])
    )
    return st.lists(TEXT | slot, max_size=12).map(cut)


def cut(items: list[str | Slot]) -> Pieces:
    marks = Marks.fresh(ALLOWED)
    return marks.cut("".join(marks.mark(i.name, i.context) if isinstance(i, Slot) else i for i in items))


HTML, PLAIN = pieces_of(Context.HTML, Context.URL), pieces_of(Context.TEXT)
NOW = datetime(2026, 11, 2, 9, 5, tzinfo=UTC)
READER = (
    headers.mailbox("To", "Zoë Ångström", "zoe@example.org"),
    headers.verbatim("Message-ID", "<abc.1@news.example.org>"),
    headers.date(NOW),
    headers.list_unsubscribe("https://news.example.org/u/abcdefghijklmnopqrstuvwxyz"),
    headers.verbatim("Feedback-ID", "17:quarterly:news:example"),
)


def part(html: Pieces, text: Pieces, language: str = "en", subject: str = "Cities in 2026") -> Part:
    static = (
        headers.mailbox("From", "News, the Desk", "desk@example.org"),
        headers.unstructured("Subject", subject),
        headers.verbatim("List-Id", "<quarterly.example.org>"),
    )
    return Part(language, subject, html, text, static)


def unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decoded(message: EmailMessage) -> str:
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode().replace("\r\n", "\n")


def assert_lines(message: bytes) -> None:
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", message)
    assert message.endswith(b"--\r\n")
    assert message.isascii()
    assert re.search(rb"(?m)^\.", message) is None
    assert re.search(rb"(?m)^From ", message) is None
    head, _, body = message.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert not re.search(rb"(?m)[ \t]\r?$", body)
    for field in (b"List-", b"Message-ID", b"Return-Path", b"Feedback-ID"):
        assert not re.search(rb"(?m)^" + field + rb"[^\r]*=\?", head)


@given(TEXT)
@example("." * 500)
@example("From From \nFrom \n.\n..\n")
@example(("a" * 72 + "=\n") * 3)
@example(" " * 200 + "\n" + "\t" * 200)
@example("é" * 2000)
@example("\r\r\n\n\r")
@SETTINGS
def test_quoted_printable_reads_back_in_short_safe_lines(text):
    encoded = quoted_printable(text)
    assert quopri.decodestring(encoded) == unix(text).replace("\n", "\r\n").encode()
    lines = encoded.split(b"\r\n")
    assert max(map(len, lines)) <= 76
    assert len(lines[-1]) <= 75
    assert all(re.fullmatch(rb"(?!\.|From )(?:[!-<>-~\t ]|=[0-9A-F]{2})*(?:=|(?<![ \t]))", line) for line in lines)


@given(HTML, PLAIN, VALUES)
@example((), (), {})
@example((Slot("name", Context.HTML),), (Slot("name", Context.TEXT),), {"name": ""})
@example(("a\n", Slot("name", Context.HTML), "\nb"), ("a", Slot("name", Context.TEXT)), {"name": "."})
@example(("a" * 75, Slot("name", Context.HTML), "b"), ("a\n", Slot("name", Context.TEXT), "."), {"name": "From here "})
@settings(max_examples=150, deadline=None)
def test_a_message_reads_as_the_document_with_the_readers_values(html, text, values):
    compiled = Compiled({"en": part(html, text)})
    message = compiled.message("en", READER, values)
    assert_lines(message)
    read = BytesParser(policy=email.policy.default).parsebytes(message)
    assert not read.defects
    plain, rich = read.iter_parts()
    assert [plain.get_content_type(), rich.get_content_type()] == ["text/plain", "text/html"]
    assert decoded(rich) == unix(compiled.html("en", values)) == unix(fill(html, values))
    assert decoded(plain) == unix(compiled.text("en", values)) == unix(fill(text, values))
    assert read["To"].addresses[0].addr_spec == "zoe@example.org"
    assert read["From"].addresses[0].display_name == "News, the Desk"
    assert read["List-Unsubscribe"] == "<https://news.example.org/u/abcdefghijklmnopqrstuvwxyz>"
    assert read["MIME-Version"] == "1.0"


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=300))
@SETTINGS
def test_the_subject_reads_the_same_in_the_message_and_beside_it(subject):
    compiled = Compiled({"en": part(("x",), ("x",), subject=subject)})
    read = BytesParser(policy=email.policy.default).parsebytes(compiled.message("en", READER, {}))
    assert read["Subject"] == compiled.subject("en") == subject


def test_a_message_looks_as_written_here():
    html: Pieces = ("<p>Dear ", Slot("name", Context.HTML), ",</p>\n", Slot("link", Context.URL))
    text: Pieces = ("Dear ", Slot("name", Context.TEXT), "\n.")
    message = Compiled({"en": part(html, text)}).message(
        "en", READER[1:2], {"name": "Zoë", "link": "https://e.example/?a"}
    )
    boundary = re.search(rb'boundary="(=_[0-9a-f]{24})"', message)
    assert boundary
    assert message.replace(boundary[1], b"BOUNDARY").decode().split("\r\n") == [
        "Message-ID: <abc.1@news.example.org>",
        'From: "News, the Desk" <desk@example.org>',
        "Subject: Cities in 2026",
        "List-Id: <quarterly.example.org>",
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        ' boundary="BOUNDARY"',
        "",
        "--BOUNDARY",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "Dear=20=",
        "Zo=C3=AB",
        "=2E",
        "--BOUNDARY",
        "Content-Type: text/html; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "<p>Dear=20=",
        "Zo=C3=AB=",
        ",</p>",
        "https://e.example/?a",
        "--BOUNDARY--",
        "",
    ]


def test_an_empty_value_joins_nothing():
    html: Pieces = ("Hello", Slot("name", Context.HTML), "!")
    message = Compiled({"en": part(html, ())}).message("en", (), {"name": ""})
    assert b"Hello=\r\n!\r\n" in message


def test_the_same_issue_is_compiled_to_the_same_bytes():
    one, two = (Compiled({"en": part(("<p>", Slot("name", Context.HTML)), ("x",))}) for _ in range(2))
    assert one.message("en", READER, {"name": "Zoë"}) == two.message("en", READER, {"name": "Zoë"})


def test_one_readers_values_do_not_stay_for_the_next():
    compiled = Compiled({"en": part((Slot("name", Context.HTML),), (Slot("name", Context.TEXT),))})
    compiled.message("en", READER, {"name": "Alexandrina"})
    assert b"Alexandrina" not in compiled.message("en", READER, {"name": "Zoe"})
    with pytest.raises(SlotError, match="name"):
        compiled.message("en", READER, {})


def test_a_value_cannot_open_a_tag_a_line_or_a_part():
    compiled = Compiled({"en": part(("<p>", Slot("name", Context.HTML)), (Slot("name", Context.TEXT),))})
    boundary = re.search(rb'boundary="([^"]+)"', compiled.message("en", (), {"name": ""}))
    assert boundary
    hostile = f"<script>\r\n--{boundary[1].decode()}\r\nContent-Type: text/html\r\n\r\n<b>\r\n.\r\n"
    message = compiled.message("en", (), {"name": hostile})
    assert_lines(message)
    assert message.count(b"--" + boundary[1]) == 3
    assert b"<script" not in message.partition(b"text/html")[2]


@pytest.mark.parametrize("link", ["", "javascript:alert(1)", 'https://e.example/"x', "https://e.example/\r\nx"])
def test_a_link_that_is_none_stops_the_message(link):
    compiled = Compiled({"en": part((Slot("link", Context.URL),), ())})
    with pytest.raises(SlotError, match="link"):
        compiled.message("en", (), {"link": link})


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ((Slot("name", Context.TEXT),), ()),
        ((Slot("name", Context.HEADER),), ()),
        ((), (Slot("name", Context.HTML),)),
        ((), (Slot("link", Context.URL),)),
    ],
)
def test_a_slot_in_the_wrong_part_is_refused(html, text):
    with pytest.raises(SlotError):
        Compiled({"en": part(html, text)})


@pytest.mark.parametrize(
    "line", [b"", b"X: a", b"X: a\n", b"X: a\r\n\r\n", b"X: a\r\nb\r\n", b" X: a\r\n", "X: é\r\n".encode()]
)
def test_what_is_no_whole_header_line_is_refused(line):
    with pytest.raises(HeaderError):
        Compiled({"en": Part("en", "", (), (), (line,))})


def test_languages_have_their_own_message_and_an_unknown_one_is_named():
    compiled = Compiled({"en": part(("Hello",), ("Hello",)), "es": part(("Hola",), ("Hola",), "es", "Año")})
    assert compiled.languages == ("en", "es")
    assert b"\r\nHola\r\n" in compiled.message("es", READER, {})
    assert compiled.headers("es") == compiled.part("es").headers
    for ask in (compiled.part, compiled.size, compiled.headers, compiled.subject):
        with pytest.raises(KeyError, match=r"no language 'ar'; it has: en, es"):
            ask("ar")
    with pytest.raises(KeyError, match=r"no language 'ar'"):
        compiled.message("ar", READER, {})


def test_the_size_is_that_of_the_html_all_readers_share():
    assert Compiled({"en": part(("é", Slot("name", Context.HTML), "abc"), ("long text",))}).size("en") == 5


def test_composing_is_a_join():
    filler = ('<td style="padding: 0">Cities and their climate — a report</td>\n' * 200)[:9000]
    gaps = (Slot("name", Context.HTML), Slot("link", Context.URL)) * 3
    html = tuple(piece for gap in gaps for piece in (filler, gap))
    compiled = Compiled({"en": part(html, ("Dear ", Slot("name", Context.TEXT)))})
    values = {"name": "Maria", "link": "https://news.example.org/u/abcdefghijklmnopqrstuvwxyz"}
    best = min(_seconds(lambda: compiled.message("en", READER, values)) for _ in range(200))
    assert best < 0.0005  # about 7 microseconds; rendering takes a thousand times as long


def _seconds(act) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
