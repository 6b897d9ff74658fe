"""Words an issue: subject and preview line, and each of its items. Whether a yes still counts is derived elsewhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from newsletter.errors import BadInput
from newsletter.issues import contents, inserting, items, places
from newsletter.issues.fields import field as line
from newsletter.issues.fields import heading, language_code, paragraph
from newsletter.issues.revising import Edit, Hand, Revision, default_language, editing
from newsletter.publications.checking import MOST_TITLE

MOST_SUBJECT = 250
MOST_ACTION = 80
MOST_ALT = 1000
MOST_CREDIT = 500


@dataclass(frozen=True, slots=True)
class Translation:
    """Words in one language; None, and what is absent, stays. `items`: by publication, of title, summary and action;
    `blocks`: by number, all fields of each.
    """

    subject: str | None = None
    preview: str | None = None
    items: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    blocks: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


def edit(
    hand: Hand, *, subject: str | None = None, preview: str | None = None, language: str | None = None
) -> Revision:
    """Set subject and preview line in one language; by default the list's first."""
    if subject is None and preview is None:
        raise BadInput("Nothing to change was given: name a subject or a preview line.")
    with editing(hand, "edit") as edit_:
        chosen = language_code(language) if language else default_language(hand.session, edit_.issue)
        _head(edit_, chosen, subject, preview)
    return edit_.done


def drop_language(hand: Hand, language: str) -> Revision:
    """Give a language version up: without a subject there is none. The words of the items stay."""
    with editing(hand, "edit") as edit_:
        chosen = language_code(language)
        if chosen == default_language(hand.session, edit_.issue):
            raise BadInput(f"{places.language_name(chosen)} is the list's first language; every issue has it.")
        if places.subject(chosen) not in edit_.draft:
            raise BadInput(f"{edit_.issue.slug} is not in {places.language_name(chosen)}.")
        edit_.take(places.subject(chosen), places.preview(chosen))
        edit_.drop(places.subject(chosen))
        edit_.drop(places.preview(chosen))
    return edit_.done


def set_wording(
    hand: Hand,
    publication_id: int,
    language: str,
    *,
    title: str | None = None,
    summary: str | None = None,
    action: str | None = None,
    image_alt: str | None = None,
) -> Revision:
    """Word an item in one language; what is not given stays."""
    with editing(hand, "word") as edit_:
        item, chosen = items.wanted(edit_, publication_id), language_code(language)
        _words(edit_, item, chosen, {"title": title, "summary": summary, "action": action, "alt": image_alt})
    return edit_.done


def translate(hand: Hand, language: str, said: Translation) -> Revision:
    """Word as much of an issue in one language as is given, at once."""
    with editing(hand, "word") as edit_:
        chosen = language_code(language)
        if said.subject is not None or said.preview is not None:
            _head(edit_, chosen, said.subject, said.preview)
        for publication_id, texts in said.items.items():
            _words(edit_, items.wanted(edit_, publication_id), chosen, texts)
        for block_id, fields in said.blocks.items():
            inserting.write(edit_, block_id, chosen, fields)
    return edit_.done


def drop_wording(hand: Hand, publication_id: int, language: str) -> Revision:
    """Take an item's words in one language out; it is shown in another, and says so."""
    with editing(hand, "word") as edit_:
        item, chosen = items.wanted(edit_, publication_id), language_code(language)
        said = contents.languages(edit_.draft, item)
        if chosen not in said:
            raise BadInput(f"The item has no words in {places.language_name(chosen)}.")
        if said == (chosen,):
            raise BadInput("These are its only words; take the item out instead.")
        edit_.take(places.item(item, chosen))
        edit_.drop(places.item(item, chosen))
    return edit_.done


def set_credit(hand: Hand, publication_id: int, credit: str) -> Revision:
    """Say whose picture it is."""
    with editing(hand, "picture") as edit_:
        item = items.wanted(edit_, publication_id)
        edit_.write({places.item(item, "credit"): line("picture's credit", credit, MOST_CREDIT)})
    return edit_.done


def _head(edit_: Edit, language: str, subject: str | None, preview: str | None) -> None:
    if subject is None and places.subject(language) not in edit_.draft:
        raise BadInput(f"There is no subject in {language} yet; give one with the preview line.")
    fresh = {
        places.subject(language): None if subject is None else heading("subject", subject, MOST_SUBJECT),
        places.preview(language): None if preview is None else heading("preview line", preview, MOST_SUBJECT),
    }
    edit_.write(fresh)
    edit_.draft.setdefault(places.preview(language), "")


_READ: Mapping[str, Callable[[str], str]] = {
    "title": lambda text: heading("title", text, MOST_TITLE),
    "summary": lambda text: paragraph("summary", text),
    "action": lambda text: line("link's words", text, MOST_ACTION),
    "alt": lambda text: line("picture's description", text, MOST_ALT),
}


def _words(edit_: Edit, item: int, language: str, texts: Mapping[str, str | None]) -> None:
    if texts.get("title") is None and places.item(item, language, "title") not in edit_.draft:
        raise BadInput(f"There are no words in {language} yet; give a title with them.")
    fresh = {part: None if text is None else _READ[part](text) for part, text in texts.items()}
    edit_.write({places.item(item, language, part): text for part, text in fresh.items()})
    for part in contents.WORDS:
        edit_.draft.setdefault(places.item(item, language, part), "")
