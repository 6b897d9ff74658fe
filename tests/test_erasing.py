"""Erasing: the address is nowhere in the database any more, nobody is brought back, and every link stays calm."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import String, Text, inspect, select, text
from typer.testing import CliRunner

import subscribers
from newsletter.cli.main import app
from newsletter.database import Database
from newsletter.delivery.tables import AttemptRow, DeliveryRow, NoticeRow
from newsletter.readers.erasing import erase
from newsletter.readers.model import Kind
from subscribers import Consent, SubscriptionState, asking
from subscribers.tables import SignUpRow
from tests.conftest import NOW
from tests.readers import IP, Readers
from tests.route import ADMIN, AUTHOR, Route
from tests.test_authority import _configured

ADDRESS = "mira@example.org"


@pytest.fixture
def readers(database: Database) -> Readers:
    return Readers(database).build()


def forget(readers: Readers, address: str = ADDRESS) -> bool:
    with readers.database.transaction() as session:
        return erase(session, readers.person(address).id, Consent("staff", NOW, detail="admin@example.org"), NOW)


def everything(database: Database) -> Iterator[tuple[str, str]]:
    """Every text that stands anywhere in the database, with its place."""
    with database.reading() as session:
        for table in inspect(database.engine).get_table_names():
            for row in session.execute(text(f'SELECT * FROM "{table}"')).mappings():
                yield from ((f"{table}.{name}", str(value)) for name, value in row.items())


def test_the_address_and_the_name_are_nowhere_any_more(readers: Readers) -> None:
    way_out = readers.subscribe()
    readers.subscribe(slug="calls")
    readers.changing.new_address(readers.own_page(), "mira.new@example.org", IP)
    person = readers.person().id
    with readers.database.transaction() as session:
        session.add(
            SignUpRow(
                at=NOW, state="waiting", address="MIRA@example.org", address_hash="x", domain="example.org", network="",
                name="Mira", list_ids=[], source="form",
            )
        )  # fmt: skip
        session.add(
            NoticeRow(
                kind="test_copy", address=ADDRESS, language="en", subject="s", text_body=b"", created_at=NOW,
                state="waiting", list_id=readers.list_ids["calls"],
            )
        )  # fmt: skip
        asked = (NoticeRow.subscriber_id == person, NoticeRow.kind == "address")
        notice = session.scalars(select(NoticeRow).where(*asked)).one()
        notice.text = "550 <Mira@example.org>: user unknown"
        session.add(AttemptRow(notice_id=notice.id, at=NOW, verdict="rejected", fault="reader",
                               text="550 <mira@example.org> is unknown, mira@example.org!"))  # fmt: skip
    readers.changing.leave(way_out, IP)
    assert [place for place, words in everything(readers.database) if "mira" in words.lower()]
    assert forget(readers)
    assert [place for place, words in everything(readers.database) if "mira" in words.lower()] == []
    with readers.database.reading() as session:
        assert session.scalars(select(AttemptRow.text)).one() == "550 <(erased)> is unknown, (erased)!"
        assert set(session.scalars(select(NoticeRow.state))) == {"excluded"}


def test_what_is_left_proves_what_was(readers: Readers) -> None:
    readers.subscribe()
    readers.subscribe(slug="calls")
    forget(readers)
    assert readers.told() == [
        ("confirmation", "form"), ("confirmation", "form"), ("withdrawal", "staff"), ("withdrawal", "staff"),
        ("erasure", "staff"),
    ]  # fmt: skip
    assert {one.address for one in readers.events()} == {None}
    assert {one.address_hash for one in readers.events()} == {readers.book.hash(ADDRESS)}
    assert readers.stands() == ["erased"]
    assert readers.person().erased_at == NOW
    assert readers.reason() == "erased"


def test_twice_is_as_good_as_once(readers: Readers) -> None:
    readers.subscribe()
    assert forget(readers)
    before = readers.told()
    assert not forget(readers)
    assert readers.told() == before
    with readers.database.transaction() as session:
        assert not erase(session, 4711, Consent("staff", NOW), NOW)


def test_it_is_all_or_nothing(readers: Readers) -> None:
    readers.subscribe()
    with pytest.raises(ZeroDivisionError), readers.database.transaction() as session:
        erase(session, readers.person().id, Consent("staff", NOW), NOW)
        raise ZeroDivisionError
    assert readers.person().address == ADDRESS
    assert readers.told() == [("confirmation", "form")]


def test_the_links_stay_calm_and_dead(readers: Readers) -> None:
    way_out, page = readers.subscribe(), readers.own_page()
    forget(readers)
    told = readers.told()
    for _ in range(2):
        assert readers.changing.standing(way_out).kind is Kind.GONE
        assert readers.one_click(way_out, IP).kind is Kind.GONE
        assert readers.changing.undo(way_out, IP).kind is Kind.GONE
        readers.changing.say_why(way_out, "other")
        assert readers.changing.preferences(page) is None
    assert [kind for kind, _ in readers.told()] == [kind for kind, _ in told]


def test_others_keep_what_is_theirs(readers: Readers) -> None:
    """An address that holds the erased one as a part of it."""
    readers.subscribe()
    readers.subscribe("xmira@example.org")
    forget(readers)
    assert readers.person("xmira@example.org").address == "xmira@example.org"
    assert readers.reason("xmira@example.org") is None


def test_a_file_of_people_who_left_brings_the_address_back_into_nothing(readers: Readers) -> None:
    readers.subscribe()
    forget(readers)
    with readers.database.transaction() as session:
        outcome = readers.book.subscribe(
            session, readers.list_ids["calls"], ADDRESS, SubscriptionState.UNSUBSCRIBED, Consent("import", NOW), NOW
        )
    assert outcome == "unchanged"
    assert [place for place, words in everything(readers.database) if "mira" in words.lower()] == []


def test_an_open_question_is_void(readers: Readers) -> None:
    readers.subscribe()
    with readers.database.transaction() as session:
        arrival = readers.book.arrival(ADDRESS)
        asked = asking.ask_to_join(session, arrival, [readers.list_ids["calls"]], Consent("form", NOW), NOW)
        assert asked is not None
    forget(readers)
    with readers.database.reading() as session:
        assert isinstance(asking.addressee(session, asked, NOW), str)


def test_the_events_of_a_table_take_no_other_change(readers: Readers) -> None:
    readers.subscribe()
    with pytest.raises(Exception, match="append-only"), readers.database.transaction() as session:
        session.execute(text("UPDATE consent_events SET detail = 'x'"))
    with pytest.raises(Exception, match="append-only"), readers.database.transaction() as session:
        session.execute(text("DELETE FROM consent_events"))


def test_every_column_that_could_hold_an_address_was_thought_of() -> None:
    """A new one belongs into erasing, or into docs/consent.md; then into this list."""
    addresses = {
        f"{table.name}.{column.name}"
        for table in subscribers.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String) and not isinstance(column.type, Text) and column.type.length == 254
    }
    erased = {
        "subscribers.address", "consent_events.address", "sign_ups.address", "confirmations.new_address",
        "notices.address", "guest_requests.email",
    }  # fmt: skip
    of_staff_or_lists = {
        "staff.email", "list_profiles.from_address", "list_profiles.reply_to", "import_batches.imported_by",
        "renewals.started_by", "setup.email",
        "notices.reply_to",  # whoever works here and asked for a yes, or reminds of it
    }  # fmt: skip
    assert addresses == erased | of_staff_or_lists


# -- from the command line ------------------------------------------------------------------------------------------


def run(config: Path, *arguments: str, **other):
    return CliRunner().invoke(app, ["--config", str(config), "subscribers", *arguments], **other)


def test_where_nobody_can_be_asked_one_must_say_yes(route: Route) -> None:
    config = _configured(route)
    refused = run(config, "erase", "ada@example.org", "--by", ADMIN, input="ada@example.org\n")
    assert refused.exit_code == 1
    assert "--yes" in refused.output
    assert run(config, "erase", "ada@example.org", "--by", AUTHOR, "--yes").exit_code == 1
    assert "Erased." in run(config, "erase", "ada@example.org", "--by", ADMIN, "--yes").output
    assert "already" in run(config, "erase", "ada@example.org", "--yes").output
    assert "not known" in run(config, "erase", "nobody@example.org", "--yes").output
    with route.database.reading() as session:
        assert not list(session.scalars(select(DeliveryRow)))
    assert "ada@" not in "".join(str(one.detail) for one in route.activity() if one.verb == "erase")


@pytest.mark.parametrize("how", ["staff", "mail", "phone", "person"])
def test_how_somebody_asked_to_be_taken_off_is_kept(route: Route, how: str) -> None:
    config = _configured(route)
    assert "is off quarterly" in run(config, "unsubscribe", "ada@example.org", "--asked-by", how).output
    assert "already" in run(config, "unsubscribe", "ada@example.org").output
    with route.database.reading() as session:
        person = route.pipeline.book.show(session, "ada@example.org")
    assert person is not None
    assert [(one["kind"], one["source"]) for one in person.events][-1] == ("withdrawal", how)


def test_a_person_is_told_how_it_came_to_be(approved: Route) -> None:
    """Which form, on which words, and every issue that was sent."""
    approved.send()
    config = _configured(approved)
    told = run(config, "show", "ada@example.org").output
    assert "Signed up with the form" in told
    assert "“Yes, send me the Quarterly.”" in told
    assert "handed over" in told
    paper = approved.folder / "ada.html"
    run(config, "show", "ada@example.org", "--html", str(paper))
    written = paper.read_text(encoding="utf-8")
    assert "ada@example.org" in written
    assert "handed over" in written
    for outside in ("http:", "https:", "src=", "@import", "url("):
        assert outside not in written


def test_hostile_names_are_only_text_on_paper(route: Route) -> None:
    with route.database.transaction() as session:
        route.pipeline.book.subscribe(
            session, route.list_id(), "mallory@example.org", SubscriptionState.CONFIRMED, Consent("form", NOW), NOW,
            "<script>alert(1)</script>",
        )  # fmt: skip
    paper = route.folder / "mallory.html"
    run(_configured(route), "show", "mallory@example.org", "--html", str(paper))
    assert "<script" not in paper.read_text(encoding="utf-8")
    assert "&lt;script" in paper.read_text(encoding="utf-8")


def test_lifting_needs_a_reason_and_something_to_lift(route: Route) -> None:
    config = _configured(route)
    assert "Nothing stands" in run(config, "unsuppress", "ada@example.org", "--because", "x").output
    run(config, "suppress", "ada@example.org")
    assert "needs a reason" in run(config, "unsuppress", "ada@example.org", "--because", "  ").output
    assert "off the do-not-mail list" in run(config, "unsuppress", "ada@example.org", "--because", "She asked").output
