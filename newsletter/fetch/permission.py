"""Whether a site wants to be asked now, by its robots.txt and its Retry-After."""

from collections.abc import Callable

from newsletter.fetch import robots
from newsletter.fetch.allowance import Allowance
from newsletter.fetch.exchanging import Answer
from newsletter.fetch.journey import REDIRECTS, Journey
from newsletter.fetch.limits import Limits
from newsletter.fetch.manners import Manners, named
from newsletter.fetch.robots import Rules
from newsletter.fetch.targets import Target
from newsletter.fetch.unreachable import Obstacle

Ask = Callable[[Target, Allowance], Answer]


class Permission:
    """Reads the robots.txt of sites by `ask`, and keeps what they said."""

    def __init__(self, ask: Ask, manners: Manners, limits: Limits) -> None:
        self._ask, self._manners, self._limits = ask, manners, limits

    def check(self, target: Target, allowance: Allowance, *, waits: bool) -> None:
        """Obstacle where robots.txt forbids it. `waits`: for the turn that its Crawl-delay gives us."""
        rules = self._rules(target, allowance)
        if not rules.allow(target.url):
            raise Obstacle(f"is closed to programs by {target.origin}/robots.txt")
        if waits:
            self._manners.wait(target.origin, min(rules.delay, self._limits.crawl_delay), allowance)

    def _rules(self, target: Target, allowance: Allowance) -> Rules:
        rules = self._manners.known_rules(target.origin)
        if rules is None:
            try:
                rules = self._read(target.origin, allowance)
            except Obstacle as obstacle:
                rules = obstacle
            self._manners.learn(target.origin, rules)
        if isinstance(rules, Obstacle):
            raise rules.with_traceback(None)
        return rules

    def _read(self, origin: str, allowance: Allowance) -> Rules:
        """No file: everything is allowed. A server that fails may have one, so nothing is (RFC 9309 2.3.1)."""
        journey = Journey(f"{origin}/robots.txt", self._limits.redirects)
        target = journey.start()
        try:
            answer = self._ask(target, allowance)
            while answer.status in REDIRECTS:
                target = journey.on(target, answer)
                answer = self._ask(target, allowance)
        except Obstacle as obstacle:
            raise _unknown(journey, obstacle) from None
        if answer.status >= 500 or answer.status == 429:
            raise _unknown(journey, Obstacle(f"answers {named(answer.status)}", status=answer.status))
        return robots.parse(answer.content)  # which is empty where there is no file


def _unknown(journey: Journey, obstacle: Obstacle) -> Obstacle:
    """The page is not gone because of it."""
    if not obstacle.status and journey.unmoved:
        return obstacle  # the site itself cannot be reached, and its page neither
    return Obstacle(
        f"is not fetched, because its site's rules for programs cannot be read: {journey.said} {obstacle}",
        retry_after=obstacle.retry_after,
        status=obstacle.status,
    )
