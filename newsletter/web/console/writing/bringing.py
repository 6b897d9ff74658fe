"""All pages and forms of the screen Choose and Write."""

from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Routes
from newsletter.web.console.writing import block, choosing, inbox, item, page, past, paste, presence, section, website


def bring(desk: Desk, routes: Routes) -> None:
    """Everything below /console/issues/{key}/write."""
    for one in (page, choosing, inbox, item, website, section, block, paste, past, presence):
        one.bring(desk, routes)
