"""The dates of an issue: rules in words, working days, holidays, the clock's changes; whatever is given, in order."""

import warnings
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from newsletter.errors import BadInput
from newsletter.issues.countries import country_code, holiday, is_weekend
from newsletter.issues.periods import containing, following, parse
from newsletter.issues.rhythm import DEFAULT_RULES, Before, Dates, Rhythm, around, dates, moment
from newsletter.issues.send_rules import CADENCES, EXAMPLES, SendRule
from newsletter.issues.workdays import DAY, Span, Workdays, merged

BRUSSELS = ZoneInfo("Europe/Brussels")
QUARTERLY = "second Tuesday after the quarter's end, 09:00"


def rhythm(send: str = QUARTERLY, cadence: str = "quarterly", **more: Any) -> Rhythm:
    spans = tuple(Span.parse(text) for text in more.pop("blocked", ()))
    return Rhythm(cadence, SendRule.parse(send), blocked=spans, **more)


def said(found: Dates, zone: ZoneInfo = BRUSSELS) -> tuple[str, ...]:
    moments = (found.call, found.draft, found.review, found.send)
    call, draft, review, send = (f"{one.astimezone(zone):%a %d %b %H:%M}" for one in moments)
    return call, f"{found.cut_off:%a %d %b}", draft, review, send


# -- a quarter as it is -----------------------------------------------------------------------------------------------


def test_the_second_quarter_of_2024_in_brussels() -> None:
    found = dates(parse("2024-Q2"), rhythm(country="BE"), BRUSSELS)
    assert said(found) == ("Tue 11 Jun 09:00", "Sun 30 Jun", "Mon 01 Jul 07:00", "Wed 03 Jul 09:00", "Tue 09 Jul 09:00")
    assert found.send == datetime(2024, 7, 9, 7, 0, tzinfo=UTC)
    assert found.reasons == {}


def test_holidays_make_the_steps_before_them_earlier_and_are_named() -> None:
    found = dates(parse("2024-Q1"), rhythm(country="BE"), BRUSSELS)
    assert said(found) == ("Mon 11 Mar 09:00", "Thu 28 Mar", "Fri 29 Mar 07:00", "Wed 03 Apr 09:00", "Tue 09 Apr 09:00")
    assert found.reasons == dict.fromkeys(("call", "cut_off", "draft"), "Earlier: Easter Monday (Mon 1 Apr).")


def test_a_blocked_send_day_moves_to_the_next_working_day_and_says_why() -> None:
    found = dates(parse("2024-Q2"), rhythm(blocked=["2024-07-09..2024-07-12"]), BRUSSELS)
    assert said(found)[-1] == "Mon 15 Jul 09:00"
    assert found.reasons["send"] == "Tue 9 Jul to Fri 12 Jul (blocked): on the next working day."
    assert said(found)[3] == "Wed 03 Jul 09:00", "four working days before, which the blocked ones are not"
    assert found.reasons["review"] == "Earlier: Tue 9 Jul to Fri 12 Jul (blocked)."


def test_a_send_day_on_a_holiday_or_a_weekend_moves_too() -> None:

    german = dates(parse("2024-Q3"), rhythm("3 days after the end", country="DE"), BRUSSELS)
    assert said(german)[-1] == "Fri 04 Oct 09:00"
    assert german.reasons["send"] == "German Unity Day (Thu 3 Oct): on the next working day."
    weekend = dates(parse("2024-Q3"), rhythm("10th of the month after the end", "quarterly"), BRUSSELS)
    assert "send" not in weekend.reasons
    weekend = dates(parse("2024-Q2"), rhythm("13th of the month after the end"), BRUSSELS)
    assert said(weekend)[-1] == "Mon 15 Jul 09:00"
    assert weekend.reasons["send"] == "Saturday, 13 July: on the next working day."


def test_across_the_turn_of_the_year() -> None:
    found = dates(parse("2024-Q4"), rhythm(country="BE", blocked=["2024-12-24..2025-01-03"]), BRUSSELS)
    assert said(found) == ("Wed 04 Dec 09:00", "Sun 05 Jan", "Mon 06 Jan 07:00", "Wed 08 Jan 09:00", "Tue 14 Jan 09:00")
    assert found.reasons == {"call": "Earlier: Tue 24 Dec to Fri 3 Jan (blocked)."}
    inside = dates(parse("2024-Q4"), rhythm("third Tuesday of the quarter's last month", country="BE"), BRUSSELS)
    assert said(inside) == (
        "Tue 19 Nov 09:00",
        "Sun 08 Dec",
        "Mon 09 Dec 07:00",
        "Wed 11 Dec 09:00",
        "Tue 17 Dec 09:00",
    )


def test_by_hand_the_send_day_stays_where_it_was_set() -> None:
    at = datetime(2024, 7, 21, 16, 0, tzinfo=BRUSSELS)
    found = dates(parse("2024-Q2"), rhythm(country="BE"), BRUSSELS, at)
    assert found.by_hand
    assert (found.send, found.send.tzinfo) == (at, UTC)
    assert found.reasons["send"] == "Set by hand. National Day (Sun 21 Jul)."
    assert said(found)[1:4] == ("Thu 11 Jul", "Fri 12 Jul 07:00", "Tue 16 Jul 09:00")


@pytest.mark.parametrize(
    ("cadence", "period", "send"),
    [
        ("monthly", "2024-01", "Tue 13 Feb 09:00"), ("monthly", "2023-12", "Tue 09 Jan 09:00"),
        ("quarterly", "2024-Q4", "Tue 14 Jan 09:00"), ("half-yearly", "2024-H1", "Tue 09 Jul 09:00"),
        ("half-yearly", "2024-H2", "Tue 14 Jan 09:00"), ("yearly", "2024", "Tue 21 Jan 09:00"),
    ],
)  # fmt: skip
def test_every_cadence_has_a_usual_rule(cadence: str, period: str, send: str) -> None:
    usual = rhythm(DEFAULT_RULES[cadence], cadence)
    usual.send.require_fits(cadence)
    assert said(dates(parse(period), usual, BRUSSELS))[-1] == send


def test_a_leap_day_is_a_day() -> None:
    monthly = rhythm("last working day of the month", "monthly")
    assert said(dates(parse("2024-02"), monthly, BRUSSELS))[-1] == "Thu 29 Feb 09:00"
    assert said(dates(parse("2023-02"), monthly, BRUSSELS))[-1] == "Tue 28 Feb 09:00"
    call = dates(parse("2024-02"), rhythm("1 day after the end", "monthly", before=Before(2, 1, 1, 1)), BRUSSELS)
    assert said(call)[:3] == ("Wed 28 Feb 09:00", "Wed 28 Feb", "Thu 29 Feb 07:00")


# -- the clock --------------------------------------------------------------------------------------------------------


def test_the_wall_clock_s_time_is_kept_over_the_changes_of_season() -> None:
    monthly = rhythm("5 working days after the end, 09:00", "monthly")
    march, april = (dates(parse(label), monthly, BRUSSELS).send for label in ("2024-02", "2024-03"))
    assert (march.hour, april.hour) == (8, 7)
    assert {one.astimezone(BRUSSELS).time() for one in (march, april)} == {time(9)}


def test_a_time_that_does_not_exist_or_exists_twice() -> None:
    spring, autumn = date(2024, 3, 31), date(2024, 10, 27)
    assert moment(spring, time(2, 30), BRUSSELS) == datetime(2024, 3, 31, 1, 30, tzinfo=UTC), "03:30 by the new clock"
    assert moment(autumn, time(2, 30), BRUSSELS) == datetime(2024, 10, 27, 0, 30, tzinfo=UTC), "the first of the two"


def test_a_day_that_the_clock_leaves_out_is_no_working_day() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert Workdays(zone=apia).off(date(2011, 12, 30)) == "the clock leaves out Fri 30 Dec"
    assert Workdays(zone=apia).after(date(2011, 12, 29)) == date(2012, 1, 2)
    assert Workdays().is_working(date(2011, 12, 30))


# -- rules in words ---------------------------------------------------------------------------------------------------

Q2 = parse("2024-Q2")  # ends on a Sunday


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("second Tuesday after the quarter's end, 09:00", "2024-07-09"),
        ("the 2nd tuesday after the quarter’s end at 09:00", "2024-07-09"),
        ("first Monday after the end", "2024-07-01"), ("first Sunday after the end", "2024-07-07"),
        ("last Friday before the quarter's end", "2024-06-28"), ("first Sunday before the end", "2024-06-30"),
        ("second Sunday before the end", "2024-06-23"), ("tenth Tuesday after the start", "2024-06-04"),
        ("first Monday after the quarter's start", "2024-04-01"),
        ("third Thursday of the quarter's last month, 09:00", "2024-06-20"),
        ("last Thursday of the last month", "2024-06-27"), ("first Tuesday of the second month", "2024-05-07"),
        ("third Wednesday of the quarter's third month", "2024-06-19"),
        ("first Wednesday of the month after the end", "2024-07-03"),
        ("last working day of the month after the quarter's end", "2024-07-31"),
        ("third working day of the month after the end", "2024-07-03"),
        ("5 working days after the end, 10:30", "2024-07-05"), ("five working days after the end", "2024-07-05"),
        ("1 working day before the end", "2024-06-28"), ("2 weeks after the end", "2024-07-14"),
        ("10 days after the quarter's end", "2024-07-10"), ("1 day before the end", "2024-06-30"),
        ("10th of the month after the end", "2024-07-10"), ("15th day of the last month", "2024-06-15"),
        ("15 of the quarter's last month", "2024-06-15"), ("last day of the last month", "2024-06-30"),
        ("third working day after the quarter's end", "2024-07-03"),
    ],
)  # fmt: skip
def test_a_rule_in_words_means_a_day(text: str, day: str) -> None:
    rule = SendRule.parse(text)
    assert rule.day(Q2, Workdays()) == date.fromisoformat(day)
    again = SendRule.parse(rule.text)
    assert (again.text, again.at, again.day(Q2, Workdays())) == (rule.text, rule.at, rule.day(Q2, Workdays()))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("second Tuesday after the end, 09:00", "09:00"), ("second Tuesday after the end", "09:00"),
        ("second Tuesday after the end, 9:05", "09:05"), ("second Tuesday after the end at 17.30", "17:30"),
        ("second Tuesday after the end 00:00", "00:00"), ("second Tuesday after the end, 23:59.", "23:59"),
    ],
)  # fmt: skip
def test_a_rule_has_a_time(text: str, at: str) -> None:
    assert SendRule.parse(text).at == time.fromisoformat(at)
    assert SendRule.parse(text).text.endswith(f", {at}")


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "in July", "Tuesday", "second Tuesday", "second Tuesday after Easter", "second Tuesday of July",
        "fifth Tuesday of the last month", "29th of the last month", "31st of the month after the end",
        "0th of the month", "0 days after the end", "last Tuesday after the end", "eleventh Tuesday after the end",
        "x" * 5000, "second Tuesday after the end, " * 50,
        "second Tuesday after the fortnight's end", "٣ days after the end",
        "-1 days after the end", "second Tuesday after the end\n; DROP TABLE", "100 days after the end",
        "²nd Tuesday after the end",
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_examples(text: str) -> None:
    with pytest.raises(BadInput, match="not understood") as refused:
        SendRule.parse(text)
    assert refused.value.problems == tuple(f'"{example}"' for example in EXAMPLES)


@pytest.mark.parametrize("at", ["24:00", "9:60", "99:99"])
def test_a_time_of_no_day_is_refused(at: str) -> None:
    with pytest.raises(BadInput, match=r"no time of a day; write 09:00"):
        SendRule.parse(f"second Tuesday after the end, {at}")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadInput):
        assert SendRule.parse(text).text


def test_the_examples_are_rules() -> None:
    for example in EXAMPLES:
        rule = SendRule.parse(example)
        assert rule.text == example
        rule.require_fits("quarterly")


@pytest.mark.parametrize(
    ("cadence", "text", "because"),
    [
        ("quarterly", "second Tuesday after the month's end", 'write "the quarter\'s"'),
        ("monthly", "second Tuesday after the quarter's end", 'write "the month\'s"'),
        ("yearly", "second Tuesday after the half-year's end", 'write "the year\'s"'),
        ("monthly", "sixth Tuesday after the end", "when the next issue's period ends"),
        ("quarterly", "99 days after the end", "when the next issue's period ends"),
        ("monthly", "5 weeks before the end", "it must be after"),
        ("quarterly", "first Tuesday before the start", "it must be after"),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_fit_the_list_is_refused(cadence: str, text: str, because: str) -> None:
    with pytest.raises(BadInput) as refused:
        SendRule.parse(text).require_fits(cadence)
    assert because in str(refused.value)


# -- countries and working days ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "kept"),
    [("BE", "BE"), (" be ", "BE"), ("de-be", "DE-BE"), ("gb-SCT", "GB-SCT"), ("", ""), ("fr-zone a", "FR-Zone A")],
)
def test_a_country_is_kept_by_its_code(given_: str, kept: str) -> None:
    assert country_code(given_) == kept


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("XX", "no holidays known for 'XX'. Give a country like BE"), ("Belgium", "Belgium is BE"),
        ("germany", "Germany is DE"), ("BEL", "no holidays known"), ("DE-XX", "it knows: Augsburg, BB, BE"),
        ("BR-São Paulo Capital", "not known for a part"), ("DE-", ""), ("\x00", "no holidays known"),
    ],
)  # fmt: skip
def test_a_country_that_is_not_known_is_refused(text: str, because: str) -> None:
    if not because:
        assert country_code(text) == "DE"
        return
    with pytest.raises(BadInput) as refused:
        country_code(text)
    assert because in str(refused.value)


def test_weekends_are_those_of_the_country() -> None:
    friday, saturday, sunday = date(2024, 7, 5), date(2024, 7, 6), date(2024, 7, 7)
    for country, weekend in (("", "SaSu"), ("BE", "SaSu"), ("EG", "FrSa"), ("IR", "Fr"), ("DE-BY", "SaSu")):
        days = {"Fr": friday, "Sa": saturday, "Su": sunday}
        assert {name for name, day in days.items() if is_weekend(country, day)} == {
            weekend[place : place + 2] for place in range(0, len(weekend), 2)
        }  # fmt: skip
    assert is_weekend("AE", date(2021, 7, 2)), "the Emirates moved theirs in 2022"
    assert not is_weekend("AE", date(2022, 7, 3).replace(day=1) - DAY)


def test_a_part_of_a_country_has_its_own_holidays() -> None:
    assert holiday("DE-BE", date(2024, 3, 8)) == "Women's Day"
    assert holiday("DE", date(2024, 3, 8)) == holiday("", date(2024, 3, 8)) == ""
    assert holiday("BE", date(2024, 7, 21)) == "National Day", "in English, where there is English"


def test_every_country_and_every_part_can_be_asked() -> None:
    import holidays

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for country, parts in sorted(holidays.list_supported_countries(include_aliases=False).items()):
            if len(country) == 2:
                for code in (country, *(f"{country}-{part}" for part in parts[:1])):
                    days = Workdays(country_code(code) if len(code) <= 16 else country)
                    assert days.before(date(2025, 1, 7), 20) < days.after(date(2024, 12, 1), 20)


def test_working_days_are_counted_over_the_end_of_a_year() -> None:
    days = Workdays("BE", (Span.parse("2024-12-23..2024-12-24"),))
    assert days.before(date(2025, 1, 6), 5) == date(2024, 12, 27)
    assert days.before(date(2025, 1, 6), 6) == date(2024, 12, 26)
    assert days.before(date(2025, 1, 6), 7) == date(2024, 12, 20)
    assert days.after(date(2024, 12, 20), 1) == date(2024, 12, 26)


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.integers(1, 60), st.sampled_from(["", "BE", "EG", "US-CA"]))
def test_counting_agrees_with_looking_at_every_day(day: date, number: int, country: str) -> None:
    days = Workdays(country)
    earlier, later = days.before(day, number), days.after(day, number)
    assert days.is_working(earlier)
    assert days.is_working(later)
    assert sum(days.is_working(earlier + DAY * n) for n in range((day - earlier).days)) == number
    assert sum(days.is_working(day + DAY * n) for n in range(1, (later - day).days + 1)) == number


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("tomorrow", "must be written like"), ("2024-02-30", "must be written like"), ("2024-12-24..", "must be"),
        ("2025-01-02..2024-12-23", "end before they begin"), ("2024-01-01..2024-12-31", "more than 92"),
        ("", "must be written like"),
    ],
)  # fmt: skip
def test_days_that_cannot_be_blocked_are_refused(text: str, because: str) -> None:
    with pytest.raises(BadInput, match=because):
        Span.parse(text)


def test_days_that_touch_are_one_time() -> None:
    texts = ("2024-12-27", "2025-01-01..2025-01-02", "2024-12-23..2024-12-26", "2024-12-24", "2025-01-04")
    assert [str(span) for span in merged(map(Span.parse, texts))] == [
        "2024-12-23..2024-12-27", "2025-01-01..2025-01-02", "2025-01-04",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "steps", [(6, 6, 6, 4), (20, 5, 6, 4), (20, 6, 4, 6), (20, 6, 6, 0), (121, 6, 6, 4), (3, 2, 1, -1)]
)
def test_steps_that_are_out_of_order_are_refused(steps: tuple[int, int, int, int]) -> None:
    with pytest.raises(BadInput, match=r"fewer from step to step.*For instance: 20, 6, 6, 4"):
        Before(*steps)


# -- whatever is given ------------------------------------------------------------------------------------------------

ZONES = sorted(available_timezones() - {"localtime"})
COUNTRIES = ("", "BE", "DE-BY", "EG", "IR", "IL", "US-NY", "BR", "JP", "NP", "ZA", "MX", "CO", "LB")
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def befores(draw: st.DrawFn) -> Before:
    review, draft, cut_off, call = sorted(draw(st.lists(st.integers(1, 45), min_size=4, max_size=4)))
    return Before(call + 1, cut_off, draft, review)


@st.composite
def spans(draw: st.DrawFn, first: date) -> Span:
    start = first + timedelta(days=draw(st.integers(-120, 200)))
    return Span(start, start + timedelta(days=draw(st.integers(0, 30))))


@st.composite
def rules(draw: st.DrawFn) -> str:
    weekday = draw(st.sampled_from(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")))
    nth = draw(st.sampled_from(("first", "second", "third", "fourth")))
    number = draw(st.integers(1, 20))
    form = draw(
        st.sampled_from(
            (
                f"{nth} {weekday} after the end", f"{nth} {weekday} of the last month",
                f"last {weekday} before the end",
                f"last {weekday} of the month after the end", f"{number} working days after the end",
                f"{number} days after the end", f"{number}th of the month after the end",
                f"{number}th of the last month",
                "1 working day before the end", "last working day of the last month",
            )
        )
    )  # fmt: skip
    return f"{form}, {draw(TIMES):%H:%M}"


@st.composite
def cases(draw: st.DrawFn) -> tuple[Any, ...]:
    cadence = draw(st.sampled_from(sorted(CADENCES)))
    period = containing(draw(st.dates(date(1980, 1, 1), date(2090, 12, 31))), CADENCES[cadence])
    blocked = merged(draw(st.lists(spans(period.last), max_size=4)))
    found = Rhythm(
        cadence, SendRule.parse(draw(rules())), draw(befores()), draw(st.sampled_from(COUNTRIES)), tuple(blocked)
    )
    return period, found, ZoneInfo(draw(st.sampled_from(ZONES)))


def in_order(found: Dates, rhythm_: Rhythm, zone: ZoneInfo) -> None:
    days = rhythm_.workdays(zone)
    call, draft, review = (one.astimezone(zone).date() for one in (found.call, found.draft, found.review))
    assert call <= found.cut_off < draft <= review
    assert found.call < found.draft <= found.review <= found.send
    assert review < found.send.astimezone(zone).date()
    for day in (call, found.cut_off + DAY, draft, review):
        assert days.is_working(day)
        assert not any(span.holds(day) for span in rhythm_.blocked)
    assert {one.tzinfo for one in (found.call, found.draft, found.review, found.send)} == {UTC}


@settings(max_examples=300)
@given(cases())
def test_the_dates_are_in_order_and_on_working_days_in_every_zone(case: tuple[Any, ...]) -> None:
    period, found, zone = case
    told = dates(period, found, zone)
    in_order(told, found, zone)
    sent = told.send.astimezone(zone).date()
    assert found.workdays(zone).is_working(sent)
    assert dates(period, found, zone) == told
    # It moves no further than it must.
    meant = found.send.day(period, found.workdays(zone))
    assert not any(found.workdays(zone).is_working(meant + DAY * n) for n in range((sent - meant).days))
    assert ("send" in told.reasons) == (sent != meant)


@given(cases(), st.datetimes(datetime(1980, 1, 1), datetime(2090, 12, 31)))
def test_by_hand_the_others_are_in_order_before_it(case: tuple[Any, ...], at: datetime) -> None:
    period, found, zone = case
    at = at.replace(tzinfo=zone).astimezone(UTC)
    told = dates(period, found, zone, at)
    assert told.send == at
    in_order(told, found, zone)


@given(cases())
def test_a_list_goes_out_once_a_period_and_in_their_order(case: tuple[Any, ...]) -> None:
    period, found, zone = case
    plain = Rhythm(found.cadence, found.send, found.before, found.country)
    some = around(period.first, plain, 1, 1)
    assert [one.last + DAY for one in some[:-1]] == [one.first for one in some[1:]]
    told = [dates(one, plain, zone) for one in some]
    assume(plain.country not in {"NP", "IR"})  # so many holidays that two months may meet
    for earlier, later in pairwise(told):
        assert earlier.send <= later.send
        assert earlier.cut_off <= later.cut_off
