"""Reads what a list's profile and an issue's texts are given as: each value clean, or refused with its name."""

import re
from collections.abc import Callable

import subscribers
from newsletter.errors import BadInput
from newsletter.publications import texts


def parse_sender(sender: str) -> tuple[str, str]:
    """Name and address of a From written 'Name <a@b>'."""
    found = re.fullmatch(r"\s*(\"?)(?P<name>[^<>\"]+?)\1\s*<(?P<address>[^<>]+)>\s*", sender)
    if not found or not found["name"].strip():
        raise BadInput(f"The sender {texts.quoted(sender)} must be written 'Name <name@example.org>'.")
    return heading("sender's name", found["name"], 200), address(found["address"], "sender's address")


def parse_return_path(text: str) -> str:
    """verp@domain, fixed:address, or transport."""
    if text == "transport":
        return text
    if text.startswith("fixed:"):
        return f"fixed:{address(text.removeprefix('fixed:'), 'return path')}"
    if text.startswith("verp@"):
        return address(text, "return path")
    raise BadInput(f"The return path {texts.quoted(text)} must be verp@domain, fixed:name@example.org, or transport.")


def address(text: str, what: str) -> str:
    """An e-mail address as it is stored."""
    try:
        return subscribers.parse(field(what, text, 254))
    except subscribers.AddressError as error:
        raise BadInput(f"The {what} {texts.quoted(text)} is no e-mail address: {error}.") from None


def field(what: str, text: str, most: int) -> str:
    """One clean line."""
    return _read(what, lambda: texts.line(text, most))


def heading(what: str, text: str, most: int) -> str:
    """One clean line that is not empty."""
    return _read(what, lambda: texts.heading(text, most))


def paragraph(what: str, text: str) -> str:
    """A paragraph, its line breaks folded."""
    return _read(what, lambda: texts.paragraph(text))


def lines(what: str, text: str) -> str:
    """Several lines, each of them clean."""
    return "\n".join(field(what, one, 1000) for one in text.strip().splitlines())


def link(what: str, text: str) -> str:
    """A web address, or nothing."""
    return _read(f"address of the {what}", lambda: texts.link(text)) if text else ""


def language_code(text: str) -> str:
    """A language code: en, es, pt-BR."""
    return _read("language", lambda: texts.language(text))


def one_of(what: str, text: str, known: tuple[str, ...]) -> str:
    """One of the known words."""
    if text not in known:
        raise BadInput(f"The {what} {texts.quoted(text)} is none of: {', '.join(known)}.")
    return text


def _read(what: str, read: Callable[[], str]) -> str:
    try:
        return read()
    except texts.TextError as error:
        raise BadInput(f"The {what} {error}.") from None
