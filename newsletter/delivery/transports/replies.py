"""An SMTP client that reads replies with an end to everything: a line's length, a reply's lines, and the time it takes.

`smtplib` reads a multi-line reply for as long as lines come, waits anew for every octet, takes a line that was cut off
for a whole one, and cannot read while it writes. Everything else of it is used as it is.
"""

import re
import select
import smtplib
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LONGEST_LINE = 4096  # RFC 5321 4.5.3.1.5 has 512; some servers put whole addresses of help pages into one
MOST_LINES = 128
MOST_UNREAD = 1024 * 1024  # replies that pile up while we write
SLOWEST = 5_000  # octets a second; who takes less of a message for long is taken for dead
_CHUNK = 64 * 1024
_RECORD = 16 * 1024  # the most that TLS puts into one
_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?")
_WHOLE = re.compile(rb"([2-5]\d\d)(?: ([^\r\n]{0,%d}))?\r?\n" % (LONGEST_LINE // 2))
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_READ_OR_WRITE = select.POLLIN | select.POLLOUT


class NotSmtp(smtplib.SMTPServerDisconnected):
    """What the other side says cannot be matched to what we said; nothing more of this connection is believed."""


class Channel:
    """One connection's octets, in and out. Replies are taken in while we write, so that neither side waits for ever."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.sent = 0  # octets that the system has taken from us, ever
        self._unread = b""
        # OpenSSL does not tell how far it came within one call; of a record that did not leave whole, nothing is read.
        # And it may hold what the system has no more: only a plain socket can be waited for before it is read.
        self._is_plain = not isinstance(sock, ssl.SSLSocket)
        self._at_once = sys.maxsize if self._is_plain else _RECORD
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._polls_for = select.POLLIN

    def write(self, data: bytes, seconds: float) -> None:
        """Give all of it to the system. On an OSError `sent` tells how far it came."""
        ends_at = time.monotonic() + seconds + len(data) / SLOWEST
        self._wait_for_nothing()
        left = memoryview(data)
        while left:
            try:
                taken = self.sock.send(left[: self._at_once])
            except _NOT_NOW:
                self._wait(_READ_OR_WRITE, ends_at)
                self._take_in()
                continue
            self.sent += taken
            left = left[taken:]

    def reply(self, seconds: float) -> tuple[int, bytes]:
        """The whole next reply: its last code, and the text of all its lines, one below the other."""
        if whole := _WHOLE.match(self._unread):  # most are one line, and there already
            self._unread = self._unread[whole.end() :]
            return int(whole[1]), (whole[2] or b"").strip(b" \t")
        ends_at = time.monotonic() + seconds
        self._wait_for_nothing()
        texts: list[bytes] = []
        while len(texts) < MOST_LINES:
            line = self._line(ends_at)
            found = _LINE.fullmatch(line)
            if found is None:
                raise NotSmtp(f"the reply is not SMTP: {readable(line[:80])}")
            texts.append((found[3] or b"").strip(b" \t"))
            if found[2] != b"-":
                return int(found[1]), b"\n".join(texts)
        raise NotSmtp("the reply has no end")

    def has_come(self) -> bool:
        """Whether there is something to be read, if only that the connection has ended."""
        if self._unread:
            return True
        self._wait_for_nothing()
        try:
            return self._take_in()
        except OSError:
            return True

    def must_be_quiet(self) -> None:
        """Raise when there is text left after the last reply: the next ones would be matched wrongly."""
        if self._unread:
            raise NotSmtp("it talks out of turn")

    def has_surplus(self) -> bool:
        """Whether more was read than replies were asked for, and no goodbye."""
        return bool(self._unread) and not self._unread.startswith(b"421")

    def is_idle(self) -> bool:
        """Whether the connection stands and says nothing: some servers close after so many messages, without a word."""
        self._wait_for_nothing()
        with suppress(OSError):
            self._take_in()
            return not self._unread
        return False

    def _wait_for_nothing(self) -> None:
        if self.sock.gettimeout() != 0:  # setting it is a system call, also when it changes nothing
            self.sock.settimeout(0)

    def _line(self, ends_at: float) -> bytes:
        while (end := self._unread.find(b"\n", 0, LONGEST_LINE)) < 0:
            if len(self._unread) >= LONGEST_LINE:
                raise NotSmtp("a line of the reply has no end")
            if self._is_plain or not self._take_in():
                self._wait(select.POLLIN, ends_at)
                self._take_in()
        line, self._unread = self._unread[:end], self._unread[end + 1 :]
        return line.removesuffix(b"\r")

    def _take_in(self) -> bool:
        """What has come, without waiting; whether there was anything. A connection that has ended raises."""
        try:
            more = self.sock.recv(_CHUNK)
        except _NOT_NOW:
            return False
        if not more:
            raise smtplib.SMTPServerDisconnected("the other side has closed the connection")
        self._unread += more
        if len(self._unread) > MOST_UNREAD:
            raise NotSmtp("it talks without an end")
        return True

    def _wait(self, for_what: int, ends_at: float) -> None:
        left = ends_at - time.monotonic()
        if for_what != self._polls_for:
            self._poll.modify(self.sock, for_what)
            self._polls_for = for_what
        if left <= 0 or not self._poll.poll(left * 1000):
            raise TimeoutError("timed out")


class Client(smtplib.SMTP):
    """`smtplib.SMTP` over a channel, for what comes before the mail: greeting, TLS, logging in; and the goodbye."""

    timeout: float  # for connecting, and then for one command and one whole reply
    _channel: Channel | None = None

    @property
    def channel(self) -> Channel:
        """The octets of the connection as it is now; after STARTTLS what was said in the clear counts for nothing."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        if self._channel is None or self._channel.sock is not self.sock:
            self._channel = Channel(self.sock)
        return self._channel

    def send(self, s: str | bytes) -> None:  # type: ignore[override] # the library's stub allows buffers, too
        """As the library's, unless something was said that nobody asked for."""
        octets = s.encode(self.command_encoding) if isinstance(s, str) else s
        with self._at_work() as channel:
            channel.must_be_quiet()
            channel.write(octets, self.timeout)

    def getreply(self) -> tuple[int, bytes]:
        """The whole next reply."""
        with self._at_work() as channel:
            return channel.reply(self.timeout)

    @contextmanager
    def _at_work(self) -> Iterator[Channel]:
        """The channel; on any failure the connection is closed. The library's handshakes need the socket's time-out."""
        channel = self.channel
        try:
            yield channel
        except OSError as error:  # every SMTPException is one, too
            self.close()
            if isinstance(error, smtplib.SMTPException):
                raise
            raise smtplib.SMTPServerDisconnected(str(error)) from None
        channel.sock.settimeout(self.timeout)


class TlsClient(Client, smtplib.SMTP_SSL):
    """The same, encrypted from the first octet."""


def has_closed(error: OSError) -> bool:
    """Whether it says that the other side has ended the connection, and not that we do not wait or understand."""
    return isinstance(error, (smtplib.SMTPServerDisconnected, ConnectionError)) and not isinstance(error, NotSmtp)


def readable(text: bytes) -> str:
    """A reply's text on one line, as it may be stored and shown."""
    return _UNPRINTABLE.sub(" ", text.decode("utf-8", "replace")).strip()
