"""A year of a quarterly, with a clock of its own: four issues collected, signed off, planned and sent on their dates.

Whatever can happen at a bad moment happens. In the end every publication is accounted for once, and every reader has
each issue once.
"""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select

from newsletter.calendar import CalendarRow
from newsletter.instance import NotOurs
from newsletter.issues import rhythms
from newsletter.issues.model import CoverageState, State
from newsletter.issues.tables import CoverageRow, IssueRow
from newsletter.issues.views import find
from newsletter.publications import sourcing
from newsletter.publications.tables import PublicationRow
from tests.conftest import drop_postgres, new_postgres
from tests.postgres import Postgres
from tests.route import ADMIN, APPROVER, AUTHOR, SECOND_AUTHOR, SITE, Route, furnish, settings, stage
from tests.served import Asked, Reply, Served
from tests.test_worker import once

RULE = "third Tuesday of the quarter's last month, 09:00"  # 19 March, 18 June, 17 September, 17 December
READERS = ("ada@example.org", "bob@example.org", "eve@example.org")

# What the website publishes, by day, and the issue that it belongs into.
PUBLISHED: dict[str, tuple[str, str, str]] = {
    "2024-01-15": ("report", "Year in Review 2023", "2024-Q1"),
    "2024-02-20": ("readout", "Mayors meet in Bogotá", "2024-Q1"),
    "2024-03-08": ("statement", "On women who move", "2024-Q1"),
    "2024-03-10": ("press_release", "On the last day that is collected", "2024-Q1"),
    "2024-03-11": ("press_release", "On the first that is not", "2024-Q2"),
    "2024-04-18": ("report", "Impact Report 2023", "2024-Q2"),
    "2024-05-31": ("readout", "San Antonio shows its welcome", "2024-Q2"),
    "2024-06-07": ("brief", "Told a week late, while the issue was read", "2024-Q3"),
    "2024-06-12": ("press_release", "Published while the issue was read", "2024-Q3"),
    "2024-06-20": ("statement", "On World Refugee Day", "2024-Q3"),
    "2024-07-04": ("readout", "From the month without a word", "2024-Q3"),
    "2024-07-25": ("report", "Also from the month without a word", "2024-Q3"),
    "2024-08-21": ("city_story", "A ferry hall welcomes", "2024-Q3"),
    "2024-09-24": ("press_release", "Two more cities join", "2024-Q4"),
    "2024-10-30": ("report", "City budgets compared", "2024-Q4"),
    "2024-12-08": ("readout", "Mayors at the summit", "2024-Q4"),
    "2024-12-22": ("report", "Three days before Christmas", "2025-Q1"),
    "2025-02-03": ("brief", "In the new year", "2025-Q1"),
}
TOLD_LATE = {"2024-06-07": "2024-06-13"}
SILENT = ("2024-07-01", "2024-08-02")  # the source cannot be reached


class Killed(BaseException):
    """Nothing that a program handles."""


class Year:
    """The office, its website, its machine and its disk; time passes by `until`."""

    def __init__(self, route: Route, site: Served, server: Postgres | None) -> None:
        self.route = route
        self.site = site
        self.server = server
        self.off: tuple[datetime, datetime] | None = None  # no machine runs then
        self.read: set[Path] = set()
        self.said: list[tuple[datetime, str, str]] = []  # when who here got which letter
        self.copies: list[tuple[str, str]] = []  # which reader got which issue, by its subject

    # -- time -----------------------------------------------------------------------------------------------------

    def at(self, text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=self.route.settings.zone).astimezone(UTC)

    def until(self, text: str) -> None:
        """Let time pass until that moment, and look at it then."""
        end = self.at(text)
        while (following := self._following()) < end:
            self.look(following)
        self.look(end)

    def _following(self) -> datetime:
        """Monday, nine in the morning, or earlier when something falls due."""
        zone, now = self.route.settings.zone, self.route.now
        today = now.astimezone(zone).date()
        mondays = (today + timedelta(days=ahead - today.weekday()) for ahead in (0, 7))
        mornings = (datetime.combine(day, time(9), zone).astimezone(UTC) for day in mondays)
        morning = next(one for one in mornings if one > now)
        with self.route.database.reading() as session:
            ahead = select(func.min(CalendarRow.due_at)).where(CalendarRow.done_at.is_(None), CalendarRow.due_at > now)
            return min(morning, session.scalar(ahead) or morning)

    def look(self, moment: datetime) -> None:
        """What a machine that runs does at that moment."""
        self.route.now = moment
        if self.off and self.off[0] <= moment < self.off[1]:
            return
        self.route.pipeline.collect_due()
        self.tick()

    def tick(self) -> None:
        while True:
            done, mails = self.route.pipeline.rhythm.tick(), len(list(self.route.mailbox.glob("*")))
            once(self.route)
            if not done and len(list(self.route.mailbox.glob("*"))) == mails:
                break
        parser: BytesParser[EmailMessage] = BytesParser(policy=policy.default)
        for path in sorted(set(self.route.mailbox.glob("*.eml")) - self.read):
            self.read.add(path)
            mail = parser.parsebytes(path.read_bytes(), headersonly=True)
            if mail["List-Unsubscribe"] is None:
                self.said.append((self.route.now, str(mail["To"]), str(mail["Subject"])))
            else:
                self.copies.append((str(mail["To"]), str(mail["Subject"])))

    def stop(self, since: str, until: str) -> None:
        self.off = (self.at(since), self.at(until))

    # -- the website ----------------------------------------------------------------------------------------------

    def feed(self, _: Asked) -> Reply:
        """The website's feed at this moment: its last ten, or nothing at all."""
        today = self.route.now.astimezone(self.route.settings.zone).date().isoformat()
        if SILENT[0] <= today < SILENT[1]:
            return Reply(b"Gone to lunch", 503)
        shown = sorted((TOLD_LATE.get(day, day), day) for day in PUBLISHED if TOLD_LATE.get(day, day) <= today)
        items = "".join(self._item(day) for _, day in reversed(shown[-10:]))
        feed = f'<rss version="2.0"><channel><title>The website</title><language>en</language>{items}</channel></rss>'
        return Reply(feed, content_type="application/rss+xml; charset=utf-8")

    def _item(self, day: str) -> str:
        kind, title, _ = PUBLISHED[day]
        at = format_datetime(datetime.fromisoformat(f"{day}T10:00+00:00"))
        return (
            f"<item><guid>{day}</guid><title>{title}</title><link>{SITE}/{day}</link>"
            f"<category>{kind}</category><pubDate>{at}</pubDate>"
            f"<description>Two sentences say what {title} is about. They are its author's own.</description></item>"
        )

    # -- people ---------------------------------------------------------------------------------------------------

    def slug(self, period: str) -> str:
        return f"quarterly-{period.lower()}"

    def state(self, period: str) -> State:
        with self.route.database.reading() as session:
            return find(session, self.slug(period)).state

    def submit(self, period: str) -> None:
        self.route.pipeline.submit(self.slug(period), self.route.who(AUTHOR))

    def approve(self, period: str) -> None:
        self.route.pipeline.approve(self.slug(period), self.route.who(APPROVER))

    def plan(self, period: str, moment: str) -> None:
        self.route.pipeline.plan(self.slug(period), self.at(moment), self.route.who(AUTHOR))

    # -- the disk -------------------------------------------------------------------------------------------------

    def back_up(self, name: str) -> None:
        self._copy(self._here, name)

    def put_back(self, name: str) -> None:
        """The database as it stood then, and nothing else: the machine is the same."""
        self._copy(name, self._here)

    @property
    def _here(self) -> str:
        return make_url(self.route.settings.database_url).database or ""

    def _copy(self, source: str, target: str) -> None:
        self.route.close()
        if self.server is None:
            folder = self.route.folder
            shutil.copy(folder / source, folder / target)
        else:
            if target == self._here:
                drop_postgres(self.server, target)
            new_postgres(self.server, target, source)
        self.route.open()


@pytest.fixture
def year(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Year]:
    """The list has its rhythm since 3 January 2024."""
    stage(tmp_path)
    furnish(tmp_path, database_url)
    began = datetime(2024, 1, 3, 8, tzinfo=UTC)
    route = Route(tmp_path, settings(tmp_path, database_url, fetch_allow_private=True), began)
    for reader in READERS:
        route.add_reader(reader)
    with Served() as site:
        made = Year(route, site, None if route.database.is_sqlite else request.getfixturevalue("postgres"))
        site.handler("/feed", made.feed)
        rules = [f"category={kind} -> kind={kind}" for kind in {kind for kind, _, _ in PUBLISHED.values()}]
        with route.database.transaction() as session:
            rhythms.set_rhythm(session, route.list_id(), began.date(), route.settings.zone, send=RULE, country="BE")
            website = sourcing.define("feed", site.url("/feed"), slug="website")
            sourcing.add(session, website, began, name="The website", rules=rules)
        yield made
    route.close()


@contextmanager
def killed(monkeypatch: pytest.MonkeyPatch, place: str) -> Iterator[None]:
    """The process dies where it comes to that place."""

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(place, kill)
        yield


def test_a_year(year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    _first_quarter(year, monkeypatch)
    _second_quarter(year)
    _third_quarter(year, monkeypatch)
    _fourth_quarter(year)
    _next_year(year)
    _everything_is_accounted_for(year)
    _everybody_has_each_issue_once(year)
    _staff_were_told(year)


def _first_quarter(year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine is off on the draft's day, and killed when it makes the draft after all."""
    year.stop("2024-03-11T00:00", "2024-03-13T08:00")
    year.until("2024-03-13T07:59")
    year.route.now = year.at("2024-03-13T08:00")
    with killed(monkeypatch, "newsletter.rhythm.drafting._tell"):
        year.tick()
    year.route.open()
    year.until("2024-03-13T08:05")
    assert year.state("2024-Q1") is State.DRAFT
    year.submit("2024-Q1")
    year.until("2024-03-14T10:00")
    year.approve("2024-Q1")
    year.plan("2024-Q1", "2024-03-19T09:00")
    year.until("2024-03-19T08:59")
    assert year.state("2024-Q1") is State.PLANNED
    year.until("2024-03-19T09:00")
    assert year.state("2024-Q1") is State.SENT


def _second_quarter(year: Year) -> None:
    """Publications arrive while it is read; it is changed on the eve, and the second yes comes an hour late."""
    year.until("2024-06-10T12:00")
    year.submit("2024-Q2")
    year.until("2024-06-14T12:00")
    year.approve("2024-Q2")
    year.plan("2024-Q2", "2024-06-18T09:00")
    year.until("2024-06-17T16:00")
    year.route.pipeline.edit(
        year.slug("2024-Q2"), year.route.who(SECOND_AUTHOR), "San Antonio's welcome, and our Impact Report", None, None
    )
    year.submit("2024-Q2")
    year.route.add_reader("new@example.org")
    year.until("2024-06-18T10:00")
    year.approve("2024-Q2")
    year.until("2024-06-18T20:00")
    assert year.state("2024-Q2") is State.APPROVED, "a late yes sends nothing"
    assert "Not sent: Summer 2024" in {subject for _, _, subject in year.said}
    year.plan("2024-Q2", "2024-06-19T09:00")
    year.until("2024-06-19T09:00")
    assert year.state("2024-Q2") is State.SENT


def _third_quarter(year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    """The source is silent for a month; the machine is off at the planned time and longer; then a worker is killed."""
    year.until("2024-09-09T12:00")
    year.submit("2024-Q3")
    year.until("2024-09-11T12:00")
    year.approve("2024-Q3")
    year.plan("2024-Q3", "2024-09-17T09:00")
    year.stop("2024-09-17T08:00", "2024-09-17T15:30")
    year.until("2024-09-17T18:00")
    assert year.state("2024-Q3") is State.APPROVED, "six hours late it asks"
    year.plan("2024-Q3", "2024-09-18T09:00")
    year.until("2024-09-18T08:59")
    year.route.now = year.at("2024-09-18T09:00")
    with killed(monkeypatch, "newsletter.delivery.belonging.Belonging.advance"):
        year.route.pipeline.rhythm.tick()
    year.route.open()
    year.route.unsubscribe("eve@example.org")
    year.until("2024-09-18T09:01")
    assert year.state("2024-Q3") is State.SENT


def _fourth_quarter(year: Year) -> None:
    """Three hours late it goes. Then the disk dies, and a backup is put back, in which it is still planned."""
    year.until("2024-12-09T12:00")
    year.submit("2024-Q4")
    year.until("2024-12-11T12:00")
    year.approve("2024-Q4")
    year.plan("2024-Q4", "2024-12-17T09:00")
    year.until("2024-12-16T20:00")
    year.back_up("eve")
    year.stop("2024-12-17T08:00", "2024-12-17T12:00")
    year.until("2024-12-17T12:00")
    assert year.state("2024-Q4") is State.SENT
    year.until("2024-12-17T13:00")
    year.back_up("newest")
    year.put_back("eve")
    copies = list(year.copies)
    year.route.now = year.at("2024-12-17T13:30")
    assert year.state("2024-Q4") is State.PLANNED
    for what in (year.route.pipeline.rhythm.tick, year.route.pipeline.rhythm.release):
        with pytest.raises(NotOurs, match="put back from a backup"):
            what()
    assert year.route.pipeline.belonging.adopt(year.route.who(ADMIN)).unplanned == (year.slug("2024-Q4"),)
    year.until("2024-12-17T14:30")
    assert year.state("2024-Q4") is State.APPROVED
    assert year.copies == copies, "nobody gets anything twice"
    year.put_back("newest")
    year.route.pipeline.belonging.adopt(year.route.who(ADMIN))
    year.until("2024-12-17T18:00")
    assert year.state("2024-Q4") is State.SENT


def _next_year(year: Year) -> None:
    """What was published after the last issue of the year is in the first draft of the next."""
    year.until("2025-03-10T12:00")
    assert year.state("2025-Q1") is State.DRAFT


def _everything_is_accounted_for(year: Year) -> None:
    with year.route.database.reading() as session:
        rows = session.execute(
            select(PublicationRow.title, IssueRow.period, CoverageRow.state)
            .join(CoverageRow, CoverageRow.publication_id == PublicationRow.id)
            .join(IssueRow, IssueRow.id == CoverageRow.issue_id)
        ).all()
        periods = set(session.scalars(select(IssueRow.period)))
    assert periods == {"2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4", "2025-Q1"}
    used: defaultdict[str, list[str]] = defaultdict(list)
    for title, period, state in rows:
        if state == CoverageState.USED:
            used[title].append(period)
    assert dict(used) == {title: [period] for _, title, period in PUBLISHED.values()}


def _everybody_has_each_issue_once(year: Year) -> None:
    assert set(Counter(year.copies).values()) == {1}
    issues = Counter(reader for reader, _ in year.copies)
    assert issues == {"ada@example.org": 4, "bob@example.org": 4, "eve@example.org": 2, "new@example.org": 3}


def _staff_were_told(year: Year) -> None:
    """Each letter on its day; nobody got a pile of them after the machine had been off."""
    letters_to = Counter((who, subject) for _, who, subject in year.said)
    twice = {subject for (_, subject), number in letters_to.items() if number > 1}
    assert twice == {"Still waiting for your yes: Summer 2024"}, "it was handed in twice"
    told = [(f"{at.astimezone(year.route.settings.zone):%Y-%m-%d}", subject) for at, _, subject in year.said]
    letters = {subject: day for day, subject in reversed(told)}
    for subject, day in (
        ("Your first draft is ready: Spring 2024", "2024-03-13"),
        ("Spring 2024 has started", "2024-03-19"),
        ("Spring 2024 is out: 3 of 3", "2024-03-19"),
        ("Your first draft is ready: Summer 2024", "2024-06-10"),
        ("Summer 2024 will not go out tomorrow at 09:00", ""),
        ("Not sent: Summer 2024", "2024-06-18"),
        ("Summer 2024 is out: 4 of 4", "2024-06-19"),
        ("Nothing comes from The website since Monday 1 July", "2024-07-08"),
        ("Your first draft is ready: Autumn 2024", "2024-09-09"),
        ("Not sent: Autumn 2024", "2024-09-17"),
        ("Autumn 2024 is out: 3 of 3", "2024-09-18"),
        ("Tomorrow, 09:00: Winter 2024 goes out. All is ready", "2024-12-16"),
        ("Winter 2024 is out: 3 of 3", "2024-12-17"),
        ("Your first draft is ready: Spring 2025", "2025-03-10"),
    ):
        assert letters.get(subject, "") == day, (subject, letters)
