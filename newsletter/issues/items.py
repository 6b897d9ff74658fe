"""Places and removes the items of an issue, and notes what became of each publication."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, NotFound
from newsletter.issues import contents, places
from newsletter.issues.lists import profile
from newsletter.issues.model import CoverageState, Role
from newsletter.issues.places import Contents
from newsletter.issues.revising import Edit
from newsletter.issues.shortening import anchor
from newsletter.issues.wording import first_title, first_words
from newsletter.publications import changes
from newsletter.publications.tables import KindRow, PublicationRow


def publication(session: Session, publication_id: int) -> PublicationRow:
    """The publication of that number."""
    found = session.get(PublicationRow, publication_id)
    if found is None:
        raise NotFound(f"There is no publication with the id {publication_id}.")
    return found


def family(session: Session, publication: PublicationRow) -> list[PublicationRow]:
    """The publication, what it is a translation of, and all translations of that."""
    root = publication.translation_of or publication.id
    query = select(PublicationRow).where(or_(PublicationRow.id == root, PublicationRow.translation_of == root))
    return list(session.scalars(query.order_by(PublicationRow.id)))


def shown(edit: Edit, publication: PublicationRow, contents: Contents | None = None) -> int | None:
    """The publication under which the issue shows this one, or one it is a translation of."""
    there = edit.draft if contents is None else contents
    ids = [publication.id, *(one.id for one in family(edit.session, publication))]
    return next((id_ for id_ in ids if places.item(id_) in there), None)


def wanted(edit: Edit, publication_id: int) -> int:
    """The item of that publication, to be changed; NotFound where it has none. Conflict where it was just taken out."""
    row = publication(edit.session, publication_id)
    found = shown(edit, row)
    if found is not None:
        return found
    before = shown(edit, row, edit.seen)
    if before is not None:
        edit.take(places.item(before))
    raise NotFound(f"Publication {publication_id} does not stand in {edit.issue.slug}.")


def place(edit: Edit, publication: PublicationRow, section: str | None, role: Role | None) -> None:
    """Put it at the end of a section: as a full item while there is room, else as one line."""
    item = shown(edit, publication)
    home = _home(edit, publication, section, item)
    if item is None:
        edit.take(places.item(publication.id))
        chosen = role or _room(edit.draft, home)
        edit.draft |= _new(edit, publication)
        item = publication.id
    else:
        chosen = role or Role(edit.draft[places.item(item, "place")]["role"])
    stand(edit, item, home, chosen)


def stand(edit: Edit, item: int, section: str, role: Role, at: int | None = None) -> None:
    """Give an item its section and role, and a place in the section's order: by default the one it has, else the last.
    As lead, it takes the place of the one before.
    """
    name = places.item(item, "place")
    before, now = edit.draft.get(name), {"section": section, "role": role.value}
    if role is Role.LEAD and (leading := contents.lead(edit.draft)) not in {None, item}:
        assert leading is not None
        stand(edit, leading, edit.draft[places.item(leading, "place")]["section"], Role.ITEM)
    if before == now and at is None:
        return
    edit.take(name)
    edit.draft[name] = now
    if at is None and before and before["section"] == section:
        return
    if before:
        there = places.order(before["section"])
        edit.draft[there] = [one for one in edit.draft[there] if one != item]
    row = list(edit.draft[places.order(section)])
    row.insert(len(row) if at is None else at, item)
    edit.draft[places.order(section)] = row


def remove(edit: Edit, publication: PublicationRow) -> None:
    """Take the item out, and its words with it."""
    item = shown(edit, publication)
    if item is not None:
        edit.take(places.item(item))
        order = places.order(edit.draft[places.item(item, "place")]["section"])
        edit.draft[order] = [one for one in edit.draft[order] if one != item]
        edit.drop(places.item(item))


def cover(edit: Edit, publication: PublicationRow, state: CoverageState, reason: str) -> None:
    """Note the decision for the publication, and for those of its translations that the issue knows."""
    for one in family(edit.session, publication):
        name, said = places.coverage(one.id), {"state": state.value, "reason": reason}
        if (name in edit.draft or one.id == publication.id) and edit.draft.get(name) != said:
            edit.take(name)
            edit.draft[name] = said


def section(edit: Edit, slug: str | None) -> str:
    """The section of that name, by default the last; BadInput names those there are."""
    slugs: list[str] = edit.draft[places.SECTIONS]
    if slug is None:
        return slugs[-1]
    if slug not in slugs:
        raise BadInput(f"{edit.issue.slug} has no section {slug!r}; it has: {', '.join(slugs)}.")
    return slug


def _home(edit: Edit, publication: PublicationRow, slug: str | None, item: int | None) -> str:
    """The section asked for; else where the item stands, where its kind belongs, or the first."""
    if slug is not None:
        return section(edit, slug)
    if item is not None:
        return str(edit.draft[places.item(item, "place")]["section"])
    slugs: Sequence[str] = edit.draft[places.SECTIONS]
    kind = edit.session.get_one(KindRow, publication.kind)
    takes = [one for one in slugs if kind.slug in edit.draft[places.section(one)]["kinds"]]
    return next(iter(takes), kind.home_section if kind.home_section in slugs else slugs[0])


def _room(draft: Mapping[str, Any], section: str) -> Role:
    roles = [draft[places.item(id_, "place")]["role"] for id_ in draft[places.order(section)]]
    return Role.ITEM if roles.count(Role.ITEM.value) < draft[places.section(section, "cap")] else Role.MORE


def _new(edit: Edit, publication: PublicationRow) -> Contents:
    """A new item, but for its place."""
    taken = {edit.draft[places.item(id_)]["anchor"] for id_ in contents.items(edit.draft)}
    taken |= set(edit.draft[places.SECTIONS])
    speaker = profile(edit.session, edit.issue.list_id)
    labels = edit.session.get_one(KindRow, publication.kind).labels.values()
    title = first_title(publication, labels, speaker)
    twins = [one for one in family(edit.session, publication) if one.id != publication.id and one.gone_at is None]
    found: Contents = {
        places.item(publication.id): {"anchor": anchor(title, f"item-{publication.id}", taken)},
        places.item(publication.id, "credit"): publication.image_credit,
        places.item(publication.id, "seen"): changes.latest(edit.session),
    }
    if publication.media_sha256:
        found[places.item(publication.id, "picture")] = {"sha256": publication.media_sha256}
    for language, words in first_words([publication, *twins], labels, speaker).items():
        found |= {places.item(publication.id, language, part): text for part, text in asdict(words).items()}
    return found
