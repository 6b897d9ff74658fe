"""Language versions: what is not translated, and words that are in another language than they are marked with."""

import re
from collections.abc import Iterator

from newsletter.issues.model import Item, Role
from newsletter.preflight.checks.placing import about, edit, few, language, quoted
from newsletter.preflight.facts.model import Facts, Said
from newsletter.preflight.facts.texts import called
from newsletter.preflight.model import Finding, Mend, Mending, Severity
from newsletter.publications.guessing.languages import language_of

_ENOUGH = 10  # words that a language can be told from


def translations(facts: Facts) -> Iterator[Finding]:
    """Each language version has its own words; what is shown in another language is told."""
    default = facts.draft.profile.default_language
    for version in facts.languages:
        if version == default:
            continue
        full = [item for item in facts.draft.items if item.role is not Role.MORE]
        missing = [item for item in full if version not in item.wordings]
        if missing:
            yield _translation(version, missing, len(full))


def _translation(version: str, missing: list[Item], number: int) -> Finding:
    named = language(version)
    mostly = len(missing) * 2 > number
    advice = f"Translate more, or send it without {named}." if mostly else "Its first line says so."
    mend = Mend(
        Mending.ITEM, f"Translate {quoted(called(missing[0]), 30)}", language=version,
        publication=missing[0].source.publication_id, field="title",
    )  # fmt: skip
    return Finding(
        Severity.LOOK if mostly else Severity.INFO, "translations", f"{named} version",
        f"{len(missing)} of {number} publications are not in {named}: {few([called(item) for item in missing])}."
        f" {advice}",
        mends=(mend,),
    )  # fmt: skip


def language_marks(facts: Facts) -> Iterator[Finding]:
    """Words are in the language that they are marked with, so that they are read aloud and marked rightly."""
    for item in facts.draft.items:
        found = _other(item.source.title, item.source.language, 4)
        if found:
            yield Finding(
                Severity.LOOK, "language marks", about(item, "language"),
                f"Its title looks like {language(found)}, and it is marked as {language(item.source.language)}."
                " Readers are told a wrong language, or none.",
                mends=(edit(item, "language", "Change the language"),),
            )  # fmt: skip
    for said in facts.texts:
        found = _other(said.text, said.language, _ENOUGH) if said.mend.field in {"summary", "text"} else ""
        if found and not _says_so(said):
            yield Finding(
                Severity.LOOK, "language marks", said.place,
                f"The words look like {language(found)} and stand for {language(said.language)}. Programs that read"
                " aloud will get them wrong.",
                mends=(said.mend.saying("Change the words"),), languages=(said.version,),
            )  # fmt: skip


def _says_so(said: Said) -> bool:
    """A summary in the list's language of a publication in another: its words are ours, its title is the source's."""
    return said.item is not None and said.item.source.language == said.language != said.version


def _other(text: str, marked: str, enough: int) -> str:
    """The language that the text is in, where that is another; "" where it is right, or cannot be told."""
    if len(text.split()) < enough:
        return ""
    found = language_of(text)
    return found if found and found != re.split("[-_]", marked)[0].lower() else ""
