"""How long a send takes, in words."""

import math

from newsletter.delivery.practising import Expected


def takes(expected: Expected) -> str:
    """How long the real send takes, in a sentence."""
    if expected.seconds is None or expected.rate is None:
        return "How long the mail service takes is unknown yet: it has no rate, and has sent nothing so far."
    a_day = f"; it takes at most {expected.daily_cap:,} a day" if expected.daily_cap is not None else ""
    return f"The real send takes {in_words(expected.seconds)} at {expected.rate:,.4g} a second{a_day}."


def in_words(seconds: float) -> str:
    """Roughly: "about 6 min"."""
    if seconds < 60:
        return "less than a minute" if seconds > 10 else f"about {max(1, math.ceil(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"about {hours} h {minutes} min" if minutes else f"about {hours} h"
    return f"about {round(hours / 24)} days"
