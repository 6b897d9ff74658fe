"""What a screen needs to choose and write: pictures, dates, links, what the website changed, the list, who is there."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select, update

from newsletter.errors import BadInput, Conflict, NotAllowed, NotFound
from newsletter.issues import contents, measures, places, presence, website
from newsletter.issues.drafts import load
from newsletter.issues.editor import Edited
from newsletter.issues.listing import Listing, listing
from newsletter.issues.model import Layout, Role
from newsletter.issues.owed import owed
from newsletter.issues.tables import IssueSectionRow
from newsletter.media import store
from newsletter.media.encoding import cut
from newsletter.publications.tables import PublicationRow
from newsletter.staff.people import Actor
from newsletter.staff.tables import StaffRow
from tests.route import APPROVER, AUTHOR, PUBLICATIONS, SECOND_AUTHOR, SLUG, Route, later
from tests.served import Served
from tests.test_assembling import counting
from tests.test_media import photo, written

ENTRIES = {one["external_id"]: one for one in PUBLICATIONS}


def do(route: Route, verb: str, *given: Any, by: str = AUTHOR, **more: Any) -> Edited:
    return getattr(route.pipeline.editor, verb)(SLUG, route.who(by), *given, **more)  # type: ignore[no-any-return]


def number(route: Route, external_id: str) -> int:
    return route.publication(external_id).id


def state(route: Route) -> dict[str, Any]:
    with route.database.reading() as session:
        return contents.read(session, route.issue().id)


def listed(route: Route) -> Listing:
    with route.database.reading() as session:
        return listing(session, SLUG)


def stored(route: Route, sha256: str) -> Image.Image:
    with route.database.reading() as session:
        found = store.load(session, sha256)
    assert found is not None
    return Image.open(BytesIO(found[0]))


# -- pictures ----------------------------------------------------------------------------------------------------------


def stripes(*colours: str, width: int = 800, height: int = 400) -> bytes:
    image = Image.new("RGB", (width, height))
    for at, colour in enumerate(colours):
        image.paste(colour, (at * width // len(colours), 0, (at + 1) * width // len(colours), height))
    return written(image, "PNG")


@pytest.mark.parametrize(("x", "colour"), [(0.0, (255, 0, 0)), (0.5, (0, 255, 0)), (1.0, (0, 0, 255))])
def test_a_picture_is_cut_around_a_point(x: float, colour: tuple[int, int, int]) -> None:
    found = cut(stripes("red", "lime", "blue", width=900, height=150), (200, 150), x, 0.5, 400)
    assert (found.width, found.height) == (200, 150)
    image = Image.open(BytesIO(found.content)).convert("RGB")
    assert image.getpixel((100, 75)) == colour
    assert cut(stripes("red", width=3000, height=2250), (200, 150), x, 0.5, 400).width == 400


def test_a_lead_is_cut_as_wide_as_it_stands_and_cut_anew_elsewhere(either_route: Route) -> None:
    route, lead, roots = either_route, number(either_route, "san-antonio"), number(either_route, "roots")
    do(route, "upload_picture", lead, written(photo(1600, 1600), "JPEG"), credit="Photo: Ana", alts={"en": "A bridge"})
    before = state(route)
    whole = before[places.item(lead, "picture")]["sha256"]
    assert before[places.item(lead, "credit")] == "Photo: Ana"
    do(route, "crop", lead, 0.2, 0.9)
    picture = state(route)[places.item(lead, "picture")]
    assert (picture["of"], picture["x"], picture["y"]) == (whole, 0.2, 0.9)
    assert stored(route, picture["sha256"]).size == (1104, 620)
    with route.database.reading() as session:
        shown = load(session, route.issue().id).lead
    assert shown is not None
    assert shown.picture is not None
    assert (shown.picture.sha256, shown.picture.alt) == (picture["sha256"], "A bridge")
    do(route, "set_role", roots, Role.LEAD)
    card = state(route)[places.item(lead, "picture")]
    assert (card["of"], card["x"]) == (whole, 0.2)
    assert stored(route, card["sha256"]).size == (400, 300)
    do(route, "set_role", lead, Role.LEAD)
    assert state(route)[places.item(lead, "picture")] == picture
    do(route, "crop", lead, 0.5, 0.5)
    do(route, "uncrop", lead)
    assert state(route)[places.item(lead, "picture")] == {"sha256": whole}
    for _ in range(5):
        do(route, "undo")
    assert state(route) == before


def test_an_upright_cover_stays_upright(route: Route) -> None:
    impact = number(route, "impact")
    do(route, "upload_picture", impact, written(photo(600, 900), "PNG"))
    do(route, "crop", impact, 0.5, 0.0)
    assert stored(route, state(route)[places.item(impact, "picture")]["sha256"]).size == (240, 320)


def test_a_replaced_picture_loses_the_words_about_the_one_before(route: Route) -> None:
    lead = number(route, "san-antonio")
    before = state(route)
    assert before[places.item(lead, "en", "alt")] == "A river walk below an arched bridge"
    do(route, "upload_picture", lead, written(photo(700, 400), "PNG"))
    now = state(route)
    assert (now[places.item(lead, "en", "alt")], now[places.item(lead, "credit")]) == ("", "")
    do(route, "own_picture", lead)
    assert state(route) == before
    do(route, "no_picture", lead)
    assert places.item(lead, "picture") not in state(route)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"%PDF-1.4"])
def test_what_is_no_picture_is_refused(route: Route, content: bytes) -> None:
    before = state(route)
    with pytest.raises(BadInput):
        do(route, "upload_picture", number(route, "impact"), content)
    assert state(route) == before


def test_pictures_that_are_not_there_are_not_cut(route: Route) -> None:
    with pytest.raises(BadInput, match="no picture to be cut"):
        do(route, "crop", number(route, "impact"), 0.5, 0.5)
    with pytest.raises(BadInput, match="outside of the picture"):
        do(route, "crop", number(route, "san-antonio"), 1.5, 0.5)
    with pytest.raises(BadInput, match="shows no picture"):
        do(route, "own_picture", number(route, "impact"))
    with pytest.raises(NotFound):
        do(route, "crop", number(route, "undated"), 0.5, 0.5)


def test_who_cuts_a_picture_that_was_replaced_is_told(route: Route) -> None:
    lead, base = number(route, "san-antonio"), route.issue().revision
    do(route, "upload_picture", lead, written(photo(700, 400), "PNG"), by=SECOND_AUTHOR)
    with pytest.raises(Conflict, match="the picture of"):
        do(route, "crop", lead, 0.5, 0.5, base=base)


def test_the_directors_portrait(route: Route) -> None:
    block = do(route, "add_block", "director", {"text": "Words.", "name": "Ana"}).id
    do(route, "block_picture", block, written(photo(300, 300), "PNG"))
    with route.database.reading() as session:
        (note,) = load(session, route.issue().id).opening
    assert note.picture is not None
    assert note.picture.alt == "Ana"
    do(route, "undo")
    with route.database.reading() as session:
        assert load(session, route.issue().id).opening[0].picture is None


# -- dates and links ---------------------------------------------------------------------------------------------------


def test_an_undated_publication_is_given_its_day_and_waits_or_is_used(either_route: Route) -> None:
    route, undated = either_route, number(either_route, "undated")
    assert [one.publication_id for one in listed(route).undated] == [undated]
    do(route, "date_publication", undated, date(2024, 6, 1))
    assert listed(route).undated == ()
    assert [one.publication_id for one in listed(route).waiting] == [undated]
    assert [row.verb for row in route.activity()[-2:]] == ["import", "date"]
    route.publish(external_id="another", kind="report", title="Another one", published_on="")
    do(route, "date_publication", number(route, "another"), date(2024, 6, 1), use=True)
    assert number(route, "another") in contents.items(state(route))
    assert route.publication("another").published_on == date(2024, 6, 1)


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


ARTICLE = """<!doctype html><html lang="en"><head><title>Cities that welcome | The Paper</title>
<meta property="og:site_name" content="The Paper"><meta property="og:description" content="What they do.">
<meta property="article:published_time" content="2024-06-02T08:00:00Z"></head><body><h1>Cities</h1></body></html>"""


def test_a_link_is_pasted_straight_into_the_issue(route: Route, site: Served) -> None:
    route.open(fetch_allow_private=True)
    site.page("/a", ARTICLE)
    site.page("/b", "<html><head><title>Nobody says when</title></head></html>")
    done = route.pipeline.paste_into(SLUG, site.url("/a"), route.who(AUTHOR), section="news")
    assert done.edited is not None
    assert state(route)[places.item(done.publication_id, "place")]["section"] == "news"
    do(route, "hold", [done.publication_id])
    again = route.pipeline.paste_into(SLUG, site.url("/a"), route.who(AUTHOR))
    assert again.publication_id == done.publication_id
    assert again.publication_id in contents.items(state(route))
    undated = route.pipeline.paste_into(SLUG, site.url("/b"), route.who(AUTHOR))
    assert undated.edited is None
    assert undated.publication_id in [one.publication_id for one in listed(route).undated]


# -- what the website changed ------------------------------------------------------------------------------------------


def told(route: Route) -> list[tuple[str, list[tuple[str, str | None, str, str]]]]:
    with route.database.reading() as session:
        found = website.website_changes(session, route.issue().id)
    return [(one.title, [(part.name, part.ours, part.before, part.now) for part in one.parts]) for one in found]


def test_what_the_website_changes_is_told_beside_ours_and_kept_or_taken(either_route: Route) -> None:
    route, roots = either_route, number(either_route, "roots")
    route.word("roots", "Ours")
    before = ENTRIES["roots"]
    assert told(route) == []
    route.import_([before | {"title": "Theirs", "published_on": "2024-05-15"}])
    assert told(route) == [
        ("Ours", [("title", "Ours", before["title"], "Theirs"), ("published_on", None, "2024-05-14", "2024-05-15")])
    ]
    do(route, "keep_ours", roots)
    assert told(route) == []
    assert state(route)[places.item(roots, "en", "title")] == "Ours"
    do(route, "undo")
    assert len(told(route)) == 1, "whoever takes that back is told again"
    do(route, "take_theirs", roots)
    assert told(route) == []
    assert state(route)[places.item(roots, "en", "title")] == "Theirs"
    assert state(route)[places.item(roots, "en", "summary")] == before["summary"]
    do(route, "undo")
    assert state(route)[places.item(roots, "en", "title")] == "Ours"


def test_keeping_ours_leaves_the_yes_alone(route: Route) -> None:
    route.sign_off()
    route.import_([ENTRIES["roots"] | {"summary": "Theirs, which the mail does not show."}])
    assert route.counts()
    do(route, "keep_ours", number(route, "roots"))
    assert route.counts()
    with pytest.raises(BadInput, match="has changed nothing"):
        do(route, "take_theirs", number(route, "roots"))


def test_a_change_that_the_website_takes_back_is_none(route: Route) -> None:
    route.import_([ENTRIES["roots"] | {"title": "Theirs"}])
    route.import_([ENTRIES["roots"]])
    assert told(route) == []


def test_a_new_picture_of_the_website_is_taken_over(route: Route) -> None:
    lead = number(route, "san-antonio")
    (route.folder / "pictures" / "new.png").write_bytes(written(photo(500, 300), "PNG"))
    route.import_([ENTRIES["san-antonio"] | {"image": "pictures/new.png", "image_credit": "Photo: new"}])
    ((_, parts),) = told(route)
    assert [part[0] for part in parts] == ["picture"]
    do(route, "take_theirs", lead)
    now = state(route)
    assert now[places.item(lead, "picture")] == {"sha256": route.publication("san-antonio").media_sha256}
    assert now[places.item(lead, "credit")] == "Photo: new"


def test_the_same_picture_at_another_address_is_none(route: Route) -> None:
    (route.folder / "pictures" / "moved.png").write_bytes((route.folder / "pictures" / "san-antonio.png").read_bytes())
    route.import_([ENTRIES["san-antonio"] | {"image": "pictures/moved.png"}])
    assert told(route) == []


def test_what_is_gone_is_told(route: Route) -> None:
    from newsletter.publications import changes

    with route.database.transaction() as session:
        row = session.get_one(PublicationRow, number(route, "climate"))
        row.gone_at = route.now
        changes.note(session, row.id, route.now, changes.GONE)
    with route.database.reading() as session:
        (change,) = website.website_changes(session, route.issue().id)
    assert (change.publication_id, change.gone, change.parts) == (number(route, "climate"), True, ())
    assert [item.publication_id for section in listed(route).sections for item in section.items if item.gone] == [
        number(route, "climate")
    ]


def test_words_about_a_website_that_changed_before_the_item_was_put_in_are_fresh(route: Route) -> None:
    route.choose("hold", "roots")
    route.import_([ENTRIES["roots"] | {"title": "Theirs"}])
    route.choose("use", "roots")
    assert told(route) == []


# -- the list on the left ----------------------------------------------------------------------------------------------


def test_the_list_holds_all_there_is_to_choose_from(either_route: Route) -> None:
    route = either_route
    do(route, "hold", [number(route, "climate")], reason="waits for a picture")
    do(route, "decline", [number(route, "bloomberg")], reason="off topic")
    do(route, "put_back", [number(route, "forum")])
    do(route, "ask", "director", APPROVER, date(2024, 7, 20))
    found = listed(route)
    assert found.revision == route.issue().revision
    assert [(one.slug, one.full, one.cap, len(one.items)) for one in found.sections] == [
        ("work", 2, 4, 3), ("read", 1, 4, 1), ("news", 0, 5, 0), ("open", 1, 6, 1),
    ]  # fmt: skip
    assert found.sections[0].items[0].role is Role.LEAD
    assert (found.used, found.places) == (5, 20)
    assert [(one.title, one.reason) for one in found.saved] == [(ENTRIES["climate"]["title"], "waits for a picture")]
    assert [(one.outlet, one.reason) for one in found.left_out] == [("Bloomberg", "off topic")]
    assert [one.ahead_on for one in found.waiting] == [date(2024, 10, 3)]
    assert [one.title for one in found.undated] == ["A report that nobody dated"]
    (note,) = found.opening
    assert (note.is_owed, note.owner, note.due_on) == (True, "Pat Approver", date(2024, 7, 20))
    lead = found.sections[0].items[0]
    assert lead.picture is not None
    assert (lead.picture.is_own, lead.picture.point, lead.picture.without_words) == (True, None, ())
    assert lead.picture.picture.credit == "Illustration: nobody"
    assert found.missing["es"] is not None
    assert f"“{lead.title}”" in found.missing["es"]
    do(route, "drop_language", "es")
    assert listed(route).missing["es"] is None


def test_words_are_counted_against_what_a_reader_takes_in(route: Route) -> None:
    lead, roots = number(route, "san-antonio"), number(route, "roots")
    do(route, "word_item", lead, "en", title="T" * 71, summary="word " * 61)
    do(route, "word_item", roots, "en", summary="word " * 30)
    route.set_publication("roots", original_source="A partner")
    first, second, *_ = listed(route).sections[0].items
    assert (first.headline.used, first.headline.is_over, first.text.used, first.text.is_over) == (71, True, 61, True)
    assert (second.text.most, second.text.is_over) == (20, True)
    assert listed(route).words > 91
    assert measures.text("", Role.MORE, Layout.CARD, shared=False).most == 0
    assert measures.text("word", Role.LEAD, Layout.CARD, shared=False).is_under
    assert [measures.minutes(count) for count in (0, 240, 600, 612)] == [0.5, 1.0, 2.5, 2.5]


def test_translations_that_wait_are_named_with_what_they_translate(route: Route) -> None:
    route.publish(external_id="late", kind="report", title="Late", published_on="2024-06-29")
    route.publish(external_id="tarde", kind="report", title="Tarde", published_on="2024-06-29", language="es")
    route.set_publication("tarde", translation_of=number(route, "late"))
    route.pipeline.assemble("quarterly", "2024-Q2", route.who(AUTHOR))
    (entry,) = listed(route).waiting
    assert (entry.title, entry.languages) == ("Late", ("es",))


def test_the_list_takes_a_fixed_number_of_queries(route: Route) -> None:
    with counting(route.database.engine) as few:
        listed(route)
    for n in range(5):
        do(route, "add_block", "text", {"text": f"Words {n}"})
    do(route, "put_back", [number(route, "impact"), number(route, "climate")])
    route.import_([ENTRIES["roots"] | {"title": "Theirs"}, ENTRIES["forum"] | {"title": "Theirs too"}])
    with counting(route.database.engine) as many:
        assert len(listed(route).changed) == 2
    assert len(many) <= len(few) + 2
    assert len(few) <= 22


# -- who is there ------------------------------------------------------------------------------------------------------


def test_others_who_were_seen_in_the_last_minute_are_named(either_route: Route) -> None:
    route, impact = either_route, number(either_route, "impact")
    issue_id = route.issue().id

    def others(who: str) -> list[tuple[str, str]]:
        with route.database.reading() as session:
            found = presence.others(session, issue_id, route.who(who).staff_id, route.now)
        return [(one.name, one.words) for one in found]

    route.pipeline.present(SLUG, route.who(AUTHOR))
    route.pipeline.present(SLUG, route.who(SECOND_AUTHOR), places.item(impact, "en", "title"))
    assert others(AUTHOR) == [("Sam Author", "the title of “Impact Report 2023” (English)")]
    assert others(SECOND_AUTHOR) == [("Ana Author", "")]
    route.pipeline.present(SLUG, route.who(SECOND_AUTHOR), "item:1:<script>")
    assert others(AUTHOR) == [("Sam Author", "")]
    later(route, seconds=30)
    route.pipeline.present(SLUG, route.who(AUTHOR), "subject:en")
    later(route, seconds=31)
    assert others(SECOND_AUTHOR) == [("Ana Author", "the subject (English)")]
    assert others(AUTHOR) == []
    route.pipeline.left(SLUG, route.who(AUTHOR))
    assert others(SECOND_AUTHOR) == []
    route.pipeline.present(SLUG, Actor(None, "cli"))


# -- the shape of the last issue ---------------------------------------------------------------------------------------


def test_an_issue_begins_with_the_last_ones_shape(either_route: Route) -> None:
    route = either_route
    do(route, "title_section", "work", "en", "At work")
    do(route, "cap_section", "work", 2)
    do(route, "move_section", "open", before="work")
    do(route, "ask", "director", APPROVER, date(2024, 7, 20))
    route.publish(external_id="autumn", kind="report", title="Autumn", published_on="2024-08-01")
    done = route.pipeline.assemble("quarterly", "2024-Q3", route.who(AUTHOR))
    with route.database.reading() as session:
        found = listing(session, done.slug)
        notes = owed(session, done.issue_id)
    assert [one.slug for one in found.sections] == ["open", "work", "read", "news"]
    assert (found.sections[1].title, found.sections[1].cap) == ("At work", 2)
    assert [(one.email, one.due_on) for one in notes] == [(APPROVER, None)]
    assert listed(route).sections[0].slug == "open"


def test_who_has_left_owes_nothing(route: Route) -> None:
    do(route, "ask", "director", APPROVER, date(2024, 7, 20))
    with route.database.transaction() as session:
        session.execute(update(StaffRow).where(StaffRow.email == APPROVER).values(disabled_at=route.now))
    route.publish(external_id="autumn", kind="report", title="Autumn", published_on="2024-08-01")
    done = route.pipeline.assemble("quarterly", "2024-Q3", route.who(AUTHOR))
    with route.database.reading() as session:
        assert owed(session, done.issue_id) == ()
        assert len(session.scalars(select(IssueSectionRow).where(IssueSectionRow.issue_id == done.issue_id)).all()) == 4


# -- what is refused ---------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "a section that is not there": ("move", (1,), {"section": "sport"}),
    "a step of two": ("nudge", (1, 2), {}),
    "no room below none": ("cap_section", ("work", -1), {}),
    "an empty heading": ("title_section", ("work", "en", " "), {}),
    "an empty title": ("word_item", (1, "en"), {"title": ""}),
    "words without a title": ("word_item", (1, "fr"), {"summary": "Mots"}),
    "the list's first language": ("drop_language", ("en",), {}),
    "a language that is not there": ("drop_wording", (1, "fr"), {}),
    "the last words": ("drop_wording", (1, "en"), {}),
    "no such section order": ("move_section", ("work",), {"before": "sport"}),
    "a reason that is missing": ("decline", ([1],), {"reason": ""}),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused_and_changes_nothing(route: Route, what: str) -> None:
    verb, given, more = REFUSED[what]
    before, revision = state(route), route.issue().revision
    with pytest.raises(BadInput):
        do(route, verb, *given, **more)
    assert (state(route), route.issue().revision) == (before, revision)


def test_each_verb_asks_the_table(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    from newsletter.staff import authority

    monkeypatch.setattr(authority, "AUTHORITY", {"edit": frozenset(), "choose": frozenset(), "import": frozenset()})
    block, lead = 1, number(route, "san-antonio")
    verbs: list[tuple[str, tuple[Any, ...]]] = [
        ("word_issue", ()), ("drop_language", ("es",)), ("word_item", (lead, "en")), ("drop_wording", (lead, "en")),
        ("credit", (lead, "")), ("upload_picture", (lead, b"")), ("own_picture", (lead,)), ("no_picture", (lead,)),
        ("crop", (lead, 0, 0)), ("uncrop", (lead,)), ("block_picture", (block, None)), ("use", ([lead],)),
        ("hold", ([lead],)), ("put_back", ([lead],)), ("set_role", (lead, Role.LEAD)), ("move", (lead,)),
        ("nudge", (lead, 1)), ("title_section", ("work", "en", "W")), ("cap_section", ("work", 1)),
        ("move_section", ("work",)), ("nudge_section", ("work", 1)), ("word_block", (block, {})),
        ("date_publication", (lead, date(2024, 1, 1))), ("add_block", ("text", {"text": "T"})),
        ("drop_block_wording", (block, "en")), ("move_block", (block,)), ("remove_block", (block,)),
        ("ask", ("text", AUTHOR, date(2099, 1, 1))), ("undo", ()), ("restore", (1,)), ("keep_ours", (lead,)),
        ("take_theirs", (lead,)), ("state_facts", (lead, {})),
    ]  # fmt: skip
    public = {name for name in dir(route.pipeline.editor) if not name.startswith("_")}
    assert {verb for verb, _ in verbs} | {"decline"} == public
    for verb, given in verbs:
        with pytest.raises(NotAllowed):
            do(route, verb, *given)
    with pytest.raises(NotAllowed):
        do(route, "decline", [lead], reason="x")
