"""Choosing: what leads, what is a full item, what is one line, what waits, what stays out; and the words proposed."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.choosing import MOST_MORE, NO_DAY_AHEAD, NO_ROOM, NO_SECTION, Choice, Place, as_of, choose
from newsletter.issues.model import CoverageState, Role
from newsletter.issues.proposing import MOST_SUBJECT, Contents, in_order, preview, subject
from newsletter.issues.scoring import Candidate
from newsletter.issues.shortening import anchor, bare, fit
from newsletter.publications.kinds import STARTING_KINDS

UNTIL = date(2024, 6, 30)
HOMES = {kind.slug: kind.home_section for kind in STARTING_KINDS}
CAPS = {"work": 4, "read": 4, "news": 5, "open": 6}
PLACES = tuple(Place(slug, tuple(kind for kind in HOMES if HOMES[kind] == slug), cap) for slug, cap in CAPS.items())


def candidate(number: int, kind: str = "report", day: int = 1, **fields: object) -> Candidate:
    plain = Candidate(number, kind, f"Title {number}", date(2024, 5, day), ("en",), HOMES.get(kind, ""))
    return replace(plain, **fields)  # type: ignore[arg-type]


def chosen(*candidates: Candidate) -> Choice:
    return choose(candidates, PLACES, "en", UNTIL)


def places(choice: Choice, role: Role) -> list[int]:
    return [item.candidate.id for item in choice.items if item.role is role]


def reasons(choice: Choice) -> dict[int, tuple[CoverageState, str]]:
    return {passed.candidate.id: (passed.state, passed.reason) for passed in choice.passed}


# The lead


def test_the_best_with_picture_and_summary_leads_alone() -> None:
    choice = chosen(
        candidate(1, "city_story", picture="a"), candidate(2, "readout", picture="b"), candidate(3, "readout", day=9)
    )
    assert places(choice, Role.LEAD) == [2]
    assert choice.items[0].candidate.id == 2


@pytest.mark.parametrize("kind", ["statement", "tribute", "media_feature", "opportunity", "event"])
def test_these_never_lead(kind: str) -> None:
    choice = chosen(candidate(1, kind, picture="a", ahead_on=date(2024, 8, 1)))
    assert places(choice, Role.LEAD) == []
    assert places(choice, Role.ITEM) == [1]


@pytest.mark.parametrize(
    "without",
    [{"picture": ""}, {"summarised": False}, {"shared": True}, {"languages": ("es",)}, {"in_period": False}],
)
def test_what_lacks_anything_a_lead_needs_does_not_lead(without: dict[str, object]) -> None:
    able = candidate(1, picture="a")
    assert places(chosen(able), Role.LEAD) == [1]
    assert places(chosen(replace(able, **without)), Role.LEAD) == []  # type: ignore[arg-type]


def test_a_picture_that_another_item_shows_is_avoided_for_the_lead() -> None:
    same = [candidate(1, "readout", picture="a"), candidate(2, "tribute", picture="a")]
    assert places(chosen(*same, candidate(3, "brief", picture="b")), Role.LEAD) == [3]
    assert places(chosen(*same), Role.LEAD) == [1]


# Order, caps, overflow


def test_within_a_section_kind_then_picture_then_summary_then_the_newest_come_first() -> None:
    choice = chosen(
        candidate(1, "commentary", picture="x", shared=True),
        candidate(2, "brief", day=1),
        candidate(3, "brief", day=2),
        candidate(4, "brief", day=1, picture="y", shared=True),
        replace(candidate(5, "brief", day=3), summarised=False),
    )
    assert places(choice, Role.ITEM) == [4, 3, 2, 5]
    assert places(choice, Role.MORE) == [1]


def test_a_section_takes_its_cap_beside_the_lead_and_the_rest_becomes_one_line_each() -> None:
    choice = chosen(*(candidate(number, "report", day=number, picture=f"{number}") for number in range(1, 9)))
    assert places(choice, Role.LEAD) == [8]
    assert places(choice, Role.ITEM) == [7, 6, 5, 4]
    assert places(choice, Role.MORE) == [3, 2, 1]
    assert [item.position for item in choice.items] == list(range(1, 9))


def test_beyond_the_one_liners_what_is_left_is_held() -> None:
    choice = chosen(*(candidate(number, "media_feature") for number in range(1, 31)))
    assert len(places(choice, Role.ITEM)) == 5
    assert len(places(choice, Role.MORE)) == MOST_MORE == 12
    assert set(reasons(choice).values()) == {(CoverageState.HELD, NO_ROOM)}
    assert len(choice.passed) == 13


def test_statements_stand_at_the_end_of_their_section() -> None:
    choice = chosen(candidate(1, "statement"), candidate(2, "press_release"), candidate(3, "tribute"))
    assert places(choice, Role.ITEM) == [2, 3, 1]


# What lies ahead


def test_calls_and_events_come_by_the_day_ahead() -> None:
    choice = chosen(
        candidate(1, "event", ahead_on=date(2024, 9, 12)),
        candidate(2, "opportunity", ahead_on=date(2024, 8, 30), closes=True),
        candidate(3, "event", ahead_on=date(2024, 7, 1)),
    )
    assert places(choice, Role.ITEM) == [3, 2, 1]


def test_what_is_over_is_declined_in_words() -> None:
    choice = chosen(
        candidate(1, "opportunity", ahead_on=date(2024, 6, 14), closes=True),
        candidate(2, "event", ahead_on=date(2024, 6, 30)),
        candidate(3, "opportunity"),
    )
    assert reasons(choice) == {
        1: (CoverageState.DECLINED, "closed on 14 June 2024"),
        2: (CoverageState.DECLINED, "took place on 30 June 2024"),
        3: (CoverageState.HELD, NO_DAY_AHEAD),
    }


def test_what_is_over_when_it_goes_out_is_declined_and_what_was_used_and_is_still_open_is_offered() -> None:
    some = [
        candidate(1, "opportunity", ahead_on=date(2024, 7, 5), closes=True),
        candidate(2, "event", ahead_on=date(2024, 7, 9)),
        candidate(3, "opportunity", ahead_on=date(2024, 7, 10), closes=True, used_in="spring"),
        candidate(4, "event", ahead_on=date(2024, 7, 8), used_in="spring"),
        candidate(5, "report", ahead_on=date(2025, 1, 1), used_in="spring"),
    ]
    assert reasons(choose(some, PLACES, "en", date(2024, 7, 1), date(2024, 7, 9))) == {
        1: (CoverageState.DECLINED, "closes on 5 July 2024, and the issue goes out on 9 July 2024"),
        2: (CoverageState.DECLINED, "takes place on 9 July 2024, and the issue goes out on 9 July 2024"),
        3: (CoverageState.OFFERED, "used in spring; open until 10 July 2024"),
        4: (CoverageState.DECLINED, "used in spring"),
        5: (CoverageState.DECLINED, "used in spring"),
    }


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2024, 6, 12), UNTIL),
        (date(2024, 7, 9), date(2024, 7, 9)),
        (date(2024, 9, 30), date(2024, 9, 30)),
        (date(2026, 11, 1), UNTIL),
    ],
)
def test_one_looks_ahead_from_today_unless_the_issue_is_made_long_after(today: date, expected: date) -> None:
    assert as_of(UNTIL, date(2024, 9, 30), today) == expected


# What stays out


def test_what_stays_out_says_why() -> None:
    choice = chosen(
        candidate(1, "newsletter"),
        candidate(2, used_in="quarterly-2024-q1"),
        candidate(3, "poem"),
        candidate(4, gone=True),
    )
    assert choice.items == ()
    assert reasons(choice) == {
        1: (CoverageState.DECLINED, "our own newsletter: it is us"),
        2: (CoverageState.DECLINED, "used in quarterly-2024-q1"),
        3: (CoverageState.HELD, NO_SECTION),
        4: (CoverageState.DECLINED, "gone from where it was published"),
    }


def test_a_kind_that_no_section_lists_goes_to_its_home() -> None:
    choice = chosen(candidate(1, "poem", home_section="read"))
    assert [item.section for item in choice.items] == ["read"]


_candidates = st.builds(
    candidate,
    st.integers(),
    st.sampled_from([*HOMES, "poem"]),
    st.integers(1, 31),
    picture=st.sampled_from(["", "a", "b"]),
    summarised=st.booleans(),
    ahead_on=st.none() | st.dates(date(2024, 1, 1), date(2024, 12, 31)),
    used_in=st.sampled_from(["", "", "earlier"]),
    in_period=st.booleans(),
)


@given(st.lists(_candidates, max_size=60, unique_by=lambda one: one.id))
def test_every_candidate_is_decided_once_and_the_limits_hold(candidates: list[Candidate]) -> None:
    choice = chosen(*candidates)
    decided = [item.candidate.id for item in choice.items] + [passed.candidate.id for passed in choice.passed]
    assert sorted(decided) == sorted(one.id for one in candidates)
    assert len(places(choice, Role.LEAD)) <= 1
    assert len(places(choice, Role.MORE)) <= MOST_MORE
    assert all(passed.reason for passed in choice.passed)
    for slug, cap in CAPS.items():
        here = [item for item in choice.items if item.section == slug]
        assert sum(item.role is Role.ITEM for item in here) <= cap
        assert [item.position for item in here] == list(range(1, len(here) + 1))
    assert chosen(*reversed(candidates)).items == choice.items


# Words proposed


def test_a_title_loses_what_the_mail_says_beside_it() -> None:
    labels, names = ("Readout", "Brief"), ("Mayors Migration Council", "")
    assert bare("MMC Readout: San Antonio’s Leadership", labels, names) == "San Antonio’s Leadership"
    assert bare("Mayors Migration Council 2023 Impact Report", labels, names) == "2023 Impact Report"
    assert bare("Online: financing local welcome", labels, names) == "Online: financing local welcome"
    assert bare("Mayors Migration Council", labels, names) == "Mayors Migration Council"
    assert bare("Readout: ", labels, names) == "Readout:"


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Brief: Municipal Finance: The State of Play", "Municipal Finance: The State of Play"),
        ("Mayors Migration Council’s Brief: Arrivals", "Arrivals"),
        ("MMC: Arrivals", "Arrivals"),
        ("MMC 2023 Impact Report", "2023 Impact Report"),
        ("COP26 Summary Report: C40-MMC Task Force", "COP26 Summary Report: C40-MMC Task Force"),
        ("Global Cities Fund Brief: Arrivals", "Global Cities Fund Brief: Arrivals"),
        ("Mayors Migration Council Opens an Office", "Mayors Migration Council Opens an Office"),
        ("Mayors Migration Council 2023", "Mayors Migration Council 2023"),
        ("Note de synthèse : les arrivées", "les arrivées"),
    ],
)
def test_only_what_stands_beside_it_anyway_leaves_a_title(title: str, short: str) -> None:
    assert bare(title, ("Brief", "Report", "Note de synthèse"), ("Mayors Migration Council", "")) == short


@pytest.mark.parametrize(
    ("title", "most", "short"),
    [
        ("Forum of mayors", 20, "Forum of mayors"),
        ("Counting the Cost of Arrival: Local Budgets in Nine Cities", 30, "Counting the Cost of Arrival"),
        ("San Antonio’s Leadership on Migration", 26, "San Antonio’s Leadership"),
        ("Twelve Cities Begin a Year of Learning Together", 28, "Twelve Cities Begin a Year"),
        ("How a Port City Turned Its Ferry Hall", 26, "How a Port City Turned…"),
        ("x" * 50, 10, "xxxxxxxxx…"),
    ],
)
def test_a_title_is_cut_between_words(title: str, most: int, short: str) -> None:
    assert fit(title, most) == short


@given(st.text(min_size=1, max_size=200).filter(str.strip), st.integers(10, 80))
def test_a_short_title_is_never_too_long_nor_empty(title: str, most: int) -> None:
    short = fit(" ".join(title.split()), most)
    assert 0 < len(short) <= most


def test_anchors_are_ascii_unique_and_short() -> None:
    taken = {"work"}
    assert anchor("San Antonio’s Leadership", "item-1", taken) == "san-antonios-leadership"
    assert anchor("San Antonio's leadership!", "item-2", taken) == "san-antonios-leadership-2"
    assert anchor("Guía: acoger", "item-3", taken) == "guia-acoger"
    assert anchor("Work", "item-4", taken) == "work-2"
    assert anchor("تقرير 2024 عن المدن", "item-5", taken) == "item-5"
    assert anchor("", "item-6", taken) == "item-6"
    assert len(anchor("word " * 40, "item-7", taken)) <= 60


def test_the_titles_come_from_the_lead_then_from_other_sections() -> None:
    sections = (("work", ("lead", "w1", "w2")), ("read", ("r1",)), ("news", ("n1", "n2")))
    assert in_order(sections, "lead") == ("lead", "r1", "n1", "w1", "n2", "w2")
    assert in_order(sections, None) == ("lead", "r1", "n1", "w1", "n2", "w2")
    assert in_order((), None) == ()


TALKS, REPORT = "Readout of the Talks with the Deputy Secretary-General", "Global Report on Towns 2024"


@pytest.mark.parametrize(
    ("contents", "language", "said"),
    [
        (
            Contents(("San Antonio’s Leadership on Migration", "2023 Impact Report"), 3, 3, 12),
            "en",
            "San Antonio’s Leadership, 2023 Impact Report, 3 calls open now",
        ),
        (Contents(("A report",), 0, 2, 1), "en", "A report, 2 events ahead"),
        (Contents(("A report", "B report", "C report", "D"), 0, 0, 4), "en", "A report, B report, C report"),
        (Contents(("A report",), 0, 0, 1), "en", "A report"),
        (Contents((TALKS, "World Atlas of Coastal Towns 2023", "Our team visits Freetown"), 0, 0, 3), "en",
         "Readout of the Talks, World Atlas of Coastal Towns 2023"),
        (Contents((REPORT, "Survey of Three Hundred Mayors"), 11, 0, 3), "en", f"{REPORT}, 11 calls open now"),
        (Contents((), 1, 0, 0), "fr", "1 appel ouvert"),
        (Contents((), 0, 0, 0), "en", "Summer 2024"),
        (Contents(("Guía para ciudades",), 2, 0, 1), "es", "Guía para ciudades, 2 convocatorias abiertas"),
        (Contents(("دليل للمدن",), 2, 0, 1), "ar", "دليل للمدن، دعوتان مفتوحتان"),
    ],
)  # fmt: skip
def test_the_subject_says_real_things(contents: Contents, language: str, said: str) -> None:
    assert subject(contents, language, "Summer 2024") == said


@given(
    st.builds(
        Contents,
        st.lists(st.text("abc é:", min_size=1, max_size=120).filter(str.strip), max_size=4).map(tuple),
        st.integers(0, 6), st.integers(0, 6), st.integers(0, 30),
    ),
    st.sampled_from(["en", "es", "fr", "ar"]),
)  # fmt: skip
def test_no_subject_is_longer_than_seventy(contents: Contents, language: str) -> None:
    assert 0 < len(subject(contents, language, "Summer 2024")) <= MOST_SUBJECT


def test_the_preview_line_counts_what_is_there() -> None:
    full = Contents((), 2, 1, 12)
    assert preview(full, "en", 8, "Summer 2024") == "Issue 8, Summer 2024. 12 things to read, 3 dates ahead."
    assert preview(Contents((), 0, 0, 1), "en", 8, "Summer 2024") == "Issue 8, Summer 2024. 1 thing to read."
    assert preview(full, "ar", 8, "صيف 2024") == "العدد 8، صيف 2024. 12 مادة للقراءة، 3 مواعيد قادمة."
    assert preview(full, "pt", 8, "x").startswith("Issue 8, x.")
