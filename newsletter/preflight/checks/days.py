"""Days in running text: a weekday that does not fit its date, and words like "tomorrow" that depend on the reader's."""

from collections.abc import Iterator
from datetime import date

from newsletter.preflight.checks.calendar_words import Dated, dated, relative
from newsletter.preflight.checks.placing import day, short_day
from newsletter.preflight.facts.model import Facts, Said
from newsletter.preflight.model import Finding, Mending, Severity


def weekdays(facts: Facts) -> Iterator[Finding]:
    """A weekday beside a date is that date's: not "Tuesday 9 July" where 9 July is a Wednesday."""
    for said in facts.texts:
        for found in dated(said.text, said.language):
            if problem := _problem(found, facts.send.on):
                severity = Severity.MUST if found.year else Severity.LOOK
                yield _finding(said, severity, "weekdays", problem, "Change the date")


def _problem(found: Dated, sends_on: date) -> str:
    """What is wrong with the date; "" where nothing is."""
    days = _days(found, sends_on)
    if not days:
        return f"“{found.text}”: there is no such day."
    nearest = min(days, key=lambda one: abs((one - sends_on).days))
    if nearest.weekday() == found.weekday:
        return ""
    return f"“{found.text}”: {short_day(nearest)} {nearest.year} is a {day(nearest).partition(',')[0]}."


def _days(found: Dated, sends_on: date) -> list[date]:
    years = [found.year] if found.year else [sends_on.year + shift for shift in (-1, 0, 1)]
    days = []
    for year in years:
        try:
            days.append(date(year, found.month, found.day))
        except ValueError:  # no such day in that year
            continue
    return days


def relative_days(facts: Facts) -> Iterator[Finding]:
    """No "today", "tomorrow", "this week", "next week": a mail is read days later."""
    for said in facts.texts:
        words = relative(said.text, said.language)
        if words and said.what != "picture’s description":
            message = f"“{words}” depends on the day on which it is read. Write the date."
            yield _finding(said, Severity.LOOK, "relative days", message, "Write the date")


def _finding(said: Said, severity: Severity, check: str, message: str, button: str) -> Finding:
    mends = (said.mend.saying(button if said.mend.kind is not Mending.SUBJECT else "Change the subject"),)
    return Finding(severity, check, said.place, message, mends=mends, languages=(said.version,))
