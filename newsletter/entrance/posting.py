"""Puts the entrance's letters on their way, and makes the addresses of its links."""

from datetime import datetime

from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery import notices
from newsletter.rendering.page import Rendered
from newsletter.settings import Settings
from newsletter.staff.people import Person
from subscribers import Links
from subscribers import Purpose as LinkPurpose


class Post:
    """Letters go by the first list's sender: before there is a list and a mail service, none goes."""

    def __init__(self, settings: Settings, links: Links) -> None:
        self._settings = settings
        self._links = links

    def queue(
        self, session: Session, kind: str, person: Person, part: Rendered, now: datetime, link_id: int | None = None
    ) -> bool:
        """Whether it is on its way. `link_id`: the link that its button leads to."""
        first = next(iter(subscribers.lists(session)), None)
        if first is None or not self._settings.transport_url:
            return False
        notices.add(
            session, kind, person.email, part, now, list_id=first.id, staff_id=person.id,
            link=(LinkPurpose.ENTRANCE, link_id) if link_id is not None else None,
        )  # fmt: skip
        return True

    def url(self, link_id: int) -> str:
        """A link's whole address."""
        path = notices.PATHS[LinkPurpose.ENTRANCE]
        return f"{self._settings.base_url}{path}{self._links.token(LinkPurpose.ENTRANCE, link_id)}"

    def link_id(self, token: str) -> int | None:
        """Which link a token names; None where it is not ours, or not whole."""
        link = self._links.read(token)
        return link.id if link is not None and link.purpose is LinkPurpose.ENTRANCE else None
