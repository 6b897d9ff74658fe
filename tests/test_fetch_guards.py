"""What hostile servers, names and redirects may not do to the one who fetches."""

import gzip
import itertools
import socket
import ssl
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.fetch import Limits, Unreachable, Web
from newsletter.fetch.addresses import Reach, reach
from tests.served import Asked, Internet, Reply, Served

AGENT = "newsletter/0.1 (+https://news.example.org)"
PUBLIC = "93.184.216.34"
MB = 1_048_576


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    return Internet(monkeypatch)


@pytest.fixture
def web(internet: Internet) -> Iterator[Web]:
    """The one that people have: nothing private."""
    with Web(allow_private=False, agent=AGENT, resolve=internet.resolve) as made:
        yield made


@pytest.fixture
def local() -> Iterator[Web]:
    """For what is not about addresses."""
    with Web(allow_private=True, agent=AGENT, robots=False) as made:
        yield made


def refusal(web: Web, url: str) -> str:
    with pytest.raises(Unreachable) as caught:
        web.get(url)
    return str(caught.value)


# Addresses

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
    "100.127.255.255", "::1", "fc00::1", "fd12:3456::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
    "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
]  # fmt: skip
NEVER = [
    "169.254.169.254", "169.254.1.1", "fe80::1", "fe80::1%2", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "fd00:ec2::254", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.88.99.1", "::", "ff02::1", "fec0::1",
    "2001:db8::1", "2001::1", "100::1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "::ffff:169.254.169.254",
    "2002:a9fe:a9fe::", "::ffff:0:127.0.0.1", "4000::1", "nonsense", "",
]  # fmt: skip
OPEN = [PUBLIC, "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::1"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [(a, Reach.PRIVATE) for a in PRIVATE] + [(a, Reach.NEVER) for a in NEVER] + [(a, Reach.PUBLIC) for a in OPEN],
)
def test_where_addresses_lie(address: str, expected: Reach) -> None:
    assert reach(address) is expected


@given(st.ip_addresses())
def test_what_python_calls_not_global_is_never_public(ip: Any) -> None:
    if reach(str(ip)) is Reach.PUBLIC:
        embedded = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
        assert (embedded or ip).is_global or str(ip).startswith(("64:ff9b::", "::"))
        assert not ip.is_loopback
        assert not ip.is_link_local


@pytest.mark.parametrize("address", PRIVATE + [a for a in NEVER if a not in {"nonsense", ""}])
def test_a_name_may_not_lead_inside(site: Served, internet: Internet, web: Web, address: str) -> None:
    internet.add("inside.example", address, site)
    said = refusal(web, "http://inside.example/feed")
    assert said.startswith(f"http://inside.example/feed is at {address}, ")
    assert internet.dialled == []


def test_one_private_answer_among_public_ones_is_enough(site: Served, internet: Internet, web: Web) -> None:
    internet.add("mixed.example", PUBLIC, site)
    internet.answers["mixed.example"] = [[PUBLIC, "10.0.0.1"]]
    assert "is at 10.0.0.1, inside a private network" in refusal(web, "http://mixed.example/")
    assert internet.dialled == []


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1/", "http://inside.example/", "//inside.example/", "http://[::1]/", "http://[::ffff:a00:1]/"],
)
def test_a_redirect_may_not_lead_inside(site: Served, internet: Internet, web: Web, location: str) -> None:
    internet.add("example.org", PUBLIC, site)
    internet.answers["inside.example"] = [["192.168.1.1"]]
    site.redirect("/feed", location)
    said = refusal(web, "http://example.org/feed")
    assert "inside a private network, where nothing is fetched unless FETCH_ALLOW_PRIVATE is set." in said
    assert set(internet.dialled) == {PUBLIC}


def test_robots_txt_may_not_lead_inside(site: Served, internet: Internet, web: Web) -> None:
    internet.add("example.org", PUBLIC, site)
    site.redirect("/robots.txt", "http://169.254.169.254/latest/meta-data/")
    site.page("/feed")
    assert refusal(web, "http://example.org/feed") == (
        "http://example.org/feed is not fetched, because its site's rules for programs cannot be read: "
        "http://example.org/robots.txt leads to http://169.254.169.254/latest/meta-data/, which is at "
        "169.254.169.254, which is no website's address."
    )
    assert internet.dialled == [PUBLIC]


@pytest.mark.parametrize("address", [a for a in NEVER if a not in {"nonsense", ""}])
def test_the_setting_for_private_networks_opens_no_more(site: Served, internet: Internet, address: str) -> None:
    internet.add("inside.example", address, site)
    with Web(allow_private=True, agent=AGENT, resolve=internet.resolve) as web:
        assert "which is no website's address" in refusal(web, "http://inside.example/")
    assert internet.dialled == []


def test_a_name_that_changes_its_answer_is_dialled_where_it_was_checked(
    site: Served, internet: Internet, web: Web
) -> None:
    internet.add("rebinding.example", PUBLIC, site)
    internet.answers["rebinding.example"] = [[PUBLIC], ["127.0.0.1"]]
    site.page("/feed", "public")
    assert web.get("http://rebinding.example/feed").text == "public"
    assert (internet.asked, internet.dialled) == (["rebinding.example"], [PUBLIC])
    site.hang_up()
    assert "is at 127.0.0.1" in refusal(web, "http://rebinding.example/feed")
    assert internet.dialled == [PUBLIC]


def test_the_next_address_is_tried_where_one_does_not_answer(site: Served, internet: Internet, web: Web) -> None:
    internet.add("example.org", PUBLIC, site)
    internet.answers["example.org"] = [["2606:4700::1111", "1.1.1.1", PUBLIC]]
    site.page("/feed", "here")
    assert web.get("http://example.org/feed").text == "here"
    assert internet.dialled == ["2606:4700::1111", "1.1.1.1", PUBLIC]


@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 8000, 11211])
def test_ports_of_other_services(site: Served, internet: Internet, web: Web, port: int) -> None:
    internet.add("example.org", PUBLIC, site)
    site.redirect("/feed", f"http://example.org:{port}/")
    assert refusal(web, f"http://example.org:{port}/") == (
        f"http://example.org:{port}/ is at port {port}, where no public website is."
    )
    assert f"is at port {port}" in refusal(web, "http://example.org/feed")
    assert set(internet.dialled) == {PUBLIC}


@pytest.mark.parametrize("port", [80, 8080, 8443])
def test_ports_of_websites(site: Served, internet: Internet, web: Web, port: int) -> None:
    internet.add("example.org", PUBLIC, site)
    site.page("/feed", "here")
    assert web.get(f"http://example.org:{port}/feed").text == "here"


# Encrypted


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


def secure(authority: trustme.CA, *names: str, heard: list[str | None] | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)

    def listen(_: Any, name: str | None, __: Any) -> None:
        if heard is not None:
            heard.append(name)

    context.sni_callback = listen
    return context


def test_certificate_and_host_keep_the_name(authority: trustme.CA, internet: Internet, web: Web) -> None:
    heard: list[str | None] = []
    with Served(tls=secure(authority, "example.org", heard=heard)) as site:
        internet.add("example.org", PUBLIC, site)
        site.page("/feed", "x" * 100_000, gzip=True)
        assert web.get("https://example.org/feed").text == "x" * 100_000
        assert web.get("https://example.org./feed").status == 200
    assert set(heard) == {"example.org"}
    assert {asked.headers["host"] for asked in site.requests} == {"example.org"}
    assert site.connections == 1


def test_a_certificate_for_another_name(authority: trustme.CA, internet: Internet, web: Web) -> None:
    with Served(tls=secure(authority, "other.example")) as site:
        internet.add("example.org", PUBLIC, site)
        said = refusal(web, "https://example.org/feed")
    assert said.startswith("https://example.org/feed has no certificate that can be trusted: Hostname mismatch")
    assert site.requests == []


def test_a_certificate_of_nobody(internet: Internet, web: Web) -> None:
    with Served(tls=secure(trustme.CA(), "example.org")) as site:
        internet.add("example.org", PUBLIC, site)
        said = refusal(web, "https://example.org/feed")
    assert "has no certificate that can be trusted: " in said
    assert site.requests == []


def test_no_encryption_where_some_is_promised(site: Served, internet: Internet, web: Web) -> None:
    internet.add("example.org", PUBLIC, site)
    assert "no encrypted connection can be made" in refusal(web, "https://example.org/feed")


def test_a_site_stays_with_encryption(authority: trustme.CA, internet: Internet, web: Web) -> None:
    with Served(tls=secure(authority, "example.org")) as site:
        internet.add("example.org", PUBLIC, site)
        site.redirect("/feed", "http://example.org/feed/")
        site.redirect("/again", "http://example.org/again")
        site.page("/feed/", "here")
        page = web.get("https://example.org/feed")
        assert (page.text, page.url) == ("here", "https://example.org/feed/")
        assert refusal(web, "https://example.org/again") == "https://example.org/again leads in a circle."


def test_time_is_limited_in_an_encrypted_answer_too(authority: trustme.CA, internet: Internet) -> None:
    with (
        Served(tls=secure(authority, "example.org")) as site,
        Web(allow_private=False, agent=AGENT, resolve=internet.resolve, clock=ticking(), robots=False) as web,
    ):
        internet.add("example.org", PUBLIC, site)
        site.page("/feed", dripping(b"x", site))
        assert refusal(web, "https://example.org/feed").endswith("takes longer than 30 seconds.")


# Size


def test_a_page_that_is_too_large_is_not_even_begun(site: Served, local: Web) -> None:
    site.raw("/feed", b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n")
    assert refusal(local, site.url("/feed")).endswith("/feed is larger than 10 MB.")


def test_a_page_without_end(site: Served, local: Web) -> None:
    site.page("/feed", itertools.repeat(b"x" * 65_536))
    assert refusal(local, site.url("/feed")).endswith("/feed is larger than 10 MB.")


def bomb(size: int, encoding: str) -> bytes:
    wbits = {"gzip": 31, "deflate": 15, "bare": -15}[encoding]
    packer = zlib.compressobj(9, wbits=wbits)
    return b"".join(packer.compress(bytes(MB)) for _ in range(size // MB)) + packer.flush()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "bare"])
def test_a_bomb_is_not_unpacked(site: Served, local: Web, encoding: str) -> None:
    import tracemalloc

    packed = bomb(256 * MB, encoding)
    assert len(packed) < MB
    site.page("/feed", packed, headers={"Content-Encoding": encoding.replace("bare", "deflate")})
    tracemalloc.start()
    try:
        assert refusal(local, site.url("/feed")).endswith("/feed is larger than 10 MB.")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40 * MB


def test_a_bomb_within_a_bomb_is_not_touched(site: Served, local: Web) -> None:
    packed = gzip.compress(bomb(64 * MB, "gzip"))
    site.page("/feed", packed, headers={"Content-Encoding": "gzip, gzip"})
    assert refusal(local, site.url("/feed")).endswith("is compressed in a way that is not understood (gzip, gzip).")


def test_rubbish_after_a_compressed_page_has_an_end(site: Served, local: Web) -> None:
    packed = gzip.compress(b"here")
    site.page("/feed", itertools.chain([packed], itertools.repeat(b"x" * 65_536)), headers={"Content-Encoding": "gzip"})
    assert local.get(site.url("/feed")).content == b"here"


def test_empty_members_have_an_end(site: Served, local: Web) -> None:
    members = gzip.compress(b"") * 3000
    site.page("/feed", itertools.repeat(members), headers={"Content-Encoding": "gzip"})
    assert refusal(local, site.url("/feed")).endswith("sends more and more, and comes to no end.")


@pytest.mark.parametrize("line", [b"X-One: " + b"x" * 70_000 + b"\r\n", b"X-Many: 1\r\n" * 200])
def test_huge_headers(site: Served, local: Web, line: bytes) -> None:
    site.raw("/feed", b"HTTP/1.1 200 OK\r\n" + line + b"\r\nhere")
    assert refusal(local, site.url("/feed")).endswith("answers with something that is no web page.")


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n" + b"X: " + b"x" * 60_000 + b"\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: " + b"x" * 60_000 + b"\r\n"),
    ],
)
def test_what_comes_before_and_after_a_page_has_an_end(site: Served, local: Web, start: bytes, more: bytes) -> None:
    site.raw("/feed", itertools.chain([start], itertools.repeat(more)))
    assert refusal(local, site.url("/feed")).endswith("sends more and more, and comes to no end.")


# Content that is not what it is said to be


@given(st.binary(max_size=300_000), st.sampled_from(["gzip", "deflate", "bare"]), st.integers(1, 70_000))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_compressed_pages_come_whole(site: Served, local: Web, content: bytes, encoding: str, size: int) -> None:
    content *= 3  # so that packing pays
    packer = zlib.compressobj(wbits={"gzip": 31, "deflate": 15, "bare": -15}[encoding])
    packed = packer.compress(content) + packer.flush()
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    site.page("/feed", pieces, headers={"Content-Encoding": encoding.replace("bare", "deflate")})
    assert local.get(site.url("/feed")).content == content


def test_the_last_bytes_inside_the_decompressor_come_too(site: Served, local: Web) -> None:
    for size in (65_535, 65_536, 65_537, 131_072, 400_000):  # it gives 65,536 at once, all of the input in its hands
        packer = zlib.compressobj(9, wbits=-15)
        packed = packer.compress(b"x" * size) + packer.flush()
        site.page("/feed", packed, headers={"Content-Encoding": "deflate"})
        assert local.get(site.url("/feed")).content == b"x" * size


def test_members_are_one_page(site: Served, local: Web) -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two") + b"\x00" * 7
    site.page("/feed", packed, headers={"Content-Encoding": "x-gzip"})
    assert local.get(site.url("/feed")).content == b"one two"


@pytest.mark.parametrize("told", ["utf-8", "none", "identity", ""])
def test_an_encoding_that_is_none_is_ignored(site: Served, local: Web, told: str) -> None:
    site.page("/feed", "here", headers={"Content-Encoding": told})
    assert local.get(site.url("/feed")).text == "here"


@pytest.mark.parametrize("told", ["br", "zstd"])
def test_a_compression_that_nobody_asked_for(site: Served, local: Web, told: str) -> None:
    site.page("/feed", "here", headers={"Content-Encoding": told})
    assert refusal(local, site.url("/feed")).endswith(f"is compressed in a way that is not understood ({told}).")


def test_what_is_not_compressed_as_it_says(site: Served, local: Web) -> None:
    site.page("/feed", "<rss/>", headers={"Content-Encoding": "gzip"})
    assert refusal(local, site.url("/feed")).endswith("cannot be decompressed.")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"x" * 1000, cut=500),
        Reply([b"x" * 100] * 10, cut=500),
        Reply(gzip.compress(b"x" * 1000)[:-9], headers={"Content-Encoding": "gzip"}),
    ],
    ids=["length", "chunks", "gzip"],
)
def test_half_a_page_is_none(site: Served, local: Web, reply: Reply) -> None:
    site.handler("/feed", lambda _: reply)
    assert refusal(local, site.url("/feed")).endswith("/feed breaks off before its end.")


# Time


def ticking(step: float = 0.5) -> Any:
    """A clock that goes on by half a second whenever somebody looks."""
    times = itertools.count(0.0, step)
    return lambda: next(times)


def dripping(piece: bytes, site: Served) -> Iterator[bytes]:
    """For ever, as fast as it is taken: time passes on the clock only."""
    while not site.over.is_set():
        yield piece


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "start",
    [b"", HEAD + b"X-Slow: ", HEAD + b"\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"],
    ids=["status", "header", "body", "chunk"],
)
def test_time_is_over_though_something_keeps_coming(site: Served, start: bytes) -> None:
    """Each byte comes at once; a limit for single reads would never end it. Few bytes, so it is no matter of size."""
    site.raw("/feed", slowly(start, site))
    with Web(allow_private=True, agent=AGENT, clock=ticking(), robots=False) as web:
        assert refusal(web, site.url("/feed")).endswith("takes longer than 30 seconds.")


def slowly(start: bytes, site: Served) -> Iterator[bytes]:
    """One byte at a time, each by itself on the wire for a reader that reads on."""
    yield start
    while not site.over.wait(0.001):
        yield b"1"


def test_time_is_for_all_redirects_together(site: Served) -> None:
    site.redirect("/a", "/b")
    site.redirect("/b", "/c")
    site.redirect("/c", "/d")
    now = [0.0]

    def later(_: Asked) -> Reply:
        now[0] += 12
        return Reply(b"", 302, {"Location": f"/{now[0]}"})

    for number in (0, 12, 24, 36, 48):
        site.handler(f"/{float(number)}", later)
    with Web(allow_private=True, agent=AGENT, clock=lambda: now[0], robots=False) as web:
        assert refusal(web, site.url("/0.0")).endswith("takes longer than 30 seconds.")
    assert len(site.requests) == 3


def test_a_server_that_says_nothing(site: Served) -> None:
    def silent(_: Asked) -> Reply:
        site.over.wait(60)
        return Reply()

    site.handler("/feed", silent)
    limits = Limits(seconds=0.2)
    with Web(allow_private=True, agent=AGENT, limits=limits, robots=False) as web:
        assert refusal(web, site.url("/feed")).endswith("takes longer than 0.2 seconds.")


def test_a_name_server_that_says_nothing() -> None:
    over = threading.Event()

    def resolve(*_: Any, **__: Any) -> list[Any]:
        over.wait(600)
        return []

    with Web(allow_private=True, agent=AGENT, limits=Limits(seconds=0.2), resolve=resolve) as web:
        assert refusal(web, "http://example.org/feed").endswith("takes longer than 0.2 seconds.")
    over.set()


def test_a_host_that_takes_no_connection() -> None:
    """Its queue is full: connecting would wait for as long as the system likes."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        at = listener.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(at)
        limits = Limits(seconds=600, connecting=0.2)
        with Web(allow_private=True, agent=AGENT, limits=limits) as web:
            said = refusal(web, f"http://127.0.0.1:{at[1]}/feed")
        for filler in fillers:
            filler.close()
    assert said.endswith("/feed cannot be reached: nobody answers there.")


def test_silence_under_an_encrypted_greeting(internet: Internet, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/feed"
        internet.sites["127.0.0.1"] = listening = Served()
        listening.port = listener.getsockname()[1]
        with Web(allow_private=True, agent=AGENT, limits=Limits(seconds=0.2)) as web:
            assert refusal(web, url).endswith("takes longer than 0.2 seconds.")


# Anything at all


@given(st.binary(max_size=2000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_page_or_unreachable(site: Served, local: Web, content: bytes) -> None:
    for start in (b"", HEAD, HEAD + b"Content-Encoding: gzip\r\n\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"):
        site.raw("/feed", start + content)
        try:
            page = local.get(site.url("/feed"), etag='"1"')
        except Unreachable:
            continue
        assert isinstance(page.text, str)


@given(st.binary(max_size=200).filter(lambda value: b"\r" not in value and b"\n" not in value))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_location_is_followed_or_unreachable(site: Served, internet: Internet, location: bytes) -> None:
    internet.add("example.org", PUBLIC, site)
    with Web(allow_private=False, agent=AGENT, resolve=internet.resolve, robots=False) as web:
        for start in (b"", b"//", b"http://", b"https://example.org", b"http://[", b"http://example.org/"):
            site.raw("/feed", b"HTTP/1.1 302 Found\r\nLocation: " + start + location + b"\r\n\r\n")
            with pytest.raises(Unreachable):
                web.get("http://example.org/feed")
    assert set(internet.dialled) == {PUBLIC}


@given(st.text())
def test_any_text_for_an_address(text: str) -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror

    with Web(allow_private=False, agent=AGENT, resolve=resolve, robots=False) as web:
        for start in ("", "http://", "https://example.org/", "http://["):
            assert "\n" not in refusal(web, start + text)
