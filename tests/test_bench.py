"""`make bench` in the small: its arithmetic, what it writes, its instruments, and one run of a few readers."""

import json
import smtplib
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("uvloop is not made for Windows", allow_module_level=True)

from bench.speed import __main__ as speed
from bench.speed import pictures
from bench.speed.bench import Asked, Bench
from bench.speed.commands import Tweaks
from bench.speed.figures import Aim, Finding, Spread, best, in_turn, number, order, table
from bench.speed.installation import LARGEST, SMALLEST, Installation, prepare
from bench.speed.instruments import Delay, Fast, Program, require_greeting, url
from bench.speed.running import Wrong, send, speeds, steady, thinned

READERS = 60
SVG = "{http://www.w3.org/2000/svg}"


def finding(**more: object) -> Finding:
    facts = {"name": "one", "title": "One & the <other>", "unit": "messages/s"} | more
    return Finding(**facts)


# -- arithmetic


def test_rounds_go_there_and_back_so_that_time_favours_no_side() -> None:
    assert order(["a", "b"], 4) == [["a", "b"], ["b", "a"], ["a", "b"], ["b", "a"]]
    asked: list[str] = []
    sides = {name: lambda name=name: float(asked.append(name) or len(asked)) for name in "ab"}
    assert in_turn(sides, 2) == {"a": [1.0, 4.0], "b": [2.0, 3.0]}
    assert asked == ["a", "b", "b", "a"]


def test_a_ratio_is_taken_round_by_round() -> None:
    one = finding(sides={"ours": [10.0, 30.0, 20.0], "theirs": [10.0, 10.0, 40.0]}, compared=("ours", "theirs"))
    assert one.ratios() == [1.0, 3.0, 0.5]
    assert one.ratio() == Spread(1.0, 0.5, 3.0)
    assert Spread(1.0, 0.5, 3.0).shown() == "1.00 (0.50 to 3.00)"


@pytest.mark.parametrize(
    ("aim", "sides", "met"),
    [
        (Aim(2.0), {"a": [4.0], "b": [2.0]}, True),
        (Aim(2.1), {"a": [4.0], "b": [2.0]}, False),
        (Aim(1.2, at_least=False), {"a": [12.0], "b": [10.0]}, True),
        (Aim(1.2, at_least=False), {"a": [13.0], "b": [10.0]}, False),
        (None, {"a": [1.0], "b": [1.0]}, None),
        (Aim(1.0), {}, None),
    ],
)
def test_an_aim_is_met_by_the_median_or_not(aim: Aim | None, sides: dict[str, list[float]], met: bool | None) -> None:
    assert finding(aim=aim, sides=sides, compared=("a", "b") if sides else None).is_met() is met


def test_an_aim_of_its_own_size_needs_no_other_side() -> None:
    assert finding(aim=Aim(200, at_least=False, of_ratio=False), sides={"MB": [199.0]}).is_met()


def test_numbers_are_shown_with_three_digits() -> None:
    assert [number(value) for value in (0.123, 12.34, 1234.5)] == ["0.12", "12.3", "1,234"]
    assert best({"a": [1.0, 9.0, 2.0], "b": [3.0, 3.0, 3.0]}) == "b"


def test_a_steady_state_is_the_last_two_thirds() -> None:
    told = [(1.0, 10.0), (4.0, 20.0), (8.0, 40.0)]
    assert steady(told, 9.0) == 10.0
    assert speeds(told, 9.0)[1] == (0.75, 0.0)
    assert sum(value * 0.5 for _, value in speeds(told, 9.0)) == 70.0
    assert len(thinned([(float(n), 0.0) for n in range(10_000)])) <= 130


# -- what it writes


def test_the_result_is_json_with_every_round_and_whether_the_aim_is_met(tmp_path: Path) -> None:
    one = finding(sides={"a": [4.0], "b": [2.0]}, compared=("a", "b"), aim=Aim(2.0), notes=["so it is"])
    bench = Bench(Installation(tmp_path, "i", 55_000), Asked(out=tmp_path))
    speed.report([one, finding(skipped="nobody is there")], {"cores": 2}, bench)
    whole = json.loads((tmp_path / "speed.json").read_text("utf-8"))
    assert whole["machine"] == {"cores": 2}
    assert whole["asked"] == {"readers": 50_000, "pairs": 5, "message_bytes": 55_000}
    first, second = whole["findings"]
    assert (first["sides"], first["ratios"], first["met"]) == ({"a": [4.0], "b": [2.0]}, [2.0], True)
    assert first["spread"]["a"] == {"median": 4.0, "least": 4.0, "most": 4.0}
    assert (second["met"], second["skipped"]) == (None, "nobody is there")


def test_the_table_says_what_was_not_measured_and_why() -> None:
    shown = table([
        finding(sides={"a": [4.0], "b": [2.0]}, compared=("a", "b"), aim=Aim(3.0)), finding(skipped="no Postfix"),
    ])  # fmt: skip
    assert "at least 3x  NO" in shown
    assert "not measured: no Postfix" in shown


def test_one_that_goes_wrong_does_not_end_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def goes_wrong(_: Bench) -> list[Finding]:
        raise Wrong("somebody got two")

    monkeypatch.setitem(speed.COMPARISONS, "fast", goes_wrong)
    (found,) = speed.measure("fast", Bench(Installation(tmp_path, "i", 1), Asked()))
    assert found.failed == "Wrong: somebody got two"


@pytest.mark.parametrize(
    "picture",
    [
        pictures.rounds("One & the <other>", "messages/s", {"a": [1.0, 2.0], "b": [3.0, 2.5]}),
        pictures.curves("One & the <other>", "in_doubt", "messages/s", {"near": [(10, 2, 1, 3), (20, 4, 4, 4)]}),
        pictures.courses("One & the <other>", {"messages/s": [(0.5, 10), (1, 20)], "MB": [(0.5, 80), (1, 81)]}),
        pictures.courses("One & the <other>", {"messages/s": [], "MB": []}),
    ],
    ids=["rounds", "curves", "courses", "of nothing"],
)
def test_a_picture_is_told_in_words_and_knows_light_and_dark(picture: str) -> None:
    root = ET.fromstring(picture)
    title, told = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert told is not None
    assert title.text == "One & the <other>"
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {told.attrib['id']}"
    assert "prefers-color-scheme: dark" in picture
    assert [text.text for text in root.iter(f"{SVG}text")]


# -- its instruments


@pytest.fixture
def sink() -> Iterator[Fast]:
    there = Fast(theirs=False)
    yield there
    there.close()


def test_the_fast_sink_counts_what_comes_in_lines_and_in_chunks(sink: Fast) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as client:
        client.ehlo()
        assert client.has_extn("pipelining")
        assert client.has_extn("chunking")
        assert client.sendmail("a@example.org", ["b@example.org"], b"A: b\r\n\r\n" + b"word\r\n" * 40_000) == {}
        client.send(
            b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nBDAT 7\r\nA: b\r\n\rBDAT 5 LAST\r\n\n1\r\n2"
        )
        assert [client.getreply()[0] for _ in range(4)] == [250] * 4
    assert sink.count() == 2
    assert sink.octets == 8 + 6 * 40_000 + 12


def test_the_proxy_delays_each_way_and_changes_nothing(sink: Fast) -> None:
    delay = Delay(sink.port, 0.05, theirs=False)
    try:
        with smtplib.SMTP("127.0.0.1", delay.port, timeout=10) as client:
            assert client.sendmail("a@example.org", ["b@example.org"], b"A: b\r\n\r\n" + b"word\r\n" * 40_000) == {}
    finally:
        delay.close()
    assert sink.count() == 1
    assert sink.octets == 8 + 6 * 40_000


# -- runs


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return prepare(tmp_path_factory.mktemp("bench"))


def test_a_message_has_the_size_that_is_spoken_of(here: Installation) -> None:
    assert SMALLEST <= here.size <= LARGEST


def test_a_run_is_checked_against_ledger_and_sink(here: Installation, tmp_path: Path) -> None:
    run = send(here, READERS, "null:")
    assert run.messages == READERS
    assert run.seen.modes == {"synchronous=2", "journal_mode=wal"}
    assert run.rate > 0
    assert 20 < run.peak < 500

    sink = Logging(tmp_path / "sink.log")
    try:
        assert send(here, READERS, url(sink.port), sink).messages == READERS
        assert sink.count() == READERS
        with pytest.raises(Wrong, match=f"the sink has 0 messages for {READERS} readers"):
            send(here, READERS, "null:", sink)
    finally:
        sink.close()


def test_connections_can_be_fixed_and_stages_timed(here: Installation, sink: Fast) -> None:
    run = send(here, READERS, url(sink.port), sink, Tweaks(lanes=3, timed=True))
    assert run.seen.stages["composing"]["calls"] == READERS + 1  # one to nobody, to see that it can be written


class Logging:
    """`bench.sink`: its log has a line a message."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._program = Program([sys.executable, "-m", "bench.sink", "--log", log, "--name", "log.example.org"])
        self.port = self._program.port
        require_greeting(self.port, "log.example.org")

    def count(self) -> int:
        return len(self._log.read_text("utf-8").splitlines())

    def close(self) -> None:
        self._program.close()
