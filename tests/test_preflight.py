"""The checks as a whole: order, grouping, and what the pipeline makes of them."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.errors import BadInput
from newsletter.issues.model import Section
from newsletter.preflight import CHECKS, Finding, Mend, Mending, Severity, Who, by_who, check, musts, verdict
from newsletter.preflight.grouping import ordered
from tests.checked import all_told, facts, found, part, told, with_part
from tests.drafts import ISSUE, only, worded
from tests.route import SLUG, Route

ROOT = Path(__file__).parents[1]
CALM = only(worded("San Antonio shows what a welcoming city hall can carry"))


def test_a_good_issue_has_nothing_to_mend() -> None:
    given = facts(CALM)
    assert all_told(given) == []
    assert verdict(check(given)) == "Nothing must be mended."


def test_there_are_many_checks_and_each_says_what_it_looks_for() -> None:
    assert len(CHECKS) >= 25
    assert all((one.__doc__ or "").strip() for one in CHECKS)


def finding(severity: Severity, place: str = "Subject", who: Who = Who.YOU, languages: tuple[str, ...] = ()) -> Finding:
    return Finding(severity, "subject", place, "It is empty.", who, languages=languages)


def test_findings_come_gravest_first_and_then_by_who_can_mend_them() -> None:
    technical, yours = finding(Severity.MUST, who=Who.TECHNICAL), finding(Severity.MUST, "Preview line")
    info, look = finding(Severity.INFO), finding(Severity.LOOK, who=Who.ASKED)
    assert ordered([info, technical, look, yours]) == (yours, technical, look, info)
    assert [(group.who, group.findings) for group in by_who([info, technical, look, yours])] == [
        (Who.YOU, (info, yours)), (Who.ASKED, (look,)), (Who.TECHNICAL, (technical,)),
    ]  # fmt: skip


def test_what_several_versions_share_is_said_once_with_their_names() -> None:
    given = facts(languages=("en", "es", "ar"))
    silent = replace(given, parts=tuple(replace(one, subject="") for one in given.parts))
    assert told(silent, "subject") == [("must", "Subject")]
    two = replace(given, parts=(given.parts[0], *(replace(one, subject="") for one in given.parts[1:])))
    assert told(two, "subject") == [("must", "Subject (Spanish, Arabic)")]
    (one,) = ordered([finding(Severity.MUST, languages=("es",)), finding(Severity.MUST)])
    assert one.languages == ()


@pytest.mark.parametrize(
    ("severities", "sentence"),
    [("", "Nothing must be mended."), ("i", "Nothing must be mended."), ("m", "1 thing must be mended."),
     ("mmlll", "2 things must be mended. 3 are worth a look."), ("ml", "1 thing must be mended. 1 is worth a look."),
     ("l", "Nothing must be mended. 1 thing is worth a look.")],
)  # fmt: skip
def test_the_sum_is_one_sentence(severities: str, sentence: str) -> None:
    by_letter = {"m": Severity.MUST, "l": Severity.LOOK, "i": Severity.INFO}
    assert verdict([finding(by_letter[letter]) for letter in severities]) == sentence


def test_an_empty_issue_says_so_and_names_no_empty_sections() -> None:
    empty = replace(ISSUE, opening=(), sections=tuple(replace(one, items=(), blocks=()) for one in ISSUE.sections))
    given = facts(empty)
    (only_one,) = found(given, "substance")
    assert only_one.severity is Severity.MUST
    assert only_one.mends == (Mend(Mending.SECTION, "Choose what goes in"),)
    assert not [one for one in check(given) if one.check == "empty sections"]
    assert found(facts(replace(empty, opening=ISSUE.opening)), "substance") == []


def test_an_empty_section_is_good_to_know() -> None:
    draft = replace(CALM, sections=(*CALM.sections, Section("news", {"en": "In the news"})))
    (one,) = [one for one in check(facts(draft)) if one.check == "empty sections"]
    assert (one.severity, one.place, one.mends[0].section) == (Severity.INFO, "Heading “In the news”", "news")
    assert not [one for one in check(facts(CALM)) if one.check == "empty sections"]


def test_facts_are_read_from_the_mail_as_a_reader_gets_it() -> None:
    read = part(facts())
    assert [one.level for one in read.headings][:3] == [1, 2, 2]
    assert "https://example.invalid/u/" in " ".join(link.url for link in read.links)
    assert "San Antonio shows what a welcoming city hall can carry" in read.words
    assert "unsubscribe" in read.text.lower()
    assert read.html_bytes > 40_000
    assert {"es"} <= read.marked
    assert {"<table>", "display", "border-radius", "@media prefers-color-scheme"} <= read.features


def test_a_freshly_assembled_issue_has_nothing_that_must_be_mended(route: Route) -> None:
    told_ = route.pipeline.check(route.pipeline.version(SLUG))
    assert musts(told_) == ()


def test_trying_it_out_on_this_machine_needs_no_public_address(route: Route) -> None:
    route.open(base_url="http://127.0.0.1:8025")
    assert musts(route.pipeline.check(route.pipeline.version(SLUG))) == ()
    route.open(transport_url="smtp://mail.example.org")
    (must,) = musts(route.pipeline.check(route.pipeline.version(SLUG)))
    assert (must.check, must.who, must.mends[0].kind) == ("public address", Who.TECHNICAL, Mending.BASE_URL)
    route.open(transport_url="")
    assert musts(route.pipeline.check(route.pipeline.version(SLUG))) == ()


def test_an_issue_of_which_no_mail_can_be_made_is_a_finding_too(route: Route) -> None:
    good = route.pipeline.checked(SLUG)
    assert good.version is not None
    assert good.findings == route.pipeline.check(good.version)
    route.set_publication("roots", url="no address")
    broken = route.pipeline.checked(SLUG)
    assert broken.version is None
    assert [(one.severity, one.check) for one in broken.findings] == [(Severity.MUST, "rendering")]


def test_what_must_be_mended_holds_the_sign_off(route: Route) -> None:
    route.word("roots", "TODO: a headline")
    with pytest.raises(BadInput, match="must be mended") as refused:
        route.submit()
    assert "left to be filled in" in refused.value.problems[0]
    route.word("roots", "Devex and the network begin Roots of Change")
    route.submit()


def test_the_size_is_told_and_stops_a_mail_that_gmail_would_cut() -> None:
    given = facts(CALM)
    (good,) = [one for one in check(given) if one.check == "size"]
    assert good.severity is Severity.INFO
    assert found(with_part(given, html_bytes=90_000), "size") == []
    assert told(with_part(given, html_bytes=90_001), "size") == [("must", "The whole mail")]


def test_every_check_stands_in_the_list_of_checks_with_what_it_looks_for() -> None:
    page = " ".join((ROOT / "docs" / "checks.md").read_text("utf-8").split())
    rows = re.findall(r"- \*\*([^*]+)\*\* \(([a-z, ]+)\): (.+?) \*[^*]+\*(?= -| |$)", page)
    assert len(rows) == len(CHECKS)
    assert {what for _, _, what in rows} == {" ".join((one.__doc__ or "").split()) for one in CHECKS}
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "newsletter/preflight/checks").glob("*.py"))
    names = {name for name, _, _ in rows}
    assert all(f'"{name}"' in sources for name in names)
    assert {severity for _, grades, _ in rows for severity in grades.split(", ")} == set(Severity)
