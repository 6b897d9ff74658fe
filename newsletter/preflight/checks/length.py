"""How long things are: headlines, texts in their places, and the mail as a whole."""

from collections.abc import Iterator

from newsletter.issues import measures
from newsletter.issues.measures import MOST_HEADLINE, MOST_QUOTE
from newsletter.issues.measures import words as words_in
from newsletter.issues.model import Role
from newsletter.preflight.checks.counting import minutes
from newsletter.preflight.checks.placing import few, quoted
from newsletter.preflight.facts.model import Facts, Said
from newsletter.preflight.facts.texts import called
from newsletter.preflight.model import Finding, Severity

WHOLE = range(450, 651)
FULL_ITEMS = range(9, 13)
_SLACK = 1.2  # so much over the cap is nothing to speak of
_WITH_HEADLINE = frozenset({"lead", "card", "cover", "sober", "date"})
_BUTTONS = 3


def _room(said: Said) -> tuple[int, str]:
    """So many words, and where; 0 where nobody counts."""
    if (said.slot, said.mend.field) == ("quote", "text"):
        return MOST_QUOTE, "a quote"
    if said.item is None or said.mend.field != "summary":
        return 0, ""
    source = said.item.source
    most = measures.text(said.text, said.item.role, source.layout, shared=bool(source.original_source)).most
    return most, "the lead" if said.slot == "lead" else "a text of a partner" if most < 30 else "a card"


def headlines(facts: Facts) -> Iterator[Finding]:
    """A headline has at most 70 characters."""
    for version in facts.languages:
        long = [
            said
            for said in facts.texts
            if said.version == version and said.what == "title" and said.slot in _WITH_HEADLINE
            and len(said.text) > MOST_HEADLINE
        ]  # fmt: skip
        if long:
            yield _several(
                version, "headlines", "Headlines", long,
                f"a headline of more than {MOST_HEADLINE} fills the screen of a phone",
            )  # fmt: skip


def long_texts(facts: Facts) -> Iterator[Finding]:
    """A text has the words that its place has room for: lead 60, card 30, from a partner 20, quote 35."""
    for version in facts.languages:
        long: dict[str, list[Said]] = {}
        for said in facts.texts:
            most, where = _room(said)
            if said.version == version and most and words_in(said.text) > most * _SLACK:
                long.setdefault(f"{where} has room for {most}", []).append(said)
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
    full = sum(item.role is not Role.MORE for item in facts.draft.items)
    many = full >= FULL_ITEMS.stop
    for number, version in enumerate(facts.languages):
        words = sum(words_in(said.text) for said in facts.texts if said.version == version and said.counts)
        says = [f"It has {words} words, {minutes(words)} to read."]
        if words >= WHOLE.stop:
            says.append("Readers give it two minutes: 450 to 650 words.")
        if many and not number:
            says.append(f"It shows {full} publications in full; 9 to 12 are looked at. Set some of them in one line.")
        if len(says) > 1:
            yield Finding(Severity.LOOK, "whole mail", "The whole mail", " ".join(says), languages=(version,))
        elif not number:
            yield Finding(Severity.INFO, "whole mail", "The whole mail", says[0])
