"""Joining: from a form's inbox to a confirmed subscription. Every method is safe to call twice, and by anybody."""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import alarming, archive, clearing, greeting
from newsletter.errors import BadInput, Refusal
from newsletter.issues import lists as profiles
from newsletter.issues.model import IssueKind
from newsletter.readers import faces
from newsletter.readers.checking import Checks
from newsletter.readers.model import Asked, Asks, Confirmed, LatestIssue, PublicList, Question, SignUp
from newsletter.settings import Settings
from subscribers import (
    AddressBook,
    AddressError,
    Consent,
    Links,
    Purpose,
    asking,
    confirming,
    limits,
    purging,
    signing_up,
)

log = logging.getLogger(__name__)


class Joining:
    """The way in. Each method opens its own short transactions; `network` is the client's IP, hashed inside."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, book: AddressBook, links: Links) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._book = book
        self._links = links
        self._checks = Checks(settings.secret_keys)

    # -- the form -----------------------------------------------------------------------------------------------------

    def lists(self) -> tuple[PublicList, ...]:
        """What one can subscribe to."""
        with self._database.reading() as session:
            return faces.public_lists(session)

    def stamp(self) -> str:
        """The signed time that a form carries."""
        return self._checks.stamp(self._clock())

    def is_fresh(self, stamp: str) -> bool:
        """Whether the form was shown at least 2 seconds and at most a day ago."""
        return self._checks.is_fresh(stamp, self._clock())

    def question(self, language: str) -> Question:
        """The extra check: a small sum in words."""
        return self._checks.question(language, self._clock())

    def answers(self, token: str, text: str) -> bool:
        """Whether `text` answers the question of `token`, asked within the last hour."""
        return self._checks.answers(token, text, self._clock())

    def needs_check(self) -> bool:
        """Whether there are so many false sign-ups that only who has answered the extra check gets a mail."""
        with self._database.reading() as session:
            return limits.narrow(limits.count(session, self._clock())) is not None

    def sign_up(self, form: SignUp, network: str) -> None:
        """Write the form into the inbox, if the limits allow; whoever calls answers the same whatever happens.

        AddressError or BadInput only for what is wrong by its form: the address, the name, the language, the lists.
        """
        arrival, now = self._book.arrival(form.address, form.name, form.language), self._clock()
        with self._database.transaction() as session:
            list_ids = _ids(session, form.list_slugs)
            spoken = form.wording_language or arrival.language
            wording = self._book.wording(session, form.wording, "form", spoken, now)
            detail = form.detail[:_DETAIL_LENGTH]
            consent = Consent(form.source, now, wording, detail=detail, network=self._book.network(network))
            signing_up.take(session, self._book, arrival, list_ids, consent, checked=form.checked)

    def handle(self, stop: threading.Event | None = None) -> int:
        """Work on what waits in the inbox: queue the confirmation mails. How many rows."""
        done = 0
        while not (stop and stop.is_set()) and self._handle_next():
            done += 1
        self._watch()
        return done

    def _handle_next(self) -> bool:
        try:
            return self._work_on_next()
        except IntegrityError:
            pass  # an import has written the same person at this moment; looked at again, he stands
        except (Refusal, AddressError):
            return self._set_aside()
        try:
            return self._work_on_next()
        except (IntegrityError, Refusal, AddressError):
            return self._set_aside()

    def _work_on_next(self) -> bool:
        now = self._clock()
        with self._database.transaction() as session:
            found = signing_up.handle_next(session, self._book, now)
            if found is not None and found.confirmation_id is not None:
                self._mail(session, found.confirmation_id, found.language, now)
        return found is not None

    def _set_aside(self) -> bool:
        log.exception("A sign-up cannot be worked on; nothing is sent for it.")
        with self._database.transaction() as session:
            signing_up.one_at_a_time(session)
            signing_up.set_aside(session, self._clock())
        return True

    def _mail(self, session: Session, confirmation_id: int, language: str, now: datetime) -> None:
        profile = profiles.profile(session, asking.asked(session, confirmation_id).list_ids[0])
        greeting.ask(session, confirmation_id, profile, language, now)

    def _watch(self) -> None:
        """Raise the alarm when the form is abused."""
        now = self._clock()
        with self._database.reading() as session:
            why = limits.narrow(limits.count(session, now))
            if why is None or not alarming.is_due(session, now):
                return
        with self._database.transaction() as session:
            signing_up.one_at_a_time(session)
            offered = faces.public_lists(session)
            if offered and alarming.is_due(session, now):
                log.warning("Many false sign-ups (%s): only who answers the extra check gets a mail.", why)
                alarming.alarm(session, why, offered[0].id, now)

    # -- the confirmation's page --------------------------------------------------------------------------------------

    def asked(self, token: str) -> Asked | None:
        """What a confirmation's page asks; reads only. None: the link is not ours, or not whole."""
        with self._database.reading() as session:
            found = confirming.look(session, token, self._clock())
            return None if found is None else _asked(session, found)

    def confirm(self, token: str, network: str) -> Confirmed | None:
        """The click. The same answer however often; None: the link is not ours, or not whole."""
        now = self._clock()
        with self._database.transaction() as session:
            found = confirming.confirm(session, self._book, token, self._book.network(network), now)
            if found is None:
                return None
            if found.newly and found.answered and found.purpose in asking.JOINS:
                self._welcome(session, found, now)
            return self._confirmed(session, found, now)

    def ask_again(self, token: str, network: str) -> None:
        """A new mail for a link that has expired, within the limits; for any other nothing."""
        now = self._clock()
        with self._database.transaction() as session:
            found = confirming.look(session, token, now)
            if found is not None and found.expired:
                again = asking.ask_again(session, self._book, found.id, self._book.network(network), now)
                if again is not None:
                    self._mail(session, again, found.language, now)

    def decline(self, token: str, network: str, *, block: bool = False) -> bool:
        """It was not me: the request is gone; with `block` this address is never written to again.

        `token`: of the mail's way out, or of its link. Where it was confirmed, its subscriptions end. False: neither is
        ours.
        """
        link, now = self._links.read(token), self._clock()
        with self._database.transaction() as session:
            if link is not None and link.purpose is Purpose.REQUEST:
                id_ = link.id
            elif (found := confirming.look(session, token, now)) is not None:
                id_ = found.id
            else:
                return False
            confirming.decline(session, self._book, id_, self._book.network(network), now, block=block)
        return True

    def _confirmed(self, session: Session, found: confirming.Confirmation, now: datetime) -> Confirmed:
        lists = _lists(session, found.list_ids)
        today = now.astimezone(self._settings.zone).date()
        return Confirmed(
            purpose=Asks(found.purpose),
            address=faces.mask(found.address),
            lists=lists,
            language=found.language,
            expired=found.expired,
            latest=_latest(session, lists[0], found.language) if lists else None,
            next_about=faces.next_about(session, lists[0], today) if lists else None,
            preferences=self._links.token(Purpose.PREFERENCES, found.subscriber_id),
        )

    def _welcome(self, session: Session, found: confirming.Confirmation, now: datetime) -> None:
        for one in _lists(session, found.list_ids):
            shown = _shelved(session, one)
            if shown is None or not profiles.welcomes(session, one.id):
                continue
            subject = shown.words[shown.speaks(found.language)][0]
            latest = greeting.Latest(shown.id, shown.name, subject)
            coming = faces.next_about(session, one, now.astimezone(self._settings.zone).date())
            profile = profiles.profile(session, one.id)
            greeting.welcome(session, found.subscriber_id, profile, latest, coming, found.language, now)

    # -- housekeeping -------------------------------------------------------------------------------------------------

    def tidy(self) -> None:
        """What the worker does every hour."""
        found = self.purge(self._clock())
        if any(found.values()):
            log.info(
                "tidied away: %s", ", ".join(f"{number:,} {what.replace('_', '-')}" for what, number in found.items())
            )

    def purge(self, now: datetime) -> dict[str, int]:
        """Delete what nobody needs any more; how many of what. In short transactions."""
        counts = {"questions": 0, "people": 0}
        last = 0
        while True:
            with self._database.transaction() as session:
                ids = purging.over(session, now, last)
                if not ids:
                    counts["sign_ups"] = purging.delete_posts(session, now)
                    return counts
                last = ids[-1]
                held = clearing.in_hand(session, ids)
                gone = [one for one in ids if one not in held]
                clearing.clear(session, gone)
                counts["questions"] += len(gone)
                counts["people"] += purging.delete_questions(session, gone)


_DETAIL_LENGTH = 300


def _ids(session: Session, slugs: Sequence[str]) -> list[int]:
    """The lists by their slugs, each once; BadInput for one that cannot be subscribed to, or none."""
    offered = {one.slug: one.id for one in faces.public_lists(session)}
    unknown = [slug for slug in slugs if slug not in offered]
    if unknown or not slugs:
        raise BadInput(f"There is no list {unknown[0][:80]!r}." if unknown else "No list is chosen.")
    return [offered[slug] for slug in dict.fromkeys(slugs)]


def _lists(session: Session, ids: Sequence[int]) -> tuple[PublicList, ...]:
    return tuple(one for one in faces.public_lists(session) if one.id in ids)


def _asked(session: Session, found: confirming.Confirmation) -> Asked:
    return Asked(
        Asks(found.purpose), faces.mask(found.address), _lists(session, found.list_ids), found.language,
        found.expired, found.answered,
    )  # fmt: skip


def _shelved(session: Session, of: PublicList) -> archive.Shelved | None:
    """The newest regular issue that the list's archive shows."""
    shelf = archive.shelf(session, of.slug)
    return next((one for one in shelf if one.kind is IssueKind.REGULAR), None)


def _latest(session: Session, of: PublicList, language: str) -> LatestIssue | None:
    found = _shelved(session, of)
    return None if found is None else LatestIssue(found.slug, found.name, found.words[found.speaks(language)][0])
