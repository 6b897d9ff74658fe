"""The list of "Choose and Write": what is in the mail, what waits, what was left out, and what each still lacks."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.approval.versions import editions
from newsletter.issues import drafts
from newsletter.issues.model import Block, BlockKind, CoverageState, Draft, Item, Role, Section
from newsletter.issues.owed import Owed, owed
from newsletter.issues.views import IssueSummary
from newsletter.publications.model import Layout
from newsletter.rendering.words import words as words_in
from newsletter.web.console.writing import measuring, trays
from newsletter.web.console.writing.measuring import Measure
from newsletter.web.console.writing.trays import Other

KINDS = {
    BlockKind.DIRECTOR: "Director’s note", BlockKind.TEXT: "Text", BlockKind.QUOTE: "Quote",
    BlockKind.NUMBERS: "Numbers", BlockKind.BUTTON: "Button",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody should know at a glance; `grave`: must, look or nothing."""

    said: str
    grave: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An item as the list shows it."""

    publication: int
    title: str
    language: str
    kind: str
    role: Role
    section: str
    day: str
    measure: Measure
    marks: tuple[Mark, ...]
    picture: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A block as the list shows it. `owed`: who writes it, by when, where it is not written yet."""

    id: int
    kind: BlockKind
    name: str
    text: str
    marks: tuple[Mark, ...] = ()
    owed: Owed | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A section with what stands in it."""

    slug: str
    title: str
    used: int
    cap: int
    lines: tuple[Line, ...]
    blocks: tuple[Placed, ...]

    @property
    def over(self) -> int:
        """How many full items it has more than it has room for."""
        return max(0, self.used - self.cap)


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language that the issue is in, or may be in."""

    code: str
    name: str
    there: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything the list shows."""

    issue: IssueSummary
    draft: Draft
    languages: tuple[Tongue, ...]
    opening: tuple[Placed, ...]
    lead: Line | None
    groups: tuple[Group, ...]
    waiting: tuple[Other, ...]
    saved: tuple[Other, ...]
    left_out: tuple[Other, ...]
    undated: tuple[Other, ...]
    words: int

    @property
    def used(self) -> int:
        """Full items, and the lead."""
        return (self.lead is not None) + sum(group.used for group in self.groups)

    @property
    def places(self) -> int:
        """How many the mail has room for, the lead's among them."""
        return 1 + sum(group.cap for group in self.groups)

    @property
    def reading(self) -> str:
        return measuring.minutes(self.words)

    @property
    def note(self) -> Placed | None:
        """The director's note, written or asked for."""
        return next((block for block in self.opening if block.kind is BlockKind.DIRECTOR), None)


def shelf(session: Session, issue: IssueSummary) -> Shelf:
    """Read it."""
    draft = drafts.load(session, issue.id)
    first, there = draft.profile.default_language, editions(draft)
    lines = {section.slug: [_line(item, section, draft, there) for item in section.items] for section in draft.sections}
    rest = trays.others(session, issue.id)
    waits = owed(session, issue.id)
    return Shelf(
        issue=issue,
        draft=draft,
        languages=tongues(draft),
        opening=(*_owed(waits, ""), *_blocks(draft.opening, there)),
        lead=next((line for one in lines.values() for line in one if line.role is Role.LEAD), None),
        groups=tuple(
            Group(
                slug=section.slug,
                title=section.titles.get(first) or next(iter(section.titles.values()), section.slug),
                used=sum(line.role is Role.ITEM for line in lines[section.slug]),
                cap=section.cap,
                lines=tuple(line for line in lines[section.slug] if line.role is not Role.LEAD),
                blocks=(*_blocks(section.blocks, there), *_owed(waits, section.slug)),
            )
            for section in draft.sections
        ),
        waiting=_in(rest, CoverageState.OFFERED),
        saved=_in(rest, CoverageState.HELD),
        left_out=_in(rest, CoverageState.DECLINED),
        undated=trays.undated(session),
        words=measuring.whole(draft, first),
    )


def name_in_english(code: str) -> str:
    """Spanish."""
    return words_in("en").name_of(code)


def tongues(draft: Draft) -> tuple[Tongue, ...]:
    """The issue's languages, then those of the list that it is not in."""
    there = editions(draft)
    every = dict.fromkeys((*there, *draft.profile.languages))
    return tuple(Tongue(code, name_in_english(code), code in there) for code in every)


def lacking(item: Item, section: Section, draft: Draft) -> tuple[Mark, ...]:
    """What an item still lacks."""
    return tuple(_marks(item, section, draft, editions(draft)))


def _line(item: Item, section: Section, draft: Draft, there: tuple[str, ...]) -> Line:
    first = draft.profile.default_language
    said = item.wording(first, first)
    ahead = item.source.ahead_on
    return Line(
        publication=item.source.publication_id,
        title=said.title,
        language=next((code for code, one in item.wordings.items() if one is said), first),
        kind=item.source.kind_labels.get("en") or next(iter(item.source.kind_labels.values()), item.source.kind),
        role=item.role,
        section=section.slug,
        day=f"{ahead.day} {ahead:%b}" if ahead else "",
        measure=Measure(measuring.words(said.summary), measuring.most_words(item, section.layout)),
        marks=tuple(_marks(item, section, draft, there)),
        picture=item.picture.path if item.picture else "",
    )


def _marks(item: Item, section: Section, draft: Draft, there: tuple[str, ...]) -> Iterable[Mark]:
    first = draft.profile.default_language
    said = item.wording(first, first)
    most = measuring.most_words(item, section.layout)
    if len(said.title) > measuring.MOST_HEADLINE:
        yield Mark(f"headline {len(said.title)}/{measuring.MOST_HEADLINE}", "look")
    if most and not said.summary.strip():
        yield Mark("no text", "look")
    for code in there:
        if code not in item.wordings:
            yield Mark(f"not in {name_in_english(code)}", "look")
    if item.source.language and item.source.language not in there:
        yield Mark(f"leads to {name_in_english(item.source.language)}")
    if shows_picture(item, section):
        if item.picture is None and item.role is not Role.MORE:
            yield Mark("no picture")
        elif item.picture and not item.picture.alt:
            yield Mark("picture not described", "must")
    if item.source.gone:
        yield Mark("gone from the website", "must")


def shows_picture(item: Item, section: Section) -> bool:
    """Whether the mail has room for one there."""
    plain = section.layout in (Layout.LINE, Layout.DATE) and item.role is not Role.LEAD
    return not plain and item.source.layout in (Layout.CARD, Layout.COVER)


def _blocks(blocks: Iterable[Block], there: tuple[str, ...]) -> tuple[Placed, ...]:
    return tuple(_placed(block, there) for block in blocks)


def _placed(block: Block, there: tuple[str, ...]) -> Placed:
    said = next((block.wordings[code] for code in there if code in block.wordings), None)
    said = said or next(iter(block.wordings.values()))
    text = said.get("heading") or said.get("label") or said.get("text") or said.get("figures") or ""
    marks = [Mark(f"not in {name_in_english(code)}", "look") for code in there if code not in block.wordings]
    measure = measuring.of_block(block.kind, said)
    if measure.is_wrong:
        marks.insert(0, Mark(measure.said, "look"))
    return Placed(block.id, block.kind, KINDS[block.kind], " ".join(text.split())[:140], tuple(marks))


def _owed(waits: Iterable[Owed], section: str) -> tuple[Placed, ...]:
    return tuple(
        Placed(one.id, one.kind, KINDS[one.kind], "", owed=one) for one in waits if one.section == section
    )


def _in(rest: Iterable[Other], state: CoverageState) -> tuple[Other, ...]:
    return tuple(one for one in rest if one.state is state)
