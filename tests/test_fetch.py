"""Fetching pages: what comes back, and what a person reads when nothing does."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import newsletter
from newsletter import fetch
from newsletter.fetch import Unreachable, Web
from newsletter.settings import Settings
from tests.served import Reply, Served

AGENT = "newsletter/0.1 (+https://news.example.org)"


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(allow_private=True, agent=AGENT) as made:
        yield made


def refusal(web: Web, url: str, **how: str) -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        web.get(url, **how)  # type: ignore[arg-type]
    return caught.value


def test_a_page_comes_with_its_headers(site: Served, web: Web) -> None:
    site.page("/feed", "<rss/>", content_type="application/RSS+xml; charset=utf-8", etag='"1"', gzip=True)
    page = web.get(site.url("/feed#top"))
    assert (page.url, page.status, page.content, page.text) == (site.url("/feed"), 200, b"<rss/>", "<rss/>")
    assert (page.content_type, page.etag, page.last_modified) == ("application/rss+xml", '"1"', "")


def test_servers_are_told_who_asks(site: Served, web: Web) -> None:
    site.page("/feed")
    web.get(site.url("/feed"), accept="application/rss+xml")
    headers = site.requests[-1].headers
    assert headers == {
        "host": f"127.0.0.1:{site.port}",
        "user-agent": AGENT,
        "accept-encoding": "gzip, deflate",
        "accept": "application/rss+xml",
    }


def test_the_settings_name_us_and_say_what_is_allowed(site: Served) -> None:
    site.page("/feed")
    for allowed in (True, False):
        settings = Settings(
            secret_keys=("k" * 32,),
            suppression_key="s" * 32,
            base_url="https://news.example.org",
            fetch_allow_private=allowed,
        )
        with fetch.web(settings) as web:
            if allowed:
                web.get(site.url("/feed"))
            else:
                refusal(web, site.url("/feed"))
    agents = {asked.headers["user-agent"] for asked in site.requests}
    assert agents == {f"newsletter/{newsletter.__version__} (+https://news.example.org)"}


@pytest.mark.parametrize("validator", ["etag", "last_modified"])
def test_what_is_still_the_same_is_not_sent_again(site: Served, web: Web, validator: str) -> None:
    site.page("/feed", "<rss/>", etag='"1"', last_modified="Tue, 09 Jul 2024 07:00:00 GMT")
    first = web.get(site.url("/feed"))
    again = web.get(site.url("/feed"), **{validator: getattr(first, validator)})
    assert (again.status, again.content, again.etag) == (304, b"", '"1"')
    assert web.get(site.url("/feed"), etag='"other"').status == 200


def test_not_modified_is_no_answer_to_a_first_visit(site: Served, web: Web) -> None:
    site.page("/feed", status=304)
    assert str(refusal(web, site.url("/feed"))).endswith("/feed answers 304 (not modified).")


def test_validators_cannot_add_headers(site: Served, web: Web) -> None:
    site.page("/feed")
    web.get(site.url("/feed"), etag='"1"\r\nX-Evil: 1', last_modified="yesterday\nX-Evil: 1")
    assert not {"if-none-match", "if-modified-since", "x-evil"} & set(site.requests[-1].headers)


def test_an_agent_cannot_add_headers(site: Served) -> None:
    site.page("/feed")
    with Web(allow_private=True, agent="newsletter\r\nX-Evil: 1") as web:
        web.get(site.url("/feed"))
    assert site.requests[-1].headers["user-agent"] == "newsletter"


@pytest.mark.parametrize(
    ("status", "gone", "said"),
    [
        (404, True, "answers 404 (not found)."),
        (410, True, "answers 410 (gone)."),
        (403, False, "answers 403 (forbidden)."),
        (500, False, "answers 500 (internal server error)."),
        (202, False, "answers 202 (accepted)."),
        (204, False, "answers 204 (no content)."),
        (520, False, "answers 520."),
    ],
)
def test_every_other_status_is_said(site: Served, web: Web, status: int, gone: bool, said: str) -> None:
    site.page("/feed", "<h1>Sorry</h1>", status=status)
    caught = refusal(web, site.url("/feed"))
    assert str(caught) == f"{site.url('/feed')} {said}"
    assert (caught.gone, caught.status, caught.retry_after) == (gone, status, None)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("told", "seconds", "span"),
    [
        ({"Retry-After": "120"}, 120, " and asks to be left alone for 2 minutes"),
        ({"Retry-After": "Tue, 09 Jul 2024 07:00:45 GMT"}, 45, " and asks to be left alone for 45 seconds"),
        ({"Retry-After": "Mon, 08 Jul 2024 07:00:00 GMT"}, 0, ""),
        ({"Retry-After": "99999999"}, 7 * 24 * 3600, " and asks to be left alone for 168 hours"),
        ({"Retry-After": "soon"}, None, ""),
        ({"Retry-After": "-5"}, None, ""),
        ({}, None, ""),
    ],
)
def test_a_busy_server_says_when_to_come_back(
    site: Served, status: int, told: dict[str, str], seconds: float | None, span: str
) -> None:
    site.raw("/feed", answer(status, {"Date": "Tue, 09 Jul 2024 07:00:00 GMT", **told}))
    with Web(allow_private=True, agent=AGENT) as web:
        caught = refusal(web, site.url("/feed"))
    name = {429: "too many requests", 503: "service unavailable"}[status]
    assert str(caught) == f"{site.url('/feed')} answers {status} ({name}){span}."
    assert (caught.retry_after, caught.status) == (seconds, status)


def test_a_busy_server_is_left_alone_until_then(site: Served) -> None:
    now = [0.0]
    site.page("/feed", status=503, headers={"Retry-After": "120"})
    site.page("/other")
    with Web(allow_private=True, agent=AGENT, clock=lambda: now[0]) as web:
        refusal(web, site.url("/feed"))
        now[0] = 100.0
        caught = refusal(web, site.url("/other"))
        assert caught.retry_after == 20
        assert "a moment ago and asks to be left alone for 20 seconds more" in str(caught)
        assert site.paths() == ["/feed"]
        now[0] = 121.0
        assert web.get(site.url("/other")).status == 200


def test_redirects_are_followed_to_the_page(site: Served, web: Web) -> None:
    for number, status in enumerate((301, 302, 303, 307, 308)):
        site.redirect(f"/{number}", f"{number + 1}?q=a b", status)
    site.page("/5", "here")
    page = web.get(site.url("/0"))
    assert (page.text, page.url) == ("here", site.url("/5?q=a%20b"))
    assert site.connections == 1


def test_redirects_have_a_limit(site: Served, web: Web) -> None:
    for number in range(10):
        site.redirect(f"/{number}", f"/{number + 1}")
    said = str(refusal(web, site.url("/0")))
    assert said == f"{site.url('/0')} leads to {site.url('/6')}, which is one redirect too many: 5 are followed."
    assert len(site.paths()) == 6


def test_redirects_in_a_circle_end_at_once(site: Served, web: Web) -> None:
    site.redirect("/a", "/b")
    site.redirect("/b", "/a")
    site.redirect("/self", "/self")
    assert str(refusal(web, site.url("/a"))) == f"{site.url('/a')} leads in a circle."
    assert str(refusal(web, site.url("/self"))) == f"{site.url('/self')} leads in a circle."
    assert site.paths() == ["/a", "/b", "/self"]


def test_a_redirect_to_nowhere_is_said(site: Served, web: Web) -> None:
    site.page("/a", status=302)
    assert str(refusal(web, site.url("/a"))).endswith("/a answers 302 (found) and does not say where to go.")


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://example.org/", "javascript:alert(1)", "data:,x", "gopher://127.0.0.1:25/_HELO"],
)
def test_redirects_lead_nowhere_but_to_the_web(site: Served, web: Web, location: str) -> None:
    site.redirect("/a", location)
    caught = refusal(web, site.url("/a"))
    assert str(caught) == (
        f"{site.url('/a')} leads to {location}, which is no web address: those begin with https:// or http://."
    )


def test_a_redirect_with_a_password_is_not_followed_and_not_repeated(site: Served, web: Web) -> None:
    site.redirect("/a", f"http://user:secret@127.0.0.1:{site.port}/b")
    caught = refusal(web, site.url("/a"))
    assert "secret" not in str(caught)
    assert "has a user name or password in it" in str(caught)


def test_nothing_of_the_environment_changes_the_way(
    site: Served, web: Web, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with Served() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        site.page("/feed", "direct")
        assert web.get(site.url("/feed")).text == "direct"
        assert proxy.requests == []
    assert "authorization" not in site.requests[-1].headers


def test_cookies_are_not_kept(site: Served, web: Web) -> None:
    site.page("/feed", headers={"Set-Cookie": "id=1; Path=/"})
    web.get(site.url("/feed"))
    web.get(site.url("/feed"))
    assert "cookie" not in site.requests[-1].headers


def test_connections_serve_many_pages(site: Served, web: Web) -> None:
    site.page("/feed", "x" * 100_000)
    for _ in range(5):
        web.get(site.url("/feed"))
    assert site.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_made_anew(site: Served, web: Web) -> None:
    site.page("/feed", "here")
    web.get(site.url("/feed"))
    site.hang_up()
    assert web.get(site.url("/feed")).text == "here"
    assert site.connections == 2
    assert site.paths() == ["/feed", "/feed"]


def test_a_connection_that_ends_under_the_question_is_made_anew(site: Served, web: Web) -> None:
    times = iter([True, False])

    def reset_once(_: object) -> Reply:
        if next(times):
            site.hang_up()
        return Reply("here")

    site.page("/first")
    site.handler("/feed", reset_once)
    web.get(site.url("/first"))
    assert web.get(site.url("/feed")).text == "here"


def test_what_a_server_sends_unasked_is_no_answer_to_the_next_question(site: Served, web: Web) -> None:
    site.page("/feed", "true")
    false = answer(200, {"Content-Length": "5"}) + b"false"
    site.raw("/poison", answer(200, {"Content-Length": "2"}) + b"ok" + b" " * 20_000 + false * 10)
    assert web.get(site.url("/poison")).text == "ok"
    assert web.get(site.url("/feed")).text == "true"


def test_nobody_there(web: Web) -> None:
    with Served() as site:
        url = site.url("/feed")
    assert str(refusal(web, url)) == f"{url} cannot be reached: the connection is refused."


def test_a_name_without_address() -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        raise OSError

    with Web(allow_private=True, agent=AGENT, resolve=resolve) as web:
        said = str(refusal(web, "https://nowhere.example/feed"))
    assert said == "https://nowhere.example/feed cannot be found: there is no address for nowhere.example."


def test_repeated_headers(site: Served, web: Web) -> None:
    site.raw("/feed", b"HTTP/1.1 200 OK\r\nLink: <a>\r\nLink: <b>\r\nETag: 1\r\nETag: 2\r\nX-Long: a\r\n b\r\n\r\nhi")
    page = web.get(site.url("/feed"))
    assert (page.headers["link"], page.etag, page.headers["x-long"], page.content) == ("<a>, <b>", "1", "a b", b"hi")


def test_a_smaller_limit_for_one_page(site: Served, web: Web) -> None:
    site.page("/feed", b"x" * 5000)
    assert str(refusal(web, site.url("/feed"), most_bytes=4096)).endswith("/feed is larger than 4,096 bytes.")  # type: ignore[arg-type]
    assert len(web.get(site.url("/feed"), most_bytes=5000).content) == 5000


def answer(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} So", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def test_threads_share_one_way_out(site: Served, web: Web) -> None:
    for number in range(40):
        site.page(f"/{number}", f"page {number} " * 1000)
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda number: web.get(site.url(f"/{number}")).text, range(40)))
    assert texts == [f"page {number} " * 1000 for number in range(40)]
    assert site.connections <= 16


def test_only_connections_that_can_go_on_are_kept(site: Served, web: Web) -> None:
    site.raw("/last", b"HTTP/1.1 200 OK\r\n\r\nthe last words")
    site.page("/large", b"x" * 5000)
    site.page("/feed", "here")
    assert web.get(site.url("/last")).text == "the last words"
    assert web.get(site.url("/feed")).text == "here"
    refusal(web, site.url("/large"), most_bytes=4096)  # type: ignore[arg-type]
    assert web.get(site.url("/feed")).text == "here"
