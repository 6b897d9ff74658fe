"""What every comparison gets: the prepared installation, what was asked for, and where to tell how far it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.speed import pictures
from bench.speed.commands import Tweaks
from bench.speed.figures import Finding
from bench.speed.installation import Installation
from bench.speed.instruments import Delay, Fast, Sink, url
from bench.speed.running import Run, send

FAR = 0.02  # seconds each way: a round trip of 40 ms


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    readers: int = 50_000
    pairs: int = 5
    big: int = 1_000_000
    relay: int = 20_000
    out: Path = Path("var/bench")


@dataclass
class Bench:
    """One run of `make bench`."""

    here: Installation
    asked: Asked
    tell: Callable[[str], None] = print
    pictures: list[Path] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.here.folder

    def rate(self, sink: Sink, *options: str, readers: int = 0, lanes: int = 0, port: int = 0) -> float:
        """Messages a second of one run."""
        return self.send(sink, *options, readers=readers, tweaks=Tweaks(lanes), port=port).rate

    def send(
        self,
        sink: Sink,
        *options: str,
        readers: int = 0,
        tweaks: Tweaks | None = None,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
    ) -> Run:
        """One run into a sink; `port`: of what stands before it."""
        count = readers or self.asked.readers
        return send(self.here, count, url(port or sink.port, *options), sink, tweaks, settings)

    def draw(self, name: str, picture: str) -> None:
        """Keep a picture."""
        path = self.asked.out / f"{name}.svg"
        path.write_text(picture, encoding="utf-8")
        self.pictures.append(path)

    def draw_rounds(self, found: Finding) -> None:
        """Keep the picture of both sides, round by round."""
        if found.compared:
            sides = {name: found.sides[name] for name in found.compared}
            self.draw(found.name.replace("/", "-"), pictures.rounds(found.title, found.unit, sides))


@contextmanager
def fast() -> Iterator[Fast]:
    """The fast sink."""
    sink = Fast()
    try:
        yield sink
    finally:
        sink.close()


@contextmanager
def far(sink: Sink) -> Iterator[int]:
    """The port of a sink that is 40 ms away."""
    delay = Delay(sink.port, FAR)
    try:
        yield delay.port
    finally:
        delay.close()


def instruments(sink: Fast) -> str:
    """Whose they are."""
    return "The sink is the shared one." if sink.is_theirs else "The shared sink is not there; bench's own is used."


Comparison = Callable[[Bench], Sequence[Finding]]
