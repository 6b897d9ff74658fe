"""Words: of the issue, of its items, of its sections; and whose words stand where the website changed its own."""

from collections.abc import Mapping

from newsletter.issues import editing, ordering, stating, website
from newsletter.issues.editor.acting import Acting, Edited
from newsletter.staff.people import Actor


class Words(Acting):
    """The verbs that word an issue."""

    def word_issue(
        self, key: str, actor: Actor, *, language: str | None = None, subject: str | None = None,
        preview: str | None = None, base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Set subject or preview line in one language, by default the list's first."""
        words = {"subject": subject, "preview": preview, "language": language}
        return self._edit(key, actor, "edit", base, lambda hand: editing.edit(hand, **words))

    def drop_language(self, key: str, actor: Actor, language: str, *, base: int | None = None) -> Edited:
        """Give a language version up."""
        return self._edit(key, actor, "edit", base, lambda hand: editing.drop_language(hand, language))

    def word_item(
        self, key: str, actor: Actor, publication: int, language: str, *, title: str | None = None,
        summary: str | None = None, action: str | None = None, alt: str | None = None, base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Word an item in one language; what is not given stays. `alt`: what its picture shows."""
        words = {"title": title, "summary": summary, "action": action, "image_alt": alt}
        return self._edit(
            key, actor, "word", base, lambda hand: editing.set_wording(hand, publication, language, **words)
        )

    def drop_wording(
        self, key: str, actor: Actor, publication: int, language: str, *, base: int | None = None
    ) -> Edited:
        """Take an item's words in one language out."""
        return self._edit(key, actor, "word", base, lambda hand: editing.drop_wording(hand, publication, language))

    def state_facts(
        self, key: str, actor: Actor, publication: int, facts: Mapping[str, str], *, base: int | None = None
    ) -> Edited:
        """Say where an item leads, its days, outlet, place or for whom it is, other than its website does."""
        return self._edit(key, actor, "state", base, lambda hand: stating.state(hand, publication, facts))

    def title_section(
        self, key: str, actor: Actor, section: str, language: str, title: str, *, base: int | None = None
    ) -> Edited:
        """Give a section its heading in one language."""
        return self._edit(
            key, actor, "section", base, lambda hand: ordering.title_section(hand, section, language, title)
        )

    def keep_ours(self, key: str, actor: Actor, publication: int, *, base: int | None = None) -> Edited:
        """Let our words stand; what the website has changed until now is not told again."""
        return self._edit(key, actor, "keep-ours", base, lambda hand: website.keep_ours(hand, publication))

    def take_theirs(self, key: str, actor: Actor, publication: int, *, base: int | None = None) -> Edited:
        """Take over the words and the picture that the website has changed."""
        return self._edit(key, actor, "take-theirs", base, lambda hand: website.take_theirs(hand, publication))
