"""An SMTP client that reads replies with an end to everything: a line's length, a reply's lines, and the time it takes.

`smtplib` reads a multi-line reply for as long as lines come, waits anew for every octet, and takes a line that was cut
off for a whole one. Everything else of it is used as it is.
"""

import re
import smtplib
import ssl
import time

LONGEST_LINE = 4096  # RFC 5321 4.5.3.1.5 has 512; some servers put whole addresses of help pages into one
MOST_LINES = 128
_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?")
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class NotSmtp(smtplib.SMTPServerDisconnected):
    """What the other side says cannot be matched to what we said; nothing more of this connection is believed."""


class Client(smtplib.SMTP):
    """`smtplib.SMTP` with replies that end. The socket's time-out is the time for one whole reply."""

    _unread = b""
    _read_from: object = None

    def putcmd(self, cmd: str, args: str = "") -> None:
        """As the library's, unless something was said that nobody asked for: replies would be matched wrongly."""
        self.must_be_quiet()
        super().putcmd(cmd, args)

    def must_be_quiet(self) -> None:
        """Raise when there is text left after the last reply."""
        if self._read_from is self.sock and self._unread:
            self.close()
            raise NotSmtp("it talks out of turn")

    def getreply(self) -> tuple[int, bytes]:
        """The whole next reply: its last code, and the text of all its lines, one below the other."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        if self._read_from is not self.sock:  # after STARTTLS: what was said in the clear counts for nothing
            self._read_from, self._unread = self.sock, b""
        try:
            return self._whole_reply()
        except OSError as error:  # every SMTPException is one, too
            self.close()
            if isinstance(error, smtplib.SMTPException):
                raise
            raise smtplib.SMTPServerDisconnected(str(error)) from None

    def _whole_reply(self) -> tuple[int, bytes]:
        assert self.sock is not None
        seconds = self.sock.gettimeout()
        ends_at = None if seconds is None else time.monotonic() + seconds
        texts: list[bytes] = []
        try:
            while len(texts) < MOST_LINES:
                line = self._line(ends_at)
                found = _LINE.fullmatch(line)
                if found is None:
                    raise NotSmtp(f"the reply is not SMTP: {readable(line[:80])}")
                texts.append((found[3] or b"").strip(b" \t"))
                if found[2] != b"-":
                    return int(found[1]), b"\n".join(texts)
        finally:
            self.sock.settimeout(seconds)
        raise NotSmtp("the reply has no end")

    def _line(self, ends_at: float | None) -> bytes:
        while b"\n" not in self._unread:
            if len(self._unread) > LONGEST_LINE:
                raise NotSmtp("a line of the reply has no end")
            self._unread += self._more(ends_at)
        line, _, self._unread = self._unread.partition(b"\n")
        return line.removesuffix(b"\r")

    def _more(self, ends_at: float | None) -> bytes:
        assert self.sock is not None
        if ends_at is not None:
            left = ends_at - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self.sock.settimeout(left)
        more = self.sock.recv(LONGEST_LINE)
        if not more:
            raise smtplib.SMTPServerDisconnected("the other side has closed the connection")
        return more

    def is_idle(self) -> bool:
        """Whether the connection stands and says nothing: some servers close after so many messages, without a word."""
        if self.sock is None or self._unread:
            return False
        seconds = self.sock.gettimeout()
        self.sock.settimeout(0)
        try:
            self.sock.recv(1)  # its end, or words that nobody asked for: of no use either way
        except (BlockingIOError, InterruptedError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        finally:
            self.sock.settimeout(seconds)
        return False


class TlsClient(Client, smtplib.SMTP_SSL):
    """The same, encrypted from the first octet."""


def readable(text: bytes) -> str:
    """A reply's text on one line, as it may be stored and shown."""
    return _UNPRINTABLE.sub(" ", text.decode("utf-8", "replace")).strip()
