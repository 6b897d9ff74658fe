"""What stood in an earlier issue, and what became of publications since the draft took them in."""

from collections.abc import Iterator, Mapping

from newsletter.issues.model import Item
from newsletter.preflight.checks.placing import about, edit, short_day, take_out
from newsletter.preflight.facts.model import Facts
from newsletter.preflight.model import Finding, Mend, Mending, Severity

_COLUMNS: Mapping[str, str] = {
    "title": "title", "summary": "text", "url": "address", "published_on": "day", "image": "picture",
    "media": "picture", "image_alt": "picture’s description", "image_credit": "picture’s credit",
    "deadline_on": "closing date", "starts_on": "first day", "ends_on": "last day", "place": "place",
    "who_for": "for whom", "outlet": "outlet", "original_source": "original source", "language": "language",
    "kind": "kind",
}  # fmt: skip


def used_before(facts: Facts) -> Iterator[Finding]:
    """No publication stood in an earlier issue, but for dates that still lie ahead."""
    last = {one.publication_id: one.issue for one in facts.earlier}
    for item in facts.draft.items:
        issue = last.get(item.source.publication_id)
        if issue and item.source.ahead_on is None:
            yield Finding(
                Severity.LOOK, "used before", about(item), f"Readers had it in {issue} already.",
                mends=(take_out(item),),
            )  # fmt: skip


def website_changes(facts: Facts) -> Iterator[Finding]:
    """What the website changed after the draft was made has been looked at."""
    items = {item.source.publication_id: item for item in facts.draft.items}
    for change in facts.changed:
        what = dict.fromkeys(_COLUMNS.get(column, column) for column in change.what)
        if change.publication_id in items and what:
            item = items[change.publication_id]
            mend = Mend(Mending.COMPARE, "Compare", publication=change.publication_id)
            when = short_day(change.at.date())
            yield Finding(
                Severity.LOOK, "website changes", about(item),
                f"The website changed it on {when} ({', '.join(what)}). The mail keeps your words; see whether they"
                " still fit.",
                mends=(mend,),
            )  # fmt: skip


def gone(facts: Facts) -> Iterator[Finding]:
    """No publication has gone from the website that it was collected from."""
    for item in facts.draft.items:
        if item.source.gone:
            yield Finding(
                Severity.LOOK, "gone from the website", about(item),
                "Its website does not list it any more. Open the link; if the page is gone, take it out.",
                mends=_mends(item),
            )  # fmt: skip


def _mends(item: Item) -> tuple[Mend, ...]:
    return take_out(item), edit(item, "link", "Fix the link")
