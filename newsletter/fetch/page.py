"""An answer, and its text; or only that there is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter.fetch.decoding import decode


@dataclass(frozen=True, slots=True)
class Page:
    """An answer. `url`: after redirects. `status`: 200, or 304 where the validators still hold (then without content).
    `headers`: names in small letters; repeated ones are joined by commas.
    """

    url: str
    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The content decoded; what cannot be read is replaced, nothing is raised."""
        return decode(self.content, self.headers.get("content-type", ""))

    @property
    def content_type(self) -> str:
        """The media type in small letters, without parameters; "" where none is told."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def etag(self) -> str:
        """For the next visit's `etag`."""
        return self.headers.get("etag", "")

    @property
    def last_modified(self) -> str:
        """For the next visit's `last_modified`."""
        return self.headers.get("last-modified", "")


@dataclass(frozen=True, slots=True)
class Seen:
    """Whether somebody who follows a link finds something. `url`: where redirects end; `status`: what answers there."""

    url: str
    status: int
