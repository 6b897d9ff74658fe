"""What readers do through the links that were mailed to them: leave, come back, pause, switch, set their preferences.

A signed link is the key: whoever holds it reads the mailbox. It works for ever, twice is as good as once, and what is
no more (erased, purged, a list that ended) gets the same calm answer.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

import subscribers
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import greeting
from newsletter.errors import BadInput
from newsletter.gathering import Gathering
from newsletter.issues import lists as profiles
from newsletter.issues.model import Profile
from newsletter.readers import faces
from newsletter.readers.model import Asks, Choice, Kind, Preferences, PublicList, Standing, Wishes
from newsletter.settings import Settings
from subscribers import AddressBook, Consent, Link, Links, Purpose, asking, confirming, leaving, preferring

LONGEST_PAUSE = timedelta(days=2 * 366)
YEARLY = "yearly"


class Changing:
    """Reads and writes through signed links: each verb is one short transaction, or none for a link of no good."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, book: AddressBook, links: Links) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._book = book
        self._links = links
        self._gathering = Gathering(database)

    # -- the way out ------------------------------------------------------------------------------------------------

    def standing(self, token: str) -> Standing | None:
        """Where the reader of this way out stands; None for what we never signed as one. Changes nothing."""
        link = self._way_out(token)
        if link is None:
            return None
        with self._database.reading() as session:
            return self._standing(session, link, self._clock())

    def leave(self, token: str, network: str) -> Standing | None:
        """Off the list that this way out names, at once and for good. A link of a mail that asks withdraws the request;
        one of a test copy changes nothing; one we never signed does nothing: None.
        """
        link = self._way_out(token)
        if link is None:
            return None
        now = self._clock()
        with self._database.transaction() as session:
            self._end(session, link, self._consent("link", network, now), now)
        with self._database.reading() as session:
            return self._standing(session, link, now)

    def leave_at_once(self, token: str, network: str) -> None:
        """The same for a mail provider's post (RFC 8058), which looks at no page: hundreds that come at a time share
        their commits. It returns when this one is committed.
        """
        link = self._way_out(token)
        if link is not None:
            now = self._clock()
            consent = self._consent("one_click", network, now)
            self._gathering.run(lambda session: self._end(session, link, consent, now))

    def _end(self, session: Session, link: Link, consent: Consent, now: datetime) -> None:
        """What this way out ends: a subscription, or the request of a mail that asks; a test copy's: nothing."""
        if link.purpose is Purpose.UNSUBSCRIBE:
            leaving.leave(session, link.id, consent, now)
        elif link.purpose is Purpose.REQUEST:
            confirming.decline(session, self._book, link.id, consent.network, now)

    def undo(self, token: str, network: str) -> Standing | None:
        """Back as it was; where `returning` says no, nothing changes and the answer says so."""
        link = self._way_out(token)
        if link is None:
            return None
        now = self._clock()
        with self._database.transaction() as session:
            if self._is_live(session, link):
                leaving.come_back(session, link.id, self._consent("link", network, now), now)
            return self._standing(session, link, now)

    def say_why(self, token: str, reason: str, network: str = "") -> None:
        """Why somebody left, in one word of `subscribers.leaving.WHYS`; anything else, or who has not left: nothing."""
        link, now = self._way_out(token), self._clock()
        if link is None or link.purpose is not Purpose.UNSUBSCRIBE or reason not in leaving.WHYS:
            return
        with self._database.transaction() as session:
            if self._is_live(session, link):
                leaving.say_why(session, link.id, reason, self._consent("link", network, now), now)

    def pause(self, token: str, until: date, network: str) -> Standing | None:
        """No issue before that day. BadInput for a day that does not lie ahead, or too far."""
        link, now = self._way_out(token), self._clock()
        moment = self._ahead(until, now)
        if link is None:
            return None
        with self._database.transaction() as session:
            if self._is_live(session, link):
                preferring.pause(session, link.id, moment, self._consent("link", network, now), now)
            return self._standing(session, link, now)

    def switch(self, token: str, list_id: int, network: str) -> Standing | None:
        """The list that comes once a year instead of this one; the one that `Standing.yearly` named, or nothing."""
        link, now = self._way_out(token), self._clock()
        if link is None:
            return None
        with self._database.transaction() as session:
            held = leaving.subscription(session, link.id) if self._is_live(session, link) else None
            yearly = self._yearly(session, held) if held else None
            if held is not None and yearly is not None and yearly.id == list_id:
                consent = self._consent("link", network, now)
                preferring.join(session, held.subscriber_id, list_id, consent, now)
                leaving.leave(session, held.id, self._consent("link", network, now, f"for {yearly.slug}"), now)
            return self._standing(session, link, now)

    # -- the person's own page --------------------------------------------------------------------------------------

    def preferences(self, token: str) -> Preferences | None:
        """The person's own page; None for a link we never signed as one, and for who is erased."""
        link = self._own_page(token)
        if link is None:
            return None
        with self._database.reading() as session:
            return self._preferences(session, link.id, self._clock())

    def prefer(self, token: str, wishes: Wishes, network: str, words: str = "") -> Preferences | None:
        """As the person wants it from now on: lists that are ticked, and no other; `pause_until` (None: no pause) for
        all. `words`: what stood beside the ticks, archived with the consent. BadInput for what cannot be kept.
        """
        link, now = self._own_page(token), self._clock()
        until = None if wishes.pause_until is None else self._ahead(wishes.pause_until, now)
        if link is None:
            return None
        with self._database.transaction() as session:
            if preferring.profile(session, link.id, now) is None:
                return None
            self._prefer(session, link.id, wishes, until, self._consent("page", network, now), words, now)
            return self._preferences(session, link.id, now)

    def _prefer(
        self, session: Session, person: int, wishes: Wishes, until: datetime | None, consent: Consent, words: str,
        now: datetime,
    ) -> None:  # fmt: skip
        try:
            preferring.describe(session, person, wishes.name.strip(), wishes.language, consent, now)
        except subscribers.AddressError as error:
            raise BadInput(f"That cannot be kept: {error}.") from None
        offered = {one.slug: one.id for one in faces.public_lists(session)}
        wanted = {offered[slug] for slug in wishes.list_slugs if slug in offered}
        wording = self._book.wording(session, words, "page", wishes.language or "en", now) if words.strip() else None
        agreed = Consent(consent.source, now, wording, network=consent.network)
        preferring.choose(session, person, wanted, offered.values(), agreed, now)
        for held in leaving.subscriptions_of(session, person):
            preferring.pause(session, held.id, until, consent, now)

    def new_address(self, token: str, text: str, network: str) -> None:
        """Ask at a new address whether it is to take the old one's place, and tell the old one. The answer is the same
        whatever comes of it; BadInput only for what is no address.
        """
        link, now = self._own_page(token), self._clock()
        try:
            subscribers.parse(text)
        except subscribers.AddressError as error:
            raise BadInput(f"That address cannot be used: {error}.") from None
        if link is None:
            return
        with self._database.transaction() as session:
            consent = self._consent("page", network, now)
            asked = asking.change_address(session, self._book, link.id, text, consent, now)
            known = preferring.profile(session, link.id, now)
            speaker = self._speaker(session, known) if known else None
            if asked is not None and known is not None and speaker is not None:
                greeting.tell_old_address(session, asked, speaker, known.language, now)
                greeting.ask(session, asked, speaker, known.language, now)

    def keep_address(self, token: str) -> None:
        """The address stays: a new one that was asked for is forgotten."""
        link, now = self._own_page(token), self._clock()
        if link is not None:
            with self._database.transaction() as session:
                asking.void(session, link.id, now, asking.Question.ADDRESS)

    def _speaker(self, session: Session, known: preferring.Profile) -> Profile | None:
        """The list that a mail to this person comes from: the first that he is on and that goes on."""
        on = {one.list_id for one in known.subscriptions if one.state == "confirmed"}
        found = next((one.id for one in faces.public_lists(session) if one.id in on), None)
        return profiles.profile(session, found) if found is not None else None

    # -- what a link leads to ---------------------------------------------------------------------------------------

    def _way_out(self, token: str) -> Link | None:
        link = self._links.read(token)
        return link if link and link.purpose in _WAYS_OUT else None

    def _own_page(self, token: str) -> Link | None:
        link = self._links.read(token)
        return link if link and link.purpose is Purpose.PREFERENCES else None

    def _is_live(self, session: Session, link: Link) -> bool:
        """Whether it leads to a subscription of a person who is known, on a list that goes on."""
        held = leaving.subscription(session, link.id) if link.purpose is Purpose.UNSUBSCRIBE else None
        return held is not None and held.address is not None and not held.archived

    def _standing(self, session: Session, link: Link, now: datetime) -> Standing:
        if link.purpose is Purpose.TEST:
            return _without_person(Kind.TEST)
        if link.purpose is Purpose.REQUEST:
            return self._requested(session, link, now)
        held = leaving.subscription(session, link.id) if link.purpose is Purpose.UNSUBSCRIBE else None
        of = faces.public_list(session, held.list_id) if held and held.address else None
        if held is None or of is None:
            return _without_person(Kind.GONE)
        today = now.astimezone(self._settings.zone).date()
        return Standing(
            kind=Kind.SUBSCRIPTION,
            address=faces.mask(held.address),
            language=held.language or of.default_language,
            state=held.state,
            list=of,
            paused_until=_still(held.paused_until, now),
            yearly=self._yearly(session, held),
            may_return=leaving.may_come_back(session, held),
            next_about=faces.next_about(session, of, today),
            preferences=self._links.token(Purpose.PREFERENCES, held.subscriber_id),
        )

    def _requested(self, session: Session, link: Link, now: datetime) -> Standing:
        found = confirming.of_way_out(session, link.id, now)
        if found is None:
            return _without_person(Kind.GONE)
        question, declined = found
        lists = (faces.public_list(session, list_id) for list_id in question.list_ids)
        return replace(
            _without_person(Kind.REQUEST),
            address=faces.mask(question.address),
            language=question.language,
            state="unsubscribed" if declined else "confirmed" if question.answered else "pending",
            list=next((one for one in lists if one), None),
            asks=Asks(question.purpose),
        )

    def _yearly(self, session: Session, held: leaving.Subscription) -> PublicList | None:
        lists = {one.id: one for one in faces.public_lists(session)}
        if held.list_id not in lists or lists[held.list_id].rhythm == YEARLY:
            return None
        has = {one.list_id for one in leaving.subscriptions_of(session, held.subscriber_id) if one.state == "confirmed"}
        return next((one for one in lists.values() if one.rhythm == YEARLY and one.id not in has), None)

    def _preferences(self, session: Session, person: int, now: datetime) -> Preferences | None:
        known = preferring.profile(session, person, now)
        if known is None:
            return None
        held = {one.list_id: one for one in known.subscriptions}
        lists = faces.public_lists(session)
        languages = dict.fromkeys(language for one in lists for language in one.languages)
        return Preferences(
            address=faces.mask(known.address),
            name=known.name,
            language=known.language,
            languages=tuple(languages),
            choices=tuple(self._choice(one, held.get(one.id), now) for one in lists),
            waiting_address=faces.mask(known.waiting_address),
            since=known.since,
            source=known.source,
        )

    def _choice(self, of: PublicList, held: leaving.Subscription | None, now: datetime) -> Choice:
        if held is None:
            return Choice(of, "", None, "")
        way_out = self._links.token(Purpose.UNSUBSCRIBE, held.id)
        return Choice(of, held.state, _still(held.paused_until, now), way_out)

    def _consent(self, source: str, network: str, now: datetime, detail: str = "") -> Consent:
        return Consent(source, now, detail=detail, network=self._book.network(network))

    def _ahead(self, day: date, now: datetime) -> datetime:
        """The beginning of that day where the organisation is."""
        moment = datetime.combine(day, time(), self._settings.zone)
        if not now < moment <= now + LONGEST_PAUSE:
            raise BadInput("A pause ends on a day that lies ahead, within two years.")
        return moment


_WAYS_OUT = frozenset({Purpose.UNSUBSCRIBE, Purpose.REQUEST, Purpose.TEST})


def _still(until: datetime | None, now: datetime) -> datetime | None:
    """A pause that is over is none."""
    return until if until and until > now else None


def _without_person(kind: Kind) -> Standing:
    return Standing(kind, "", "", "", None, None, None, may_return=False, next_about=None, preferences="")
