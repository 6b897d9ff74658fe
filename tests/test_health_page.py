"""Health: what is well, what must be mended, by whom; and the letter with the records that verify a real signature."""

import re
from datetime import timedelta
from html import unescape

import dkim
import pytest
from sqlalchemy import select, update

from newsletter import instance
from newsletter.clock import system_clock
from newsletter.delivery.tables import TransportRow
from newsletter.fetch import Names
from newsletter.health.lines import Line, Stands
from newsletter.jobs import Job, Scheduler
from newsletter.rendering.dkim import signer
from newsletter.staff.tables import ActivityRow
from tests.console import Desk, form, said
from tests.name_server import NameServer
from tests.route import ADMIN, AUTHOR, SECRET_KEYS, SUPPRESSION_KEY, Route, later
from tests.smtp_server import ScriptedServer
from tests.test_dkim import BODIES, KEY, VALUE, compiled, pem, reader, static
from tests.test_smtp import auth
from tests.visits import main_of

PAGE = "/console/health"
PASSWORD = "a-password-for-the-mail-service"


def line(route: Route, name: str) -> Line:
    return next(one for one in route.pipeline.health.report().lines if one.name.startswith(name))


def test_a_job_that_stopped_turns_red_and_one_that_runs_is_green(either_route: Route) -> None:
    route = either_route
    assert line(route, "Drafts and reminders").stands is Stands.MUST, "it has never run"
    broken = False

    def work() -> list[str]:
        if broken:
            raise ValueError("secret")
        return []

    scheduler = Scheduler([Job("calendar", work, 5)], None, route.pipeline.health.runs)  # type: ignore[arg-type]
    scheduler.once()
    assert line(route, "Drafts and reminders") == Line("Drafts and reminders", Stands.GOOD, "Last done a moment ago.")
    later(route, minutes=20)
    stopped = line(route, "Drafts and reminders")
    assert (stopped.stands, stopped.said) == (Stands.MUST, "It has stopped. Last done 20 minutes ago.")
    assert {one.command for one in route.pipeline.health.report().lines} >= {"newsletter run"}
    page = main_of(Desk(route).get(PAGE))
    assert "Something must be mended" in page
    assert "It has stopped. Last done 20 minutes ago." in page
    broken = True
    with pytest.raises(ValueError, match="secret"):
        scheduler.once()
    failing = line(route, "Drafts and reminders")
    assert failing.stands is Stands.MUST
    assert "It fails, and is tried again: An error that nobody foresaw (ValueError)" in failing.said
    assert "secret" not in failing.said
    broken = False
    scheduler.once()
    assert line(route, "Drafts and reminders").stands is Stands.GOOD


def test_a_mail_service_is_tried_without_sending_and_nothing_secret_is_shown(route: Route) -> None:
    with ScriptedServer(extensions=auth(mechanisms="PLAIN")) as server:
        url = f"smtp://somebody:{PASSWORD}@127.0.0.1:{server.port}?tls=none"
        route.open(transport_url=url, dkim_domain="example.org", dkim_selector="news", dkim_private_key=pem(KEY))
        alex = Desk(route, ADMIN)
        assert "Nobody has tried lately" in main_of(alex.get(PAGE))
        where, fields = form(alex.get(PAGE), "/services/default/try")
        page = alex.follow(alex.post(where, data=fields))
        assert "It let us in, and out again. Nothing was sent." in main_of(page)
        assert "NOOP" in server.verbs
        assert not server.messages
    where, fields = form(page, "/services/default/try")
    page = alex.follow(alex.post(where, data=fields))
    assert "cannot be used" in main_of(page)
    assert line(route, f"127.0.0.1:{server.port}").stands is Stands.MUST
    for path in (PAGE, f"{PAGE}/letter", "/console/activity"):
        text = unescape(alex.get(path).text)
        for secret in (PASSWORD, SECRET_KEYS, SUPPRESSION_KEY, "PRIVATE KEY", pem(KEY).splitlines()[3]):
            assert secret not in text
    ana = Desk(route, AUTHOR)
    assert "/try" not in ana.get(PAGE).text, "that is whose who looks after the system"


def test_a_service_that_is_held_says_why_and_is_used_again(route: Route) -> None:
    route.sign_off()
    route.send()
    with route.database.transaction() as session:
        session.execute(update(TransportRow).values(paused_because="It refuses us: 550 no."))
    alex = Desk(route, ADMIN)
    page = alex.get(PAGE)
    assert "It is held, and what goes by it waits: It refuses us: 550 no." in main_of(page)
    where, fields = form(page, "/services/default/open")
    page = alex.follow(alex.post(where, data=fields))
    assert "It is held" not in main_of(page)
    assert said(page) == "You changed a mail service."
    with route.database.reading() as session:
        assert session.scalars(select(ActivityRow.detail).order_by(ActivityRow.id.desc())).first()["opened"] is True


def test_the_letter_asks_for_records_that_a_real_signature_is_verified_by(route: Route) -> None:
    route.open(
        transport_url="smtp://somebody:password@smtp-relay.brevo.com:587", base_url="http://127.0.0.1:8000",
        dkim_domain="example.org", dkim_selector="news", dkim_private_key=pem(KEY),
    )  # fmt: skip
    text = unescape(Desk(route).get(f"{PAGE}/letter").text)
    copy = re.search(r"<textarea[^>]*>(.*?)</textarea>", text, re.DOTALL)
    assert copy
    values = dict(re.findall(r"Name: +(\S+)\n +Kind: +TXT\n +Value: +(.+)\n", copy[1]))
    by = signer("example.org", "news", pem(KEY), system_clock)
    html, plain = BODIES["slots at both ends"]
    mail = compiled(html, plain, static(), by).message("en", reader(), VALUE)
    assert dkim.verify(mail, dnsfunc=lambda name, timeout=5: values.get(name.decode().rstrip("."), "").encode())
    assert not dkim.verify(mail, dnsfunc=lambda name, timeout=5: values["_dmarc.news.example.org"].encode())
    assert values["bounces.example.org"] == "v=spf1 include:spf.brevo.com ~all"
    pieces = re.findall(r'"([^"]*)"', copy[1])
    assert max(map(len, pieces)) <= 255
    assert "".join(pieces) == values["news._domainkey.example.org"], "the zone file says the same"


def test_each_record_turns_green_when_it_is_there(route: Route) -> None:
    route.open(
        transport_url="smtp://somebody:password@smtp-relay.brevo.com:587", base_url="http://127.0.0.1:8000",
        dkim_domain="example.org", dkim_selector="news", dkim_private_key=pem(KEY),
    )  # fmt: skip
    other = '"v=DKIM1; p=MIIB"'
    records = {
        ("bounces.example.org", "TXT"): ('"v=spf1 mx -all"',), ("news._domainkey.example.org", "TXT"): (other,),
    }  # fmt: skip
    actor = route.who(ADMIN)
    with NameServer(records) as server:
        names = Names(["127.0.0.1"], server.port, seconds=3)
        route.pipeline.health.look(actor, names)
        assert line(route, "DKIM").stands is Stands.MUST
        assert "Something else stands there." in line(route, "DKIM").said
        assert [line(route, one).stands for one in ("SPF", "DMARC", "Return path")] == [Stands.LOOK] * 3
        assert "v=spf1 mx include:spf.brevo.com -all" in Desk(route).get(f"{PAGE}/letter").text, "one record, not two"
        with route.database.reading() as session:
            (sender,) = route.pipeline.health.senders(session)
            wanted = {one.title: one.wanted for one in route.pipeline.health.records(session, sender)}
        key = wanted["DKIM"]
        server.records = {
            ("bounces.example.org", "TXT"): (f'"{wanted["SPF"]}"',),
            ("news._domainkey.example.org", "TXT"): (f'"{key[:200]}" "{key[200:]}"',),
            ("_dmarc.example.org", "TXT"): ('"v=DMARC1; p=reject"',),
            ("bounces.example.org", "MX"): ("10 mx.example.org.",), ("example.org", "MX"): ("10 mx.example.org.",),
        }  # fmt: skip
        route.pipeline.health.look(actor, names)
    assert {line(route, one).stands for one in ("SPF", "DKIM", "DMARC", "Return path", "Answers")} == {Stands.GOOD}


def test_a_copied_database_is_said_and_taken_over_after_a_question(route: Route) -> None:
    route.settings.instance_file.unlink()
    route.open()
    alex = Desk(route, ADMIN)
    page = alex.get(PAGE)
    assert "it is a copy, or was moved here" in main_of(page)
    where, fields = form(page, "/adopt")
    assert "It is this installation's own." in main_of(alex.follow(alex.post(where, data=fields)))
    assert instance.read(route.settings.instance_file) is not None


def test_backups_are_never_green_and_mails_that_wait_too_long_are_red(route: Route) -> None:
    assert line(route, "Backups").stands is Stands.LOOK
    route.submit()
    assert line(route, "Our other mails").stands is Stands.GOOD
    later(route, minutes=16)
    waiting = line(route, "Our other mails")
    assert (waiting.stands, waiting.said.split(",")[0]) == (Stands.MUST, "2 wait to be handed over")
