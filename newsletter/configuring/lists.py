"""The settings of a list: its face, sender, fixed texts, archive, look, sections and pace, changed and logged."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

import subscribers
from newsletter.approval.gate import Gate
from newsletter.clock import Clock
from newsletter.configuring import theming
from newsletter.database import Database
from newsletter.errors import BadInput
from newsletter.issues import lists, sections, views
from newsletter.issues.fields import field, heading, language_code, one_of
from newsletter.issues.lists import ARCHIVES
from newsletter.issues.model import State
from newsletter.rendering.theme import Theme, find
from newsletter.staff.people import Actor, log
from subscribers import ListFace

Facts = Mapping[str, Any]
_DECIDED = frozenset({State.APPROVED, State.PLANNED})


class ListSettings:
    """Every change needs the authority `lists`. It moves no issue and sends nothing: whether a yes still counts is
    found out anew wherever it is asked.
    """

    def __init__(self, folder: Path, database: Database, clock: Clock, gate: Gate) -> None:
        self._folder = folder
        self._database = database
        self._clock = clock
        self._gate = gate

    def face(self, slug: str, actor: Actor, given: Mapping[str, str]) -> int | None:
        """Name, description, languages, and the language of who has chosen none; the line of the log, if any."""

        def change(session: Session, face: ListFace) -> None:
            now = self._face(session, face) | dict(given)
            codes = _codes(now["languages"])
            name, said = heading("name of the list", now["name"], 200), field("description", now["description"], 500)
            if now["default_language"] not in codes:
                known = ", ".join(codes) or "none"
                first = now["default_language"][:16]
                raise BadInput(f"The first language {first!r} is none of the languages: {known}.")
            subscribers.change_list(session, face.id, name, said, codes)
            lists.set_default_language(session, face.id, now["default_language"])

        return self._change(slug, actor, "face", self._face, change)

    def sender(self, slug: str, actor: Actor, given: Mapping[str, str]) -> int | None:
        """From, Reply-To and the postal address, which is confirmed by it."""

        def change(session: Session, face: ListFace) -> None:
            lists.set_sender(session, face.id, **(self._sender(session, face) | dict(given)))

        return self._change(slug, actor, "sender", self._sender, change)

    def wording(self, slug: str, actor: Actor, given: Mapping[str, str]) -> int | None:
        """The texts of the foot of each mail."""

        def change(session: Session, face: ListFace) -> None:
            lists.set_wording(session, face.id, **(self._wording(session, face) | dict(given)))

        return self._change(slug, actor, "wording", self._wording, change)

    def archive(self, slug: str, actor: Actor, given: Mapping[str, str]) -> int | None:
        """Who finds the issues on the web: public, unlisted or none."""

        def change(session: Session, face: ListFace) -> None:
            lists.set_archive(session, face.id, one_of("archive", given.get("archive", ""), ARCHIVES))

        return self._change(slug, actor, "archive", self._archive, change)

    def pace(self, slug: str, actor: Actor, given: Mapping[str, str]) -> int | None:
        """How it goes out to the team first, and whether who confirms gets the latest issue."""

        def change(session: Session, face: ListFace) -> None:
            now = self._pace(session, face) | dict(given)
            wait, spread = _minutes("time to look", now["wait"]), _minutes("time for all readers", now["spread"])
            lists.set_calm(session, face.id, wait, spread)
            lists.set_welcome(session, face.id, on=one_of("welcome", now["welcome"], ("on", "off")) == "on")

        return self._change(slug, actor, "pace", self._pace, change)

    def theme(self, slug: str, actor: Actor, name: str) -> int | None:
        """Use a theme that is here."""
        theming.require_name(name)
        find(name, self._folder)

        def change(session: Session, face: ListFace) -> None:
            lists.set_theme(session, face.id, name)

        return self._change(slug, actor, "theme", self._theme, change)

    def own_theme(self, slug: str, actor: Actor, wanted: Theme) -> int | None:
        """Keep a theme under a name of its own, and use it; the one before stays as it is, to be gone back to."""
        actor.permit("lists")
        return self.theme(slug, actor, theming.keep(self._folder, wanted))

    def section(self, slug: str, key: str, actor: Actor, given: Mapping[str, Sequence[str]]) -> int | None:
        """Headings, kinds, room and layout of a section, as the next issue begins with them."""

        def change(session: Session, face: ListFace) -> None:
            sections.change(session, face.id, key, given, self._clock())

        return self._change(slug, actor, "section", lambda session, face: sections.facts(session, face.id, key), change)

    def order(self, slug: str, actor: Actor, wanted: Sequence[str]) -> int | None:
        """The order in which the next issue begins with the sections."""

        def change(session: Session, face: ListFace) -> None:
            sections.reorder(session, face.id, wanted, self._clock())

        return self._change(slug, actor, "order", self._order, change)

    def _change(
        self, slug: str, actor: Actor, what: str, facts: Callable[[Session, ListFace], Facts],
        change: Callable[[Session, ListFace], None],
    ) -> int | None:  # fmt: skip
        actor.permit("lists")
        with self._database.reading() as session:
            counted = self._counted(session, lists.named(session, slug).id)
        with self._database.transaction() as session:
            face = lists.named(session, slug)
            before = facts(session, face)
            change(session, face)
            after = facts(session, lists.named(session, slug))
            old, new = ({name: one[name] for name in after if before[name] != after[name]} for one in (before, after))
            if not new:
                return None
            now_counted = self._counted(session, face.id)
            return log(
                session, actor, "lists", self._clock(), list=slug, what=what, before=old, after=new,
                **({"section": before["section"]} if "section" in before else {}),
                needs=[name for name in counted if name not in now_counted],
                counts=[name for name in now_counted if name not in counted],
            )  # fmt: skip

    def _counted(self, session: Session, list_id: int) -> tuple[str, ...]:
        """The names of its issues whose yes counts."""
        decided = [one for one in views.issues(session, list_id) if one.state in _DECIDED]
        return tuple(one.name for one in decided if self._gate.look(session, one.id)[0])

    @staticmethod
    def _face(session: Session, face: ListFace) -> dict[str, str]:
        return {
            "name": face.name, "description": face.description, "languages": ", ".join(face.languages),
            "default_language": lists.profile(session, face.id).default_language,
        }  # fmt: skip

    @staticmethod
    def _sender(session: Session, face: ListFace) -> dict[str, str]:
        return _some(session, face, ("from_name", "from_address", "reply_to", "postal_address"))

    @staticmethod
    def _wording(session: Session, face: ListFace) -> dict[str, str]:
        return _some(session, face, ("legal_name", "imprint", "privacy_url", "website"))

    @staticmethod
    def _archive(session: Session, face: ListFace) -> dict[str, str]:
        return _some(session, face, ("archive",))

    @staticmethod
    def _theme(session: Session, face: ListFace) -> dict[str, str]:
        return _some(session, face, ("theme",))

    @staticmethod
    def _pace(session: Session, face: ListFace) -> dict[str, str]:
        calm = lists.calm(session, face.id)
        welcome = "on" if lists.welcomes(session, face.id) else "off"
        return {"wait": str(calm.wait), "spread": str(calm.spread), "welcome": welcome}

    @staticmethod
    def _order(session: Session, face: ListFace) -> dict[str, list[str]]:
        return {"order": [one.slug for one in sections.of_list(session, face.id)]}

    def facts(self, session: Session, face: ListFace) -> dict[str, str]:
        """What the forms of a list show, by the names of their fields."""
        parts: Iterable[Callable[[Session, ListFace], dict[str, str]]] = (
            self._face, self._sender, self._wording, self._archive, self._theme, self._pace,
        )  # fmt: skip
        found: dict[str, str] = {}
        for part in parts:
            found |= part(session, face)
        return found


def _some(session: Session, face: ListFace, names: Sequence[str]) -> dict[str, str]:
    profile = lists.profile(session, face.id)
    return {name: str(getattr(profile, name)) for name in names}


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(language_code(one.strip()) for one in text.split(",") if one.strip()))


def _minutes(what: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 5:
        raise BadInput(f"The {what} {text[:20]!r} must be a number of minutes.")
    return int(text)
