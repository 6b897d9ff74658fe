"""The previews beside the findings: what is shown, how, for whom; the line in the inbox; how heavy the mail is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from newsletter.approval.versions import Version
from newsletter.rendering.words import direction, own_name
from newsletter.web.console.desk import Desk
from newsletter.web.console.preview import example
from newsletter.web.console.reader import Reader

GATE = 90_000  # bytes of HTML; what is longer is not sent
GMAIL_CUTS_AT = 102_000
HANDS = "previews"  # the panel's place on its page


@dataclass(frozen=True, slots=True)
class View:
    """What the frames show, as it stands in the page's address. `reader`: a subscriber's id; 0: nobody's."""

    language: str
    dark: bool = False
    pictures: bool = True
    text: bool = False
    reader: int = 0

    @property
    def query(self) -> str:
        """As a query; what is as usual is left out."""
        said = {
            "look": "dark" if self.dark else "", "pictures": "" if self.pictures else "no",
            "as": "text" if self.text else "", "reader": str(self.reader or ""),
        }  # fmt: skip
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, slots=True)
class Switch:
    """One of several ways to show it: its words, where it leads, whether it is the present one."""

    words: str
    href: str
    on: bool
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Weight:
    """How long one language version's HTML is."""

    language: str
    size: int

    @property
    def kb(self) -> str:
        """In thousands of bytes, as mail programs count."""
        return f"{self.size / 1000:.1f}"

    @property
    def words(self) -> str:
        """What that means."""
        if self.size > GMAIL_CUTS_AT:
            return "Gmail cuts the mail here, and hides the unsubscribe link. It must be shorter."
        if self.size > GATE:
            return f"{(self.size - GATE) / 1000:.1f} kB too long: Gmail may cut it."
        return f"{(GATE - self.size) / 1000:.1f} kB to spare."

    @property
    def part(self) -> float:
        """Of a scale that ends a little behind Gmail's cut, in hundredths."""
        return round(min(self.size / SCALE, 1) * 100, 2)


SCALE = 110_000


@dataclass(frozen=True, slots=True)
class Inbox:
    """The line in the inbox."""

    sender: str
    subject: str
    preview: str
    language: str
    direction: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything that the previews show. `src`: the frame's address."""

    view: View
    src: str
    switches: tuple[tuple[str, tuple[Switch, ...]], ...]
    inbox: Inbox
    weights: tuple[Weight, ...]
    reader: Reader | None


def asked(query: Mapping[str, str], languages: tuple[str, ...], reader: Reader | None) -> View:
    """What the page's address asks for. A reader is shown his own version, unless another one is asked for."""
    wanted = query.get("language", "")
    usual = reader.language if reader else languages[0]
    return View(
        language=wanted if wanted in languages else usual,
        dark=query.get("look") == "dark",
        pictures=query.get("pictures") != "no",
        text=query.get("as") == "text",
        reader=reader.id if reader else 0,
    )


def panel(desk: Desk, slug: str, version: Version, query: Mapping[str, str], reader: Reader | None) -> Panel:
    """The previews of a version."""
    languages = tuple(version.parts)
    view = asked(query, languages, reader)
    page = f"{desk.root}/console/issues/{quote(slug, safe='')}"
    part = version.parts[view.language]
    return Panel(
        view=view,
        src=f"{page}/preview/{quote(view.language)}" + (f"?{view.query}" if view.query else ""),
        switches=_switches(f"{page}/check", view, languages),
        inbox=Inbox(
            version.draft.profile.from_name, part.subject, part.preheader, part.language, direction(part.language)
        ),
        weights=tuple(
            Weight(own_name(one.language), len(example(desk, one).encode())) for one in version.parts.values()
        ),
        reader=reader,
    )


def _switches(page: str, view: View, languages: tuple[str, ...]) -> tuple[tuple[str, tuple[Switch, ...]], ...]:
    def to(words: str, other: View, lang: str = "") -> Switch:
        query = urlencode({"language": other.language}) + (f"&{other.query}" if other.query else "")
        return Switch(words, f"{page}?{query}#{HANDS}", other == view, lang)

    tongues = tuple(to(own_name(one), replace(view, language=one), one) for one in languages)
    mail = replace(view, text=False)
    return (
        *((("Language", tongues),) if len(tongues) > 1 else ()),
        ("Colours", (to("Light", replace(mail, dark=False)), to("Dark", replace(mail, dark=True)))),
        ("Pictures", (to("With", replace(mail, pictures=True)), to("Without", replace(mail, pictures=False)))),
        ("As", (to("Mail", mail), to("Plain text", replace(view, text=True)))),
    )
