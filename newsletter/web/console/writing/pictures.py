"""An item's picture as its form shows it: what is seen of it, and the whole that it is cut from."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues import places
from newsletter.issues.places import Contents
from newsletter.media.tables import MediaRow
from newsletter.publications.tables import PublicationRow

GRID = (1 / 6, 1 / 2, 5 / 6)  # where the nine points of a form without a script lie


@dataclass(frozen=True, slots=True)
class Framed:
    """`whole`: the address of the uncut picture; `x` and `y` the point that stays in it, where it is cut."""

    path: str
    whole: str
    width: int
    height: int
    x: float | None
    y: float | None

    @property
    def cell(self) -> int:
        """Which of the nine points is nearest; -1 where it is not cut."""
        if self.x is None or self.y is None:
            return -1
        return min(int(self.y * 3), 2) * 3 + min(int(self.x * 3), 2)


def framed(session: Session, known: Contents, publication: int) -> Framed | None:
    """The picture that an item shows; None where it shows none."""
    picture = known.get(places.item(publication, "picture"))
    if picture is None:
        return None
    whole = picture.get("of") or picture["sha256"]
    columns = (MediaRow.sha256, MediaRow.extension, MediaRow.width, MediaRow.height)
    rows = session.execute(select(*columns).where(MediaRow.sha256.in_([picture["sha256"], whole])))
    paths = {row.sha256: (f"/media/{row.sha256}.{row.extension}", row.width, row.height) for row in rows}
    path, wide, tall = paths[whole]
    return Framed(paths[picture["sha256"]][0], path, wide, tall, picture.get("x"), picture.get("y"))


def of_block(session: Session, known: Contents, block: int) -> str:
    """The address of a block's picture; nothing where it has none."""
    sha256 = known.get(places.block(block, "picture"))
    extension = session.scalar(select(MediaRow.extension).where(MediaRow.sha256 == sha256)) if sha256 else None
    return f"/media/{sha256}.{extension}" if extension else ""


def has_own(session: Session, known: Contents, publication: int) -> bool:
    """Whether the publication has a picture that is not the one shown."""
    own = session.scalar(select(PublicationRow.media_sha256).where(PublicationRow.id == publication))
    picture = known.get(places.item(publication, "picture"), {})
    return own is not None and own not in {picture.get("sha256"), picture.get("of")}
