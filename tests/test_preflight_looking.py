"""Asking the network: real sites and a real name server on loopback, and what the findings make of the answers."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import select

from newsletter.errors import BadInput
from newsletter.fetch import Limits, Names, Unreachable, Web
from newsletter.preflight import Finding, Looking, Lookout, Severity, Who, check
from newsletter.preflight.facts.model import LinkAnswer
from newsletter.publications.tables import PublicationRow
from tests.checked import NOW, days, facts, found
from tests.name_server import NameServer
from tests.route import APPROVER, AUTHOR, SLUG, Route, later
from tests.served import Asked, Internet, Reply, Served

HOST = "www.mayors.example.org"
ADDRESS = "93.184.216.34"
AGENT = "newsletter/0.1"


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(allow_private=True, agent=AGENT, limits=Limits(seconds=5)) as made:
        yield made


# -- one address


def test_a_page_is_seen_by_a_head_request_alone(site: Served, web: Web) -> None:
    site.page("/report", "Words")
    seen = web.see(site.url("/report#top"))
    assert (seen.url, seen.status) == (site.url("/report"), 200)
    assert [(one.method, one.path) for one in site.requests] == [("HEAD", "/report")]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501])
def test_where_head_is_refused_get_decides(site: Served, web: Web, status: int) -> None:
    site.handler("/report", lambda asked: Reply("x", status if asked.method == "HEAD" else 200))
    assert web.see(site.url("/report")).status == 200


def test_where_head_breaks_the_line_get_decides(site: Served, web: Web) -> None:
    site.handler("/report", lambda asked: Reply("Words"))
    first = iter([b"nonsense\r\n\r\n"])
    site.raw("/report", first)
    with pytest.raises(Unreachable):
        web.see(site.url("/report"))
    site.remove("/report")
    site.page("/report", "Words")
    assert web.see(site.url("/report")).status == 200


def test_a_large_page_is_not_read_to_its_end(site: Served, web: Web) -> None:
    sent: list[int] = []

    def endless() -> Iterator[bytes]:
        while not site.over.is_set():
            sent.append(1)
            yield b"x" * 65_536

    site.handler("/big", lambda asked: Reply(status=405) if asked.method == "HEAD" else Reply(endless()))
    assert web.see(site.url("/big")).status == 200
    assert len(sent) < 200


def test_the_status_is_told_whatever_it_is(site: Served, web: Web) -> None:
    site.page("/gone", status=410)
    assert [web.see(site.url(path)).status for path in ("/missing", "/gone")] == [404, 410]


def test_redirects_are_followed_to_their_end(site: Served, web: Web) -> None:
    site.page("/new", "Words")
    site.redirect("/old", "/new", 301)
    assert web.see(site.url("/old")).url == site.url("/new")
    site.redirect("/round", "/round")
    with pytest.raises(Unreachable, match="circle"):
        web.see(site.url("/round"))


def test_robots_txt_is_not_asked_for_one_address_that_readers_will_open(site: Served, web: Web) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /")
    site.page("/report", "Words")
    assert web.see(site.url("/report")).status == 200
    assert [one.path for one in site.requests] == ["/report"]


def test_a_site_that_wants_to_be_left_alone_is(site: Served, web: Web) -> None:
    site.page("/busy", status=503, headers={"Retry-After": "60"})
    with pytest.raises(Unreachable) as refused:
        web.see(site.url("/busy"))
    assert refused.value.status == 503
    with pytest.raises(Unreachable):
        web.see(site.url("/other"))
    assert [one.path for one in site.requests] == ["/busy"]


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "127.0.0.1", "10.1.2.3", "192.168.1.1", "100.100.100.200", "::1", "fe80::1"]
)
def test_what_lies_inside_is_never_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    internet = Internet(monkeypatch)
    internet.answers["inside.example.org"] = [[address]]
    with Web(allow_private=False, agent=AGENT, resolve=internet.resolve) as strict:
        literal = f"[{address}]" if ":" in address else address
        for url in (f"http://{literal}/latest/meta-data", "http://inside.example.org/"):
            with pytest.raises(Unreachable):
                strict.see(url)
    assert internet.dialled == []


def test_a_redirect_to_the_inside_is_not_followed(monkeypatch: pytest.MonkeyPatch, site: Served) -> None:
    internet = Internet(monkeypatch)
    internet.add("out.example.org", ADDRESS, site)
    site.redirect("/", "http://169.254.169.254/latest")
    with (
        Web(allow_private=False, agent=AGENT, resolve=internet.resolve) as strict,
        pytest.raises(Unreachable, match=r"169\.254"),
    ):
        strict.see("http://out.example.org/")
    assert set(internet.dialled) == {ADDRESS}


# -- one name


def test_records_of_a_name() -> None:
    records = {
        ("example.org", "TXT"): ('"v=spf1 include:a" "b -all"', '"other"'),
        ("example.org", "MX"): ("10 mx.example.org.",),
        ("deaf.example.org", "MX"): ("0 .",),
    }
    with NameServer(records) as server:
        names = Names(["127.0.0.1"], server.port, seconds=3)
        assert set(names.ask("example.org", "TXT").records) == {"v=spf1 include:ab -all", "other"}
        assert names.ask("example.org", "MX").records == ("mx.example.org.",)
        assert names.ask("deaf.example.org", "MX").records == (".",)
        assert names.ask("deaf.example.org", "TXT").outcome == "none"
        assert names.ask("_dmarc.example.org", "TXT").outcome == "none"


def test_a_name_server_that_says_nothing_is_not_waited_for() -> None:
    with NameServer({}, silent=True) as server:
        began = time.monotonic()
        assert Names(["127.0.0.1"], server.port, seconds=0.5).ask("example.org", "TXT").outcome == "failed"
        assert time.monotonic() - began < 3


@given_any(st.text(max_size=300))
@settings(max_examples=30, deadline=None)
def test_no_name_breaks_asking(name: str) -> None:
    with NameServer({}, silent=True) as server:
        assert Names(["127.0.0.1"], server.port, seconds=0.01).ask(name, "TXT").outcome in {"none", "failed"}


# -- a whole issue


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    return Internet(monkeypatch)


@pytest.fixture
def looked(route: Route, site: Served, internet: Internet) -> Iterator[Route]:
    """An issue whose publications are all at one site, which is there, and whose sender's names are in order."""
    yield from _looked(route, site, internet)


def _looked(route: Route, site: Served, internet: Internet) -> Iterator[Route]:
    with route.database.transaction() as session:
        for row in session.scalars(select(PublicationRow)):
            site.page(f"/{row.external_id}", "Words")
            row.url = f"http://{HOST}/{row.external_id}"
    route.set_profile(website=f"http://{HOST}/", privacy_url=f"http://{HOST}/privacy")
    for path in ("/", "/privacy"):
        site.page(path, "Words")
    internet.add(HOST, ADDRESS, site)
    with NameServer({}) as server:
        _look_out(route, internet, server)
        yield route


def _look_out(route: Route, internet: Internet, server: NameServer, longest: float = 20) -> None:
    def web() -> Web:
        return Web(allow_private=False, agent=AGENT, limits=Limits(seconds=2), resolve=internet.resolve)

    names = Names(["127.0.0.1"], server.port, seconds=2)
    route.open(transport_url="smtp://mail.example.org")  # mail leaves
    lookout = Lookout(route.database, route.pipeline.clock, web, names, longest)
    route.pipeline.checking.lookout = lookout


def findings(route: Route, name: str) -> list[Finding]:
    return [one for one in route.pipeline.check(route.pipeline.version(SLUG)) if one.check == name]


def test_before_anybody_looks_that_is_said_once(looked: Route, site: Served) -> None:
    (one,) = findings(looked, "links not looked at")
    assert (one.severity, one.mends[0].button) == (Severity.LOOK, "Look now")
    assert site.requests == []
    assert looked.pipeline.looking(SLUG) == Looking()


def test_a_look_asks_each_address_once_and_is_kept(looked: Route, site: Served) -> None:
    steps: list[tuple[int, int]] = []
    end = looked.pipeline.look(SLUG, progress=lambda done, total: steps.append((done, total)))
    assert steps[0][0] == 0
    assert steps[-1] == (end.total, end.total)
    assert (end.done, end.running, end.at) == (end.total, False, looked.now)
    assert findings(looked, "links not looked at") == []
    assert findings(looked, "dead links") == []
    assert len(site.paths()) == len(set(site.paths()))
    asked = len(site.requests)
    looked.pipeline.look(SLUG)
    assert len(site.requests) == asked, "within a day nothing is asked again"
    looked.pipeline.look(SLUG, again=True)
    assert len(site.requests) == 2 * asked
    later(looked, days=1, seconds=1)
    assert len(findings(looked, "links not looked at")) == 1
    looked.pipeline.look(SLUG)
    assert len(site.requests) == 3 * asked


def test_a_page_that_is_not_there_must_be_mended_and_holds_the_sign_off(looked: Route, site: Served) -> None:
    site.remove("/roots")
    looked.pipeline.look(SLUG)
    (one,) = findings(looked, "dead links")
    assert (one.severity, one.place) == (Severity.MUST, "Devex and the network start Roots of Change")
    assert one.mends[0].publication == looked.publication("roots").id
    with pytest.raises(BadInput, match="must be mended"):
        looked.submit()
    later(looked, days=1, seconds=1)
    (old,) = findings(looked, "dead links")
    assert (old.severity, old.mends[-1].button) == (Severity.LOOK, "Look again")
    site.page("/roots", "Words")
    looked.pipeline.look(SLUG)
    assert findings(looked, "dead links") == []


def test_other_answers_are_worth_a_look(looked: Route, site: Served, internet: Internet) -> None:
    with Served() as other:
        other.page("/there", "Words")
        internet.add("elsewhere.example.com", "93.184.216.35", other)
        internet.answers["inside.example.com"] = [["10.0.0.1"]]
        site.page("/roots", status=500)
        site.page("/impact", status=403)
        site.redirect("/climate", "http://elsewhere.example.com/there")
        site.redirect("/pilots", "http://inside.example.com/x")
        site.redirect("/forum", f"http://{HOST}/impact2")
        site.page("/impact2", "Words")
        looked.pipeline.look(SLUG)
    told = {one.place: one.message for one in findings(looked, "dead links")}
    assert "error (500)" in told["Devex and the network start Roots of Change"]
    assert "did not let our check in" in told["Impact Report 2023"]
    assert ["leads on to elsewhere.example.com" in one.message for one in findings(looked, "moved links")] == [True]
    (silent,) = findings(looked, "links not looked at")
    assert (silent.place, silent.severity) == ("Call for city pilots", Severity.LOOK)
    assert "10.0.0.1" in silent.message
    assert "10.0.0.1" not in internet.dialled
    assert not [one for one in looked.pipeline.check(looked.pipeline.version(SLUG)) if one.severity is Severity.MUST]


def test_a_site_that_never_answers_costs_little_and_is_not_looked_at(looked: Route, site: Served) -> None:
    def slowly(asked: Asked) -> Reply:
        site.over.wait(10)
        return Reply("late")

    site.handler("/roots", slowly)
    looked.pipeline.look(SLUG)
    (one,) = findings(looked, "links not looked at")
    assert "takes longer than 2 seconds" in one.message
    site.over.set()


def test_one_site_is_asked_one_thing_at_a_time(looked: Route, site: Served) -> None:
    at_once, most, lock = [0], [0], threading.Lock()

    def counted(asked: Asked) -> Reply:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        time.sleep(0.01)
        with lock:
            at_once[0] -= 1
        return Reply("Words")

    for external_id in ("roots", "impact", "climate", "pilots", "forum"):
        site.handler(f"/{external_id}", counted)
    looked.pipeline.look(SLUG)
    assert most == [1]


def test_when_time_is_up_the_rest_was_not_looked_at(looked: Route, site: Served, internet: Internet) -> None:
    site.handler("/roots", lambda asked: (time.sleep(0.5), Reply("Words"))[1])
    with NameServer({}, silent=True) as server:
        _look_out(looked, internet, server, longest=0.3)
        end = looked.pipeline.look(SLUG)
    assert end.done < end.total
    assert not end.running
    assert len(findings(looked, "links not looked at")) == 1


def test_a_mistake_of_ours_in_a_thread_is_raised_and_not_lost(looked: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Web, url: str) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(Web, "see", broken)
    with pytest.raises(RuntimeError, match="a mistake"):
        looked.pipeline.look(SLUG)


def test_a_look_in_the_background_is_told_while_it_runs_and_begun_once(looked: Route, site: Served) -> None:
    go_on = threading.Event()

    def waits(asked: Asked) -> Reply:
        go_on.wait(10)
        return Reply("Words")

    site.handler("/", waits)
    assert looked.pipeline.start_looking(SLUG)
    assert looked.pipeline.looking(SLUG).running, "from the first moment on"
    assert not looked.pipeline.start_looking(SLUG)
    deadline = time.monotonic() + 5
    before = -1
    while before != (before := looked.pipeline.looking(SLUG).done) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert looked.pipeline.looking(SLUG).running
    later(looked, seconds=31)
    assert not looked.pipeline.looking(SLUG).running, "one that does not move any more has ended by accident"
    later(looked, seconds=-31)
    go_on.set()
    looked.pipeline.checking.lookout.wait(10)
    end = looked.pipeline.looking(SLUG)
    assert (end.running, end.done, end.at) == (False, end.total, looked.now)


def test_the_senders_names_are_looked_at_too(looked: Route) -> None:
    looked.pipeline.look(SLUG)
    told = findings(looked, "sender’s domain")
    assert {one.who for one in told} == {Who.TECHNICAL}
    assert len(told) == 3, "SPF, DMARC, and a way in for answers"


# -- before a send


def test_what_is_found_after_the_sign_off_is_told_and_holds_nothing(looked: Route, site: Served) -> None:
    looked.pipeline.look(SLUG)
    assert looked.pipeline.look_again(SLUG) == (), "nobody has said yes"
    looked.sign_off()
    asked = len(site.requests)
    assert looked.pipeline.look_again(SLUG) == ()
    assert len(site.requests) == asked, "within a day nothing is asked again"
    later(looked, days=1, seconds=1)
    site.remove("/roots")
    (one,) = looked.pipeline.look_again(SLUG)
    assert one.check == "dead links"
    assert looked.counts(), "the yes still counts"


def test_a_practice_run_asks_nobody(looked: Route, site: Served) -> None:
    looked.sign_off()
    looked.open(transport_url=f"folder://{looked.mailbox}")
    assert looked.pipeline.look_again(SLUG) == ()
    assert site.requests == []


def test_sites_that_let_no_program_in_are_told_together() -> None:
    given = facts()
    closed = {url: LinkAnswer(url, NOW, 403) for url in given.urls[:4]}
    (one,) = found(replace(given, answers=given.answers | closed), "dead links")
    assert one.message.startswith("4 sites did not let our check in: ")
    alone = {given.urls[0]: LinkAnswer(given.urls[0], NOW, 429)}
    (one,) = found(replace(given, answers=given.answers | alone), "dead links")
    assert one.place != "Links"


def test_answers_are_kept_on_both_engines(either_route: Route) -> None:
    route = either_route
    with NameServer({}) as server:
        names = Names(["127.0.0.1"], server.port, seconds=2)

        def web() -> Web:
            return Web(allow_private=False, agent=AGENT, resolve=Nobody().resolve)

        route.open(transport_url="smtp://mail.example.org")
        route.pipeline.checking.lookout = Lookout(route.database, route.pipeline.clock, web, names)
        for again in (False, True):
            end = route.pipeline.look(SLUG, again=again)
            assert (end.done, end.running) == (end.total, False)
    (one,) = findings(route, "links not looked at")
    assert one.who is Who.TECHNICAL, "no link answered"


class Nobody:
    """A machine whose resolver knows no name."""

    def resolve(self, host: str, port: int, *_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_when_nothing_at_all_answers_that_is_said_once() -> None:
    given = facts()
    broken = {url: LinkAnswer(url, NOW, 0, trouble=f"{url} cannot be found.") for url in given.urls}
    (one,) = found(replace(given, answers=broken), "links not looked at")
    assert (one.severity, one.who) == (Severity.LOOK, Who.TECHNICAL)
    assert not [one for one in check(replace(given, answers=broken)) if one.severity is Severity.MUST]
    old = {url: replace(answer, at=NOW - days(1) - timedelta(seconds=1)) for url, answer in given.answers.items()}
    (one,) = found(replace(given, answers=old), "links not looked at")
    assert f"{len(given.urls)} links were not looked at" in one.message
