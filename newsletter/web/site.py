"""What all pages share: the pipeline, the templates in the reader's language, and the look of the organisation."""

from pathlib import Path
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from newsletter import resources
from newsletter.errors import NotFound
from newsletter.issues import lists
from newsletter.pipeline import Pipeline
from newsletter.readers.faces import public_lists
from newsletter.rendering.words import SOURCE, TRANSLATED, Words, own_name, words
from newsletter.rhythm.letters.saying import capital
from newsletter.web.look import Look, Looks

LANGUAGES = (SOURCE, *TRANSLATED)


class Site:
    """One installation's pages. `pipeline` gives commands; views are read in `pipeline.database.reading()`."""

    def __init__(self, pipeline: Pipeline, templates: Path | None = None) -> None:
        self.pipeline = pipeline
        # What a proxy keeps before our paths, where BASE_URL has one: the links within pages need it.
        self.root = urlsplit(pipeline.settings.base_url).path
        self._environment = Environment(
            loader=FileSystemLoader(templates or resources.templates()),
            autoescape=select_autoescape(disabled_extensions=("css.j2",), default=True), undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._environment.filters |= {"bdi": _bdi, "address": _address, "capitalize_first": capital}
        self.looks = Looks(self._environment, pipeline.settings.folder)

    def page(
        self, template: str, language: str, *, status: int = 200, look: Look | None = None, **facts: object
    ) -> HTMLResponse:
        """`templates/public/<template>.html` in that language. In it are `say` and `many`, which take markup as values
        and escape all else, `words`, `language`, `languages`, `look`, `root` (before paths) and `base` (BASE_URL).
        """
        spoken = _Spoken(words(language))
        known = {
            "words": spoken.words, "say": spoken.say, "many": spoken.many, "language": language,
            "languages": [(one, own_name(one)) for one in LANGUAGES],
            "look": look or self.look(), "root": self.root, "base": self.base_url,
        }  # fmt: skip
        found = self._environment.get_template(f"public/{template}.html")
        return HTMLResponse(found.render(known | facts), status, headers={"Content-Language": language})

    def look(self, list_id: int | None = None) -> Look:
        """How pages of that list look; without one, those of the first list, and where there is none, plain."""
        with self.pipeline.database.reading() as session:
            if list_id is None:
                first = next(iter(public_lists(session)), None)
                if first is None:
                    return self.looks.plain
                list_id = first.id
            try:
                profile = lists.profile(session, list_id)
            except NotFound:
                return self.looks.plain
        return self.looks.of(profile)

    def look_file(self, name: str) -> tuple[bytes, str] | None:
        """A stylesheet or logo by its name; also one that another process has named in a page."""
        if self.looks.file(name) is None:
            for one in self.pipeline.joining.lists():
                self.look(one.id)
        return self.looks.file(name)

    @property
    def base_url(self) -> str:
        return self.pipeline.settings.base_url

    @property
    def origin(self) -> str:
        """BASE_URL without its path: where pictures of mails are from."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @staticmethod
    def language(request: Request, preferred: str = "") -> str:
        """The language to speak: `?lang=`, then what is known of the person, then what the browser asks for."""
        wishes = [
            request.query_params.get("lang", ""),
            preferred,
            *_accepted(request.headers.get("accept-language", "")),
        ]
        plain = (wish.replace("_", "-").partition("-")[0].lower() for wish in wishes)
        return next((language for language in plain if language in LANGUAGES), SOURCE)


class _Spoken:
    """Words for markup: the message is escaped, and every value that is no markup itself."""

    def __init__(self, said: Words) -> None:
        self.words = said

    def say(self, message: str, **values: object) -> Markup:
        said = escape(self.words.say(message))
        return said % values if values else said

    def many(self, one: str, several: str, number: int, **values: object) -> Markup:
        # The number is filled in first, so that the rest is filled in once.
        kept = {name: f"%({name})s" for name in values}
        said = escape(self.words.many(one, several, number, **kept))
        return said % values if values else said


def _bdi(text: str) -> Markup:
    """A name or an address inside a sentence that may run the other way."""
    return Markup("<bdi>%s</bdi>") % text


def _address(text: str) -> Markup:
    """An address inside a sentence: where it must break, it breaks after the @."""
    local, at, domain = text.rpartition("@")
    return Markup('<bdi class="address">%s%s<wbr>%s</bdi>') % (local, at, domain)


def _accepted(header: str) -> list[str]:
    """The languages of Accept-Language, the most wanted first (RFC 9110 12.5.4)."""
    found = []
    for part in header[:500].split(","):
        tag, _, weight = part.strip().partition(";")
        quality = weight.strip().removeprefix("q=") if weight else "1"
        if quality.isascii() and quality.replace(".", "", 1).isdecimal() and float(quality) > 0:
            found.append((-float(quality), tag.strip()))
    return [tag for _, tag in sorted(found, key=lambda pair: pair[0])]
