"""All pages and forms of the screen Choose and Write."""

from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Routes
from newsletter.web.console.writing import block, choosing, inbox, item, page, section


def bring(desk: Desk, routes: Routes) -> None:
    """Everything below /console/issues/{key}/write."""
    for one in (page, choosing, inbox, item, section, block):
        one.bring(desk, routes)
