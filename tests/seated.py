"""A browser at the console of a route: it keeps its cookies, signs in as people do, and posts forms as its pages do."""

import asyncio
import re
import threading
from email.message import EmailMessage
from typing import Any
from weakref import WeakKeyDictionary

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Cookies, Response

from newsletter.pipeline import Pipeline
from newsletter.staff import sessions
from newsletter.staff.people import Actor
from newsletter.web.app import app
from tests.route import Route

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
COOKIE, MARK = "__Host-desk", "__Host-known"
MACHINE = Actor(None, "cli", "tester")


_APPS: WeakKeyDictionary[Pipeline, FastAPI] = WeakKeyDictionary()


def running(route: Route) -> FastAPI:
    """The installation's pages, as they run now: one application, however many browsers ask it."""
    if route.pipeline not in _APPS:
        _APPS[route.pipeline] = app(route.pipeline)
    return _APPS[route.pipeline]


class Seated:
    """`client`: the address that it asks from."""

    def __init__(self, route: Route, email: str = "", *, agent: str = FIREFOX, client: str = "192.0.2.7") -> None:
        self.route = route
        self.agent, self.client = agent, client
        self.cookies = Cookies()
        self._app = running(route)
        if email:
            self.sign_in(email)

    def request(self, method: str, path: str, **options: Any) -> Response:
        async def asked() -> Response:
            transport = ASGITransport(app=self._app, client=(self.client, 50000), raise_app_exceptions=False)
            async with AsyncClient(
                transport=transport, base_url=self.route.settings.base_url, cookies=self.cookies
            ) as client:
                headers = {"User-Agent": self.agent} | options.pop("headers", {})
                answer = await client.request(method, path, headers=headers, **options)
                self.cookies = client.cookies
                return answer

        return asyncio.run(asked())

    def get(self, path: str, **options: Any) -> Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **fields: str) -> Response:
        """As a form of ours does."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        return self.request("POST", path, data={"csrf": self.csrf} | fields, headers=headers)

    def sign_in(self, email: str) -> Response:
        """By a link that was made on the machine."""
        path = self.link(email)
        answer = self.post(path)
        assert answer.status_code == 303, answer.text
        return answer

    def link(self, email: str) -> str:
        url, _ = self.route.pipeline.entrance.link(email, MACHINE)
        return url.removeprefix(self.route.settings.base_url)

    @property
    def cookie(self) -> str:
        return self.cookies.get(COOKIE) or ""

    @property
    def csrf(self) -> str:
        return sessions.csrf(self.cookie) if self.cookie else ""

    def id(self, email: str) -> int:
        return self.route.pipeline.team.id_of(email)


def mails(route: Route, to: str = "") -> list[EmailMessage]:
    """What was mailed to somebody, in its order."""
    route.pipeline.deliver_notices(threading.Event())
    return [one for one in route.mails() if to in str(one["To"])]


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage) -> str:
    """The path that its button leads to."""
    found = re.search(r"https?://[^/\s]+(/console/enter/\w+)", text(mail))
    assert found, text(mail)
    return found[1]
