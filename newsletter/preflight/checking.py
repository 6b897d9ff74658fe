"""Checks a rendered issue, and looks at the network for it, with this installation's settings and way out."""

from collections.abc import Callable, Mapping
from typing import Protocol

from sqlalchemy.orm import Session

from newsletter import fetch
from newsletter.clock import Clock
from newsletter.database import Transactions
from newsletter.issues.model import Draft
from newsletter.preflight.checks import check
from newsletter.preflight.facts.model import Awaited, Facts, Here
from newsletter.preflight.gathering import gather
from newsletter.preflight.looking.lookout import Looking, Lookout, Progress
from newsletter.preflight.model import Finding
from newsletter.rendering import theme
from newsletter.rendering.page import Rendered
from newsletter.settings import Settings


class Drawn(Protocol):
    """An issue as it would go out: its draft, and each language version rendered."""

    @property
    def draft(self) -> Draft: ...

    @property
    def parts(self) -> Mapping[str, Rendered]: ...


class Checking:
    """What must be mended in an issue, and what is worth a look. `mail_leaves`: whether the mail service is elsewhere;
    asked when something is checked, for an address that cannot be read is only then in the way. `asked`: what people
    were asked for who do not work here, of an issue by its id.
    """

    def __init__(
        self, settings: Settings, database: Transactions, clock: Clock, *, mail_leaves: Callable[[], bool],
        asked: Callable[[Session, int], tuple[Awaited, ...]] = lambda _, __: (), lookout: Lookout | None = None,
    ) -> None:  # fmt: skip
        self._settings, self._database, self._clock = settings, database, clock
        self._mail_leaves, self._asked = mail_leaves, asked
        self.lookout = lookout or Lookout(database, clock, lambda: fetch.web(settings, HASTY), fetch.Names())

    def check(self, version: Drawn) -> tuple[Finding, ...]:
        """All findings, the gravest first. Asks no network: what was looked at before counts."""
        return check(self.facts(version))

    def facts(self, version: Drawn) -> Facts:
        """What the checks look at."""
        settings = self._settings
        here = Here(
            settings.base_url, settings.base_is_loopback, self._mail_leaves(), settings.dkim_domain,
            settings.dkim_selector,
        )  # fmt: skip
        look = theme.find(version.draft.profile.theme, settings.folder)
        with self._database.reading() as session:
            asked = self._asked(session, version.draft.issue_id)
            return gather(session, version.draft, version.parts, look, here, self._clock(), settings.zone, asked)

    def look(
        self, version: Drawn, *, again: bool = False, progress: Progress | None = None, longest: float | None = None
    ) -> Looking:
        """Ask the network what has no answer of the last day; with `again`, everything. `longest`: seconds."""
        return self.lookout.look(self.facts(version), again=again, progress=progress, longest=longest)


BEFORE_A_SEND = 45.0  # seconds: a planned send is not kept waiting for slow sites
HASTY = fetch.Limits(seconds=15.0, connecting=6.0)  # a page that takes longer is not waited for
