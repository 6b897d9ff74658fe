"""One table of verb and role, asked in one place: by the actor, and through every command that changes anything."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update
from typer.testing import CliRunner

from newsletter.cli.main import app
from newsletter.errors import BadInput, NotAllowed, NotFound
from newsletter.guests.model import Act, Wish
from newsletter.guests.tables import GuestRequestRow
from newsletter.issues.inserting import set_block
from newsletter.issues.revising import Hand
from newsletter.issues.rhythms import set_rhythm
from newsletter.issues.views import find
from newsletter.publications import sourcing
from newsletter.publications.sources.model import Definition, SourceKind
from newsletter.staff import people
from newsletter.staff.authority import AUTHORITY, Role, may
from newsletter.staff.people import Actor, Person
from newsletter.staff.tables import ApiKeyRow
from tests.route import ADMIN, APPROVER, AUTHOR, SECOND_AUTHOR, SLUG, Route
from tests.served import Served

EVERYBODY = {"author", "approver", "admin"}
TABLE = {
    "look": EVERYBODY, "account": EVERYBODY, "set-up": {"admin"},
    "assemble": EVERYBODY, "edit": EVERYBODY, "choose": EVERYBODY, "test": EVERYBODY, "submit": EVERYBODY,
    "withdraw": EVERYBODY, "remark": EVERYBODY,
    "plan": EVERYBODY, "send": EVERYBODY, "pause": EVERYBODY, "resume": EVERYBODY,
    "stop": EVERYBODY, "resolve": EVERYBODY, "retry": EVERYBODY, "copy": EVERYBODY, "correct": EVERYBODY,
    "practice": EVERYBODY, "import": EVERYBODY, "collect": EVERYBODY, "sources": EVERYBODY,
    "ask": EVERYBODY, "unsubscribe": EVERYBODY, "dates": EVERYBODY, "key-readers": EVERYBODY,
    "approve": {"approver", "admin"}, "request-changes": {"approver", "admin"},
    "override": {"admin"}, "lists": {"admin"}, "staff": {"admin"}, "suppress": {"admin"}, "unsuppress": {"admin"},
    "erase": {"admin"}, "transports": {"admin"},
    "keys": {"admin"}, "export": {"admin"}, "adopt": {"admin"},
}  # fmt: skip
NAMED = {
    "submit",
    "withdraw",
    "approve",
    "request-changes",
    "plan",
    "send",
    "pause",
    "resume",
    "stop",
    "resolve",
    "retry",
    "copy",
    "correct",
}
NAMED_COMMANDS = {"issue ask-guest", "guests said"}  # of a verb that is no other command's  # fmt: skip


def test_the_table_is_the_one_that_was_agreed() -> None:
    assert {verb: {role.value for role in roles} for verb, roles in AUTHORITY.items()} == TABLE


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", TABLE)
def test_the_role_decides(verb: str, role: Role) -> None:
    person = Person(7, "somebody@example.org", "", role)
    actor = Actor(person, "cli")
    if role.value in TABLE[verb]:
        assert actor.require(verb) == person
        actor.permit(verb)
    else:
        for ask in (actor.require, actor.permit):
            with pytest.raises(NotAllowed, match=f"somebody@example.org is {role}; '{verb}' needs admin"):
                ask(verb)


def test_nobody_named_may_do_nothing_that_needs_a_name() -> None:
    for verb in TABLE:
        with pytest.raises(BadInput, match="--by EMAIL"):
            Actor(None, "cli").require(verb)


def test_a_verb_that_is_in_no_table_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        may("publish", Role.ADMIN)
    with pytest.raises(KeyError):
        Actor(Person(7, "somebody@example.org", "", Role.ADMIN), "cli").permit("publish")


# -- people --------------------------------------------------------------------------------------------------------


def test_staff_are_found_however_their_address_is_written(route: Route) -> None:
    with route.database.reading() as session:
        assert people.find(session, " Author@Example.ORG ").email == AUTHOR


def test_who_is_not_staff_may_nothing(route: Route) -> None:
    with route.database.reading() as session, pytest.raises(NotFound, match="newsletter staff add"):
        people.find(session, "stranger@example.org")
    with route.database.reading() as session, pytest.raises(BadInput):
        people.find(session, "no address")


def test_who_has_left_may_nothing(route: Route) -> None:
    with route.database.transaction() as session:
        session.get_one(people.StaffRow, route.who(APPROVER).staff_id).disabled_at = route.now
    with route.database.reading() as session, pytest.raises(NotFound):
        people.find(session, APPROVER)
    with route.database.reading() as session:
        assert APPROVER not in [person.email for person in people.everybody(session)]


@pytest.mark.parametrize(
    ("email", "role"), [("no address", "author"), ("x@example.org", "owner"), ("x@example.org", ""), (AUTHOR, "admin"),
                        ("AUTHOR@example.org", "admin")],
)  # fmt: skip
def test_staff_that_cannot_be_added(route: Route, email: str, role: str) -> None:
    with pytest.raises(BadInput), route.database.transaction() as session:
        people.add(session, email, role, route.now)
    with route.database.reading() as session:
        assert len(people.everybody(session)) == 4


# -- through the command line --------------------------------------------------------------------------------------


def _at_draft(route: Route) -> None: ...


def _in_review(route: Route) -> None:
    route.submit(SECOND_AUTHOR)


def _with_a_yes(route: Route) -> None:
    route.submit(SECOND_AUTHOR)
    route.approve(APPROVER)


def _signed_off(route: Route) -> None:
    route.submit(SECOND_AUTHOR)
    route.approve(ADMIN)


def _planned(route: Route) -> None:
    _signed_off(route)
    route.pipeline.plan(SLUG, route.now + timedelta(days=1), route.who(SECOND_AUTHOR))


def _released(route: Route) -> None:
    _signed_off(route)
    route.send(SECOND_AUTHOR, wait=False)


def _sent(route: Route) -> None:
    _signed_off(route)
    route.send(SECOND_AUTHOR)


def _held(route: Route) -> None:
    _released(route)
    route.pipeline.pause(SLUG, route.who(SECOND_AUTHOR))


def _with_a_key(route: Route) -> None:
    with route.pipeline.database.transaction() as session:
        session.add(
            ApiKeyRow(
                name="website", prefix="nk_0a0b0c0d", key_sha256="0" * 64, scopes=["lists:read"],
                created_at=route.pipeline.clock(),
            )
        )  # fmt: skip


def _with_a_block(route: Route) -> None:
    with route.pipeline.database.transaction() as session:
        set_block(Hand(session, find(session, SLUG).id, route.pipeline.clock()), "text", {"text": "Words"})


def _asked_long_ago(route: Route) -> None:
    wish = Wish(Act.SUGGEST, "Dana", "dana@example.org", date(2099, 6, 28))
    route.pipeline.ask_guest(SLUG, wish, route.who(AUTHOR))
    with route.pipeline.database.transaction() as session:
        session.execute(update(GuestRequestRow).values(mailed_at=datetime(2024, 1, 1, tzinfo=UTC)))


def _asked_no_more(route: Route) -> None:
    _asked_long_ago(route)
    route.pipeline.revoke_guest(1, route.who(AUTHOR))


def _with_a_rhythm(route: Route) -> None:
    with route.pipeline.database.transaction() as session:
        set_rhythm(session, route.list_id(), route.now.date(), route.settings.zone)


def _with_a_source(route: Route) -> None:
    with route.pipeline.database.transaction() as session:
        definition = Definition("more", SourceKind.FEED, "https://example.org/feed")
        sourcing.add(session, definition, route.now)


def _copied(route: Route) -> None:
    route.settings.instance_file.unlink()


def _with_a_bounce(route: Route) -> None:
    with route.pipeline.database.transaction() as session:
        route.pipeline.book.suppress(session, "ada@example.org", "hard_bounce", "provider", route.now)


def _with_unknown(route: Route) -> None:
    with route.pipeline.database.transaction() as session:
        session.execute(text("UPDATE subscriptions SET proof = 'unknown'"))


def _one_has_left(route: Route) -> None:
    route.pipeline.team.take_away(route.who(SECOND_AUTHOR).staff_id or 0, Actor(None, "cli"))


COMMANDS: dict[str, tuple[str, Callable[[Route], None], list[str]]] = {
    "issue assemble": ("assemble", _at_draft, ["--list", "quarterly", "--period", "2024-Q2"]),
    "issue edit": ("edit", _at_draft, [SLUG, "--subject", "A subject of about the right length"]),
    "issue block": ("edit", _at_draft, [SLUG, "--kind", "text", "--field", "text=Words"]),
    "issue ask": ("edit", _at_draft, [SLUG, "--kind", "director", "--owner", APPROVER, "--due", "2099-06-28"]),
    "issue ask-guest": ("ask", _at_draft, [SLUG, "--act", "suggest", "--name", "Dana", "--email", "dana@example.org",
                                           "--due", "2099-06-28"]),
    "guests remind": ("ask", _asked_long_ago, ["1"]),
    "guests said": ("ask", _asked_long_ago, ["1", "--field", "title=An idea"]),
    "guests without": ("ask", _asked_long_ago, ["1"]),
    "guests revoke": ("ask", _asked_long_ago, ["1"]),
    "guests restore": ("ask", _asked_no_more, ["1"]),
    "issue remove-block": ("edit", _with_a_block, [SLUG, "1"]),
    "issue undo": ("edit", _with_a_block, [SLUG]),
    "issue restore": ("edit", _with_a_block, [SLUG, "--to", "1"]),
    "issue use": ("choose", _at_draft, [SLUG, "1"]),
    "issue hold": ("choose", _at_draft, [SLUG, "7"]),
    "issue decline": ("choose", _at_draft, [SLUG, "7", "--reason", "Old"]),
    "issue test": ("test", _at_draft, [SLUG, "--to", "me@example.org"]),
    "issue submit": ("submit", _at_draft, [SLUG]),
    "issue withdraw": ("withdraw", _in_review, [SLUG]),
    "issue approve": ("approve", _in_review, [SLUG]),
    "issue take-back": ("approve", _with_a_yes, [SLUG]),
    "issue request-changes": ("request-changes", _in_review, [SLUG, "--comment", "The lead"]),
    "issue plan": ("plan", _signed_off, [SLUG, "--at", "2099-07-09T09:00"]),
    "issue cancel-plan": ("plan", _planned, [SLUG]),
    "issue send": ("send", _signed_off, [SLUG]),
    "issue pause": ("pause", _released, [SLUG]),
    "issue resume": ("resume", _held, [SLUG]),
    "issue stop": ("stop", _released, [SLUG]),
    "issue practice": ("practice", _at_draft, [SLUG]),
    "issue retry": ("retry", _released, [SLUG]),
    "issue copy": ("copy", _sent, [SLUG, "--to", "ada@example.org"]),
    "issue correct": ("correct", _sent, [SLUG]),
    "issue resolve": ("resolve", _released, [SLUG, "--leave"]),
    "publications import": ("import", _at_draft, ["{folder}/more.csv"]),
    "publications paste": ("import", _at_draft, ["{page}"]),
    "publications date": ("import", _at_draft, ["1", "2024-06-01"]),
    "collect": ("collect", _at_draft, []),
    "sources add": ("sources", _at_draft, ["{folder}/more.csv"]),
    "sources rules": ("sources", _with_a_source, ["more", "title=A* -> kind=report"]),
    "sources pause": ("sources", _with_a_source, ["more"]),
    "sources resume": ("sources", _with_a_source, ["more"]),
    "sources remove": ("sources", _with_a_source, ["more"]),
    "publications add": ("import", _at_draft, ["A title", "--kind", "report", "--url", "https://example.org/x"]),
    "subscribers import": (
        "import", _at_draft,
        ["{folder}/people.csv", "--list", "quarterly", "--consent", "Yes", "--consent-at", "2024-01-01"],
    ),
    "subscribers export": ("export", _at_draft, ["--list", "quarterly"]),
    "subscribers ask": ("ask", _with_unknown, ["--list", "quarterly"]),
    "subscribers add": ("import", _at_draft, ["new@example.org", "--list", "quarterly"]),
    "subscribers unsubscribe": ("unsubscribe", _at_draft, ["ada@example.org", "--list", "quarterly"]),
    "subscribers suppress": ("suppress", _at_draft, ["ada@example.org"]),
    "subscribers unsuppress": ("unsuppress", _with_a_bounce, ["ada@example.org", "--because", "It works again"]),
    "subscribers erase": ("erase", _at_draft, ["ada@example.org", "--yes"]),
    "lists add": (
        "lists", _at_draft,
        ["monthly", "--name", "Monthly", "--from", "Us <us@example.org>", "--postal-address", "1 Square"],
    ),
    "lists calm": ("lists", _at_draft, ["quarterly", "--wait", "20"]),
    "lists rhythm": ("lists", _at_draft, ["quarterly", "--country", "BE"]),
    "lists dates": ("dates", _with_a_rhythm, ["quarterly", "--set", "2099-Q2=2099-07-09T09:00"]),
    "lists welcome": ("lists", _at_draft, ["quarterly", "on"]),
    "transports set": ("transports", _at_draft, ["default", "--rate", "20"]),
    "transports open": ("transports", _at_draft, ["default"]),
    "staff add": ("staff", _at_draft, ["new@example.org", "--role", "author"]),
    "staff link": ("staff", _at_draft, [AUTHOR]),
    "staff role": ("staff", _at_draft, [SECOND_AUTHOR, "approver"]),
    "staff disable": ("staff", _at_draft, [SECOND_AUTHOR]),
    "staff enable": ("staff", _one_has_left, [SECOND_AUTHOR]),
    "staff sessions": ("staff", _at_draft, [SECOND_AUTHOR, "--revoke"]),
    "keys add": ("keys", _at_draft, ["website", "--scope", "lists:read"]),
    "keys revoke": ("keys", _with_a_key, ["nk_0a0b0c0d"]),
    "adopt": ("adopt", _copied, []),
}  # fmt: skip
READ_ONLY = {
    "migrate", "demo", "mailbox", "publications list", "publications changes", "sources try", "sources list",
    "sources discover", "sources show", "lists show", "lists list", "issue show", "issue list", "issue history",
    "issue render", "issue check", "issue status", "issue report", "subscribers show", "subscribers consent",
    "staff list", "keys list", "guests list", "guests lines", "guests link", "transports list", "worker", "web", "run",
    "console", "scheduler",
    "init",  # of an installation in which nobody is yet
}  # fmt: skip


def _configured(route: Route) -> Path:
    settings = route.settings
    config = route.folder / "newsletter.toml"
    config.write_text(
        f'database_url = "{settings.database_url}"\nbase_url = "{settings.base_url}"\n'
        f'secret_keys = "{settings.secret_keys[0]}"\nsuppression_key = "{settings.suppression_key}"\n'
        f'transport_url = "{settings.transport_url}"\nfetch_allow_private = true\n',
        encoding="utf-8",
    )
    (route.folder / "more.csv").write_text(
        "kind,title,url,published_on\nreport,More,https://example.org/more,2024-06-01\n", encoding="utf-8"
    )
    (route.folder / "people.csv").write_text("email\nnew@example.org\n", encoding="utf-8")
    return config


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


def test_every_command_is_in_this_table_or_changes_nothing() -> None:
    from tests.test_cli import commands

    assert {" ".join(path) for path in commands()} == set(COMMANDS) | READ_ONLY


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_changes_something_asks_the_table(route: Route, command: str, site: Served) -> None:
    verb, before, arguments = COMMANDS[command]
    before(route)
    config = _configured(route)
    site.page("/a", "<title>An article</title>")
    known = {"folder": str(route.folder), "page": site.url("/a")}
    filled = [argument.format(**known) if argument.startswith("{") else argument for argument in arguments]
    for who, role in ((AUTHOR, "author"), (APPROVER, "approver"), (ADMIN, "admin")):
        if role in TABLE[verb]:
            continue
        entries = len(route.activity())
        result = CliRunner().invoke(app, ["--config", str(config), *command.split(), *filled, "--by", who])
        assert result.exit_code == 1, result.output
        assert f"{who} is {role}; '{verb}' needs" in result.output
        assert len(route.activity()) == entries
    stranger = CliRunner().invoke(app, ["--config", str(config), *command.split(), *filled, "--by", "x@example.org"])
    assert stranger.exit_code == 1
    assert "x@example.org is not staff" in stranger.output
    nobody = CliRunner().invoke(app, ["--config", str(config), *command.split(), *filled])
    named = verb in NAMED or command in NAMED_COMMANDS
    if named:
        assert nobody.exit_code == 2, nobody.output
        assert "--by" in nobody.output
    allowed = min(TABLE[verb], key=["author", "approver", "admin"].index)
    who = {"author": AUTHOR, "approver": APPROVER, "admin": ADMIN}[allowed]
    if named:
        result = CliRunner().invoke(app, ["--config", str(config), *command.split(), *filled, "--by", who])
        assert result.exit_code == 0, result.output
    else:
        assert nobody.exit_code == 0, nobody.output
    last = route.activity()[-1]
    assert last.via == "cli"
    assert last.os_user
    assert last.staff_id == (route.who(who).staff_id if named else None)
