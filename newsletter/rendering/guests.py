"""Letters to guests: who asks them for what, by when, and where their page is; in their language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from newsletter.rendering.notices import LINK, Said, Writer, spoken, write
from newsletter.rendering.page import Rendered
from newsletter.rendering.words import later, words


class Asks(NamedTuple):
    """The words for one sort of request: a letter's subject, heading (a page's as well), question and button."""

    subject: str
    heading: str
    sentence: str
    button: str


# By a note's kind, or by the act.
ASKS: Mapping[str, Asks] = {
    "director": Asks(
        later("%(asker)s asks you for the director’s note, by %(day)s"),
        later("The director’s note for %(issue)s"),
        later("%(asker)s asks you, %(name)s, to write the director’s note: 90 to 120 words, in your own voice."),
        later("Write the note"),
    ),
    "text": Asks(
        later("%(asker)s asks you for a text, by %(day)s"),
        later("A text for %(issue)s"),
        later("%(asker)s asks you, %(name)s, to write a short text for this issue."),
        later("Write the text"),
    ),
    "quote": Asks(
        later("%(asker)s asks you for a quote, by %(day)s"),
        later("A quote for %(issue)s"),
        later("%(asker)s asks you, %(name)s, for a sentence or two that may be quoted in this issue."),
        later("Write the quote"),
    ),
    "suggest": Asks(
        later("%(asker)s asks what should be in %(issue)s; please answer by %(day)s"),
        later("What should be in %(issue)s?"),
        later("%(asker)s asks you, %(name)s, what should be in this issue. A link or a title is enough."),
        later("Suggest something"),
    ),
    "clear": Asks(
        later("%(asker)s asks you to check a text, by %(day)s"),
        later("Is this right?"),
        later("%(asker)s asks you, %(name)s, to look at one text of %(issue)s, exactly as readers will see it."),
        later("Look at it"),
    ),
    "translate": Asks(
        later("%(asker)s asks you for a translation, by %(day)s"),
        later("A translation for %(issue)s"),
        later("%(asker)s asks you, %(name)s, to put some lines into %(language)s."),
        later("Translate"),
    ),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What a guest is asked. `what`: a note's kind, or suggest, clear or translate. `into`: a language's code."""

    what: str
    asker: str
    name: str
    issue: str
    due_on: date
    message: str = ""
    into: str = ""


def letter(request: Request, speaks: str, default: str, writer: Writer, *, reminder: bool = False) -> Rendered:
    """The letter in the guest's language, else the list's, else English. It leaves one slot open: the page's link."""
    said = words(spoken(speaks, default))
    asks = ASKS[request.what]
    day = said.weekday(request.due_on)
    known = {
        "asker": request.asker, "name": request.name, "issue": request.issue, "day": day,
        "language": said.name_of(request.into) if request.into else "",
    }  # fmt: skip
    title = said.say(asks.subject, **known)
    before = [said.say(asks.sentence, **known)]
    if request.message:
        before.append(f"“{request.message}”")
    before.append(said.say("It is wanted by %(day)s.", day=day))
    mail = Said(
        subject=said.say("Reminder: %(subject)s", subject=title) if reminder else title,
        heading=said.say(asks.heading, **known),
        before=tuple(before),
        button=said.say(asks.button),
        leads_to=LINK,
        after=(
            said.say("The page is made for you and for this alone. It needs no password, and opening it decides"
                     " nothing."),
            said.say("Please answer this mail if something is unclear: %(asker)s reads it.", asker=request.asker),
        ),
    )  # fmt: skip
    return write(said, mail, writer)
