"""Decides by hand what stands in an issue: put in, saved for next time, left out, or put back to wait."""

from collections.abc import Sequence

from newsletter.errors import BadInput
from newsletter.issues import items, places
from newsletter.issues.fields import field, heading
from newsletter.issues.model import CoverageState, IssueKind, Role
from newsletter.issues.revising import Edit, Hand, Revision, editing

MOST_REASON = 500


def use(hand: Hand, publications: Sequence[int], *, section: str | None = None, role: Role | None = None) -> Revision:
    """Put publications in the issue, or move them there. As lead, one takes the place of the one before."""
    with editing(hand, "use") as edit:
        for publication_id in publications:
            put_in(edit, publication_id, section, role)
    return edit.done


def put_in(edit: Edit, publication_id: int, section: str | None = None, role: Role | None = None) -> None:
    """Put one in, as part of an edit."""
    _require_regular(edit)
    publication = items.publication(edit.session, publication_id)
    if publication.published_on is None:
        raise BadInput(f"{publication.title} has no date; it waits in the tray until it is given one.")
    items.place(edit, publication, section, role)
    items.cover(edit, publication, CoverageState.USED, "chosen by hand")


def hold(hand: Hand, publications: Sequence[int], *, reason: str = "") -> Revision:
    """Keep publications for next time; their items go, with the words written for them."""
    return _take_out(hand, "hold", publications, CoverageState.HELD, reason or "held by hand")


def decline(hand: Hand, publications: Sequence[int], *, reason: str) -> Revision:
    """Leave publications out for good, and say why."""
    heading("reason", reason, MOST_REASON)
    return _take_out(hand, "decline", publications, CoverageState.DECLINED, reason)


def put_back(hand: Hand, publications: Sequence[int], *, reason: str = "") -> Revision:
    """Let them wait for a decision again."""
    return _take_out(hand, "put-back", publications, CoverageState.OFFERED, reason or "put back by hand")


def dated(hand: Hand, publication_id: int, *, use: bool) -> Revision:
    """What has just been given its day is put in, or waits for a decision where none was made."""
    with editing(hand, "date") as edit:
        if use:
            put_in(edit, publication_id)
        elif places.coverage(publication_id) not in edit.draft:
            _require_regular(edit)
            publication = items.publication(edit.session, publication_id)
            items.cover(edit, publication, CoverageState.OFFERED, "dated by hand")
    return edit.done


def _take_out(hand: Hand, verb: str, publications: Sequence[int], state: CoverageState, reason: str) -> Revision:
    with editing(hand, verb) as edit:
        _require_regular(edit)
        said = field("reason", reason, MOST_REASON)
        for publication_id in publications:
            publication = items.publication(edit.session, publication_id)
            items.remove(edit, publication)
            items.cover(edit, publication, state, said)
    return edit.done


def _require_regular(edit: Edit) -> None:
    if edit.issue.kind == IssueKind.CORRECTION:
        raise BadInput(
            f"{edit.issue.slug} is a correction: it holds texts, and no publications. Add one with `issue block`."
        )
