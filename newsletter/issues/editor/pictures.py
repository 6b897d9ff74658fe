"""Pictures of items: encoded and cut before the transaction opens."""

from collections.abc import Mapping

from newsletter.errors import BadInput
from newsletter.issues import contents, editing, items, picturing
from newsletter.issues.editor.acting import Acting, Edited
from newsletter.issues.model import Role
from newsletter.issues.picturing import Cut
from newsletter.issues.views import find
from newsletter.media.encoding import encode
from newsletter.media.store import MAX_WIDTH
from newsletter.staff.people import Actor


class Pictures(Acting):
    """The verbs that give an item its picture."""

    def credit(self, key: str, actor: Actor, publication: int, credit: str, *, base: int | None = None) -> Edited:
        """Say whose picture it is."""
        return self._edit(key, actor, "picture", base, lambda hand: editing.set_credit(hand, publication, credit))

    def upload_picture(
        self, key: str, actor: Actor, publication: int, content: bytes, *, credit: str = "",
        alts: Mapping[str, str] | None = None, base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Show another picture; BadInput says why a file is none. Descriptions of the one before go with it."""
        actor.permit("edit")
        picture = encode(content, MAX_WIDTH)
        return self._edit(
            key, actor, "picture", base,
            lambda hand: picturing.replace_picture(hand, publication, picture, credit=credit, alts=alts),
        )  # fmt: skip

    def own_picture(self, key: str, actor: Actor, publication: int, *, base: int | None = None) -> Edited:
        """Show the picture that the website shows."""
        return self._edit(key, actor, "picture", base, lambda hand: picturing.own_picture(hand, publication))

    def no_picture(self, key: str, actor: Actor, publication: int, *, base: int | None = None) -> Edited:
        """Show none."""
        return self._edit(key, actor, "picture", base, lambda hand: picturing.no_picture(hand, publication))

    def crop(self, key: str, actor: Actor, publication: int, x: float, y: float, *, base: int | None = None) -> Edited:
        """Cut it around a point, from 0 to 1 from the left and from the top, in the shape that it has in the mail."""
        actor.permit("edit")
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise BadInput("The point lies outside of the picture; both numbers go from 0 to 1.")
        piece = next(iter(self._cuts(key, publication, point=(x, y))), None)
        return self._edit(key, actor, "crop", base, lambda hand: picturing.crop(hand, publication, piece))

    def uncrop(self, key: str, actor: Actor, publication: int, *, base: int | None = None) -> Edited:
        """Show all of it again."""
        return self._edit(key, actor, "crop", base, lambda hand: picturing.uncrop(hand, publication))

    def block_picture(
        self, key: str, actor: Actor, block: int, content: bytes | None, *, base: int | None = None
    ) -> Edited:
        """Give a block its picture, or take it away."""
        actor.permit("edit")
        picture = None if content is None else encode(content, MAX_WIDTH)
        return self._edit(key, actor, "block", base, lambda hand: picturing.block_picture(hand, block, picture))

    def _cuts(
        self, key: str, publication: int, role: Role | None = None, point: tuple[float, float] | None = None
    ) -> tuple[Cut, ...]:
        """What the item would show, and the lead before it where it becomes the lead."""
        with self._database.reading() as session:
            draft = contents.mail(session, find(session, key).id)
            own = (one.id for one in items.family(session, items.publication(session, publication)))
            shown = [(one, role) for one in own if f"item:{one}" in draft]
            before = contents.lead(draft)
            if role is Role.LEAD and before is not None and before not in dict(shown):
                shown.append((before, Role.ITEM))
            found = (picturing.cut_for(session, draft, item, as_, point) for item, as_ in shown)
            return tuple(piece for piece in found if piece is not None)
