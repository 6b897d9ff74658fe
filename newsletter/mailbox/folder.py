"""The folder in which every message is one file, and how it is listed, searched and opened."""

import itertools
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from newsletter.mailbox import reading
from newsletter.mailbox.reading import ENVELOPE_FROM, ENVELOPE_TO, Message, Summary

# Headers beyond this are not searched: 5,000 messages must list while somebody waits.
_HEAD_BYTES = 65_536

_STAMP = "%Y%m%dT%H%M%S.%fZ"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+=~, -]{0,240}\.eml")
_OURS = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-\d{6}-[0-9a-f]{16}\.eml")


class NotFound(Exception):
    """There is no such message."""

    def __init__(self, name: str) -> None:
        super().__init__(self.__doc__)
        self.name = name


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing; `found` counts what the query matches, `kept` everything in the folder."""

    messages: tuple[Summary, ...]
    query: str
    number: int
    pages: int
    found: int
    kept: int


@dataclass(frozen=True, slots=True, order=True)
class _File:
    received: datetime
    name: str
    modified: int


class Mailbox:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._counter = itertools.count()
        self._summaries: dict[tuple[str, int], Summary] = {}

    def store(self, content: bytes, sender: str, recipient: str) -> Path:
        """Keep one message for one recipient, with its envelope as two headers before its own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / self._new_name()
        unfinished = path.with_name(f".{path.name}.tmp")
        try:
            unfinished.write_bytes(_envelope(content, sender, recipient) + content)
            unfinished.rename(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return path

    def messages(self, query: str = "", page: int = 1, per_page: int = 50) -> Page:
        """List newest first; a message matches when its subject or its addresses have every word of the query."""
        files = sorted(self._files(), reverse=True)
        self._forget_all_but(files)
        words = query.casefold().split()
        matching = [file for file in files if self._matches(file, words)] if words else files
        pages = max(1, -(-len(matching) // per_page))
        number = min(max(1, page), pages)
        shown = matching[(number - 1) * per_page : number * per_page]
        summaries = tuple(summary for file in shown if (summary := self._summary(file)))
        return Page(summaries, query, number, pages, found=len(matching), kept=len(files))

    def open(self, name: str) -> Message:
        return reading.message(name, *self._read(name))

    def source(self, name: str) -> bytes:
        return self._read(name)[1]

    def _read(self, name: str) -> tuple[datetime, bytes]:
        path = self.folder / name
        if not _is_name(name) or path.is_symlink():
            raise NotFound(name)
        try:
            return _received(name, path.stat().st_mtime_ns), path.read_bytes()
        except OSError as error:
            raise NotFound(name) from error

    def _new_name(self) -> str:
        # The random part keeps several processes apart, the counter keeps one process's messages in order.
        stamp = datetime.now(UTC).strftime(_STAMP)
        return f"{stamp}-{next(self._counter) % 1_000_000:06}-{secrets.token_hex(8)}.eml"

    def _files(self) -> Iterator[_File]:
        try:
            entries = os.scandir(self.folder)
        except FileNotFoundError:
            return
        with entries:
            for entry in entries:
                if _is_name(entry.name) and entry.is_file(follow_symlinks=False):
                    try:
                        modified = entry.stat().st_mtime_ns
                    except FileNotFoundError:
                        continue
                    yield _File(_received(entry.name, modified), entry.name, modified)

    def _matches(self, file: _File, words: list[str]) -> bool:
        summary = self._summary(file)
        return summary is not None and summary.matches(words)

    def _summary(self, file: _File) -> Summary | None:
        known = self._summaries.get((file.name, file.modified))
        if known:
            return known
        try:
            with (self.folder / file.name).open("rb") as opened:
                head = opened.read(_HEAD_BYTES)
        except OSError:  # taken away since it was listed
            return None
        summary = reading.summary(file.name, file.received, head)
        self._summaries[file.name, file.modified] = summary
        return summary

    def _forget_all_but(self, files: list[_File]) -> None:
        if len(self._summaries) > len(files):
            there = {(file.name, file.modified) for file in files}
            self._summaries = {key: value for key, value in self._summaries.copy().items() if key in there}


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and ".." not in name


def _received(name: str, modified: int) -> datetime:
    # Our own names tell when the message came, even after the folder was copied; a foreign file has only its date.
    ours = _OURS.fullmatch(name)
    if ours:
        try:
            return datetime.strptime(ours[1], _STAMP).replace(tzinfo=UTC)
        except ValueError:
            pass
    return datetime.fromtimestamp(modified / 1e9, UTC)


def _envelope(content: bytes, sender: str, recipient: str) -> bytes:
    end = b"\r\n" if b"\r\n" in content else b"\n"
    lines = (f"{ENVELOPE_FROM}: {_one_line(sender)}", f"{ENVELOPE_TO}: {_one_line(recipient)}")
    return b"".join(line.encode("utf-8", "surrogateescape") + end for line in lines)


def _one_line(address: str) -> str:
    return address.replace("\r", "").replace("\n", "")
