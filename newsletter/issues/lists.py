"""The profile of a list: who speaks, from where, and the sections that its issues start from."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

import subscribers
from newsletter.errors import BadInput, NotFound
from newsletter.issues.fields import address, field, heading, lines, link, one_of, parse_return_path
from newsletter.issues.model import Calm, Profile
from newsletter.issues.sections import add_sections
from newsletter.issues.send_rules import CADENCES
from newsletter.issues.tables import ProfileRow
from newsletter.publications.addresses import host_of

_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
ARCHIVES = ("public", "unlisted", "none")
LONGEST_WAIT = 24 * 60  # minutes


def add_profile(
    session: Session,
    list_id: int,
    *,
    from_name: str,
    from_address: str,
    postal_address: str,
    default_language: str = "",
    reply_to: str = "",
    return_path: str = "transport",
    feedback_id: str = "",
    legal_name: str = "",
    imprint: str = "",
    privacy_url: str = "",
    website: str = "",
    template: str = "issue",
    theme: str = "default",
    cadence: str = "quarterly",
    archive: str = "public",
    postal_confirmed: bool = True,
) -> None:
    """Give the list its sending half and the sections to start with; by default it speaks its first language.

    A postal address that nobody has confirmed may be missing, too: no issue can be handed in before somebody does.
    """
    face = _face(session, list_id)
    if session.get(ProfileRow, list_id):
        raise BadInput(f"The list {face.slug} has a profile already.")
    chosen = default_language or next(iter(face.languages), "")
    if chosen not in face.languages:
        raise BadInput(
            f"The default language {chosen} is none of the list's: {', '.join(face.languages) or 'it has none'}."
        )
    if postal_confirmed and not postal_address.strip():
        raise BadInput("A postal address is missing; the law of most countries wants it in every mail.")
    row = ProfileRow(
        list_id=list_id,
        default_language=chosen,
        from_name=heading("sender's name", from_name, 200),
        from_address=address(from_address, "sender's address"),
        reply_to=address(reply_to, "Reply-To") if reply_to else "",
        return_path=parse_return_path(return_path),
        feedback_id=field("Feedback-ID", feedback_id, 100),
        postal_address=lines("postal address", postal_address),
        postal_confirmed=postal_confirmed,
        legal_name=field("legal name", legal_name, 200),
        imprint=lines("imprint", imprint),
        privacy_url=link("privacy page", privacy_url),
        website=link("website", website),
        template=field("template", template, 80),
        theme=field("theme", theme, 300),
        cadence=one_of("cadence", cadence, tuple(CADENCES)),
        archive=one_of("archive", archive, ARCHIVES),
    )
    session.add(row)
    add_sections(session, list_id)
    session.flush()


def require_new_slug(session: Session, slug: str) -> None:
    """Refuse a list's name in addresses that is taken, or that no address can hold."""
    if not _SLUG.fullmatch(slug) or len(slug) > 60:
        raise BadInput(f"{slug!r} must be small letters, digits and hyphens, like quarterly; at most 60.")
    if subscribers.find_list(session, slug):
        raise BadInput(f"There is a list {slug} already.")


def profile(session: Session, list_id: int) -> Profile:
    """The profile with the list's public face; NotFound where either is missing."""
    face = _face(session, list_id)
    row = _row(session, list_id)
    return Profile(
        list_id=list_id,
        slug=face.slug,
        name=face.name,
        description=face.description,
        languages=face.languages,
        default_language=row.default_language,
        from_name=row.from_name,
        from_address=row.from_address,
        reply_to=row.reply_to,
        return_path=row.return_path,
        feedback_id=row.feedback_id,
        postal_address=row.postal_address,
        legal_name=row.legal_name,
        cadence=row.cadence,
        archive=row.archive,
        template=row.template,
        theme=row.theme,
        imprint=row.imprint,
        privacy_url=row.privacy_url,
        website=row.website,
    )


def speaking(session: Session) -> frozenset[int]:
    """The lists that have a sender, by id: issues of theirs can be made."""
    return frozenset(session.scalars(select(ProfileRow.list_id)))


def set_sender(
    session: Session, list_id: int, *, from_name: str, from_address: str, reply_to: str, postal_address: str
) -> None:
    """Who signs, who reads the answers, and the postal address, as a person says them."""
    row = _row(session, list_id)
    if not postal_address.strip():
        raise BadInput("The postal address is missing; the law of most countries wants it in every mail.")
    row.from_name = heading("sender's name", from_name, 200)
    row.from_address = address(from_address, "sender's address")
    row.reply_to = address(reply_to, "address for answers") if reply_to else ""
    row.postal_address = lines("postal address", postal_address)
    row.postal_confirmed = True
    session.flush()


def set_default_language(session: Session, list_id: int, language: str) -> None:
    """The language of readers who have chosen none that the list speaks; one of the list's."""
    _row(session, list_id).default_language = language
    session.flush()


def set_wording(
    session: Session, list_id: int, *, legal_name: str, imprint: str, privacy_url: str, website: str
) -> None:
    """The fixed texts at the foot of each mail."""
    row = _row(session, list_id)
    row.legal_name = field("legal name", legal_name, 200)
    row.imprint = lines("line of sponsors and funders", imprint)
    row.privacy_url = link("privacy page", privacy_url)
    row.website = link("website", website)
    session.flush()


def set_archive(session: Session, list_id: int, archive: str) -> None:
    """Who finds the issues on the web."""
    _row(session, list_id).archive = one_of("archive", archive, ARCHIVES)
    session.flush()


def set_theme(session: Session, list_id: int, theme: str) -> None:
    """How its mails look: the name of a theme that can be read."""
    _row(session, list_id).theme = field("theme", theme, 300)
    session.flush()


def set_cadence(session: Session, list_id: int, cadence: str) -> None:
    """How often it goes out; its rhythm must fit."""
    _row(session, list_id).cadence = one_of("cadence", cadence, tuple(CADENCES))
    session.flush()


def has_confirmed_address(session: Session, list_id: int) -> bool:
    """Whether a person has said that the list's postal address is right."""
    return _row(session, list_id).postal_confirmed


def require_confirmed_address(session: Session, list_id: int) -> None:
    """Refuse where the postal address was only found on a website, or is still missing."""
    row = _row(session, list_id)
    if not row.postal_confirmed:
        what = (
            f"“{', '.join(row.postal_address.splitlines())}” was found on your website"
            if row.postal_address
            else "It is still missing"
        )
        raise BadInput(f"Nobody has confirmed the postal address, which stands in every mail. {what}.")


def hosts(session: Session) -> frozenset[str]:
    """The hosts of the lists' websites, without "www."."""
    websites = session.scalars(select(ProfileRow.website).where(ProfileRow.website != ""))
    return frozenset(map(host_of, websites)) - {""}


def named(session: Session, slug: str) -> subscribers.ListFace:
    """The list of that short name; NotFound says how to see them all."""
    face = subscribers.find_list(session, slug)
    if face is None:
        raise NotFound(f"There is no list {slug}. See: newsletter lists list")
    return face


def calm(session: Session, list_id: int) -> Calm:
    """How the list is sent when it is sent calmly."""
    row = _row(session, list_id)
    return Calm(row.calm_wait, row.calm_spread)


def set_calm(session: Session, list_id: int, wait: int | None = None, spread: int | None = None) -> Calm:
    """Set what is given, in minutes; what was released before keeps its own."""
    row = _row(session, list_id)
    for what, minutes in (("wait", wait), ("spread", spread)):
        if minutes is not None and not 0 <= minutes <= LONGEST_WAIT:
            raise BadInput(f"The {what} {minutes} must be a number of minutes between 0 and {LONGEST_WAIT}.")
    row.calm_wait = row.calm_wait if wait is None else wait
    row.calm_spread = row.calm_spread if spread is None else spread
    session.flush()
    return Calm(row.calm_wait, row.calm_spread)


def welcomes(session: Session, list_id: int) -> bool:
    """Whether who confirms gets a short mail with the latest issue."""
    return _row(session, list_id).welcome


def set_welcome(session: Session, list_id: int, *, on: bool) -> None:
    """Whether who confirms from now on gets a short mail with the latest issue."""
    _row(session, list_id).welcome = on
    session.flush()


def _row(session: Session, list_id: int) -> ProfileRow:
    row = session.get(ProfileRow, list_id)
    if row is None:
        face = _face(session, list_id)
        raise NotFound(f"The list {face.slug} has no profile; add one with `newsletter lists add`.")
    return row


def _face(session: Session, list_id: int) -> subscribers.ListFace:
    found = next((face for face in subscribers.lists(session) if face.id == list_id), None)
    if found is None:
        raise NotFound(f"There is no list with the id {list_id}.")
    return found
