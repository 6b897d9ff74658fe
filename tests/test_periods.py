"""Periods: labels, days, names."""

from datetime import date

import pytest

from newsletter.errors import BadInput
from newsletter.issues.periods import following, name, parse, previous


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("2024-Q2", date(2024, 4, 1), date(2024, 6, 30)),
        ("2024-Q4", date(2024, 10, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024-H1", date(2024, 1, 1), date(2024, 6, 30)),
        ("2024-H2", date(2024, 7, 1), date(2024, 12, 31)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_label_means_its_days_and_the_last_one_belongs_to_it(label: str, first: date, last: date) -> None:
    period = parse(label)
    assert (period.label, period.first, period.last) == (label, first, last)


def test_small_letters_and_spaces_are_forgiven() -> None:
    assert parse(" 2024-q2 ").label == "2024-Q2"


@pytest.mark.parametrize("label", ["", "2024-Q5", "2024-13", "2024-00", "2024-H3", "24-Q2", "Q2-2024", "٢٠٢٤", "0000"])
def test_any_other_label_is_refused_with_the_right_forms(label: str) -> None:
    with pytest.raises(BadInput, match="2024-Q2 for a quarter, 2024-06 for a month, 2024-H1 for half a year"):
        parse(label)


@pytest.mark.parametrize(
    ("label", "before"),
    [("2024-Q1", "2023-Q4"), ("2024-Q3", "2024-Q2"), ("2024-01", "2023-12"), ("2024-H1", "2023-H2"), ("2024", "2023")],
)
def test_neighbours_have_the_same_length(label: str, before: str) -> None:
    assert previous(parse(label)) == parse(before)
    assert following(parse(before)) == parse(label)


@pytest.mark.parametrize(
    ("label", "language", "said"),
    [
        ("2024-Q1", "en", "Spring 2024"),
        ("2024-Q2", "en", "Summer 2024"),
        ("2024-Q3", "en", "Autumn 2024"),
        ("2024-Q4", "en", "Winter 2024"),
        ("2024-Q2", "es", "Verano de 2024"),
        ("2024-Q2", "fr", "Été 2024"),
        ("2024-Q2", "ar", "صيف 2024"),
        ("2024-06", "en", "June 2024"),
        ("2024-06", "es", "Junio de 2024"),
        ("2024-H1", "en", "First half of 2024"),
        ("2024", "en", "2024"),
        ("2024-Q2", "pt-BR", "Summer 2024"),
        ("2024-06", "xx", "June 2024"),
    ],
)
def test_an_issue_is_named_for_its_period(label: str, language: str, said: str) -> None:
    assert name(parse(label), language) == said
