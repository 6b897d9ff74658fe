"""Proposes subject and preview line from what was chosen: three real things, counted and named as they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale

from newsletter.issues.shortening import fit

MOST_SUBJECT = 70
_LENGTHS = (60, 66, MOST_SUBJECT)  # phones show 40 to 60; a title that must be cut harshly may have a little more
_SECOND, _ONLY = 26, 34  # for a title that is not the first: one of two, or the only one
_LEAST = 16

_CALLS, _EVENTS, _READS, _DATES = "calls", "events", "reads", "dates"
_FORMS = {
    "en": {
        _CALLS: {"one": "1 call open now", "other": "{} calls open now"},
        _EVENTS: {"one": "1 event ahead", "other": "{} events ahead"},
        _READS: {"one": "1 thing to read", "other": "{} things to read"},
        _DATES: {"one": "1 date ahead", "other": "{} dates ahead"},
    },
    "es": {
        _CALLS: {"one": "1 convocatoria abierta", "other": "{} convocatorias abiertas"},
        _EVENTS: {"one": "1 evento próximo", "other": "{} eventos próximos"},
        _READS: {"one": "1 lectura", "other": "{} lecturas"},
        _DATES: {"one": "1 fecha próxima", "other": "{} fechas próximas"},
    },
    "fr": {
        _CALLS: {"one": "1 appel ouvert", "other": "{} appels ouverts"},
        _EVENTS: {"one": "1 événement à venir", "other": "{} événements à venir"},
        _READS: {"one": "1 lecture", "other": "{} lectures"},
        _DATES: {"one": "1 date à venir", "other": "{} dates à venir"},
    },
    "ar": {
        _CALLS: {
            "one": "دعوة مفتوحة واحدة",
            "two": "دعوتان مفتوحتان",
            "few": "{} دعوات مفتوحة",
            "other": "{} دعوة مفتوحة",
        },
        _EVENTS: {
            "one": "فعالية قادمة واحدة",
            "two": "فعاليتان قادمتان",
            "few": "{} فعاليات قادمة",
            "other": "{} فعالية قادمة",
        },
        _READS: {
            "one": "مادة واحدة للقراءة",
            "two": "مادتان للقراءة",
            "few": "{} مواد للقراءة",
            "other": "{} مادة للقراءة",
        },
        _DATES: {
            "one": "موعد قادم واحد",
            "two": "موعدان قادمان",
            "few": "{} مواعيد قادمة",
            "other": "{} موعدًا قادمًا",
        },
    },
}
_ISSUE = {"en": "Issue {}, {}.", "es": "Número {}, {}.", "fr": "Numéro {}, {}.", "ar": "العدد {}، {}."}
_COMMA = {"ar": "، "}


@dataclass(frozen=True, slots=True)
class Contents:
    """What an issue holds, for one language: titles best first (the lead, then another section's best), and counts."""

    titles: tuple[str, ...]
    calls: int
    events: int
    reads: int


def subject(contents: Contents, language: str, name: str) -> str:
    """Three real things where there are three, in 45 to 70 characters where they give as much; two where the third
    would leave of the first no more than a word.
    """
    ahead = _ahead(contents, language)
    titles = contents.titles
    if not titles:
        return ahead or name
    if len(titles) == 1 and not ahead:
        return fit(titles[0], MOST_SUBJECT)
    comma = _COMMA.get(_known(language), ", ")
    rest = [fit(title, _SECOND) for title in titles[1 : 2 if ahead else 3]] + ([ahead] if ahead else [])
    first = _first(titles[0], rest, comma)
    if first != titles[0] and len(first) <= _LEAST and len(rest) > 1:
        rest = [ahead] if ahead else [fit(titles[1], _ONLY)]
        first = _first(titles[0], rest, comma)
    return comma.join([first, *rest])


def preview(contents: Contents, language: str, ordinal: int, name: str) -> str:
    """The number and name of the issue, and how much is in it."""
    counts = ((_READS, contents.reads), (_DATES, contents.calls + contents.events))
    said = [_counted(what, number, language) for what, number in counts if number]
    comma = _COMMA.get(_known(language), ", ")
    return f"{_ISSUE[_known(language)].format(ordinal, name)} {comma.join(said)}." if said else name


def in_order(sections: Sequence[tuple[str, Sequence[str]]], lead: str | None) -> tuple[str, ...]:
    """The titles best first: the lead, the best of another section, then of each section, then what is left."""
    queues = [[title for title in titles if title != lead] for _, titles in sections]
    leading = next((at for at, (_, titles) in enumerate(sections) if lead in titles), None)
    if leading is not None:
        queues.append(queues.pop(leading))
    longest = max((len(queue) for queue in queues), default=0)
    rest = [queue[turn] for turn in range(longest) for queue in queues if turn < len(queue)]
    return (lead, *rest) if lead is not None else tuple(rest)


def _first(title: str, rest: Sequence[str], comma: str) -> str:
    """As much of the title as there is room for before the rest."""
    rooms = [max(_LEAST, most - sum(len(one) + len(comma) for one in rest)) for most in _LENGTHS]
    firsts = [fit(title, room) for room in rooms]
    return next((one for one in firsts if not one.endswith("…")), firsts[-1])


def _ahead(contents: Contents, language: str) -> str:
    if contents.calls:
        return _counted(_CALLS, contents.calls, language)
    return _counted(_EVENTS, contents.events, language) if contents.events else ""


def _counted(what: str, number: int, language: str) -> str:
    known = _known(language)
    forms = _FORMS[known][what]
    form = str(Locale.parse(known).plural_form(number))
    return forms.get(form, forms["other"]).format(number)


def _known(language: str) -> str:
    plain = language.partition("-")[0].lower()
    return plain if plain in _FORMS else "en"
