"""How the mail is looked at beside the list; each way is an address of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from newsletter.web.forms import Form

WAYS: Mapping[str, str] = {
    "phone": "Phone", "desktop": "Desktop", "dark": "Dark", "plain": "No pictures", "text": "Text",
}  # fmt: skip
_FRAMES = {"dark": {"look": "dark"}, "plain": {"pictures": "no"}, "text": {"as": "text"}}


@dataclass(frozen=True, slots=True)
class Look:
    """One way, one language; `anyway`: this person has said that an approved issue is to be changed."""

    way: str
    language: str
    anyway: bool = False

    @property
    def fields(self) -> dict[str, str]:
        """What a form carries along, so that the page after it looks the same."""
        return {"way": self.way, "in": self.language} | ({"anyway": "yes"} if self.anyway else {})

    @property
    def query(self) -> str:
        return urlencode(self.fields)

    def other(self, **changed: str) -> str:
        """The query of another look: `way`, `language`."""
        return Look(changed.get("way", self.way), changed.get("language", self.language), self.anyway).query

    def frame(self, slug: str) -> str:
        """Where the mail looks so."""
        query = urlencode(_FRAMES.get(self.way, {}) | ({} if self.way == "text" else {"point": "yes"}))
        return f"/console/issues/{slug}/preview/{self.language}?{query}".rstrip("?")


def of(get: Callable[[str], str | None], default: str) -> Look:
    """As the address or a form says; what it does not say, or says wrongly, is the usual."""
    way, language = get("way") or "", get("in") or ""
    known = language if language.replace("-", "").isalnum() and len(language) <= 16 else ""
    return Look(way if way in WAYS else "desktop", known or default, get("anyway") == "yes")


def of_form(form: Form) -> Look:
    """What a form carried along."""
    return of(form.get, "")
