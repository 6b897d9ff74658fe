"""Calm pages for what goes wrong: nothing of the machine, and what to do."""

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from newsletter.rendering.words import later
from newsletter.web.look import Look
from newsletter.web.site import Site

RETRY = 30  # seconds

# The heading and what it means, by status; what is not here is told as the first.
_SAID = {
    404: (later("There is nothing at this address."), later("The link may be old, or it may have lost a part.")),
    405: (later("This page cannot be used like that."), later("Please go back and try again.")),
    413: (later("That was too much."), later("What was sent is larger than this page takes.")),
    500: (later("Something went wrong on our side."), later("Nothing was changed. Please try again in a few minutes.")),
    503: (later("We are not quite there."), later("Nothing was changed. Please try again in a few minutes.")),
}


class Pages:
    """Makes them; `attach` also gives them to what the framework refuses by itself."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def attach(self, web: FastAPI) -> None:
        web.add_exception_handler(HTTPException, self._refused)

    def page(self, request: Request, status: int, reference: str = "") -> Response:
        """The page of that status; `reference` is what the log calls it by."""
        heading, meaning = _SAID.get(status, _SAID[404 if status < 500 else 500])
        page = self._site.page(
            "failed", self._site.language(request), status=status, look=self._look(),
            heading=heading, meaning=meaning, reference=reference,
        )  # fmt: skip
        if status == 503:
            page.headers["Retry-After"] = str(RETRY)
        return page

    def _refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        page = self.page(request, error.status_code)
        page.headers.update(error.headers or {})
        return page

    def _look(self) -> Look:
        try:
            return self._site.look()
        except SQLAlchemyError:
            return self._site.looks.plain
