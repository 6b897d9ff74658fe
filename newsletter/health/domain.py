"""What the DNS of a sender's domain must say for this installation, how each record stood when it was last looked up,
and the letter that asks whoever minds the domain for them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.delivery.transports import open_transport
from newsletter.delivery.transports.postmark import PostmarkTransport
from newsletter.delivery.transports.smtp import SmtpTransport
from newsletter.errors import Misconfigured
from newsletter.issues.model import Profile
from newsletter.preflight.facts.asking import MX, TXT, bounce_domain, dmarc_names, domain_of
from newsletter.preflight.facts.model import NameAnswer
from newsletter.rendering.dkim import public_record
from newsletter.settings import Settings

Known = Mapping[tuple[str, str], NameAnswer]
_PIECE = 255  # letters of one text in a TXT record (RFC 1035 3.3.14)
# By how the name of a mail server ends: the service's name, what SPF names, where it keeps the keys that it signs with.
_SERVICES: Sequence[tuple[str, str, str, tuple[str, ...], str]] = (
    ("office365.com", "Microsoft 365", "include:spf.protection.outlook.com",
     ("selector1._domainkey", "selector2._domainkey"), "in the Defender portal under Email authentication, DKIM"),
    ("gmail.com", "Google", "include:_spf.google.com", ("google._domainkey",),
     "in the admin console under Apps, Gmail, Authenticate email"),
    ("brevo.com", "Brevo", "include:spf.brevo.com", ("brevo1._domainkey", "brevo2._domainkey"),
     "under Senders, Domains"),
    ("postmarkapp.com", "Postmark", "include:spf.mtasv.net", (), "under Sender Signatures"),
    ("mailgun.org", "Mailgun", "include:mailgun.org", (), "under Sending, Domains"),
    ("amazonaws.com", "Amazon SES", "include:amazonses.com", (), "under Identities"),
    ("resend.com", "Resend", "include:amazonses.com", ("resend._domainkey",), "under Domains"),
    ("sendgrid.net", "SendGrid", "include:sendgrid.net", ("s1._domainkey", "s2._domainkey"),
     "under Sender Authentication"),
)  # fmt: skip


class State(StrEnum):
    """How a record stands. UNKNOWN: nobody has looked, or nobody answered; THEIRS: only the mail service can tell."""

    RIGHT = "right"
    MISSING = "missing"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Record:
    """A record. `wanted`: exactly what should stand there, "" where only the service or the firm knows; `right`: what
    it looks like when it is right; `found`: what stood there; `at`: when that was looked up.
    """

    title: str
    purpose: str
    name: str
    kind: str
    wanted: str
    right: str
    state: State
    found: tuple[str, ...] = ()
    at: datetime | None = None
    needed: bool = False  # mail is refused without it

    @property
    def line(self) -> str:
        """As a zone file has it: a text longer than 255 letters in several pieces."""
        if not self.wanted or self.kind != TXT:
            return ""
        pieces = [self.wanted[at : at + _PIECE] for at in range(0, len(self.wanted), _PIECE)]
        texts = " ".join(f'"{piece}"' for piece in pieces)
        return f"{self.name}. IN TXT {f'( {texts} )' if len(pieces) > 1 else texts}"


@dataclass(frozen=True, slots=True)
class Route:
    """The mail service that the default transport leads to. `host`: where it is; "" where no mail leaves."""

    name: str
    host: str
    spf: str
    keys: tuple[str, ...]
    where: str
    own_return_path: bool  # it puts its own return path in the place of ours


def route(settings: Settings) -> Route:
    """Which mail service it is, by its host."""
    try:
        transport = open_transport("default", settings.transport("default"))
    except Misconfigured:
        return Route("", "", "", (), "", own_return_path=False)
    if isinstance(transport, PostmarkTransport):
        host, own = "api.postmarkapp.com", True
    elif isinstance(transport, SmtpTransport):
        host, own = transport.options.host.lower(), False
    else:
        return Route("", "", "", (), "", own_return_path=False)
    for end, name, spf, keys, where in _SERVICES:
        if host == end or host.endswith(f".{end}"):
            return Route(name, host, spf, keys, where, own)
    literal = re.fullmatch(r"[\d.]+", host)
    return Route(host, host, f"{'ip4' if literal else 'a'}:{host}", (), "", own)


def questions(profile: Profile, settings: Settings) -> tuple[tuple[str, str], ...]:
    """Names and kinds of record that are asked for."""
    by, domain = route(settings), domain_of(profile.from_address)
    found = [(name, TXT) for name in dmarc_names(domain)]
    if spf := _spf_domain(profile, by):
        found += [(spf, TXT), (spf, MX)]
    if settings.dkim_selector:
        found.append((f"{settings.dkim_selector}._domainkey.{settings.dkim_domain}", TXT))
    else:
        found += [(f"{key}.{domain}", TXT) for key in by.keys]
    found.append((domain_of(profile.reply_to or profile.from_address), MX))
    return tuple(dict.fromkeys(found))


def records(profile: Profile, settings: Settings, known: Known) -> tuple[Record, ...]:
    """How each record stands, as it was looked up last."""
    by = route(settings)
    return (*_spf(profile, by, known), *_dkim(profile, settings, by, known), *_rest(profile, by, known))


def letter(profile: Profile, settings: Settings, found: Sequence[Record], day: str) -> str:
    """To whoever minds the domain, as text: each record, what it is for, and what it looks like when it is right."""
    domain, by = domain_of(profile.from_address), route(settings)
    lines = [
        f"Records for the DNS of {domain}", day, "",
        f"We send our newsletter as {profile.from_address}" + (f", by {by.name}." if by.name else "."),
        "Gmail, Yahoo and Outlook refuse newsletters from a domain without these records, or put them with the spam.",
    ]  # fmt: skip
    for number, one in enumerate(found, start=1):
        lines += ["", f"{number}. {one.title}", f"   What for:   {one.purpose}", f"   Name:       {one.name}",
                  f"   Kind:       {one.kind}"]  # fmt: skip
        lines += [f"   Value:      {one.wanted}"] if one.wanted else []
        lines += [f"   Zone file:  {one.line}"] if len(one.wanted) > _PIECE else []
        lines += [f"   Right when: {one.right}", f"   Now:        {IN_WORDS[one.state]}"]
    lines += ["", "Please leave all other records as they are, and tell us when it is done: we look again ourselves."]
    return "\n".join(lines) + "\n"


IN_WORDS = {
    State.RIGHT: "It is right already.",
    State.MISSING: "It is not there yet.",
    State.WRONG: "Something else stands there.",
    State.UNKNOWN: "Nobody has seen yet whether it is there.",
    State.THEIRS: "Only the mail service can tell.",
}


def _spf_domain(profile: Profile, by: Route) -> str:
    """The domain that SPF is asked of; "" where the mail service uses a name of its own."""
    return "" if by.own_return_path else bounce_domain(profile)


def _spf(profile: Profile, by: Route, known: Known) -> Iterator[Record]:
    domain = _spf_domain(profile, by)
    title, purpose = "SPF", "Says which machines may send for the domain."
    if not domain or not by.spf:
        yield Record(
            title, purpose, domain or "(a name of the mail service)", TXT, "",
            "The mail service uses a return address of its own, and keeps this record itself."
            if by.spf else "Known as soon as a mail service is set.", State.THEIRS if by.spf else State.UNKNOWN,
        )  # fmt: skip
        return
    told = known.get((domain, TXT))
    texts = tuple(one for one in (told.records if told else ()) if one.lower().split(" ")[0] == "v=spf1")
    has = [one for one in texts if by.spf.lower() in one.lower().split()]
    state = _state(told, bool(texts), right=len(texts) == 1 and bool(has))
    yield Record(
        title, purpose, domain, TXT, texts[0] if has else _with_spf(texts[0] if texts else "", by.spf),
        f"Exactly one record of this name begins with v=spf1, and {by.spf} stands in it.",
        state, texts, told.at if told else None,
    )  # fmt: skip
    at = known.get((domain, MX))
    yield Record(
        "Return path", "Takes what comes back: addresses that do not work any more are told to this address.",
        domain, MX, "", f"A mail server takes mail for {domain}.", _mx_state(at),
        at.records if at else (), at.at if at else None,
    )  # fmt: skip


def _with_spf(before: str, mechanism: str) -> str:
    """The record with the mechanism in it, before the end that says what holds for all others."""
    if not before:
        return f"v=spf1 {mechanism} ~all"
    words = before.split()
    end = next((at for at, one in enumerate(words) if one.lower().lstrip("+-~?") == "all"
                or one.lower().startswith("redirect=")), len(words))  # fmt: skip
    return " ".join([*words[:end], mechanism, *words[end:]])


def _dkim(profile: Profile, settings: Settings, by: Route, known: Known) -> Iterator[Record]:
    title, purpose = "DKIM", "The key by which mail systems see that a mail is ours and was not changed on its way."
    if settings.dkim_selector:
        name = f"{settings.dkim_selector}._domainkey.{settings.dkim_domain}"
        wanted, told = public_record(settings.dkim_private_key), known.get((name, TXT))
        texts = told.records if told else ()
        right = any(_key_in(one) == _key_in(wanted) for one in texts)
        yield Record(
            title, purpose, name, TXT, wanted, "The text is there whole, in one record of this name.",
            _state(told, bool(texts), right=right), texts, told.at if told else None, needed=True,
        )  # fmt: skip
        return
    domain = domain_of(profile.from_address)
    told_keys = [known.get((f"{key}.{domain}", TXT)) for key in by.keys]
    at = min((one.at for one in told_keys if one), default=None)
    states = [_state(one, one is not None and bool(one.records), right=_shows_key(one)) for one in told_keys]
    state = next((one for one in (State.RIGHT, State.UNKNOWN) if one in states), State.MISSING)
    service = by.name or "The mail service"
    yield Record(
        title, purpose, " and ".join(f"{key}.{domain}" for key in by.keys) or f"…._domainkey.{domain}",
        "CNAME or TXT", "",
        f"{service} shows name and value{f' {by.where}' if by.where else ''}, and says there that it is right.",
        state if by.keys else State.THEIRS, (), at,
    )  # fmt: skip


def _rest(profile: Profile, by: Route, known: Known) -> Iterator[Record]:
    domain = domain_of(profile.from_address)
    told = [known.get((name, TXT)) for name in dmarc_names(domain)]
    texts = tuple(one for answer in told if answer for one in answer.records if one.lower().startswith("v=dmarc1"))
    silent = any(one is None or one.outcome == "failed" for one in told)
    yield Record(
        "DMARC", "Says what to do with mail that only pretends to be from the domain. p=none changes nothing for now.",
        f"_dmarc.{domain}", TXT, texts[0] if texts else "v=DMARC1; p=none",
        "One record of this name, or of the domain above it, begins with v=DMARC1.",
        State.RIGHT if texts else State.UNKNOWN if silent else State.MISSING, texts,
        min((one.at for one in told if one), default=None),
    )  # fmt: skip
    answers = domain_of(profile.reply_to or profile.from_address)
    if answers != _spf_domain(profile, by):
        at = known.get((answers, MX))
        yield Record(
            "Answers", "Lets readers answer: they write to the address that stands in the mail.", answers, MX, "",
            f"A mail server takes mail for {answers}.", _mx_state(at), at.records if at else (), at.at if at else None,
        )  # fmt: skip


def _state(told: NameAnswer | None, found: bool, *, right: bool) -> State:
    if told is None or told.outcome == "failed":
        return State.UNKNOWN
    return State.RIGHT if right else State.WRONG if found else State.MISSING


def _mx_state(told: NameAnswer | None) -> State:
    if told is None or told.outcome == "failed":
        return State.UNKNOWN
    return State.RIGHT if told.outcome == "found" and set(told.records) != {"."} else State.MISSING


def _key_in(record: str) -> str:
    found = re.search(r"(?:^|;)\s*p=([^;]*)", record)
    return re.sub(r"\s", "", found[1]) if found else ""


def _shows_key(told: NameAnswer | None) -> bool:
    return told is not None and any(_key_in(one) for one in told.records)
