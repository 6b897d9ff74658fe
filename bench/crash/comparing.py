"""What was believed, and what arrived: the ledger against the sink's log, reader by reader, and the sum."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from bench.crash.engines import query
from bench.crash.installation import GONE
from bench.crash.stage import Stage

MOST_IN_DOUBT = 100  # a kill
TRIES = 5  # sends until it is done

_LEDGER = "SELECT s.address, d.state, d.excluded FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"
_WORKERS = """SELECT h.worker_id, count(*) FROM deliveries d JOIN handovers h ON h.id = d.handover_id
              WHERE d.state = 'uncertain' GROUP BY h.worker_id"""


def conclude(stage: Stage, *, twice: bool) -> None:
    """Send until it is done, `twice` once more than needed, and compare."""
    for _ in range(TRIES):
        stage.finish(stage.send())
        status = stage.status()
        if status["state"] == "sent":
            break
    if twice:
        before = stage.sink.count()
        stage.finish(stage.send())
        stage.require(stage.sink.count() == before, "a send after the end sent something")
    _compare(stage)
    _compare_status(stage, status)


def _compare(stage: Stage) -> None:
    """Each reader's state against what the sink has of him."""
    taken, readers, found = stage.sink.taken(), set(stage.here.readers), stage.round
    rows = query(stage.url, _LEDGER)
    copies = Counter(recipient for recipient, _ in taken)
    of: dict[str, set[str]] = {}
    for address, state, _ in rows:
        of.setdefault(state, set()).add(address)
    accepted, rejected, excluded, uncertain = (
        of.pop(state, set()) for state in ("accepted", "rejected", "excluded", "uncertain")
    )
    never = readers - {address for address, _, _ in rows}  # left before the list was built
    found.twice = sum(copies.values()) - len(copies)
    found.in_doubt = {address: address in copies for address in sorted(uncertain)}
    found.uncertain, found.arrived = len(uncertain), sum(found.in_doubt.values())
    found.worst = max((number for _, number in query(stage.url, _WORKERS)), default=0)
    found.rejected, found.excluded = len(rejected), len(excluded)
    gone = {address for address in rejected if GONE in address}
    found.lost = len(readers - set(copies) - uncertain - gone - ((excluded | never) & stage.left))
    stage.require(not found.twice, f"{found.twice} copies too many: {[who for who, n in copies.items() if n > 1][:5]}")
    stage.require(not found.lost, f"{found.lost} readers are lost")
    stage.require(not of, f"left in {', '.join(f'{state} {len(who)}' for state, who in of.items())}")
    stage.require(len(rows) == len({address for address, _, _ in rows}), "a reader has two deliveries")
    stage.require(set(copies) <= readers, "somebody got a copy who is no reader")
    stage.require(len({identity for _, identity in taken}) == len(taken), "two messages have the same Message-ID")
    stage.require(accepted <= set(copies), f"{len(accepted - set(copies))} are accepted and did not arrive")
    stage.require(rejected == gone, f"{len(rejected - gone)} were refused who have a mailbox")
    stage.require((excluded | never) <= stage.left, "somebody was excluded who had not left")
    known = not set(copies) & (rejected | excluded | never)
    stage.require(known, "somebody got a copy who was refused, or excluded")
    unknown = set(copies) - accepted - uncertain
    stage.require(not unknown, f"{len(unknown)} arrived without the ledger's knowing")
    stage.require(found.worst <= MOST_IN_DOUBT, f"{found.worst} in doubt after one kill")
    stage.require(bool(found.kills) or not uncertain or bool(found.failures), f"{found.uncertain} in doubt, unkilled")


def _compare_status(stage: Stage, status: Mapping[str, Any]) -> None:
    """The sum balances, and is what stands in the tables."""
    parts = {name: status[name] for name in ("waiting", "accepted", "deferred", "rejected", "uncertain")}
    excluded = sum(status["excluded"].values())
    right = status["candidates"] == sum(parts.values()) + excluded and status["balances"]
    right = right and status["candidates"] + sum(status["left_out"].values()) == len(stage.here.readers)
    stage.require(right, f"the sum does not balance: {status}")
    shown = {name: number for name, number in (parts | {"excluded": excluded}).items() if number}
    ledger = Counter(state for _, state, _ in query(stage.url, _LEDGER))
    stage.require(shown == dict(ledger), f"status says {shown}, the ledger {dict(ledger)}")
    stage.require(status["state"] == "sent", f"the issue is {status['state']}")
