"""Pictures: how heavy they are, whether they are large enough for their place, and whether one stands twice."""

import re
from collections.abc import Iterator

from newsletter.issues.model import Item
from newsletter.preflight.checks.placing import about, edit, few, quoted
from newsletter.preflight.facts.model import Facts
from newsletter.preflight.facts.texts import called, slot
from newsletter.preflight.model import Finding, Severity

HEAVY = 150 * 1024
HEAVY_TOGETHER = 600 * 1024
MANY = 6
_STORED = re.compile(r"/media/([0-9a-f]{64})\.")


def picture_weight(facts: Facts) -> Iterator[Finding]:
    """A picture has at most 150 KB, all together 600 KB, and there are at most six."""
    shown = _shown(facts)
    for item in shown:
        weight = _weight(facts, item)
        if weight > HEAVY:
            yield _finding(item, "picture weight", f"The picture has {weight // 1024} KB; phones load 150 KB well.")
    together = sum(_weight(facts, item) for item in {one.picture: one for one in shown}.values())
    if together > HEAVY_TOGETHER:
        yield Finding(
            Severity.LOOK, "picture weight", "Pictures",
            f"The pictures have {together // 1024} KB together; 600 KB load well on a phone. Take one out.",
        )  # fmt: skip
    if len(shown) > MANY:
        yield Finding(
            Severity.LOOK, "picture weight", "Pictures",
            f"There are {len(shown)} pictures. Up to {MANY} are looked at; take out the weakest.",
            mends=tuple(edit(item, "picture", f"Change {quoted(called(item), 24)}") for item in shown[-2:]),
        )  # fmt: skip


def picture_size(facts: Facts) -> Iterator[Finding]:
    """A picture is as wide as its place: 552 pixels for the lead, 200 for a card."""
    for section in facts.draft.sections:
        for item in section.items:
            wide = _place(item, slot(item, section))
            if item.picture is not None and item.picture.width < wide:
                yield _finding(
                    item, "picture size",
                    f"The picture is only {item.picture.width} pixels wide, so it stands small in a place of {wide}."
                    f" Use one of {2 * wide} pixels.",
                )  # fmt: skip


def _place(item: Item, where: str) -> int:
    """The width of the item's place for a picture; 0 where it shows none."""
    if item.picture and where == "cover" and item.picture.height > item.picture.width:
        return 120
    return {"lead": 552, "card": 200, "cover": 200}.get(where, 0)


def picture_twice(facts: Facts) -> Iterator[Finding]:
    """No two items show the same picture."""
    by_picture: dict[str, list[Item]] = {}
    for item in _shown(facts):
        assert item.picture is not None
        by_picture.setdefault(item.picture.sha256, []).append(item)
    for items in by_picture.values():
        if len(items) > 1:
            names = [called(item) for item in items]
            yield _finding(
                items[-1], "picture twice", f"{few(names)} show the same picture. Readers think it a mistake."
            )


def _shown(facts: Facts) -> list[Item]:
    """The items whose picture the mail shows."""
    stored = {found[1] for part in facts.parts for image in part.images if (found := _STORED.search(image.src))}
    return [item for item in facts.draft.items if item.picture is not None and item.picture.sha256 in stored]


def _weight(facts: Facts, item: Item) -> int:
    return facts.weights.get(item.picture.sha256, 0) if item.picture else 0


def _finding(item: Item, check: str, message: str) -> Finding:
    mends = (edit(item, "picture", "Change the picture"),)
    return Finding(Severity.LOOK, check, about(item, "picture"), message, mends=mends)
