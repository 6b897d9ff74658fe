"""The mail services: can they be reached, are they held and why, how fast, what went over them last."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.delivery import pacing, practising
from newsletter.delivery.pacing import Pace
from newsletter.delivery.tables import HandoverRow
from newsletter.delivery.transports import open_transport
from newsletter.delivery.transports.folder import FolderTransport
from newsletter.delivery.transports.postmark import PostmarkTransport
from newsletter.delivery.transports.smtp import SmtpTransport
from newsletter.errors import Misconfigured
from newsletter.health.lines import Fix, Group, Line, Stands, ago
from newsletter.health.seen import Seen, service
from newsletter.settings import Settings

_FRESH = timedelta(days=7)  # so long a try, or a handover, says that it can be reached


def names(settings: Settings) -> tuple[str, ...]:
    """Those in the settings, the first one first."""
    others = sorted(one for one in settings.transports if one != "default")
    known = settings.transport_url or "default" in settings.transports
    return (*(("default",) if known else ()), *others)


def group(session: Session, settings: Settings, seen: Mapping[str, Seen], now: datetime) -> Group:
    """A line for each."""
    if not names(settings):
        none = Line(
            "Mail service", Stands.MUST, "There is none, so nothing can leave.",
            "Whoever looks after the system sets TRANSPORT_URL.", "TRANSPORT_URL=smtp://user:password@mail.example.org:587",
        )  # fmt: skip
        return Group("Mail services", (none,))
    paces = {pace.name: pace for pace in pacing.paces(session) if pace.name != practising.NAME}
    lines = tuple(_line(session, settings, name, paces.get(name), seen, now) for name in names(settings))
    gone = tuple(
        Line(f"{name}, not in the settings any more", Stands.LOOK, f"It is held: {pace.paused_because}")
        for name, pace in paces.items()
        if name not in names(settings) and pace.paused_because
    )
    return Group("Mail services", (*lines, *gone))


def _line(
    session: Session, settings: Settings, name: str, pace: Pace | None, seen: Mapping[str, Seen], now: datetime
) -> Line:
    try:
        transport = open_transport(name, settings.transport(name))
    except Misconfigured as error:
        return Line(name, Stands.MUST, str(error), "Whoever looks after the system mends it in the settings.")
    where = _where(transport)
    title = where if name == "default" else f"{name}: {where}"
    last = session.scalar(
        select(HandoverRow.begun_at).where(HandoverRow.transport == name).order_by(HandoverRow.id.desc()).limit(1)
    )
    tried = seen.get(service(name))
    try_it, facts = Fix("Try it", f"/services/{name}/try"), " ".join(_facts(session, name, pace, last, now))
    reopen = Fix("Use it again", f"/services/{name}/open")
    if pace is not None and (shut := _shut(pace, settings, now)):
        stands, said, to_do = shut
        return Line(title, stands, f"{said} {facts}", to_do, fixes=(reopen, try_it))
    if tried is not None and not tried.good and (last is None or last < tried.at):
        said = f"When it was tried: {tried.said} {facts}"
        return Line(title, Stands.MUST, said, "Mend it in the settings or there, then try it again.", at=tried.at,
                    fixes=(try_it,))  # fmt: skip
    if not isinstance(transport, SmtpTransport | PostmarkTransport):
        said, to_do = (
            f"Mails stay on this machine; no reader gets any. {facts}",
            "Set a mail service before a real send.",
        )
        return Line(title, Stands.LOOK, said, to_do, fixes=(try_it,))
    seen_lately = any(at is not None and now - at <= _FRESH for at in (tried.at if tried else None, last))
    if not seen_lately:
        facts = f"Nobody has tried lately whether it can be reached. {facts}"
    elif tried is not None and tried.good:
        facts = f"{tried.said} {facts}"
    return Line(title, Stands.GOOD if seen_lately else Stands.LOOK, facts, "" if seen_lately else "Try it.",
                at=tried.at if tried and tried.good else None, fixes=(try_it,))  # fmt: skip


def _shut(pace: Pace, settings: Settings, now: datetime) -> tuple[Stands, str, str] | None:
    """How a service stands that nothing goes by now, why, and what to do; None while it is open."""
    if pace.paused_because:
        said = f"It is held, and what goes by it waits: {pace.paused_because}"
        return Stands.MUST, said, "When that is mended, use it again."
    if pace.not_before is not None and pace.not_before > now:
        wait = pace.not_before.astimezone(settings.zone)
        said = f"It has asked us to wait until {wait:%H:%M} on {wait.day} {wait:%B}."
        return Stands.LOOK, said, "It goes on by itself then."
    return None


def _where(transport: object) -> str:
    """Its address without anything secret."""
    if isinstance(transport, SmtpTransport | PostmarkTransport):
        return transport.options.where
    if isinstance(transport, FolderTransport):
        return f"The folder {transport.folder}"
    return "Nobody (null)"


def _facts(session: Session, name: str, pace: Pace | None, last: datetime | None, now: datetime) -> Iterator[str]:
    yield f"Last handed over {ago(last, now)}." if last else "Nothing was handed over to it yet."
    if pace is None:
        return
    if pace.rate is not None:
        yield f"At most {pace.rate:,.4g} a second."
    elif pace.seen_rate:
        yield f"It took {pace.seen_rate:,.0f} a second last time."
    if pace.daily_cap is not None:
        yield f"{pacing.handed_today(session, name, now):,} of {pace.daily_cap:,} for today."
