"""A publication of which somebody pasted the link: filled in from its own page, and with what he says himself."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from newsletter.publications.checking import columns
from newsletter.publications.deriving import Reading, derive
from newsletter.publications.model import Publication
from newsletter.publications.reading import one, refusal
from newsletter.publications.sources.model import Definition, Entry, SourceKind

SOURCE = "pasted"


def filled_in(
    entry: Entry, given: Mapping[str, str], own_hosts: frozenset[str], kinds: Collection[str]
) -> tuple[Publication, str]:
    """The publication, and why it is of this kind. `given`, by column, goes before what the page says. BadInput names
    what cannot be.
    """
    # Where nothing is known to be ours, a link that is pasted leads to somebody else.
    ours = own_hosts or frozenset({"ours.invalid"})
    reading = Reading(Definition(SOURCE, SourceKind.PAGE, entry.url), (), ours, tuple(kinds))
    derived = derive(replace(entry, kind=given.get("kind", "")), reading)
    if derived.publication is None:
        raise refusal(derived.problems)
    said = columns(derived.publication) | {name: value for name, value in given.items() if value}
    return one(said, kinds), derived.because
