"""People to chase: those who were refused, by organisation (what stands after the @), the most hit first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.delivery import reasons, recipients
from newsletter.delivery.recipients import Recipient
from newsletter.delivery.tables import MailingRow

MOST = 20  # organisations on the page; all are in the file
MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Organisation:
    """One of them: how many were refused there, why, and who (no more than the page has place for)."""

    domain: str
    number: int
    why: str
    people: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True)
class Chase:
    """Who can be rung up. `others`: how many stand in the file only."""

    organisations: tuple[Organisation, ...]
    others: int

    @property
    def addresses(self) -> str:
        """Everybody on the page, a line each."""
        return "\n".join(_line(one) for each in self.organisations for one in each.people)


def chase(session: Session, rounds: Sequence[MailingRow], refused: int) -> Chase:
    """`refused`: how many there are altogether."""
    if not refused:
        return Chase((), 0)
    domains = recipients.refused_domains(session, rounds, MOST)
    people = recipients.refused(session, rounds, [domain for domain, _ in domains], MOST_PEOPLE)
    found = tuple(
        _organisation(domain, number, [one for one in people if one.domain == domain]) for domain, number in domains
    )
    shown = tuple(one for one in found if one.people)
    return Chase(shown, refused - sum(len(one.people) for one in shown))


def _organisation(domain: str, number: int, people: Sequence[Recipient]) -> Organisation:
    said = Counter(why(one) for one in people)
    return Organisation(domain, number, ", ".join(words for words, _ in said.most_common()), tuple(people))


def why(one: Recipient) -> str:
    """Why this reader was refused, in words."""
    return reasons.refusal(one.fault, one.code, one.enhanced, one.text, given_up=one.state == "rejected")


def _line(one: Recipient) -> str:
    name = " ".join(one.name.split())  # a name cannot begin a line of its own
    return f"{name} <{one.address}>" if name else str(one.address)
