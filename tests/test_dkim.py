"""Signatures: two verifiers that are not ours find them good, and good no more once anything signed was touched."""

import os
import re
import shutil
import subprocess
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.delivery.compiling import compile_snapshot
from newsletter.errors import Misconfigured
from newsletter.rendering import headers
from newsletter.rendering.dkim import Signer, signer
from newsletter.rendering.headers import HeaderError
from newsletter.rendering.mime import Compiled, Part
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import Context, Pieces, Slot
from tests.route import Route
from tests.test_mime import HTML, PLAIN, VALUES

NOW = datetime(2026, 11, 2, 9, 5, 7, 999_999, tzinfo=UTC)
KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
RECORD = f"v=DKIM1; k=rsa; p={PUBLIC}"
OPENDKIM = shutil.which("opendkim", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")

ONCE_MORE = ["from", "to", "subject", "date", "reply-to", "content-type", "list-unsubscribe", "list-unsubscribe-post"]
LINK = "https://news.example.org/u/"
VALUE = {"name": "Zoë", "city": "Łódź", "link": LINK + "abc"}
SUBJECTS = {
    "en": "Cities in 2026",
    "es": "El año de las ciudades: lo que hemos publicado este trimestre, y lo que viene después",
    "ar": "المدن في عام 2026",
    "fr": "A subject of plain words that is long enough to be folded at one of its spaces, twice at the least, " * 2,
    "nl": "",
}
BODIES: dict[str, tuple[Pieces, Pieces]] = {
    "slots at both ends": (
        (Slot("name", Context.HTML), "<p>" + "word " * 400 + "</p>\n", Slot("link", Context.URL)),
        (Slot("name", Context.TEXT), "\n" * 5, Slot("city", Context.TEXT)),
    ),
    "slots alone": ((Slot("name", Context.HTML),), (Slot("name", Context.TEXT),)),
    "no slots": (("<p>x  \t y</p>  \n\n\n",), ("  a   b  \n\n\n",)),
    "nothing": ((), ()),
}


def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey, secret: bytes = b"") -> str:
    lock = BestAvailableEncryption(secret) if secret else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock).decode()


def made(domain: str = "example.org", selector: str = "news") -> Signer:
    found = signer(domain, selector, pem(KEY), lambda: NOW)
    assert found
    return found


def static(
    subject: str = "Cities in 2026", language: str = "en", sender: str = "desk@example.org"
) -> tuple[bytes, ...]:
    return (
        headers.mailbox("From", "Nëws,  the   Desk", sender),
        headers.mailbox("Reply-To", "", "answers@example.org"),
        headers.unstructured("Subject", subject),
        headers.verbatim("List-Id", "<quarterly.example.org>"),
        headers.verbatim("Feedback-ID", "17:quarterly:news:example"),
        headers.verbatim("Precedence", "bulk"),
        headers.verbatim("Content-Language", language),
    )


def reader(name: str = "Zoë Ångström", link: str = f"{LINK}abc") -> tuple[bytes, ...]:
    return (
        headers.mailbox("To", name, "zoe@example.net"),
        headers.verbatim("Message-ID", "<abc.1@news.example.org>"),
        headers.date(NOW),
        headers.list_unsubscribe(link),
    )


def compiled(html: Pieces, text: Pieces, lines: tuple[bytes, ...], by: Signer | None = None) -> Compiled:
    return Compiled({"en": Part("en", "", html, text, lines)}, by or made())


def message(lines: tuple[bytes, ...] | None = None, own: tuple[bytes, ...] | None = None) -> bytes:
    html, text = BODIES["slots at both ends"]
    whole = compiled(html, text, static() if lines is None else lines)
    return whole.message("en", reader() if own is None else own, VALUE)


def dns(name: bytes, timeout: float = 5) -> bytes | None:
    return RECORD.encode() if name == b"news._domainkey.example.org." else None


def good(mail: bytes) -> bool:
    return bool(dkim.verify(mail, dnsfunc=dns))


def tags(mail: bytes) -> dict[str, str]:
    field = re.match(rb"DKIM-Signature:((?:[^\r]|\r\n )*)\r\n", mail)
    assert field
    pairs = (tag.partition("=") for tag in re.sub(r"\s+", "", field[1].decode()).split(";"))
    return {name: value for name, _, value in pairs}


# -- good signatures

ODD = st.sampled_from([" ", "  ", "   a", "a  ", "é  é", '"', "\\", "(", "a,  b", "=?", "x" * 70, "日本", "\xa0"])
TEXTS = st.lists(ODD | st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=30), max_size=8).map(
    "".join
)


@given(HTML, PLAIN, VALUES)
@example((), (), {})
@example((Slot("name", Context.HTML),), (Slot("name", Context.TEXT),), {"name": ""})
@example(("\n\n\n", Slot("name", Context.HTML), "\n\n"), ("\n", Slot("name", Context.TEXT)), {"name": " "})
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_a_message_its_signature_is_good(html: Pieces, text: Pieces, values: dict[str, str]) -> None:
    assert good(compiled(html, text, static()).message("en", reader(), values))


@given(TEXTS, TEXTS, st.text("abcXYZ019-_.~/&=%", max_size=880))
@example("", "", "")
@example("  two  spaces   and more ", " a  b ", "a" * 900)
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_its_header_lines_its_signature_is_good(subject: str, name: str, token: str) -> None:
    try:
        own = reader(name, LINK + token)
    except HeaderError:
        own = reader("", LINK + token)
    assert good(message(static(subject), own))


@pytest.mark.parametrize("bodies", BODIES)
def test_each_language_is_signed(bodies: str) -> None:
    html, text = BODIES[bodies]
    parts = {
        language: Part(language, subject, html, text, static(subject, language))
        for language, subject in SUBJECTS.items()
    }
    whole, plain = Compiled(parts, made()), Compiled(parts)
    for language in parts:
        signed, unsigned = (one.message(language, reader(), VALUE) for one in (whole, plain))
        assert good(signed)
        assert signed.startswith(b"DKIM-Signature: v=1;")
        assert signed.endswith(b"\r\n" + unsigned), "nothing else is changed"


@pytest.mark.parametrize(
    "line",
    [
        b"Subject:\r\n",
        b"Subject:  a   b  \r\n",
        b"Subject:\r\n  a\r\n     b \r\n",
        b"SUBJECT:a\r\n",
        b"Subject: a: b; c=d\r\n",
        b"Subject: one\r\nSubject: two\r\n",
        b"Reply-To: a@example.org\r\nReply-To: b@example.org\r\nX-Other: c\r\n",
    ],
)
def test_odd_lines_are_signed_as_they_are_read(line: bytes) -> None:
    assert good(message((*static()[:2], line)))


def test_threads_may_sign_side_by_side() -> None:
    html, text = BODIES["slots at both ends"]
    whole = Compiled({one: Part(one, "", html, text, static(SUBJECTS[one], one)) for one in SUBJECTS}, made())

    def sign(n: int) -> bytes:
        return whole.message([*SUBJECTS][n % 5], reader(f"Reader {n}"), VALUE | {"name": f"reader {n}"})

    with ThreadPoolExecutor(8) as pool:
        mails = list(pool.map(sign, range(200)))
    assert all(f"reader=20{n}" in mail.decode() or f"reader {n}" in mail.decode() for n, mail in enumerate(mails))
    assert all(map(good, mails))
    assert mails == [sign(n) for n in range(200)]


# -- what a signature says


def test_a_signature_says_what_it_covers_and_when_it_was_made() -> None:
    found = tags(message())
    assert list(found) == ["v", "a", "c", "d", "s", "t", "h", "bh", "b"]
    assert (found["v"], found["a"], found["c"]) == ("1", "rsa-sha256", "relaxed/simple")
    assert (found["d"], found["s"], found["t"]) == ("example.org", "news", str(int(NOW.timestamp())))
    named = found["h"].split(":")
    others = ["message-id", "mime-version", "content-language", "list-id", "feedback-id"]
    assert sorted(named) == sorted(ONCE_MORE * 2 + others)


def test_what_is_not_there_is_named_only_where_nobody_may_add_it() -> None:
    lines = (headers.mailbox("From", "", "desk@example.org"),)
    named = tags(message(lines, reader()[:2]))["h"].split(":")
    there = ["from", "to", "message-id", "mime-version", "content-type"]
    assert sorted(named) == sorted(there + ONCE_MORE)


@pytest.mark.parametrize("domain", ["example.org", f"{'long.' * 12}example.org"])
def test_its_lines_are_short_and_whole(domain: str) -> None:
    html, text = BODIES["nothing"]
    lines = static(sender=f"desk@{domain}")
    mail = compiled(html, text, lines, made(domain)).message("en", reader(), {})
    field = mail[: mail.index(b"\r\nTo:")].split(b"\r\n")
    assert max(map(len, field)) <= 76
    assert all(re.fullmatch(rb" [!-~][ -~]*", line) for line in field[1:])


def test_the_same_moment_gives_the_same_bytes() -> None:
    assert message() == message()


# -- touched messages

FIELDS = [
    b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Reply-To", b"MIME-Version", b"Content-Type",
    b"Content-Language", b"List-Id", b"List-Unsubscribe", b"List-Unsubscribe-Post", b"Feedback-ID",
]  # fmt: skip


def touched(field: bytes) -> bytes:
    mail = message()
    changed = re.sub(rb"(?m)^(%s: ?)" % field, rb"\1x", mail, count=1)
    assert changed != mail
    return changed


@pytest.mark.parametrize("field", FIELDS, ids=bytes.decode)
def test_a_changed_or_missing_line_spoils_it(field: bytes) -> None:
    assert not good(touched(field))
    without = re.sub(rb"(?m)^%s:(?:[^\r]|\r\n )*\r\n" % field, b"", message(), count=1)
    assert without != message()
    assert not good(without)


@pytest.mark.parametrize("field", ONCE_MORE)
@pytest.mark.parametrize("has_one", [True, False])
@pytest.mark.parametrize("place", [b"DKIM-Signature:", b"To:", b"MIME-Version:"])
def test_an_added_line_spoils_it(field: str, place: bytes, has_one: bool) -> None:
    mail = message() if has_one else message((static()[0],), (reader()[0],))
    assert good(mail)
    assert not good(mail.replace(place, field.title().encode() + b": other@example.com\r\n" + place, 1))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_body_spoils_it(data: st.DataObject) -> None:
    mail = message()
    begin = mail.index(b"\r\n\r\n") + 4
    at = data.draw(st.integers(begin, len(mail) - 1))
    assert not good(mail[:at] + (b"x" if mail[at] != ord("x") else b"y") + mail[at + 1 :])
    assert not good(mail[:at] + b" " + mail[at:])
    assert not good(mail[: min(at, len(mail) - 3)]), "but for a line end at the end, which verifiers put back (3.4.3)"


def test_lines_may_be_folded_anew_on_the_way() -> None:
    mail = message()
    assert good(mail.replace(b"Precedence: bulk", b"Precedence: list"))
    assert good(mail.replace(b"Subject: Cities in", b"SUBJECT:   Cities\r\n\tin  "))


# -- the second verifier


@pytest.mark.skipif(OPENDKIM is None, reason="opendkim is not installed (apt-get install opendkim)")
def test_opendkim_says_the_same(tmp_path: Path) -> None:
    mails = {f"good-{n}": message(static(subject, lang)) for n, (lang, subject) in enumerate(SUBJECTS.items())}
    for n, (html, text) in enumerate(BODIES.values()):
        mails[f"good-body-{n}"] = compiled(html, text, static()).message("en", reader(" a   b "), VALUE)
        mails[f"good-empty-{n}"] = compiled(html, text, static()).message(
            "en", reader("", LINK + "a" * 850), VALUE | {"name": ""}
        )
    mails |= {f"bad-{field.decode()}": touched(field) for field in FIELDS}
    mails |= {
        f"bad-more-{field}": message().replace(b"To:", f"{field}: other@example.com\r\nTo:".encode(), 1)
        for field in ONCE_MORE
    }
    mails["bad-body"] = message().replace(b"word", b"ward", 1)
    (tmp_path / "keys").write_text(f"news._domainkey.example.org {RECORD}\n", "utf-8")
    (tmp_path / "conf").write_text(f"Mode v\nSyslog no\nTestDNSData {tmp_path / 'keys'}\n", "utf-8")
    for name, mail in mails.items():
        (tmp_path / name).write_bytes(mail)
    done = subprocess.run(
        [str(OPENDKIM), "-x", "conf", "-v", "-t", ",".join(mails)],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    said = dict(re.findall(r"opendkim: (\S+): verification .*?(succeeded|failed)", done.stdout + done.stderr))
    assert said == {name: "succeeded" if name.startswith("good") else "failed" for name in mails}


# -- what is refused


@pytest.mark.parametrize("address", ["desk@example.org", "desk@news.example.org", "Desk@a.b.EXAMPLE.org"])
@pytest.mark.parametrize("domain", ["example.org", "Example.ORG"])
def test_from_may_be_at_the_domain_or_below(address: str, domain: str) -> None:
    html, text = BODIES["nothing"]
    mail = compiled(html, text, static(sender=address), made(domain)).message("en", reader(), {})
    assert good(mail)
    assert tags(mail)["d"] == "example.org"


@pytest.mark.parametrize("address", ["desk@example.com", "desk@notexample.org", "desk@org", "example.org@example.net"])
def test_from_elsewhere_is_refused_when_compiling(address: str) -> None:
    with pytest.raises(Misconfigured, match=r"DKIM_DOMAIN is example\.org and From is at") as caught:
        compiled((), (), static(sender=address))
    assert f"From is at {address.partition('@')[2]}." in str(caught.value)


@pytest.mark.parametrize("lines", [static()[1:], (*static(), static()[0])])
def test_no_from_or_two_are_refused_when_compiling(lines: tuple[bytes, ...]) -> None:
    with pytest.raises(HeaderError, match="From"):
        compiled((), (), lines)


def test_a_domain_of_other_letters_is_signed_in_its_ascii_form() -> None:
    html, text = BODIES["nothing"]
    mail = compiled(html, text, static(sender="desk@bücher.example"), made("BÜCHER.example")).message(
        "en", reader(), {}
    )
    assert tags(mail)["d"] == "xn--bcher-kva.example"


def test_a_snapshot_is_signed_when_a_signer_is_given() -> None:
    rendered = {"en": Rendered("en", "Cities", "", ("<p>x",), ("x",), "")}
    sealed = {
        "from_name": "Desk", "from_address": "desk@example.org", "reply_to": "", "list_id": "<q.example.org>",
        "feedback_id": "1:q:news:example", "archived_at": "",
    }  # fmt: skip
    assert good(compile_snapshot(rendered, sealed, made()).message("en", reader(), {}))
    assert b"DKIM" not in compile_snapshot(rendered, sealed).message("en", reader(), {})
    with pytest.raises(Misconfigured):
        compile_snapshot(rendered, sealed | {"from_address": "desk@example.com"}, made())


def test_without_settings_there_is_no_signer() -> None:
    assert signer("", "", "", lambda: NOW) is None


def small() -> str:
    return pem(rsa.generate_private_key(65537, 1024))


def public() -> str:
    return KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


REFUSED = {
    "1024 bits": (small, "has 1024 bits; it needs 2048"),
    "an Ed25519 key": (lambda: pem(ed25519.Ed25519PrivateKey.generate()), "is no RSA key"),
    "an elliptic curve": (lambda: pem(ec.generate_private_key(ec.SECP256R1())), "is no RSA key"),
    "a passphrase": (lambda: pem(KEY, b"hunter2"), "is locked with a passphrase"),
    "rubbish": (lambda: "hunter2", "is no private key in PEM"),
    "rubbish in a frame": (lambda: "-----BEGIN PRIVATE KEY-----\naHVudGVy\n-----END PRIVATE KEY-----", "in PEM"),
    "half a key": (lambda: pem(KEY)[:800], "in PEM"),
    "the public key": (public, "in PEM"),
    "nothing": (lambda: "", "in PEM"),
    "half a letter": (lambda: "\ud800", "in PEM"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_key_that_will_not_do_is_refused_and_not_shown(what: str) -> None:
    given, told = REFUSED[what]
    text = given()
    with pytest.raises(Misconfigured, match=r"^DKIM_PRIVATE_KEY .*\.$") as caught:
        signer("example.org", "news", text, lambda: NOW)
    assert told in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert not [line for line in text.splitlines() if "-----" not in line and line in str(caught.value)]
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_key_may_have_lost_its_last_line_end_and_be_of_the_old_form() -> None:
    old = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    for text in (old, pem(KEY).strip(), pem(KEY).replace("\n", "\r\n")):
        assert signer("example.org", "news", text, lambda: NOW)


@pytest.mark.parametrize("name", ["", " ", "a b", "a;b", "-a", "a..b", "a.", "a@b", "a\r\nb", "x" * 64, "a_b"])
def test_what_is_no_name_in_dns_is_refused(name: str) -> None:
    with pytest.raises(Misconfigured, match=r"^DKIM_DOMAIN is no name"):
        signer(name, "news", pem(KEY), lambda: NOW)
    with pytest.raises(Misconfigured, match=r"^DKIM_SELECTOR is no name"):
        signer("example.org", name, pem(KEY), lambda: NOW)


def test_a_signer_does_not_show_its_key() -> None:
    shown = repr(made()) + repr(vars(made()))
    assert str(KEY.private_numbers().d) not in shown
    assert not [line for line in pem(KEY).splitlines() if line in shown]


def test_an_issue_that_is_sent_is_signed_to_every_reader(approved: Route) -> None:
    approved.open(dkim_domain="example.org", dkim_selector="news", dkim_private_key=pem(KEY))
    sent = approved.send().status.accepted
    mails = [path.read_bytes() for path in approved.mailbox.glob("*.eml")]
    assert len([mail for mail in mails if b"List-Unsubscribe" in mail and good(mail)]) == sent > 0


def test_a_wrong_key_is_found_before_anything_is_handed_over(approved: Route) -> None:
    approved.open(dkim_domain="example.org", dkim_selector="news", dkim_private_key="no key at all")
    with pytest.raises(Misconfigured):
        approved.send()
    assert not list(approved.mailbox.glob("*.eml"))
