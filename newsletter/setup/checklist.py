"""What is left to do before a first send, each point read from how things stand, with where it is done."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery import practising
from newsletter.issues import lists, views
from newsletter.issues.model import RELEASED
from newsletter.settings import Settings
from newsletter.setup import store, taking_in, trust
from newsletter.setup.model import Standing
from newsletter.staff.authority import may
from newsletter.staff.people import everybody

START = "/console/start"


@dataclass(frozen=True, slots=True)
class Point:
    """`said`: how it stands, in a few words. `path`, `button`: where it is done; "" where nothing is left to do."""

    name: str
    done: bool
    said: str
    path: str = ""
    button: str = ""


def setup_list(session: Session, settings: Settings, now: datetime) -> tuple[Point, ...]:
    """All points, in the order of the first ten minutes; () where this installation was not set up by `init`."""
    standing = store.read(session, now)
    if standing is None:
        return ()
    face = next(iter(subscribers.lists(session)), None)
    return (
        _draft(session, standing),
        _sender(session, face),
        _mail(settings),
        _domain(session, settings, standing, face),
        _colleague(session, standing),
        _readers(session, settings, face),
        _address(settings),
        _first_send(session),
    )


def _own(name: str) -> str:
    """A name inside a sentence that may run the other way (Unicode's isolates)."""
    return f"\u2068{name}\u2069"


def _draft(session: Session, standing: Standing) -> Point:
    every = views.issues(session)
    if every:
        return Point("A draft", True, f"{_own(every[-1].name)} is there.", f"{START}/draft", "Look at it")
    return Point("A draft", False, "Made of what you published.", START, "Go on" if standing.found.url else "Begin")


def _sender(session: Session, face: subscribers.ListFace | None) -> Point:
    name = "Sender and postal address"
    if face is None:
        return Point(name, False, "Proposed as soon as there is a draft.")
    if lists.has_confirmed_address(session, face.id):
        profile = lists.profile(session, face.id)
        return Point(name, True, f"{_own(profile.from_name)}, {profile.from_address}", f"{START}/sender", "Change")
    return Point(name, False, "Nobody has said yet that they are right.", f"{START}/sender", "Confirm")


def _mail(settings: Settings) -> Point:
    if settings.transport_url:
        host = urlsplit(settings.transport_url).hostname or urlsplit(settings.transport_url).scheme
        return Point("A mail service", True, f"Mail goes by {host}.", f"{START}/mail", "Change, or test it")
    return Point("A mail service", False, "Nothing can leave before there is one.", f"{START}/mail", "Choose one")


def _domain(session: Session, settings: Settings, standing: Standing, face: subscribers.ListFace | None) -> Point:
    name = "Trust in your domain (DNS)"
    if not settings.transport_url or face is None:
        return Point(name, False, "What it must say depends on the mail service: first choose that.", f"{START}/mail",
                     "Choose one")  # fmt: skip
    found = trust.records(session, lists.profile(session, face.id), str(standing.answers.get("mail", "")))
    missing = sum(one.state is trust.State.MISSING for one in found)
    if trust.is_right(found):
        return Point(name, True, "Mail systems can see that your mail is yours.", f"{START}/domain", "Look again")
    said = f"{missing} of {len(found)} records are missing." if missing else "Not looked at yet."
    return Point(name, False, said, f"{START}/domain", "Letter to your IT firm")


def _colleague(session: Session, standing: Standing) -> Point:
    name, others = (
        "Somebody who signs off",
        [person for person in everybody(session) if person.email != standing.email and may("approve", person.role)],
    )
    if others:
        return Point(
            name, True, ", ".join(one.name or one.email for one in others), f"{START}/colleague", "Add another"
        )
    if standing.answers.get("alone"):
        return Point(name, True, "You are alone: each time you write down why.", f"{START}/colleague", "Add somebody")
    return Point(name, False, "A second person says yes to what goes out.", f"{START}/colleague", "Invite somebody")


def _readers(session: Session, settings: Settings, face: subscribers.ListFace | None) -> Point:
    path = f"{START}/readers"
    number = subscribers.counts(session).get(face.id, {}).get("confirmed", 0) if face else 0
    if taking_in.waiting(settings.folder) is not None:
        said = (
            f"{number:,} are on the list; a file waits until you decide."
            if number
            else "A file waits until you decide."
        )
        return Point("Readers", number > 0, said, path, "Decide")
    if number:
        return Point("Readers", True, f"{number:,} are on the list.", path, "Bring more")
    return Point("Readers", False, "Nobody is on the list yet.", path, "Bring them")


def _address(settings: Settings) -> Point:
    if settings.base_is_loopback or not settings.base_url.startswith("https://"):
        said = f"Links lead to {settings.base_url}, which only this computer can open."
        return Point("A public address", False, said, f"{START}/address", "What it needs")
    return Point("A public address", True, f"Links lead to {settings.base_url}.")


def _first_send(session: Session) -> Point:
    path = f"{START}/practice"
    if any(issue.state in RELEASED for issue in views.issues(session)):
        return Point("A first send", True, "It has left.")
    practised = practising.last(session)
    if practised is not None:
        said = f"Practised: {practised.built:,} of {practised.candidates:,} mails were built, and nothing left."
        return Point("A first send", False, said, path, "Practise again")
    return Point(
        "A first send", False, "Practise it first: every mail is built, and nothing leaves.", path, "Practise it"
    )
