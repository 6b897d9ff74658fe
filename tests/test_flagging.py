"""What looks wrong in a batch, and how seldom that is said of what is right."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.publications.flagging import flags, is_cut_off
from newsletter.publications.sources.model import Entry, Flag
from tests.judged import judged, sample, seeds


def entry(identity: str, title: str, summary: str = "", **fields: str) -> Entry:
    return Entry(identity, f"https://example.org/{identity}", title, summary, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Mayors met in Lima to talk about…",
        "Mayors met in Lima to talk about [...]",
        "Mayors met in Lima. Read more",
        "Mayors met in Lima. Read the full report »",
        "Los alcaldes se reunieron en Lima. Leer más",
        "Les maires se sont réunis à Lima. Lire la suite →",
        "اجتمع رؤساء البلديات في ليما. اقرأ المزيد",
        "Mayors from twelve cities of the region met in the",
        "Mayors from twelve cities of the region met in Lima, " * 3 + "and there they spoke of wat",
    ],
)
def test_teasers_that_end_in_the_middle(text: str) -> None:
    assert is_cut_off(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mayors met in Lima.",
        "A guide for city halls that receive newcomers",
        "“We have the plan… and now we need the money.”",
        "Who pays for shade?",
        "من يدفع ثمن الظل؟",
        "Read more about how mayors pay for shade in our brief.",
        "Twelve cities. One plan",
    ],
)
def test_teasers_that_are_whole(text: str) -> None:
    assert not is_cut_off(text)


def test_what_looks_wrong_on_the_organisations_page_is_found_and_nothing_else() -> None:
    told = [one for _, one in seeds()]
    found = flags(told)
    ellipses = {one.id for one in told if one.summary.endswith("…")}
    assert {identity for identity, wrong in found.items() if Flag.CUT_OFF in wrong} == ellipses
    assert len(ellipses) == 6
    assert {identity for identity, wrong in found.items() if Flag.OTHER_ITEM in wrong} == {"cop26-summary-report"}


@pytest.mark.parametrize("batch", ["sample", "invented"])
def test_nothing_is_said_of_what_is_right(batch: str) -> None:
    told = sample() if batch == "sample" else judged("held_out") + judged("tuned")
    assert flags(one for _, one in told) == {}


def test_summaries_that_changed_places_are_sometimes_found_and_their_neighbours_left_alone() -> None:
    told = [one for _, one in sample() if one.summary]
    random, found = Random(4), 0
    for _ in range(100):
        first, second = random.sample(range(len(told)), 2)
        mixed = list(told)
        mixed[first] = replace(told[first], summary=told[second].summary)
        mixed[second] = replace(told[second], summary=told[first].summary)
        strangers = {identity for identity, wrong in flags(mixed).items() if Flag.OTHER_ITEM in wrong}
        assert strangers <= {told[first].id, told[second].id}
        found += len(strangers)
    assert found >= 30  # of 200: words alone tell no more; what is told is right


def test_initials_are_understood() -> None:
    fund = entry("1", "Riverside Towns Fund: Two Years On", "Grants for river towns, and what they became.")
    stray = entry("2", "Summit Summary: Harbours and Heat", "The RTF paid for forty dikes in towns this year.")
    right = entry("3", "What the RTF paid for this year", "The RTF paid for forty dikes and two bridges on two years.")
    assert flags([fund, stray]) == {"2": (Flag.OTHER_ITEM,)}
    assert flags([fund, right]) == {}


def test_the_organisations_own_name_makes_no_summary_anothers() -> None:
    volumes = ["alpha", "bravo", "charlie", "delta", "foxtrot", "golf", "hotel", "india", "juliet"]
    told = [entry(one, f"Riverside Towns Council, volume {one}", "Words of the year.") for one in volumes]
    told.append(entry("plan", "Riverside Towns Council and an ambitious plan", "What towns mean to do about heat."))
    told.append(entry("pledge", "Fund and pledge", "Riverside Towns Council asks for ambitious help with money."))
    assert flags(told) == {}


TWICE = "Forty towns planted trees along their schools, and measured what became of the heat."


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        (("1", "Trees along schools"), ("2", "A fund for bridges"), {"2"}),
        (("1", "A fund for bridges"), ("2", "Ferries by night"), {"1", "2"}),
        (("1", "Call for pilots 2023"), ("2", "Call for pilots 2024"), set()),
        (("1", "Trees for the towns of the region"), ("2", "Árboles para las ciudades y los pueblos"), set()),
    ],
)
def test_one_summary_under_two_titles(first: tuple[str, str], second: tuple[str, str], wrong: set[str]) -> None:
    told = [entry(*first, TWICE), entry(*second, TWICE)]
    assert set(flags(told)) == wrong


def test_ten_thousand_entries_are_looked_at_without_comparing_each_with_each() -> None:
    told = [entry(str(number), f"Subject {number} of towns", f"What towns do about subject {number}.") for number in
            range(10_000)]  # fmt: skip
    assert flags(told) == {}


@given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=200)), max_size=12))
def test_any_batch_is_looked_at(told: list[tuple[str, str]]) -> None:
    batch = [entry(str(number), title, summary) for number, (title, summary) in enumerate(told)]
    assert set(flags(batch)) <= {one.id for one in batch}
