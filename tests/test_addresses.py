"""Addresses: what we accept, the one form in which we store it, and the hash that stands for it."""

import hashlib
import hmac
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from subscribers import AddressError, address_hash, parse
from subscribers.addresses import AddressError as Refused
from subscribers.rules import arrival

KEY = "k" * 32
LONG_DOMAIN = ".".join(["b" * 63] * 3) + ".org"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("reader@example.org", "reader@example.org"),
        ("  reader@example.org\n", "reader@example.org"),
        ("\u00a0reader@example.org\u00a0", "reader@example.org"),
        ("Ana.Maria@Example.ORG", "Ana.Maria@example.org"),
        ("reader+news@example.org", "reader+news@example.org"),
        ("o'neil_{x}!#$%&*/=?^`|~-@example.org", "o'neil_{x}!#$%&*/=?^`|~-@example.org"),
        ("reader@bücher.example", "reader@xn--bcher-kva.example"),
        ("reader@bu\u0308cher.example", "reader@xn--bcher-kva.example"),
        ("reader@BÜCHER.example", "reader@xn--bcher-kva.example"),
        ("reader@例え。テスト", "reader@xn--r8jz45g.xn--zckzah"),
        ("reader@مثال.إختبار", "reader@xn--mgbh0fb.xn--kgbechtv"),
        ("reader@XN--bcher-kva.example", "reader@xn--bcher-kva.example"),
        ("a@b.co", "a@b.co"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_a_good_address_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert parse(typed) == stored


@pytest.mark.parametrize(
    ("typed", "because"),
    [
        ("", "one @"),
        ("reader", "one @"),
        ("@example.org", "one @"),
        ("reader@", "one @"),
        ("Reader <reader@example.org>", "local part"),
        ("a@b@example.org", "local part"),
        ("a b@example.org", "local part"),
        ('"a b"@example.org', "local part"),
        (".a@example.org", "local part"),
        ("a.@example.org", "local part"),
        ("a..b@example.org", "local part"),
        ("a" * 65 + "@example.org", "local part"),
        ("a,b@example.org", "local part"),
        ("a@example.org,b@example.org", "local part"),
        ("a\r\nBcc: b@example.org", "local part"),
        ("a\0@example.org", "local part"),
        ("josé@example.org", "beyond ASCII"),
        ("\ud800@example.org", "beyond ASCII"),
        ("a@localhost", "domain"),
        ("a@example..org", "domain"),
        ("a@.example.org", "domain"),
        ("a@example.org.", "domain"),
        ("a@-example.org", "domain"),
        ("a@example-.org", "domain"),
        ("a@exa mple.org", "domain"),
        ("a@exam_ple.org", "domain"),
        ("a@[192.0.2.1]", "domain"),
        ("a@example.org>", "domain"),
        ("a@" + "b" * 64 + ".org", "domain"),
        ("a@" + "é" * 64 + ".org", "domain"),
        ("a@" + "b." * 126 + "org", "domain"),
        ("a@\ud800.org", "domain"),
        ("a@℀.org", "domain"),
    ],
)
def test_a_bad_address_is_refused_with_its_reason(typed: str, because: str) -> None:
    with pytest.raises(AddressError, match=because):
        parse(typed)


ODD = st.text(st.sampled_from("abAB09.-。．＠@_+ßςıİ℀½ⅷ①ａé\u0308\u200d\u200c\ud800\0\r\n <>\"'"), max_size=16)
TYPED = (
    st.text(max_size=40)
    | st.builds("{}@{}".format, st.text(max_size=20), st.text(max_size=20))
    | st.builds("{}@{}.org".format, ODD | st.just("a"), ODD)
    | st.emails()
)


@settings(max_examples=300, deadline=None)
@given(TYPED)
@example("reader@faß.example")
def test_whatever_is_typed_is_stored_in_one_form_or_refused(typed: str) -> None:
    try:
        stored = parse(typed)
    except AddressError:
        return
    assert parse(stored) == stored
    assert parse(stored.upper()).lower() == stored.lower()
    assert re.fullmatch(r"[!-~]+@[a-z0-9.-]+", stored)


@settings(deadline=None)
@given(TYPED, st.text(max_size=220), st.text(max_size=20))
def test_an_arrival_fits_its_columns_or_is_refused(typed: str, name: str, language: str) -> None:
    try:
        found = arrival(typed, name, language, KEY)
    except AddressError:
        return
    assert len(found.address) <= 254
    assert len(found.name) <= 200
    assert re.fullmatch(r"(?:[a-z]{2,3}(?:-[A-Za-z0-9]+)*)?", found.language)
    assert len(found.language) <= 16


def test_an_address_longer_than_mail_allows_never_arrives() -> None:
    fits = "a" * (254 - 1 - len(LONG_DOMAIN)) + "@" + LONG_DOMAIN
    assert arrival(fits, "", "", KEY).address == fits
    with pytest.raises(AddressError, match="at most 254"):
        arrival("a" + fits, "", "", KEY)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("", ""), ("en", "en"), ("ES", "es"), ("pt_br", "pt-BR"), ("zh-hant-tw", "zh-Hant-TW"), ("sr-latn", "sr-Latn")],
)
def test_a_language_is_stored_as_languages_are_compared(typed: str, stored: str) -> None:
    assert arrival("a@example.org", "", typed, KEY).language == stored


@pytest.mark.parametrize("language", ["English", "e", "en-", "-en", "en\n", "en fr", "en-" + "x" * 9, "عر"])
def test_what_is_no_language_code_is_refused(language: str) -> None:
    with pytest.raises(AddressError, match="language"):
        arrival("a@example.org", "", language, KEY)


@pytest.mark.parametrize("name", ["a" * 201, "Ana\nMaria", "Ana\0", "Ana\x7f", "Ana\x85"])
def test_a_name_too_long_or_with_control_characters_is_refused(name: str) -> None:
    with pytest.raises(AddressError, match="name"):
        arrival("a@example.org", name, "", KEY)


def test_the_hash_is_an_hmac_under_the_suppression_key() -> None:
    expected = hmac.new(KEY.encode(), b"reader@example.org", hashlib.sha256).hexdigest()
    assert address_hash("reader@example.org", KEY) == expected
    assert address_hash("reader@example.org", "another" * 5) != expected


@settings(deadline=None)
@given(st.emails())
def test_the_hash_is_the_same_in_any_case(typed: str) -> None:
    try:
        stored, loud = parse(typed), parse(typed.upper())
    except AddressError:
        return
    assert address_hash(stored, KEY) == address_hash(loud, KEY)


def test_a_plus_address_is_somebody_else() -> None:
    assert address_hash("reader+news@example.org", KEY) != address_hash("reader@example.org", KEY)


def test_a_refused_address_is_a_wrong_value() -> None:
    assert issubclass(Refused, ValueError)
