"""A whole route to travel in tests: real settings, a real pipeline, a list, staff, readers, an assembled issue.

The issue is assembled once a test run; each test starts from a copy of that database, in a folder of its own.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

import subscribers
from newsletter import bootstrap, instance
from newsletter import database as database_module
from newsletter.approval.tables import DecisionRow
from newsletter.database import Database
from newsletter.delivery.tables import DeliveryRow, MailingRow
from newsletter.issues import lists
from newsletter.issues.tables import ProfileRow
from newsletter.issues.views import IssueSummary, find
from newsletter.pipeline import Pipeline, SendResult, Submitted
from newsletter.publications.importing import import_file
from newsletter.publications.kinds import seed_kinds
from newsletter.publications.tables import PublicationRow
from newsletter.resources import templates
from newsletter.settings import Settings
from newsletter.staff import people
from newsletter.staff.people import Actor
from newsletter.staff.tables import ActivityRow
from tests.conftest import NOW, drop_postgres, new_postgres, postgres_url
from tests.postgres import Postgres
from tests.test_media import photo, written

SLUG = "quarterly-2024-q2"
AUTHOR, SECOND_AUTHOR = "author@example.org", "second.author@example.org"
APPROVER, ADMIN = "approver@example.org", "admin@example.org"
CONFIRMED = ("ada@example.org", "bob@example.org", "eve@example.org", "dario@example.org")
SUBJECT = "San Antonio's lead, our Impact Report, a call open now"
PREVIEW = "Issue 1, Summer 2024. What mayors did, what to read, what to apply for."
SUBJECT_ES = "Barranquilla abre una escuela, y una convocatoria abierta"
PREVIEW_ES = "Número 1, verano de 2024. Lo que hicieron las alcaldías y lo que hay que leer."
CONSENT = "Yes, send me the Quarterly."
SECRET_KEYS, SUPPRESSION_KEY = "a-key-that-signs-links-" + "s" * 20, "a-key-that-hashes-addresses-" + "k" * 20

WORKSHOP_DATABASE = "route"
ASSEMBLED_DATABASE = "template_assembled"
SITE = "https://www.mayors.example.org"
PUBLICATIONS: list[dict[str, str]] = [
    {"external_id": "san-antonio", "kind": "readout", "title": "San Antonio shows what a welcoming city can carry",
     "summary": "Our team joined the mayor and leaders of 35 cities to compare how they receive newcomers.",
     "published_on": "2024-05-31", "image": "pictures/san-antonio.png",
     "image_alt": "A river walk below an arched bridge", "image_credit": "Illustration: nobody"},
    {"external_id": "roots", "kind": "press_release", "title": "Devex and the network start Roots of Change",
     "summary": "A year of reporting from cities that solve what ministries still describe.",
     "published_on": "2024-05-14"},
    {"external_id": "impact", "kind": "report", "title": "Impact Report 2023",
     "summary": "What nearly a hundred mayors did with the money and the standing that they were given.",
     "published_on": "2024-06-11"},
    {"external_id": "climate", "kind": "brief", "title": "Climate and people who move: a brief for city halls",
     "summary": "Five decisions that a city can take before the season of storms.", "published_on": "2024-04-22"},
    {"external_id": "bloomberg", "kind": "media_feature", "title": "Latin American ideas that other cities borrow",
     "summary": "How Bogotá's one-stop halls came to be copied.", "published_on": "2024-06-03", "outlet": "Bloomberg"},
    {"external_id": "pilots", "kind": "opportunity", "title": "Call for city pilots", "published_on": "2024-06-20",
     "summary": "Grants for cities of up to a million people.", "deadline_on": "2024-08-30",
     "who_for": "cities of up to one million people"},
    {"external_id": "forum", "kind": "event", "title": "Forum of mayors", "published_on": "2024-06-21",
     "summary": "Two days of work in small groups.", "starts_on": "2024-10-03", "place": "Geneva"},
    {"external_id": "barranquilla", "kind": "city_story", "title": "Barranquilla abre una escuela de noche",
     "summary": "Las familias que llegan aprenden con sus vecinos.", "published_on": "2024-04-18", "language": "es"},
]  # fmt: skip
UNDATED = {"external_id": "undated", "kind": "report", "title": "A report that nobody dated", "published_on": ""}


@dataclass
class Route:
    """The pipeline on its own database, and what a test wants to do and know."""

    folder: Path
    settings: Settings
    now: datetime = NOW
    pipelines: list[Pipeline] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open()

    def open(self, **settings: Any) -> None:
        """Start the pipeline anew, as another process would, with these settings changed."""
        self.settings = self.settings.model_copy(update=settings)
        self.pipelines.append(bootstrap.assemble(self.settings, lambda: self.now))

    @property
    def pipeline(self) -> Pipeline:
        return self.pipelines[-1]

    @property
    def database(self) -> Database:
        return self.pipeline.database

    @property
    def mailbox(self) -> Path:
        return self.folder / "mailbox"

    def close(self) -> None:
        for pipeline in self.pipelines:
            pipeline.checking.lookout.wait(60)  # the next test's database has the same place
            pipeline.database.close()

    # -- what people do ---------------------------------------------------------------------------------------------

    def who(self, email: str) -> Actor:
        with self.database.reading() as session:
            return Actor(people.find(session, email), "cli", "tester")

    def submit(self, by: str = AUTHOR) -> Submitted:
        return self.pipeline.submit(SLUG, self.who(by))

    def approve(self, by: str = APPROVER, override: str = "") -> None:
        self.pipeline.approve(SLUG, self.who(by), override=override)

    def sign_off(self) -> None:
        self.submit()
        self.approve()

    def send(self, by: str = AUTHOR, **options: Any) -> SendResult:
        return self.pipeline.send(SLUG, self.who(by), **options)

    def edit(self, subject: str | None = None, preview: str | None = None) -> None:
        self.pipeline.edit(SLUG, self.who(AUTHOR), subject, preview, None)

    def word(self, external_id: str, title: str) -> None:
        self.pipeline.editor.word_item(SLUG, self.who(AUTHOR), self.publication(external_id).id, "en", title=title)

    def choose(self, verb: str, external_id: str, reason: str = "by hand") -> None:
        self.pipeline.choose(SLUG, self.who(AUTHOR), verb, [self.publication(external_id).id], reason)

    def publish(self, **columns: Any) -> None:
        """The website changes, or adds a publication."""
        self.import_([columns])

    def import_(self, entries: list[dict[str, str]]) -> None:
        entries = [{"url": f"{SITE}/{one['external_id']}", "language": "en"} | one for one in entries]
        path = self.folder / "publications.json"
        path.write_text(json.dumps(entries), encoding="utf-8")
        with self.database.transaction() as session:
            import_file(session, path, self.now)

    def add_reader(self, address: str, state: str = "confirmed", language: str = "en") -> None:
        book = self.pipeline.book
        with self.database.transaction() as session:
            words = book.wording(session, CONSENT, "form", "en", self.now) if state == "confirmed" else None
            consent = subscribers.Consent("form", self.now, words)
            book.subscribe(
                session, self.list_id(), address, subscribers.SubscriptionState(state), consent, self.now, "", language
            )

    def unsubscribe(self, address: str) -> None:
        with self.database.transaction() as session:
            id_ = self.pipeline.book.subscription_id(session, address, self.list_id())
            assert id_ is not None
            self.pipeline.book.unsubscribe(session, id_, subscribers.Consent("page", self.now), self.now)

    # -- what is changed behind everybody's back --------------------------------------------------------------------

    def set_publication(self, external_id: str, **columns: Any) -> None:
        with self.database.transaction() as session:
            session.execute(update(PublicationRow).where(PublicationRow.external_id == external_id).values(**columns))

    def set_profile(self, **columns: Any) -> None:
        with self.database.transaction() as session:
            session.execute(update(ProfileRow).values(**columns))

    def revoke(self) -> None:
        with self.database.transaction() as session:
            session.execute(update(DecisionRow).values(revoked_at=self.now))

    # -- what there is to know --------------------------------------------------------------------------------------

    def issue(self) -> IssueSummary:
        with self.database.reading() as session:
            return find(session, SLUG)

    def list_id(self) -> int:
        with self.database.reading() as session:
            face = subscribers.find_list(session, "quarterly")
            assert face is not None
            return face.id

    def publication(self, external_id: str) -> PublicationRow:
        with self.database.reading() as session:
            return session.scalars(select(PublicationRow).where(PublicationRow.external_id == external_id)).one()

    def counts(self) -> bool:
        """Whether a yes counts for the issue as it stands."""
        with self.database.reading() as session:
            return self.pipeline.gate.look(session, self.issue().id)[0] is not None

    def mailings(self) -> list[MailingRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(MailingRow).order_by(MailingRow.id)))

    def deliveries(self) -> dict[str, int]:
        with self.database.reading() as session:
            rows = session.execute(select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state))
            return dict(rows.tuples().all())

    def activity(self) -> list[ActivityRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(ActivityRow).order_by(ActivityRow.id)))

    def mails(self) -> list[EmailMessage]:
        """What is in the mailbox, by file name; review requests and test copies too."""
        parser: BytesParser[EmailMessage] = BytesParser(policy=policy.default)
        return [parser.parsebytes(path.read_bytes()) for path in sorted(self.mailbox.glob("*.eml"))]


def stage(folder: Path) -> None:
    """The files of an installation: a theme of its own with a logo, and pictures to import."""
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    (folder / "pictures" / "san-antonio.png").write_bytes(written(photo(480, 270), "PNG"))
    (folder / "logo.png").write_bytes(written(photo(220, 44), "PNG"))
    default = (templates() / "email" / "themes" / "default.toml").read_text(encoding="utf-8")
    logo = '\n[logo]\nfile = "logo.png"\nalt = "Network of Mayors"\nwidth = 220\nheight = 44\n'
    (folder / "theme.toml").write_text(default + logo, encoding="utf-8")


def settings(folder: Path, database_url: str, **more: Any) -> Settings:
    return Settings(
        database_url=database_url,
        base_url="https://news.example.org",
        secret_keys=(SECRET_KEYS,),
        suppression_key=SUPPRESSION_KEY,
        timezone="Europe/Brussels",
        transport_url=f"folder://{folder / 'mailbox'}",
        folder=folder,
        **more,
    )


def furnish(folder: Path, database_url: str) -> None:
    """A list and those who work here, in a migrated database."""
    database = Database(database_url)
    instance.establish(database, settings(folder, database_url).instance_file, SUPPRESSION_KEY, NOW)
    with database.transaction() as session:
        seed_kinds(session)
        list_id = subscribers.add_list(session, "quarterly", "The Quarterly", ("en", "es"), NOW)
        lists.add_profile(
            session, list_id, from_name="Network of Mayors", from_address="quarterly@news.example.org",
            postal_address="Network of Mayors\n1 Example Square\n1000 Brussels", reply_to="team@example.org",
            return_path="verp@bounces.example.org", feedback_id="mayors", legal_name="Network of Mayors",
            theme="theme.toml", website=f"{SITE}/", privacy_url=f"{SITE}/privacy",
        )  # fmt: skip
        people.add(session, AUTHOR, "author", NOW, "Ana Author")
        people.add(session, SECOND_AUTHOR, "author", NOW, "Sam Author")
        people.add(session, APPROVER, "approver", NOW, "Pat Approver")
        people.add(session, ADMIN, "admin", NOW, "Alex Admin")
    database.close()


def build(folder: Path, database_url: str) -> None:
    """Everything up to the assembled draft, in a migrated database."""
    furnish(folder, database_url)
    route = Route(folder, settings(folder, database_url))
    route.import_([*PUBLICATIONS, UNDATED])
    for address in CONFIRMED:
        route.add_reader(address, language="es" if address.startswith("dario") else "en")
    route.add_reader("pending@example.org", "pending")
    route.add_reader("gone@example.org")
    route.unsubscribe("gone@example.org")
    author = route.who(AUTHOR)
    route.pipeline.assemble("quarterly", "2024-Q2", author)
    route.pipeline.edit(SLUG, author, SUBJECT, PREVIEW, "en")
    route.pipeline.edit(SLUG, author, SUBJECT_ES, PREVIEW_ES, "es")
    route.close()


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that every route is laid out in, one after the other.

    One place has one URL, and one URL one engine here: the statements that it has compiled are kept from test to test,
    which is most of what opening a pipeline costs.
    """
    folder = tmp_path_factory.mktemp("workshop") / "route"
    engines: dict[str, Engine] = {}
    make = database_module._engine

    def of_the_workshop(url: str) -> Engine:
        if str(folder) not in url and f"/{WORKSHOP_DATABASE}?" not in url:
            return make(url)
        if url not in engines:
            engines[url] = make(url)
        return engines[url]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_module, "_engine", of_the_workshop)
        yield folder
    for engine in engines.values():
        engine.dispose()


def laid_out(source: Path, folder: Path, database_url: str = "") -> Route:
    """A route that begins as the files in `source` stand."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
    made = settings(folder, database_url or f"sqlite:///{folder / 'newsletter.db'}")
    if database_url:  # its state was left under the name of the database that this one is a copy of
        shutil.copy(folder / f"{ASSEMBLED_DATABASE}.instance", made.instance_file)
    return Route(folder, made)


@pytest.fixture(scope="session")
def assembled_folder(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, workshop: Path) -> Path:
    folder = tmp_path_factory.mktemp("assembled")
    stage(folder)
    shutil.copy(sqlite_template, folder / "newsletter.db")
    build(folder, f"sqlite:///{folder / 'newsletter.db'}")
    assert not (folder / "newsletter.db-wal").exists(), "closing the last connection leaves one file"
    return folder


@pytest.fixture(scope="session")
def approved_folder(tmp_path_factory: pytest.TempPathFactory, assembled_folder: Path) -> Path:
    route = laid_out(assembled_folder, tmp_path_factory.mktemp("approved") / "route")
    route.sign_off()
    route.close()
    return route.folder


@pytest.fixture(scope="session")
def postgres_assembled(assembled_folder: Path, postgres: Postgres, postgres_template: str) -> str:
    new_postgres(postgres, ASSEMBLED_DATABASE, postgres_template)
    build(assembled_folder, postgres_url(postgres, ASSEMBLED_DATABASE))
    return ASSEMBLED_DATABASE


@pytest.fixture
def route(assembled_folder: Path, workshop: Path) -> Iterator[Route]:
    """On SQLite, for what is the same on both engines."""
    found_ = laid_out(assembled_folder, workshop)
    yield found_
    found_.close()


@pytest.fixture
def approved(approved_folder: Path, workshop: Path) -> Iterator[Route]:
    """Handed in by the author, and approved."""
    found_ = laid_out(approved_folder, workshop)
    yield found_
    found_.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_route(request: pytest.FixtureRequest, assembled_folder: Path, workshop: Path) -> Iterator[Route]:
    """Once on each engine."""
    if request.param == "sqlite":
        yield request.getfixturevalue("route")
        return
    server, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_assembled")
    new_postgres(server, WORKSHOP_DATABASE, template)
    found_ = laid_out(assembled_folder, workshop, postgres_url(server, WORKSHOP_DATABASE))
    yield found_
    found_.close()
    drop_postgres(server, WORKSHOP_DATABASE)


def later(route: Route, **delta: float) -> None:
    """Time passes."""
    route.now += timedelta(**delta)
