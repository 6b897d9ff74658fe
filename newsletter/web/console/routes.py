"""The one door: every route of the console names the verb of the authority table that it needs, and is asked for it.

Before a handler runs, somebody is signed in, their role covers the verb, and what they post comes from a form of ours
(RFC 6265 cookies are sent by any site's form; the word in ours is known to nobody else).
"""

import hmac
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from newsletter.errors import BadInput, NotFound, Refusal
from newsletter.serving import named_host
from newsletter.staff import authority
from newsletter.staff.people import Actor
from newsletter.staff.sessions import Seat
from newsletter.web.console.desk import Desk
from newsletter.web.forms import MOST_FIELDS

PREFIX = "/console"
MOST_FORM = 1024 * 1024  # bytes of a form without files
_LONGEST_NUMBER = 15  # digits: any engine stores it
_PLAIN = frozenset({"same-origin", "none"})  # Sec-Fetch-Site: our own page, or the person's own hand

Endpoint = Callable[..., Response]


class Unseated(Exception):
    """Nobody is signed in."""


class Unfresh(Exception):
    """It is too long ago that they signed in. `page`: where the act's form stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page


class BadForm(Exception):
    """The form is not one of this session's."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that was sent along: its name as the browser tells it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Declared:
    """A route as it was declared. `verb` is None where nobody has to be signed in; `fresh`: they must have signed in
    just now.
    """

    method: str
    path: str
    verb: str | None
    fresh: bool = False


class Routes:
    """Collects the routes of all screens; `declared` is what tests hold against the authority table."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.declared: list[Declared] = []
        self.router = APIRouter(prefix=PREFIX, route_class=_told(desk))

    def get(self, path: str, verb: str, endpoint: Endpoint) -> None:
        """A page; looking at it changes nothing."""
        self._add("GET", path, verb, endpoint, [Depends(self._admit(verb))])

    def post(self, path: str, verb: str, endpoint: Endpoint, *, files: int = 0, fresh: str = "") -> None:
        """An act, posted by a form (or by a script, as a form). `files`: how many may come along; `fresh`: who signed
        in a while ago does so again first, and comes back to this page.
        """
        checks = [Depends(self._admit(verb)), Depends(self._ours(files))]
        if fresh:
            checks.append(Depends(self._just_now(fresh)))
        self._add("POST", path, verb, endpoint, checks, fresh=bool(fresh))

    def open(self, method: str, path: str, endpoint: Endpoint) -> None:
        """For those who are not signed in. What is posted must still come from a page of ours."""
        checks = [Depends(_from_here)] if method == "POST" else []
        self._add(method, path, None, endpoint, checks)

    def _add(
        self, method: str, path: str, verb: str | None, endpoint: Endpoint, checks: list[Any], *, fresh: bool = False
    ) -> None:
        if verb is not None and verb not in authority.AUTHORITY:
            raise KeyError(verb)
        self.declared.append(Declared(method, PREFIX + path, verb, fresh))
        self._desk.pages.add((method, PREFIX + path))
        methods = ["GET", "HEAD"] if method == "GET" else [method]
        self.router.add_api_route(path, endpoint, methods=methods, dependencies=checks, response_model=None)

    def _admit(self, verb: str) -> Callable[[Request], None]:
        def admit(request: Request) -> None:
            if any("\0" in str(one) for one in request.path_params.values()):  # no engine can be asked for it
                raise NotFound("There is nothing of that name here.")
            seat = self._desk.seat(request)
            if seat is None:
                raise Unseated
            request.state.seat = seat
            authority.require(verb, seat.person.role, seat.person.name or seat.person.email)

        return admit

    def _just_now(self, page: str) -> Callable[[Request], None]:
        def just_now(request: Request) -> None:
            seat: Seat = request.state.seat
            if not seat.is_fresh(self._desk.pipeline.clock()):
                raise Unfresh(PREFIX + page)

        return just_now

    @staticmethod
    def _ours(files: int) -> Callable[[Request], Coroutine[Any, Any, None]]:
        async def ours(request: Request) -> None:
            _from_here(request)
            announced = request.headers.get("content-length", "")
            if not files and announced.isdecimal() and int(announced) > MOST_FORM:
                raise HTTPException(413)
            await request.body()
            try:
                form = await request.form(max_files=files, max_fields=MOST_FIELDS, max_part_size=MOST_FORM)
            except (HTTPException, ValueError, LookupError):
                raise BadForm from None
            word = form.get("csrf") or request.headers.get("x-csrf", "")
            seat: Seat = request.state.seat
            if not isinstance(word, str) or not hmac.compare_digest(word.encode(), seat.csrf.encode()):
                raise BadForm

        return ours


def _from_here(request: Request) -> None:
    """Whether a page of ours posts. Browsers say so in Sec-Fetch-Site, old ones in Origin; programs in neither."""
    site, origin = request.headers.get("sec-fetch-site", ""), request.headers.get("origin", "")
    if site:
        ours = site in _PLAIN
    else:
        ours = not origin or named_host(origin.partition("://")[2]) == named_host(request.headers.get("host", ""))
    if not ours:
        raise BadForm


def _seat_of(request: Request) -> Seat:
    seat: Seat = request.state.seat
    return seat


def _actor_of(request: Request) -> Actor:
    return Actor(_seat_of(request).person, "console")


async def _files(request: Request) -> dict[str, Uploaded]:
    form = await request.form()
    return {
        name: Uploaded(value.filename or "", await value.read())
        for name, value in form.multi_items()
        if isinstance(value, UploadFile) and value.size
    }


Seated = Annotated[Seat, Depends(_seat_of)]
Acting = Annotated[Actor, Depends(_actor_of)]
Files = Annotated[dict[str, Uploaded], Depends(_files)]


def revision(text: str) -> int | None:
    """The revision that a page was made from, as its form brings it back; None where it brings none."""
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise BadInput("The form does not say which version it was made from. Open the page anew.")
    return int(text)


def number(text: str) -> int:
    """The number of a row, as a path tells it; NotFound where no row can have it."""
    if not text.isascii() or not text.isdecimal() or len(text) > _LONGEST_NUMBER:
        raise NotFound("There is nothing of that number here.")
    return int(text)


def _told(desk: Desk) -> type[APIRoute]:
    """Routes whose refusals are pages (or JSON, for a script that asks for it)."""

    class Told(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def told(request: Request) -> Response:
                try:
                    return await handle(request)
                except Unseated:
                    return desk.to_sign_in(request)
                except Unfresh as error:
                    return desk.to_sign_in_again(request, error.page)
                except BadForm:
                    return desk.bad_form(request)
                except Refusal as error:
                    return desk.refused(request, error)
                finally:
                    await request.close()  # files that came along

            return told

    return Told
