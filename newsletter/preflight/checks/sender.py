"""Who the mail is from, where answers go, whether links lead to a public place, and what the DNS says of it all."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from newsletter.preflight.facts.asking import MX, TXT, bounce_domain, dkim_name, dmarc_names, domain_of
from newsletter.preflight.facts.model import Facts, NameAnswer
from newsletter.preflight.model import Finding, Mend, Mending, Severity, Who

PUBLIC = frozenset({
    "gmail.com", "googlemail.com", "yahoo.com", "ymail.com", "aol.com", "outlook.com", "hotmail.com", "live.com",
    "msn.com", "icloud.com", "me.com", "mac.com", "gmx.de", "gmx.net", "gmx.com", "web.de", "t-online.de",
    "yahoo.es", "yahoo.fr", "hotmail.fr", "orange.fr", "free.fr", "laposte.net", "proton.me", "protonmail.com",
    "mail.ru", "yandex.ru", "qq.com", "163.com",
})  # fmt: skip
_DEAF = ("noreply", "no-reply", "donotreply", "do-not-reply", "ne-pas-repondre", "no-responder", "noresponder")
FRESH = timedelta(days=1)
_LETTER = (Mend(Mending.DNS, "Letter to your technical colleague"),)


def address(facts: Facts) -> Iterator[Finding]:
    """The mail comes from the organisation's own domain."""
    domain = domain_of(facts.draft.profile.from_address)
    if domain in PUBLIC:
        mend = Mend(Mending.SETTING, "Change the sender", field="from_address")
        yield Finding(
            Severity.LOOK, "sender", "Sender",
            f"The mail comes from an address at {domain}. Many mail systems refuse a newsletter from there: use an"
            " address of your own domain.",
            Who.TECHNICAL, (mend,),
        )  # fmt: skip


def reply_to(facts: Facts) -> Iterator[Finding]:
    """Answers go to an address that somebody reads."""
    profile = facts.draft.profile
    mend = (Mend(Mending.SETTING, "Say where answers go", field="reply_to"),)
    to = profile.reply_to or profile.from_address
    if to.partition("@")[0].lower().startswith(_DEAF):
        message = f"Answers go to {to}, which nobody reads. The mail invites readers to answer."
        yield Finding(Severity.LOOK, "answers", "Answers", message, mends=mend)
    elif not profile.reply_to:
        message = f"No address for answers is set, so they go to the sender, {to}. See that somebody reads it."
        yield Finding(Severity.LOOK, "answers", "Answers", message, mends=mend)


def base_url(facts: Facts) -> Iterator[Finding]:
    """The links of our own lead to a public, encrypted place."""
    here, mend = facts.here, (Mend(Mending.BASE_URL, "How to change the address"),)
    if here.base_is_loopback and here.route_is_remote:
        yield Finding(
            Severity.MUST, "public address", "Our own links",
            f"They lead to {here.base_url}, which only this machine can open. Readers could not read the web version,"
            " and could not unsubscribe.",
            Who.TECHNICAL, mend,
        )  # fmt: skip
    elif not here.base_is_loopback and urlsplit(here.base_url).scheme == "http":
        yield Finding(
            Severity.MUST if here.route_is_remote else Severity.LOOK, "public address", "Our own links",
            f"They lead to {here.base_url}, without encryption. Mail systems want https for the link to unsubscribe.",
            Who.TECHNICAL, mend,
        )  # fmt: skip


def dns(facts: Facts) -> Iterator[Finding]:
    """The sender's domain has what mail systems look for: SPF, our key, DMARC, and a way in for answers."""
    if facts.questions:
        yield from _spf(facts)
        yield from _dkim(facts)
        yield from _dmarc(facts)
        yield from _answers(facts)
    if _unknown(facts):
        yield Finding(
            Severity.LOOK, "sender’s domain", "Sender’s domain",
            "Whether mail systems can trust it was not looked at within a day.", Who.TECHNICAL,
            (Mend(Mending.LOOK, "Look now"),),
        )  # fmt: skip


def _spf(facts: Facts) -> Iterator[Finding]:
    domain = bounce_domain(facts.draft.profile)
    found = _told(facts, domain, TXT) if domain else None
    if found and not any(record.lower().startswith("v=spf1") for record in found.records):
        yield _missing(domain, "does not say which machines may send for it (SPF)", Severity.LOOK)


def _dkim(facts: Facts) -> Iterator[Finding]:
    name = dkim_name(facts.here) if facts.here.dkim_selector else ""
    found = _told(facts, name, TXT) if name else None
    if found and not any("p=" in record.replace(" ", "") for record in found.records):
        severity = Severity.MUST if facts.here.route_is_remote else Severity.LOOK
        yield _missing(facts.here.dkim_domain, "does not show the key that we sign with (DKIM)", severity)


def _dmarc(facts: Facts) -> Iterator[Finding]:
    domain = domain_of(facts.draft.profile.from_address)
    told = [_told(facts, name, TXT) for name in dmarc_names(domain)]
    known = [one for one in told if one is not None]
    if len(known) == len(told) and not any(r.lower().startswith("v=dmarc1") for one in known for r in one.records):
        yield _missing(domain, "does not say what to do with forged mail (DMARC)", Severity.LOOK)


def _answers(facts: Facts) -> Iterator[Finding]:
    profile = facts.draft.profile
    domain = domain_of(profile.reply_to or profile.from_address)
    found = _told(facts, domain, MX)
    if found and (found.outcome == "none" or set(found.records) == {"."}):
        yield Finding(
            Severity.LOOK, "sender’s domain", f"Answers to {domain}",
            f"{domain} seems to take no mail, so readers’ answers would come back to them.", Who.TECHNICAL, _LETTER,
        )  # fmt: skip


def _missing(domain: str, what: str, severity: Severity) -> Finding:
    message = f"{domain} {what}. Gmail, Yahoo and Outlook may refuse the mail, or put it with the spam."
    return Finding(severity, "sender’s domain", f"Domain {domain}", message, Who.TECHNICAL, _LETTER)


def _told(facts: Facts, name: str, kind: str) -> NameAnswer | None:
    """What the DNS told; None where nobody answered."""
    found = facts.names.get((name, kind))
    return found if found is not None and found.outcome != "failed" else None


def _unknown(facts: Facts) -> bool:
    known = [facts.names.get(question) for question in facts.questions]
    return any(one is None or one.outcome == "failed" or facts.send.now - one.at > FRESH for one in known)
