"""Visiting sources: what they tell lands once, what they change is kept, and one bad thing costs only itself."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from newsletter.database import Database
from newsletter.errors import BadInput
from newsletter.fetch import Web
from newsletter.publications import collecting, importing, sourcing, views, visits
from newsletter.publications.adding import add, give_day
from newsletter.publications.changes import changes
from newsletter.publications.collecting import Collected
from newsletter.publications.kinds import seed_kinds
from newsletter.publications.model import Publication
from newsletter.publications.sources.model import Flag, SourceKind
from newsletter.publications.tables import PublicationRow, SightingRow, SourceRow
from tests.conftest import NOW
from tests.served import Asked, Reply, Served
from tests.test_media import photo, written
from tests.wordpress_double import WordPress

SITE = "https://www.mayors.example.org"


def item(name: str, title: str = "", **more: str) -> dict[str, str]:
    made = {"external_id": name, "kind": "report", "title": title or f"Report on {name}", "url": f"{SITE}/{name}",
            "published_on": "2024-05-31", "language": "en"}  # fmt: skip
    return made | more


@dataclass
class World:
    """A database, a website, and a clock that is moved by hand."""

    database: Database
    site: Served
    web: Web
    now: datetime = NOW
    progress: list[tuple[str, int, int | None]] = field(default_factory=list)

    def serve(self, path: str, *items: dict[str, str]) -> None:
        self.site.page(path, json.dumps(items), content_type="application/json")

    def add(self, path: str, kind: SourceKind = SourceKind.FILE, **more: Any) -> sourcing.Source:
        rules, url = more.pop("rules", ()), more.pop("url", "") or self.site.url(path)
        definition = sourcing.define(kind, url, slug=more.pop("slug", path.strip("/").partition(".")[0]), **more)
        with self.database.transaction() as session:
            return sourcing.add(session, definition, self.now, rules=rules)

    def collect(self, slug: str, *, later: timedelta = timedelta(hours=6), **more: Any) -> Collected:
        self.now += later
        with self.database.reading() as session:
            source = sourcing.find(session, slug)
        return collecting.collect(
            self.database, self.web, source, lambda: self.now,
            progress=lambda *told: self.progress.append(told), **more,
        )  # fmt: skip

    def rows(self) -> list[PublicationRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(PublicationRow).order_by(PublicationRow.id)))

    def titles(self) -> list[str]:
        return [row.title for row in self.rows()]

    def source(self, slug: str) -> sourcing.Source:
        with self.database.reading() as session:
            return sourcing.find(session, slug)

    def sightings(self) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(SightingRow)) or 0

    def changes(self) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        with self.database.reading() as session:
            return [(one.what, dict(one.before), dict(one.after)) for one in reversed(changes(session))]


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    yield from _world(database)


@pytest.fixture
def sqlite_world(sqlite_database: Database) -> Iterator[World]:
    """For what is the same on both engines."""
    yield from _world(sqlite_database)


def _world(database: Database) -> Iterator[World]:
    with database.transaction() as session:
        seed_kinds(session)
    with Served() as site, Web(allow_private=True, agent="test", pause=lambda _: None) as web:
        yield World(database, site, web)


def numbers(done: Collected) -> dict[str, int]:
    return {name: number for name, number in done.counts.items() if number}


# -- what lands ----------------------------------------------------------------------------------------------------


def test_a_first_visit_lands_all_and_a_second_one_finds_it_unchanged(world: World) -> None:
    world.serve("/a.json", item("one"), item("two", published_on="", kind="brief"))
    world.add("/a.json")
    done = world.collect("a")
    assert numbers(done) == {"new": 2, "undated": 1}
    assert [(one.outcome, one.title) for one in done.items] == [("new", "Report on one"), ("new", "Report on two")]
    first, second = world.rows()
    assert (first.external_id, first.source, first.kind, first.published_on) == (
        "a:one",
        "a",
        "report",
        date(2024, 5, 31),
    )
    assert len(first.url_key) == len(first.title_key) == 64
    assert (second.kind, second.published_on) == ("brief", None)
    assert numbers(world.collect("a")) == {"unchanged": 2}
    assert world.changes() == []
    with world.database.reading() as session:
        assert [one.id for one in views.undated(session)] == [second.id]
        assert session.scalars(select(SightingRow.last_seen_at)).first() == world.now


def test_what_the_source_changed_is_brought_up_and_kept_as_a_difference(world: World) -> None:
    world.serve("/a.json", item("one"), item("two"))
    world.add("/a.json")
    world.collect("a")
    world.serve("/a.json", item("one", "A better title", summary="Now with words."), item("two"))
    done = world.collect("a")
    assert numbers(done) == {"changed": 1, "unchanged": 1}
    assert world.titles() == ["A better title", "Report on two"]
    before, after = {"title": "Report on one", "summary": ""}, {"title": "A better title", "summary": "Now with words."}
    assert world.changes() == [("changed", before, after)]
    with world.database.reading() as session:
        lines = changes(session)[0].lines
    assert lines == ('title: "Report on one" -> "A better title"', 'summary: nothing -> "Now with words."')
    assert numbers(world.collect("a")) == {"unchanged": 2}


def test_a_day_given_by_hand_stays_until_the_source_tells_one(world: World) -> None:
    world.serve("/a.json", item("one", published_on=""))
    world.add("/a.json")
    world.collect("a")
    with world.database.transaction() as session:
        give_day(session, world_id := session.scalars(select(PublicationRow.id)).one(), date(2024, 6, 1), world.now)
    world.serve("/a.json", item("one", "A better title", published_on=""))
    assert numbers(world.collect("a")) == {"changed": 1}
    assert (world.rows()[0].id, world.rows()[0].published_on) == (world_id, date(2024, 6, 1))
    assert set(world.changes()[-1][2]) == {"title"}  # the source changed no day
    world.serve("/a.json", item("one", "A better title", published_on="2024-06-02"))
    assert numbers(world.collect("a")) == {"changed": 1}
    assert world.rows()[0].published_on == date(2024, 6, 2)


def test_rules_go_before_what_the_source_says_and_before_guesses(sqlite_world: World) -> None:
    world = sqlite_world
    world.serve("/a.json", item("readout-1", "MMC Readout: San Antonio"), item("two"))
    world.add("/a.json", rules=["title=*readout* -> kind=readout, language=es, outlet=The Herald"])
    world.collect("a")
    first, second = world.rows()
    assert (first.kind, first.language, first.outlet) == ("readout", "es", "The Herald")
    assert (second.kind, second.language, second.outlet) == ("report", "en", "")
    with world.database.transaction() as session:
        sourcing.set_rules(session, "a", ["path=/two -> kind=brief"])
    assert numbers(world.collect("a")) == {"changed": 2}
    assert [row.kind for row in world.rows()] == ["report", "brief"]
    with world.database.transaction() as session, pytest.raises(BadInput, match="not known"):
        sourcing.set_rules(session, "a", ["path=/two -> kind=leaflet"])


def test_a_rule_whose_kind_is_no_more_is_left_out_and_said(sqlite_world: World) -> None:
    world = sqlite_world
    world.serve("/a.json", item("one"))
    world.add("/a.json")
    with world.database.transaction() as session:
        session.execute(update(SourceRow).values(rules=["title=* -> kind=leaflet"]))
    done = world.collect("a")
    assert numbers(done) == {"new": 1}
    assert [(one.where, "left out" in one.why) for one in done.problems] == [("Rule title=* -> kind=leaflet", True)]


def test_one_bad_item_never_costs_the_others(world: World) -> None:
    world.serve(
        "/a.json", item("one"), item("bad", kind="leaflet"), item("worse", url="javascript:alert(1)"),
        item("three", image="x" * 1999),
    )  # fmt: skip
    world.add("/a.json")
    done = world.collect("a")
    assert numbers(done) == {"new": 2, "refused": 2}
    assert [one.why.partition(":")[0] for one in done.problems] == ["kind", "url"]
    assert world.titles() == ["Report on one", "Report on three"]


def test_a_field_that_it_can_do_without_is_left_out_and_named(world: World) -> None:
    feed = """<rss version="2.0"><channel><title>F</title>{}</channel></rss>"""
    entry = "<item><title>{0}</title><link>https://example.org/{0}</link><description>{1}</description></item>"
    world.site.page("/feed", feed.format(entry.format("one", "word " * 3000) + entry.format("two", "Short.")))
    world.add("/feed", SourceKind.FEED)
    done = world.collect("feed")
    assert (done.new, done.refused) == (2, 0)
    assert all(len(row.summary) <= 5000 for row in world.rows())


def test_what_the_entry_says_to_be_looked_at_is_kept_as_flags(world: World) -> None:
    feed = """<rss version="2.0"><channel><title>F</title><item><title>A story of one city</title>
    <link>https://example.org/one</link><description>It begins well and then the website […]</description></item>
    </channel></rss>"""
    world.site.page("/feed", feed)
    world.add("/feed", SourceKind.FEED)
    world.collect("feed")
    assert world.rows()[0].flags == [Flag.CUT_OFF.value]
    world.site.page("/feed", feed.replace(" the website […]", " it ends as it should."))
    assert numbers(world.collect("feed")) == {"changed": 1}
    assert world.rows()[0].flags == []


def test_progress_ends_where_the_total_is(sqlite_world: World) -> None:
    world = sqlite_world
    world.serve("/a.json", *(item(f"n{number}") for number in range(250)))
    world.add("/a.json")
    assert world.collect("a").new == 250
    assert world.progress[0] == ("a", 0, None)
    assert ("a", 100, 250) in world.progress
    assert world.progress[-1] == ("a", 250, 250)


# -- duplicates ----------------------------------------------------------------------------------------------------


def test_what_another_source_tells_is_taken_once_and_only_the_first_changes_it(world: World) -> None:
    world.serve("/a.json", item("one", "A story of a city"))
    world.serve("/b.json", item("other-id", "A Story of a City!", url="http://mayors.example.org/one/?utm_source=b"))
    world.add("/a.json")
    world.add("/b.json")
    assert numbers(world.collect("a")) == {"new": 1}
    assert numbers(world.collect("b")) == {"duplicates": 1}
    world.serve("/b.json", item("other-id", "Changed by the second", url=f"{SITE}/one"))
    assert numbers(world.collect("b")) == {"unchanged": 1}
    assert world.titles() == ["A story of a city"]
    world.serve("/a.json", item("one", "Changed by the first"))
    assert numbers(world.collect("a")) == {"changed": 1}
    assert world.titles() == ["Changed by the first"]
    assert world.sightings() == 2


def test_a_second_source_gives_the_day_that_the_first_lacks(world: World) -> None:
    world.serve("/a.json", item("one", published_on=""))
    world.serve("/b.json", item("b-one", "Report on one", url=f"{SITE}/one"))
    world.add("/a.json")
    world.add("/b.json")
    world.collect("a")
    assert numbers(world.collect("b")) == {"duplicates": 1}
    row = world.rows()[0]
    assert (row.published_on, row.external_id) == (date(2024, 5, 31), "a:one")


def test_what_came_by_hand_or_by_file_is_not_taken_again_nor_changed(world: World) -> None:
    by_hand = Publication("hand", "statement", "Written by hand", f"{SITE}/hand", "en", published_on=date(2024, 5, 30))
    with world.database.transaction() as session:
        add(session, by_hand, world.now)
    world.serve("/a.json", item("x", "Another title of the same page", url=f"{SITE}/hand/"), item("two"))
    world.add("/a.json")
    assert numbers(world.collect("a")) == {"new": 1, "duplicates": 1}
    assert world.titles() == ["Written by hand", "Report on two"]


def test_what_a_source_told_is_not_imported_or_added_again(world: World, tmp_path: Any) -> None:
    world.serve("/a.json", item("one", "A story of a city", published_on=""), item("two"))
    world.add("/a.json")
    world.collect("a")
    path = tmp_path / "more.json"
    path.write_text(json.dumps([item("file-1", "A story of a city", url=f"{SITE}/one?fbclid=3"), item("three")]))
    with world.database.transaction() as session:
        done = importing.import_file(session, path, world.now)
    assert done == importing.Imported(new=1, changed=0, unchanged=0, duplicates=1)
    assert world.rows()[0].published_on == date(2024, 5, 31)  # the file knew it
    with world.database.transaction() as session, pytest.raises(BadInput, match="here already, as publication 2"):
        add(session, Publication("x", "report", "Report on two!", f"{SITE}/two/", "en"), world.now)


def test_two_calls_on_one_page_are_two(sqlite_world: World) -> None:
    world = sqlite_world
    world.serve(
        "/a.json", item("c1", "First call", url=f"{SITE}/calls#1"), item("c2", "Second call", url=f"{SITE}/calls#2")
    )
    world.add("/a.json")
    assert numbers(world.collect("a")) == {"new": 2}
    assert numbers(world.collect("a")) == {"unchanged": 2}


def test_an_entry_told_twice_is_taken_once(sqlite_world: World) -> None:
    world = sqlite_world
    feed = """<rss version="2.0"><channel><title>F</title>{}</channel></rss>"""
    entry = "<item><title>{1}</title><link>https://example.org/a</link><guid>{0}</guid></item>"
    same = entry.format("g1", "One story") + entry.format("g2", "One story")
    world.site.page("/feed", feed.format(same))
    world.add("/feed", SourceKind.FEED)
    assert numbers(world.collect("feed")) == {"new": 1, "duplicates": 1, "undated": 1}
    assert world.sightings() == 2


def test_rows_from_before_get_their_keys_when_collecting_begins(world: World) -> None:
    with world.database.transaction() as session:
        for number in range(450):
            publication = Publication(f"h{number}", "report", f"Report {number}", f"{SITE}/h{number}", "en")
            session.add(_old_row(publication))
    world.serve("/a.json", item("one", "Report 3 with another title", url="http://mayors.example.org/h3/"))
    world.add("/a.json")
    assert numbers(world.collect("a")) == {"duplicates": 1}
    assert all(row.url_key and row.title_key for row in world.rows())


def _old_row(publication: Publication) -> PublicationRow:
    from newsletter.publications.store import new_row

    row = new_row(publication, "file", NOW)
    row.url_key = row.title_key = ""
    return row


# -- a source that is removed ----------------------------------------------------------------------------------------


def test_removing_a_source_keeps_its_publications_and_it_may_come_back(world: World) -> None:
    world.serve("/a.json", item("one"), item("two"))
    world.add("/a.json")
    world.collect("a")
    with world.database.transaction() as session:
        sourcing.remove(session, "a")
    assert len(world.rows()) == 2
    world.serve("/a.json", item("one", "A better title"), item("two"))
    world.add("/a.json")
    assert numbers(world.collect("a")) == {"changed": 1, "unchanged": 1}
    assert world.titles() == ["A better title", "Report on two"]
    assert numbers(world.collect("a")) == {"unchanged": 2}


def test_what_a_removed_source_told_belongs_to_who_tells_it_now(world: World) -> None:
    world.serve("/a.json", item("one"))
    world.serve("/b.json", item("b-one", "Report on one", url=f"{SITE}/one"))
    world.add("/a.json")
    world.collect("a")
    with world.database.transaction() as session:
        sourcing.remove(session, "a")
    world.add("/b.json")
    world.collect("b")
    world.serve("/b.json", item("b-one", "Changed by the one that is left", url=f"{SITE}/one"))
    assert numbers(world.collect("b")) == {"changed": 1}
    row = world.rows()[0]
    assert (row.title, row.source, row.external_id) == ("Changed by the one that is left", "b", "b:b-one")


# -- dry runs --------------------------------------------------------------------------------------------------------


def test_a_dry_run_says_the_same_and_keeps_nothing(world: World) -> None:
    many = [item(f"n{number}") for number in range(150)]
    world.serve(
        "/a.json", *many, item("copy", "Report on n3", url=f"{SITE}/n3?utm_source=x"), item("bad", kind="leaflet")
    )
    world.add("/a.json")
    before = world.source("a")
    dry = world.collect("a", dry_run=True)
    assert world.rows() == []
    assert world.sightings() == 0
    assert world.source("a") == before
    real = world.collect("a")
    assert numbers(dry) == numbers(real) == {"new": 150, "duplicates": 1, "refused": 1}
    world.serve("/a.json", item("n0", "A better title"))
    assert numbers(world.collect("a", dry_run=True)) == {"changed": 1}
    assert world.titles()[0] == "Report on n0"
    assert world.changes() == []


# -- trouble ---------------------------------------------------------------------------------------------------------


def test_a_source_that_fails_keeps_its_trouble_and_is_asked_less_and_less(world: World) -> None:
    world.serve("/a.json", item("one"))
    world.add("/a.json")
    world.collect("a")
    memory, collected_at = world.source("a").memory, world.source("a").collected_at
    world.site.page("/a.json", "Oops", status=500)
    pauses = []
    for _ in range(8):
        done = world.collect("a")
        found = world.source("a")
        assert found.next_at is not None
        pauses.append((found.next_at - world.now) / timedelta(hours=1))
        assert "500" in done.trouble
        assert (found.trouble, found.collected_at, found.memory) == (done.trouble, collected_at, memory)
    assert pauses == [1, 2, 4, 8, 16, 24, 24, 24]
    assert (found.failures, found.failing_since) == (8, world.now - 7 * timedelta(hours=6))
    world.serve("/a.json", item("one"), item("two"))
    assert numbers(world.collect("a")) == {"new": 1, "unchanged": 1}
    found = world.source("a")
    assert (found.trouble, found.failures, found.failing_since) == ("", 0, None)
    assert found.next_at == world.now + visits.EVERY


def test_the_memory_of_a_visit_that_failed_is_not_kept(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from newsletter.publications.sources.file import FileReader

    def read(_: object, definition: object, web: object, memory: dict[str, Any]) -> Iterator[Any]:
        memory["etag"] = "of what never landed"
        yield from ()
        raise RuntimeError("in the middle")

    world = sqlite_world
    world.serve("/a.json", item("one"))
    world.add("/a.json")
    world.collect("a")
    before = world.source("a").memory
    monkeypatch.setattr(FileReader, "read", read)
    assert world.collect("a").trouble
    assert world.source("a").memory == before


@pytest.mark.parametrize(("asked", "hours"), [("7200", 2), ("60", 1), ("99999999", 24 * 7)])
def test_a_source_that_asks_to_be_left_alone_is(sqlite_world: World, asked: str, hours: int) -> None:
    world = sqlite_world
    world.site.page("/a.json", "Busy", status=503, headers={"Retry-After": asked})
    world.add("/a.json")
    world.collect("a")
    assert world.source("a").next_at == world.now + timedelta(hours=hours)


def test_what_was_told_before_it_failed_has_landed_and_the_rest_comes_next_time(world: World) -> None:
    with WordPress(posts=250) as site:
        site.faults.broken_page = 3
        world.add("/", SourceKind.WORDPRESS, url=site.url("/"), slug="wp")
        done = world.collect("wp")
        landed = len(world.rows())
        site.faults.broken_page = 0
        again = world.collect("wp")
    assert landed + again.new == 250
    assert (done.new, bool(done.trouble or done.refused)) == (landed, True)
    assert len(world.rows()) == 250


def test_a_reader_that_stumbles_is_its_own_trouble(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from newsletter.publications.sources.file import FileReader

    def read(*_: object) -> Iterator[Any]:
        raise RuntimeError("a bug")
        yield

    world = sqlite_world
    world.serve("/a.json", item("one"))
    world.add("/a.json")
    monkeypatch.setattr(FileReader, "read", read)
    assert "RuntimeError: a bug" in world.collect("a").trouble
    assert world.source("a").failures == 1


def test_nothing_has_changed_costs_one_request_and_keeps_all(world: World) -> None:
    world.site.page("/a.json", json.dumps([item("one")]), content_type="application/json", etag='"1"')
    world.add("/a.json")
    world.collect("a")
    asked = len(world.site.paths())
    done = world.collect("a")
    assert (done.not_modified, numbers(done), len(world.site.paths()) - asked) == (True, {}, 1)
    with world.database.reading() as session:
        assert session.scalars(select(SightingRow.missing_since)).all() == [None]
    assert world.source("a").collected_at == world.now


# -- gone and back ---------------------------------------------------------------------------------------------------


def test_what_is_told_no_more_is_gone_when_its_address_says_so_and_back_when_told_again(world: World) -> None:
    for name in ("one", "two", "three"):
        world.site.page(f"/{name}", "<p>Here</p>")
    here = [item(name, url=world.site.url(f"/{name}")) for name in ("one", "two", "three")]
    world.serve("/a.json", *here)
    world.add("/a.json")
    world.collect("a")
    world.serve("/a.json", here[0])
    world.site.remove("/two")  # three is only told no more
    assert numbers(world.collect("a")) == {"unchanged": 1, "gone": 1}
    assert [row.gone_at is not None for row in world.rows()] == [False, True, False]
    assert numbers(world.collect("a")) == {"unchanged": 1}  # it is gone once
    world.serve("/a.json", *here[:2])
    done = world.collect("a")
    assert numbers(done) == {"unchanged": 2, "back": 1}
    assert [row.gone_at for row in world.rows()] == [None, None, None]
    assert [what for what, _, _ in world.changes()] == ["gone", "back"]


def test_what_answers_again_is_back_although_it_is_not_told(world: World) -> None:
    here = [item(name, url=world.site.url(f"/{name}")) for name in ("one", "two")]
    world.serve("/a.json", *here)
    world.add("/a.json")
    world.collect("a")
    world.serve("/a.json", here[0])
    assert world.collect("a").gone == 1
    world.site.page("/two", "<p>Here</p>")
    assert world.collect("a").back == 1


def test_a_feed_only_holds_the_newest_and_what_it_drops_is_not_gone(world: World) -> None:
    feed = """<rss version="2.0"><channel><title>F</title>{}</channel></rss>"""
    entry = "<item><title>Story {0}</title><link>{1}</link></item>"
    entries = [entry.format(name, world.site.url(f"/{name}")) for name in ("one", "two")]
    world.site.page("/feed", feed.format("".join(entries)))
    world.add("/feed", SourceKind.FEED)
    assert world.collect("feed").new == 2
    world.site.page("/feed", feed.format(entries[0]))
    assert numbers(world.collect("feed")) == {"unchanged": 1}
    assert "/two" not in world.site.paths()


def test_a_site_that_is_down_says_nothing_of_what_is_gone(sqlite_world: World) -> None:
    world = sqlite_world
    with Served() as other:
        address = other.url("/one")
    world.serve("/a.json", item("one", url=address), item("two"))
    world.add("/a.json")
    world.collect("a")
    world.serve("/a.json", item("two"))
    assert numbers(world.collect("a")) == {"unchanged": 1}
    assert world.rows()[0].gone_at is None


def test_few_addresses_are_asked_at_a_visit_and_all_have_their_turn(sqlite_world: World) -> None:
    world = sqlite_world
    many = [item(f"n{number}", url=world.site.url(f"/n{number}")) for number in range(60)]
    old = item("old", url=world.site.url("/old"), published_on="2019-01-01")
    world.serve("/a.json", *many, old, item("stays"))
    world.add("/a.json")
    world.collect("a")
    world.serve("/a.json", item("stays"))
    assert [world.collect("a").gone for _ in range(4)] == [25, 25, 10, 0]
    assert "/old" not in world.site.paths()  # it comes into no mail any more


# -- pictures --------------------------------------------------------------------------------------------------------


def test_pictures_are_taken_and_one_that_fails_costs_only_itself(world: World) -> None:
    world.site.page("/p.png", written(photo(), "PNG"), content_type="image/png")
    world.site.page("/broken.png", "no picture", content_type="image/png")
    url = world.site.url
    world.serve(
        "/a.json", item("one", image=url("/p.png")), item("two", image=url("/broken.png")),
        item("three", image=url("/missing.png")), item("old", published_on="2019-01-01", image=url("/p.png")),
    )  # fmt: skip
    world.add("/a.json")
    done = world.collect("a")
    assert numbers(done) == {"new": 4, "pictures": 1}
    assert [one.where for one in done.problems] == ["Report on two", "Report on three"]
    assert [row.media_sha256 is not None for row in world.rows()] == [True, False, False, False]
    for _ in range(4):
        world.collect("a")
    assert world.site.paths().count("/missing.png") == 3  # then it is left alone
    world.site.page("/new.png", written(photo(), "PNG"), content_type="image/png")
    world.serve("/a.json", item("one", image=url("/new.png")))
    done = world.collect("a")
    assert numbers(done)["pictures"] == 1
    assert world.rows()[0].media_sha256 is not None


def test_a_picture_that_failed_is_taken_when_it_can_be_had(sqlite_world: World) -> None:
    world = sqlite_world
    world.serve("/a.json", item("one", image=world.site.url("/p.png")))
    world.add("/a.json")
    assert world.collect("a").pictures == 0
    world.site.page("/p.png", written(photo(), "PNG"), content_type="image/png")
    assert numbers(world.collect("a")) == {"unchanged": 1, "pictures": 1}
    assert world.source("a").last["pictures_failed"] == {}


# -- killed, and two at once -----------------------------------------------------------------------------------------


class Killed(BaseException):
    """As a signal would."""


@pytest.mark.parametrize("when", [0, 100, 200, 250])
def test_killed_at_any_batch_and_run_again_it_comes_to_the_same(world: World, when: int) -> None:
    world.serve("/a.json", *(item(f"n{number}") for number in range(250)))
    world.add("/a.json")

    def die(_: str, done: int, total: int | None) -> None:
        if done == when:
            raise Killed

    with world.database.reading() as session:
        source = sourcing.find(session, "a")
    with pytest.raises(Killed):
        collecting.collect(world.database, world.web, source, lambda: world.now, progress=die)
    assert world.source("a").memory == {}
    again = world.collect("a")
    assert again.new + again.unchanged == 250
    assert len(world.rows()) == world.sightings() == 250
    assert numbers(world.collect("a")) == {"unchanged": 250}


def test_two_at_once_take_nothing_twice(world: World) -> None:
    import threading

    together = threading.Barrier(3, timeout=60)

    def answer(_: Asked) -> Reply:
        together.wait()
        return Reply(json.dumps([item(f"n{number}") for number in range(300)]), content_type="application/json")

    world.site.handler("/a.json", answer)
    world.add("/a.json")
    world.add("/a.json", slug="b", url=world.site.url("/a.json?b"))
    failed: list[BaseException] = []

    def visit(slug: str) -> None:
        try:
            with world.database.reading() as session:
                source = sourcing.find(session, slug)
            done = collecting.collect(world.database, world.web, source, lambda: world.now)
            assert done.trouble == ""
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=visit, args=(slug,)) for slug in ("a", "a", "b")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert len(world.rows()) == 300
    assert world.sightings() == 600


def test_only_one_of_two_tickers_makes_a_visit_that_is_due(world: World) -> None:
    world.add("/a.json")
    with world.database.reading() as session:
        seen = sourcing.due(session, world.now)
    with world.database.transaction() as session:
        assert sourcing.claim(session, seen[0], world.now)
    with world.database.transaction() as session:
        assert not sourcing.claim(session, seen[0], world.now)
    with world.database.reading() as session:
        assert sourcing.due(session, world.now + timedelta(minutes=29)) == ()
        later = sourcing.due(session, world.now + timedelta(minutes=30))  # who claimed it was killed
    with world.database.transaction() as session:
        assert sourcing.claim(session, later[0], world.now + timedelta(minutes=30))


def test_a_paused_source_is_not_due(world: World) -> None:
    world.add("/a.json")
    with world.database.transaction() as session:
        sourcing.pause(session, "a", world.now)
        assert sourcing.due(session, world.now) == ()
        sourcing.resume(session, "a")
        assert [one.slug for one in sourcing.due(session, world.now)] == ["a"]


def test_a_source_removed_during_its_visit_leaves_what_had_landed(world: World) -> None:
    world.serve("/a.json", *(item(f"n{number}") for number in range(250)))
    world.add("/a.json")

    def remove(_: str, done: int, total: int | None) -> None:
        if done == 100:
            with world.database.transaction() as session:
                sourcing.remove(session, "a")

    with world.database.reading() as session:
        source = sourcing.find(session, "a")
    done = collecting.collect(world.database, world.web, source, lambda: world.now, progress=remove)
    assert "removed" in done.trouble
    assert (len(world.rows()), world.sightings()) == (100, 0)


# -- setting up ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://www.example.org/feed", "example"),
        ("https://news.city.example.org/", "news-city-example"),
        ("http://127.0.0.1:8000/x", "127-0-0-1"),
        ("https://manual.org/", "source"),
        ("https://xn--exmple-cua.org/", "xn-exmple-cua"),
    ],
)
def test_a_short_name_is_made_of_the_host(url: str, slug: str) -> None:
    assert sourcing.slug_of(url) == slug


@pytest.mark.parametrize(
    ("kind", "url", "more", "why"),
    [
        ("rss", "https://example.org/", {}, '"rss" is no kind of source; known: feed, json_feed'),
        ("feed", "example.org", {}, "is no absolute web address"),
        ("feed", "file:///etc/passwd", {}, "is no absolute web address"),
        ("feed", "https://user:secret@example.org/", {}, "user name"),
        ("feed", "https://example.org/", {"slug": "Not Easy"}, "small letters"),
        ("feed", "https://example.org/", {"slug": "file"}, "cannot be a source's short name"),
        ("feed", "https://example.org/", {"language": "english"}, "language code"),
        ("file", "/nowhere/publications.csv", {}, "is no file here"),
    ],
)
def test_what_cannot_be_a_source(kind: str, url: str, more: dict[str, str], why: str) -> None:
    with pytest.raises(BadInput, match=why):
        sourcing.define(kind, url, **more)


def test_a_source_is_there_once_and_short_names_differ(world: World) -> None:
    world.add("/a.json", slug="")
    with pytest.raises(BadInput, match="here already, as 127-0-0-1"):
        world.add("/a.json", slug="again")
    assert world.add("/b.json", slug="").slug == "127-0-0-1-2"
    other_part = world.add("/a.json", SourceKind.PAGE, slug="part", options={"item": "article"})
    assert other_part.definition.options == {"item": "article"}


# -- the measurement -------------------------------------------------------------------------------------------------


def test_the_measurement_counts_what_it_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from bench.collecting import main

    assert main(["--items", "30", "--out", str(tmp_path / "collecting.json")]) == 0
    visits_ = json.loads((tmp_path / "collecting.json").read_text(encoding="utf-8"))["visits"]
    counts = [(one["new"], one["changed"], one["unchanged"]) for one in visits_.values()]
    assert counts == [(30, 0, 0), (0, 0, 0), (0, 0, 30), (0, 3, 27)]
    assert all(one["peak_mb"] > 0 <= one["waiting_seconds"] <= one["seconds"] for one in visits_.values())
    assert len(capsys.readouterr().out.splitlines()) == 4
