"""The short mails to readers that are no issue: they ask one thing or say one thing, in the reader's language.

Nothing in those of `render` was typed by a reader: whoever signs up a stranger has no words to send him.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from newsletter.errors import RenderError
from newsletter.rendering import prose
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import Context, Marks
from newsletter.rendering.theme import find
from newsletter.rendering.words import SOURCE, TRANSLATED, Words, words
from newsletter.resources import templates

LINK = "link_url"  # of a letter to somebody who is no reader

SLOTS: Mapping[str, frozenset[Context]] = {
    "confirm_url": frozenset({Context.URL, Context.TEXT}),
    "issue_url": frozenset({Context.URL, Context.TEXT}),
    "unsubscribe_url": frozenset({Context.URL, Context.TEXT}),
    "preferences_url": frozenset({Context.URL, Context.TEXT}),
    LINK: frozenset({Context.URL, Context.TEXT}),
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, and about which lists. `days`: how long the link works; `kept_days`: until it is deleted unanswered.

    `issue`: the latest one, as name and subject; `next_month`: around when the next one comes, in words.
    """

    organisation: str
    postal_address: str
    lists: tuple[str, ...]
    days: int = 0
    kept_days: int = 0
    issue: tuple[str, str] | None = None
    next_month: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """The words of one such mail. `button` leads to the slot `leads_to`; `ways_out`: it goes to a subscriber."""

    subject: str
    heading: str
    before: tuple[str, ...]
    button: str
    leads_to: str
    after: tuple[str, ...]
    ways_out: bool = False
    preferences: bool = False


def spoken(language: str, default: str) -> str:
    """The language that such a mail is written in: the reader's, else the list's, else English."""
    plain = (one.replace("_", "-").partition("-")[0].lower() for one in (language, default))
    return next((one for one in plain if one in (SOURCE, *TRANSLATED)), SOURCE)


@lru_cache(maxsize=128)
def render(kind: str, language: str, writer: Writer) -> Rendered:
    """The mail of that kind: confirm, invite, renew, address, moving or welcome."""
    said = words(language)
    return write(said, _KINDS[kind](said, writer), writer)


def write(said: Words, mail: Said, writer: Writer) -> Rendered:
    """A mail of these words, as HTML and as text."""
    marks = Marks.fresh(SLOTS)
    html = _fill("letter.html.j2", said, mail, writer, marks, Context.URL)
    text = prose.tidy(_fill("letter.txt.j2", said, mail, writer, marks, Context.TEXT), said.direction)
    return Rendered(said.language, mail.subject, "", marks.cut(html), marks.cut(text), "")


def _fill(template: str, said: Words, mail: Said, writer: Writer, marks: Marks, link: Context) -> str:
    context = {
        "mail": mail,
        "writer": writer,
        "language": said.language,
        "direction": said.direction,
        "start": "right" if said.direction == "rtl" else "left",
        "theme": find("default", Path()),
        "unsubscribe": said.say("Unsubscribe"),
        "preferences": said.say("Preferences"),
        "url": lambda name: marks.mark(name, link),
    }
    try:
        return _environment(templates()).get_template(f"notices/{template}").render(context)
    except TemplateError as error:
        raise RenderError(f"The template notices/{template} cannot be filled: {error}.") from error


@lru_cache(maxsize=4)
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html.j2"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrap"] = prose.wrap
    return environment


def _names(writer: Writer) -> str:
    return ", ".join(writer.lists)


def _link_works(said: Words, writer: Writer) -> str:
    return said.many(
        "The link works for %(num)d day. It leads to a page with one button.",
        "The link works for %(num)d days. It leads to a page with one button.",
        writer.days,
    )


def _not_you(said: Words, writer: Writer) -> str:
    return said.many(
        "If that was not you, do nothing: nothing is sent without your click, and after %(num)d day none of it is"
        " kept.",
        "If that was not you, do nothing: nothing is sent without your click, and after %(num)d days none of it is"
        " kept.",
        writer.kept_days,
    )


def _confirm(said: Words, writer: Writer) -> Said:
    names = _names(writer)
    return Said(
        subject=said.say("Please confirm: %(lists)s", lists=names),
        heading=said.say("One click is missing"),
        before=(
            said.say(
                "%(organisation)s was asked to send %(lists)s to this address.",
                organisation=writer.organisation, lists=names,
            ),
            said.say("If you want to receive it, please confirm."),
        ),
        button=said.say("Yes, send it to me"),
        leads_to="confirm_url",
        after=(_link_works(said, writer), _not_you(said, writer)),
    )  # fmt: skip


def _invite(said: Words, writer: Writer) -> Said:
    names = _names(writer)
    return Said(
        subject=said.say("Would you like to receive %(lists)s?", lists=names),
        heading=said.say("Would you like to receive it?"),
        before=(
            said.say(
                "%(organisation)s was told that you would like to receive %(lists)s at this address.",
                organisation=writer.organisation, lists=names,
            ),
            said.say("Nothing is sent before you have said yes."),
        ),
        button=said.say("Yes, send it to me"),
        leads_to="confirm_url",
        after=(_link_works(said, writer), _not_you(said, writer)),
    )  # fmt: skip


def _renew(said: Words, writer: Writer) -> Said:
    names = _names(writer)
    return Said(
        subject=said.say("Are you still interested in %(lists)s?", lists=names),
        heading=said.say("Are you still interested?"),
        before=(
            said.say("You receive %(lists)s from %(organisation)s.", organisation=writer.organisation, lists=names),
            said.say("We cannot find any more when you agreed to that, and so we ask you."),
        ),
        button=said.say("Yes, keep sending it"),
        leads_to="confirm_url",
        after=(_link_works(said, writer), said.say("If you do nothing, nothing changes.")),
        ways_out=True,
    )


def _address(said: Words, writer: Writer) -> Said:
    return Said(
        subject=said.say("Please confirm your new address"),
        heading=said.say("Is this your new address?"),
        before=(
            said.say(
                "Somebody who receives %(lists)s from %(organisation)s asked that it be sent to this address from now"
                " on.",
                organisation=writer.organisation, lists=_names(writer),
            ),
            said.say("If that was you, please confirm."),
        ),
        button=said.say("Yes, send it here"),
        leads_to="confirm_url",
        after=(_link_works(said, writer), said.say("If that was not you, do nothing. Nothing changes then.")),
    )  # fmt: skip


def _moving(said: Words, writer: Writer) -> Said:
    return Said(
        subject=said.say("Your address for %(lists)s is to change", lists=_names(writer)),
        heading=said.say("Was that you?"),
        before=(
            said.say(
                "Somebody asked on your settings page that %(lists)s be sent to another address from now on.",
                lists=_names(writer),
            ),
            said.say("If that was you, there is nothing to do here: please confirm in the mail at the new address."),
            said.say(
                "If it was not you, keep this address: one press on your settings page. Whoever has an issue that you"
                " forwarded can open that page too."
            ),
        ),
        button=said.say("See my settings"),
        leads_to="preferences_url",
        after=(said.say("Until it is confirmed at the new address, nothing changes."),),
        ways_out=True,
    )


def _welcome(said: Words, writer: Writer) -> Said:
    names = _names(writer)
    name, subject = writer.issue or ("", "")
    coming = said.say("The next issue comes around %(month)s.", month=writer.next_month) if writer.next_month else ""
    return Said(
        subject=said.say("Welcome: %(lists)s", lists=names),
        heading=said.say("You are on the list"),
        before=tuple(
            line
            for line in (
                said.say("From now on you receive %(lists)s.", lists=names),
                coming,
                said.say("This is the latest one, to begin with:"),
                f"{name}: {subject}",
            )
            if line
        ),
        button=said.say("Read the latest issue"),
        leads_to="issue_url",
        after=(),
        ways_out=True,
        preferences=True,
    )


_KINDS: Mapping[str, Callable[[Words, Writer], Said]] = {
    "confirm": _confirm,
    "invite": _invite,
    "renew": _renew,
    "address": _address,
    "moving": _moving,
    "welcome": _welcome,
}
