"""The command line: what it prints and where, how it ends, and what it refuses in words that help."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import select, update
from typer.testing import CliRunner, Result

from newsletter import __version__
from newsletter.cli.main import app
from newsletter.delivery.tables import MailingRow
from newsletter.publications.checking import COLUMNS
from newsletter.publications.tables import PublicationRow
from newsletter.staff.tables import ActivityRow
from tests.route import (
    ADMIN,
    APPROVER,
    AUTHOR,
    CONFIRMED,
    PUBLICATIONS,
    SECOND_AUTHOR,
    SECRET_KEYS,
    SLUG,
    SUBJECT,
    SUPPRESSION_KEY,
    Route,
)
from tests.served import Served


def commands() -> Iterator[tuple[str, ...]]:
    """Every command, as the words one types."""
    for name, command in group(typer.main.get_command(app)).items():
        verbs = group(command)
        yield from ((name, verb) for verb in verbs) if verbs else [(name,)]


def group(command: Any) -> dict[str, Any]:
    """The commands below a command, where there are any."""
    found: dict[str, Any] = getattr(command, "commands", {})
    return found


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of ours around, and nobody who could answer a question."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("NEWSLETTER_")]:
        monkeypatch.delenv(name)

    def asked(*_: object, **__: object) -> None:
        raise AssertionError("a command asks a question")

    for module, name in ((typer, "confirm"), (typer, "prompt"), (typer, "edit")):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, asked)
    monkeypatch.setattr("builtins.input", asked)
    monkeypatch.setattr("getpass.getpass", asked)


def environment(route: Route, **more: str) -> dict[str, str]:
    return {
        "NEWSLETTER_DATABASE_URL": route.settings.database_url,
        "NEWSLETTER_BASE_URL": route.settings.base_url,
        "NEWSLETTER_SECRET_KEYS": route.settings.secret_keys[0],
        "NEWSLETTER_SUPPRESSION_KEY": route.settings.suppression_key,
        "NEWSLETTER_TRANSPORT_URL": route.settings.transport_url,
        "NEWSLETTER_TIMEZONE": "Europe/Brussels",
    } | more


class Shell:
    """Types commands, with no terminal and no settings file."""

    def __init__(self, route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
        self.route = route
        monkeypatch.chdir(route.folder)

    def __call__(self, *words: str, code: int = 0, **more: str) -> Result:
        result = CliRunner().invoke(app, list(words), env=environment(self.route, **more), input="")
        assert not isinstance(result.exception, Exception), result.exception
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code).stdout)


@pytest.fixture
def shell(route: Route, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(route, monkeypatch)


@pytest.fixture
def signed_off(approved: Route, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(approved, monkeypatch)


# -- the whole route, typed ----------------------------------------------------------------------------------------


def test_the_whole_route_can_be_typed_with_nothing_but_an_environment(
    either_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(either_route, monkeypatch)
    assembled = shell("issue", "assemble", "--list", "quarterly", "--period", "2024-Q2", "--by", AUTHOR)
    assert assembled.stdout == f"{SLUG}\n", "the id alone; the rest is for people, on stderr"
    assert "is there already" in assembled.stderr
    shell("issue", "check", SLUG, "--no-network")
    submitted = shell("issue", "submit", SLUG, "--by", AUTHOR)
    assert "Version 1 is handed in" in submitted.stdout
    fingerprint = re.search(r"Fingerprint ([0-9a-f]{64})", submitted.stdout)
    assert fingerprint
    approved = shell("issue", "approve", SLUG, "--by", APPROVER)
    assert fingerprint[1] in approved.stdout
    sent = shell("issue", "send", SLUG, "--by", AUTHOR)
    assert "4 = 4 handed over. The sum is right." in sent.stdout
    assert "Nothing to do" in shell("issue", "send", SLUG, "--by", AUTHOR).stdout
    mails = [mail for mail in either_route.mails() if mail["List-Unsubscribe"]]
    assert sorted(str(mail["To"]) for mail in mails) == sorted(CONFIRMED)
    assert len(either_route.mails()) == 9, "and the two who were asked for their yes, the three who were told of it"


def test_an_installation_begins_with_an_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, route: Route
) -> None:
    shell, folder = Shell(route, monkeypatch), tmp_path / "fresh"
    there = {"NEWSLETTER_DATABASE_URL": f"sqlite:///{folder}/news.db"}
    refused = shell("lists", "list", code=1, **there)
    assert "The database is empty. Run: newsletter migrate" in refused.stderr
    assert "from empty to" in shell("migrate", **there).stdout
    assert "The database is at" in shell("migrate", **there).stdout
    assert "No list yet. Add one: newsletter lists add" in shell("lists", "list", **there).stdout
    assert "Nobody yet. Add yourself: newsletter staff add" in shell("staff", "list", **there).stdout
    assert "No issue yet. Collect one: newsletter issue assemble" in shell("issue", "list", **there).stdout
    assert "No publications yet" in shell("publications", "list", **there).stdout
    shell("staff", "add", "me@example.org", "--role", "admin", **there)
    shell("lists", "add", "monthly", "--name", "The Monthly", "--from", "Us <us@example.org>", "--postal-address",
          "1 Square", "--by", "me@example.org", **there)  # fmt: skip
    (tmp_path / "p.csv").write_text(
        "kind,title,summary,url,published_on\n"
        "report,A report about bridges,What they cost.,https://example.org/a,2024-06-04\n", encoding="utf-8",
    )  # fmt: skip
    assert "1 new, 0 changed, 0 unchanged" in shell("publications", "import", str(tmp_path / "p.csv"), **there).stdout
    assembled = shell("issue", "assemble", "--list", "monthly", "--period", "2024-06", **there)
    assert assembled.stdout.splitlines()[-1] == "monthly-2024-06"


def test_the_program_itself_runs_and_ends_with_its_code(route: Route) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "newsletter", *words], capture_output=True, text=True, timeout=60, check=False,
            stdin=subprocess.DEVNULL, env=environment(route, PATH=os.environ["PATH"]), cwd=route.folder,
        )  # fmt: skip

    done = run("issue", "status", SLUG, "--json")
    assert (done.returncode, json.loads(done.stdout)["state"]) == (0, "draft")
    assert run("issue", "send", SLUG).returncode == 2


def test_the_version_is_printed() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"newsletter {__version__}\n"


# -- how it ends ---------------------------------------------------------------------------------------------------

NEEDS_BY = ("submit", "withdraw", "approve", "plan", "send", "pause", "resume", "stop", "resolve", "request-changes",
            "take-back", "cancel-plan")  # fmt: skip


@pytest.mark.parametrize("verb", NEEDS_BY)
def test_who_does_it_must_be_said(shell: Shell, verb: str) -> None:
    extra = {"plan": ["--at", "2099-01-01"], "request-changes": ["--comment", "x"]}.get(verb, [])
    assert "--by" in shell("issue", verb, SLUG, *extra, code=2).stderr


@pytest.mark.parametrize(
    "words",
    [("issue", "fly", SLUG), ("issue", "send"), ("nothing",), ("issue", "assemble", "--list", "quarterly"),
     ("issue", "hold", SLUG, "seven"), ("subscribers", "import", "x.csv", "--list", "quarterly", "--as", "friends"),
     ("issue", "status", SLUG, "--loud")],
)  # fmt: skip
def test_what_was_typed_wrongly_ends_with_2(shell: Shell, words: tuple[str, ...]) -> None:
    result = shell(*words, code=2)
    assert "Usage:" in result.stderr
    assert result.stdout == ""


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "no such issue": (("issue", "status", "quarterly-2024-q1"), "did you mean quarterly-2024-q2"),
    "no such list": (("issue", "assemble", "--list", "weekly", "--period", "2024-Q2"), "quarterly"),
    "no such period": (("issue", "assemble", "--list", "quarterly", "--period", "2024-Q5"), "2024-Q"),
    "nothing in that period": (("issue", "assemble", "--list", "quarterly", "--period", "2019-Q1"), "Nothing was"),
    "no such day": (
        ("issue", "assemble", "--list", "quarterly", "--period", "2024-Q2", "--until", "30.6.2024"),
        "--until 30.6.2024: give a day like 2024-06-30",
    ),
    "no approval": (("issue", "send", SLUG, "--by", AUTHOR), f"newsletter issue submit {SLUG} --by EMAIL"),
    "nothing to change": (("issue", "edit", SLUG), "--subject or --preview"),
    "no reason": (("issue", "decline", SLUG, "1", "--reason", " "), "reason"),
    "no such publication": (("issue", "use", SLUG, "999"), "no publication with the id 999"),
    "no date": (("issue", "use", SLUG, "9"), "has no date"),
    "no such time": (("issue", "plan", SLUG, "--at", "noon", "--by", AUTHOR), "give a time like 2024-07-09T09:00"),
    "time has passed": (("issue", "plan", SLUG, "--at", "2020-01-01T09:00", "--by", AUTHOR), "has passed"),
    "both ways": (("issue", "resolve", SLUG, "--leave", "--send-again", "--by", AUTHOR), "--leave (advised)"),
    "neither way": (("issue", "resolve", SLUG, "--by", AUTHOR), "--leave (advised)"),
    "never sent": (("issue", "resolve", SLUG, "--leave", "--by", AUTHOR), "was never sent"),
    "nothing to pause": (("issue", "pause", SLUG, "--by", AUTHOR), "there is nothing to pause"),
    "a test copy to nobody": (("issue", "test", SLUG, "--to", "me"), "no e-mail address"),
    "not staff": (("issue", "submit", SLUG, "--by", "x@example.org"), "newsletter staff add x@example.org"),
    "no such file": (("publications", "import", "nowhere.csv"), "nowhere.csv"),
    "no such file of people": (
        ("subscribers", "import", "nowhere.csv", "--list", "quarterly", "--consent", "Yes", "--consent-at",
         "2024-01-01"), "nowhere.csv",
    ),
    "people without consent": (
        ("subscribers", "import", "readers.csv", "--list", "quarterly"), "--consent 'the words they agreed to'"
    ),
    "people of no list": (("subscribers", "add", "x@example.org", "--list", "weekly"), "newsletter lists list"),
    "no address": (("subscribers", "add", "x", "--list", "quarterly"), "That address cannot be used"),
    "nobody known": (("subscribers", "show", "x@example.org"), "x@example.org is not known here"),
    "not on the list": (("subscribers", "unsubscribe", "x@example.org", "--list", "quarterly"), "x@example.org is not"),
    "a list that is there": (
        ("lists", "add", "quarterly", "--name", "X", "--from", "X <x@example.org>", "--postal-address", "1"),
        "There is a list quarterly already",
    ),
    "a list without a sender": (
        ("lists", "add", "weekly", "--name", "X", "--from", "nobody", "--postal-address", "1"),
        "must be written 'Name <name@example.org>'",
    ),
    "a list without an address": (
        ("lists", "add", "weekly", "--name", "X", "--from", "X <x@example.org>", "--postal-address", " "),
        "postal address",
    ),
    "no such list to show": (("lists", "show", "weekly"), "newsletter lists list"),
    "no such role": (("staff", "add", "x@example.org", "--role", "owner"), "author, approver, admin"),
    "staff already": (("staff", "add", AUTHOR, "--role", "admin"), "is staff already"),
    "no such kind": (("publications", "add", "T", "--kind", "poem", "--url", "https://example.org"), "kind"),
    "a file where a folder is wanted": (("issue", "render", SLUG, "--out", "newsletter.db"), "newsletter.db"),
    "no such settings": (("--config", "nowhere.toml", "issue", "list"), "nowhere.toml"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_ends_with_1_and_says_what_to_do(shell: Shell, what: str) -> None:
    words, told = REFUSED[what]
    (shell.route.folder / "readers.csv").write_text("email\nx@example.org\n", encoding="utf-8")
    before = len(shell.route.activity())
    result = shell(*words, code=1)
    assert told in result.stderr
    assert result.stdout == ""
    assert len(shell.route.activity()) == before


def test_a_changed_issue_is_refused_with_what_changed(signed_off: Shell) -> None:
    signed_off("issue", "edit", SLUG, "--subject", "Another subject altogether")
    refused = signed_off("issue", "send", SLUG, "--by", AUTHOR, code=1).stderr
    assert "needs a new yes: it has changed since the last one" in refused
    assert f"- subject en: “{SUBJECT}” is now “Another subject altogether”" in refused
    status = signed_off("issue", "status", SLUG).stdout
    assert "It needs a new yes" in status
    assert "Another subject altogether" in status


def test_the_requester_cannot_approve_through_the_command_line_either(shell: Shell) -> None:
    shell("issue", "submit", SLUG, "--by", APPROVER)
    refused = shell("issue", "approve", SLUG, "--by", APPROVER, code=1)
    assert "Ask a second person" in refused.stderr
    shell("issue", "approve", SLUG, "--by", APPROVER, "--override", "I am in a hurry", code=1)
    shell("issue", "submit", SLUG, "--by", ADMIN)
    shell("issue", "approve", SLUG, "--by", ADMIN, "--override", " ", code=1)
    shell("issue", "approve", SLUG, "--by", ADMIN, "--override", "I am alone until the 20th.")
    (entry,) = [row for row in shell.route.activity() if row.verb == "approve"]
    assert entry.detail["override"] == "I am alone until the 20th."


def test_checks_end_with_1_while_something_must_be_mended(shell: Shell) -> None:
    assert "Nothing must be mended." in shell("issue", "check", SLUG, "--no-network").stdout
    shell("issue", "edit", SLUG, "--subject", "Re: your message of last week")
    assert "must be mended" in shell("issue", "check", SLUG, "--no-network", code=1).stdout
    told = shell.json("issue", "check", SLUG, "--no-network", code=1)
    assert told[0]["severity"] == "must"
    assert "begins like an answer" in shell("issue", "submit", SLUG, "--by", AUTHOR, code=1).stderr


def test_a_check_looks_at_links_unless_it_is_told_not_to(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_FETCH_ALLOW_PRIVATE", "true")
    with Served() as site:
        for one in PUBLICATIONS:
            shell.route.set_publication(one["external_id"], url=site.url("/roots"))
        shell.route.set_profile(website="", privacy_url="")
        shell("issue", "check", SLUG, "--no-network", code=1)  # a reader cannot open what is on this machine
        assert site.requests == []
        told = shell.json("issue", "check", SLUG, code=1)
        assert [(one.method, one.path) for one in site.requests] == [("HEAD", "/roots"), ("GET", "/roots")]
        assert "dead links" in {one["check"] for one in told}
        asked = len(site.requests)
        shell("issue", "check", SLUG, code=1)
        assert len(site.requests) == asked
        shell("issue", "check", SLUG, "--again", code=1)
        assert len(site.requests) == 2 * asked


def test_a_release_without_waiting_says_so_and_a_second_one_does_not(signed_off: Shell) -> None:
    assert (
        "Released. 4 = 0 handed over + 4 waiting"
        in signed_off("issue", "send", SLUG, "--no-wait", "--by", AUTHOR).stdout
    )
    signed_off("issue", "send", SLUG, "--by", AUTHOR)
    assert "Nothing to do" in signed_off("issue", "send", SLUG, "--no-wait", "--by", AUTHOR).stdout


def test_pause_resume_and_stop_tell_how_many_have_it(signed_off: Shell) -> None:
    signed_off("issue", "send", SLUG, "--no-wait", "--by", AUTHOR)
    assert "0 of 4 handed over; 4 have no copy" in signed_off("issue", "pause", SLUG, "--by", AUTHOR).stdout
    assert "issue resume" in signed_off("issue", "send", SLUG, "--by", AUTHOR, code=1).stderr
    assert f"newsletter issue send {SLUG}" in signed_off("issue", "resume", SLUG, "--by", SECOND_AUTHOR).stdout
    assert "Stopped. 0 of 4" in signed_off("issue", "stop", SLUG, "--by", AUTHOR).stdout
    assert "is stopped" in signed_off("issue", "send", SLUG, "--by", AUTHOR).stdout
    assert signed_off.route.mails() == []


def test_a_broken_theme_stands_in_the_way_of_no_stop_and_no_status(signed_off: Shell) -> None:
    signed_off("issue", "send", SLUG, "--no-wait", "--by", AUTHOR)
    (signed_off.route.folder / "theme.toml").write_text("broken", encoding="utf-8")
    assert "Stopped. 0 of 4" in signed_off("issue", "stop", SLUG, "--by", AUTHOR).stdout
    status = signed_off.json("issue", "status", SLUG)
    assert (status["state"], status["approved"]) == ("stopped", None)
    assert "theme.toml" in status["changed_since_yes"][0]


def test_a_plan_is_told_in_the_organisations_own_time(signed_off: Shell) -> None:
    told = signed_off("issue", "plan", SLUG, "--at", "2099-07-14T09:00", "--by", AUTHOR).stdout
    assert told == "Planned for Tuesday 14 July 2099, 09:00 (Europe/Brussels).\n"
    assert signed_off.json("issue", "status", SLUG)["planned_at"] == "2099-07-14T07:00:00+00:00"
    assert "--now" in signed_off("issue", "send", SLUG, "--by", AUTHOR, code=1).stderr
    signed_off("issue", "send", SLUG, "--now", "--by", AUTHOR)


def test_a_test_copy_that_the_mail_service_refuses_is_not_called_sent(shell: Shell) -> None:
    shell("issue", "test", SLUG, "--to", "me@example.org")
    assert len(shell.route.mails()) == 2
    for path in shell.route.mailbox.iterdir():
        path.unlink()
    shell.route.mailbox.rmdir()
    shell.route.mailbox.write_text("in the way")
    refused = shell("issue", "test", SLUG, "--to", "me@example.org", code=1)
    assert "on the way" not in refused.output


def test_a_submit_stands_although_nobody_could_be_told(shell: Shell) -> None:
    result = shell("issue", "submit", SLUG, "--by", AUTHOR, NEWSLETTER_TRANSPORT_URL="")
    assert "No mail was sent to those who may approve" in result.stderr
    assert shell.json("issue", "status", SLUG)["state"] == "in_review"


# -- JSON ----------------------------------------------------------------------------------------------------------


def test_status_has_the_agreed_keys_from_the_first_day(shell: Shell) -> None:
    counts = {"candidates": 0, "waiting": 0, "accepted": 0, "deferred": 0, "rejected": 0, "uncertain": 0}
    status = shell.json("issue", "status", SLUG)
    assert status | counts | {"state": "draft", "excluded": {}, "left_out": {}} == status


def test_status_after_a_send_balances_by_reason(signed_off: Shell) -> None:
    signed_off("issue", "send", SLUG, "--no-wait", "--by", AUTHOR)
    signed_off("subscribers", "unsubscribe", "bob@example.org", "--list", "quarterly")
    signed_off("subscribers", "suppress", "eve@example.org", "--reason", "asked by phone")
    signed_off("issue", "send", SLUG, "--by", AUTHOR)
    status = signed_off.json("issue", "status", SLUG)
    assert status["state"] == "sent"
    assert (status["candidates"], status["accepted"], status["waiting"]) == (4, 2, 0)
    assert status["excluded"] == {"unsubscribed": 1, "staff": 1}
    assert status["left_out"] == {"pending": 1, "unsubscribed": 1}
    assert status["approved"]["by"] == APPROVER


def test_publications_are_listed_with_the_import_columns(shell: Shell) -> None:
    listed = shell.json("publications", "list")
    assert len(listed) == 9
    assert {column for one in listed for column in one} <= set(COLUMNS)
    (call,) = [one for one in listed if one["external_id"] == "pilots"]
    assert (call["kind"], call["deadline_on"], call["published_on"]) == ("opportunity", "2024-08-30", "2024-06-20")
    assert "outlet" not in call, "an empty column is an absent one"
    assert len(shell.json("publications", "list", "--period", "2024-06")) == 4


def test_what_is_listed_can_be_imported_again_unchanged(shell: Shell) -> None:
    path = shell.route.folder / "again.json"
    path.write_text(json.dumps(shell.json("publications", "list")), encoding="utf-8")
    assert "0 new, 0 changed, 9 unchanged" in shell("publications", "import", str(path)).stdout


def test_a_person_is_shown_with_the_lists_and_states(shell: Shell) -> None:
    shown = shell.json("subscribers", "show", "Ada@Example.org")
    assert shown["email"] == "ada@example.org"
    assert [{"list": one["list"], "state": one["state"]} for one in shown["subscriptions"]] == [
        {"list": "quarterly", "state": "confirmed"}
    ]
    assert shell.json("subscribers", "show", "gone@example.org")["subscriptions"][0]["state"] == "unsubscribed"
    assert shell.json("subscribers", "show", "pending@example.org")["subscriptions"][0]["state"] == "pending"


def test_issues_lists_and_staff_are_given_as_json(shell: Shell) -> None:
    shown = shell.json("issue", "show", SLUG)
    assert (shown["issue"]["slug"], shown["issue"]["state"], shown["issue"]["collects_until"]) == (
        SLUG, "draft", "2024-06-30",
    )  # fmt: skip
    assert {one["state"] for one in shown["coverage"]} <= {"used", "held", "declined", "offered"}
    assert [one["slug"] for one in shell.json("issue", "list")] == [SLUG]
    assert shell.json("lists", "list") == [
        {"slug": "quarterly", "name": "The Quarterly", "languages": ["en", "es"], "archived": False}
    ]
    assert shell.json("lists", "show", "quarterly")["from_address"] == "quarterly@news.example.org"
    assert {one["email"]: one["role"] for one in shell.json("staff", "list")}[ADMIN] == "admin"
    (size,) = (one for one in shell.json("issue", "check", SLUG, "--no-network") if one["check"] == "size")
    assert (size["severity"], size["who"]) == ("info", "you")
    report = shell.json("issue", "report", SLUG)
    assert report["status"]["state"] == "draft"
    assert len(report["coverage"]) == len(shown["coverage"])


def test_json_stands_alone_on_stdout_with_every_letter(shell: Shell) -> None:
    with shell.route.database.transaction() as session:
        session.execute(update(PublicationRow).where(PublicationRow.id == 1).values(title="Zürich [bold]\u2028 مدينة"))
    assert shell.json("publications", "list")[0].keys() <= set(COLUMNS)
    assert any("Zürich [bold]" in one["title"] for one in shell.json("publications", "list"))


# -- what is printed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["[bold]Loud[/bold]", "[/]", r"\[x] \\[y]", ":city: :warning:", "{curly} %s 100%"])
def test_titles_are_printed_letter_by_letter(shell: Shell, title: str) -> None:
    with shell.route.database.transaction() as session:
        session.execute(update(PublicationRow).where(PublicationRow.external_id == "impact").values(title=title))
    assert title in shell("publications", "list").stdout
    assert title in shell("issue", "show", SLUG).stdout
    refused = shell("issue", "status", title, code=1)
    assert repr(title) in refused.stderr


def test_the_files_of_an_issue_are_written_and_named(shell: Shell) -> None:
    result = shell("issue", "render", SLUG, "--out", "out")
    for name in ("issue.html", "issue.txt", "issue.eml", "issue.es.html"):
        assert f"out/{name}" in result.stdout
        assert (shell.route.folder / "out" / name).stat().st_size > 500
    assert shell.route.mailings() == []


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_says_what_it_is_for(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*path, "--help"])
    assert result.exit_code == 0
    command = typer.main.get_command(app)
    for word in path:
        command = group(command)[word]
    assert (command.help or "").strip().split("\n")[0].endswith("."), "a whole sentence"


# -- settings, keys, databases -------------------------------------------------------------------------------------


def test_wrong_settings_are_named_and_no_secret_is_printed(shell: Shell) -> None:
    refused = shell("issue", "list", code=1, NEWSLETTER_SECRET_KEYS="hunter2", NEWSLETTER_TIMEZONE="Brussels")
    assert "SECRET_KEYS: each key needs at least 32 characters." in refused.stderr
    assert "TIMEZONE" in refused.stderr
    assert "hunter2" not in refused.output
    assert SUPPRESSION_KEY not in refused.output


@pytest.mark.parametrize(
    "url",
    ["smtp://user:hunter2@mail.example.org:port", "smtp://user:hunter2@mail.example.org?tls=maybe",
     "pigeon://user:hunter2@mail.example.org", "smtp://user:hunter2@", "folder://relative/hunter2?x=1"],
)  # fmt: skip
def test_a_wrong_mail_service_is_refused_without_its_password(signed_off: Shell, url: str) -> None:
    refused = signed_off("issue", "send", SLUG, "--by", AUTHOR, code=1, NEWSLETTER_TRANSPORT_URL=url)
    assert "hunter2" not in refused.output
    assert signed_off.route.mailings() == []


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg://user:hunter2@127.0.0.1:1/newsletter", "postgresql+psycopg://user:hunter2@host:port/x",
     "mysql://user:hunter2@host/x", "not a url", "sqlite://", "sqlite:////proc/nowhere/x.db",
     "postgresql://user:hunter2@host/x"],
)  # fmt: skip
def test_a_database_that_cannot_be_used_is_refused_without_its_password(shell: Shell, url: str) -> None:
    refused = shell("issue", "list", code=1, NEWSLETTER_DATABASE_URL=url)
    assert "hunter2" not in refused.output
    assert refused.stderr.strip()


def test_secrets_from_files_will_do(shell: Shell) -> None:
    for name, value in (("keys", SECRET_KEYS), ("suppression", SUPPRESSION_KEY)):
        (shell.route.folder / name).write_text(f"{value}\n", encoding="utf-8")
    env = environment(shell.route)
    del env["NEWSLETTER_SECRET_KEYS"], env["NEWSLETTER_SUPPRESSION_KEY"]
    env |= {"NEWSLETTER_SECRET_KEYS_FILE": "keys", "NEWSLETTER_SUPPRESSION_KEY_FILE": "suppression"}
    assert CliRunner().invoke(app, ["issue", "list"], env=env).exit_code == 0


def test_another_suppression_key_is_refused_everywhere(shell: Shell) -> None:
    for words in (["issue", "list"], ["migrate"], ["subscribers", "show", "ada@example.org"]):
        refused = shell(*words, code=1, NEWSLETTER_SUPPRESSION_KEY="another-key-" + "z" * 30)
        assert "SUPPRESSION_KEY is not the one this database was made with" in refused.stderr


def test_other_secret_keys_are_not_refused_for_keys_may_rotate(shell: Shell) -> None:
    shell("issue", "list", NEWSLETTER_SECRET_KEYS=f"{'n' * 32},{SECRET_KEYS}")


def test_a_settings_file_is_read_and_the_environment_stands_over_it(shell: Shell) -> None:
    config = shell.route.folder / "newsletter.toml"
    config.write_text('timezone = "Nowhere"\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["--config", str(config), "issue", "list"], env=environment(shell.route))
    assert result.exit_code == 0, "the environment's zone is right"
    env = {name: value for name, value in environment(shell.route).items() if name != "NEWSLETTER_TIMEZONE"}
    refused = CliRunner().invoke(app, ["--config", str(config), "issue", "list"], env=env)
    assert refused.exit_code == 1
    assert "TIMEZONE" in refused.output


# -- nothing half-done ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [("subscribers", "unsubscribe", "ada@example.org", "--list", "quarterly"),
     ("subscribers", "suppress", "ada@example.org"),
     ("subscribers", "add", "new@example.org", "--list", "quarterly", "--consent", "Yes"),
     ("lists", "add", "weekly", "--name", "W", "--from", "W <w@example.org>", "--postal-address", "1 Square")],
)  # fmt: skip
def test_who_is_named_is_looked_up_before_anything_is_done(shell: Shell, words: tuple[str, ...]) -> None:
    shell(*words, "--by", "stranger@example.org", code=1)
    assert shell.json("subscribers", "show", "ada@example.org")["subscriptions"][0]["state"] == "confirmed"
    assert shell.json("subscribers", "show", "ada@example.org")["suppressions"] == []
    assert "not known" in shell("subscribers", "show", "new@example.org", code=1).stderr
    assert len(shell.json("lists", "list")) == 1


def test_a_dry_run_writes_nothing_and_logs_nothing(shell: Shell) -> None:
    (shell.route.folder / "people.csv").write_text("email,name\nnew@example.org,New\nwrong,X\n", encoding="utf-8")
    before = len(shell.route.activity())
    words = ("subscribers", "import", "people.csv", "--list", "quarterly", "--consent", "Yes", "--consent-at",
             "2024-01-01")  # fmt: skip
    dry = shell(*words, "--dry-run")
    assert dry.stdout == "  line 2, new@example.org: confirmed\n1 would be added, 0 unchanged, 1 refused.\n"
    assert "line 3, wrong" in dry.stderr
    assert len(shell.route.activity()) == before
    assert shell(*words).stdout == "1 added, 0 unchanged, 1 refused.\n"
    assert shell.json("subscribers", "show", "new@example.org")["subscriptions"][0]["state"] == "confirmed"
    with shell.route.database.reading() as session:
        (entry,) = session.scalars(select(ActivityRow).where(ActivityRow.id > before)).all()
    assert (entry.verb, entry.detail["added"]) == ("import", 1)


def test_a_killed_release_leaves_nothing_or_a_mailing_that_goes_on(
    signed_off: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("newsletter.pipeline.freeze", killed)
    CliRunner().invoke(app, ["issue", "send", SLUG, "--by", AUTHOR], env=environment(signed_off.route))
    monkeypatch.undo()
    with signed_off.route.database.reading() as session:
        assert session.scalars(select(MailingRow.state)).one() == "freezing"
    result = CliRunner().invoke(app, ["issue", "send", SLUG, "--by", AUTHOR], env=environment(signed_off.route))
    assert "4 = 4 handed over" in result.output
    assert len(signed_off.route.mails()) == 4
