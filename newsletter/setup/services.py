"""Mail services that one can send by: what each can and cannot, and the URL that its fields make."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from newsletter import fetch
from newsletter.delivery.model import RouteDown
from newsletter.delivery.transports import open_transport
from newsletter.delivery.transports.connecting import connect
from newsletter.delivery.transports.smtp import SmtpTransport
from newsletter.errors import BadInput, Misconfigured
from newsletter.settings import LOOPBACK

PATIENCE = 3.0  # seconds for the DNS
SIGN_IN_SECONDS = 10.0
PERSONAL = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "yahoo.fr",
        "yahoo.es", "yahoo.co.uk", "icloud.com", "me.com", "mac.com", "aol.com", "gmx.de", "gmx.net", "gmx.com",
        "web.de",
        "t-online.de", "proton.me", "protonmail.com", "mail.ru", "yandex.ru", "yandex.com", "orange.fr", "laposte.net",
        "free.fr", "wanadoo.fr", "libero.it", "qq.com", "163.com",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in. `value`: what stands there at first; `secret`: not shown while it is typed."""

    name: str
    label: str
    hint: str = ""
    value: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """`can`, `cannot`: a sentence each. `begins`: how the URL begins; `{...}` stands for fields."""

    slug: str
    name: str
    can: str
    cannot: str
    fields: tuple[Field, ...]
    url: str
    hosts: tuple[str, ...] = ()  # how the names of their mail servers end


_KEY = Field("password", "API key", secret=True)

SERVICES = (
    Service(
        "microsoft", "Microsoft 365",
        "Sends from a mailbox that you have, with nothing new to sign up for.",
        "It takes 30 mails a minute and 10,000 a day, and only while your administrator lets this mailbox sign in with"
        " a password (“SMTP AUTH”), which Microsoft is doing away with.",
        (Field("user", "Mailbox", "The address that you sign in with."), Field("password", "Password", secret=True)),
        "smtp://{user}:{password}@smtp.office365.com:587?rate=0.5",
        ("mail.protection.outlook.com",),
    ),
    Service(
        "google", "Gmail or Google Workspace",
        "Sends from a mailbox that you have, with an app password that you make in your Google account.",
        "At most 2,000 mails a day, 500 with a private Gmail; for more readers than that take another.",
        (Field("user", "Mailbox", "The address that you sign in with."),
         Field("password", "App password", "16 letters, from your Google account under Security.", secret=True)),
        "smtp://{user}:{password}@smtp.gmail.com:587",
        ("google.com", "googlemail.com"),
    ),
    Service(
        "brevo", "Brevo",
        "From Europe, made for newsletters, with 300 mails a day for nothing.",
        "Your domain must be confirmed there, by records in your DNS, before it sends in your name.",
        (Field("user", "SMTP login"), Field("password", "SMTP key", secret=True)),
        "smtp://{user}:{password}@smtp-relay.brevo.com:587",
    ),
    Service(
        "postmark", "Postmark",
        "Known for mail that arrives, and says for each reader at once whether it took the mail.",
        "It looks at every new account before it sends to many, and wants lists whose readers have agreed.",
        (Field("token", "Server API token", secret=True),),
        "postmark://{token}@",
    ),
    Service(
        "mailgun", "Mailgun",
        "Made for many mails, in Europe or the United States.",
        "Your domain must be confirmed there, by records in your DNS; on trial it sends 100 mails a day.",
        (Field("user", "SMTP user", "Like postmaster@mg.example.org."), Field("password", "SMTP password", secret=True),
         Field("host", "Server", "smtp.eu.mailgun.org in Europe.", "smtp.mailgun.org")),
        "smtp://{user}:{password}@{host}:587",
    ),
    Service(
        "ses", "Amazon SES",
        "The cheapest for many readers: about ten cents for a thousand mails.",
        "A technical colleague sets it up, and Amazon must lift its first limit of 200 mails a day, which takes a day"
        " or two.",
        (Field("user", "SMTP user name"), Field("password", "SMTP password", secret=True),
         Field("host", "Server", "With your region in it.", "email-smtp.eu-central-1.amazonaws.com")),
        "smtp://{user}:{password}@{host}:587",
    ),
    Service(
        "resend", "Resend",
        "Set up in minutes with one key, and 100 mails a day for nothing.",
        "Your domain must be confirmed there, by records in your DNS, before it sends to anybody but you.",
        (_KEY,),
        "smtp://resend:{password}@smtp.resend.com:587",
    ),
    Service(
        "sendgrid", "SendGrid",
        "Made for many mails, with one key to copy.",
        "It is free for a trial only, and addresses that it shares with others may be distrusted.",
        (_KEY,),
        "smtp://apikey:{password}@smtp.sendgrid.net:587",
    ),
    Service(
        "other", "Another, or your own mail server",
        "Any server that takes mail by SMTP and signs you in.",
        "How many mails it takes an hour, and whether it signs them for your domain, its administrator must tell you.",
        (Field("host", "Server", "Like mail.example.org."), Field("port", "Port", "587, or 465.", "587"),
         Field("user", "User"), Field("password", "Password", secret=True)),
        "smtp://{user}:{password}@{host}:{port}",
    ),
)  # fmt: skip
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]")
_ERRNO = re.compile(r"\[Errno -?\d+\] ")

Ask = Callable[[str], Sequence[str]]


def find(slug: str) -> Service:
    """BadInput for one that is not known."""
    found = next((one for one in SERVICES if one.slug == slug), None)
    if found is None:
        raise BadInput("Choose one of the mail services, or “Later”.")
    return found


def named(slug: str) -> str:
    """What people call it; "" for one that has no name of its own."""
    return next((one.name for one in SERVICES if one.slug == slug and slug != "other"), "")


def mail_servers(domain: str) -> tuple[str, ...]:
    """The names of the servers that take the domain's mail; () where the DNS does not tell in time."""
    told = fetch.Names(seconds=PATIENCE).ask(domain, "MX")
    return tuple(one.rstrip(".").lower() for one in told.records)


def recognised(email: str, ask: Ask = mail_servers) -> str:
    """The service whose mailbox the address is, by its slug; "" where nobody can tell."""
    domain = email.rpartition("@")[2].lower()
    if domain in {"gmail.com", "googlemail.com"}:
        return "google"
    if domain in PERSONAL or not domain:
        return ""
    for server in ask(domain):
        for service in SERVICES:
            if any(server == end or server.endswith(f".{end}") for end in service.hosts):
                return service.slug
    return ""


def transport_url(service: Service, given: Mapping[str, str]) -> str:
    """What stands in the settings as TRANSPORT_URL. BadInput names the field that is missing or wrong."""
    values = {}
    for field in service.fields:
        value = given.get(field.name, "").strip() or field.value
        if not value and not (service.slug == "other" and field.name in {"user", "password"}):
            raise BadInput(f"{field.label} is missing.")
        values[field.name] = _value(field, value)
    url = service.url.format(**values).replace("://:@", "://")
    if values.get("port") == "465":
        url = url.replace("smtp://", "smtps://", 1)
    elif values.get("host") in LOOPBACK:
        url += "?tls=none"  # nothing leaves this machine
    try:
        open_transport("default", url)
    except Misconfigured as wrong:
        said = str(wrong).removeprefix("Transport default: ")
        raise BadInput(said[:1].upper() + said[1:]) from None
    return url


def try_out(url: str) -> None:
    """Sign in, and leave again; BadInput says why not. Where only a mail would tell, nothing is tried."""
    transport = open_transport("default", url)
    if isinstance(transport, SmtpTransport):
        try:
            connect(transport.options, SIGN_IN_SECONDS).close()
        except RouteDown as down:
            raise BadInput(_ERRNO.sub("", str(down))) from None


def _value(field: Field, value: str) -> str:
    if field.name == "host":
        if not _HOST.fullmatch(value):
            raise BadInput(f"{field.label}: {value[:60]!r} is no server's name, like mail.example.org.")
        return value
    if field.name == "port":
        if not value.isascii() or not value.isdecimal() or not 0 < int(value) < 65536:
            raise BadInput(f"{field.label}: {value[:10]!r} is no port; it is mostly 587.")
        return value
    if not value.isprintable():
        raise BadInput(f"{field.label} holds a character that cannot be seen. Copy it again.")
    # Google shows its app passwords in groups of four.
    plain = value.replace(" ", "") if field.label == "App password" else value
    return quote(plain, safe="")
