"""The API for programs: keys and what they open, page after page, each act once, refusals that name the place."""

import asyncio
import json
import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import Request, Response
from sqlalchemy import select, update

import subscribers
from newsletter.database import Database
from newsletter.errors import BadInput, NotFound
from newsletter.issues.lists import add_profile
from newsletter.pipeline import Pipeline
from newsletter.settings import Settings
from newsletter.staff import keys, repeats
from newsletter.staff.keys import Scope
from newsletter.staff.tables import ApiKeyRow, IdempotentRow
from newsletter.web.api import door, problems
from newsletter.web.api.once import Once
from newsletter.web.api.problems import Problem
from newsletter.web.api.shapes import Left
from newsletter.web.app import app
from subscribers import Consent, SubscriptionState
from subscribers.tables import ConsentEventRow, SignUpRow, SubscriberRow, WordingRow
from tests.conftest import NOW

BASE_URL = "https://news.example.org"


@dataclass
class Api:
    """The whole web application, asked by a program with a key that may everything."""

    database: Database
    now: datetime = NOW
    key: str = ""

    def __post_init__(self) -> None:
        settings = Settings(secret_keys="s" * 32, suppression_key="k" * 32, base_url=BASE_URL)
        self.pipeline = Pipeline(settings, self.database, lambda: self.now)
        self.app = app(self.pipeline)
        with self.database.transaction() as session:
            for slug, name in (("quarterly", "The Quarterly"), ("yearly", "The Year")):
                list_id = subscribers.add_list(session, slug, name, ("en", "es"), self.now)
                add_profile(
                    session, list_id, from_name="Network of Mayors", from_address="news@example.org",
                    postal_address="1 Street",
                )  # fmt: skip
        self.key = self.new_key(*Scope)

    def new_key(self, *scopes: str) -> str:
        with self.database.transaction() as session:
            return keys.add(session, "website", scopes, self.now)[1]

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None, **headers: str) -> httpx.Response:
        given = {"Authorization": f"Bearer {self.key if key is None else key}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        if content is not None:
            given["Content-Type"] = "application/json"

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=("192.0.2.7", 5))
            async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
                return await client.request(method, f"/api/v1{path}", content=content, headers=given)

        return asyncio.run(asked())

    def get(self, path: str, key: str | None = None) -> httpx.Response:
        return self.ask("GET", path, key=key)

    def add(self, *addresses: str, list_slug: str = "quarterly", state: str = "confirmed") -> list[int]:
        """People who are there already; their ids."""
        found = []
        with self.database.transaction() as session:
            face = subscribers.find_list(session, list_slug)
            assert face
            for address in addresses:
                self.pipeline.book.subscribe(
                    session, face.id, address, SubscriptionState(state), Consent("form", self.now), self.now, "Ana"
                )
                found.append(session.scalars(select(SubscriberRow.id).where(SubscriberRow.address == address)).one())
        return found

    def events(self) -> list[tuple[str, str, str]]:
        with self.database.reading() as session:
            rows = session.scalars(select(ConsentEventRow).order_by(ConsentEventRow.id))
            return [(row.kind, row.source, row.detail) for row in rows]


@pytest.fixture
def api(database: Database) -> Api:
    return Api(database)


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The refusal, after asserting that it is one in the right form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["detail"].endswith(".") or "Bearer" in body["detail"]
    return body


SIGN_UP = {"address": "ana.reader@example.org", "lists": ["quarterly"], "language": "es", "name": "Ana"}


# -- keys


def test_a_key_is_long_shown_once_and_kept_as_a_hash(api: Api) -> None:
    assert len(api.key.rpartition("_")[2]) * 4 >= 192
    with api.database.reading() as session:
        row = session.scalars(select(ApiKeyRow)).one()
        assert api.key.startswith(row.prefix + "_")
        kept = " ".join(str(value) for value in vars(row).values())
        assert api.key.rpartition("_")[2] not in kept
        assert keys.everything(session)[0].prefix == row.prefix


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines"])
def test_a_key_without_a_good_name_is_refused(api: Api, name: str) -> None:
    with api.database.transaction() as session, pytest.raises(BadInput, match="name"):
        keys.add(session, name, [Scope.READ], NOW)


@pytest.mark.parametrize("scopes", [[], ["subscribers:everything"], [Scope.READ, "admin"]])
def test_a_key_without_scopes_that_exist_is_refused(api: Api, scopes: list[str]) -> None:
    with api.database.transaction() as session, pytest.raises(BadInput, match="no scope; use subscribers:read"):
        keys.add(session, "website", scopes, NOW)


def test_wrong_cut_long_foreign_and_missing_keys_open_nothing(api: Api) -> None:
    secret = api.key.rpartition("_")[2]
    wrong = [
        "", "nk_", api.key[:-1], api.key + "0", api.key.upper(), api.key[:-1] + ("0" if api.key[-1] != "0" else "1"),
        f"nk_00000000_{secret}", secret, "ключ",
    ]  # fmt: skip
    with api.database.reading() as session:
        assert [keys.find(session, text) for text in wrong] == [None] * len(wrong)
        assert keys.find(session, api.key) is not None
    for text in wrong[:6]:
        answer = api.get("/lists", key=text)
        problem(answer, 401, "wrong_key")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_key_opens_nothing_from_the_next_request_on(api: Api) -> None:
    assert api.get("/lists").status_code == 200
    prefix = api.key.rpartition("_")[0]
    with api.database.transaction() as session:
        first = keys.revoke(session, prefix, api.now)
        assert keys.revoke(session, prefix, api.now + timedelta(hours=1)).revoked_at == first.revoked_at
    problem(api.get("/lists"), 401, "wrong_key")
    with api.database.transaction() as session, pytest.raises(NotFound, match="newsletter keys list"):
        keys.revoke(session, "nk_ffffffff", api.now)


REQUESTS = [
    ("GET", "/lists", None, Scope.LISTS),
    ("GET", "/lists/quarterly", None, Scope.LISTS),
    ("GET", "/subscribers", None, Scope.READ),
    ("GET", "/subscribers/1", None, Scope.READ),
    ("POST", "/subscribers/lookup", {"address": "ana.reader@example.org"}, Scope.READ),
    ("POST", "/subscribers", SIGN_UP, Scope.WRITE),
    ("PATCH", "/subscribers/1", {"name": "Bo"}, Scope.WRITE),
    ("POST", "/subscribers/1/unsubscribe", {}, Scope.WRITE),
    ("DELETE", "/subscribers/1", None, Scope.ERASE),
]


@pytest.mark.parametrize(("method", "path", "body", "scope"), REQUESTS, ids=str)
def test_each_request_needs_its_one_scope(
    sqlite_database: Database, method: str, path: str, body: Any, scope: Scope
) -> None:
    api = Api(sqlite_database)
    api.add("ana.reader@example.org")
    others = api.new_key(*(set(Scope) - {scope}))
    assert scope.value in problem(api.ask(method, path, body, key=others), 403, "missing_scope")["detail"]
    assert api.ask(method, path, body, key=api.new_key(scope)).status_code < 300


def test_every_operation_stands_among_those_whose_scope_is_tested(sqlite_database: Database) -> None:
    told = Api(sqlite_database).get("/openapi.json").json()
    operations = {
        (method.upper(), path.replace("{id}", "1").replace("{slug}", "quarterly"))
        for path, item in told["paths"].items()
        for method in item
    }
    assert operations == {(method, path) for method, path, _, _ in REQUESTS}


def test_when_a_key_was_used_is_written_at_most_once_a_minute(api: Api) -> None:
    def used() -> datetime | None:
        with api.database.reading() as session:
            return keys.everything(session)[0].last_used_at

    assert used() is None
    api.get("/lists")
    assert used() == NOW
    api.now += timedelta(seconds=59)
    api.get("/lists")
    assert used() == NOW
    api.now += timedelta(seconds=1)
    api.get("/lists")
    assert used() == api.now


def test_a_key_that_asks_too_often_is_told_when_to_ask_again(sqlite_database: Database) -> None:
    api = Api(sqlite_database)
    answers = [api.get("/lists") for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    problem(answers[-1], 429, "too_many")
    assert api.get("/lists", key=api.new_key(Scope.LISTS)).status_code == 200
    api.now += timedelta(seconds=int(answers[-1].headers["retry-after"]))
    assert api.get("/lists").status_code == 200


def test_a_network_that_tries_keys_has_to_wait_but_locks_nobody_out(sqlite_database: Database) -> None:
    api = Api(sqlite_database)
    assert api.get("/lists").status_code == 200
    tried = [api.get("/lists", key=f"nk_{n:08x}_{n:048x}").status_code for n in range(12)]
    assert tried == [401] * 10 + [429] * 2
    assert api.get("/lists").status_code == 200
    unseen = api.new_key(Scope.LISTS)
    answer = api.get("/lists", key=unseen)
    problem(answer, 429, "too_many")
    api.now += timedelta(seconds=int(answer.headers["retry-after"]))
    assert api.get("/lists", key=unseen).status_code == 200


# -- reading


def test_a_list_says_how_many_stand_where(api: Api) -> None:
    api.add("ana@example.org", "bo@example.org")
    api.add("cy@example.org", state="unsubscribed")
    api.add("ana@example.org", list_slug="yearly", state="pending")
    items = api.get("/lists").json()["items"]
    assert [(one["slug"], one["counts"]) for one in items] == [
        ("quarterly", {"pending": 0, "confirmed": 2, "unsubscribed": 1}),
        ("yearly", {"pending": 1, "confirmed": 0, "unsubscribed": 0}),
    ]
    assert api.get("/lists/quarterly").json() == items[0]
    problem(api.get("/lists/none"), 404, "not_found")


def test_a_person_is_shown_with_all_that_stands(api: Api) -> None:
    (ana,) = api.add("ana@example.org")
    with api.database.transaction() as session:
        api.pipeline.book.suppress(session, "ana@example.org", "complaint", "hook", api.now)
    said = api.get(f"/subscribers/{ana}").json()
    assert said == {
        "id": ana, "address": "ana@example.org", "name": "Ana", "language": "", "created_at": "2024-07-09T07:00:00Z",
        "erased_at": None,
        "subscriptions": [
            {"list": "quarterly", "state": "confirmed", "since": "2024-07-09", "source": "form", "paused_until": None}
        ],
        "suppressions": [{"reason": "complaint", "list": None}],
    }  # fmt: skip
    assert api.ask("POST", "/subscribers/lookup", {"address": "ANA@Example.org"}).json() == said


def test_who_is_not_there_is_not_found(api: Api) -> None:
    problem(api.get("/subscribers/77"), 404, "not_found")
    problem(api.ask("POST", "/subscribers/lookup", {"address": "nobody@example.org"}), 404, "not_found")
    problem(api.ask("PATCH", "/subscribers/77", {"name": "Bo"}), 404, "not_found")
    problem(api.ask("POST", "/subscribers/77/unsubscribe", {}), 404, "not_found")
    problem(api.ask("DELETE", "/subscribers/77"), 404, "not_found")
    problem(api.get("/subscribers?list=none"), 404, "not_found")
    problem(api.get("/nothing"), 404, "not_found")


def test_who_walks_through_meets_everybody_once_while_people_come_and_go(api: Api) -> None:
    there = api.add(*(f"r{n}@example.org" for n in range(10)))
    met: list[int] = []
    after: int | None = 0
    while after is not None:
        page = api.get(f"/subscribers?list=quarterly&limit=3&after={after}").json()
        met += [one["id"] for one in page["items"]]
        after = page["next"]
        api.add(f"late{len(met)}@example.org")
        if len(met) == 3:
            api.ask("POST", f"/subscribers/{there[1]}/unsubscribe", {})  # met already, and one that comes later
            api.ask("PATCH", f"/subscribers/{there[8]}", {"name": "Zoe"})
        assert len(met) < 30
        if len(met) >= 12:
            break
    assert met[:10] == there
    assert len(set(met)) == len(met)


def test_a_page_holds_those_who_stand_so(api: Api) -> None:
    ana, bo = api.add("ana@example.org", "bo@example.org")
    (cy,) = api.add("cy@example.org", state="pending")
    api.add("ana@example.org", list_slug="yearly", state="unsubscribed")

    def ids(query: str) -> list[int]:
        return [one["id"] for one in api.get(f"/subscribers?{query}").json()["items"]]

    assert ids("") == [ana, bo, cy]
    assert ids("state=pending") == [cy]
    assert ids("list=yearly") == [ana]
    assert ids("list=yearly&state=confirmed") == []
    assert ids("state=unsubscribed") == [ana]
    last = api.get(f"/subscribers?after={bo}&limit=1").json()
    assert ([one["id"] for one in last["items"]], last["next"]) == ([cy], None)


# -- signing up


@pytest.mark.parametrize("path", ["/subscribers?lsit=quarterly", "/lists?state=confirmed", "/lists/quarterly?a~/b="])
def test_an_argument_that_nobody_knows_is_refused_by_name(api: Api, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["place"], fault["at"]) == (
        "query", "/" + path.partition("?")[2].partition("=")[0].replace("~", "~0").replace("/", "~1"),
    )  # fmt: skip
    assert "reader" not in answer.text


def test_a_program_signs_up_and_the_person_is_asked(api: Api) -> None:
    consent = {"words": "Yes, send it.", "at": "2024-07-09T08:00:00+02:00", "source_url": "https://www.example.org/x"}
    answer = api.ask("POST", "/subscribers", SIGN_UP | {"consent": consent})
    assert (answer.status_code, answer.json()) == (202, {"status": "asked"})
    with api.database.reading() as session:
        row = session.scalars(select(SignUpRow)).one()
        assert (row.source, row.language, row.name) == ("api", "es", "Ana")
        prefix = api.key.rpartition("_")[0]
        assert row.detail == f"{prefix} 2024-07-09T06:00Z https://www.example.org/x"
        assert session.scalars(select(WordingRow.text)).one() == "Yes, send it."
        assert session.scalar(select(SubscriberRow.id)) is None


def test_the_answer_is_the_same_whoever_it_is(api: Api) -> None:
    api.add("confirmed@example.org")
    api.add("pending@example.org", state="pending")
    api.add("left@example.org", state="unsubscribed")
    with api.database.transaction() as session:
        api.pipeline.book.suppress(session, "complained@example.org", "complaint", "hook", api.now)
    addresses = ("new", "confirmed", "pending", "left", "complained")
    answers = [
        api.ask("POST", "/subscribers", SIGN_UP | {"address": f"{one}@example.org"}) for one in addresses
    ]  # fmt: skip
    assert {(one.status_code, one.content) for one in answers} == {(202, b'{"status":"asked"}')}
    assert len({tuple(sorted(one.headers.items())) for one in answers}) == 1
    with api.database.reading() as session:
        states = {one.address: [sub.state for sub in one.lists] for one in subscribers.cards(session) if one.address}
    assert states["left@example.org"] == ["unsubscribed"]


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"address": "no address"}, "/address"),
        ({"address": 7}, "/address"),
        ({"address": "a\u0000@example.org"}, "/address"),
        ({"address": "Ana <ana@example.org>"}, "/address"),
        ({"lists": []}, "/lists"),
        ({"lists": ["quarterly", "unknown"]}, "/lists/1"),
        ({"lists": "quarterly"}, "/lists"),
        ({"language": "Klingon!"}, "/language"),
        ({"name": "two\nlines"}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"nmae": "Ana"}, "/nmae"),
        ({"consent": {"words": "Yes", "at": "2024-07-09"}}, "/consent/at"),
        ({"consent": {"words": "", "at": "2024-07-09T08:00:00Z"}}, "/consent/words"),
        ({"consent": {"words": "Yes", "at": "2024-07-09T08:00:00Z", "source_url": "javascript:x"}},
         "/consent/source_url"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_sign_up_is_named_and_not_repeated(
    sqlite_database: Database, change: dict[str, Any], at: str
) -> None:
    api = Api(sqlite_database)
    answer = api.ask("POST", "/subscribers", SIGN_UP | change)
    found = problem(answer, 422, "invalid")
    assert [(one["place"], one["at"]) for one in found["errors"]] == [("body", at)]
    assert "ana" not in answer.text.lower().replace("ana,", "")
    with api.database.reading() as session:
        assert session.scalar(select(SignUpRow.id)) is None


def test_a_body_that_is_no_json_or_too_long_is_refused(sqlite_database: Database) -> None:
    api = Api(sqlite_database)
    for body in (b"{", b"", b"\xff\xfe", b'"\\ud800"', b"[" * 60_000):
        assert api.ask("POST", "/subscribers", body).status_code in {400, 422}
    problem(api.ask("POST", "/subscribers", b" " * 70_000), 413, "too_long")
    problem(api.ask("PUT", "/subscribers", {}), 405, "method_not_allowed")


# -- acting


def test_name_and_language_are_amended_and_the_event_names_the_key(api: Api) -> None:
    (ana,) = api.add("ana@example.org")
    assert api.ask("PATCH", f"/subscribers/{ana}", {"language": "ES"}).json() == {"id": ana, "changed": ["language"]}
    assert api.ask("PATCH", f"/subscribers/{ana}", {"language": "es"}).json() == {"id": ana, "changed": []}
    both = api.ask("PATCH", f"/subscribers/{ana}", {"name": "Ana M.", "language": "en"})
    assert both.json()["changed"] == ["name", "language"]
    said = api.get(f"/subscribers/{ana}").json()
    assert (said["name"], said["language"]) == ("Ana M.", "en")
    changes = [event for event in api.events() if event[0] == "change"]
    assert len(changes) == 2
    assert all(source == "api" and api.key.rpartition("_")[0] in detail for _, source, detail in changes)
    assert api.ask("PATCH", f"/subscribers/{ana}", {}).json()["changed"] == []


def test_a_program_unsubscribes_from_one_list_or_from_all(api: Api) -> None:
    (ana,) = api.add("ana@example.org")
    api.add("ana@example.org", list_slug="yearly")
    path = f"/subscribers/{ana}/unsubscribe"
    problem(api.ask("POST", path, {"list": "none"}), 404, "not_found")
    problem(api.ask("POST", path, {"reason": "no idea"}), 422, "invalid")
    assert api.ask("POST", path, {"list": "yearly", "reason": "too_often"}).json() == {"id": ana, "left": ["yearly"]}
    assert api.ask("POST", path, {}).json() == {"id": ana, "left": ["quarterly"]}
    assert api.ask("POST", path, {}).json() == {"id": ana, "left": []}
    withdrawals = [event for event in api.events() if event[0] == "withdrawal"]
    assert withdrawals == [("withdrawal", "api", api.key.rpartition("_")[0])] * 2


def test_a_person_is_erased_once_and_stays_so(api: Api) -> None:
    (ana,) = api.add("ana@example.org")
    for _ in range(2):
        answer = api.ask("DELETE", f"/subscribers/{ana}")
        assert (answer.status_code, answer.content) == (204, b"")
    said = api.get(f"/subscribers/{ana}").json()
    assert (said["address"], said["name"]) == (None, "")
    assert said["erased_at"]
    problem(api.ask("POST", "/subscribers/lookup", {"address": "ana@example.org"}), 404, "not_found")


# -- once


def test_a_request_that_is_sent_again_is_done_once_and_answered_the_same(api: Api) -> None:
    (ana,) = api.add("ana@example.org")
    path = f"/subscribers/{ana}/unsubscribe"
    first = api.ask("POST", path, {}, Idempotency_Key="one")
    again = api.ask("POST", path, {}, Idempotency_Key="one")
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert api.ask("POST", path, {}, Idempotency_Key="two").json()["left"] == []


def test_an_idempotency_key_belongs_to_one_request_of_one_key(api: Api) -> None:
    ana, bo = api.add("ana@example.org", "bo@example.org")
    assert api.ask("PATCH", f"/subscribers/{ana}", {"name": "A"}, Idempotency_Key="one").status_code == 200
    problem(api.ask("PATCH", f"/subscribers/{ana}", {"name": "B"}, Idempotency_Key="one"), 409, "key_reused")
    problem(api.ask("PATCH", f"/subscribers/{bo}", {"name": "A"}, Idempotency_Key="one"), 409, "key_reused")
    other = api.new_key(Scope.WRITE)
    assert api.ask("PATCH", f"/subscribers/{bo}", {"name": "B"}, key=other, Idempotency_Key="one").status_code == 200
    problem(api.ask("PATCH", f"/subscribers/{bo}", {"name": "B"}, Idempotency_Key="x" * 201), 422, "invalid")


def test_a_refused_request_leaves_its_idempotency_key_free(api: Api) -> None:
    problem(api.ask("PATCH", "/subscribers/77", {"name": "A"}, Idempotency_Key="one"), 404, "not_found")
    (ana,) = api.add("ana@example.org")
    assert api.ask("PATCH", f"/subscribers/{ana}", {"name": "A"}, Idempotency_Key="one").status_code == 200


def test_an_answer_is_kept_for_a_day_and_holds_no_person(api: Api) -> None:
    (ana,) = api.add("ana@example.org")
    api.ask("PATCH", f"/subscribers/{ana}", {"name": "Ana Maria"}, Idempotency_Key="one")
    api.ask("POST", "/subscribers", SIGN_UP, Idempotency_Key="two")
    with api.database.reading() as session:
        kept = " ".join(row.body.decode() + row.request_sha256 for row in session.scalars(select(IdempotentRow)))
    assert "example.org" not in kept
    assert "Maria" not in kept
    api.now += timedelta(hours=24)
    answer = api.ask("PATCH", f"/subscribers/{ana}", {"name": "Other"}, Idempotency_Key="one")
    assert answer.json()["changed"] == ["name"]
    with api.database.reading() as session:
        assert len(session.scalars(select(IdempotentRow)).all()) == 1


def test_of_requests_at_the_same_moment_one_is_worked_on(api: Api) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow() -> Left:
        inside.set()
        assert go_on.wait(20)
        return Left(id=7, left=["quarterly"])

    with api.database.reading() as session:
        key = keys.find(session, api.key)
    assert key
    once, request = Once(api.pipeline), Request({"type": "http", "method": "POST", "path": "/x", "headers": []})
    answers: list[Response] = []
    first = threading.Thread(target=lambda: answers.append(once(request, key, "one", None, 200, slow)))
    first.start()
    assert inside.wait(20)
    with pytest.raises(Problem) as refused:
        once(request, key, "one", None, 200, slow)
    assert (refused.value.status, refused.value.code) == (409, "busy")
    go_on.set()
    first.join(20)
    again = once(request, key, "one", None, 200, slow)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.body == answers[0].body


def test_many_at_once_do_it_once(api: Api) -> None:
    (ana,) = api.add("ana@example.org")
    answers: list[httpx.Response] = []
    path = f"/subscribers/{ana}/unsubscribe"
    threads = [
        threading.Thread(target=lambda: answers.append(api.ask("POST", path, {}, Idempotency_Key="one")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {answer.status_code for answer in answers} <= {200, 409}
    done = [answer for answer in answers if answer.status_code == 200]
    assert done
    assert all(answer.json()["left"] == ["quarterly"] for answer in done)
    assert len([event for event in api.events() if event[0] == "withdrawal"]) == 1


def test_what_a_dead_process_had_begun_is_done_by_the_next_one(api: Api) -> None:
    (ana,) = api.add("ana@example.org")
    path = f"/subscribers/{ana}"
    api.ask("PATCH", path, {"name": "A"}, Idempotency_Key="one")
    with api.database.transaction() as session:
        session.execute(update(IdempotentRow).values(status=0, body=b""))
    problem(api.ask("PATCH", path, {"name": "A"}, Idempotency_Key="one"), 409, "busy")
    api.now += repeats.WORKED_ON
    assert api.ask("PATCH", path, {"name": "A"}, Idempotency_Key="one").status_code == 200
    assert api.ask("PATCH", path, {"name": "A"}, Idempotency_Key="one").headers["idempotent-replayed"] == "true"


# -- what is told


def test_no_address_stands_in_an_address_called(sqlite_database: Database) -> None:
    told = Api(sqlite_database).get("/openapi.json").json()
    for path, item in told["paths"].items():
        for operation in item.values():
            places = [one["name"] for one in operation.get("parameters", ()) if one["in"] in {"path", "query"}]
            assert not {"address", "email", "name"} & set(places), path


def test_the_openapi_tells_the_api_and_nothing_else(sqlite_database: Database) -> None:
    told = Api(sqlite_database).get("/openapi.json").json()
    assert told["servers"] == [{"url": "/api/v1"}]
    assert "HTTPValidationError" not in json.dumps(told)
    for item in told["paths"].values():
        for operation in item.values():
            assert {"401", "403", "429", "503"} <= set(operation["responses"])
            assert operation["security"] == [{"key": []}]
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"]
    assert told["components"]["schemas"]["Problem"]


# -- the page about it

PAGE = Path(__file__).resolve().parent.parent / "docs" / "api.md"
_CURL = re.compile(r"curl -sS(?: -X (?P<method>\w+))? \"\$SITE/api/v1(?P<path>[^\"]*)\"(?P<rest>.*)", re.DOTALL)


def test_the_examples_of_the_page_do_what_it_says(sqlite_database: Database) -> None:
    api = Api(sqlite_database)
    api.add("bo.reader@example.org")
    blocks = re.findall(r"^```bash\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    commands = [one for block in blocks for one in re.split(r"\n(?=curl )", block.strip())]
    statuses = []
    for command in commands:
        found = _CURL.fullmatch(command)
        assert found, command
        body = re.search(r"--json '(.*)'", found["rest"], re.DOTALL)
        method = found["method"] or ("POST" if body else "GET")
        assert 'Authorization: Bearer $KEY"' in found["rest"]
        statuses.append(api.ask(method, found["path"], body[1].encode() if body else None).status_code)
    assert statuses == [200, 202, 200, 200, 200, 200]


def test_the_page_names_every_scope_and_every_code() -> None:
    page = PAGE.read_text("utf-8")
    assert all(f"| `{scope}` |" in page for scope in Scope)
    sources = "".join(path.read_text("utf-8") for path in Path(door.__file__).parent.glob("*.py"))
    codes = set(re.findall(r'Problem\(\s*\d+, "(\w+)"', sources)) | set(re.findall(r'_written\(\d+, "(\w+)"', sources))
    codes |= set(problems._CODES.values()) | {"too_many"}
    assert codes - {"failed"} == set(re.findall(r"`(\w+)`", page.rpartition("| Status |")[2])) - {"code"}
