"""The director's note: long enough to be one, and short enough to be read."""

from collections.abc import Iterator

from newsletter.preflight.checks.counting import links_in, words_in
from newsletter.preflight.facts.model import Facts
from newsletter.preflight.model import Finding, Mend, Severity

LEAST, MOST = 90, 120
MOST_LINKS = 2


def directors_note(facts: Facts) -> Iterator[Finding]:
    """It has 90 to 120 words, and at most two links."""
    for said in facts.texts:
        if said.slot != "director" or said.mend.field != "text":
            continue
        words, links = words_in(said.text), links_in(said.text)
        mend, version = said.mend, (said.version,)
        if words > MOST:
            message = f"The note has {words} words; 90 to 120 are read to the end."
            yield _finding(said.place, message, mend.saying("Shorten it"), version)
        elif words < LEAST and said.version == facts.draft.profile.default_language:
            message = f"The note has {words} words; 90 to 120 give room for one thought, a thank-you and one wish."
            yield _finding(said.place, message, mend.saying("Write more"), version)
        if links > MOST_LINKS:
            message = f"The note has {links} links. With more than two it reads like a second list of titles."
            yield _finding(said.place, message, mend.saying("Take links out"), version)


def _finding(place: str, message: str, mend: Mend, versions: tuple[str, ...]) -> Finding:
    return Finding(Severity.LOOK, "director’s note", place, message, mends=(mend,), languages=versions)
