"""Each check with something to find, and without."""

from dataclasses import replace

import pytest

from newsletter.preflight import Facts, Finding, Severity, check, gather
from newsletter.preflight.checks import SIZE_GATE
from newsletter.preflight.facts import Anchor, Image, PartFacts
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import Context, Slot
from tests.drafts import ISSUE
from tests.route import SLUG, Route

GOOD = PartFacts(
    language="en",
    subject="San Antonio's lead, our Impact Report, 3 calls open now",
    preheader="Issue 8, Summer 2024. A 2-minute read: what mayors did, what to read.",
    html_bytes=40_000,
    links=(Anchor("https://www.example.org/report", "Read the report"), Anchor("mailto:news@example.org", "Write")),
    images=(Image("https://news.example.org/media/a.png", "A bridge"), Image("https://x.example.org/line.png", "")),
)


def facts(part: PartFacts = GOOD, *, base: str = "https://news.example.org", loopback: bool = False,
          remote: bool = True) -> Facts:  # fmt: skip
    return Facts(ISSUE, (part,), base, loopback, remote)


def findings(part: PartFacts, **more: object) -> list[Finding]:
    return [one for one in check(facts(part, **more)) if one.severity is not Severity.INFO]  # type: ignore[arg-type]


def found(part: PartFacts, **more: object) -> list[tuple[str, str]]:
    return [(one.severity.value, one.check) for one in findings(part, **more)]


def with_link(url: str, words: str = "Read the report") -> PartFacts:
    return replace(GOOD, links=(Anchor(url, words),))


def test_a_good_issue_has_nothing_to_mend_and_says_its_size() -> None:
    assert findings(GOOD) == []
    assert [(one.severity, one.check, one.place) for one in check(facts())] == [
        (Severity.INFO, "size", "HTML (en)"),
    ]


@pytest.mark.parametrize(
    ("subject", "severity"),
    [("", "must"), ("   ", "must"), ("Your text here, please", "must"), ("Issue [[number]] of our letter", "must"),
     ("TODO: a subject that says something", "must"), ("Re: your question of last week", "must"),
     ("FWD: a letter that you asked for", "must"), ("Aw: a letter that you asked for", "must"),
     ("Too short", "look"), ("Too long " * 10, "look")],
)  # fmt: skip
def test_a_subject_that_will_not_do(subject: str, severity: str) -> None:
    assert found(replace(GOOD, subject=subject)) == [(severity, "subject")]


@pytest.mark.parametrize("subject", ["Reports from three cities, one call", "Regarding cities: 3 calls open now"])
def test_a_subject_that_only_begins_like_an_answer_will_do(subject: str) -> None:
    assert findings(replace(GOOD, subject=subject)) == []


@pytest.mark.parametrize(
    ("preview", "severity"),
    [("", "must"), (" ", "must"), ("lorem ipsum dolor sit amet consectetur", "must"), ("{{ preview }}", "must"),
     (GOOD.subject, "look"), ("Short", "look"), ("Long " * 40, "look")],
)  # fmt: skip
def test_a_preview_line_that_will_not_do(preview: str, severity: str) -> None:
    assert found(replace(GOOD, preheader=preview)) == [(severity, "preview line")]


@pytest.mark.parametrize(
    ("url", "severity"),
    [("", "must"), ("#top", "must"), ("javascript:alert(1)", "must"), ("www.example.org", "must"),
     ("https://", "must"), ("https://[broken", "must"), ("http://localhost:8000/x", "must"),
     ("https://intranet.local/x", "must"), ("https://intranet/x", "must"),
     ("https://127.0.0.1/x", "must"), ("https://10.1.2.3/x", "must"),
     ("https://192.168.1.1/", "must"), ("https://[fe80::1]/", "must"), ("https://[::1]/", "must"),
     ("http://www.example.org/x", "look")],
)  # fmt: skip
def test_a_link_that_leads_nowhere(url: str, severity: str) -> None:
    assert found(with_link(url)) == [(severity, "links")]


def test_a_link_may_lead_to_a_place_within_the_mail() -> None:
    assert found(replace(with_link("#news"), places=frozenset({"news"}))) == []


@pytest.mark.parametrize(
    "url", ["https://www.example.org/x?y=1#z", "mailto:news@example.org", "https://93.184.216.34/"]
)
def test_a_link_that_leads_somewhere(url: str) -> None:
    assert findings(with_link(url)) == []


@pytest.mark.parametrize(
    ("words", "severity"), [("", "must"), ("click here", "look"), ("Read more…", "look"), ("HERE →", "look")]
)
def test_words_on_a_link_that_do_not_say_where_it_leads(words: str, severity: str) -> None:
    assert found(with_link("https://www.example.org/x", words)) == [(severity, "links")]


def test_a_link_that_stands_twice_is_named_once() -> None:
    part = replace(GOOD, links=(Anchor("http://www.example.org/x", "Read it"),) * 3)
    assert found(part) == [("look", "links")]


def test_links_to_this_machine_must_not_leave_it() -> None:
    own = with_link("http://127.0.0.1:8000/issues/x", "Read it on the web")
    base = {"base": "http://127.0.0.1:8000", "loopback": True}
    assert findings(own, **base, remote=False) == []
    (finding,) = findings(own, **base, remote=True)
    assert (finding.severity, finding.place) == (Severity.MUST, "BASE_URL")
    assert "only this machine can open" in finding.message


def test_another_address_that_begins_like_ours_is_not_ours() -> None:
    part = with_link("http://127.0.0.1:8000.evil.test/x")
    assert found(part, base="http://127.0.0.1:8000", loopback=True, remote=False) == [("must", "links")]


def test_a_picture_without_an_alt_attribute_is_named() -> None:
    part = replace(GOOD, images=(Image("https://news.example.org/media/a.png", None),))
    (finding,) = findings(part)
    assert (finding.severity, finding.check) == (Severity.MUST, "alt texts")
    assert "media/a.png (en)" in finding.place


def test_an_items_picture_without_words_is_named_by_its_title() -> None:
    draft = ISSUE
    section = next(one for one in draft.sections if any(item.picture for item in one.items))
    silent = tuple(
        replace(item, picture=replace(item.picture, alt=" ")) if item.picture else item for item in section.items
    )
    sections = tuple(replace(one, items=silent) if one is section else one for one in draft.sections)
    told = [one for one in check(replace(facts(), draft=replace(draft, sections=sections))) if one.check == "alt texts"]
    assert len(told) == sum(item.picture is not None for item in section.items)
    assert all("It has no alt text" in one.message for one in told)


@pytest.mark.parametrize(("size", "severity"), [(SIZE_GATE, Severity.INFO), (SIZE_GATE + 1, Severity.MUST)])
def test_a_mail_that_gmail_would_cut_is_too_long(size: int, severity: Severity) -> None:
    (finding,) = [one for one in check(facts(replace(GOOD, html_bytes=size))) if one.check == "size"]
    assert finding.severity is severity
    assert f"{size:,} bytes" in finding.message


def test_findings_name_their_language_and_come_gravest_first() -> None:
    other = replace(GOOD, language="ar", subject="", preheader="Short")
    told = check(Facts(ISSUE, (GOOD, other), "https://news.example.org", False, True))
    assert [(one.severity.value, one.place) for one in told] == [
        ("must", "subject (ar)"), ("look", "preview line (ar)"), ("info", "HTML (en)"), ("info", "HTML (ar)"),
    ]  # fmt: skip


def rendered(*html: str | Slot) -> Rendered:
    return Rendered("en", GOOD.subject, GOOD.preheader, tuple(html), ("text",), "")


def test_facts_are_read_from_the_mail_as_a_reader_gets_it() -> None:
    part = rendered(
        '<p>é <a href="https://www.example.org/?a=1&amp;b=2">Read <b>the\n report</b></a>',
        '<a href="', Slot("unsubscribe_url", Context.URL), '"><img src="x.png" alt="Leave"></a>',
        '<img src="y.png"><img src="z.png" alt="">', Slot("since", Context.HTML), "</p>",
    )  # fmt: skip
    (read,) = gather(
        ISSUE, {"en": part}, "https://news.example.org", base_is_loopback=False, route_is_remote=True
    ).parts
    assert read.links[0] == Anchor("https://www.example.org/?a=1&b=2", "Read the report")
    assert read.links[1].words == "Leave"
    assert read.links[1].url.startswith("https://example.invalid/u/")
    assert [(image.src, image.alt) for image in read.images] == [("x.png", "Leave"), ("y.png", None), ("z.png", "")]
    assert read.html_bytes > len(part.html[0].encode())  # type: ignore[union-attr]


def test_a_link_inside_nothing_and_a_link_never_closed_are_links_all_the_same() -> None:
    part = rendered('<a href="https://www.example.org/1">One<a href="https://www.example.org/2">Two')
    (read,) = gather(
        ISSUE, {"en": part}, "https://news.example.org", base_is_loopback=False, route_is_remote=True
    ).parts
    assert [link.url for link in read.links] == ["https://www.example.org/1", "https://www.example.org/2"]


def test_a_freshly_assembled_issue_has_nothing_that_must_be_mended(route: Route) -> None:
    told = route.pipeline.check(route.pipeline.version(SLUG))
    assert [one for one in told if one.severity is Severity.MUST] == []


def test_trying_it_out_on_this_machine_needs_no_public_address(route: Route) -> None:
    route.open(base_url="http://127.0.0.1:8025")
    assert not [one for one in route.pipeline.check(route.pipeline.version(SLUG)) if one.severity is Severity.MUST]
    route.open(transport_url="smtp://mail.example.org")
    (must,) = [one for one in route.pipeline.check(route.pipeline.version(SLUG)) if one.severity is Severity.MUST]
    assert must.place == "BASE_URL"
    route.open(transport_url="")
    assert not [one for one in route.pipeline.check(route.pipeline.version(SLUG)) if one.severity is Severity.MUST]
