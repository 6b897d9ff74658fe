"""What looks wrong with entries: teasers that the website cut off, summaries that belong to another item."""

from collections.abc import Iterable, Mapping

from newsletter.publications.sources.model import Entry, Flag


def flags(entries: Iterable[Entry]) -> Mapping[str, tuple[Flag, ...]]:
    """By the entries' ids, those that look wrong, over one batch; an entry with nothing to say of is absent."""
    return {}
