"""Words an issue: subject and preview line, and each of its items. Whether a yes still counts is derived elsewhere."""

from newsletter.errors import BadInput
from newsletter.issues import contents, items, places
from newsletter.issues.fields import field, heading, language_code, paragraph
from newsletter.issues.revising import Hand, Revision, default_language, editing
from newsletter.publications.checking import MOST_TITLE

MOST_SUBJECT = 250
MOST_ACTION = 80
MOST_ALT = 1000
MOST_CREDIT = 500


def edit(
    hand: Hand, *, subject: str | None = None, preview: str | None = None, language: str | None = None
) -> Revision:
    """Set subject and preview line in one language; by default the list's first."""
    if subject is None and preview is None:
        raise BadInput("Nothing to change was given: name a subject or a preview line.")
    with editing(hand, "edit") as edit_:
        chosen = language_code(language) if language else default_language(hand.session, edit_.issue)
        if subject is None and places.subject(chosen) not in edit_.draft:
            raise BadInput(f"There is no subject in {chosen} yet; give one with the preview line.")
        fresh = {
            places.subject(chosen): None if subject is None else heading("subject", subject, MOST_SUBJECT),
            places.preview(chosen): None if preview is None else heading("preview line", preview, MOST_SUBJECT),
        }
        edit_.write(fresh)
        edit_.draft.setdefault(places.preview(chosen), "")
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
        if title is None and places.item(item, chosen, "title") not in edit_.draft:
            raise BadInput(f"There are no words in {chosen} yet; give a title with them.")
        fresh = {
            "title": None if title is None else heading("title", title, MOST_TITLE),
            "summary": None if summary is None else paragraph("summary", summary),
            "action": None if action is None else field("link's words", action, MOST_ACTION),
            "alt": None if image_alt is None else field("picture's description", image_alt, MOST_ALT),
        }
        edit_.write({places.item(item, chosen, part): text for part, text in fresh.items()})
        for part in contents.WORDS:
            edit_.draft.setdefault(places.item(item, chosen, part), "")
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
        edit_.write({places.item(item, "credit"): field("picture's credit", credit, MOST_CREDIT)})
    return edit_.done
