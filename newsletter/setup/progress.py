"""Work that goes on by itself while a page shows how far it is: one thread, held by a lease, that can be stopped."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import Refusal
from newsletter.fetch import Page, Web
from newsletter.setup import store
from newsletter.setup.model import BY_ITSELF, Step

_LOG = logging.getLogger(__name__)
_SELDOM = 0.3  # seconds between two lines of progress
_BEAT = 3.0
_AGAIN = 0.5  # until it is looked whether the work of a dead process can be taken over
_PATIENCE = 5.0  # for the thread's end, when the process ends


class Stopped(BaseException):
    """The process ends, or the work is somebody else's by now: leave everything as it is."""


class Superseded(Stopped):
    """A person has gone on without waiting for the end of this work."""


class Progress:
    """What a work tells of itself; each call may be its last."""

    def __init__(self, database: Database, clock: Clock, holder: str, step: Step, stop: threading.Event) -> None:
        self._database, self._clock, self._holder, self._step, self._stop = database, clock, holder, step, stop
        self._said_at = float("-inf")
        self._done, self._total = 0, 0

    def __call__(self, said: str, done: int | None = None, total: int | None = None) -> None:
        """Say what is looked at now, and how many of how many are done; without numbers, they stay as they were."""
        if self._stop.is_set():
            raise Stopped
        is_step = done is not None and (done, total or 0) != (self._done, self._total)
        self._done, self._total = (self._done, self._total) if done is None else (done, total or 0)
        now = time.monotonic()
        if now - self._said_at < _SELDOM and not (is_step and done == total):
            return
        self._said_at = now
        self.go_on((said[:300], self._done, self._total))

    def go_on(self, told: tuple[str, int, int] | None = None) -> None:
        """Or not: Stopped."""
        if self._stop.is_set():
            raise Stopped
        with self._database.transaction() as session:
            step = store.beat(session, self._holder, self._clock(), told)
        if step is None:
            raise Stopped
        if step is not self._step:
            raise Superseded


class Watched(Web):
    """A `Web` over another one that tells which page it opens."""

    def __init__(self, web: Web, progress: Progress) -> None:
        self._inner, self._progress = web, progress

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        etag: str = "",
        last_modified: str = "",
        most_bytes: int | None = None,
        robots: bool = True,
    ) -> Page:
        """As `Web.get`."""
        self._progress(url.partition("?")[0])
        return self._inner.get(
            url, accept=accept, etag=etag, last_modified=last_modified, most_bytes=most_bytes, robots=robots
        )

    def close(self) -> None:
        """The other one stays open: it is its owner's."""


Work = Callable[[Progress], None]


class ByItself:
    """Runs the work of the present step, and of the next one as long as that needs nobody."""

    def __init__(self, database: Database, clock: Clock, works: dict[Step, Work]) -> None:
        self._database, self._clock, self._works = database, clock, works
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Go on with whatever goes on by itself, if anything does and nobody is at it in this process."""
        with self._guard:
            if self._stop.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._run, name="setup", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Until it needs somebody. False where it still goes on after so many seconds."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def close(self) -> None:
        """Stop as soon as may be; what was begun is taken up again by whoever starts next."""
        self._stop.set()
        self.wait(_PATIENCE)
        with suppress(SQLAlchemyError), self._database.transaction() as session:
            store.release_of_process(session)

    def _run(self) -> None:
        holder = store.me(f"{threading.get_ident()}.{time.monotonic_ns()}")
        while (step := self._next()) is not None:
            if not self._claimed(holder) or not self._worked(holder, step):
                break
        with self._guard:
            self._thread = None

    def _next(self) -> Step | None:
        """The step to be worked on; where there is none, this thread is over before anybody can count on it."""
        with self._guard:
            step = None if self._stop.is_set() else self._step()
            if step not in BY_ITSELF:
                self._thread = None
                return None
            return step

    def _step(self) -> Step | None:
        with self._database.reading() as session:
            standing = store.read(session, self._clock())
        return standing.step if standing and not (standing.trouble and not standing.busy) else None

    def _claimed(self, holder: str) -> bool:
        """Also after another, who is silent for too long."""
        while not self._stop.is_set():
            with self._database.transaction() as session:
                if store.claim(session, holder, self._clock()):
                    return True
            self._stop.wait(_AGAIN)
            if self._step() not in BY_ITSELF:
                return False
        return False

    def _worked(self, holder: str, step: Step) -> bool:
        """Whether it came to its end; else why not stands in the row, and waits for somebody."""
        trouble, over = "", threading.Event()
        beating = threading.Thread(target=self._beat, args=(holder, over), name="setup-beat", daemon=True)
        beating.start()
        try:
            self._works[step](Progress(self._database, self._clock, holder, step, self._stop))
        except Superseded:
            return True
        except Stopped:
            return False
        except Refusal as refusal:
            trouble = " ".join((str(refusal), *getattr(refusal, "problems", ())[:3]))
        except Exception as error:  # noqa: BLE001 -- a person reads a calm sentence, the log the rest
            _LOG.exception("Setting up: %s failed", step)
            trouble = f"Something went wrong that nobody foresaw ({type(error).__name__}). Nothing is lost; try again."
        finally:
            over.set()
            beating.join()
            with self._database.transaction() as session:
                store.release(session, holder, trouble)
        return not trouble

    def _beat(self, holder: str, over: threading.Event) -> None:
        while not over.wait(_BEAT):
            with suppress(SQLAlchemyError), self._database.transaction() as session:
                store.beat(session, holder, self._clock())
