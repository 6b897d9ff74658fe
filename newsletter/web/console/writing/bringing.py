"""All pages and forms of the screen Choose and Write."""

from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Routes
from newsletter.web.console.writing import (
    asking,
    block,
    block_place,
    choosing,
    inbox,
    item,
    ordering,
    page,
    past,
    paste,
    picturing,
    presence,
    section,
    website,
)

_FORMS = (
    page, choosing, ordering, inbox, item, picturing, website, section, block, block_place, asking, paste, past,
    presence,
)  # fmt: skip


def bring(desk: Desk, routes: Routes) -> None:
    """Everything below /console/issues/{key}/write."""
    for one in _FORMS:
        one.bring(desk, routes)
