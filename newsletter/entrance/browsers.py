"""A browser that asks to be let in, and what it is given when it is."""

from dataclasses import dataclass

from newsletter.staff.people import Person


@dataclass(frozen=True, slots=True)
class Browser:
    """What it says of itself (`agent`), the address it asks from, and what it holds already: the cookie of a session,
    the mark by which it is known again.
    """

    agent: str
    network: str
    cookie: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who was just signed in, the value of their cookie, their browser's mark, where they wanted to go."""

    person: Person
    cookie: str
    mark: str
    onward: str = ""
