"""From a finding to the button that mends it: where each kind of mending is done."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from newsletter.preflight import Finding, Mend, Mending
from newsletter.web.console.desk import Desk

_ISSUE = "/console/issues/{key}"
WRITE = f"{_ISSUE}/write"
INBOX, ITEM, BLOCK = f"{WRITE}/inbox", f"{WRITE}/item/{{publication}}", f"{WRITE}/block/{{block}}"
COMPARE = f"{ITEM}/website"
TAKE_OUT, LOOK, OPENED = (f"{_ISSUE}/check/{act}" for act in ("take-out", "look", "opened"))
# Where on its page a field is.
_FIELDS = {
    "": "", "title": "#f-title", "summary": "#f-summary", "action": "#f-action", "alt": "#f-alt", "picture": "#picture",
    "link": "#f-url", "date": "#facts",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Button:
    """A button: a link, or with `post` a form with these fields."""

    words: str
    path: str
    post: bool = False
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A page as its route is declared, and the address of the one that is meant."""

    page: str
    path: str
    post: bool = False
    fields: tuple[tuple[str, str], ...] = ()


class Mender:
    """Makes the buttons of one issue's findings. What leads to a page that is not there is left out."""

    def __init__(self, desk: Desk, key: str) -> None:
        self._desk = desk
        self._issue = f"/console/issues/{quote(key, safe='')}"
        self._places: dict[Mending, Callable[[Mend], Place | None]] = {
            Mending.SUBJECT: self._subject,
            Mending.PREVIEW: self._subject,
            Mending.ITEM: self._item,
            Mending.TAKE_OUT: self._take_out,
            Mending.BLOCK: self._block,
            Mending.SECTION: self._section,
            Mending.OWED: self._owed,
            Mending.LOOK: self._look,
            Mending.OPENED: self._opened,
            Mending.COMPARE: self._compare,
        }

    def buttons(self, finding: Finding) -> tuple[Button, ...]:
        """The finding's buttons that lead somewhere, the best first."""
        made = (self._button(mend) for mend in finding.mends)
        return tuple(one for one in made if one is not None)

    def _button(self, mend: Mend) -> Button | None:
        make = self._places.get(mend.kind)
        if make is None:
            return None
        place = make(mend)
        if place is None or not self._desk.leads(place.page, "POST" if place.post else "GET"):
            return None
        return Button(mend.button or "Mend it", place.path, place.post, place.fields)

    def _subject(self, mend: Mend) -> Place:
        return Place(INBOX, f"{self._issue}/write/inbox{_language(mend)}#f-{mend.kind}")

    def _item(self, mend: Mend) -> Place | None:
        if mend.field == "section":
            return Place(WRITE, f"{self._issue}/write#item-{mend.publication}")
        if mend.field not in _FIELDS:  # its language is as its source says; nothing changes it here
            return None
        return Place(ITEM, f"{self._issue}/write/item/{mend.publication}{_language(mend)}{_FIELDS[mend.field]}")

    def _compare(self, mend: Mend) -> Place:
        return Place(COMPARE, f"{self._issue}/write/item/{mend.publication}/website")

    def _block(self, mend: Mend) -> Place:
        field = "#picture" if mend.field == "picture" else f"#f-{mend.field}" if mend.field.isidentifier() else ""
        return Place(BLOCK, f"{self._issue}/write/block/{mend.block}{_language(mend)}{field}")

    def _section(self, mend: Mend) -> Place:
        return Place(WRITE, f"{self._issue}/write#{f'g-{quote(mend.section)}' if mend.section else 'waiting'}")

    def _take_out(self, mend: Mend) -> Place:
        fields = (("publication", str(mend.publication)),)
        return Place(TAKE_OUT, f"{self._issue}/check/take-out", post=True, fields=fields)

    def _owed(self, _: Mend) -> Place:
        return Place(_ISSUE, f"{self._issue}#waiting")

    def _look(self, mend: Mend) -> Place:
        again = (("again", "1"),) if "again" in mend.button.lower() else ()
        return Place(LOOK, f"{self._issue}/check/look", post=True, fields=again)

    def _opened(self, mend: Mend) -> Place:
        return Place(OPENED, f"{self._issue}/check/opened", post=True, fields=(("url", mend.field),))


def _language(mend: Mend) -> str:
    return f"?language={quote(mend.language)}" if mend.language else ""
