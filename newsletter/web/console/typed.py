"""What is typed to make sure: how many readers get it, in any grouping, and what became of it meanwhile."""

import unicodedata

_GROUPING = frozenset(" \u00a0\u2009\u202f.,'\u2019\u066c\u060c_")
_LONGEST = 12  # digits
_FEW = 10  # people who joined or left while somebody typed
_SHARE = 0.01


def number(text: str) -> int | None:
    """1480, 1,480, 1.480, 1 480 and ١٤٨٠ are the same; None for what is no whole number."""
    said = text.strip()
    digits = [one for one in said if one not in _GROUPING]
    if not digits or len(digits) > _LONGEST or said[:1] in _GROUPING or said[-1:] in _GROUPING:
        return None
    try:
        return int("".join(str(unicodedata.decimal(one)) for one in digits))
    except ValueError:
        return None


def refusal(text: str, shown: str, now: int) -> str:
    """Why the typed number does not do; "" where it does. It is how many get it `now`, or how many it were when the
    page was `shown`, if only a few joined or left since.
    """
    typed, before = number(text), number(shown)
    readers = f"{now:,} {'reader' if now == 1 else 'readers'}"
    if not text.strip():
        return f"Type how many get it, to make sure: {now:,}."
    if typed is None:
        return f"“{text.strip()[:40]}” is no number. It goes to {readers}; type {now:,}."
    if typed == now or (typed == before and is_near(before, now)):
        return ""
    if typed == before:
        return f"It was {typed:,} when you opened this page, and is {readers} now. Look again, then type {now:,}."
    return f"You typed {typed:,}. It goes to {readers}; type {now:,} if that is right."


def is_near(before: int | None, now: int) -> bool:
    """Whether a number has changed by no more than a few people come and go while one types."""
    return before is not None and abs(before - now) <= max(_FEW, now * _SHARE)


def drift(shown: str, now: int) -> str:
    """What has changed since the page was shown, in a sentence; "" where nothing has."""
    before = number(shown)
    if before is None or before == now or not is_near(before, now):
        return ""
    more = abs(now - before)
    who = "1 more person" if more == 1 else f"{more:,} more people"
    if now > before:
        return f"{who} confirmed just now: {now:,}. Your answer still counts."
    return f"{'1 person' if more == 1 else f'{more:,} people'} left just now: {now:,}. Your answer still counts."
