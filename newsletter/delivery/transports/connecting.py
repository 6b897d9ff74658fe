"""A connection to a relay: reached, greeted, encrypted as asked for, and logged in, or a sentence that says why not.

`smtplib.SMTP` does it (RFC 5321, 3207, 4954). TLS is verified, and there is no fallback to anything less.
"""

import base64
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from functools import cache

from newsletter.delivery.model import RouteDown
from newsletter.delivery.transports.replies import Client, TlsClient, readable

CONNECT_SECONDS = 30.0  # for connecting, and then for each reply until we are logged in


@dataclass(frozen=True, slots=True)
class SmtpOptions:
    """What a transport URL says. `tls`: none, starttls (never falling back), implicit.

    `connections`: at most so many. `in_doubt`: letters under way at most, over all of them. `pipelining`, `chunking`:
    used where offered.
    """

    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    tls: str = "starttls"
    connections: int = 32
    in_doubt: int = 80
    pipelining: bool = True
    chunking: bool = True
    hello: str = ""
    ca_file: str = ""
    rate: float | None = None

    @property
    def where(self) -> str:
        """For messages to people."""
        return f"{self.host}:{self.port}"


def connect(options: SmtpOptions, seconds: float | None = None) -> Client:
    """An open, greeted, and where asked for encrypted and authenticated connection; RouteDown says what is wrong.

    `seconds` instead of CONNECT_SECONDS is for somebody who waits at a page.
    """
    context = _context(options) if options.tls != "none" else None
    smtp: Client | None = None
    try:
        smtp = _open(options, context, CONNECT_SECONDS if seconds is None else seconds)
        smtp.ehlo_or_helo_if_needed()
        if options.tls == "starttls":
            _encrypt(smtp, context)
        if options.user:
            smtp.login(options.user, options.password)
        smtp.channel.must_be_quiet()
        smtp.channel.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (OSError, ValueError) as error:
        if smtp is not None:
            smtp.close()
        raise _down(options, error) from None
    return smtp


def _open(options: SmtpOptions, context: ssl.SSLContext | None, seconds: float) -> Client:
    hello, at = options.hello or _our_name(), (options.host, options.port)
    if options.tls == "implicit":
        return TlsClient(*at, local_hostname=hello, timeout=seconds, context=context)
    return Client(*at, local_hostname=hello, timeout=seconds)


@cache
def _our_name() -> str:
    """For EHLO, asked of the DNS once; without a full name an address literal (RFC 5321 4.1.4)."""
    name = socket.getfqdn()
    return name if re.fullmatch(r"[A-Za-z0-9.-]+\.[A-Za-z0-9-]+", name) else "[127.0.0.1]"


def _encrypt(smtp: Client, context: ssl.SSLContext | None) -> None:
    """STARTTLS with the certificate verified, or nothing at all: no fallback (RFC 3207, section 6)."""
    if not smtp.has_extn("starttls"):
        raise smtplib.SMTPNotSupportedError("it offers no STARTTLS; tls=none in the URL would send unencrypted")
    smtp.starttls(context=context)
    smtp.ehlo_or_helo_if_needed()


def _context(options: SmtpOptions) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=options.ca_file or None)
    except OSError as error:
        why = error.strerror or "it holds no certificates"
        raise RouteDown(f"The certificates in {options.ca_file} cannot be read: {why}.", permanent=True) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _down(options: SmtpOptions, error: Exception) -> RouteDown:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()
        permanent = isinstance(error, smtplib.SMTPAuthenticationError) and 500 <= error.smtp_code < 600
        text = masked(options, f"{error.smtp_code} {readable(said)}")
        return RouteDown(f"{options.where} refuses us: {text}", permanent=permanent)
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        # Its own text would quote what could not be written, which may be the password.
        return RouteDown(f"{options.where} cannot be used: its name or what it says cannot be read.")
    lasting = isinstance(error, (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError))
    # The library has no class of its own for a server that knows no way to log in which we know.
    lasting = lasting or type(error) is smtplib.SMTPException
    return RouteDown(f"{options.where} cannot be used: {masked(options, str(error))}", permanent=lasting)


def masked(options: SmtpOptions, text: str) -> str:
    """The text without our credentials: servers like to repeat a command that they did not understand."""
    plain = f"\0{options.user}\0{options.password}"
    for secret in (_base64(plain), _base64(options.password), _base64(options.user), options.password, options.user):
        text = text.replace(secret, "***") if secret else text
    return text


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
