"""An issue as the checks see it, for Now and Check: its findings with their buttons, grouped by who can mend them."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.approval.versions import Version
from newsletter.issues import views
from newsletter.issues.views import IssueSummary
from newsletter.preflight import SEVERITY_IN_WORDS, WHO_IN_WORDS, Finding, Looking, Severity, by_who, verdict
from newsletter.web.console.desk import Desk
from newsletter.web.console.mending import Button, Mender

SIGNS: Mapping[Severity, str] = {Severity.MUST: "✗", Severity.LOOK: "!", Severity.INFO: "i"}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as a page shows it."""

    severity: str
    sign: str
    gravity: str  # in words
    place: str
    message: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Charge:
    """What the same people can mend. `known`: what is only good to know."""

    who: str
    grave: tuple[Told, ...]
    known: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Checkup:
    """The findings of an issue. `version` is None where no mail can be made of it."""

    issue: IssueSummary
    version: Version | None
    findings: tuple[Finding, ...]
    charges: tuple[Charge, ...]
    verdict: str
    looking: Looking

    @property
    def musts(self) -> tuple[Told, ...]:
        """What must be mended, whoever can."""
        return tuple(one for charge in self.charges for one in charge.grave if one.severity == Severity.MUST)

    @property
    def looks(self) -> int:
        """How many are worth a look."""
        return sum(one.severity is Severity.LOOK for one in self.findings)


def checkup(desk: Desk, key: str) -> Checkup:
    """Check it as it stands, and remember the sum for the sentence on every page."""
    with desk.pipeline.database.reading() as session:
        issue = views.find(session, key)
    checked = desk.pipeline.checked(key)
    desk.checks.keep(issue, checked.findings)
    mender = Mender(desk, issue.slug)
    charges = tuple(
        Charge(
            WHO_IN_WORDS[group.who],
            tuple(_told(one, mender) for one in group.findings if one.severity is not Severity.INFO),
            tuple(_told(one, mender) for one in group.findings if one.severity is Severity.INFO),
        )
        for group in by_who(checked.findings)
    )
    return Checkup(issue, checked.version, checked.findings, charges, verdict(checked.findings), checked.looking)


def _told(one: Finding, mender: Mender) -> Told:
    return Told(
        one.severity.value, SIGNS[one.severity], SEVERITY_IN_WORDS[one.severity], one.place, one.message,
        mender.buttons(one),
    )  # fmt: skip
