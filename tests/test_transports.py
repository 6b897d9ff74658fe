"""Every transport keeps the one contract; and what is the folder's own."""

import errno
import os
from contextlib import contextmanager
from pathlib import Path

import pytest

from newsletter.delivery.handing import hand_over
from newsletter.delivery.model import Few, Outcome, RouteDown, Verdict
from newsletter.delivery.transports import open_transport
from newsletter.delivery.transports.folder import FolderTransport
from newsletter.mailbox import Mailbox, MailboxServer
from newsletter.mailbox.reading import ENVELOPE_FROM, ENVELOPE_TO
from tests.smtp_rig import EVERY
from tests.smtp_server import greeting
from tests.transport_contract import ISSUE, Rig, TransportContract, letter, letters, message


class TestMemory(TransportContract):
    @pytest.fixture
    def rig(self):
        transport = open_transport("trial", "memory:")
        return Rig(
            transport,
            lambda: [content for _, _, content in transport.messages],
            lambda: [(sender, recipient) for sender, recipient, _ in transport.messages],
        )


class TestNull(TransportContract):
    @pytest.fixture
    def rig(self):
        return Rig(open_transport("trial", "null:"))


class TestFolder(TransportContract):
    @pytest.fixture
    def rig(self, tmp_path):
        folder = tmp_path / "deep" / "er"
        return Rig(
            open_transport("trial", f"folder://{folder}"), lambda: [path.read_bytes() for path in folder.glob("*.eml")]
        )


@contextmanager
def closing(transport):
    """The transport, and in the end all its lanes closed: a connection is not left to the garbage collection."""
    lanes, lane = [], transport.lane

    def remembered(issue):
        lanes.append(lane(issue))
        return lanes[-1]

    transport.lane = remembered
    yield transport
    for one in lanes:
        one.close()


class TestSmtp(TransportContract):
    @pytest.fixture
    def rig(self, tmp_path):
        with MailboxServer(Mailbox(tmp_path)) as server:
            assert greeting(server.port) == "220 localhost newsletter mailbox\r\n"
            route = open_transport("trial", f"smtp://127.0.0.1:{server.port}?tls=none&hello=news.example")
            with closing(route):
                yield Rig(
                    route,
                    lambda: [content for _, _, content in stored(tmp_path)],
                    lambda: [(sender, recipient) for sender, recipient, _ in stored(tmp_path)],
                )


class TestSmtpModes(TransportContract):
    @pytest.fixture(params=EVERY, ids=lambda mode: mode.name)
    def rig(self, request):
        with request.param.server() as server:
            route = request.param.transport(server)
            route.name = "trial"
            with closing(route):
                yield Rig(
                    route,
                    lambda: [got.content for got in server.messages],
                    lambda: [(got.sender, got.recipient) for got in server.messages],
                )


def stored(folder: Path) -> list[tuple[str, str, bytes]]:
    """What the mailbox holds: sender, recipient, and the content without the two lines it put before."""
    found = []
    for path in sorted(folder.glob("*.eml")):
        sender, recipient, content = path.read_bytes().split(b"\r\n", 2)
        values = [line.decode().partition(": ") for line in (sender, recipient)]
        assert [name for name, _, _ in values] == [ENVELOPE_FROM, ENVELOPE_TO]
        found.append((values[0][2], values[1][2], content))
    return found


# The folder's own


def hand(transport, *these, issue=ISSUE):
    lane = transport.lane(issue)
    try:
        return list(lane.hand_over(Few(these), "key"))
    finally:
        lane.close()


def test_same_copy_twice_is_one_file(tmp_path):
    transport = FolderTransport("trial", str(tmp_path))
    hand(transport, letter(1), letter(2))
    hand(transport, letter(1))
    files = list(tmp_path.iterdir())
    assert len(files) == 2
    assert {file.read_bytes() for file in files} == {message(one) for one in letters(2)}


def test_notice_with_a_delivery_s_number_keeps_its_own_file(tmp_path):
    notice = letter(1)._replace(headers=(b"Message-ID: <n1@gardens.example>\r\n",))
    hand(FolderTransport("trial", str(tmp_path)), letter(1), notice)
    assert len(list(tmp_path.glob("000000000001-*.eml"))) == 2


def test_folder_is_made_and_no_unfinished_file_is_left(tmp_path):
    hand(FolderTransport("trial", str(tmp_path / "a" / "b")), *letters(3))
    assert len(list((tmp_path / "a" / "b").iterdir())) == 3


def test_folder_that_cannot_be_made_is_told_for_good(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(RouteDown, match="cannot be made") as caught:
            FolderTransport("trial", str(folder)).lane(ISSUE)
        assert caught.value.permanent


@pytest.mark.parametrize(("number", "permanent"), [(errno.EACCES, True), (errno.EROFS, True), (errno.ENOSPC, False)])
def test_folder_that_takes_no_files_leaves_the_letter_untouched(tmp_path, monkeypatch, number, permanent):
    def refuse(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    drawn = Few(letters(3))
    handing = FolderTransport("trial", str(tmp_path)).lane(ISSUE).hand_over(drawn, "key")
    assert next(handing).verdict is Verdict.NOT_STARTED
    with pytest.raises(RouteDown, match=os.strerror(number)) as caught:
        next(handing)
    assert caught.value.permanent is permanent
    assert len(list(drawn)) == 2
    assert list(tmp_path.iterdir()) == []


# What any lane leaves open


class Failing:
    """A lane that accepts one letter and fails with the next in its hands."""

    def hand_over(self, letters, key):
        drawn = iter(letters)
        yield Outcome(next(drawn).delivery, Verdict.ACCEPTED)
        next(drawn)
        raise OSError("pulled the plug")

    def close(self):
        """Nothing to close."""


def test_letter_in_hand_when_a_lane_fails_is_uncertain():
    outcomes = []
    with pytest.raises(OSError, match="plug"):
        hand_over(Failing(), letters(4), "key", outcomes)
    assert [(outcome.delivery, outcome.verdict) for outcome in outcomes] == [
        (1, Verdict.ACCEPTED), (2, Verdict.UNCERTAIN), (3, Verdict.NOT_STARTED), (4, Verdict.NOT_STARTED),
    ]  # fmt: skip
    assert outcomes[1].text
