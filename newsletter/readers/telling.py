"""What is known of a person, in plain words: for who asks how he came onto a list, and what else we have of him."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from newsletter import resources
from newsletter.delivery.views import Received
from subscribers import Person, leaving

_ASKED = {
    "form": "Asked for it with the sign-up form",
    "embed": "Asked for it with the form on the organisation's website",
    "api": "Asked for it through another program",
    "staff": "Was asked by somebody who works here",
    "import": "Was asked because of a file of readers",
    "page": "Asked for it on their own page",
}
_CONFIRMED = {
    "form": "Signed up with the form",
    "embed": "Signed up with the form on the organisation's website",
    "page": "Confirmed it by a link that was mailed to the address",
    "link": "Came back by a link that was mailed to the address",
    "api": "Was added through another program",
    "staff": "Was added by somebody who works here, who vouched for the words",
}
_LEFT = {
    "link": "Left by the link in a mail",
    "one_click": "Left by the button of their mail program",
    "page": "Left on their own page",
    "mail": "Asked by mail to be taken off",
    "phone": "Asked by phone to be taken off",
    "person": "Asked in person to be taken off",
    "staff": "Was taken off by somebody who works here",
    "api": "Was taken off through another program",
    "import": "Was taken off because of a file",
}
_PUT_BACK = {
    leaving.BACK_CONFIRMED: "Was put back by somebody who works here, who had taken them off by mistake: confirmed as "
    "before",
    leaving.BACK_PENDING: "Was put back by somebody who works here, who had taken them off by mistake: not confirmed, "
    "as before",
}
_MAILS = {
    "accepted": "handed over",
    "rejected": "refused by the mail system",
    "deferred": "put off by the mail system, to be tried again",
    "uncertain": "handed over, but without an answer",
    "excluded": "not sent",
}
_NOT_SENT = {
    "unsubscribed": "had left the list",
    "pending": "had not confirmed yet",
    "paused": "had asked for a pause",
    "archived": "the list was closed",
    "erased": "was erased",
    "stopped": "the send was stopped",
    "hard_bounce": "the address no longer works",
    "soft_bounce": "mails did not get through several times",
    "complaint": "had marked a mail as spam",
    "blocked": "had asked never to be written to again",
    "staff": "on the do-not-mail list",
    "withdrawn": "the request was withdrawn",
    "answered": "it was answered before",
    "void": "a newer mail asks the same",
    "confirmed": "was confirmed already",
}
_NOTICES = {
    "confirm": "A mail that asked to confirm",
    "invite": "A mail that invited to confirm",
    "address": "A mail that asked to confirm a new address",
    "moving": "A mail that told them that another address was asked for",
    "renew": "A mail that asked whether they are still interested",
    "welcome": "A welcome",
    "copy": "One more copy of an issue",
}


_LATER = timedelta(minutes=1)  # written down so long after it was: told too


@dataclass(frozen=True, slots=True)
class Told:
    """A consent event for a page. `what`: a sentence without its end; `more`: where from, and what else is kept."""

    at: datetime
    what: str
    list: str
    more: tuple[str, ...]
    words: str
    written: datetime | None


def told(events: Sequence[Mapping[str, object]]) -> tuple[Told, ...]:
    """What happened, in its order."""
    return tuple(_told(event) for event in events)


def _told(event: Mapping[str, object]) -> Told:
    at, written = event["at"], event["recorded_at"]
    assert isinstance(at, datetime)
    assert isinstance(written, datetime)
    more = []
    if event["detail"] and event["kind"] != "change":
        named = "the file" if event["source"] == "import" else "the page"
        said = str(event["detail"])
        more.append(
            f"From {named} {said}" if _is_origin(event) else f"Noted: {said if '@' in said else said.replace('_', ' ')}"
        )
    if event["imported_by"]:
        more.append(f"Brought by {event['imported_by']}")
    if event["network"]:
        more.append(f"Network: kept as the code {str(event['network'])[:8]} only")
    late = written if written - at > _LATER else None
    return Told(at, _what(event), str(event["list_name"] or ""), tuple(more), str(event["wording"] or ""), late)


def story(events: Sequence[Mapping[str, object]], zone: ZoneInfo) -> tuple[str, ...]:
    """One line for every consent event: when, what, on which list, from where, on which words."""
    return tuple(_line(event, zone) for event in events)


def _line(event: Mapping[str, object], zone: ZoneInfo) -> str:
    at = event["at"]
    assert isinstance(at, datetime)
    parts = [f"{at.astimezone(zone):%Y-%m-%d %H:%M}", _what(event)]
    if event["list"]:
        parts.append(f"list {event['list']}")
    if event["detail"] and event["kind"] != "change":
        parts.append(f"from {event['detail']}" if _is_origin(event) else str(event["detail"]))
    line = f"{parts[0]}  {', '.join(parts[1:])}."
    return f"{line} The words: “{event['wording']}”" if event["wording"] else line


def _is_origin(event: Mapping[str, object]) -> bool:
    """Whether its detail names the page, form or file that it came from."""
    return event["kind"] in {"request", "import"} or event["source"] in {"form", "embed"}


def _what(event: Mapping[str, object]) -> str:
    source = str(event["source"])
    match event["kind"]:
        case "request":
            return _ASKED.get(source, f"Asked for it ({source})")
        case "confirmation":
            return _CONFIRMED.get(source, f"Confirmed it ({source})")
        case "import":
            return "Came with a file of readers"
        case "withdrawal":
            return _LEFT.get(source, f"Left ({source})")
        case "erasure":
            return "Asked to be erased; the address was forgotten"
        case _:
            detail = str(event["detail"])
            return _PUT_BACK.get(detail, f"Changed: {detail.replace('_', ' ') or 'a setting'}")


def mail_in_words(one: Received) -> tuple[str, str]:
    """What mail it was, and what became of it."""
    said = _MAILS.get(one.state, "not their turn yet")
    because = _NOT_SENT.get(one.because, one.because.replace("_", " ")) if one.state != "accepted" else ""
    return _NOTICES.get(one.what, one.what), f"{said}: {because}" if because else said


def mail(one: Received) -> str:
    """A line for a mail that he was sent, or was not."""
    day = one.day.isoformat() if one.day else "not yet"
    what = _NOTICES.get(one.what, one.what)
    state = _MAILS.get(one.state, "waiting")
    because = f" ({one.because.replace('_', ' ')})" if one.because and one.state != "accepted" else ""
    return f"{day}  {what}: {state}{because}"


def page(person: Person, mails: Sequence[Received], zone: ZoneInfo, now: datetime) -> str:
    """All of it as one page to print: HTML that loads nothing."""
    environment = Environment(
        loader=FileSystemLoader(resources.templates()), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("notices/person.html.j2").render(
        person=person, story=story(person.events, zone), mails=[mail(one) for one in mails], zone=zone,
        at=now.astimezone(zone),
    )  # fmt: skip
