"""The list of "Choose and Write" as it is drawn: what is in the mail and what waits, with what each still lacks."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.issues.listing import ListedSection, Listing, listing
from newsletter.issues.listing_items import Entry, ListedBlock, ListedItem
from newsletter.issues.measures import Measure
from newsletter.issues.model import BlockKind, Role
from newsletter.issues.places import language_name
from newsletter.publications.kinds import kinds
from newsletter.publications.sources.model import Flag

FLAGS = {
    Flag.CUT_OFF.value: "the website cut its text off", Flag.OTHER_ITEM.value: "its text seems to be another one’s",
    Flag.LOGIN.value: "needs a subscription",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody should know at a glance; `grave`: must, look or nothing."""

    said: str
    grave: str = ""


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language that the issue is in (`there`), or may be in."""

    code: str
    name: str
    there: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything the list shows. `labels`: of kinds."""

    listing: Listing
    labels: dict[str, str]

    @property
    def lead(self) -> ListedItem | None:
        every = (item for section in self.listing.sections for item in section.items)
        return next((item for item in every if item.role is Role.LEAD), None)

    @property
    def note(self) -> ListedBlock | None:
        """The director's note, written or asked for."""
        return next((block for block in self.listing.opening if block.kind is BlockKind.DIRECTOR), None)

    @property
    def reading(self) -> str:
        """In halves of a minute: "2½ min"."""
        halves = round(2 * self.listing.minutes)
        return f"{halves // 2 or ''}{'½' if halves % 2 else ''} min"

    def items(self, section: ListedSection) -> tuple[ListedItem, ...]:
        """Those of a section; the lead stands above all of them."""
        return tuple(item for item in section.items if item.role is not Role.LEAD)

    def section_of(self, item: ListedItem) -> str:
        return next(section.slug for section in self.listing.sections if item in section.items)

    def label(self, entry: Entry) -> str:
        return self.labels.get(entry.kind, entry.kind)


def shelf(session: Session, key: str) -> Shelf:
    """Read it."""
    labels = {kind.slug: str(kind.labels.get("en") or kind.slug) for kind in kinds(session)}
    return Shelf(listing(session, key), labels)


def tongues(first: str, languages: tuple[str, ...], spoken: tuple[str, ...]) -> tuple[Tongue, ...]:
    """The languages that the issue is in, the list's own first; then those of the list that it is not in."""
    every = dict.fromkeys((first, *spoken, *languages))
    return tuple(Tongue(code, language_name(code), code in spoken) for code in every)


def measured(measure: Measure) -> str:
    """Like "28/30 words", or "42 words, 12 too many"; nothing where nobody counts."""
    if not measure.most:
        return ""
    if measure.is_over:
        return f"{measure.used} words, {measure.used - measure.most} too many"
    if measure.is_under:
        return f"{measure.used} words, {measure.least - measure.used} too few"
    return f"{measure.used}/{measure.most} words"


def marks(item: ListedItem) -> tuple[Mark, ...]:
    """What an item still lacks."""
    return tuple(_of_item(item))


def marks_of_block(block: ListedBlock) -> tuple[Mark, ...]:
    """What a block still lacks."""
    found = [Mark(measured(block.length), "look")] if block.length.is_over or block.length.is_under else []
    return (*found, *(Mark(f"not in {language_name(one)}", "look") for one in block.missing))


def marks_of_entry(entry: Entry) -> tuple[Mark, ...]:
    """What to know before it is used."""
    found = [Mark(FLAGS[flag], "look") for flag in entry.flags if flag in FLAGS]
    return (*found, Mark("gone from the website", "must")) if entry.gone else tuple(found)


def _of_item(item: ListedItem) -> Iterator[Mark]:
    if item.changed:
        yield Mark("the website changed it", "look")
    if item.gone:
        yield Mark("gone from the website", "must")
    if item.headline.is_over:
        yield Mark(f"headline {item.headline.used}/{item.headline.most}", "look")
    if item.text.most and not item.text.used:
        yield Mark("no text", "look")
    yield from (Mark(f"not in {language_name(one)}", "look") for one in item.missing)
    yield from (Mark(FLAGS[flag], "look") for flag in item.flags if flag in FLAGS)
    if item.shows_picture and item.picture is None:
        yield Mark("no picture")
    elif item.shows_picture and item.picture and item.picture.without_words:
        yield Mark("picture not described", "must")
