"""What the sender's domain must say so that mail systems trust its mail: looked up, and as a letter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from newsletter.issues.model import Profile
from newsletter.preflight.facts.asking import MX, TXT, dmarc_names, domain_of
from newsletter.preflight.facts.model import NameAnswer
from newsletter.preflight.looking import store

# Where these services put the key that they sign with; the others show its name in their own pages.
_KEYS = {
    "microsoft": ("selector1._domainkey", "selector2._domainkey"), "google": ("google._domainkey",),
    "brevo": ("brevo1._domainkey", "brevo2._domainkey"), "resend": ("resend._domainkey",),
    "sendgrid": ("s1._domainkey", "s2._domainkey"),
}  # fmt: skip
# Mailboxes send in the domain's own name; the others use a name of theirs for what comes back.
_SENDERS = {"microsoft": "include:spf.protection.outlook.com", "google": "include:_spf.google.com"}
_WHERE = {
    "microsoft": "In Microsoft 365: Defender portal, Email authentication settings, DKIM.",
    "google": "In Google's admin console: Apps, Gmail, Authenticate email.",
}


class State(StrEnum):
    """How a record stands."""

    RIGHT = "right"
    MISSING = "missing"
    UNKNOWN = "unknown"  # nobody answered, or it was not looked at
    THEIRS = "theirs"  # the mail service says which one it is


@dataclass(frozen=True, slots=True)
class Record:
    """A record: what it is for, its name and kind, what should stand there, and how it stands."""

    purpose: str
    name: str
    kind: str
    wanted: str
    state: State


def questions(profile: Profile, service: str) -> tuple[tuple[str, str], ...]:
    """Names and kinds of record that are asked for."""
    domain = domain_of(profile.from_address)
    found = [(name, TXT) for name in dmarc_names(domain)]
    if service in _SENDERS:
        found.append((domain, TXT))
    found += [(f"{key}.{domain}", TXT) for key in _KEYS.get(service, ())]
    found.append((domain_of(profile.reply_to or profile.from_address), MX))
    return tuple(dict.fromkeys(found))


def records(session: Session, profile: Profile, service: str) -> tuple[Record, ...]:
    """How each record stands, as it was looked at last."""
    known = store.names(session, questions(profile, service))
    return tuple(_records(profile, service, known))


def is_right(found: Sequence[Record]) -> bool:
    """Whether nothing is missing of what can be known from here."""
    return bool(found) and all(one.state in {State.RIGHT, State.THEIRS} for one in found)


def letter(found: Sequence[Record], profile: Profile, service: str) -> str:
    """To whoever minds the domain: each record, what it is for, and what it looks like when it is right."""
    domain = domain_of(profile.from_address)
    lines = [
        f"Please set these records in the DNS of {domain}.",
        f"We send our newsletter as {profile.from_address}, by {service or 'our mail service'}.",
        "Gmail, Yahoo and Outlook refuse mail from a domain that does not have them.",
    ]
    for number, one in enumerate(found, start=1):
        lines += ["", f"{number}. {one.purpose}", f"   Name:  {one.name}", f"   Kind:  {one.kind}",
                  f"   Value: {one.wanted}", f"   {_IN_WORDS[one.state]}"]  # fmt: skip
    lines += ["", "Please do not change other records, and tell us when it is done: we look again ourselves."]
    return "\n".join(lines)


_IN_WORDS = {
    State.RIGHT: "It is there already.",
    State.MISSING: "It is not there yet.",
    State.UNKNOWN: "We have not seen yet whether it is there.",
    State.THEIRS: "The mail service shows name and value in its own pages.",
}


def _records(profile: Profile, service: str, known: Mapping[tuple[str, str], NameAnswer]) -> Iterator[Record]:
    domain = domain_of(profile.from_address)
    keys = _KEYS.get(service, ())
    signed = [_state(known.get((f"{key}.{domain}", TXT)), "p=") for key in keys]
    yield Record(
        "That the mail is signed in your name (DKIM)",
        ", ".join(f"{key}.{domain}" for key in keys) or f"…._domainkey.{domain}",
        "CNAME or TXT", _WHERE.get(service, "As the mail service shows it, under Domains or Senders."),
        _any(signed) if keys else State.THEIRS,
    )  # fmt: skip
    if service in _SENDERS:
        yield Record(
            "Which machines may send for the domain (SPF)", domain, TXT, f"v=spf1 {_SENDERS[service]} ~all",
            _state(known.get((domain, TXT)), _SENDERS[service]),
        )  # fmt: skip
    yield Record(
        "What to do with forged mail (DMARC)", f"_dmarc.{domain}", TXT, "v=DMARC1; p=none",
        _any([_state(known.get((name, TXT)), "v=dmarc1") for name in dmarc_names(domain)]),
    )  # fmt: skip
    answers = domain_of(profile.reply_to or profile.from_address)
    found = known.get((answers, MX))
    yield Record(
        "That answers of your readers arrive", answers, MX, "The server that takes your mail.",
        State.UNKNOWN if found is None or found.outcome == "failed" else
        State.RIGHT if found.outcome == "found" and set(found.records) != {"."} else State.MISSING,
    )  # fmt: skip


def _state(found: NameAnswer | None, wanted: str) -> State:
    if found is None or found.outcome == "failed":
        return State.UNKNOWN
    told = "\n".join(found.records).lower().replace(" ", "")
    return State.RIGHT if wanted.lower() in told else State.MISSING


def _any(states: Sequence[State]) -> State:
    """One place of several is enough."""
    return next((one for one in (State.RIGHT, State.UNKNOWN) if one in states), State.MISSING)
