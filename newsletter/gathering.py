"""Many small writes that wait for the same disk, in one commit: whoever gets the turn does what the others brought."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.database import Transactions

MOST = 32  # works in one transaction: some ten milliseconds, so that a running send gets its turn in between

Work = Callable[[Session], None]


@dataclass(slots=True, eq=False)
class _Errand:
    work: Work
    is_done: bool = False
    error: Exception | None = None


class Gathering:
    """Runs works that depend on nothing but the database, each of them wholly or not at all."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._waiting: deque[_Errand] = deque()
        self._turn = threading.Lock()

    def run(self, work: Work) -> None:
        """Returns when `work` is committed, alone or with others; raises what it raised. It may be run twice, the
        first time rolled back, when one that was gathered with it failed.
        """
        errand = _Errand(work)
        self._waiting.append(errand)
        with self._turn:
            while not errand.is_done:  # nobody but the holder of the turn takes from the deque
                self._do([self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))])
        if errand.error is not None:
            raise errand.error

    def _do(self, errands: list[_Errand]) -> None:
        try:
            with self._transactions.transaction() as session:
                for errand in errands:
                    errand.work(session)
        except Exception as error:  # noqa: BLE001 -- carried to the thread whose work it was
            if len(errands) > 1:
                for errand in errands:
                    self._do([errand])
                return
            errands[0].error = error
        for errand in errands:
            errand.is_done = True
