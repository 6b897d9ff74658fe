"""The words that stand for a picture, for those who do not see it."""

import re
from collections.abc import Iterator

from newsletter.issues.model import Item
from newsletter.preflight.checks.placing import about, edit
from newsletter.preflight.facts.model import Facts
from newsletter.preflight.model import Finding, Severity, Who

LONGEST = 150
_FILE = re.compile(r"\S*\.(jpe?g|png|gif|webp|svg|heic)|(img|dsc|image|photo|screenshot)[-_ ]?\d+\S*", re.IGNORECASE)
_BEGINS = re.compile(
    r"(a |an |the |une? |el |la )?(picture|image|photo|photograph|graphic|foto|fotografía|imagen|photographie)"
    r" (of|showing|de|del|du|des)\b|صورة ",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"\b(?:(?:an?|the) (?:[\w-]+ ){0,2}(?:person|individual|man|woman|male|female|people|speaker|official)\b"
    r"|(?:male|female)-presenting|una? (?:persona|hombre|mujer)\b|une? (?:personne|homme|femme)\b)",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-ZÁÉÍÓÚÑÇ][\w’'-]+ (?:de |van |von |bin |al-)?[A-ZÁÉÍÓÚÑÇ][\w’'-]+")


def alt_texts(facts: Facts) -> Iterator[Finding]:
    """Every picture has words that say who and where, and no file name."""
    for item in facts.draft.items:
        if item.picture is not None:
            for severity, message in _problems(item, item.picture.alt.strip()):
                mends = (edit(item, "alt", "Describe the picture"),)
                yield Finding(severity, "alt texts", about(item, "picture"), message, mends=mends)
    for part in facts.parts:
        for image in part.images:
            if image.alt is None:
                yield Finding(
                    Severity.MUST, "alt texts", f"Picture {image.src[-40:]}",
                    "The picture has no room for a description. The mail’s layout must give it one.", Who.TECHNICAL,
                )  # fmt: skip


def _problems(item: Item, alt: str) -> Iterator[tuple[Severity, str]]:
    if not alt:
        yield Severity.MUST, "The picture has no description. Say who and where, for readers who do not see it."
    elif _FILE.fullmatch(alt):
        yield Severity.LOOK, f"“{alt[:60]}” is the name of a file. Say who and where instead."
    elif len(alt) > LONGEST:
        yield (
            Severity.LOOK,
            f"The description has {len(alt)} characters. One sentence of up to {LONGEST} is heard whole.",
        )
    elif _BEGINS.match(alt):
        yield Severity.LOOK, "That it is a picture is said already. Begin with who or what it shows."
    elif (somebody := _SOMEBODY.search(alt)) and _NAME.search(item.source.title):
        yield Severity.LOOK, f"The description says “{somebody[0]}”. If it is who the title names, say the name."
