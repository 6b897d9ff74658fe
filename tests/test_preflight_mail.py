"""Each check of links, pictures, look, sender and history with something to find, and without."""

from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.issues.model import Block, BlockKind
from newsletter.preflight import Facts, Finding, Here, Mending, Severity, Who, check
from newsletter.preflight.checks.clients import HARMLESS
from newsletter.preflight.facts.features import features
from newsletter.preflight.facts.mail_clients import lacks
from newsletter.preflight.facts.model import Anchor, Awaited, Changed, Earlier, Heading, Image, Ink, NameAnswer
from newsletter.rendering.theme import Palette
from tests.checked import HERE, NOW, changed, facts, found, part, told, with_part
from tests.drafts import ISSUE, item, only, picture, worded


def with_link(url: str, words: str = "Read the report") -> Facts:
    return with_part(facts(), links=(Anchor(url, words),))


# -- links as they are written


@pytest.mark.parametrize(
    ("url", "severity"),
    [("", "must"), ("#top", "must"), ("javascript:alert(1)", "must"), ("www.example.org", "must"),
     ("https://", "must"), ("https://[broken", "must"), ("http://localhost:8000/x", "must"),
     ("https://intranet.local/x", "must"), ("https://intranet/x", "must"),
     ("https://127.0.0.1/x", "must"), ("https://10.1.2.3/x", "must"), ("http://169.254.169.254/latest", "must"),
     ("https://192.168.1.1/", "must"), ("https://[fe80::1]/", "must"), ("https://[::1]/", "must"),
     ("http://www.example.org/x", "look")],
)  # fmt: skip
def test_a_link_that_leads_nowhere(url: str, severity: str) -> None:
    assert [one for one, _ in told(with_link(url), "links")] == [severity]


@pytest.mark.parametrize(
    "url",
    ["https://www.example.org/x?y=1#z", "mailto:news@example.org", "https://93.184.216.34/", f"{HERE.base_url}/x"],
)
def test_a_link_that_leads_somewhere(url: str) -> None:
    assert found(with_link(url), "links") == []


def test_a_link_may_lead_to_a_place_within_the_mail() -> None:
    assert found(with_part(with_link("#news"), places=frozenset({"news"})), "links") == []


def test_a_link_that_stands_twice_is_named_once() -> None:
    given = with_part(facts(), links=(Anchor("http://www.example.org/x", "Read it"),) * 3)
    assert len(found(given, "links")) == 1


def test_the_button_leads_to_where_the_link_can_be_changed() -> None:
    draft = changed(ISSUE, 5, url="http://www.example.org/report")
    (one,) = found(facts(draft), "links")
    assert [(mend.kind, mend.button, mend.publication) for mend in one.mends] == [
        (Mending.ITEM, "Fix the link", 5), (Mending.TAKE_OUT, "Take it out", 5),
    ]  # fmt: skip
    text = Block(7, BlockKind.TEXT, {"en": {"text": "Read [the report](http://www.example.org/r)."}})
    button = Block(8, BlockKind.BUTTON, {"en": {"label": "Apply", "url": "http://www.example.org/a"}})
    told_ = found(facts(replace(ISSUE, opening=(text, button))), "links")
    assert [(one.mends[0].block, one.mends[0].field) for one in told_] == [(7, "text"), (8, "url")]
    site = replace(ISSUE, profile=replace(ISSUE.profile, website="http://www.example.org/"))
    assert [one.mends[0].kind for one in found(facts(site), "links")] == [Mending.SETTING]


@pytest.mark.parametrize(
    ("words", "severity"),
    [("", "must"), ("click here", "look"), ("Read more…", "look"), ("HERE →", "look"), ("Haga clic aquí", "look"),
     ("En savoir plus »", "look"), ("اضغط هنا", "look")],
)  # fmt: skip
def test_words_on_a_link_that_do_not_say_where_it_leads(words: str, severity: str) -> None:
    assert [one for one, _ in told(with_link("https://www.example.org/x", words), "words on links")] == [severity]
    assert found(with_link("https://www.example.org/x", "Here is the report"), "words on links") == []


def test_the_same_words_do_not_lead_to_two_places() -> None:
    text = "Read [our report](https://www.example.org/1), and [our report](https://www.example.org/{})."
    blocks = [Block(7, BlockKind.TEXT, {"en": {"text": text.format(n)}}) for n in (2, 1)]
    assert len(found(facts(replace(ISSUE, opening=(blocks[0],))), "same words")) == 1
    assert found(facts(replace(ISSUE, opening=(blocks[1],))), "same words") == []


# -- alt texts and pictures


def pictured(alt: str, title: str = "San Antonio shows the way", width: int = 1104) -> Facts:
    return facts(only(worded(title, image=picture("x", alt, width))))


@pytest.mark.parametrize(
    ("alt", "severity"),
    [(" ", "must"), ("IMG_2034.jpg", "look"), ("img-2034", "look"), ("bridge.png", "look"), ("word " * 31, "look"),
     ("Picture of a bridge", "look"), ("A photo of the mayor", "look"), ("Foto de la alcaldesa", "look"),
     ("صورة جسر", "look")],
)  # fmt: skip
def test_a_picture_that_is_not_described_well(alt: str, severity: str) -> None:
    (one,) = found(pictured(alt), "alt texts")
    assert (one.severity.value, one.mends[0].button) == (severity, "Describe the picture")


@pytest.mark.parametrize(
    "alt", ["A bridge over the river in San Antonio", "Mayors picture a city of 2030", "The image maker"]
)
def test_a_picture_that_is_described_well(alt: str) -> None:
    assert found(pictured(alt), "alt texts") == []


def test_a_person_who_is_named_in_the_title_is_not_somebody() -> None:
    alt = "A male-presenting individual in a suit speaking into a microphone"
    (one,) = found(pictured(alt, "Celebrating Marvin Rees at the council"), "alt texts")
    assert "“A male-presenting individual”" in one.message
    assert found(pictured("A person at a microphone", "What cities do"), "alt texts") == []


def test_a_picture_without_an_alt_attribute_is_the_layouts_fault() -> None:
    given = with_part(facts(), images=(Image("https://news.example.org/x.png", None),))
    assert [(one.severity, one.who) for one in found(given, "alt texts")] == [(Severity.MUST, Who.TECHNICAL)]


def test_heavy_pictures() -> None:
    card = worded("A headline", image=picture("x", "A bridge"))
    sha = picture("x", "").sha256
    assert found(facts(only(card), weights={sha: 150 * 1024}), "picture weight") == []
    assert len(found(facts(only(card), weights={sha: 151 * 1024}), "picture weight")) == 1
    cards = [replace(card, id=n, anchor=f"a{n}", picture=picture(f"{n}", "A bridge")) for n in range(7)]
    six, seven = facts(only(*cards[:6])), facts(only(*cards))
    heavy = {one.picture.sha256: 120 * 1024 for one in cards if one.picture}
    assert found(six, "picture weight") == []
    assert "720 KB together" in found(replace(six, weights=heavy), "picture weight")[0].message
    assert "7 pictures" in found(seven, "picture weight")[0].message


def test_a_picture_that_is_too_small_for_its_place() -> None:
    assert found(pictured("A bridge", width=200), "picture size") == []
    (one,) = found(pictured("A bridge", width=150), "picture size")
    assert "400 pixels" in one.message


def test_two_items_with_one_picture() -> None:
    one = worded("A headline", image=picture("x", "A bridge"))
    other = replace(one, id=98, anchor="b", picture=picture("x", "The bridge again"))
    assert len(found(facts(only(one, other)), "picture twice")) == 1
    assert found(facts(only(one, replace(other, picture=picture("y", "A hall")))), "picture twice") == []


# -- look


def test_colours_that_cannot_be_read() -> None:
    assert found(facts(), "colours") == []
    pale = with_part(facts(), inks=(*part(facts()).inks, Ink("#999999", "#ffffff", "Small print")))
    (one,) = found(pale, "colours")
    assert (one.who, "2.84" in one.message, "Small print" in one.message) == (Who.TECHNICAL, True, True)
    dark = Palette("#000000", "#333333", "#ffffff", "#ffffff", "#ffffff", "#000000")
    assert ["text in dark mode" in one.message for one in found(facts(dark=dark), "colours")] == [True]


def test_headings_go_down_one_step_at_a_time() -> None:
    assert found(facts(), "heading order") == []
    for levels, number in (((1, 2, 3, 2), 0), ((1, 3), 1), ((2,), 1), ((), 0)):
        given = with_part(facts(), headings=tuple(Heading(level, "Words") for level in levels))
        assert len(found(given, "heading order")) == number


def test_the_text_part_has_every_title_and_link() -> None:
    given = facts(languages=("en", "es", "ar"))
    assert found(given, "text part") == []
    title, url = "2023 Impact Report: 250 cities", ISSUE.items[4].source.url
    assert len(found(with_part(given, text=part(given).text.replace(title, "")), "text part")) == 1
    (one,) = found(with_part(given, text=part(given).text.replace(url, "")), "text part")
    assert (one.severity, one.who, one.place) == (Severity.MUST, Who.TECHNICAL, "Text part (English)")


def test_the_way_out_and_the_postal_address_are_in_both_parts() -> None:
    given = facts()
    assert found(given, "way out") == []
    no_links = with_part(given, links=(), text=part(given).text.replace("https://example.invalid/u/", ""))
    assert [place for _, place in told(no_links, "way out")] == ["The mail", "Text part"]
    moved = replace(ISSUE, profile=replace(ISSUE.profile, postal_address="Somewhere else"))
    assert len(found(replace(given, draft=moved), "way out")) == 2
    none = replace(ISSUE, profile=replace(ISSUE.profile, postal_address=" "))
    assert [one.who for one in found(replace(given, draft=none), "way out")] == [Who.YOU]


def test_our_own_layout_uses_nothing_that_is_lost_elsewhere() -> None:
    given = facts(languages=("en", "es", "ar"))
    assert found(given, "mail programs") == []
    assert given.lacking
    assert set(given.lacking) <= set(HARMLESS)


def test_what_a_mail_program_does_not_show_is_named_with_it() -> None:
    used = features(
        '<video src="x"></video><p style="display: grid; width: calc(1px + 2px)">x</p><style>@import "y";</style>'
    )
    assert {"<video>", "display:grid", "calc()", "@import"} <= used
    assert features("<!--[if mso]><video></video><![endif]-->") == frozenset()
    given = facts(lacking={name: who for name, who in lacks().items() if name in {"<video>"}})
    (one,) = found(given, "mail programs")
    assert (one.severity, one.who) == (Severity.LOOK, Who.TECHNICAL)
    assert "Gmail" in one.message


# -- sender


def profiled(**profile: str) -> Facts:
    return facts(replace(ISSUE, profile=replace(ISSUE.profile, **profile)))  # type: ignore[arg-type]


def test_a_sender_at_a_public_mailbox() -> None:
    assert [one.who for one in found(profiled(from_address="us@gmail.com"), "sender")] == [Who.TECHNICAL]
    assert found(profiled(from_address="us@mayors.example.org"), "sender") == []


def test_answers_go_to_somebody() -> None:
    assert found(profiled(reply_to="team@example.org"), "answers") == []
    assert "no-reply@example.org" in found(profiled(reply_to="no-reply@example.org"), "answers")[0].message
    assert found(profiled(reply_to=""), "answers")[0].mends[0].field == "reply_to"


def at(url: str, *, loopback: bool = False, remote: bool = True) -> list[Finding]:
    return found(replace(facts(), here=Here(url, loopback, remote)), "public address")


def test_our_own_links_lead_to_a_public_place() -> None:
    assert at("https://news.example.org") == []
    assert at("http://127.0.0.1:8000", loopback=True, remote=False) == []
    for told_ in (at("http://127.0.0.1:8000", loopback=True), at("http://news.example.org")):
        assert [(one.severity, one.who) for one in told_] == [(Severity.MUST, Who.TECHNICAL)]


def test_another_address_that_begins_like_ours_is_not_ours() -> None:
    given = replace(with_link("http://127.0.0.1:8000.evil.test/x"), here=Here("http://127.0.0.1:8000", True, False))
    assert [one for one, _ in told(given, "links")] == ["must"]


SIGNING = Here("https://news.example.org", False, True, "example.org", "s1")


def named(here: Here = SIGNING, **told_: tuple[str, ...] | str) -> Facts:
    """A sender of whose names the DNS tells this; what is not given is as it should be."""
    addresses = {"return_path": "verp@bounces.example.org", "from_address": "news@mail.example.org"}
    profile = replace(ISSUE.profile, **addresses, reply_to="team@example.org")
    draft = replace(ISSUE, profile=profile)
    given = facts(draft, here=here)
    keys = {"spf": "bounces.example.org", "dkim": "s1._domainkey.example.org", "dmarc": "_dmarc.mail.example.org",
            "parent": "_dmarc.example.org", "mx": "example.org"}  # fmt: skip
    names = dict(given.names)
    for what, records in told_.items():
        key = (keys[what], "MX" if what == "mx" else "TXT")
        assert key in names
        outcome = records if isinstance(records, str) else "found"
        names[key] = NameAnswer(*key, NOW, outcome, () if isinstance(records, str) else records)
    return replace(given, names=names)


def test_a_domain_that_is_as_it_should_be() -> None:
    assert found(named(), "sender’s domain") == []
    assert found(named(dmarc="none"), "sender’s domain") == [], "the parent domain's record holds"


@pytest.mark.parametrize(
    ("records", "severity", "word"),
    [({"spf": "none"}, "look", "SPF"), ({"spf": ("google-site-verification=x",)}, "look", "SPF"),
     ({"dkim": "none"}, "must", "DKIM"), ({"dkim": ("hello",)}, "must", "DKIM"),
     ({"dmarc": "none", "parent": "none"}, "look", "DMARC"), ({"mx": "none"}, "look", "answers"),
     ({"mx": (".",)}, "look", "answers")],
)  # fmt: skip
def test_what_the_senders_domain_lacks(records: dict[str, tuple[str, ...] | str], severity: str, word: str) -> None:
    (one,) = found(named(**records), "sender’s domain")
    assert (one.severity.value, one.who, one.mends[0].kind) == (severity, Who.TECHNICAL, Mending.DNS)
    assert word in one.message


def test_what_nobody_answered_was_not_looked_at() -> None:
    told_ = found(named(spf="failed", dkim="failed", dmarc="failed", parent="failed", mx="failed"), "sender’s domain")
    assert [(one.severity, one.mends[0].kind) for one in told_] == [(Severity.LOOK, Mending.LOOK)]
    old = replace(named(), send=replace(named().send, now=NOW + timedelta(days=1, seconds=1)))
    assert [one.mends[0].kind for one in found(old, "sender’s domain")] == [Mending.LOOK]


def test_nothing_is_asked_of_the_dns_while_no_mail_leaves() -> None:
    given = facts(here=replace(SIGNING, route_is_remote=False))
    assert given.questions == ()
    assert found(given, "sender’s domain") == []


# -- history, and others


def test_what_readers_had_before_is_told_but_dates_that_lie_ahead_may_come_again() -> None:
    had = (Earlier(1, "Spring 2024"), Earlier(12, "Spring 2024"))
    (one,) = found(facts(earlier=had), "used before")
    assert (one.mends[0].publication, "Spring 2024" in one.message) == (1, True)
    assert found(facts(earlier=(Earlier(99, "Spring 2024"),)), "used before") == []


def test_what_the_website_changed_since() -> None:
    (one,) = found(facts(changed=(Changed(5, NOW, ("title", "deadline_on")),)), "website changes")
    assert "title, closing date" in one.message
    assert (one.mends[0].kind, one.mends[0].publication) == (Mending.COMPARE, 5)
    assert found(facts(changed=(Changed(99, NOW, ("title",)), Changed(5, NOW, ()))), "website changes") == []


def test_what_has_gone_from_the_website() -> None:
    assert len(found(facts(changed_draft := changed(ISSUE, 5, gone=True)), "gone from the website")) == 1
    assert changed_draft != ISSUE
    assert found(facts(), "gone from the website") == []


def test_a_text_that_somebody_owes() -> None:
    late, early = NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=1)
    given = facts(awaited=(Awaited(3, "the director's note", "Pat", late), Awaited(4, "a quote", "Sam", early)))
    first, second = found(given, "owed texts")
    assert (first.who, first.place, first.mends[0].block) == (Who.ASKED, "The director's note", 3)
    assert "it was due on 1 July" in first.message
    assert "it is due on 3 July" in second.message
    assert found(facts(), "owed texts") == []


def test_every_finding_of_a_bad_issue_says_who_and_has_plain_words() -> None:
    call = item(12, "opportunity", "call", None, {"en": ("TODO", "")}, deadline_on=NOW.date())
    given = facts(only(call, worded("Re: lorem ipsum", "Today", image=picture("x", ""))))
    told_ = check(replace(given, answers={}, names={}, earlier=(Earlier(99, "Spring"),)))
    forbidden = "preflight assemble edition snapshot fingerprint stale mailing freeze candidates deferred uncertain"
    forbidden += " rehearsal suppressed bounce webhook preheader segment upstream nonce lease ledger verp dsn canary"
    assert len(told_) > 6
    for one in told_:
        assert not set(forbidden.split()) & set(one.message.lower().split())
        assert "newsletter issue" not in one.message
        assert one.message[0].isupper() or one.message[0] in "“0123456789"
        assert one.message.endswith((".", "?"))
