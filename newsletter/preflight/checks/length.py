"""How long things are: headlines, texts in their places, and the mail as a whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from newsletter.issues.model import Role
from newsletter.preflight.checks.counting import minutes, words_in
from newsletter.preflight.checks.placing import few, quoted
from newsletter.preflight.facts.model import Facts, Said
from newsletter.preflight.facts.texts import called
from newsletter.preflight.model import Finding, Severity

LONGEST_HEADLINE = 70
WHOLE = range(450, 651)
FULL_ITEMS = range(9, 13)
_SLACK = 1.2  # so much over the cap is nothing to speak of
_WITH_HEADLINE = frozenset({"lead", "card", "cover", "sober", "date"})
_BUTTONS = 3


@dataclass(frozen=True, slots=True)
class _Room:
    words: int
    name: str


_ROOM: Mapping[tuple[str, str], _Room] = {
    ("lead", "summary"): _Room(60, "the lead"),
    ("card", "summary"): _Room(30, "a card"),
    ("cover", "summary"): _Room(30, "a card"),
    ("sober", "summary"): _Room(45, "a text without a picture"),
    ("date", "summary"): _Room(30, "a date"),
    ("quote", "text"): _Room(35, "a quote"),
}


def headlines(facts: Facts) -> Iterator[Finding]:
    """A headline has at most 70 characters."""
    for version in facts.languages:
        long = [
            said
            for said in facts.texts
            if said.version == version and said.what == "title" and said.slot in _WITH_HEADLINE
            and len(said.text) > LONGEST_HEADLINE
        ]  # fmt: skip
        if long:
            yield _several(
                version, "headlines", "Headlines", long,
                f"a headline of more than {LONGEST_HEADLINE} fills the screen of a phone",
            )  # fmt: skip


def long_texts(facts: Facts) -> Iterator[Finding]:
    """A text has the words that its place has room for: lead 60, card 30, quote 35."""
    for version in facts.languages:
        long: dict[str, list[Said]] = {}
        for said in facts.texts:
            room = _ROOM.get((said.slot, said.mend.field))
            if said.version == version and room and words_in(said.text) > room.words * _SLACK:
                long.setdefault(f"{room.name} has room for {room.words}", []).append(said)
        for what, several in long.items():
            yield _several(version, "long texts", "Texts", several, what)


def _several(version: str, check: str, place: str, long: list[Said], what: str) -> Finding:
    names = [called(said.item) if said.item else said.place for said in long]
    if len(long) == 1:
        size = f"{len(long[0].text)} characters" if check == "headlines" else f"{words_in(long[0].text)} words"
        return _finding(check, long[0].place, f"It has {size}; {what}.", long, version, ["Shorten it"])
    buttons = [f"Shorten {quoted(name, 30)}" for name in names]
    return _finding(check, place, f"{few(names)} are too long: {what}.", long, version, buttons)


def _finding(check: str, place: str, message: str, long: list[Said], version: str, buttons: list[str]) -> Finding:
    mends = tuple(said.mend.saying(button) for said, button in zip(long[:_BUTTONS], buttons, strict=False))
    return Finding(Severity.LOOK, check, place, message, mends=mends, languages=(version,))


def whole_mail(facts: Facts) -> Iterator[Finding]:
    """The whole mail has 450 to 650 words and 9 to 12 full items; how long it takes to read is told."""
    place = "The whole mail"
    for number, version in enumerate(facts.languages):
        words = sum(words_in(said.text) for said in facts.texts if said.version == version and said.slot != "inbox")
        if words >= WHOLE.stop:
            message = f"It has {words} words, {minutes(words)} to read. Readers give it two minutes: 450 to 650 words."
            yield Finding(Severity.LOOK, "whole mail", place, message, languages=(version,))
        elif not number:
            yield Finding(Severity.INFO, "whole mail", place, f"It has {words} words, {minutes(words)} to read.")
    full = sum(item.role is not Role.MORE for item in facts.draft.items)
    if full >= FULL_ITEMS.stop:
        message = f"It shows {full} publications in full. 9 to 12 are looked at: set some of them in one line."
        yield Finding(Severity.LOOK, "whole mail", place, message)
