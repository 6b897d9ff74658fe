"""The picture of an item: another one, none, or what is cut from it around a point. They are encoded beforehand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, IllegalMove
from newsletter.issues import contents, inserting, items, places
from newsletter.issues.editing import MOST_ALT, MOST_CREDIT
from newsletter.issues.fields import field, language_code
from newsletter.issues.model import Role
from newsletter.issues.places import Contents
from newsletter.issues.revising import Edit, Hand, Revision, editing
from newsletter.media import store
from newsletter.media.encoding import Encoded, cut
from newsletter.media.tables import MediaRow
from newsletter.publications.model import Layout
from newsletter.publications.tables import KindRow, PublicationRow

LEAD, CARD, COVER = (552, 310), (200, 150), (120, 160)  # how wide and high they stand in the mail


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of a stored picture, cut for an item; `of`: what it is cut from."""

    publication_id: int
    of: str
    x: float
    y: float
    picture: Encoded


def cut_for(
    session: Session, draft: Contents, item: int, role: Role | None = None, point: tuple[float, float] | None = None
) -> Cut | None:
    """What the item would show around a point: by default its own point, and None where it has none. `role`: another
    one than its own. Takes time; to be done before a transaction opens.
    """
    picture = draft.get(places.item(item, "picture"))
    if picture is None or (point is None and "of" not in picture):
        return None
    of = picture.get("of") or picture["sha256"]
    x, y = point or (picture["x"], picture["y"])
    shape = _shape(session, item, role or Role(draft[places.item(item, "place")]["role"]), of)
    stored = store.load(session, of)
    assert stored is not None, "a picture that an item shows is kept for ever"
    return Cut(item, of, x, y, cut(stored[0], shape, x, y, 2 * shape[0]))


def replace_picture(
    hand: Hand, publication_id: int, picture: Encoded, *, credit: str = "", alts: Mapping[str, str] | None = None
) -> Revision:
    """Show another picture. Words about the one before go with it. `alts`: what it shows, by language."""
    with editing(hand, "picture") as edit:
        item = items.wanted(edit, publication_id)
        kept = store.put(hand.session, picture, hand.now)
        words = {language_code(language): text for language, text in (alts or {}).items()}
        _show(edit, item, kept.sha256, credit, words)
    return edit.done


def own_picture(hand: Hand, publication_id: int) -> Revision:
    """Show the picture that the website shows, with its words about it."""
    with editing(hand, "picture") as edit:
        item = items.wanted(edit, publication_id)
        members = items.family(hand.session, items.publication(hand.session, item))
        members.sort(key=lambda one: one.id != item)
        pictured = next((one for one in members if one.media_sha256), None)
        if pictured is None:
            raise BadInput("The website shows no picture of it that could be taken.")
        alts = {one.language: one.image_alt for one in members if one.image_alt}
        _show(edit, item, pictured.media_sha256, pictured.image_credit, alts)
    return edit.done


def no_picture(hand: Hand, publication_id: int) -> Revision:
    """Show none."""
    with editing(hand, "picture") as edit:
        item = items.wanted(edit, publication_id)
        edit.take(places.item(item, "picture"))
        edit.drop(places.item(item, "picture"))
    return edit.done


def crop(hand: Hand, publication_id: int, piece: Cut | None) -> Revision:
    """Show that piece of its picture; None: there was no picture to cut."""
    with editing(hand, "crop") as edit:
        item = items.wanted(edit, publication_id)
        place = places.item(item, "picture")
        edit.take(place)
        if piece is None:
            raise BadInput("There is no picture to be cut.")
        if not _is_of(edit.draft.get(place), piece):
            raise IllegalMove("The picture has just been replaced by another one; look at it again.")
        _put(edit, piece)
    return edit.done


def uncrop(hand: Hand, publication_id: int) -> Revision:
    """Show all of the picture again."""
    with editing(hand, "crop") as edit:
        place = places.item(items.wanted(edit, publication_id), "picture")
        if "of" in edit.draft.get(place, {}):
            edit.take(place)
            edit.draft[place] = {"sha256": edit.draft[place]["of"]}
    return edit.done


def recut(edit: Edit, pieces: Sequence[Cut]) -> None:
    """Items that stand elsewhere now show what was cut for that; one whose picture was changed meanwhile stays."""
    for piece in pieces:
        picture = edit.draft.get(places.item(piece.publication_id, "picture"))
        if _is_of(picture, piece):
            _put(edit, piece)


def block_picture(hand: Hand, block_id: int, picture: Encoded | None) -> Revision:
    """Give a block its picture (the director's portrait), or take it away."""
    with editing(hand, "block") as edit:
        edit.id = inserting.find(edit, block_id)
        place = places.block(block_id, "picture")
        edit.take(place)
        edit.drop(place)
        if picture is not None:
            edit.draft[place] = store.put(hand.session, picture, hand.now).sha256
    return edit.done


def _show(edit: Edit, item: int, sha256: str | None, credit: str, alts: Mapping[str, str]) -> None:
    fresh: Contents = {
        places.item(item, "picture"): {"sha256": sha256},
        places.item(item, "credit"): field("picture's credit", credit, MOST_CREDIT),
    }
    for language in contents.languages(edit.draft, item):
        text = field("picture's description", alts.get(language, ""), MOST_ALT)
        fresh[places.item(item, language, "alt")] = text
    edit.take(*places.difference({name: edit.draft.get(name) for name in fresh}, fresh))
    edit.draft |= fresh


def _put(edit: Edit, piece: Cut) -> None:
    kept = store.put(edit.session, piece.picture, edit.hand.now)
    shown = {"sha256": kept.sha256, "of": piece.of, "x": piece.x, "y": piece.y}
    edit.draft[places.item(piece.publication_id, "picture")] = shown


def _is_of(picture: Mapping[str, object] | None, piece: Cut) -> bool:
    return picture is not None and (picture.get("of") or picture["sha256"]) == piece.of


def _shape(session: Session, item: int, role: Role, of: str) -> tuple[int, int]:
    if role is Role.LEAD:
        return LEAD
    layout = (
        select(KindRow.layout)
        .join(PublicationRow, PublicationRow.kind == KindRow.slug)
        .where(PublicationRow.id == item)
    )
    if session.scalar(layout) != Layout.COVER:
        return CARD
    width, height = session.execute(select(MediaRow.width, MediaRow.height).where(MediaRow.sha256 == of)).one()
    return COVER if height > width else CARD
