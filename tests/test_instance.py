"""A database that is a copy, or was put back from a backup, sends nothing until somebody takes it over: it says why."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from newsletter import instance
from newsletter.delivery.tables import DeliveryRow, MailingRow, NoticeRow, WorkerRow
from newsletter.errors import BadInput, Misconfigured, NotAllowed
from newsletter.instance import InstanceRow, Mark, NotOurs, Trouble, trouble
from newsletter.issues.model import State
from tests.conftest import NOW
from tests.route import ADMIN, AUTHOR, CONFIRMED, SLUG, Route, later
from tests.test_cli import Shell
from tests.test_worker import copies, got, once, released

OWN = Mark("a" * 32, 5)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (OWN, None),
        (Mark("a" * 32, 4), None),  # another host, or a kill, has moved the row on
        (None, Trouble.UNKNOWN),
        (Mark("b" * 32, 5), Trouble.OTHER),
        (Mark("b" * 32, 4), Trouble.OTHER),
        (Mark("a" * 32, 6), Trouble.OLDER),
    ],
)
def test_what_is_wrong_with_a_database(file: Mark | None, expected: Trouble | None) -> None:
    assert trouble(OWN, file) is expected


# -- the file ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["", "{", "[]", "null", '{"instance": "x"}', '{"instance": "x", "generation": "y"}'])
def test_a_damaged_file_is_none(tmp_path: Path, words: str) -> None:
    (tmp_path / "x.instance").write_text(words, encoding="utf-8")
    assert instance.read(tmp_path / "x.instance") is None


def test_the_file_is_written_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "state" / "x.instance"
    instance.write(file, OWN)
    assert instance.read(file) == OWN
    assert list(file.parent.iterdir()) == [file]


def test_the_file_never_goes_back(tmp_path: Path) -> None:
    file = tmp_path / "x.instance"
    instance.write(file, OWN)
    instance.follow(Mark("a" * 32, 4), file)
    assert instance.read(file) == OWN
    instance.follow(Mark("a" * 32, 9), file)
    assert instance.read(file) == Mark("a" * 32, 9)
    instance.follow(Mark("b" * 32, 10), file)
    assert instance.read(file) == Mark("a" * 32, 9)


def test_a_folder_that_cannot_be_written_to_is_named_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file", encoding="utf-8")
    with pytest.raises(Misconfigured, match="STATE_DIR"):
        instance.write(tmp_path / "state" / "x.instance", OWN)


def test_where_the_file_lies(route: Route, tmp_path: Path) -> None:
    at = route.settings.model_copy
    assert route.settings.instance_file == route.folder / "newsletter.db.instance"
    assert at(update={"state_dir": "state"}).instance_file == route.folder / "state" / "newsletter.db.instance"
    assert at(update={"state_dir": str(tmp_path)}).instance_file == tmp_path / "newsletter.db.instance"
    postgres = at(update={"database_url": "postgresql+psycopg://me@db.example.org/news?connect_timeout=3"})
    assert postgres.instance_file == route.folder / "news.instance"


# -- copied and put back -------------------------------------------------------------------------------------------


def copied(route: Route) -> None:
    """The database came here alone."""
    route.settings.instance_file.unlink()


def exchanged(route: Route) -> None:
    """Another database was put in the place of ours."""
    with route.database.transaction() as session:
        session.execute(update(InstanceRow).values(instance_id="f" * 32))


def put_back(route: Route) -> None:
    """Something was handed over after the backup was made."""
    with route.database.reading() as session:
        before = instance.mark(session)
    route.pipeline.belonging.advance()
    with route.database.transaction() as session:
        session.execute(update(InstanceRow).values(generation=before.generation))


WAYS = pytest.mark.parametrize(
    ("happens", "why"),
    [(copied, "it is a copy"), (exchanged, "another database"), (put_back, "put back from a backup")],
)


@WAYS
def test_what_was_being_sent_is_paused_and_says_why(either_route: Route, happens: Callable, why: str) -> None:
    route = released(either_route)
    happens(route)
    with pytest.raises(NotOurs, match=why) as refusal:
        route.send()
    assert "newsletter adopt" in str(refusal.value)
    assert copies(route) == 0
    (mailing,) = route.mailings()
    assert mailing.state == "paused"
    assert why in mailing.paused_because
    assert route.issue().state is State.PAUSED
    with pytest.raises(NotOurs):
        route.pipeline.resume(SLUG, route.who(AUTHOR))
    with pytest.raises(NotOurs):
        route.pipeline.work_on(mailing.id)
    assert copies(route) == 0


@WAYS
def test_nothing_is_released_or_planned_or_mailed(either_route: Route, happens: Callable, why: str) -> None:
    either_route.sign_off()
    happens(either_route)
    with pytest.raises(NotOurs, match=why):
        either_route.send()
    with pytest.raises(NotOurs, match=why):
        either_route.pipeline.plan(SLUG, NOW + timedelta(days=1), either_route.who(AUTHOR))
    with pytest.raises(NotOurs, match=why):
        either_route.pipeline.deliver_notices()
    assert either_route.mails() == []
    assert either_route.mailings() == []


@WAYS
def test_taken_over_it_goes_on_when_a_person_says_so(either_route: Route, happens: Callable, why: str) -> None:
    route = released(either_route)
    route.pipeline.test(SLUG, "me@example.org", route.who(AUTHOR))
    happens(route)
    done = route.pipeline.belonging.adopt(route.who(ADMIN))
    assert done.paused == (SLUG,)
    assert done.notices > 0
    once(route)
    assert copies(route) == 0, "it is paused, and the test copy belongs to the other database"
    assert [str(mail["Subject"]) for mail in route.mails()] == ["Paused: Summer 2024"] * 2
    route.pipeline.resume(SLUG, route.who(AUTHOR))
    once(route)
    assert got(route) == dict.fromkeys(CONFIRMED, 1)
    assert route.pipeline.belonging.adopt(route.who(ADMIN)).trouble is None


@WAYS
def test_a_mailing_whose_readers_were_not_fixed_yet_goes_on_with_that(
    either_route: Route, happens: Callable, why: str
) -> None:
    either_route.sign_off()
    either_route.pipeline._release(SLUG, either_route.who(AUTHOR), "", although_planned=False, calm=False)
    assert either_route.mailings()[0].state == "freezing"
    happens(either_route)
    either_route.pipeline.belonging.adopt(either_route.who(ADMIN))
    assert either_route.mailings()[0].state == "paused"
    either_route.pipeline.resume(SLUG, either_route.who(AUTHOR))
    once(either_route)
    assert got(either_route) == dict.fromkeys(CONFIRMED, 1)


@WAYS
def test_what_was_planned_is_planned_no_more(either_route: Route, happens: Callable, why: str) -> None:
    either_route.sign_off()
    either_route.pipeline.plan(SLUG, NOW + timedelta(days=2), either_route.who(AUTHOR))
    happens(either_route)
    done = either_route.pipeline.belonging.adopt(either_route.who(ADMIN))
    assert done.unplanned == (SLUG,)
    assert either_route.issue().state is State.APPROVED
    assert either_route.issue().planned_at is None


def test_a_copy_and_the_one_it_was_made_of_are_told_apart_for_good(either_route: Route) -> None:
    """Or a copy that is made anew each week would be taken for the one that was adopted."""
    with either_route.database.reading() as session:
        first = instance.mark(session)
    copied(either_route)
    either_route.pipeline.belonging.adopt(either_route.who(ADMIN))
    with either_route.database.transaction() as session:
        session.execute(update(InstanceRow).values(instance_id=first.instance_id, generation=first.generation + 100))
    with pytest.raises(NotOurs):
        either_route.pipeline.belonging.require()


def test_only_an_administrator_takes_over(route: Route) -> None:
    copied(route)
    with pytest.raises(NotAllowed):
        route.pipeline.belonging.adopt(route.who(AUTHOR))


# -- every handing over makes earlier copies old -------------------------------------------------------------------


def generation(route: Route) -> int:
    with route.database.reading() as session:
        return instance.mark(session).generation


def test_whatever_leaves_makes_earlier_copies_old(either_route: Route) -> None:
    either_route.submit()
    before = generation(either_route)
    either_route.pipeline.deliver_notices()
    with_notices = generation(either_route)
    assert with_notices > before
    either_route.approve()
    either_route.send(wait=False)
    either_route.pipeline.work_on(either_route.mailings()[0].id)
    assert generation(either_route) >= with_notices + 2, "one before the first copy, and one after the last"
    assert instance.read(either_route.settings.instance_file) == Mark(*_row(either_route))


def test_while_copies_leave_it_grows_too(approved: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.delivery.belonging.EVERY", 0.0)
    before = generation(approved)
    approved.send()
    assert generation(approved) > before + 2


def test_a_backup_made_while_it_was_being_sent_is_noticed(approved: Route, tmp_path: Path) -> None:
    """The database file as it stood when half was out is put back."""
    approved.send(wait=False)
    approved.pipeline.belonging.advance()
    approved.close()
    shutil.copy(approved.folder / "newsletter.db", tmp_path / "backup.db")
    approved.open()
    once(approved)
    assert copies(approved) == 4
    approved.close()
    shutil.copy(tmp_path / "backup.db", approved.folder / "newsletter.db")
    approved.open()
    with pytest.raises(NotOurs, match="put back"):
        approved.send()
    once(approved)
    assert copies(approved) == 4


def _row(route: Route) -> tuple[str, int]:
    with route.database.reading() as session:
        row = session.get_one(InstanceRow, 1)
        return row.instance_id, row.generation


# -- several hosts -------------------------------------------------------------------------------------------------


ON_A_SERVER = pytest.mark.parametrize("either_route", ["postgresql"], indirect=True)


@pytest.fixture
def second_host(either_route: Route) -> Route:
    """Works on the same database, from a folder that has no file yet."""
    either_route.open(state_dir="second")
    return either_route


@ON_A_SERVER
def test_a_further_host_joins_and_touches_nothing(second_host: Route) -> None:
    first = second_host.pipelines[0]
    with pytest.raises(NotOurs, match="--beside"):
        second_host.pipeline.belonging.require()
    second_host.sign_off()
    second_host.pipelines[0].send(SLUG, second_host.who(AUTHOR), wait=False)
    done = second_host.pipeline.belonging.adopt(second_host.who(ADMIN), beside=True)
    assert done.paused == ()
    second_host.pipeline.belonging.require()
    first.belonging.require()
    once(second_host)
    assert copies(second_host) == 4


@ON_A_SERVER
def test_one_that_has_not_joined_pauses_nothing_while_others_hand_over(second_host: Route) -> None:
    second_host.sign_off()
    second_host.pipelines[0].send(SLUG, second_host.who(AUTHOR), wait=False)
    with second_host.database.transaction() as session:
        session.execute(
            insert(WorkerRow).values(
                host="another", pid=1, started="1", registered_at=NOW, alive_until=NOW + timedelta(days=36500)
            )
        )
    with pytest.raises(NotOurs):
        second_host.send()
    assert second_host.mailings()[0].state == "sending"


@ON_A_SERVER
def test_put_back_it_is_paused_whoever_hands_over(second_host: Route) -> None:
    second_host.pipeline.belonging.adopt(second_host.who(ADMIN), beside=True)
    second_host.sign_off()
    second_host.send(wait=False)
    put_back(second_host)
    with pytest.raises(NotOurs):
        second_host.send()
    assert second_host.mailings()[0].state == "paused"
    with pytest.raises(BadInput, match="without --beside"):
        second_host.pipeline.belonging.adopt(second_host.who(ADMIN), beside=True)
    second_host.pipeline.belonging.adopt(second_host.who(ADMIN))
    for pipeline in second_host.pipelines:
        pipeline.belonging.require()


def test_an_sqlite_file_is_not_joined(route: Route) -> None:
    copied(route)
    with pytest.raises(BadInput, match="one host"):
        route.pipeline.belonging.adopt(route.who(ADMIN), beside=True)


# -- typed ---------------------------------------------------------------------------------------------------------


def test_migrate_places_the_file_once(tmp_path: Path, route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(route, monkeypatch)
    url = f"sqlite:///{tmp_path / 'new.db'}"
    shell("migrate", NEWSLETTER_DATABASE_URL=url)
    file = tmp_path / "new.db.instance"
    assert file.exists()
    file.unlink()
    shell("migrate", NEWSLETTER_DATABASE_URL=url)
    assert not file.exists(), "a database that was used is a copy where it has no file"


def test_one_from_before_there_were_such_files_gets_one(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    with route.database.transaction() as session:
        session.execute(update(InstanceRow).values(generation=0))
    route.settings.instance_file.unlink()
    Shell(route, monkeypatch)("migrate")
    route.pipeline.belonging.require()
    assert generation(route) == 1


def test_an_older_one_put_back_from_before_there_were_such_files_is_noticed(
    route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    with route.database.transaction() as session:
        session.execute(update(InstanceRow).values(generation=0))
    Shell(route, monkeypatch)("migrate")
    with pytest.raises(NotOurs, match="put back"):
        route.pipeline.belonging.require()


def test_what_is_said(approved: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(approved, monkeypatch)
    assert "own already" in shell("adopt", "--by", ADMIN).stdout
    approved.send(wait=False)
    copied(approved)
    refused = shell("issue", "send", SLUG, "--by", AUTHOR, code=1)
    assert "newsletter adopt --by EMAIL" in refused.stderr
    assert "it is a copy" in shell("issue", "status", SLUG).stdout
    said = shell("adopt", "--by", ADMIN).stdout
    assert f"{SLUG} is paused." in said
    assert shell("issue", "resume", SLUG, "--by", AUTHOR)
    assert shell("issue", "send", SLUG, "--by", AUTHOR)
    assert copies(approved) == 4
