"""Who may come back: one table, in code and in the documents, and every verb that brings people in obeys it."""

from datetime import timedelta
from itertools import chain, combinations
from pathlib import Path as File

import pytest

import subscribers
from newsletter.database import Database
from newsletter.errors import IllegalMove, NotFound
from newsletter.readers import minding
from newsletter.readers.erasing import erase
from newsletter.readers.model import Wishes
from subscribers import AddressError, Consent, SubscriptionState, asking, confirming
from subscribers.returning import RETURNS, Path, Reason, Return, may_return, path_of
from tests.conftest import NOW
from tests.readers import IP, Readers

AGREED = {
    #                form    link   import  API    staff
    "unsubscribed": ("mail", "now", "no", "mail", "mail"),
    "erased": ("mail", "no", "no", "no", "no"),
    "hard_bounce": ("mail", "now", "no", "no", "staff_word"),
    "soft_bounce": ("mail", "now", "no", "no", "staff_word"),
    "complaint": ("no", "now", "no", "no", "staff_word"),
    "blocked": ("no", "now", "no", "no", "no"),
    "staff": ("no", "no", "no", "no", "staff_word"),
}
SUPPRESSIONS = [reason for reason in Reason if reason not in {Reason.UNSUBSCRIBED, Reason.ERASED}]


@pytest.fixture
def readers(database: Database) -> Readers:
    return Readers(database).build()


def test_the_table_is_the_one_that_was_agreed() -> None:
    found = {reason.value: tuple(answer.value for answer in row.values()) for reason, row in RETURNS.items()}
    assert found == AGREED
    assert set(RETURNS) == set(Reason)


def test_the_document_holds_the_same_table() -> None:
    text = (File(__file__).parent.parent / "docs" / "consent.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    header = next(row for row in rows if row[0] == "Reason")
    assert header[1:] == ["form", "signed link", "import", "API", "staff"]
    assert {row[0]: tuple(row[1:]) for row in rows if row[0] in AGREED and len(row) == len(header)} == AGREED


def test_of_several_reasons_the_strictest_answers() -> None:
    strict = ["now", "mail", "staff_word", "no"]
    for path in Path:
        assert may_return((), path) is Return.NOW
        for reasons in chain(combinations(Reason, 1), combinations(Reason, 2), combinations(Reason, 3)):
            answer = may_return(reasons, path)
            assert strict.index(answer) == max(strict.index(RETURNS[one][path]) for one in reasons)


def test_what_we_do_not_know_is_treated_as_a_file() -> None:
    assert path_of("a tool of tomorrow") is Path.IMPORT
    assert [path_of(one) for one in ("form", "embed", "link", "page", "api", "staff", "phone")] == [
        Path.FORM, Path.FORM, Path.LINK, Path.LINK, Path.API, Path.STAFF, Path.STAFF,
    ]  # fmt: skip


# -- every reason x path against the real verbs -----------------------------------------------------------------------


def stand(readers: Readers, reason: Reason) -> str:
    """Somebody against whom this reason stands; the token of the way out."""
    way_out = readers.subscribe()
    if reason is Reason.UNSUBSCRIBED:
        readers.changing.leave(way_out, IP)
    elif reason is Reason.ERASED:
        with readers.database.transaction() as session:
            erase(session, readers.person().id, Consent("staff", readers.now), readers.now)
    else:
        readers.suppress(reason.value)
    return way_out


def receives(readers: Readers) -> bool:
    return readers.reason() is None


@pytest.mark.parametrize("reason", Reason)
def test_by_a_signed_link(readers: Readers, reason: Reason) -> None:
    way_out = stand(readers, reason)
    offered = readers.changing.standing(way_out).may_return
    readers.changing.undo(way_out, IP)
    may = RETURNS[reason][Path.LINK] is Return.NOW
    assert (offered, receives(readers)) == (may, may)
    if may:
        assert readers.stands() == []
        assert readers.told()[-1] == ("confirmation", "link")


@pytest.mark.parametrize("reason", Reason)
def test_by_the_own_page(readers: Readers, reason: Reason) -> None:
    stand(readers, reason)
    readers.changing.prefer(readers.own_page(), Wishes("", "en", ("quarterly", "calls")), IP)
    may = RETURNS[reason][Path.LINK] is Return.NOW
    assert receives(readers) == may
    assert [one["list"] for one in _shown(readers).subscriptions] == (["calls", "quarterly"] if may else ["quarterly"])


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("source", ["import", "api", "staff", "form"])
@pytest.mark.parametrize("slug", ["quarterly", "calls"])
def test_no_hand_but_his_own_revives_anybody(readers: Readers, reason: Reason, source: str, slug: str) -> None:
    """Item 17: a file, a program and a colleague are refused by name; who left one list may be put on another."""
    stand(readers, reason)
    before, of_another_list = readers.told(), reason is Reason.UNSUBSCRIBED and slug == "calls"
    for state in (SubscriptionState.PENDING, SubscriptionState.CONFIRMED):
        outcome = _put(readers, slug, state, source)
        if of_another_list:
            break
        stands = reason in SUPPRESSIONS and slug == "quarterly" and state is SubscriptionState.CONFIRMED
        assert outcome == "unchanged" if stands else outcome.startswith(REFUSALS)
        assert readers.told() == before
    assert not receives(readers)


REFUSALS = ("unsubscribed; only this person", "this person asked to be erased", "on the do-not-mail list (")


def _put(readers: Readers, slug: str, state: SubscriptionState, source: str) -> str:
    """What comes of it, or why not."""
    try:
        with readers.database.transaction() as session:
            consent = Consent(source, NOW)
            return readers.book.subscribe(session, readers.list_ids[slug], "Mira@Example.org", state, consent, NOW)
    except AddressError as error:
        return str(error)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("again", ["email\nmira@example.org\n", "email\nMIRA@EXAMPLE.ORG\n"])
def test_no_file_revives_anybody(readers: Readers, tmp_path: File, reason: Reason, again: str) -> None:
    """Item 17."""
    stand(readers, reason)
    path = tmp_path / "again.csv"
    path.write_text(again, encoding="utf-8")
    for _ in range(2):
        subscribers.import_file(
            readers.database.transaction, readers.book, path, readers.list_ids["quarterly"], "confirmed",
            "Yes", NOW - timedelta(days=9), "", NOW, "en",
        )  # fmt: skip
        assert not receives(readers)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("source", ["form", "api"])
def test_by_form_and_program_only_a_confirmed_mail_brings_back(readers: Readers, reason: Reason, source: str) -> None:
    stand(readers, reason)
    consent = Consent(source, readers.now)
    with readers.database.transaction() as session:
        arrival = readers.book.arrival("mira@example.org")
        asked = asking.ask_to_join(session, arrival, [readers.list_ids["quarterly"]], consent, readers.now)
    assert not receives(readers)
    assert (asked is not None) == (RETURNS[reason][path_of(source)] is Return.MAIL)
    if asked is not None:
        with readers.database.transaction() as session:
            token = asking.mint(session, asked, readers.now)
        with readers.database.transaction() as session:
            confirming.confirm(session, readers.book, token, None, readers.now)
        assert receives(readers)
        assert readers.stands() == []


@pytest.mark.parametrize("reason", Reason)
def test_by_an_administrators_word(readers: Readers, reason: Reason) -> None:
    stand(readers, reason)
    may = RETURNS[reason][Path.STAFF] is Return.STAFF_WORD
    with readers.database.transaction() as session:
        consent = Consent("staff", NOW, detail="admin@example.org")
        try:
            minding.unsuppress(session, readers.book, "mira@example.org", "She called us.", consent, NOW)
        except (IllegalMove, NotFound):
            assert not may
        else:
            assert may
    assert receives(readers) == may
    if may:
        assert _shown(readers).suppressions[-1]["lifted_because"] == "She called us."


@pytest.mark.parametrize("other", ["erased", "blocked"])
def test_one_reason_that_is_closed_keeps_the_others_standing(readers: Readers, other: str) -> None:
    readers.subscribe()
    readers.suppress("hard_bounce")
    readers.suppress(other)
    with pytest.raises(IllegalMove, match=other), readers.database.transaction() as session:
        minding.unsuppress(session, readers.book, "mira@example.org", "Please", Consent("staff", NOW), NOW)
    assert readers.stands() == sorted(["hard_bounce", other])


def _shown(readers: Readers) -> subscribers.Person:
    with readers.database.reading() as session:
        found = readers.book.show(session, "mira@example.org")
    assert found is not None
    return found
