"""The rows of files that are brought: begun, moved from state to state, told how far they are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

import subscribers
from newsletter.errors import NotFound
from newsletter.readers.tables import BroughtRow
from newsletter.staff.tables import StaffRow

_SILENT = timedelta(minutes=2)  # who has said nothing for so long is not there any more
_WORKING = frozenset({"looking", "taking"})


@dataclass(frozen=True, slots=True)
class Brought:
    """A file, and how far it is. `interrupted`: whoever worked on it is gone."""

    id: int
    list_id: int
    list_name: str
    by: str
    by_email: str
    file_name: str
    brought_as: str
    state: str
    done: int
    total: int
    look: dict[str, Any]
    decided: dict[str, Any]
    taken: dict[str, Any]
    trouble: str
    created_at: datetime
    alive_at: datetime
    interrupted: bool

    @property
    def working(self) -> bool:
        return self.state in _WORKING and not self.interrupted

    @property
    def proven(self) -> int:
        """Who would be new, with proof."""
        return int(self.look.get("kinds", {}).get("confirmed", 0))

    @property
    def unproven(self) -> int:
        """Who would be new, and nobody can show when and to what they agreed."""
        return int(self.look.get("kinds", {}).get("unknown", 0))

    @property
    def gone(self) -> int:
        """Of whom the file says that they left, or cannot be reached: that is noted."""
        kinds = self.look.get("kinds", {})
        return sum(int(number) for kind, number in kinds.items() if kind not in {"confirmed", "unknown"})


def begin(session: Session, list_id: int, staff_id: int | None, file_name: str, brought_as: str, now: datetime) -> int:
    """A new one; its number."""
    row = BroughtRow(
        list_id=list_id, staff_id=staff_id, file_name=file_name, brought_as=brought_as, state="looking", look={},
        decided={}, taken={}, created_at=now, alive_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def move(session: Session, id_: int, old: str, new: str, now: datetime, **facts: dict[str, Any]) -> bool:
    """From one state to the next; whether it was in the one."""
    done = session.execute(
        update(BroughtRow)
        .where(BroughtRow.id == id_, BroughtRow.state == old)
        .values(state=new, alive_at=now, **facts)
        .returning(BroughtRow.id)
    ).first()
    return done is not None


def told(session: Session, id_: int, done: int, now: datetime, total: int = 0) -> None:
    """How far it is."""
    facts = {"done": done, "alive_at": now} | ({"total": total} if total else {})
    session.execute(update(BroughtRow).where(BroughtRow.id == id_).values(**facts))


def fail(session: Session, id_: int, trouble: str, now: datetime) -> None:
    """It cannot be gone on with, and why; nothing where nobody is at work on it any more."""
    session.execute(
        update(BroughtRow)
        .where(BroughtRow.id == id_, BroughtRow.state.in_(_WORKING))
        .values(state="failed", trouble=trouble, alive_at=now)
    )


def required(session: Session, id_: int, now: datetime, *, working: bool = False) -> Brought:
    """The file of that number. `working`: this process is at it."""
    row = session.get(BroughtRow, id_)
    if row is None:
        raise NotFound("There is no file of readers of that number.")
    return _brought(session, row, now, working=working)


def recent(session: Session, now: datetime) -> tuple[Brought, ...]:
    """The last ten that were not put aside."""
    rows = session.scalars(
        select(BroughtRow).where(BroughtRow.state != "dropped").order_by(BroughtRow.id.desc()).limit(10)
    )
    return tuple(_brought(session, row, now, working=False) for row in rows)


def forget(session: Session, moment: datetime) -> None:
    """What a look found holds addresses: those of files begun before that moment go, and who waits, waits no more."""
    waits = BroughtRow.state.in_(("looked", "failed"))
    older = (BroughtRow.created_at < moment, or_(waits, and_(BroughtRow.state == "looking", ~_is_alive(moment))))
    session.execute(update(BroughtRow).where(*older).values(state="dropped", look={}, trouble=""))


def forget_people(session: Session, addresses: Collection[str]) -> None:
    """Of those who are erased no look tells any more."""
    gone = {one.casefold() for one in addresses}
    rows = session.scalars(select(BroughtRow).where(BroughtRow.state.in_(("looked", "taking", "failed"))))
    for row in rows.all():
        found = {name: row.look.get(name, []) for name in ("examples", "reasons")}
        left = {name: [one for one in lines if str(one[1]).strip().casefold() not in gone]
                for name, lines in found.items()}  # fmt: skip
        if left != found:
            row.look = row.look | left | {"guessed": ""}
    session.flush()


def kept(session: Session, moment: datetime) -> frozenset[int]:
    """Those begun since, or being worked on."""
    return frozenset(
        session.scalars(select(BroughtRow.id).where(or_(BroughtRow.created_at >= moment, _is_alive(moment))))
    )


def known(session: Session) -> frozenset[int]:
    """All."""
    return frozenset(session.scalars(select(BroughtRow.id)))


def _is_alive(moment: datetime) -> ColumnElement[bool]:
    return and_(BroughtRow.state.in_(_WORKING), BroughtRow.alive_at >= moment)


def _brought(session: Session, row: BroughtRow, now: datetime, *, working: bool) -> Brought:
    person = session.get(StaffRow, row.staff_id) if row.staff_id else None
    name = next((face.name for face in subscribers.lists(session) if face.id == row.list_id), "")
    silent = row.state in _WORKING and not working and now - row.alive_at > _SILENT
    return Brought(
        row.id, row.list_id, name, (person.name or person.email) if person else "", person.email if person else "",
        row.file_name, row.brought_as, row.state, row.done, row.total, row.look, row.decided, row.taken, row.trouble,
        row.created_at, row.alive_at, silent,
    )  # fmt: skip
