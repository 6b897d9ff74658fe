"""The forms that anybody can post to, with bodies that a machine makes up: never an error of ours."""

import asyncio
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.database import Database
from subscribers import Purpose
from tests.test_api import BASE_URL, Api

FIELDS = (
    "email", "name", "language", "lists", "list", "stamp", "act", "page", "why", "until", "to", "remarks", "question",
    "answer", "address", "List-Unsubscribe", "shown_in", "source", "token",
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["ana@example.org", "quarterly", "1", "stop", "undo", "why", "pause", "switch", "block", "not_me", "en", "save",
         "2024-08-01", "9999-12-31", "0001-01-01", "\x00", "\udcff".encode("utf-8", "replace").decode(), "-1", "٣"]
    ),
)  # fmt: skip
FORMS = st.lists(st.tuples(st.sampled_from(FIELDS), VALUES), max_size=12).map(lambda one: urlencode(one).encode())
BODIES = st.one_of(FORMS, st.binary(max_size=300), FORMS.map(lambda one: one.replace(b"%", b"%f")))
TYPES = st.sampled_from(
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "",
     "application/json", "application/x-www-form-urlencoded; charset=utf-16", "ü".encode().decode("latin-1")]
)  # fmt: skip
PLACES = ("/subscribe", "/c/{}", "/u/{}", "/p/{}")


@pytest.mark.parametrize("place", PLACES)
def test_no_form_can_make_the_server_fail(sqlite_database: Database, place: str) -> None:
    api = Api(sqlite_database)
    (ana,) = api.add("ana@example.org")
    links = api.pipeline.links
    tokens = [links.token(purpose, ana) for purpose in Purpose] + ["x", "a" * 26, "a" * 500, "%00", "%F0%9F"]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(body=BODIES, kind=TYPES, token=st.sampled_from(tokens), method=st.sampled_from(["POST", "POST", "GET"]))
    def post(body: bytes, kind: str, token: str, method: str) -> None:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=api.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
                headers = {"Content-Type": kind.encode("latin-1")} if kind else {}
                return await client.request(method, place.format(token), content=body, headers=headers)

        answer = asyncio.run(asked())
        assert answer.status_code < 500, answer.text
        assert "set-cookie" not in answer.headers

    post()
