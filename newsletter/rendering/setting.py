"""Sets an issue in one language: which words, dates and addresses it shows, before any template runs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date

from newsletter.errors import RenderError
from newsletter.issues.model import Block, BlockKind, Draft, IssueKind, Item, Role, Section, Source, Wording
from newsletter.publications.model import Layout
from newsletter.rendering.edition import (
    Day,
    Edition,
    Figure,
    Frame,
    Line,
    Shown,
    ShownBlock,
    ShownSection,
    Tongue,
    Version,
)
from newsletter.rendering.prose import paragraphs, running, shorten, squeeze
from newsletter.rendering.words import direction, later, own_name, words

_ADDRESS = re.compile(r"https?://[^\s/?#\"'<>\\]+(?:[/?#][^\s\"<>\\]*)?", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_CONTENTS = 4  # lines of "In this issue"
_OUTLETS = 3  # named in such a line

_ACTIONS = {
    "report": later("Read the report"),
    "brief": later("Read the brief"),
    "research": later("Read the research"),
    "event_report": later("Read the event report"),
    "readout": later("Read the readout"),
    "press_release": later("Read the press release"),
    "statement": later("Read the statement"),
    "commentary": later("Read the commentary"),
    "tribute": later("Read the tribute"),
    "partnership": later("Read about the partnership"),
    "city_story": later("Read the city’s story"),
    "media_feature": later("Read the article"),
    "knowledge_product": later("See the guide"),
    "opportunity": later("See how to apply"),
    "event": later("See the event"),
    "newsletter": later("Read the newsletter"),
}
_FIELDS = ("heading", "name", "role", "label", "url")  # of blocks, beside the text
_ANY_ACTION = later("Read it in full")
_EARLY = later("Next issue: early %(month)s.")
_MIDDLE = later("Next issue: mid-%(month)s.")
_LATE = later("Next issue: late %(month)s.")


def set_in(draft: Draft, frame: Frame) -> Edition:
    """The issue in the frame's language; RenderError names the item that cannot be shown."""
    _refuse_control_characters(draft)
    return _Setting(draft, frame).edition()


class _Setting:
    """One draft in one language: `pick` is the rule for words that are missing."""

    def __init__(self, draft: Draft, frame: Frame) -> None:
        self.draft = draft
        self.language = frame.language
        self.fallback = draft.profile.default_language
        self.words = words(frame.language)
        self.frame = frame
        self.base_url = _address(frame.base_url.rstrip("/"), "the base address")
        self.missing = False

    def edition(self) -> Edition:
        profile = self.draft.profile
        sections = tuple(self._section(section) for section in self.draft.sections)
        lead = self._shown(self.draft.lead, Layout.CARD) if self.draft.lead else None
        more = tuple(self._shown(item, Layout.LINE) for item in self.draft.items if item.role is Role.MORE)
        opening = (*self._corrected(), *(self._block(block) for block in self.draft.opening))
        return Edition(
            language=self.language,
            direction=self.words.direction,
            words=self.words,
            subject=self._subject(),
            preheader=squeeze(self._pick(self.draft.preheaders)[1]),
            number=self._number(),
            name=self._name(),
            notice=self._notice(),
            contents=tuple(self._contents())[:_CONTENTS],
            opening=opening,
            lead=lead,
            sections=tuple(section for section in sections if section.items or section.blocks),
            more_title=self.words.more(self.draft.period),
            more=more,
            base_url=self.base_url,
            web_url=self._web_url(self.language),
            subscribe_url=f"{self.base_url}/subscribe",
            calendar_url=self._calendar_url(),
            versions=tuple(self._versions()),
            next_issue=self._next_issue(),
            address=_lines(profile.postal_address),
            imprint=_lines(profile.imprint),
        )

    def _pick(self, texts: Mapping[str, str]) -> tuple[str, str]:
        """The text in this language, else in the list's own, else in any; with the language it is in."""
        for language in (self.language, self.fallback, *texts):
            if texts.get(language, "").strip():
                return language, texts[language]
        return self.language, ""

    def _subject(self) -> str:
        subject = squeeze(self._pick(self.draft.subjects)[1])
        if not subject:
            raise RenderError(f"The issue {self.draft.name!r} has no subject.")
        return subject

    def _number(self) -> str:
        if self.draft.kind is IssueKind.CORRECTION:
            return self.words.say("Correction")
        return self.words.say("Issue %(number)d", number=self.draft.ordinal)

    def _name(self) -> str:
        # The name is written in the list's own language; the others say the period. A correction has the first's.
        name = self.draft.corrects.name if self.draft.corrects else self.draft.name
        return name if self.language == self.fallback else self.words.period(self.draft.period)

    def _corrected(self) -> Iterator[ShownBlock]:
        """What a correction begins with: what it corrects, and where that can be read."""
        corrects = self.draft.corrects
        if corrects is not None:
            page = self._page(corrects.slug, self.language)
            name = f"[{self._name()}]({page})" if page else self._name()
            said = self.words.say("This mail corrects %(name)s, which we sent you before.", name=name)
            yield ShownBlock(BlockKind.TEXT, dict.fromkeys(_FIELDS, ""), "", "", None, (said,), ())

    def _notice(self) -> str:
        if not self.missing:
            return ""
        named = self.words.name_of(self.language)
        return self.words.say("Not everything is available in %(language)s this time.", language=named)

    def _next_issue(self) -> str:
        on = self.frame.next_on
        if on is None:
            return ""
        part = _EARLY if on.day <= 10 else _MIDDLE if on.day <= 20 else _LATE
        return self.words.say(part, month=self.words.month(on))

    # Addresses

    def _web_url(self, language: str) -> str:
        return self._page(self.draft.slug, language)

    def _page(self, slug: str, language: str) -> str:
        if self.draft.profile.archive == "none":
            return ""
        page = f"{self.base_url}/issues/{slug}"
        return page if language == self.fallback else f"{page}?lang={language}"

    def _calendar_url(self) -> str:
        ahead = any(item.source.ahead_on for item in self.draft.items if item.role is not Role.MORE)
        return f"{self.base_url}/issues/{self.draft.slug}.ics" if ahead and self.draft.profile.archive != "none" else ""

    def _versions(self) -> Iterator[Version]:
        for language in self.frame.other_languages:
            if language != self.language and self._web_url(language):
                yield Version(own_name(language), language, self._web_url(language))

    # Contents

    def _contents(self) -> Iterator[Line]:
        for section in self.draft.sections:
            items = [item for item in section.items if item.role is not Role.MORE]
            if items:
                # The lead stands above its section.
                anchor = items[0].anchor if items[0].role is Role.LEAD else section.slug
                url = f"{self._web_url(self.language)}#{anchor}"
                teaser, said = self._teaser(section, items)
                yield Line(self._title(section), teaser, url, said.language, said.direction)

    def _teaser(self, section: Section, items: list[Item]) -> tuple[str, Tongue]:
        """What the line says, and its language where it is another."""
        if section.layout is Layout.DATE and any(item.source.ahead_on for item in items):
            return self._dates(items), Tongue()
        outlets = tuple(dict.fromkeys(item.source.outlet for item in items if item.source.outlet))
        if section.layout is Layout.LINE and outlets:
            return ", ".join(outlets[:_OUTLETS]), Tongue()
        language, wording = self._wording(items[0])
        return shorten(squeeze(wording.title)), self._title_in(items[0], language, wording)

    def _dates(self, items: list[Item]) -> str:
        day = self.words.day(min(item.source.ahead_on for item in items if item.source.ahead_on))
        if all(item.source.deadline_on for item in items):
            return self.words.many(
                "%(num)d call, closes %(day)s", "%(num)d calls, next closes %(day)s", len(items), day=day
            )
        return self.words.many("%(num)d date, on %(day)s", "%(num)d dates, next on %(day)s", len(items), day=day)

    # Sections, items, blocks

    def _title(self, section: Section) -> str:
        return squeeze(self._pick(section.titles)[1])

    def _section(self, section: Section) -> ShownSection:
        full = [item for item in section.items if item.role is Role.ITEM]
        if section.layout is Layout.DATE:
            full.sort(key=lambda item: item.source.ahead_on or date.max)
        return ShownSection(
            slug=section.slug,
            title=self._title(section),
            layout=section.layout,
            items=tuple(self._shown(item, section.layout) for item in full),
            blocks=tuple(self._block(block) for block in section.blocks),
        )

    def _wording(self, item: Item) -> tuple[str, Wording]:
        titles = {language: wording.title for language, wording in item.wordings.items()}
        language, title = self._pick(titles)
        if not title:
            raise RenderError(f"The item {item.anchor!r} has no title in any language.")
        return language, item.wordings[language]

    def _shown(self, item: Item, section: Layout) -> Shown:
        language, wording = self._wording(item)
        title = squeeze(wording.title)
        layout = layout_of(item.source.layout, section)
        title_in = self._title_in(item, language, wording)
        return Shown(
            anchor=item.anchor,
            layout=layout,
            kind=self._pick(item.source.kind_labels)[1],
            when=self._when(item.source, layout),
            title=title,
            summary=paragraphs(wording.summary),
            summary_in=self._summary_in(item, language, wording),
            action=squeeze(wording.action) or self._action(item.source, layout),
            url=_address(item.source.url, f'the item "{title}"') if item.source.url else "",
            language=title_in.language,
            direction=title_in.direction,
            mark=self._mark(item.source.language),
            picture=item.picture if layout in (Layout.CARD, Layout.COVER) else None,
            outlet=squeeze(item.source.outlet),
            shared=self._shared(item.source),
            day=self._day(item.source.ahead_on),
            facts=tuple(self._facts(item.source)),
        )

    def _title_in(self, item: Item, language: str, wording: Wording) -> Tongue:
        """The title's language: the source's, where the source's own title stands for one in the wording's."""
        own = item.source.title.endswith(squeeze(wording.title))
        self._other(language)
        return self._tongue(item.source.language if own else language)

    def _summary_in(self, item: Item, language: str, wording: Wording) -> Tongue:
        """The summary's language: the source's, where it is written in the source's direction and not in its own."""
        run, source = running(wording.summary), item.source.language
        return self._tongue(source if run and run != direction(language) and run == direction(source) else language)

    def _tongue(self, language: str) -> Tongue:
        return Tongue() if language in ("", self.language) else Tongue(language, direction(language))

    def _other(self, language: str) -> str:
        """The language, where it isn't this edition's; noted for the line at the top."""
        if language == self.language:
            return ""
        self.missing = True
        return language

    def _when(self, source: Source, layout: Layout) -> str:
        if source.published_on is None:
            return ""
        # A statement is dated to the day.
        return (
            self.words.long_day(source.published_on)
            if layout is Layout.SOBER
            else self.words.month(source.published_on)
        )

    def _action(self, source: Source, layout: Layout) -> str:
        if layout is Layout.DATE and source.deadline_on:
            return self.words.say("Apply")
        return self.words.say(_ACTIONS.get(source.kind, _ANY_ACTION))

    def _mark(self, language: str) -> str:
        if not language or language == self.language:
            return ""
        return self.words.say("(in %(language)s)", language=self.words.name_of(language))

    def _shared(self, source: Source) -> str:
        if not source.original_source:
            return ""
        message = later("First published by %(source)s. Shared for interest, not as an endorsement.")
        return self.words.say(message, source=squeeze(source.original_source))

    def _day(self, on: date | None) -> Day | None:
        return None if on is None else Day(str(on.day), self.words.short_month(on))

    def _facts(self, source: Source) -> Iterator[str]:
        if source.deadline_on:
            yield self.words.say("Closes %(day)s", day=self.words.weekday(source.deadline_on))
        if source.starts_on:
            yield _capital(self._span(source.starts_on, source.ends_on))
        yield from (squeeze(fact) for fact in (source.place, source.who_for) if fact)

    def _span(self, first: date, last: date | None) -> str:
        return self.words.days(first, last) if last and last > first else self.words.weekday(first)

    def _block(self, block: Block) -> ShownBlock:
        chosen = next(
            (one for one in (self.language, self.fallback, *block.wordings) if block.wordings.get(one)), self.language
        )
        given = block.wordings.get(chosen, {})
        text = {name: squeeze(given.get(name, "")) for name in _FIELDS}
        if block.kind is BlockKind.BUTTON:
            _address(text["url"], f'the button "{text["label"]}"')
        other = self._other(chosen)
        return ShownBlock(
            kind=block.kind,
            words=text,
            language=other,
            direction=direction(chosen) if other else "",
            picture=block.picture,
            paragraphs=paragraphs(given.get("text", "")),
            figures=tuple(_figures(given.values())) if block.kind is BlockKind.NUMBERS else (),
        )


def layout_of(kind: Layout, section: Layout) -> Layout:
    """The kind's own setting; but a section of lines or dates sets all its items so, unless they are sober."""
    return section if section in (Layout.LINE, Layout.DATE) and kind is not Layout.SOBER else kind


def _figures(texts: Iterable[str]) -> Iterator[Figure]:
    for line in "\n".join(texts).splitlines():
        parts = [squeeze(part) for part in line.split("|")]
        if parts[0]:
            yield Figure(*(*parts, "", "")[:3])


def _address(url: str, where: str) -> str:
    if not _ADDRESS.fullmatch(url):
        raise RenderError(
            f"The link of {where}, {url[:80]!r}, is not a web address that begins with http:// or https://."
        )
    return url


def _lines(text: str) -> tuple[str, ...]:
    return tuple(squeeze(line) for line in text.splitlines() if line.strip())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _refuse_control_characters(draft: Draft) -> None:
    for item in draft.items:
        _refuse(item, f'The item "{next(iter(item.wordings.values())).title if item.wordings else item.anchor}"')
    _refuse(draft, f"The issue {draft.name!r}")


def _refuse(value: object, where: str) -> None:
    for text in _texts(value):
        found = _CONTROL.search(text)
        if found:
            near = _CONTROL.sub("□", text)[max(0, found.start() - 20) : found.start() + 20]
            raise RenderError(
                f"{_CONTROL.sub('□', where)} holds the control character U+{ord(found[0]):04X} near {near!r}."
            )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for one in value.values() for text in _texts(one))
    elif isinstance(value, tuple):
        yield from (text for one in value for text in _texts(one))
    elif is_dataclass(value):
        yield from (text for one in fields(value) for text in _texts(getattr(value, one.name)))
