"""From the address that was asked for to where it leads."""

from newsletter.fetch.exchanging import Answer
from newsletter.fetch.manners import named
from newsletter.fetch.targets import Target, follow, parse, shown
from newsletter.fetch.unreachable import Obstacle

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Journey:
    """The way from `url` over redirects, at most `most` of them and through no place twice."""

    def __init__(self, url: str, most: int) -> None:
        self._first, self._at, self._most = shown(url), url, most
        self._seen: set[str] = set()

    @property
    def said(self) -> str:
        """How a sentence on the place where we are begins."""
        return self._first if self.unmoved else f"{self._first} leads to {shown(self._at)}, which"

    @property
    def unmoved(self) -> bool:
        return shown(self._at) == self._first

    def start(self) -> Target:
        target = parse(self._at)
        self._seen.add(target.url)
        return target

    def on(self, target: Target, answer: Answer) -> Target:
        """The place that a redirect names."""
        location = answer.headers.get("location", "")
        if not location:
            raise Obstacle(f"answers {named(answer.status)} and does not say where to go", status=answer.status)
        self._at = location
        found = follow(target, location)
        self._at = found.url
        if found.url in self._seen:
            raise Obstacle("leads in a circle")
        if len(self._seen) > self._most:
            raise Obstacle(f"is one redirect too many: {self._most} are followed")
        self._seen.add(found.url)
        return found
