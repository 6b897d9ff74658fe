"""Asks one address, or one name: an answer always, whatever the other side does."""

from newsletter.clock import Clock
from newsletter.fetch import Names, Unreachable, Web
from newsletter.preflight.facts.model import LinkAnswer, NameAnswer


def ask_link(web: Web, url: str, clock: Clock) -> LinkAnswer:
    """What a reader who follows the link would be answered."""
    try:
        seen = web.see(url)
    except Unreachable as error:
        return LinkAnswer(url, clock(), error.status, trouble=str(error))
    return LinkAnswer(url, clock(), seen.status, led_to=seen.url)


def ask_name(names: Names, name: str, kind: str, clock: Clock) -> NameAnswer:
    """What the DNS tells of the name."""
    told = names.ask(name, kind)
    return NameAnswer(name, kind, clock(), told.outcome, told.records)
