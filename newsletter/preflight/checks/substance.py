"""Whether the mail says something, and each part of it."""

from collections.abc import Iterator

from newsletter.issues.model import Role
from newsletter.preflight.facts.model import Facts
from newsletter.preflight.model import Finding, Mend, Mending, Severity


def substance(facts: Facts) -> Iterator[Finding]:
    """There is something in it."""
    draft = facts.draft
    if not draft.opening and not any(section.items or section.blocks for section in draft.sections):
        yield Finding(
            Severity.MUST, "substance", draft.name, "The mail says nothing yet. Put something in, or write a text.",
            mends=(Mend(Mending.SECTION, "Choose what goes in"),),
        )  # fmt: skip


def empty_sections(facts: Facts) -> Iterator[Finding]:
    """Sections without anything in them are told: the mail leaves them out by itself."""
    full = Role.LEAD, Role.ITEM
    empty = [
        section
        for section in facts.draft.sections
        if not section.blocks and not any(item.role in full for item in section.items)
    ]
    if len(empty) == len(facts.draft.sections):
        return
    for section in empty:
        title = section.titles.get(facts.draft.profile.default_language) or next(iter(section.titles.values()), "")
        yield Finding(
            Severity.INFO, "empty sections", f"Heading “{title}”",
            "Nothing stands in it, so readers do not see this heading. Nothing needs to be done.",
            mends=(Mend(Mending.SECTION, "Put something in", section=section.slug),),
        )  # fmt: skip
