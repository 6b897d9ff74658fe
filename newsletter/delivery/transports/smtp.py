"""SMTP submission to one relay, over connections that are used again (RFC 5321, 3207, 4954).

`smtplib.SMTP` connects, negotiates TLS and authenticates; the dialogue per message is ours, because each reply must
be matched to its command and each failure placed before or after the final dot.
"""

import base64
import re
import smtplib
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

from newsletter.delivery.model import Letter, Limits, Outcome, RouteDown, Verdict
from newsletter.delivery.transports.replies import Client, NotSmtp, TlsClient, readable
from newsletter.delivery.verdicts import OUR_SETTINGS, judge
from newsletter.rendering.mime import Compiled

CONNECT_SECONDS = 30.0
COMMAND_SECONDS = 300.0  # RFC 5321 4.5.3.2
FINAL_DOT_SECONDS = 600.0  # the same; shorter ones make duplicates
GOODBYE_SECONDS = 2.0

_PATH = re.compile(r"[!-;=?-~]*")  # what may stand between < and > in ASCII


@dataclass(frozen=True, slots=True)
class SmtpOptions:
    """What a transport URL says. `tls`: none, starttls (never falling back), implicit."""

    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    tls: str = "starttls"
    connections: int = 2
    hello: str = ""
    ca_file: str = ""
    rate: float | None = None

    @property
    def where(self) -> str:
        """For messages to people."""
        return f"{self.host}:{self.port}"


class SmtpTransport:
    """A relay."""

    def __init__(self, name: str, options: SmtpOptions) -> None:
        self.name = name
        self.options = options
        self.limits = Limits(lanes=options.connections, group=20, per_connection=100, rate=options.rate)

    def lane(self, compiled: Compiled) -> "SmtpLane":
        return SmtpLane(self.options, compiled, self.limits.per_connection)


class _Closing(Exception):
    """A connection that had carried letters ended before this one began: it may go over a fresh one."""


class SmtpLane:
    """One connection at a time, opened before a letter is drawn, closed after `per_connection` letters."""

    def __init__(self, options: SmtpOptions, compiled: Compiled, per_connection: int) -> None:
        self._options = options
        self._compiled = compiled
        self._per_connection = per_connection
        self._smtp: Client | None = None
        self._used = 0
        self._down: RouteDown | None = None

    def hand_over(self, letters: Iterable[Letter], key: str) -> Iterator[Outcome]:
        self._connection()  # connect first: a letter that is not drawn never started
        for letter in letters:
            yield self._one(letter)
            if self._ready() is None:
                return

    def _connection(self) -> Client:
        if self._down is not None:
            down, self._down = self._down, None
            raise down
        if self._smtp is not None and (self._used >= self._per_connection or not self._smtp.is_idle()):
            self.close()
        if self._smtp is None:
            self._smtp, self._used = connect(self._options), 0
        return self._smtp

    def _ready(self) -> Client | None:
        """The connection for one more letter. What is wrong is told by the next handover, before it draws any."""
        try:
            return self._connection()
        except RouteDown as down:
            self._down = down
            return None

    def _one(self, letter: Letter) -> Outcome:
        message = self._compiled.message(letter.language, letter.headers, letter.values)
        # Once more at most: a fresh connection is never too old for its first letter.
        while (smtp := self._ready()) is not None:
            try:
                return self._transaction(smtp, letter, message)
            except _Closing:
                self._drop()
        return Outcome(letter.delivery, Verdict.NOT_STARTED, text=str(self._down))

    def _transaction(self, smtp: Client, letter: Letter, message: bytes) -> Outcome:
        refusal = self._unfit(smtp, letter, len(message)) or self._envelope(smtp, letter, len(message))
        return refusal or self._content(smtp, letter, message)

    def _unfit(self, smtp: Client, letter: Letter, size: int) -> Outcome | None:
        """What can be known before a word is said."""
        if not _PATH.fullmatch(letter.return_path):
            self._down = RouteDown(f"The return path {letter.return_path!r} is no address.", permanent=True)
            return Outcome(letter.delivery, Verdict.NOT_STARTED, text=str(self._down))
        if not _PATH.fullmatch(letter.address or " "):
            detail = "5.1.3" if letter.address.isascii() else "5.6.7"
            return judge(letter.delivery, 553, f"{detail} the address cannot be written in SMTP", "rcpt")
        limit = smtp.esmtp_features.get("size", "")
        if re.fullmatch(r"[0-9]{1,18}", limit) and 0 < int(limit) < size:
            said = f"5.3.4 the message of {size} bytes is above the server's {limit}"
            return judge(letter.delivery, 552, said, "mail")
        return None

    def _envelope(self, smtp: Client, letter: Letter, size: int) -> Outcome | None:
        """MAIL, RCPT, DATA: None when the other side waits for the content, else what became of the letter."""
        options = f" SIZE={size}" if "size" in smtp.esmtp_features else ""
        steps = (("mail", f"MAIL FROM:<{letter.return_path}>{options}"), ("rcpt", f"RCPT TO:<{letter.address}>"),
                 ("data", "DATA"))  # fmt: skip
        for step, command in steps:
            try:
                code, text = _say(smtp, command, 3 if step == "data" else 2)
            except OSError as error:
                return self._broke(letter, step, error)
            if code // 100 > 3:
                if code == 421 and step == "mail" and self._used:
                    raise _Closing
                self._refused(smtp, code, text)
                return judge(letter.delivery, code, text, step)
        return None

    def _broke(self, letter: Letter, step: str, error: Exception) -> Outcome:
        """Before the final dot the other side has nothing: the same copy may go out again."""
        if step == "mail" and self._used:
            raise _Closing from error
        self._drop()
        return Outcome(letter.delivery, Verdict.NOT_STARTED, text=f"The connection broke before the content: {error}")

    def _content(self, smtp: Client, letter: Letter, message: bytes) -> Outcome:
        assert smtp.sock is not None
        smtp.sock.settimeout(FINAL_DOT_SECONDS)
        try:
            smtp.must_be_quiet()
            # Our content has CRLF line ends only and no line that begins with a dot: nothing to be doubled.
            smtp.sock.sendall(message + b".\r\n")
        except OSError as error:
            # The dot is the last of it and has not left, so the other side cannot have taken the message.
            self._drop()
            return Outcome(letter.delivery, Verdict.NOT_STARTED, text=f"The connection broke in the content: {error}")
        try:
            code, text = _heard(smtp, 2)
        except OSError as error:
            self._drop()
            return Outcome(letter.delivery, Verdict.UNCERTAIN, text=f"The connection broke after the content: {error}")
        smtp.sock.settimeout(COMMAND_SECONDS)
        self._used += 1
        if _ends_it(code):
            self._refused(smtp, code, text)
        return judge(letter.delivery, code, text, "content")

    def _refused(self, smtp: Client, code: int, text: str) -> None:
        """Make ready for the next letter, or remember why there can be none. The refusal stands whatever happens."""
        if _ends_it(code):
            self._drop()
            said = _masked(self._options, f"{code} {text}")
            self._down = RouteDown(f"{self._options.where} refuses us: {said}", permanent=code in OUR_SETTINGS)
            return
        try:
            reset, _ = _say(smtp, "RSET")
        except OSError:
            reset = 0
        if reset != 250:
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def close(self) -> None:
        """Say goodbye; what happens now changes nothing of what was accepted."""
        if self._smtp is not None:
            with suppress(OSError):
                if self._smtp.sock is not None:
                    self._smtp.sock.settimeout(GOODBYE_SECONDS)
                    self._smtp.quit()
        self._drop()


def _ends_it(code: int) -> bool:
    """Replies that are about us and not about a letter: the next ones would get the same."""
    return code == 421 or code in OUR_SETTINGS


def connect(options: SmtpOptions) -> Client:
    """An open, greeted, and where asked for encrypted and authenticated connection; RouteDown says what is wrong."""
    context = _context(options) if options.tls != "none" else None
    smtp: Client | None = None
    try:
        smtp = _open(options, context)
        smtp.ehlo_or_helo_if_needed()
        if options.tls == "starttls":
            _encrypt(smtp, context)
        if options.user:
            smtp.login(options.user, options.password)
        assert smtp.sock is not None
        smtp.sock.settimeout(COMMAND_SECONDS)
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (OSError, ValueError) as error:
        if smtp is not None:
            smtp.close()
        raise _down(options, error) from None
    return smtp


def _open(options: SmtpOptions, context: ssl.SSLContext | None) -> Client:
    hello, at = options.hello or _our_name(), (options.host, options.port)
    if options.tls == "implicit":
        return TlsClient(*at, local_hostname=hello, timeout=CONNECT_SECONDS, context=context)
    return Client(*at, local_hostname=hello, timeout=CONNECT_SECONDS)


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
        text = _masked(options, f"{error.smtp_code} {readable(said)}")
        return RouteDown(f"{options.where} refuses us: {text}", permanent=permanent)
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        # Its own text would quote what could not be written, which may be the password.
        return RouteDown(f"{options.where} cannot be used: its name or what it says cannot be read.")
    lasting = isinstance(error, (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError))
    # The library has no class of its own for a server that knows no way to log in which we know.
    lasting = lasting or type(error) is smtplib.SMTPException
    return RouteDown(f"{options.where} cannot be used: {_masked(options, str(error))}", permanent=lasting)


def _masked(options: SmtpOptions, text: str) -> str:
    """The text without our credentials: servers like to repeat a command that they did not understand."""
    plain = f"\0{options.user}\0{options.password}"
    for secret in (_base64(plain), _base64(options.password), _base64(options.user), options.password, options.user):
        text = text.replace(secret, "***") if secret else text
    return text


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _say(smtp: Client, command: str, wanted: int = 2) -> tuple[int, str]:
    smtp.putcmd(command)
    return _heard(smtp, wanted)


def _heard(smtp: Client, wanted: int) -> tuple[int, str]:
    """The reply: a refusal, or of the class that is wanted here. Anything else answers something else."""
    code, text = smtp.getreply()
    if code // 100 < 4 and code // 100 != wanted:
        raise NotSmtp(f"{code} does not answer what was said")
    return code, readable(text)
