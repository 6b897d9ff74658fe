"""The words that people wrote, as each language version shows them, with the place where they can be changed."""

from collections.abc import Iterator, Mapping, Sequence

from newsletter.issues.measures import is_told, shown_as
from newsletter.issues.model import BLOCK_NAMES, Block, Draft, Item, Role, Section
from newsletter.preflight.facts.model import Said
from newsletter.preflight.model import Mend, Mending
from newsletter.rendering.prose import shorten, squeeze

_FIELDS = {"text": "", "figures": "", "heading": "heading", "name": "name", "role": "role", "label": "words"}


def texts(draft: Draft, languages: Sequence[str]) -> tuple[Said, ...]:
    """All of them, in the order of the mail, version by version."""
    return tuple(one for language in languages for one in _Version(draft, language).texts() if one.text.strip())


def called(item: Item) -> str:
    """An item's name in a sentence."""
    return shorten(squeeze(next(iter(item.wordings.values())).title), 50)


def block_called(block: Block) -> str:
    """A block's name in a sentence."""
    return BLOCK_NAMES[block.kind]


class _Version:
    """One language version: `pick` is the rule for words that are missing."""

    def __init__(self, draft: Draft, version: str) -> None:
        self.draft, self.version = draft, version

    def _pick(self, texts: Mapping[str, str]) -> tuple[str, str]:
        for language in (self.version, self.draft.profile.default_language, *texts):
            if texts.get(language, "").strip():
                return language, texts[language]
        return self.version, ""

    def _said(self, language: str, what: str, slot: str, place: str, text: str, mend: Mend,
              item: Item | None = None) -> Said:  # fmt: skip
        return Said(self.version, language, what, slot, place, squeeze(text), mend, item)

    def texts(self) -> Iterator[Said]:
        yield from self._inbox()
        for block in self.draft.opening:
            yield from self._block(block)
        for section in self.draft.sections:
            yield from self._section(section)

    def _inbox(self) -> Iterator[Said]:
        for what, texts, kind in (
            ("subject", self.draft.subjects, Mending.SUBJECT),
            ("preview line", self.draft.preheaders, Mending.PREVIEW),
        ):
            language, text = self._pick(texts)
            place = what.capitalize()
            yield self._said(language, what, "inbox", place, text, Mend(kind, language=language))

    def _section(self, section: Section) -> Iterator[Said]:
        if section.items or section.blocks:
            language, title = self._pick(section.titles)
            mend = Mend(Mending.SECTION, section=section.slug, language=language)
            yield self._said(language, "heading", "section", f"Heading “{squeeze(title)}”", title, mend)
        for item in section.items:
            yield from self._item(item, section)
        for block in section.blocks:
            yield from self._block(block)

    def _item(self, item: Item, section: Section) -> Iterator[Said]:
        where = slot(item, section)
        language, _ = self._pick({code: wording.title for code, wording in item.wordings.items()})
        wording, name = item.wordings[language], called(item)
        fields = [("title", "title", wording.title)]
        if is_told(item.role, shown_as(item.source.layout, section.layout)):
            fields += [("summary", "summary", wording.summary)]
        if where not in {"line", "more"}:
            fields += [("words on the link", "action", wording.action)]
        if item.picture is not None and where in {"lead", "card", "cover"}:
            fields += [("picture’s description", "alt", item.picture.alt)]
        for what, field, text in fields:
            mend = Mend(Mending.ITEM, publication=item.source.publication_id, field=field, language=language)
            yield self._said(language, what, where, f"{name}, {what}", text, mend, item)

    def _block(self, block: Block) -> Iterator[Said]:
        choices = (self.version, self.draft.profile.default_language, *block.wordings)
        language = next((one for one in choices if block.wordings.get(one)), "")
        for field, text in block.wordings.get(language, {}).items():
            if field in _FIELDS:
                what = _FIELDS[field]
                place = f"{block_called(block)}, {what}" if what else block_called(block)
                mend = Mend(Mending.BLOCK, block=block.id, field=field, language=language)
                yield self._said(language, what or field, block.kind.value, place, text, mend)


def slot(item: Item, section: Section) -> str:
    """Where the item stands: lead, more, or the layout that it is set in."""
    if item.role is Role.MORE:
        return "more"
    layout = shown_as(item.source.layout, section.layout)
    if layout.value in {"card", "cover"} and item.picture is None:
        return "sober"
    return "lead" if item.role is Role.LEAD and layout.value != "sober" else layout.value
