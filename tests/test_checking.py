"""Check and test copies: findings with their buttons, the mail as readers see it, one press for a copy."""

import html
import re
from datetime import date

import pytest
from sqlalchemy import delete, select

import subscribers
from newsletter.database import Database
from newsletter.guests.model import Act, Wish
from newsletter.issues.model import Role
from newsletter.issues.tables import ItemWordingRow
from newsletter.issues.views import coverage
from newsletter.preflight.facts.model import LinkAnswer
from newsletter.preflight.looking import store
from newsletter.rendering.since import since
from newsletter.staff.tables import ActivityRow
from subscribers import Purpose
from tests.conftest import NOW
from tests.route import APPROVER, AUTHOR, CONFIRMED, SLUG, Route, later
from tests.test_public_pages import subscription
from tests.visits import BASE, Colleague, main_of, shown

CHECK, TEST = f"/console/issues/{SLUG}/check", f"/console/issues/{SLUG}/test"


def preview(ana: Colleague, query: str = "", language: str = "en") -> str:
    return ana.get(f"/console/issues/{SLUG}/preview/{language}{query}").text


def test_all_is_well_is_said_calmly(route: Route) -> None:
    page = main_of(Colleague(route).get(CHECK))
    assert "Ready Nothing must be mended." in page
    assert "Ready for sign-off. Ask for sign-off" in page


def test_findings_say_how_grave_they_are_in_words_and_by_whom_they_are_mended(route: Route) -> None:
    route.edit(subject="TODO: say three real things in this line")
    page = main_of(Colleague(route).get(CHECK))
    assert page.index("Not ready 1 thing must be mended.") < page.index(" You ")
    assert re.search(r"✗ Subject( \(English\))? must be mended", page), page[:900]
    assert "Good to know" in page


def test_an_issue_of_which_no_mail_can_be_made_is_checked_all_the_same(route: Route) -> None:
    with route.database.transaction() as session:
        from sqlalchemy import delete

        from newsletter.issues.tables import ItemWordingRow

        session.execute(delete(ItemWordingRow))
    ana = Colleague(route)
    for path in (CHECK, "/console"):
        assert "1 thing must be mended." in main_of(ana.get(path))


def test_what_is_taken_out_waits_for_the_next_issue(route: Route) -> None:
    ana, id_ = Colleague(route), route.publication("roots").id
    assert ana.post(f"{CHECK}/take-out", {"publication": str(id_)}).status_code == 303
    with route.database.reading() as session:
        states = {one.publication_id: one.state for one in coverage(session, route.issue().id)}
    assert states[id_] == "held"
    assert ana.post(f"{CHECK}/take-out", {"publication": "x"}).status_code == 400


def test_a_closing_date_offers_to_take_it_out(route: Route) -> None:
    route.set_publication("pilots", deadline_on=NOW.date())
    text = Colleague(route).get(CHECK).text
    form = re.search(rf'action="{CHECK}/take-out">.*?</form>', text, re.DOTALL)
    assert form
    assert f'name="publication" value="{route.publication("pilots").id}"' in form[0]
    assert "Take it out" in form[0]


def test_what_a_guest_owes_stands_with_those_who_were_asked(route: Route) -> None:
    ana, wish = Colleague(route), Wish(Act.CLEAR, "Rosa", "rosa@example.org", date(2024, 7, 12), publication_id=1)
    assert "Someone you asked" not in main_of(ana.get(CHECK))
    number = route.pipeline.ask_guest(SLUG, wish, route.who(AUTHOR))
    page = main_of(ana.get(CHECK))
    assert "Rosa has not given it yet; it is due on 12 July" in page[page.index("Someone you asked") :]
    assert "A yes to “" in page
    route.pipeline.go_without(number, route.who(AUTHOR))
    assert "Someone you asked" not in main_of(ana.get(CHECK))


def test_check_counts_the_words_that_choose_and_write_counts(route: Route) -> None:
    do = route.pipeline.editor
    quote = {"text": "Words that somebody said.", "name": "Somebody", "role": "Mayor"}
    do.add_block(SLUG, route.who(AUTHOR), "quote", quote, section="work")
    do.add_block(SLUG, route.who(AUTHOR), "button", {"label": "Write to us", "url": "https://example.org/x"})
    do.set_role(SLUG, route.who(AUTHOR), route.publication("roots").id, Role.MORE)
    ana = Colleague(route)
    said = re.search(r"It has (\d+) words", main_of(ana.get(CHECK)))
    counted = re.search(r"(\d+) words", main_of(ana.get(f"/console/issues/{SLUG}/write")))
    assert said
    assert counted
    assert said[1] == counted[1]


def answers(route: Route, url: str, status: int) -> None:
    with route.database.transaction() as session:
        store.keep(session, LinkAnswer(url, route.now, status))


def test_a_page_that_is_not_there_for_programs_holds_nothing_once_somebody_has_opened_it(route: Route) -> None:
    ana, url = Colleague(route), route.publication("roots").url
    assert ana.post(f"{CHECK}/opened", {"url": url}).status_code == 400, "nobody has looked at it"
    answers(route, url, 404)
    page = ana.get(CHECK).text
    assert "1 thing must be mended." in main_of(ana.get(CHECK))
    form = re.search(rf'action="{CHECK}/opened">.*?</form>', page, re.DOTALL)
    assert form
    assert f'name="url" value="{url}"' in form[0]
    assert "It opens for me" in form[0]
    said = ana.followed(ana.post(f"{CHECK}/opened", {"url": url}))
    assert "Noted with your name." in said
    assert "Ana Author has opened the page. " in main_of(ana.get(CHECK))
    assert "Nothing must be mended." in main_of(ana.get(CHECK))
    answers(route, url, 404)
    assert "Nothing must be mended." in main_of(ana.get(CHECK)), "it answers as it did"
    for status in (200, 404):
        answers(route, url, status)
    assert "1 thing must be mended." in main_of(ana.get(CHECK)), "it was there, and is gone since"
    ana.post(f"{CHECK}/opened", {"url": url})
    later(route, days=31)
    answers(route, url, 404)
    assert "It opens for me" in main_of(Colleague(route).get(CHECK)), "a word of last month"


def test_how_far_a_look_has_come_is_shown_and_told(route: Route) -> None:
    with route.database.transaction() as session:
        store.begin(session, route.issue().id, 40, route.now)
    ana = Colleague(route)
    page = ana.get(CHECK)
    assert "Looking at links and names: 0 of 40" in main_of(page)
    # With an address of its own: a browser does not load a page anew whose address ends in a fragment.
    assert f'<noscript><meta http-equiv="refresh" content="2; url={CHECK}?looking=1"></noscript>' in page.text
    assert ana.get(f"{CHECK}/looking").json() == {"done": 0, "total": 40, "running": True}
    with route.database.transaction() as session:
        store.end(session, route.issue().id, route.now)
    page = ana.get(CHECK)
    assert "http-equiv" not in page.text
    assert "Links and names were looked at today, 09:00. Look again" in main_of(page)


def test_the_previews_are_switched_by_links(route: Route) -> None:
    ana = Colleague(route)
    for words, query in (("Dark", "look=dark"), ("Without", "pictures=no"), ("Plain text", "as=text")):
        link = re.search(rf'<a href="([^"]+)"[^>]*>{words}</a>', ana.get(CHECK).text)
        assert link, words
        page = ana.get(html.unescape(link[1]).partition("#")[0])
        frames = re.findall(r'<iframe sandbox="allow-scripts" src="([^"]+)" title="([^"]+)"', page.text)
        assert len(frames) == 2
        assert all(query in src and title for src, title in frames)
        assert re.search(rf'aria-current="true"[^>]*>{words}</a>', page.text)
        assert ana.get(html.unescape(frames[0][0])).status_code == 200
    assert 'src="/console/issues/quarterly-2024-q2/preview/es"' in ana.get(f"{CHECK}?language=es").text
    assert 'src="/console/issues/quarterly-2024-q2/preview/en"' in ana.get(f"{CHECK}?language=xx").text


def test_the_inbox_line_and_the_weight_are_of_the_mail(route: Route) -> None:
    page = main_of(Colleague(route).get(f"{CHECK}?language=es"))
    assert "Network of Mayors Barranquilla abre una escuela" in page
    assert re.search(r"Español : \d+\.\d kB ?\. \d+\.\d kB to spare\.", page)
    assert re.search(r"English : \d+\.\d kB", page)


def test_a_reader_is_found_by_a_part_of_the_address_and_sees_his_own_version(route: Route) -> None:
    ana = Colleague(route)
    found = ana.post(f"{CHECK}/reader", {"who": "dario"})
    assert "dario@example.org" in main_of(found)
    link = re.search(rf'href="({CHECK}\?reader=\d+)#', found.text)
    assert link
    page = ana.get(link[1])
    assert "As dario@example.org would get it." in main_of(page)
    assert "preview/es?reader=" in page.text, "his language"
    said = since("es", NOW.date(), "form")
    src = re.search(r'src="([^"]+preview/es[^"]+)"', page.text)
    assert src
    assert said in main_of(page)
    assert said in ana.get(html.unescape(src[1])).text
    assert "Nobody on this list is called so." in main_of(ana.post(f"{CHECK}/reader", {"who": "nobody.such"}))
    assert "Type at least 3 letters." in main_of(ana.post(f"{CHECK}/reader", {"who": "da"}))


def test_no_preview_holds_a_link_that_works_for_a_reader(route: Route) -> None:
    ana, held = Colleague(route), subscription(route, CONFIRMED[0])
    links = route.pipeline.links
    real = {links.token(Purpose.UNSUBSCRIBE, held.id), links.token(Purpose.PREFERENCES, held.subscriber_id)}
    for query in ("", "?as=text", f"?reader={held.subscriber_id}", f"?as=text&reader={held.subscriber_id}"):
        text = preview(ana, query)
        tokens = re.findall(rf"{BASE}/[up]/([a-z0-9]+)", text)
        assert tokens
        for token in tokens:
            link = links.read(token)
            assert link
            assert link.purpose is Purpose.TEST
        assert not real & set(tokens)
    some_day = date(2024, 3, 4)
    for language in ("en", "es"):
        assert since(language, some_day, "form") in preview(ana, language=language), "in the words of the version"


def test_who_gets_no_mail_is_shown_with_the_reason(route: Route) -> None:
    gone = subscription(route, "gone@example.org").subscriber_id
    page = main_of(Colleague(route).get(f"{CHECK}?reader={gone}"))
    assert "No mail would go there now: this reader has left the list." in page
    assert Colleague(route).get(f"{CHECK}?reader=999").status_code == 404
    assert Colleague(route).get(f"/console/issues/{SLUG}/preview/en?reader=999").status_code == 404


def test_a_test_copy_goes_to_oneself_with_one_press_and_leads_back(route: Route) -> None:
    ana = Colleague(route)
    form = re.search(rf'<form method="post" action="{TEST}">(.*?)</form>', ana.get("/console").text, re.DOTALL)
    assert form
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    answer = ana.request("POST", TEST, data=fields)
    assert answer.headers["location"].startswith("/console?done=")
    assert f"On its way to {AUTHOR}: 2 language versions." in ana.followed(answer)
    route.pipeline.deliver_notices()
    assert [mail["To"] for mail in route.mails()] == [AUTHOR, AUTHOR]


def test_a_test_copy_goes_to_colleagues_and_typed_addresses_in_one_language(route: Route) -> None:
    ana = Colleague(route)
    assert "Pat Approver" in main_of(ana.get(TEST))
    fields = {"to": [AUTHOR, APPROVER], "others": f"guest@example.org,\n {APPROVER}", "language": "es"}
    said = ana.followed(ana.post(TEST, fields))
    assert f"On its way to {AUTHOR}, {APPROVER}, guest@example.org: the Español version." in said
    route.pipeline.deliver_notices()
    assert sorted(str(mail["To"]) for mail in route.mails()) == sorted([AUTHOR, APPROVER, "guest@example.org"])
    assert {str(mail["Content-Language"]) for mail in route.mails()} == {"es"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Say who gets the test copy."),
        ({"to": "nobody"}, "is no e-mail address"),
        ({"to": AUTHOR, "language": "xx"}, "There is no language version"),
        ({"others": " ".join(f"p{n}@example.org" for n in range(30))}, "at most 20"),
    ],
)
def test_a_test_copy_that_cannot_go_goes_to_nobody(route: Route, fields: dict[str, str], said: str) -> None:
    answer = Colleague(route).post(TEST, fields)
    assert answer.status_code == 400
    assert said in shown(answer)
    route.pipeline.deliver_notices()
    assert route.mails() == []


def test_without_a_mail_service_a_test_copy_says_what_to_do(route: Route) -> None:
    route.open(transport_url="")
    ana = Colleague(route)
    assert "There is no mail service yet, so no mail can leave." in main_of(ana.get(TEST))
    answer = ana.post(TEST, {"to": AUTHOR})
    assert answer.status_code == 400
    assert "TRANSPORT_URL" in shown(answer)


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/console\\evil", "/consolex", "/issues"])
def test_a_test_copy_leads_to_no_page_but_the_consoles(route: Route, back: str) -> None:
    answer = Colleague(route).post(TEST, {"to": AUTHOR, "back": back})
    assert answer.headers["location"].startswith(f"{TEST}?done=")


def test_only_the_own_act_is_told(route: Route) -> None:
    ana, pat = Colleague(route), Colleague(route, APPROVER)
    where = ana.post(TEST, {"to": AUTHOR}).headers["location"]
    assert "On its way" in shown(ana.get(where))
    assert "On its way" not in shown(pat.get(where))
    later(route, minutes=11)
    assert "On its way" not in shown(ana.get(where))


def test_every_act_needs_the_word_of_the_session(route: Route) -> None:
    ana = Colleague(route)
    acts = (TEST, f"{CHECK}/take-out", f"{CHECK}/look", f"{CHECK}/reader", "/console/issues")
    for path in (*acts, "/console/requests/1/remind", "/console/requests/1/said"):
        assert ana.request("POST", path, data={"to": AUTHOR}).status_code == 403, path
    with route.database.reading() as session:
        assert "test" not in set(session.scalars(select(ActivityRow.verb)))


def test_what_was_rendered_is_kept_until_something_changes(route: Route) -> None:
    first, again = route.pipeline.version(SLUG), route.pipeline.version(SLUG)
    assert again.parts["en"] is first.parts["en"]
    assert route.pipeline.preview(SLUG, "es") is first.parts["es"]
    route.edit(subject="Another subject of a good length, all the same")
    changed = route.pipeline.version(SLUG)
    assert changed.parts["en"].subject.startswith("Another subject")
    assert changed.basis != first.basis
    route.set_profile(theme="default")
    assert route.pipeline.version(SLUG).parts["en"] is not changed.parts["en"]


def test_people_are_found_in_address_and_name_and_no_letter_is_a_wildcard(database: Database) -> None:
    book = subscribers.AddressBook("k" * 40)
    with database.transaction() as session:
        one = subscribers.add_list(session, "one", "One", ("en",), NOW)
        other = subscribers.add_list(session, "other", "Other", ("en",), NOW)
        consent = subscribers.Consent("form", NOW, book.wording(session, "Yes.", "form", "en", NOW))
        state = subscribers.SubscriptionState.CONFIRMED
        for address, name in (("ann@example.org", "Ann Lee"), ("joanna@example.org", ""), ("a_b@example.org", "Bo")):
            book.subscribe(session, one, address, state, consent, NOW, name, "en")
        book.subscribe(session, other, "hanna@example.org", state, consent, NOW, "", "en")
    with database.reading() as session:

        def found(text: str) -> list[str | None]:
            return [card.address for card in subscribers.search(session, one, text)]

        assert found("ann") == ["ann@example.org", "joanna@example.org"]
        assert found("JOANNA@example.org") == ["joanna@example.org"]
        assert found("lee") == ["ann@example.org"]
        assert found("a_b") == ["a_b@example.org"]
        assert found("n_e") == []
        assert found("%") == []
        assert found(" ") == []


def test_who_joined_and_who_left_is_counted_from_a_moment_on(either_route: Route) -> None:
    route = either_route
    later(route, days=1)
    moment = route.now
    later(route, days=1)
    route.add_reader("new@example.org")
    route.unsubscribe(CONFIRMED[0])
    with route.database.transaction() as session:
        held = subscription(route, CONFIRMED[1])
        route.pipeline.book.pause(session, held.id, route.now, subscribers.Consent("page", route.now), route.now)
    with route.database.reading() as session:
        assert subscribers.moved(session, route.list_id(), moment) == subscribers.Moved(joined=1, left=1)
        assert subscribers.moved(session, route.list_id(), route.now) == subscribers.Moved(joined=0, left=0)
