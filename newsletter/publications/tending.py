"""Sources as people look after them: tried, added, paused, visited soon, removed; each act is logged."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter import fetch
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import BadInput
from newsletter.publications import recognising, sourcing
from newsletter.publications.addresses import host_of
from newsletter.publications.sources.model import Definition
from newsletter.publications.sourcing import Source
from newsletter.publications.trying import Tried, try_out
from newsletter.settings import Settings
from newsletter.staff.people import Actor, log

OwnHosts = Callable[[Session], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Found:
    """What an address would give, and as what it would be kept. `here`: the source that it is already."""

    definition: Definition
    tried: Tried
    here: str = ""


class Sources:
    """Every act needs the authority `sources`. Only addresses on the web are taken: a file's path names one of the
    machine's own.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock, own_hosts: OwnHosts) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._own_hosts = own_hosts

    def everything(self) -> tuple[Source, ...]:
        """All of them, by short name."""
        with self._database.reading() as session:
            return sourcing.sources(session)

    def required(self, slug: str) -> Source:
        """The source of that short name; NotFound where there is none."""
        with self._database.reading() as session:
            return sourcing.find(session, slug)

    def would_give(self, address: str, actor: Actor) -> Found:
        """What an address would give, or a source that is here; nothing is kept."""
        actor.permit("sources")
        with self._database.reading() as session:
            here = next((one for one in sourcing.sources(session) if one.slug == address.strip()), None)
            own = self._own_hosts(session)
        with fetch.hurried(self._settings) as web:
            definition = here.definition if here else _definition(web, address)
            rules = here.rules if here else ()
            tried = try_out(self._database, web, definition, rules, own | {host_of(definition.url)})
        return Found(definition, tried, here.slug if here else "")

    def add(self, address: str, name: str, actor: Actor) -> tuple[str, int]:
        """Keep the source, once it has shown what it tells; its short name, and the line of the log."""
        found = self.would_give(_on_the_web(address), actor)
        with self._database.transaction() as session:
            now = self._clock()
            source = sourcing.add(session, found.definition, now, name=name)
            line = log(
                session, actor, "sources", now, added=source.slug, url=found.definition.url,
                kind=found.definition.kind.value,
            )  # fmt: skip
        return source.slug, line

    def pause(self, slug: str, actor: Actor) -> int:
        """Visit it no more by itself; the line of the log."""
        return self._act(slug, "pause", actor)

    def resume(self, slug: str, actor: Actor) -> int:
        """Visit it again, soon; the line of the log."""
        return self._act(slug, "resume", actor)

    def remove(self, slug: str, actor: Actor) -> int:
        """Forget it; what came from it stays. The line of the log."""
        return self._act(slug, "remove", actor)

    def _act(self, slug: str, act: str, actor: Actor) -> int:
        actor.permit("sources")
        with self._database.transaction() as session:
            now, source = self._clock(), sourcing.find(session, slug)
            match act:
                case "pause":
                    sourcing.pause(session, slug, now)
                case "resume":
                    sourcing.resume(session, slug)
                case _:
                    sourcing.remove(session, slug)
            return log(
                session, actor, "sources", now, act=act, source=slug, name=source.name, url=source.definition.url
            )


def _definition(web: fetch.Web, address: str) -> Definition:
    kind, url = recognising.recognise(web, _on_the_web(address))
    return sourcing.define(kind, url)


def _on_the_web(address: str) -> str:
    wanted = address.strip()
    if wanted and "://" not in wanted:
        wanted = f"https://{wanted}"
    if not wanted.startswith(("http://", "https://")):
        raise BadInput("The address of the source is missing; give one like https://www.example.org.")
    return wanted
