"""What all pages share: the pipeline, the templates in the reader's language, and the look of the organisation."""

from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from newsletter import resources
from newsletter.pipeline import Pipeline
from newsletter.rendering.words import SOURCE, TRANSLATED, words

LANGUAGES = (SOURCE, *TRANSLATED)


class Site:
    """One installation's pages. `pipeline` gives commands; views are read in `pipeline.database.reading()`."""

    def __init__(self, pipeline: Pipeline, templates: Path | None = None) -> None:
        self.pipeline = pipeline
        self._environment = Environment(
            loader=FileSystemLoader(templates or resources.templates()), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip

    def page(self, template: str, language: str, *, status: int = 200, **facts: object) -> HTMLResponse:
        """`templates/public/<template>.html` in that language; in it are `say`, `many`, `words`, `language`, `base`."""
        said = words(language)
        known = {"words": said, "say": said.say, "many": said.many, "language": language, "base": self.base_url}
        found = self._environment.get_template(f"public/{template}.html")
        return HTMLResponse(found.render(known | facts), status, headers={"Content-Language": language})

    @property
    def base_url(self) -> str:
        return self.pipeline.settings.base_url

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


def _accepted(header: str) -> list[str]:
    """The languages of Accept-Language, the most wanted first (RFC 9110 12.5.4)."""
    found = []
    for part in header[:500].split(","):
        tag, _, weight = part.strip().partition(";")
        quality = weight.strip().removeprefix("q=") if weight else "1"
        if quality.replace(".", "", 1).isdecimal() and float(quality) > 0:
            found.append((-float(quality), tag.strip()))
    return [tag for _, tag in sorted(found, key=lambda pair: pair[0])]
