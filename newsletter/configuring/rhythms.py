"""When a list's issues are made and go out: the rule, how long before, blocked days, and single days, logged."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import BadInput
from newsletter.issues import lists, rhythms
from newsletter.issues.countries import country_code
from newsletter.issues.rhythm import DEFAULT_RULES, Before, Rhythm
from newsletter.issues.send_rules import CADENCES, SendRule
from newsletter.staff.people import Actor, log

_STEPS = ("call", "cut_off", "draft", "review")


class Rhythms:
    """The rhythm needs the authority `lists`, the day of one issue `dates`."""

    def __init__(self, database: Database, clock: Clock, zone: tzinfo) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone

    def change(self, slug: str, actor: Actor, given: Mapping[str, str]) -> int | None:
        """Set what is given, by the fields of `facts`; the line of the log, if anything is another."""
        actor.permit("lists")
        with self._database.reading() as session:
            now = self._clock()
            today = now.astimezone(self._zone).date()
            rhythms.load_holidays(session, today, country_code(given.get("country", "")))
        with self._database.transaction() as session:
            list_id = lists.named(session, slug).id
            before = facts(session, list_id)
            wanted = before | dict(given)
            lists.set_cadence(session, list_id, wanted["cadence"])
            blocked, old = _lines(wanted["blocked"]), _lines(before["blocked"])
            rhythms.set_rhythm(
                session, list_id, today, self._zone, send=_rule(wanted, before), country=wanted["country"],
                blocked=[one for one in blocked if one not in old],
                unblocked=[one for one in old if one not in blocked], on=wanted["on"] == "yes",
                **{step: _days(step, wanted[step]) for step in _STEPS},
            )  # fmt: skip
            after = facts(session, list_id)
            old_facts, new = ({name: one[name] for name in after if before[name] != after[name]}
                              for one in (before, after))  # fmt: skip
            if not new:
                return None
            return log(session, actor, "rhythm", now, list=slug, before=old_facts, after=new)

    def set_day(self, slug: str, period: str, at: datetime | None, actor: Actor) -> int:
        """The send day of one period, or with None by the rule again; the line of the log."""
        actor.permit("dates")
        with self._database.reading() as session:
            now = self._clock()
            rhythms.load_holidays(session, now.astimezone(self._zone).date())
        with self._database.transaction() as session:
            list_id = lists.named(session, slug).id
            before = rhythms.by_hand(session, list_id, period)
            rhythms.set_send_day(session, list_id, period, at, now, self._zone)
            return log(
                session, actor, "dates", now, list=slug, period=period, send_at=at.isoformat() if at else "",
                was=before.isoformat() if before else "",
            )  # fmt: skip


def facts(session: Session, list_id: int) -> dict[str, str]:
    """What the form shows; a list without a rhythm shows the usual one, switched off."""
    cadence = lists.profile(session, list_id).cadence
    found = rhythms.stored(session, list_id) or Rhythm(cadence, SendRule.parse(DEFAULT_RULES[cadence]), Before())
    return {
        "cadence": cadence, "send": found.send.text, "country": found.country,
        "blocked": "\n".join(str(span) for span in found.blocked),
        **{step: str(number) for step, number in found.before.steps.items()},
        "on": "yes" if found.on_since else "no",
    }  # fmt: skip


def _rule(wanted: Mapping[str, str], before: Mapping[str, str]) -> str:
    """A rule that was not touched follows the cadence."""
    moved = wanted["cadence"] != before["cadence"] and wanted["send"] == before["send"]
    fits = wanted["cadence"] in CADENCES
    return DEFAULT_RULES[wanted["cadence"]] if moved and fits else wanted["send"]


def _lines(text: str) -> list[str]:
    return [one.strip() for one in text.splitlines() if one.strip()]


def _days(step: str, text: str) -> Any:
    if not text.isascii() or not text.isdecimal() or len(text) > 3:
        said = {"cut_off": "cut-off"}.get(step, step)
        raise BadInput(f"The working days before sending ({said}) {text[:20]!r} must be a whole number.")
    return int(text)
