"""Passkeys: made by whoever signed in just now, good for one answer to one question, and never for a copy."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from newsletter.staff.authenticators import Place, place
from newsletter.staff.sessions import Seat
from newsletter.staff.tables import ChallengeRow
from tests.authenticator import Authenticator, b64, unb64
from tests.route import AUTHOR, SECOND_AUTHOR, Route, later
from tests.seated import MACHINE, Seated, mails

ORIGIN, HOST = "https://news.example.org", "news.example.org"
ASK, ADD = "/console/account/passkeys/ask", "/console/account/passkeys"
USE_ASK, USE = "/console/sign-in/passkey/ask", "/console/sign-in/passkey"


@pytest.fixture
def seated(either_route: Route) -> Seated:
    return Seated(either_route, AUTHOR)


def new(*, origin: str = ORIGIN, host: str = HOST, counts: bool = True) -> Authenticator:
    return Authenticator(origin, host, counts=counts)


def added(seated: Seated, key: Authenticator, name: str = "My telephone") -> Authenticator:
    answer = seated.post(ADD, name=name, credential=key.make(seated.post(ASK).text))
    assert answer.status_code == 303, answer.text
    return key


def asked(route: Route) -> str:
    return Seated(route).post(USE_ASK).text


def used(route: Route, credential: str) -> Seated | None:
    guest = Seated(route)
    answer = guest.post(USE, credential=credential)
    assert answer.status_code in {303, 403}
    return guest if answer.status_code == 303 else None


def seat(seated: Seated) -> Seat:
    found = seated.route.pipeline.entrance.seat(seated.cookie)
    assert found is not None
    return found


@pytest.mark.parametrize("counts", [True, False])
def test_one_is_added_and_lets_in(seated: Seated, *, counts: bool) -> None:
    key, route = added(seated, new(counts=counts)), seated.route
    for _ in range(3):
        guest = used(route, key.sign(asked(route)))
        assert guest is not None
        assert "Ana Author" in guest.get("/console/account").text
    page = seated.get("/console/account").text
    assert "My telephone" in page
    assert "last used today" in page
    assert route.activity()[-1].detail == {"way": "passkey"}
    assert "Your ways to sign in were changed" in [str(one["Subject"]) for one in mails(route, AUTHOR)]


def test_an_answer_is_good_once(seated: Seated) -> None:
    key = added(seated, new())
    signed = key.sign(asked(seated.route))
    assert used(seated.route, signed) is not None
    assert used(seated.route, signed) is None
    made = new().make(seated.post(ASK).text)
    assert seated.post(ADD, name="a", credential=made).status_code == 303
    assert seated.post(ADD, name="b", credential=made).status_code == 400
    with seated.route.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ChallengeRow)) == 0


def test_a_question_is_used_up_by_a_wrong_answer_too(seated: Seated) -> None:
    key = added(seated, new())
    told = asked(seated.route)
    liar = new()
    liar.id = key.id
    assert used(seated.route, liar.sign(told)) is None
    assert used(seated.route, key.sign(told)) is None


def test_a_question_does_not_wait_for_ever(seated: Seated) -> None:
    key = added(seated, new())
    told, made = asked(seated.route), new().make(seated.post(ASK).text)
    later(seated.route, minutes=10)
    assert used(seated.route, key.sign(told)) is None
    assert seated.post(ADD, name="late", credential=made).status_code == 400


def test_a_copy_gives_itself_away_by_its_count(seated: Seated) -> None:
    key = added(seated, new())
    for _ in range(2):
        assert used(seated.route, key.sign(asked(seated.route))) is not None
    key.count = 1
    assert used(seated.route, key.sign(asked(seated.route))) is None
    key.count = 5
    assert used(seated.route, key.sign(asked(seated.route))) is not None


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", HOST),
        (ORIGIN, "evil.example"),
        ("http://news.example.org", HOST),
        ("https://news.example.org:8443", HOST),
    ],
)
def test_it_belongs_to_this_place(seated: Seated, origin: str, host: str) -> None:
    elsewhere = new(origin=origin, host=host)
    assert seated.post(ADD, name="a", credential=elsewhere.make(seated.post(ASK).text)).status_code == 400
    key = added(seated, new())
    key.origin, key.host = origin, host
    assert used(seated.route, key.sign(asked(seated.route))) is None


def test_it_is_its_owners_alone(seated: Seated) -> None:
    other = Seated(seated.route, SECOND_AUTHOR)
    made = new().make(seated.post(ASK).text)
    assert other.post(ADD, name="stolen", credential=made).status_code == 400
    key = added(seated, new())
    (theirs,) = (one.id for one in seated.route.pipeline.account.ways(seat(seated)).passkeys)
    assert other.post(f"{ADD}/{theirs}/remove").status_code == 404
    again = new()
    again.id = key.id
    assert "there already" in other.post(ADD, name="same", credential=again.make(other.post(ASK).text)).text
    for_adding = key.sign(seated.post(ASK).text)
    assert used(seated.route, for_adding) is None, "what was asked to add one lets nobody in"


def test_one_that_was_removed_or_whose_owner_has_left_opens_nothing(seated: Seated) -> None:
    route, one, other = seated.route, added(seated, new(), "one"), added(seated, new(), "other")
    elsewhere = used(route, other.sign(asked(route)))
    assert elsewhere is not None
    first = route.pipeline.account.ways(seat(seated)).passkeys[0]
    assert seated.post(f"{ADD}/{first.id}/remove").status_code == 303
    assert used(route, one.sign(asked(route))) is None
    assert elsewhere.get("/console").status_code == 303, "signed out everywhere else"
    assert used(route, other.sign(asked(route))) is not None
    route.pipeline.team.take_away(seated.id(AUTHOR), MACHINE)
    assert used(route, other.sign(asked(route))) is None


def test_questions_are_not_asked_without_end(route: Route) -> None:
    guest = Seated(route)
    codes = [guest.post(USE_ASK).status_code for _ in range(121)]
    assert codes == [200] * 120 + [429]
    assert Seated(route, client="198.51.100.9").post(USE_ASK).status_code == 200


def test_no_answer_makes_the_door_fail(route: Route) -> None:
    seated, guest, good = Seated(route, AUTHOR), Seated(route), new()
    leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.binary(max_size=60).map(b64)
    values = st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner), max_leaves=6
    )
    outer = st.sampled_from(("id", "rawId", "type", "response"))
    inner = st.sampled_from(("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"))
    pipeline = route.pipeline

    @settings(max_examples=80, suppress_health_check=list(HealthCheck))
    @given(field=outer | inner, value=values, cut=st.integers(0, 400), making=st.booleans())
    def answered(field: str, value: object, cut: int, *, making: bool) -> None:
        told = pipeline.account.challenge(seat(seated)) if making else str(pipeline.entrance.challenge(str(cut)))
        whole = json.loads(good.make(told) if making else good.sign(told))
        (whole if field in {"id", "rawId", "type", "response"} else whole["response"])[field] = value
        credential = json.dumps(whole)[: -cut if cut > 200 else None]
        assert seated.post(ADD, name="x", credential=credential).status_code in {303, 400}
        assert guest.post(USE, credential=credential).status_code in {303, 403}

    answered()


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://news.example.org", Place("news.example.org", "https://news.example.org")),
        ("https://news.example.org:443/news", Place("news.example.org", "https://news.example.org")),
        ("https://news.example.org:8443", Place("news.example.org", "https://news.example.org:8443")),
        ("http://localhost:8000", Place("localhost", "http://localhost:8000")),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.1", None),
        ("https://[2001:db8::1]", None),
        ("http://news.example.org", None),
    ],
)
def test_where_browsers_make_passkeys(url: str, found: Place | None) -> None:
    assert place(url) == found


def test_where_there_can_be_none_the_pages_say_so(route: Route) -> None:
    route.open(base_url="http://127.0.0.1:8000")
    guest = Seated(route)
    assert "With a passkey" not in guest.get("/console/sign-in").text
    assert guest.post(USE_ASK).status_code == 429


def test_the_authenticator_of_these_tests_knows_its_letters() -> None:
    assert unb64(b64(b"\x00\xff a")) == b"\x00\xff a"
