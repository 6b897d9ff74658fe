"""What robots.txt asks of us is done (RFC 9309)."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.fetch import Unreachable, Web
from newsletter.fetch.robots import MOST_BYTES, parse
from tests.served import Asked, Reply, Served

AGENT = "newsletter/0.1 (+https://news.example.org)"
TEXT = "text/plain"


class Time:
    """Goes on only when somebody pauses, or a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        served.page("/feed", "here")
        served.page("/private/feed", "not for programs")
        yield served


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def web(time: Time) -> Iterator[Web]:
    with Web(allow_private=True, agent=AGENT, pause=time.pause, clock=time.clock) as made:
        yield made


def refusal(web: Web, url: str) -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        web.get(url)
    return caught.value


def asked(site: Served) -> int:
    return sum(one.path == "/robots.txt" for one in site.requests)


def test_what_is_closed_is_not_fetched(site: Served, web: Web) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /private/\n", content_type=TEXT)
    assert web.get(site.url("/feed")).text == "here"
    assert str(refusal(web, site.url("/private/feed"))) == (
        f"{site.url('/private/feed')} is closed to programs by {site.url('/robots.txt')}."
    )
    assert site.paths() == ["/feed"]


def test_a_redirect_does_not_open_it(site: Served, web: Web) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /private/\n", content_type=TEXT)
    site.redirect("/way", "/private/feed")
    assert "is closed to programs by" in str(refusal(web, site.url("/way")))
    assert site.paths() == ["/way"]


def test_the_site_that_a_redirect_leads_to_is_asked(site: Served, web: Web) -> None:
    with Served() as other:
        other.page("/robots.txt", "User-agent: *\nDisallow: /\n", content_type=TEXT)
        site.redirect("/way", other.url("/feed"))
        refusal(web, site.url("/way"))
        assert other.paths() == []


def test_our_own_group_is_the_one(site: Served, web: Web) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /\n\nUser-agent: Newsletter/2\nDisallow: /private/\n")
    assert web.get(site.url("/feed")).status == 200
    refusal(web, site.url("/private/feed"))


def test_a_site_that_asked_us_in_needs_no_rules(site: Served, web: Web) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /\n")
    assert web.get(site.url("/feed"), robots=False).text == "here"
    with Web(allow_private=True, agent=AGENT, robots=False) as careless:
        assert careless.get(site.url("/feed")).text == "here"
    assert asked(site) == 0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_no_rules_close_nothing(site: Served, web: Web, status: int) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /\n", status=status)
    assert web.get(site.url("/feed")).text == "here"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_rules_that_cannot_be_read_close_everything(site: Served, web: Web, status: int) -> None:
    site.page("/robots.txt", status=status)
    caught = refusal(web, site.url("/feed"))
    assert f"its site's rules for programs cannot be read: {site.url('/robots.txt')} answers {status} (" in str(caught)
    assert (caught.gone, site.paths()) == (False, [])


def test_rules_behind_a_busy_server(site: Served, web: Web) -> None:
    site.page("/robots.txt", status=503, headers={"Retry-After": "30"})
    assert refusal(web, site.url("/feed")).retry_after == 30


def test_rules_that_break_off_close_everything(site: Served, web: Web) -> None:
    site.page("/robots.txt", "User-agent: *\n" * 100, cut=50)
    assert str(refusal(web, site.url("/feed"))) == f"{site.url('/feed')} breaks off before its end."
    assert site.paths() == []


def test_rules_are_found_by_redirects(site: Served, web: Web) -> None:
    site.redirect("/robots.txt", "/robots/")
    site.page("/robots/", "User-agent: *\nDisallow: /private/\n")
    assert web.get(site.url("/feed")).status == 200
    refusal(web, site.url("/private/feed"))


def test_rules_are_asked_for_once_a_day(site: Served, web: Web, time: Time) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /private/\n")
    for _ in range(3):
        web.get(site.url("/feed"))
        refusal(web, site.url("/private/feed"))
    assert asked(site) == 1
    time.now += 24 * 3600
    web.get(site.url("/feed"))
    assert asked(site) == 2


def test_a_failure_is_not_asked_for_again_at_once(site: Served, web: Web, time: Time) -> None:
    site.page("/robots.txt", status=500)
    said = {str(refusal(web, site.url("/feed"))) for _ in range(3)}
    assert (len(said), asked(site)) == (1, 1)
    time.now += 60
    site.remove("/robots.txt")
    assert web.get(site.url("/feed")).text == "here"


def test_each_site_has_its_own_rules_and_few_are_kept(web: Web, site: Served, time: Time) -> None:
    with Web(allow_private=True, agent=AGENT, clock=time.clock, pause=time.pause, resolve=site.resolve) as many:
        for number in range(150):
            many.get(f"http://{number}.example.org/feed")
        assert asked(site) == 150
        many.get("http://149.example.org/feed")
        assert asked(site) == 150
        many.get("http://0.example.org/feed")
        assert asked(site) == 151


# Delay


def test_a_delay_is_kept_between_visits(site: Served, web: Web, time: Time) -> None:
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 4\n")
    site.redirect("/way", "/feed")
    web.get(site.url("/way"))
    assert time.pauses == []
    web.get(site.url("/feed"))
    time.now += 3
    web.get(site.url("/feed"))
    time.now += 300
    web.get(site.url("/feed"))
    assert time.pauses == [4, 1]


def test_a_delay_has_a_bound(site: Served, web: Web, time: Time) -> None:
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 86400\n")
    web.get(site.url("/feed"))
    web.get(site.url("/feed"))
    assert time.pauses == [10]


def test_a_delay_is_no_time_of_the_server(site: Served, web: Web, time: Time) -> None:
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 10\n")

    def slow(_: Asked) -> Reply:
        time.now += 25
        return Reply("late")

    site.handler("/slow", slow)
    web.get(site.url("/feed"))
    assert web.get(site.url("/slow")).text == "late"


# Hostile files


def test_rules_without_end_are_read_as_far_as_is_asked_of_everybody(site: Served, web: Web) -> None:
    start = b"User-agent: *\nDisallow: /private/\n"
    site.page("/robots.txt", itertools.chain([start], itertools.repeat(b"# and so on\n" * 1000)), content_type=TEXT)
    assert web.get(site.url("/feed")).text == "here"
    refusal(web, site.url("/private/feed"))


def test_rules_are_read_up_to_their_bound() -> None:
    rule = b"User-agent: *\nDisallow: /private/\n"
    assert not parse(b"#" * (MOST_BYTES - len(rule) - 1) + b"\n" + rule).allow("https://example.org/private/")
    assert parse(b"#" * MOST_BYTES + b"\n" + rule).allow("https://example.org/private/")


def test_thousands_of_names_above_thousands_of_rules() -> None:
    names = "".join(f"User-agent: bot{number}\n" for number in range(10_000))
    rules = "".join(f"Disallow: /{number}\n" for number in range(15_000))
    found = parse(f"{names}User-agent: *\n{rules}".encode())
    assert not found.allow("https://example.org/14999")
    assert found.allow("https://example.org/feed")


def test_many_wildcards() -> None:
    rules = parse(b"User-agent: *\n" + b"Disallow: /" + b"*a" * 200_000 + b"b\n")
    assert rules.allow("https://example.org/" + "a" * 4000)


@pytest.mark.parametrize("name", ["news", "letter", "newsletter-bot", "n", "bot", "newsletters"])
def test_names_like_ours_are_not_ours(name: str) -> None:
    assert parse(f"User-agent: {name}\nDisallow: /\n".encode()).allow("https://example.org/feed")


@pytest.mark.parametrize(
    "line",
    ["user-agent:newsletter", "User Agent : NEWSLETTER # us", "\tUser-agent newsletter", "useragent: newsletter"],
)
def test_names_of_ours(line: str) -> None:
    assert not parse(f"\ufeff{line}\r\nDisallow: /\r\n".encode()).allow("https://example.org/feed")


LINES = st.lists(
    st.tuples(
        st.sampled_from(
            ["User-agent", "Disallow", "Allow", "Crawl-delay", "Sitemap", "Request-rate", "Visit-time", ""]
        ),
        st.sampled_from([":", " ", ": ", "#", "\t:"]),
        st.one_of(st.just("*"), st.just("newsletter"), st.text(max_size=20), st.text("/*$%a", max_size=20)),
    ).map("".join),
    max_size=20,
).map(lambda lines: "\n".join(lines).encode(errors="replace"))


@given(st.one_of(st.binary(max_size=500), LINES), st.text("/a%*$?=&", max_size=20))
def test_any_rules_can_be_read(content: bytes, path: str) -> None:
    rules = parse(content)
    assert rules.allow(f"https://example.org/{path}") in {True, False}
    assert rules.delay >= 0
