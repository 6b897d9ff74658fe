"""Transport URLs: every option, what is wrong named by its name, and no secret in any message."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.transports import SCHEMES, is_remote, open_transport
from newsletter.delivery.transports.folder import FolderTransport
from newsletter.delivery.transports.memory import MemoryTransport
from newsletter.delivery.transports.null import NullTransport
from newsletter.delivery.transports.smtp import SmtpOptions, SmtpTransport
from newsletter.errors import Misconfigured


def options(url: str) -> SmtpOptions:
    transport = open_transport("main", url)
    assert isinstance(transport, SmtpTransport)
    return transport.options


def refusal(url: str) -> str:
    with pytest.raises(Misconfigured) as refused:
        open_transport("main", url)
    assert str(refused.value).startswith("Transport main: ")
    return str(refused.value)


def test_defaults_of_smtp():
    found = options("smtp://mail.example.org")
    assert found == SmtpOptions("mail.example.org", 587, tls="starttls", connections=32, in_doubt=80)
    assert (found.pipelining, found.chunking) == (True, True)
    assert found.where == "mail.example.org:587"


def test_defaults_of_smtps():
    assert options("smtps://mail.example.org") == SmtpOptions("mail.example.org", 465, tls="implicit")


def test_every_option():
    found = open_transport(
        "main",
        "smtp://me:secret@mail.example.org:2525/?tls=none&connections=5&in_doubt=300&rate=12.5&pipelining=off&chunking=auto"
        "&hello=news.example.org&ca=/etc/ssl/our%20ca.pem",
    )
    assert found.options == SmtpOptions(
        host="mail.example.org",
        port=2525,
        user="me",
        password="secret",
        tls="none",
        connections=5,
        in_doubt=300,
        pipelining=False,
        chunking=True,
        hello="news.example.org",
        ca_file="/etc/ssl/our ca.pem",
        rate=12.5,
    )
    assert (found.name, found.limits.lanes, found.limits.rate) == ("main", 5, 12.5)
    assert (found.limits.lanes_at_first, found.limits.in_doubt, found.limits.streaming) == (2, 300, True)


@pytest.mark.parametrize(
    ("query", "lanes", "at_first"), [("in_doubt=9", 4, 2), ("in_doubt=1", 1, 1), ("connections=1", 1, 1), ("", 32, 2)]
)
def test_no_more_lanes_than_letters_in_doubt_keep_busy(query, lanes, at_first):
    limits = open_transport("main", f"smtp://h?{query}").limits
    assert (limits.lanes, limits.lanes_at_first) == (lanes, at_first)


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("smtp://h?tls=starttls", "starttls", 587),
        ("smtp://h?tls=implicit", "implicit", 465),
        ("smtp://h?tls=none", "none", 587),
        ("smtps://h?tls=implicit", "implicit", 465),
        ("smtp://h:25", "starttls", 25),
        ("SMTP://H:65535", "starttls", 65535),
    ],
)
def test_encryption_and_its_port(url, tls, port):
    assert (options(url).tls, options(url).port) == (tls, port)


def test_no_rate_is_as_fast_as_it_goes():
    assert open_transport("main", "smtp://h").limits.rate is None


def test_host_may_be_an_ipv6_address():
    assert (options("smtp://[::1]:25").host, options("smtp://[::1]:25").port) == ("::1", 25)


@pytest.mark.parametrize("hello", ["news.example.org", "[192.0.2.1]", "[IPv6:2001:db8::1]", "localhost"])
def test_names_to_say_hello_with(hello):
    assert options(f"smtp://h?hello={hello}").hello == hello


def test_user_and_password_are_unquoted():
    found = options("smtp://desk%40example.org:p%40ss%3A%2F%3F%23%25+word@mail.example.org")
    assert (found.user, found.password) == ("desk@example.org", "p@ss:/?#%+word")
    assert found.host == "mail.example.org"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("tls=ssl", "tls=ssl is not one of none, starttls, implicit"),
        ("tls=", "tls= is not one of"),
        ("connections=0", "connections=0 is not a number between 1 and 200"),
        ("connections=201", "connections=201"),
        ("connections=-1", "connections=-1"),
        ("connections=two", "connections=two"),
        ("connections=²", "connections=²"),
        ("connections=" + "9" * 5000, "between 1 and 200"),
        ("in_doubt=0", "in_doubt=0 is not a number between 1 and 1000"),
        ("in_doubt=1001", "in_doubt=1001"),
        ("rate=0", "rate=0 is not a number of messages a second"),
        ("rate=0.0", "rate=0.0"),
        ("rate=-1", "rate=-1"),
        ("rate=fast", "rate=fast"),
        ("rate=nan", "rate=nan"),
        ("rate=1e3", "rate=1e3"),
        ("rate=", "rate="),
        ("pipelining=on", "pipelining=on is not one of auto, off"),
        ("chunking=yes", "chunking=yes is not one of auto, off"),
        ("hello=two%20words", "hello=two words is no host's name"),
        ("hello=a%0D%0ARSET", "is no host's name"),
        ("colour=red", "no option colour; known are ca, chunking, connections, hello, in_doubt, pipelining, rate, tls"),
        ("TLS=none", "no option"),
        ("tls=none&tls=starttls", "twice"),
    ],
)
def test_wrong_option_is_named(query, named):
    assert named in refusal(f"smtp://mail.example.org?{query}")


@pytest.mark.parametrize("url", ["smtp://", "smtp:", "smtp:mail.example.org", "smtp://:25", "smtp://me:secret@"])
def test_missing_host_is_named(url):
    assert "the host is missing" in refusal(url)


@pytest.mark.parametrize("port", ["0", "65536", "smtp", "-1", "2 5"])
def test_wrong_port_is_named(port):
    assert "the port is not a number between 1 and 65535" in refusal(f"smtp://mail.example.org:{port}")


@pytest.mark.parametrize("tls", ["none", "starttls"])
def test_smtps_is_never_unencrypted(tls):
    assert f"tls={tls} needs smtp://" in refusal(f"smtps://mail.example.org?tls={tls}")


def test_path_after_the_host_is_refused():
    assert "nothing but options" in refusal("smtp://mail.example.org/inbox")


@pytest.mark.parametrize(("login", "missing"), [("me@", "password"), ("me:@", "password"), (":secret@", "user")])
def test_half_a_login_is_refused(login, missing):
    assert f"the {missing} is missing" in refusal(f"smtp://{login}mail.example.org")


@pytest.mark.parametrize("url", ["", "mail.example.org:25", "http://mail.example.org", "smtpx://h", "//h", "folder"])
def test_other_schemes_are_refused_and_ours_named(url):
    assert all(scheme in refusal(url) for scheme in SCHEMES)


def test_wrong_scheme_is_named():
    assert "'http' is not one of" in refusal("http://mail.example.org")


# Folder, null, memory


def test_folder_is_an_absolute_path(tmp_path):
    found = open_transport("main", f"folder://{tmp_path}/our%20mail%3F")
    assert isinstance(found, FolderTransport)
    assert found.folder == tmp_path / "our mail?"
    assert not found.folder.exists()


@pytest.mark.parametrize(
    "url",
    ["folder:", "folder://", "folder:mail", "folder:./mail", "folder://mail", "folder://mail/box", "folder:///a%00"],
)
def test_folder_without_an_absolute_path_is_refused(url):
    assert "folder needs an absolute path" in refusal(url)


@pytest.mark.parametrize(
    ("url", "kind"), [("null:", NullTransport), ("memory:", MemoryTransport), ("null://", NullTransport)]
)
def test_those_without_a_place(url, kind):
    found = open_transport("main", url)
    assert isinstance(found, kind)
    assert found.name == "main"


@pytest.mark.parametrize("url", ["null:?rate=5", "memory:?x=1", "folder:///var/mail?rate=5"])
def test_options_of_what_has_none_are_refused(url):
    assert "no option" in refusal(url)


@pytest.mark.parametrize("url", ["null:x", "memory:/x", "null://host"])
def test_place_of_what_has_none_is_refused(url):
    assert "nothing follows" in refusal(url)


def test_unquoted_hash_does_not_shorten_a_path():
    assert "%23" in refusal("folder:///var/mail#1")


# Secrets


PASSWORDS = ["hunter2", "hun#ter2", "hun?ter2", "hun/ter2", "hun[ter2", "hun]ter2", "hün:ter2", "hun@ter2",
             "12#hunter2", "12?hunter2", "12/hunter2", "%00hunter2"]  # fmt: skip
STARTS = ["smtp://me:", "smtps://me:", "ftp://me:", "me:", "null://me:", "folder://me:"]
ENDS = ["@h?tls=x", "@h:x", "@h?nope=1", "@h/x", "@", "@h:0", "@h?hello=!", "@[::1", "@h"]


@pytest.mark.parametrize("password", PASSWORDS)
def test_no_part_of_a_password_is_in_any_message(password):
    for start, end in itertools.product(STARTS, ENDS):
        told = outcome_of(f"{start}{password}{end}")
        assert not any(secret in told for secret in (password, "hunter2", "ter2"))


def outcome_of(url: str) -> str:
    try:
        is_remote(url)
        return repr(vars(open_transport("main", url)))
    except Misconfigured as refused:
        return f"refused: {refused}"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20))
def test_every_printable_password_passes_when_quoted(password):
    quoted = "".join(f"%{ord(letter):02X}" for letter in password)
    assert options(f"smtp://me:{quoted}@mail.example.org").password == password


@given(
    st.lists(st.sampled_from([*"smtp:/@?#[]%=&.0aé \\", "\n", "\0", "smtp://", "folder:///", "tls=", "%40"])).map(
        "".join
    )
)
def test_no_url_is_worse_than_misconfigured(url):
    told = outcome_of(url)
    assert told.endswith("." if told.startswith("refused: ") else "}")


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        *itertools.product(["smtp://mail.example.org", "smtps://u:p@10.0.0.1:465"], [True]),
        *itertools.product(
            ["smtp://127.0.0.1:2525", "smtp://localhost", "smtp://[::1]", "folder:///x", "null:"], [False]
        ),
    ],
)
def test_what_leaves_this_machine(url, remote):
    assert is_remote(url) is remote
