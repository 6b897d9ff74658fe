"""Rules that somebody wrote for a source: which entries get which kind, language and outlet."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from newsletter.errors import BadInput
from newsletter.publications import texts
from newsletter.publications.kinds import STARTING_KINDS
from newsletter.publications.sources.model import Entry

FIELDS = ("category", "tag", "path", "title", "host")
GIVES = ("kind", "language", "outlet")
MOST_RULE = 500
EXAMPLE = "category=Press releases -> kind=press_release"

_STARTING = tuple(kind.slug for kind in STARTING_KINDS)
_NEXT_GIFT = re.compile(r",\s*(?=(?:kind|language|outlet)\s*=)", re.IGNORECASE)
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


@dataclass(frozen=True, slots=True)
class Rule:
    """Entries whose `field` matches `pattern` (as shells match names: * and ?) get what is not "" here."""

    field: str
    pattern: str
    kind: str = ""
    language: str = ""
    outlet: str = ""

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value}" for name in GIVES if (value := getattr(self, name)))
        return f"{self.field}={self.pattern} -> {given}"

    def matches(self, entry: Entry) -> bool:
        """Whether the entry is one of those. Case, kinds of quotation marks and double spaces are the same to it."""
        pattern = _plain(self.pattern)
        return any(fnmatchcase(_plain(value), pattern) for value in _VALUES[self.field](entry))


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rules give an entry, "" where they say nothing; `by`: the rules that said it, in their text form."""

    kind: str = ""
    language: str = ""
    outlet: str = ""
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """What a rule would give: the entries it matches, and of these the ones where an earlier rule came first."""

    rule: Rule
    entries: tuple[Entry, ...]
    too_late: tuple[Entry, ...]


def parse(text: str, kinds: Collection[str] = _STARTING) -> Rule:
    """The rule of one line like `category=Press releases -> kind=press_release, language=es`.

    Fields: category, tag, path, title, host; `kinds`: the slugs that are known. BadInput says what is wrong with it.
    """
    if len(text) > MOST_RULE:
        raise BadInput(f"The rule {texts.quoted(text)} has more than {MOST_RULE} characters; write a shorter pattern.")
    condition, arrow, gifts = text.replace("→", "->").replace("=>", "->").partition("->")
    if not arrow:
        raise BadInput(f"The rule {texts.quoted(text)} has no arrow; write it like: {EXAMPLE}")
    field, pattern = _condition(condition, text)
    return Rule(field, pattern, **_gifts(gifts, text, kinds))


def apply(rules: Iterable[Rule], entry: Entry) -> Ruled:
    """What they give the entry: of several that match, the first that says kind, language or outlet has it."""
    found: dict[str, str] = {}
    by: list[str] = []
    for rule in rules:
        new = {name: value for name in GIVES if (value := getattr(rule, name)) and name not in found}
        if new and rule.matches(entry):
            found |= new
            by.append(str(rule))
    return Ruled(**found, by=tuple(by))


def matched(rules: Sequence[Rule], entries: Iterable[Entry]) -> tuple[Matched, ...]:
    """For each rule, in order, what it would give: before rules are saved, somebody sees which entries they reach."""
    known = tuple(entries)
    given = [apply(rules, entry).by for entry in known]
    found = []
    for rule in rules:
        reached = [(entry, by) for entry, by in zip(known, given, strict=True) if rule.matches(entry)]
        late = tuple(entry for entry, by in reached if str(rule) not in by)
        found.append(Matched(rule, tuple(entry for entry, _ in reached), late))
    return tuple(found)


def _condition(text: str, rule: str) -> tuple[str, str]:
    field, equals, pattern = (part.strip() for part in text.partition("="))
    field = field.lower()
    if not equals:
        raise BadInput(f"The rule {texts.quoted(rule)} has no = before its arrow; write it like: {EXAMPLE}")
    if field not in FIELDS:
        raise BadInput(
            f"The rule {texts.quoted(rule)} looks at {texts.quoted(field)}{_meant(field, FIELDS)};"
            f" a rule can look at {', '.join(FIELDS)}."
        )
    if not pattern:
        raise BadInput(
            f"The rule {texts.quoted(rule)} has nothing after {field}=; write what to look for, like: {EXAMPLE}"
        )
    return field, _line(pattern, rule, field)


def _gifts(text: str, rule: str, kinds: Collection[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for part in _NEXT_GIFT.split(text.strip()):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        name = name.lower()
        if not equals or name not in GIVES or not value:
            raise BadInput(
                f"The rule {texts.quoted(rule)} gives {texts.quoted(part)}{_meant(name, GIVES)};"
                f" after the arrow stands {', '.join(f'{known}=...' for known in GIVES)}."
            )
        if name in given:
            raise BadInput(f"The rule {texts.quoted(rule)} gives {name} twice; keep one.")
        given[name] = _CHECKS[name](value, rule, kinds)
    return given


def _kind(value: str, rule: str, kinds: Collection[str]) -> str:
    slug = value.lower().replace(" ", "_").replace("-", "_")
    if slug not in kinds:
        raise BadInput(
            f"The rule {texts.quoted(rule)} gives the kind {texts.quoted(value)}, which is not known"
            f"{_meant(slug, tuple(kinds))}; known: {', '.join(kinds)}."
        )
    return slug


def _language(value: str, rule: str, _: Collection[str]) -> str:
    try:
        return texts.language(value)
    except texts.TextError as error:
        raise BadInput(f"The rule {texts.quoted(rule)}: the language {error}.") from None


def _outlet(value: str, rule: str, _: Collection[str]) -> str:
    return _line(value, rule, "outlet", most=200)


def _line(value: str, rule: str, name: str, most: int = MOST_RULE) -> str:
    try:
        return texts.line(value, most)
    except texts.TextError as error:
        raise BadInput(f"The rule {texts.quoted(rule)}: {name} {error}.") from None


_CHECKS: Mapping[str, Callable[[str, str, Collection[str]], str]] = MappingProxyType(
    {"kind": _kind, "language": _language, "outlet": _outlet}
)


def _meant(text: str, known: Sequence[str]) -> str:
    close = get_close_matches(text, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _path(entry: Entry) -> tuple[str, ...]:
    try:
        return (unquote(urlsplit(entry.url).path) or "/",)
    except ValueError:  # an address that is none, as "http://["
        return ()


def _host(entry: Entry) -> tuple[str, ...]:
    try:
        host = urlsplit(entry.url).hostname or ""
    except ValueError:
        return ()
    return (host, host.removeprefix("www."))


_VALUES: Mapping[str, Callable[[Entry], tuple[str, ...]]] = MappingProxyType(
    {
        "category": lambda entry: entry.categories,
        "tag": lambda entry: entry.tags,
        "path": _path,
        "title": lambda entry: (entry.title,),
        "host": _host,
    }
)


def _plain(text: str) -> str:
    return " ".join(text.translate(_PLAIN).casefold().split())
