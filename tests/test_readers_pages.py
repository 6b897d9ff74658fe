"""Readers in the console: found by what is known of them, told truthfully, changed and put back as they were."""

import csv
import time
from datetime import datetime, timedelta
from io import StringIO

import pytest
from httpx import Response
from sqlalchemy import text

import subscribers
from newsletter.readers.erasing import erase
from newsletter.web.console import growth
from subscribers import Consent, SubscriptionState, asking, confirming, growing
from tests.console import Desk, form, said
from tests.route import ADMIN, APPROVER, AUTHOR, CONFIRMED, Route, later
from tests.seated import mails
from tests.test_public_pages import dump
from tests.visits import main_of

PAGE = "/console/readers"


def add(
    route: Route, address: str, state: str = "confirmed", slug: str = "quarterly", *, name: str = "",
    at: datetime | None = None,
) -> int:  # fmt: skip
    """Somebody on a list; the subscription's id."""
    with route.database.transaction() as session:
        list_id = subscribers.find_list(session, slug).id  # type: ignore[union-attr]
        words = route.pipeline.book.wording(session, "Yes, send me the newsletter.", "form", "en", route.now)
        consent = Consent("form", at or route.now, words, detail="https://www.example.org/join")
        route.pipeline.book.subscribe(session, list_id, address, SubscriptionState(state), consent, route.now, name)
        found = route.pipeline.book.subscription_id(session, address, list_id)
    assert found
    return found


def another_list(route: Route, slug: str = "calls") -> None:
    with route.database.transaction() as session:
        subscribers.add_list(session, slug, "Calls", ("en",), route.now)


def months(route: Route) -> growing.Months:
    with route.database.reading() as session:
        return growing.since(session, route.list_id(), 0, growing.last_event(session))


def test_the_first_page_counts_and_draws(route: Route) -> None:
    page = Desk(route).get(PAGE)
    shown = main_of(page)
    assert f"{len(CONFIRMED)} now" in shown
    assert "The numbers as a table" in shown
    assert page.text.count("<rect") == 48


def test_somebody_is_found_by_a_part_of_the_address_or_the_name(route: Route) -> None:
    add(route, "nadia.okafor@cityhall.example", name="Nadia Ökafor")
    desk = Desk(route)
    for wanted in ("nadia.ok", "CITYHALL", "dia Ö", "nadia.okafor@cityhall.example"):
        assert "nadia.okafor@cityhall.example" in main_of(desk.get(PAGE, params={"q": wanted})), wanted
    for wanted in ("%", "_", "n%a", "nobody", "\\", "' OR 1=1 --"):
        found = main_of(desk.get(PAGE, params={"q": wanted}))
        assert "Nobody fits" in found, wanted
        assert "nadia" not in found


def test_a_list_and_a_state_are_asked_of_the_same_subscription(route: Route) -> None:
    another_list(route)
    add(route, "both@example.org")
    add(route, "both@example.org", "unsubscribed", "calls")
    add(route, "other@example.org", "confirmed", "calls")
    desk = Desk(route)

    def people(**asked: str) -> str:
        return main_of(desk.get(PAGE, params=asked)).partition("Found")[2]

    for words in ({}, {"q": "example.org"}):
        assert "both@example.org" in people(list="quarterly", state="confirmed", **words)
        assert "both@example.org" not in people(list="calls", state="confirmed", **words)
        assert "other@example.org" in people(list="calls", state="confirmed", **words)
        assert "both@example.org" in people(list="calls", state="unsubscribed", **words)
        assert "both@example.org" not in people(list="quarterly", state="unsubscribed", **words)
    row = people(q="both@")
    assert "Calls : left" in row
    assert "confirmed" in row


def test_fifty_a_page_and_everybody_once(route: Route) -> None:
    for n in range(120):
        add(route, f"reader{n:03}@many.example")
    desk = Desk(route)
    for asked in ("q=many.example", "list=quarterly&state=confirmed"):
        seen: list[str] = []
        where = f"{PAGE}?{asked}"
        while where:
            html = desk.get(where).text
            seen += [part.split("<")[0] for part in html.split("<bdi>") if "@many.example" in part.split("<")[0]]
            more = html.partition('">More</a>')[0].rpartition('href="?')[2] if ">More</a>" in html else ""
            where = f"{PAGE}?{more.replace('&amp;', '&')}" if more else ""
        assert seen == [f"reader{n:03}@many.example" for n in reversed(range(120))], asked


def test_growth_is_told_by_the_events(either_route: Route) -> None:
    route = either_route
    before = months(route)
    ana = add(route, "ana@grow.example", at=route.now - timedelta(days=400))
    add(route, "ana@grow.example", at=route.now)
    bo = add(route, "bo@grow.example", "pending")
    with route.database.transaction() as session:
        for one in (ana, bo):
            subscribers.leaving.leave(session, one, Consent("link", route.now), route.now)
    after = months(route)
    year_ago = f"{route.now - timedelta(days=400):%Y-%m}"
    now = f"{route.now:%Y-%m}"
    assert after[year_ago] == (before.get(year_ago, (0, 0))[0] + 1, 0)
    assert after[now][1] == before.get(now, (0, 0))[1] + 1, "who never confirmed has not left"
    with route.database.reading() as session:
        last = growing.last_event(session)
        assert growing.settled(session, route.list_id(), last) == growing.since(session, route.list_id(), 0, last)


def test_what_is_remembered_is_what_the_events_tell(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, number in (("_TAIL", 4), ("_MARGIN", 2), ("_MOST", 6), ("_AT_ONCE", 5)):
        monkeypatch.setattr(growth, name, number)
    remembered = growth.Remembered(route.database)
    for n in range(9):
        held = add(route, f"r{n}@grow.example")
        if n % 2:
            with route.database.transaction() as session:
                subscribers.leaving.leave(session, held, Consent("link", route.now), route.now)
        with route.database.reading() as session:
            assert remembered.of(session, route.list_id()) == months(route)


def test_an_empty_page_says_what_comes_first(route: Route) -> None:
    with route.database.transaction() as session:
        session.execute(text("DELETE FROM subscriptions"))
    page = main_of(Desk(route, ADMIN).get(PAGE))
    assert "Nobody is on your list yet." in page
    assert "/subscribe" in page


# -- one reader -------------------------------------------------------------------------------------------------------


def reader_of(route: Route, address: str) -> int:
    with route.database.reading() as session:
        found = session.scalar(subscribers.ids_of([route.pipeline.book.hash(address)]))
    assert found
    return int(found)


def why_not(route: Route, address: str) -> str | None:
    """Why no mail would go there now; None where one would."""
    everybody = subscribers.mailability(route.list_id(), route.now)
    with route.database.reading() as session:
        row = session.execute(everybody.where(everybody.selected_columns.address == address)).one()
    return str(row.reason) if row.reason else None


def kinds(route: Route, address: str) -> list[tuple[str, str]]:
    with route.database.reading() as session:
        person = subscribers.known(session, reader_of(route, address))
    assert person
    return [(str(one["kind"]), str(one["source"])) for one in person.events]


def press(desk: Desk, where: str, ending: str, **fields: str) -> Response:
    action, known = form(desk.get(where), ending, **fields)
    answer = desk.post(action, data=known)
    return desk.follow(answer) if answer.status_code == 303 else answer


def test_the_page_tells_every_event_with_its_words_and_where_from(either_route: Route) -> None:
    route, book = either_route, either_route.pipeline.book
    held = add(route, "ana@story.example", name="Ana <b>Ruiz</b>", at=route.now - timedelta(days=30))
    with route.database.transaction() as session:
        consent = Consent("page", route.now, network=book.network("192.0.2.9"))
        subscribers.preferring.pause(session, held, route.now + timedelta(days=90), consent, route.now)
        subscribers.leaving.leave(session, held, Consent("one_click", route.now), route.now)
        subscribers.leaving.say_why(session, held, "changed_jobs", Consent("link", route.now), route.now)
    answer = Desk(route).get(f"{PAGE}/{reader_of(route, 'ana@story.example')}")
    page = main_of(answer)
    for words in (
        "Signed up with the form : The Quarterly", "Yes, send me the newsletter.",
        "From the page https://www.example.org/join", "Changed: paused until",
        "Left by the button of their mail program", "Why, in their words: changed jobs",
        f"Network: kept as the code {str(book.network('192.0.2.9'))[:8]} only",
    ):  # fmt: skip
        assert words in page, words
    assert page.index("Signed up with the form") < page.index("Changed: paused") < page.index("Left by the button")
    assert "Ana &lt;b&gt;Ruiz&lt;/b&gt;" in answer.text


def test_taken_off_by_mistake_and_back_as_it_was(either_route: Route) -> None:
    route, address = either_route, "ana@back.example"
    held = add(route, address)
    until = route.now + timedelta(days=90)
    with route.database.transaction() as session:
        subscribers.preferring.pause(session, held, until, Consent("page", route.now), route.now)
    desk, where = Desk(route), f"{PAGE}/{reader_of(route, address)}"
    before = months(route)
    page = press(desk, where, "/take-off", how="phone")
    assert said(page) == "This reader is unsubscribed by you; they were not told."
    assert why_not(route, address) == "unsubscribed"
    assert kinds(route, address)[-1] == ("withdrawal", "phone")
    action, fields = form(page, "/put-back")
    assert said(desk.follow(desk.post(action, data=fields))).startswith("Put back")
    assert why_not(route, address) == "paused", "the pause is as it was"
    assert kinds(route, address)[-1] == ("change", "staff"), "nobody confirmed anything"
    with route.database.reading() as session:
        (now,) = subscribers.leaving.subscriptions_of(session, reader_of(route, address))
    assert (now.state, now.paused_until, now.since) == ("confirmed", until, route.now.date())
    month = f"{route.now:%Y-%m}"
    joined, left = (after - known for after, known in zip(months(route)[month], before[month], strict=True))
    assert (joined, left) == (1, 1), "drawn as gone and back"
    with route.database.reading() as session:
        turned = subscribers.turnover(session, route.list_id(), route.now - timedelta(seconds=1), route.now)
    assert turned.all_left == 0, "who was put back has not left"
    assert desk.post(action, data=fields).status_code == 409, "once is enough"
    assert not mails(route, address)


def test_it_is_undone_only_while_nothing_else_happened(route: Route) -> None:
    address = "bo@back.example"
    held = add(route, address)
    desk, where = Desk(route), f"{PAGE}/{reader_of(route, address)}"
    action, fields = form(press(desk, where, "/take-off", how="staff"), "/put-back")
    with route.database.transaction() as session:
        subscribers.leaving.say_why(session, held, "too_often", Consent("link", route.now), route.now)
    assert desk.post(action, data=fields).status_code == 409
    assert why_not(route, address) == "unsubscribed"
    other = add(route, "cy@back.example")
    with route.database.transaction() as session:
        subscribers.leaving.leave(session, other, Consent("one_click", route.now), route.now)
    theirs = f"{PAGE}/{reader_of(route, 'cy@back.example')}"
    assert "put-back" not in desk.get(theirs).text, "who left by themselves is not put back by us"
    answer = desk.post(f"{theirs}/put-back", data=fields | {"subscription": str(other)})
    assert answer.status_code == 409
    late = add(route, "di@back.example")
    action, fields = form(press(desk, f"{PAGE}/{reader_of(route, 'di@back.example')}", "/take-off", how="mail"),
                          "/put-back")  # fmt: skip
    later(route, days=2)
    assert Desk(route).post(action, data=fields | {"csrf": ""}).status_code == 403
    with route.database.transaction() as session:
        assert not subscribers.leaving.put_back(session, late, route.now)


def test_who_goes_himself_after_staff_took_him_off_is_not_put_back(either_route: Route) -> None:
    route, address = either_route, "ana@both.example"
    held = add(route, address)
    desk, where = Desk(route), f"{PAGE}/{reader_of(route, address)}"
    action, fields = form(press(desk, where, "/take-off", how="staff"), "/put-back")
    for _ in range(2):
        with route.database.transaction() as session:
            subscribers.leaving.leave(session, held, Consent("one_click", route.now), route.now)
    assert kinds(route, address)[-2:] == [("withdrawal", "staff"), ("withdrawal", "one_click")], "once"
    assert "/put-back" not in desk.get(where).text
    assert desk.post(action, data=fields).status_code == 409
    assert why_not(route, address) == "unsubscribed"


def test_who_left_by_a_file_since_is_not_put_back(route: Route) -> None:
    address = "ana@file.example"
    add(route, address)
    desk, where = Desk(route), f"{PAGE}/{reader_of(route, address)}"
    action, fields = form(press(desk, where, "/take-off", how="staff"), "/put-back")
    page = upload(desk, "gone.csv", f"email\n{address}\nbo@gone.example\n", **{"as": "unsubscribed"})
    take(desk, page, what="shown")
    assert desk.post(action, data=fields).status_code == 409
    assert why_not(route, address) == "unsubscribed"


def test_who_had_not_confirmed_is_not_confirmed_after_an_undo(route: Route) -> None:
    add(route, "eve@back.example", "pending")
    desk, where = Desk(route), f"{PAGE}/{reader_of(route, 'eve@back.example')}"
    action, fields = form(press(desk, where, "/take-off", how="staff"), "/put-back")
    desk.post(action, data=fields)
    assert why_not(route, "eve@back.example") == "pending"


def test_a_subscription_of_somebody_else_is_not_touched(route: Route) -> None:
    mine, theirs = add(route, "ana@own.example"), add(route, "bo@own.example")
    desk, where = Desk(route), f"{PAGE}/{reader_of(route, 'ana@own.example')}"
    action, fields = form(desk.get(where), "/take-off", how="staff", subscription=str(mine))
    assert desk.post(action, data=fields | {"subscription": str(theirs)}).status_code == 404
    assert why_not(route, "bo@own.example") is None


def test_on_the_do_not_mail_list_and_off_it_with_a_reason(route: Route) -> None:
    held = add(route, "ana@never.example")
    admin, where = Desk(route, ADMIN), f"{PAGE}/{reader_of(route, 'ana@never.example')}"
    assert press(admin, where, "/do-not-mail", because="  ").status_code == 400
    page = main_of(press(admin, where, "/do-not-mail", because="Asked us to, by letter"))
    assert "put there by somebody who works here: Asked us to, by letter" in page
    assert why_not(route, "ana@never.example") == "staff"
    author = Desk(route)
    assert "Whoever looks after the system can take this address off" in main_of(author.get(where))
    with route.database.transaction() as session:
        subscribers.leaving.leave(session, held, Consent("link", route.now), route.now)
    page = main_of(press(admin, where, "/mail-again", because="It was another Ana"))
    assert "It was another Ana" in page
    assert why_not(route, "ana@never.example") == "unsubscribed", "onto no list that they have left"


def test_what_only_the_reader_can_lift_offers_nothing(route: Route) -> None:
    add(route, "ana@blocked.example")
    with route.database.transaction() as session:
        route.pipeline.book.suppress(session, "ana@blocked.example", "blocked", "link", route.now)
    page = Desk(route, ADMIN).get(f"{PAGE}/{reader_of(route, 'ana@blocked.example')}")
    assert "Only the reader can lift what stands here" in main_of(page)
    assert "/mail-again" not in page.text


def test_erasing_needs_the_address_typed(route: Route) -> None:
    add(route, "ana@erase.example", name="Ana Ruiz")
    number = reader_of(route, "ana@erase.example")
    admin, where = Desk(route, ADMIN), f"{PAGE}/{number}"
    for typed in ("", "ana", "bo@erase.example"):
        answer = press(admin, where, "/erase", address=typed)
        assert answer.status_code == 400
        assert "Nothing was erased" in main_of(answer)
    page = press(admin, where, "/erase", address=" Ana@Erase.example ")
    assert "An erased reader" in main_of(page)
    for gone in ("ana@erase.example", "Ana Ruiz"):
        assert gone not in page.text
    assert "Signed up with the form" in main_of(page), "what happened when is kept"
    assert "Nobody fits" in main_of(admin.get(PAGE, params={"q": "erase.example"}))
    assert admin.post(f"{where}/erase", data=form(admin.get(PAGE), "/sign-out")[1]).status_code == 404


def test_name_and_language_are_changed_without_the_name_in_the_proof(route: Route) -> None:
    add(route, "ana@name.example", name="Ana")
    desk, where = Desk(route), f"{PAGE}/{reader_of(route, 'ana@name.example')}"
    page = main_of(press(desk, where, "/describe", name="Ana  Ruiz", language="es"))
    assert "Ana Ruiz" in page
    assert "Changed: name, language es" in page
    assert press(desk, where, "/describe", name="Ana Ruiz", language="es").status_code == 409
    assert press(desk, where, "/describe", name="x" * 201, language="es").status_code == 400


def test_who_has_not_confirmed_is_asked_once_more_within_the_limits(route: Route) -> None:
    add(route, "ana@ask.example", "pending")
    desk, where = Desk(route), f"{PAGE}/{reader_of(route, 'ana@ask.example')}"
    assert said(press(desk, where, "/ask")) == "A mail that asks to confirm is on its way."
    assert len(mails(route, "ana@ask.example")) == 1
    answers = [press(desk, where, "/ask").status_code for _ in range(6)]
    assert answers[-1] == 409
    assert why_not(route, "ana@ask.example") == "pending"


def test_who_said_no_to_the_mail_is_not_asked_once_more(either_route: Route) -> None:
    route, address = either_route, "ana@no.example"
    add(route, address, "pending")
    desk, where = Desk(route), f"{PAGE}/{reader_of(route, address)}"
    action, fields = form(desk.get(where), "/ask")
    desk.post(action, data=fields)
    with route.database.transaction() as session:
        question = asking.last_to_join(session, reader_of(route, address), route.list_id())
        assert question
        confirming.decline(session, route.pipeline.book, question, None, route.now)
    page = desk.get(where)
    assert "/ask" not in page.text
    assert "Has said no to the mail that asked" in main_of(page)
    refused = desk.post(action, data=fields)
    assert refused.status_code == 409
    assert "Only they can sign up again" in main_of(refused)
    later(route, minutes=1)
    with route.database.transaction() as session:
        book = route.pipeline.book
        asking.ask_to_join(session, book.arrival(address), [route.list_id()], Consent("form", route.now), route.now)
    assert "/ask" in Desk(route).get(where).text, "who signs up anew may be asked again"


def test_the_roles_see_what_they_may(route: Route) -> None:
    where = f"{PAGE}/{reader_of(route, CONFIRMED[0])}"
    author, admin = Desk(route).get(where).text, Desk(route, ADMIN).get(where).text
    for ending in ("/take-off", "/describe"):
        assert ending in author
    for ending in ("/do-not-mail", "/erase"):
        assert f"{where}{ending}" not in author
        assert f"{where}{ending}" in admin
    assert Desk(route).get(f"{PAGE}/99999999").status_code == 404
    assert Desk(route).get(f"{PAGE}/{'9' * 30}").status_code == 404
    word = form(Desk(route).get(PAGE), "/sign-out")[1]
    assert Desk(route).post(f"{PAGE}/{'9' * 30}/describe", data=word | {"name": "A"}).status_code in {403, 404}


# -- a file -----------------------------------------------------------------------------------------------------------

IMPORT = f"{PAGE}/import"


def upload(desk: Desk, name: str, content: bytes | str, **fields: str) -> Response:
    _, known = form(desk.get(IMPORT), "/import", **fields)
    data = content if isinstance(content, bytes) else content.encode()
    answer = desk.post(IMPORT, data=known, files={"file": (name, data, "text/csv")})
    return settled(desk, answer)


def settled(desk: Desk, answer: Response) -> Response:
    """The page once the work is done."""
    page = desk.follow(answer) if answer.status_code == 303 else answer
    for _ in range(300):
        if "refresh" not in page.headers:
            return page
        time.sleep(0.1)
        page = desk.get(page.url.path)
    raise AssertionError("It never ends.")


def take(desk: Desk, page: Response, **fields: str) -> Response:
    action, known = form(page, "/take", **fields)
    return settled(desk, desk.post(action, data=known))


def emails(route: Route) -> set[str]:
    with route.database.reading() as session:
        return {str(one) for one in session.execute(text("SELECT address FROM subscribers")).scalars()}


WORDS = {"what": "words", "words": "Yes, send it to me.", "day": "2024-05-01"}


def test_a_look_writes_nothing_and_taking_in_does_exactly_what_was_shown(either_route: Route) -> None:
    route = either_route
    add(route, "left@file.example", "unsubscribed")
    add(route, "here@file.example")
    lines = "E-Mail;Vorname;Nachname;Farbe\n" + "".join(f"new{n:02}@file.example;Ana;Ruiz{n};rot\n" for n in range(12))
    lines += "left@file.example;L;L;x\nhere@file.example;H;H;x\nbo@@file.example;B;B;x\nnew00@file.example;A;R;x\n"
    desk, before = Desk(route), dump(route.database)
    page = upload(desk, "spring.csv", lines)
    shown = main_of(page)
    for words in ("New 12", "Known already 2", "Refused 2", "“e-mail” as the address", "Left aside: farbe",
                  "The first 10", "unsubscribed; only this person can come back", "new09@file.example"):  # fmt: skip
        assert words in shown, words
    assert "new10@file.example" not in shown
    after = dump(route.database)
    assert {name: rows for name, rows in after.items() if name != "brought_readers"} == {
        name: rows for name, rows in before.items() if name != "brought_readers"
    }, "a look writes nothing of anybody"
    for wrong in ({"what": "words", "words": "", "day": "2024-05-01"}, {"what": "words", "words": "Yes"},
                  {"what": "words", "words": "Yes", "day": "2999-01-01"}, {"what": "", "day": "x"}):  # fmt: skip
        assert take(desk, page, **wrong).status_code == 400
    assert "new00@file.example" not in emails(route)
    done = main_of(take(desk, page, **WORDS))
    assert "12 readers are on the list now that were not before." in done
    for n in range(12):
        assert why_not(route, f"new{n:02}@file.example") is None
    assert why_not(route, "left@file.example") == "unsubscribed"
    person = main_of(desk.get(f"{PAGE}/{reader_of(route, 'new00@file.example')}"))
    for words in ("Came with a file of readers", "Yes, send it to me.", "From the file spring.csv",
                  "Brought by author@example.org", "1 May"):  # fmt: skip
        assert words in person, words
    lines_refused = desk.get(page.url.path + "/refused")
    assert "attachment" in lines_refused.headers["content-disposition"]
    assert "left@file.example" in lines_refused.text
    assert "bo@@file.example,what stands before the @ is not a valid local part" in lines_refused.text
    assert not mails(route, "new00@file.example")
    action = page.url.path + "/take"
    assert desk.post(action, data=form(page, "/take", **WORDS)[1]).status_code == 409, "once"


def test_hostile_lines_are_refused_one_by_one(route: Route) -> None:
    rows = [
        "=cmd|'/c calc'!A0@x.example,formula", "<script>alert(1)</script>,script",
        '"' + "x" * 5000 + '@x.example",huge',
        f"fine@x.example,{'n' * 201}", "good@x.example,Ana", "good@x.example\u202e.evil,rtl", ",nobody",
        "a@x.example,b,too,many",
    ]  # fmt: skip
    desk = Desk(route)
    page = upload(desk, "hostile.csv", "email,name\n" + "\n".join(rows) + "\n")
    shown = main_of(page)
    assert "New 1 " in shown
    assert f"Refused {len(rows) - 1}" in shown
    for line in (2, 3, 4, 5, 7, 8, 9):
        assert f'class="quiet">{line}</td>' in page.text, line
    assert "<script>alert(1)" not in page.text
    refused = desk.get(page.url.path + "/refused").text
    assert "'=cmd" in refused, "no spreadsheet takes it for a formula"
    assert "\n=" not in refused
    assert ",=" not in refused
    assert "on the list now that were not before" in main_of(take(desk, page, **WORDS))
    assert {one for one in emails(route) if "x.example" in one} == {"good@x.example"}


def test_files_that_cannot_be_read_say_why_without_options_of_the_command_line(route: Route) -> None:
    desk, before = Desk(route), emails(route)
    for name, content, said_ in (
        ("no.csv", "name,city\nAna,Bonn\n", "has no column email"),
        ("nul.csv", b"email\nana@example.org\0\n", "NUL byte"),
        ("greek.csv", "email,name\nana@example.org,Ελένη\n".encode("iso-8859-7"), "is not UTF-8"),
        ("quote.csv", 'email,name\n"ana@example.org,Ana\n', "no valid CSV"),
        ("old.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "old format"),
        ("sheet.xlsx", b"PK\x03\x04" + b"\0" * 300, ""),
    ):
        page = upload(desk, name, content)
        shown = main_of(page)
        assert "It cannot be read" in shown, name
        assert said_ in shown, (name, shown)
        assert "--" not in shown
        assert str(route.settings.folder) not in page.text
    for name, content in (("x.exe", "email\na@b.example"), ("empty.csv", "  \n")):
        assert upload(desk, name, content).status_code == 400
    assert emails(route) == before


def test_who_has_no_proof_waits_or_is_marked_so(route: Route) -> None:
    desk = Desk(route)
    lines = "email,opt-in time\nproof@p.example,2023-11-04 10:00\nnone@p.example,\n"
    page = upload(desk, "../../etc/<b>.csv", lines)
    assert "1 line says when they agreed; 1 does not." in main_of(page)
    done = main_of(take(desk, page, what="shown", words="", day=""))
    assert "1 reader is on the list now" in done
    assert "none@p.example" not in emails(route)
    page = upload(desk, "again.csv", lines)
    take(desk, page, what="unknown", words="", day="")
    person = main_of(desk.get(f"{PAGE}/{reader_of(route, 'none@p.example')}"))
    assert "Nobody can show when and to what they agreed" in person


def test_people_who_left_elsewhere_are_noted_and_cannot_be_brought_again(route: Route) -> None:
    desk = Desk(route)
    add(route, "bo@gone.example")
    page = upload(desk, "gone.csv", "email\nana@gone.example\nbo@gone.example\n", **{"as": "unsubscribed"})
    assert "2 people are noted." in main_of(take(desk, page, what="shown"))
    assert why_not(route, "bo@gone.example") == "unsubscribed"
    assert kinds(route, "bo@gone.example")[-1] == ("withdrawal", "import")
    page = main_of(upload(desk, "back.csv", "email\nana@gone.example\n"))
    assert "Nobody would be taken in." in page


def test_what_was_interrupted_goes_on_and_lands_once(route: Route) -> None:
    desk = Desk(route)
    page = upload(desk, "killed.csv", "email\n" + "".join(f"r{n}@killed.example\n" for n in range(50)))
    run = int(page.url.path.rpartition("/")[2])
    decided = '{"what": "words", "words": "Yes", "day": "2024-05-01"}'
    with route.database.transaction() as session:  # as a process leaves it that was killed
        session.execute(text(f"UPDATE brought_readers SET state = 'taking', decided = '{decided}' WHERE id = {run}"))
    assert "refresh" in desk.get(page.url.path).headers
    later(route, minutes=5)
    page = desk.get(page.url.path)
    assert "It was interrupted" in main_of(page)
    action, fields = form(page, "/go-on")
    done = main_of(settled(desk, desk.post(action, data=fields)))
    assert "50 readers are on the list now" in done
    assert "It was interrupted: what had landed before stands under “Known already”." in done
    assert desk.post(action, data=fields).status_code == 409


def test_they_may_have_agreed_today_though_it_is_not_noon_yet(route: Route) -> None:
    day = route.now.astimezone(route.settings.zone).date()
    assert route.now.hour < 12
    desk = Desk(route)
    page = upload(desk, "today.csv", "email\nana@today.example\n")
    assert "1 reader is on the list now" in main_of(take(desk, page, **(WORDS | {"day": day.isoformat()})))
    page = upload(desk, "tomorrow.csv", "email\nbo@today.example\n")
    answer = take(desk, page, **(WORDS | {"day": (day + timedelta(days=1)).isoformat()}))
    assert answer.status_code == 400


def test_what_breaks_off_is_in_the_log_and_no_page_denies_what_landed(route: Route) -> None:
    desk = Desk(route)
    page = upload(desk, "torn.csv", "email\nana@torn.example\n")
    next(route.settings.folder.glob("brought/*/torn.csv")).write_text("email\nbo@torn.example\n")
    failed = take(desk, page, **WORDS)
    assert "The file is another one than was looked at" in main_of(failed)
    assert (route.activity()[-1].verb, route.activity()[-1].detail["interrupted"]) == ("import", True)
    assert "began to take in the file torn.csv" in main_of(desk.get("/console/activity"))
    action, fields = form(failed, "/drop")
    desk.post(action, data=fields)
    dropped = main_of(desk.get(page.url.path))
    assert "What was taken in before stays on the list." in dropped
    assert "Nobody of it" not in dropped


def test_a_file_that_is_taken_in_keeps_its_lines_and_no_look_tells_of_the_erased(route: Route) -> None:
    desk, folder = Desk(route), route.settings.folder / "brought"
    add(route, "ana@look.example", "unsubscribed")
    upload(desk, "look.csv", "email\nANA@look.example\nbo@look.example\n")
    with route.database.reading() as session:
        assert "ANA@look.example" in str(session.execute(text("SELECT look FROM brought_readers")).scalar())
    with route.database.transaction() as session:
        erase(session, reader_of(route, "ana@look.example"), Consent("staff", route.now), route.now)
    with route.database.reading() as session:
        look = str(session.execute(text("SELECT look FROM brought_readers")).scalar())
    assert "ana@" not in look.lower()
    assert "bo@look.example" in look
    later(route, days=8)
    with route.database.transaction() as session:
        session.execute(text("UPDATE brought_readers SET state = 'taking', alive_at = :now"), {"now": route.now})
    (folder / "4711").mkdir()
    route.pipeline.tidy()
    assert list(folder.glob("*/look.csv"))
    assert (folder / "4711").is_dir(), "just brought, and not written down yet"


def test_lines_are_deleted_after_a_week_and_when_put_aside(route: Route) -> None:
    desk, folder = Desk(route), route.settings.folder / "brought"
    first = upload(desk, "one.csv", "email\nana@kept.example\nno address\n")
    assert oct(next(folder.glob("*/one.csv")).stat().st_mode)[-3:] == "600"
    action, fields = form(first, "/drop")
    desk.follow(desk.post(action, data=fields))
    assert not list(folder.glob("*/*"))
    second = upload(desk, "two.csv", "email\nana@kept.example\nno address\n")
    later(route, days=8)
    route.pipeline.tidy()
    assert not list(folder.glob("*/*"))
    assert Desk(route).get(second.url.path + "/refused").status_code == 404
    with route.database.reading() as session:
        kept = session.execute(text("SELECT look FROM brought_readers")).scalars().all()
    assert not [one for one in kept if "kept.example" in str(one)], "no address stays behind"


# -- the do-not-mail list, and files ----------------------------------------------------------------------------------

NEVER = f"{PAGE}/do-not-mail"


def test_many_addresses_go_on_the_list_or_none(route: Route) -> None:
    add(route, "ana@barred.example")
    admin = Desk(route, ADMIN)
    wrong = press(admin, NEVER, "/do-not-mail", addresses="ana@barred.example\nno address\n", because="Asked us to")
    assert wrong.status_code == 400
    assert "Nothing was changed. line 2, no address" in main_of(wrong)
    assert why_not(route, "ana@barred.example") is None
    assert press(admin, NEVER, "/do-not-mail", addresses="ana@barred.example", because=" ").status_code == 400
    lines = "ana@barred.example\n stranger@nowhere.example \n\nana@barred.example"
    page = press(admin, NEVER, "/do-not-mail", addresses=lines, because="Asked us to")
    assert said(page) == "2 addresses are on the do-not-mail list now."
    assert why_not(route, "ana@barred.example") == "staff"
    page = press(admin, NEVER, "/do-not-mail", addresses=lines, because="Asked us to")
    assert said(page) == "0 addresses are on the do-not-mail list now, and 2 stood there before."


def test_the_list_is_searched_also_for_whom_only_a_code_is_kept(route: Route) -> None:
    add(route, "ana@barred.example")
    admin = Desk(route, ADMIN)
    lines = "ana@barred.example\nstranger@nowhere.example"
    press(admin, NEVER, "/do-not-mail", addresses=lines, because="By letter")
    found = main_of(Desk(route).get(NEVER, params={"q": "barred.ex"}))
    assert "ana@barred.example Since today" in found
    assert "By letter" in found
    assert "stranger@nowhere.example" not in main_of(admin.get(NEVER))
    assert "is not on the list" in main_of(admin.get(NEVER, params={"q": "nowhere.example"}))
    assert "By letter" in main_of(admin.get(NEVER, params={"q": "stranger@nowhere.example"}))
    assert "By letter" not in main_of(admin.get(NEVER, params={"reason": "complaint"}))
    off = press(admin, NEVER, "/lift", address="stranger@nowhere.example", because="Wrong address")
    assert said(off).startswith("Off the do-not-mail list.")
    assert "is not on the list" in main_of(admin.get(NEVER, params={"q": "stranger@nowhere.example"}))
    assert press(admin, NEVER, "/lift", address="stranger@nowhere.example", because="x").status_code == 404


def test_files_hold_no_formula_and_come_in_again(route: Route) -> None:
    add(route, "ana@out.example", name="=HYPERLINK(evil)")
    add(route, "bo@out.example", "unsubscribed", name='+1 <b>, "x"')
    admin = Desk(route, ADMIN)
    action, fields = form(admin.get(PAGE), "/readers/export")
    answer = admin.post(action, data=fields)
    assert answer.headers["content-disposition"].startswith('attachment; filename="readers-quarterly-')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[0][:4] == ["email", "name", "language", "state"]
    by_address = {row[0]: row for row in rows[1:]}
    assert by_address["ana@out.example"][1] == "'=HYPERLINK(evil)"
    assert by_address["bo@out.example"][3] == "unsubscribed"
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r")]
    assert route.activity()[-1].verb == "export"
    press(admin, NEVER, "/do-not-mail", addresses="ana@out.example", because="=1+1")
    action, fields = form(admin.get(NEVER), "/export")
    barred = admin.post(action, data=fields).content.decode("utf-8-sig")
    assert "ana@out.example,staff,'=1+1," in barred
    again = main_of(upload(Desk(route), "again.csv", answer.content))
    assert "New 0" in again
    assert "Nobody would be taken in." in again


def test_only_who_looks_after_the_system_takes_files_out_or_bars_anybody(route: Route) -> None:
    for email in (AUTHOR, APPROVER):
        desk = Desk(route, email)
        word = form(desk.get(PAGE), "/sign-out")[1]
        assert "As a file" not in desk.get(PAGE).text
        for where in (f"{PAGE}/export", NEVER, f"{NEVER}/lift", f"{NEVER}/export"):
            assert desk.post(where, data=word | {"list": "quarterly"}).status_code == 403
