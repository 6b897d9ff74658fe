"""Writes one .eml a message, named by its own ids: handing the same copy over again gives the same file."""

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from newsletter.delivery.handing import written
from newsletter.delivery.model import Letter, Letters, Limits, Outcome, RouteDown, Verdict
from newsletter.rendering.mime import Compiled

# A full disk may be emptied while we wait; these need somebody to change something.
_LASTING = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG})


class FolderTransport:
    """Makes `folder` and fills it. A file is complete when it has its name (written aside, synced, renamed)."""

    def __init__(self, name: str, folder: str) -> None:
        self.name = name
        self.folder = Path(folder)
        self.limits = Limits(streaming=True, in_doubt=40)

    def lane(self, compiled: Compiled) -> "FolderLane":
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RouteDown(f"The folder {self.folder} cannot be made: {error.strerror}.", permanent=True) from None
        return FolderLane(self.folder, compiled)


class FolderLane:
    """A lane into the folder."""

    def __init__(self, folder: Path, compiled: Compiled) -> None:
        self._folder = folder
        self._compiled = compiled

    def hand_over(self, letters: Letters, key: str) -> Iterator[Outcome]:
        for letter in letters:
            message = written(self._compiled, letter)
            if isinstance(message, Outcome):
                yield message
                continue
            try:
                self._write(_name(letter), message)
            except OSError as error:
                # The file never got its name, so nobody has this copy.
                why = f"The folder {self._folder} takes no files: {error.strerror}."
                yield Outcome(letter.delivery, Verdict.NOT_STARTED, text=why)
                raise RouteDown(why, permanent=error.errno in _LASTING) from None
            yield Outcome(letter.delivery, Verdict.ACCEPTED)

    def _write(self, name: str, message: bytes) -> None:
        aside = self._folder / f".{name}.{os.getpid()}"
        try:
            with aside.open("wb") as file:
                file.write(message)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self._folder / name)
        except OSError:
            with suppress(OSError):
                aside.unlink()
            raise
        self._sync_names()

    def _sync_names(self) -> None:
        """A new name outlives a power cut only when its folder is on the disk, too."""
        with suppress(OSError):  # not every system lets a folder be synced; the file has its name all the same
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def close(self) -> None:
        """Nothing to close."""


def _name(letter: Letter) -> str:
    """The Message-ID is the same at every try. The number alone is not enough: a notice may have a delivery's."""
    identity = [line for line in letter.headers if line.lower().startswith(b"message-id:")]
    return f"{letter.delivery:012d}-{sha256(b''.join(identity)).hexdigest()[:12]}.eml"
