"""Pages as text, and addresses as they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.fetch import Page
from newsletter.fetch.targets import Target, follow, parse, shown
from newsletter.fetch.unreachable import Obstacle

WORDS = "Résumé – “Zürich” €"


def text(content: bytes, content_type: str = "text/html") -> str:
    return Page("https://example.org/", 200, content, {"content-type": content_type}).text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_believed_first(encoding: str) -> None:
    assert text(WORDS.encode(encoding), "text/html; charset=koi8-r") == WORDS


@pytest.mark.parametrize(
    ("encoding", "label", "words"),
    [
        ("cp1252", "ISO-8859-1", WORDS),
        ("cp1252", "us-ascii", WORDS),
        ("cp1252", '"windows-1252"', WORDS),
        ("koi8-r", "koi8-r", "Привет"),
        ("cp1251", "windows-1251", "Привет"),
        ("cp1256", "windows-1256", "مرحبا"),
        ("iso8859-6", "iso-8859-6", "مرحبا"),
        ("gb18030", "gb2312", "移民€"),
        ("cp932", "Shift_JIS", "移民①"),
        ("euc_jp", "euc-jp", "移民"),
        ("utf-16-le", "utf-16le", WORDS),
    ],
)
def test_the_header_is_believed_next(encoding: str, label: str, words: str) -> None:
    meta = "<meta charset=utf-8>"
    assert text((meta + words).encode(encoding), f"text/html; charset={label}") == meta + words


@pytest.mark.parametrize(
    "declaration",
    [
        '<?xml version="1.0" encoding="koi8-r"?>',
        "<html><head><meta charset=koi8-r>",
        "<META Charset = 'KOI8-R' />",
        '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">',
    ],
)
@pytest.mark.parametrize("header", ["text/html", "", "text/html; charset=", "text/html; charset=nonsense"])
def test_the_page_is_believed_last(declaration: str, header: str) -> None:
    assert text((declaration + "Привет").encode("koi8-r"), header) == declaration + "Привет"


def test_the_page_is_believed_at_its_beginning_only() -> None:
    page = " " * 1024 + "<meta charset=koi8-r>é"
    assert text(page.encode()) == page


def test_a_declaration_that_was_read_as_ascii_is_not_of_utf_16() -> None:
    for end in ("é", "é."):  # one of them has an even number of bytes
        page = f'<?xml version="1.0" encoding="utf-16"?>{end}'
        assert text(page.encode()) == page


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_xml_of_two_bytes_a_letter_needs_no_mark(encoding: str) -> None:
    assert text("<?xml?>é".encode(encoding), "application/xml") == "<?xml?>é"


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1252", "utf-8", "us-ascii"])
def test_utf_8_under_another_name_is_seen(label: str) -> None:
    for words in (WORDS, "Málaga"):
        assert text(words.encode(), f"text/html; charset={label}") == words


def test_windows_1252_under_the_name_of_utf_8_is_seen() -> None:
    assert text(WORDS.encode("cp1252"), "text/html; charset=utf-8") == WORDS
    assert text(WORDS.encode("cp1252")) == WORDS


def test_one_broken_letter_does_not_break_the_others() -> None:
    assert text("Zürich, Genève, Málaga".encode() + b"\xc3") == "Zürich, Genève, Málaga\ufffd"


@pytest.mark.parametrize("label", ["utf-7", "unicode_escape", "zlib", "rot13", "punycode", "idna", "hex", "undefined"])
def test_codecs_that_are_no_encodings_are_not_used(label: str) -> None:
    page = "+ADw- \\x3cb\\x3e xn-- é"
    assert text(page.encode(), f"text/html; charset={label}") == page


LABELS = st.sampled_from(
    ["utf-8", "utf-16", "latin-1", "gbk", "iso-2022-jp", "big5", "koi8-r", "hz", "utf-7", "\x00", ""]
)


@given(st.binary(max_size=3000), LABELS, LABELS)
def test_any_bytes_have_a_text(content: bytes, header: str, meta: str) -> None:
    for page in (content, f"<meta charset={meta}>".encode() + content):
        assert isinstance(text(page, f"text/html; charset={header}"), str)


@given(st.text(), st.binary(max_size=100))
def test_any_header_has_a_text(header: str, content: bytes) -> None:
    assert isinstance(text(content, header), str)
    assert isinstance(text(content, f"text/html; charset={header}"), str)


# Addresses


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (" https://Example.ORG ", "https://example.org/"),
        ("HTTP://example.org:80/a/#b", "http://example.org/a/"),
        ("https://example.org:8443/?q=1", "https://example.org:8443/?q=1"),
        ("https://example.org./a b/é?q=ü&x=%41|", "https://example.org/a%20b/%C3%A9?q=%C3%BC&x=%41%7C"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://ＥＸＡＭＰＬＥ。org/", "https://example.org/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://my_site.example.org/", "https://my_site.example.org/"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/"),
        ("http://１２７.０.０.１/", "http://127.0.0.1/"),
        ("http://[::0001]:8080/", "http://[::1]:8080/"),
        ("https://example.org\\evil.example/", None),
        ("https://example.org/\\evil", "https://example.org/%5Cevil"),
        ("example.org/feed", None),
        ("//example.org/feed", None),
        ("ftp://example.org/", None),
        ("file:///etc/passwd", None),
        ("https:///feed", None),
        ("https://", None),
        ("", None),
        ("https://user@example.org/", None),
        ("https://user:pass@example.org/", None),
        ("https://example.org:0/", None),
        ("https://example.org:65536/", None),
        ("https://example.org:x/", None),
        ("https://exam ple.org/", None),
        ("https://example..org/", None),
        ("https://-example.org/", None),
        ("https://%65xample.org/", None),
        ("https://example.org/a\r\nX-Evil: 1", None),
        ("https://exa\tmple.org/", None),
        ("https://example.org/\x00", None),
        ("https://" + "a" * 64 + ".org/", None),
        ("https://" + "a." * 130 + "org/", None),
        ("https://example.org/" + "a" * 4096, None),
        ("https://" + "é" * 300, None),
        ("https://☃☃☃.\u200d/", None),
        ("http://2130706433/", None),
        ("http://0x7f000001/", None),
        ("http://0x7f.1/", None),
        ("http://0177.0.0.1/", None),
        ("http://127.1/", None),
        ("http://127.0.0.1.0/", None),
        ("http://0x/", None),
        ("http://[fe80::1%25eth0]/", None),
        ("http://[::1/", None),
        ("http://[v1.a]/", None),
        ("http://[]/", None),
    ],
)
def test_addresses(written: str, read: str | None) -> None:
    if read is not None:
        assert parse(written).url == read
        return
    with pytest.raises(Obstacle):
        parse(written)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "https://example.org/b"),
        ("c", "https://example.org/a/c"),
        ("?q=1", "https://example.org/a/?q=1"),
        ("//other.example/é", "https://other.example/%C3%A9"),
        ("/Ã©", "https://example.org/%C3%A9"),  # UTF-8 as http.client hands it out
        ("http://example.org/b", "https://example.org/b"),
        ("http://example.org:8080/b", "http://example.org:8080/b"),
        ("http://other.example/b", "http://other.example/b"),
    ],
)
def test_where_redirects_lead(location: str, url: str) -> None:
    assert follow(parse("https://example.org/a/"), location).url == url


def test_a_site_without_encryption_may_get_some() -> None:
    assert follow(parse("http://example.org/a"), "https://example.org/a").url == "https://example.org/a"


@given(st.text() | st.text("htps:/@[]%\\.#?0x1é\r\n\t ", max_size=30).map("http://".__add__))
def test_any_address_is_read_or_refused(written: str) -> None:
    try:
        target = parse(written)
    except Obstacle:
        return
    assert parse(target.url) == target
    assert target.url.isascii()
    assert target.url.isprintable()
    assert " " not in target.url


@given(st.text())
def test_any_redirect_is_read_or_refused(location: str) -> None:
    for written in (location, f"//{location}", f"http://{location}"):
        try:
            assert isinstance(follow(parse("https://example.org/a"), written), Target)
        except Obstacle:
            continue


@given(st.text())
def test_what_is_shown_is_one_short_line(url: str) -> None:
    said = shown(url)
    assert 0 < len(said) <= 203
    assert "\n" not in said


def test_what_is_shown_keeps_passwords() -> None:
    assert shown("https://user:secret@example.org/a@b") == "https://example.org/a@b"
