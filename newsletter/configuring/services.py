"""Mail services: how fast each may be used, and its limit a day. What it is stands in the settings file."""

from datetime import datetime
from math import isfinite

from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import pacing
from newsletter.delivery.pacing import Pace
from newsletter.delivery.transports import open_transport
from newsletter.errors import BadInput, NotFound
from newsletter.settings import Settings
from newsletter.staff.people import Actor, log


class Services:
    """Every change needs the authority `transports`; senders at work follow within a second."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock

    def change(self, name: str, rate: str, daily_cap: str, actor: Actor) -> int | None:
        """Messages a second and a day; "" is no limit. The line of the log, if anything is another."""
        actor.permit("transports")
        fast, most = _rate(rate), _cap(daily_cap)
        with self._database.transaction() as session:
            now = self._clock()
            before = known(session, self._settings, name, now)
            if (before.rate, before.daily_cap) == (fast, most):
                return None
            pacing.change(session, name, now, rate=fast, daily_cap=most)
            return log(
                session, actor, "transports", now, transport=name,
                before={"rate": shown(before.rate), "daily_cap": shown(before.daily_cap)},
                after={"rate": shown(fast), "daily_cap": shown(most)},
            )  # fmt: skip


def known(session: Session, settings: Settings, name: str, now: datetime) -> Pace:
    """The mail service's row, made where only the settings know it yet."""
    if name in names(settings):
        pacing.seed(session, name, open_transport(name, settings.transport(name)).limits.rate, now)
    elif name not in {pace.name for pace in pacing.paces(session)}:
        told = ", ".join(sorted(names(settings))) or "none is set"
        raise NotFound(f"There is no mail service {name}; known are: {told}.")
    return pacing.pace(session, name)


def names(settings: Settings) -> set[str]:
    """Those that the settings name."""
    return {*settings.transports, *(("default",) if settings.transport_url else ())}


def shown(number: float | None) -> str:
    """A limit as the field of a form; "" where there is none."""
    return "" if number is None else f"{number:.12g}"


def _rate(text: str) -> float | None:
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not isfinite(found):
        raise BadInput(f"The messages a second {text[:20]!r} must be a number, or empty for no limit.")
    return found


def _cap(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise BadInput(f"The messages a day {text[:20]!r} must be a whole number, or empty for no limit.")
    return int(text)
