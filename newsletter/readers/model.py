"""The words of a reader's own acts, as pages show them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class PublicList:
    """A list as a form offers it. `rhythm`: its cadence (monthly, quarterly, half-yearly, yearly)."""

    id: int
    slug: str
    name: str
    description: str
    languages: tuple[str, ...]
    default_language: str
    rhythm: str


@dataclass(frozen=True, slots=True)
class SignUp:
    """A form as it was sent. `wording`: the exact words beside the button, which are archived; `wording_language`: the
    language that they were in, where it is not `language`, the one of the mails.

    `source`: form (ours), embed (the organisation's page), api. `detail`: the page's address or the form's name.
    `checked`: the extra check was answered.
    """

    address: str
    list_slugs: tuple[str, ...]
    language: str
    wording: str
    name: str = ""
    source: str = "form"
    detail: str = ""
    checked: bool = False
    wording_language: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """The extra check: words to be answered with a number, and the signed token that goes with the answer."""

    words: str
    token: str


class Asks(StrEnum):
    """What a confirmation mail asks."""

    SUBSCRIBE = "subscribe"
    INVITE = "invite"
    ADDRESS = "address"
    RENEW = "renew"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a confirmation's page asks. `address` is masked (m•••@example.org). `is_answered`: it was confirmed."""

    purpose: Asks
    address: str
    lists: tuple[PublicList, ...]
    language: str
    expired: bool
    is_answered: bool


@dataclass(frozen=True, slots=True)
class LatestIssue:
    """The newest public issue of a list: what a confirmed reader can look at meanwhile."""

    slug: str
    name: str
    subject: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What came of a click. `next_about`: around when the next issue comes, by the list's rhythm; None: not known.

    `expired`: nothing was changed; the page offers a new mail. `preferences`: the token of the person's own page.
    """

    purpose: Asks
    address: str
    lists: tuple[PublicList, ...]
    language: str
    expired: bool
    latest: LatestIssue | None
    next_about: date | None
    preferences: str


class Kind(StrEnum):
    """What a way out leads to. GONE: erased, purged, or a list that is no more: the same calm page."""

    SUBSCRIPTION = "subscription"
    REQUEST = "request"
    TEST = "test"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the reader of a way out stands. `state`: pending, confirmed, unsubscribed, or empty when gone.

    `yearly`: a list that comes once a year and could be had instead. `may_return`: undo is offered.
    `preferences`: the token of the person's own page, empty when gone. `asks`: what was asked, of a request.
    """

    kind: Kind
    address: str
    language: str
    state: str
    list: PublicList | None
    paused_until: datetime | None
    yearly: PublicList | None
    may_return: bool
    next_about: date | None
    preferences: str
    asks: Asks | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A list on the preferences page. `way_out`: the token of its subscription, where there is one."""

    list: PublicList
    state: str
    paused_until: datetime | None
    way_out: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's own page. `address` is masked; `waiting_address`: a new one, masked, that is to be confirmed."""

    address: str
    name: str
    language: str
    languages: tuple[str, ...]
    choices: tuple[Choice, ...]
    waiting_address: str
    since: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person wants from now on: the lists by slug, all others are left; `pause_until` for all of them."""

    name: str
    language: str
    list_slugs: tuple[str, ...]
    pause_until: date | None = None
