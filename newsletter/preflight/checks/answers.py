"""What the addresses in the mail answered when they were last looked at."""

from collections.abc import Iterator
from datetime import timedelta

from newsletter.preflight.checks import where
from newsletter.preflight.checks.placing import few, short_day
from newsletter.preflight.facts.model import Facts, LinkAnswer
from newsletter.preflight.model import Finding, Mend, Mending, Severity, Who
from newsletter.publications.addresses import host_of

FRESH = timedelta(days=1)
OPENED = timedelta(days=30)  # so long somebody's word holds who has opened a page
GONE = frozenset({404, 410})
_CLOSED = frozenset({401, 402, 403, 405, 406, 429, 451, 999})  # often only to programs
_LOOK = Mend(Mending.LOOK, "Look again")


def dead_links(facts: Facts) -> Iterator[Finding]:
    """No link leads to a page that is not there; other errors are worth a look."""
    answered = list(_answered(facts))
    for answer in answered:
        if answer.status in GONE and is_opened(answer, facts):
            message = f"The site tells our check “page not found”; {answer.opened_by} has opened the page."
            yield _of(facts, answer, Severity.LOOK, message, _LOOK)
        elif answer.status in GONE and is_fresh(answer, facts):
            opened = Mend(Mending.OPENED, "It opens for me", field=answer.url)
            yield _of(
                facts, answer, Severity.MUST, "The link answers “page not found”. Readers would find nothing.", opened
            )
        elif answer.status in GONE:
            seen = short_day(answer.at.date())
            message = f"The link answered “page not found” on {seen}. Look again."
            yield _of(facts, answer, Severity.LOOK, message, _LOOK)
        elif answer.status >= 400 and answer.status not in _CLOSED:
            message = f"The site answers with an error ({answer.status}). Open the link once yourself."
            yield _of(facts, answer, Severity.LOOK, message, _LOOK)
    yield from _closed(facts, [answer for answer in answered if answer.status in _CLOSED])


def _closed(facts: Facts, answers: list[LinkAnswer]) -> Iterator[Finding]:
    """Sites that let no program in are told together: there may be many, and each of them may be well."""
    if len(answers) == 1:
        yield _of(facts, answers[0], Severity.LOOK, "The site did not let our check in. Open the link once yourself.")
    elif answers:
        names = [_place(facts, answer).name for answer in answers]
        yield Finding(
            Severity.LOOK, "dead links", "Links",
            f"{len(answers)} sites did not let our check in: {few(names)}. Open these links once yourself.",
        )  # fmt: skip


def moved_links(facts: Facts) -> Iterator[Finding]:
    """No link leads on to another site than the one it names."""
    for answer in _answered(facts):
        to, asked = host_of(answer.led_to), host_of(answer.url)
        if answer.status < 400 and to and to != asked and not (to.endswith(f".{asked}") or asked.endswith(f".{to}")):
            yield _of(
                facts, answer, Severity.LOOK,
                f"The link names {asked} and leads on to {to}. If that is right, use the address where it ends.",
            )  # fmt: skip


def not_looked_at(facts: Facts) -> Iterator[Finding]:
    """What has not been looked at within a day, or did not answer, is told: once for all of it."""
    known = [facts.answers.get(url) for url in facts.urls]
    fresh = [answer for answer in known if answer is not None and is_fresh(answer, facts)]
    missing = len(known) - len(fresh)
    if missing:
        links = "link" if missing == 1 else "links"
        yield Finding(
            Severity.LOOK if facts.here.route_is_remote else Severity.INFO, "links not looked at", "Links",
            f"{missing} {links} {'was' if missing == 1 else 'were'} not looked at within a day. Whether the pages are"
            " there is not known.",
            mends=(Mend(Mending.LOOK, "Look now"),),
        )  # fmt: skip
    silent = [answer for answer in fresh if not answer.status]
    if len(silent) > 1 and len(silent) == len(fresh):
        yield Finding(
            Severity.LOOK, "links not looked at", "Links",
            "None of the links answered, so the connection of this machine may be down. They were not looked at.",
            Who.TECHNICAL, (_LOOK,),
        )  # fmt: skip
    else:
        yield from (_of(facts, answer, Severity.LOOK, _silence(answer), _LOOK) for answer in silent)


def _silence(answer: LinkAnswer) -> str:
    why = answer.trouble.removeprefix(answer.url).strip()
    return f"The link could not be looked at: it {why}" if why and why != answer.trouble else answer.trouble


def is_fresh(answer: LinkAnswer, facts: Facts) -> bool:
    """Whether it was given within a day."""
    return facts.send.now - answer.at <= FRESH


def is_opened(answer: LinkAnswer, facts: Facts) -> bool:
    """Whether somebody has opened it in a browser not long ago."""
    return answer.opened_at is not None and facts.send.now - answer.opened_at <= OPENED


def _answered(facts: Facts) -> Iterator[LinkAnswer]:
    for url in facts.urls:
        answer = facts.answers.get(url)
        if answer is not None and answer.status:
            yield answer


def _place(facts: Facts, answer: LinkAnswer) -> where.Place:
    words = next((link.words for part in facts.parts for link in part.links if link.url == answer.url), "")
    return where.of_link(facts, answer.url, words)


def _of(facts: Facts, answer: LinkAnswer, severity: Severity, message: str, *more: Mend) -> Finding:
    versions = tuple(p.language for p in facts.parts if any(link.url == answer.url for link in p.links))
    place = _place(facts, answer)
    check = "moved links" if "leads on to" in message else "dead links" if answer.status else "links not looked at"
    return Finding(severity, check, place.name, message, mends=(*place.mends, *more), languages=versions)
