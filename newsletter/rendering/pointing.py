"""Pointing at the words of a mail in a preview: which place of the draft each of them comes from.

The words of the finished setting get a token before and one behind them, and the rendered page elements in place of the
tokens (`data-place`). What goes out is rendered without any of this.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace

from newsletter.issues.model import Block, Draft, Picture
from newsletter.rendering.edition import Edition, Figure, Shown, ShownBlock

_TAG = re.compile(r"<[^<>]*>")


class Pointers:
    """The tokens of one rendering; nobody can know them before, so no text can pretend to be one."""

    def __init__(self) -> None:
        self._word = secrets.token_hex(8)
        self._places: list[str] = []
        self._token = re.compile(rf"qp{self._word}x(\d+)([az])")

    def mark(self, said: Edition, draft: Draft) -> Edition:
        """The same words between tokens. Places: item:17:title, block:3:text, section:work:title."""
        publications = {item.anchor: item.source.publication_id for item in draft.items}
        blocks = {section.slug: section.blocks for section in draft.sections}
        first = len(said.opening) - len(draft.opening)  # a correction begins with words of its own
        return replace(
            said,
            opening=(*said.opening[:first], *self._blocks(said.opening[first:], draft.opening)),
            lead=self._item(said.lead, publications[said.lead.anchor]) if said.lead else None,
            sections=tuple(
                replace(
                    section,
                    title=self._between(section.title, f"section:{section.slug}:title"),
                    items=tuple(self._item(item, publications[item.anchor]) for item in section.items),
                    blocks=tuple(self._blocks(section.blocks, blocks[section.slug])),
                )
                for section in said.sections
            ),
            more=tuple(self._item(item, publications[item.anchor]) for item in said.more),
        )

    def unfold(self, page: str) -> str:
        """The rendered page, with elements for the tokens."""
        return self._token.sub(self._element, _TAG.sub(self._tag, page))

    def _item(self, item: Shown, publication: int) -> Shown:
        place = f"item:{publication}"
        return replace(
            item,
            kind=self._between(item.kind, place),
            title=self._between(item.title, f"{place}:title"),
            summary=tuple(self._between(one, f"{place}:summary") for one in item.summary),
            action=self._between(item.action, f"{place}:action"),
            outlet=self._between(item.outlet, place),
            facts=tuple(self._between(one, place) for one in item.facts),
            picture=self._picture(item.picture, place),
        )

    def _blocks(self, shown: Sequence[ShownBlock], drawn: Sequence[Block]) -> Iterator[ShownBlock]:
        for said, block in zip(shown, drawn, strict=True):
            place = f"block:{block.id}"
            yield replace(
                said,
                words={
                    name: text if name == "url" else self._between(text, f"{place}:{name}")
                    for name, text in said.words.items()
                },
                paragraphs=tuple(self._between(one, f"{place}:text") for one in said.paragraphs),
                figures=tuple(
                    Figure(
                        self._between(one.value, f"{place}:figures"),
                        self._between(one.label, f"{place}:figures"),
                        self._between(one.source, f"{place}:figures"),
                    )
                    for one in said.figures
                ),
                picture=self._picture(said.picture, place),
            )

    def _picture(self, picture: Picture | None, place: str) -> Picture | None:
        if picture is None:
            return None
        credit = self._between(picture.credit, f"{place}:credit")
        return replace(picture, alt=self._around(picture.alt, f"{place}:picture"), credit=credit)

    def _between(self, text: str, place: str) -> str:
        """Nothing stays nothing: templates ask whether there are words."""
        return self._around(text, place) if text else ""

    def _around(self, text: str, place: str) -> str:
        self._places.append(place)
        number = len(self._places) - 1
        return f"qp{self._word}x{number}a{text}qp{self._word}x{number}z"

    def _tag(self, tag: re.Match[str]) -> str:
        """Tokens in a description: the picture itself is the place."""
        found = self._token.search(tag[0])
        if found is None:
            return tag[0]
        plain = self._token.sub("", tag[0])
        if not plain.startswith("<img"):
            return plain
        return f'<img data-place="{self._places[int(found[1])]}"{plain[4:]}'

    def _element(self, token: re.Match[str]) -> str:
        return f'<span data-place="{self._places[int(token[1])]}">' if token[2] == "a" else "</span>"
