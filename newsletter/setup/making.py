"""Makes the list and its first issue of what was found: names, sender and look are proposals that a person confirms."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

import subscribers
from newsletter.issues import assembling, lists
from newsletter.issues.tables import ListSectionRow
from newsletter.publications.addresses import host_of
from newsletter.publications.tables import PublicationRow
from newsletter.setup import months
from newsletter.setup.model import Found
from newsletter.setup.services import PERSONAL

_NAMES = {
    "en": "{} newsletter", "es": "Boletín de {}", "fr": "Lettre d’information de {}", "ar": "نشرة {}",
    "de": "Newsletter: {}", "pt": "Boletim de {}", "it": "Newsletter di {}",
}  # fmt: skip
_LEAST_OF_LANGUAGE = 3  # publications, before the list speaks it
_MOST_LANGUAGES = 4
_MOST_SLUG = 40
_LOOKED_AT = 400  # publications, for their languages


def make_list(session: Session, found: Found, email: str, now: datetime) -> int:
    """The list, once; its id. Nothing that only a website says goes out before somebody has confirmed it."""
    known = subscribers.lists(session)
    if known:
        return known[0].id
    languages = _languages(session, found)
    name = _organisation(found, email)
    list_id = subscribers.add_list(session, slug_of(name, found.url, email), _named(name, languages[0]), languages, now)
    lists.add_profile(
        session, list_id, from_name=name, from_address=sender_of(email), postal_address=_lines(found.postal),
        reply_to=email, legal_name=name, imprint=found.legal if found.legal != name else "", website=found.url,
        theme=found.theme or "default", postal_confirmed=False,
    )  # fmt: skip
    return list_id


def make_issue(
    session: Session, list_slug: str, first: date, today: date, now: datetime, zone: tzinfo, by: int | None
) -> str:
    """The draft of these months, its sections as wide as they are filled; its short name. Again, it only offers what is
    new.
    """
    face = lists.named(session, list_slug)
    caps = months.span(session, face.id, first, today).caps
    for section in session.scalars(select(ListSectionRow).where(ListSectionRow.list_id == face.id)):
        section.cap = caps[section.slug]
    session.flush()
    label = months.period(today).label
    return assembling.assemble(
        session, list_slug, label, now, today, first, today, zone=zone, newest_leads=True, by=by
    ).slug


def sender_of(email: str) -> str:
    """The address that the mail comes from: the organisation's own, where the person's is no private one."""
    domain = email.rpartition("@")[2].lower()
    return email if domain in PERSONAL else f"newsletter@{domain}"


def slug_of(name: str, url: str, email: str) -> str:
    """A short name for addresses: of the organisation's name, else of its website's, else of its mail's."""
    host = host_of(url)
    candidates = (name, host if not host.replace(".", "").isdigit() else "", email.rpartition("@")[2])
    return next((slug for one in candidates if len(slug := _slug(one)) > 1), "newsletter")


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.partition(".")[0] if "." in text and " " not in text else text)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    words = re.findall(r"[a-z0-9]+", letters) if sum(map(str.isascii, letters)) * 2 > len(letters) else []
    slug = ""
    for word in words:
        if slug and len(slug) + 1 + len(word) > _MOST_SLUG:
            break
        slug = f"{slug}-{word}" if slug else word[:_MOST_SLUG]
    return slug


def _organisation(found: Found, email: str) -> str:
    domain = email.rpartition("@")[2].lower()
    host = host_of(found.url) if found.url else "" if domain in PERSONAL else domain
    return found.name or host or "Our organisation"


def _named(organisation: str, language: str) -> str:
    return _NAMES.get(language.partition("-")[0], _NAMES["en"]).format(organisation)[:200]


def _languages(session: Session, found: Found) -> tuple[str, ...]:
    """The one that most is published in, then those of the website in which something is."""
    newest = select(PublicationRow.language).order_by(PublicationRow.published_on.desc(), PublicationRow.id)
    counts: Counter[str] = Counter(session.scalars(newest.limit(_LOOKED_AT)))
    counts.pop("", None)
    first = counts.most_common(1)[0][0] if counts else next(iter(found.languages), "en")
    also = (one for one in _ordered(found.languages, counts) if counts[one] >= _LEAST_OF_LANGUAGE)
    return tuple(dict.fromkeys((first, *also)))[:_MOST_LANGUAGES]


def _ordered(told: Sequence[str], counts: Counter[str]) -> list[str]:
    return sorted(dict.fromkeys((*told, *counts)), key=lambda one: -counts[one])


def _lines(postal: str) -> str:
    """One line as a website has it becomes lines as an envelope has them."""
    return "\n".join(part.strip() for part in postal.split(",") if part.strip())
