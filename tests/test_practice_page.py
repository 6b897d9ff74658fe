"""Practice in the console: the real issue and list up to the last button, and nothing that a real send would see."""

import re
import time

from sqlalchemy import func, select

from newsletter.delivery.tables import DeliveryRow, MailingRow, NoticeRow
from newsletter.issues.model import State
from tests.console import Desk, form
from tests.route import ADMIN, CONFIRMED, SLUG, Route
from tests.test_archive import PAGE as PUBLIC
from tests.test_archive import ask
from tests.visits import main_of

PAGE = f"/console/issues/{SLUG}/practice"


def practised(desk: Desk, typed: str) -> str:
    """The page when it is over."""
    where, fields = form(desk.get(PAGE), "/practice", readers=typed)
    page = desk.follow(desk.post(where, data=fields))
    for _ in range(600):
        if 'http-equiv="refresh"' not in page.text:
            return page.text
        time.sleep(0.05)
        page = desk.get(PAGE)
    raise AssertionError(page.text)


def test_practice_goes_up_to_the_last_button_and_nothing_leaves(either_route: Route) -> None:
    route = either_route
    ana = Desk(route)
    page = main_of(ana.get(PAGE))
    assert "Practice: nothing leaves this room" in page
    assert "Now, Summer 2024, as it stands, not signed off yet, goes to everyone confirmed: 4 readers." in page
    assert "1 person on the list is left out: 1 has not confirmed yet." in page
    wrong = ana.post(PAGE, data=form(ana.get(PAGE), "/practice", readers="5")[1])
    assert wrong.status_code == 400
    assert "You typed 5. It goes to 4 readers; type 4 if that is right." in main_of(wrong)
    assert not route.mailings()
    text = practised(ana, " 4 ")
    for said in ("Over: nothing was sent", "All 4 mails were built.", "1 has not confirmed yet", "To nobody"):
        assert said in text
    assert not route.mailbox.exists()
    assert route.issue().state is State.DRAFT
    assert ask(route, PUBLIC).status_code == 404
    with route.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DeliveryRow)) == 0
        assert session.scalar(select(func.count()).select_from(NoticeRow)) == 0
        assert session.scalar(select(func.count()).where(MailingRow.kind == "live")) == 0
    route.sign_off()
    assert route.send().status.accepted == len(CONFIRMED), "a real send knows nothing of it"


def test_one_of_the_mails_can_be_looked_at_and_its_links_are_nobodys(route: Route) -> None:
    ana = Desk(route)
    text = practised(ana, "4")
    assert re.findall(rf'src="{PAGE}/mail/(\w+)"', text) == ["en", "es"]
    mail = ana.get(f"{PAGE}/mail/en")
    assert "San Antonio" in mail.text
    assert mail.headers["x-frame-options"] == "SAMEORIGIN"
    (token,) = set(re.findall(r"/u/([a-z2-7]{26})", mail.text))
    link = route.pipeline.links.read(token)
    assert link is not None
    assert link.purpose.name == "TEST"
    assert "not kept any more" in ana.get(f"{PAGE}/mail/fr").text
    assert not any(address in text for address in CONFIRMED)


def test_what_was_found_is_told_after_a_restart(route: Route) -> None:
    practised(Desk(route), "4")
    route.open()
    page = main_of(Desk(route, ADMIN).get(PAGE))
    assert "All 4 mails were built." in page
    assert "It is not kept for long." in page
