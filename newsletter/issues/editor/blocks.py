"""Blocks: what stands in an issue without being a publication, and who owes it."""

from collections.abc import Mapping
from datetime import date

from newsletter.issues import inserting, owed
from newsletter.issues.editor.acting import Acting, Edited
from newsletter.staff.people import Actor


class Blocks(Acting):
    """The verbs for texts, quotes, numbers, buttons, and the director's note."""

    def add_block(
        self, key: str, actor: Actor, kind: str, fields: Mapping[str, str], *, language: str | None = None,
        section: str | None = None, block: int | None = None, base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Write the director's note, or add a text, a quote, numbers or a button; its number is in `id`."""
        return self._edit(
            key, actor, "block", base,
            lambda hand: inserting.set_block(hand, kind, fields, language=language, section=section, block_id=block),
            kind=kind,
        )  # fmt: skip

    def word_block(
        self, key: str, actor: Actor, block: int, fields: Mapping[str, str], *, language: str | None = None,
        base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Word a block anew, or in one more language."""
        return self._edit(
            key, actor, "block", base, lambda hand: inserting.word_block(hand, block, fields, language=language)
        )

    def drop_block_wording(
        self, key: str, actor: Actor, block: int, language: str, *, base: int | None = None
    ) -> Edited:
        """Take a block's words in one language out."""
        return self._edit(key, actor, "block", base, lambda hand: inserting.drop_block_wording(hand, block, language))

    def move_block(
        self, key: str, actor: Actor, block: int, *, before: int | None = None, section: str | None = None,
        base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Move it before another block, or behind the blocks of a section."""
        return self._edit(
            key, actor, "move-block", base,
            lambda hand: inserting.move_block(hand, block, before=before, section=section),
        )  # fmt: skip

    def remove_block(self, key: str, actor: Actor, block: int, *, base: int | None = None) -> Edited:
        """Take it out, or ask for it no more."""
        return self._edit(key, actor, "remove-block", base, lambda hand: inserting.remove_block(hand, block))

    def ask(
        self, key: str, actor: Actor, kind: str, owner: str, due_on: date, *, section: str | None = None,
        block: int | None = None, base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Note that one of the staff (by address) owes a block by that day."""
        today = self._clock().astimezone(self._settings.zone).date()
        return self._edit(
            key, actor, "ask", base,
            lambda hand: owed.ask(hand, kind, owner, due_on, today, section=section, block_id=block),
            kind=kind, due_on=due_on.isoformat(),
        )  # fmt: skip
