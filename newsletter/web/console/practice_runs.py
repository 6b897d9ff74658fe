"""Practice runs in threads of this process, one at a time for an issue: how far each is, and one of its messages."""

import logging
import threading
from dataclasses import dataclass, field

from newsletter.delivery.practising import Sample, Unwritten
from newsletter.delivery.sending import Tally
from newsletter.errors import Refusal
from newsletter.pipeline import Pipeline
from newsletter.staff.people import Actor

MOST_KEPT = 8  # issues whose messages are kept to be looked at
_ACCIDENT = "It broke off by a mistake of ours; the log says more. Nothing was sent."

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Run:
    """One practice run. `problem`: why it came to no end; `errors`: readers whose message could not be written."""

    built: int = 0
    total: int = 0
    problem: str = ""
    samples: dict[str, Sample] = field(default_factory=dict)
    errors: tuple[Unwritten, ...] = ()
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.thread is not None and self.thread.is_alive()

    @property
    def stopping(self) -> bool:
        """Whether somebody has stopped it, and it comes to its end."""
        return self.running and self.stop.is_set()


class Runs:
    """The last run of each issue. What it found stands in the database; what is kept here may be lost."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._runs: dict[int, Run] = {}
        self._lock = threading.Lock()

    def of(self, issue_id: int) -> Run | None:
        """The last run of the issue in this process."""
        return self._runs.get(issue_id)

    def start(self, issue_id: int, actor: Actor) -> bool:
        """Begin one; False where one of this issue is running."""
        with self._lock:
            before = self._runs.pop(issue_id, None)
            if before is not None and before.running:
                self._runs[issue_id] = before
                return False
            run = Run()
            run.thread = threading.Thread(
                target=self._run, args=(run, issue_id, actor), name=f"practice-{issue_id}", daemon=True
            )
            for old in [key for key, one in self._runs.items() if not one.running][
                : max(0, len(self._runs) - MOST_KEPT)
            ]:
                del self._runs[old]
            self._runs[issue_id] = run
            run.thread.start()
        return True

    def stop(self, issue_id: int) -> None:
        """End it before its time."""
        run = self._runs.get(issue_id)
        if run is not None:
            run.stop.set()

    def wait(self, seconds: float) -> None:
        """Until all have ended."""
        for run in list(self._runs.values()):
            if run.thread is not None:
                run.thread.join(seconds)

    def _run(self, run: Run, issue_id: int, actor: Actor) -> None:
        def shown(tally: Tally, total: int) -> None:
            run.built, run.total = tally.accepted + tally.refused, total

        def sampled(sample: Sample) -> None:
            run.samples[sample.language] = sample

        try:
            found = self._pipeline.practise(str(issue_id), actor, run.stop, shown, sampled)
            run.errors = found.errors
        except Refusal as refusal:
            run.problem = str(refusal)
        except Exception:
            log.exception("A practice run broke off")
            run.problem = _ACCIDENT
