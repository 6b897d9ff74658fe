"""Rules in one line: read, refused with a reason, applied, and shown with what they would give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadInput
from newsletter.publications.rules import Rule, apply, matched, parse
from newsletter.publications.sources.model import Entry


def entry(title: str = "A title", url: str = "https://www.example.org/a", **fields: object) -> Entry:
    return Entry(id=url, url=url, title=title, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("category=Press releases -> kind=press_release", Rule("category", "Press releases", "press_release")),
        ("  Title = MMC Readout:* → Kind = readout ", Rule("title", "MMC Readout:*", "readout")),
        ("path=/es/* => language=es", Rule("path", "/es/*", language="es")),
        (
            "host=*.example.net -> kind=Media feature, outlet=Herald, Tribune & Co., language=pt-BR",
            Rule("host", "*.example.net", "media_feature", "pt-BR", "Herald, Tribune & Co."),
        ),
        ("title=a=b* -> outlet=x=y", Rule("title", "a=b*", outlet="x=y")),
    ],
)
def test_a_rule_is_read_from_its_line(text: str, rule: Rule) -> None:
    assert parse(text) == rule
    assert parse(str(rule)) == rule


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("category=News", "has no arrow; write it like: category=Press releases -> kind=press_release"),
        ("News -> kind=report", "has no = before its arrow"),
        ("categroy=News -> kind=report", 'looks at "categroy" (did you mean category?)'),
        ("author=Ana -> kind=report", "a rule can look at category, tag, path, title, host"),
        ("category= -> kind=report", "has nothing after category="),
        ("category=News ->", "after the arrow stands kind=..., language=..., outlet=..."),
        ("category=News -> kid=report", "(did you mean kind?)"),
        ("category=News -> kind=", "gives"),
        ("category=News -> kind=reprot", "which is not known (did you mean report?)"),
        ("category=News -> kind=report, kind=brief", "gives kind twice"),
        ("category=News -> language=English", "the language is"),
        ("category=News -> outlet=" + "x" * 300, "at most 200"),
        ("category=" + "x" * 600 + " -> kind=report", "more than 500 characters"),
        ("title=a\tb -> kind=report", "line break or a tab"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong_with_it(text: str, says: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse(text)
    assert says in str(refusal.value)


def test_kinds_that_somebody_added_are_known_to_rules() -> None:
    assert parse("tag=Podcast -> kind=podcast", ["podcast"]).kind == "podcast"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("category=press RELEASES -> kind=report", entry(categories=("News", "Press  Releases"))),
        ("tag=climat* -> kind=report", entry(tags=("Climate",))),
        ("title=what's new* -> kind=report", entry("What’s New in June")),
        ("title=*summit? -> kind=report", entry("After the Summit!")),
        ("path=/noticias/* -> kind=report", entry(url="https://example.org/noticias/una")),
        ("path=/año/* -> kind=report", entry(url="https://example.org/a%C3%B1o/una")),
        ("host=example.net -> kind=report", entry(url="https://www.example.net/a")),
        ("host=*.example.net -> kind=report", entry(url="https://news.example.net/a")),
    ],
)
def test_patterns_match_as_people_mean_them(text: str, told: Entry) -> None:
    assert apply([parse(text)], told).kind == "report"
    assert apply([parse(text)], entry("Other", "https://example.com/other")).kind == ""


def test_the_first_rule_that_says_something_has_it() -> None:
    rules = [parse("category=News -> language=es"), parse("path=/a* -> kind=brief, language=fr"),
             parse("title=* -> kind=report, outlet=The Post")]  # fmt: skip
    ruled = apply(rules, entry(categories=("News",)))
    assert (ruled.kind, ruled.language, ruled.outlet) == ("brief", "es", "The Post")
    assert ruled.by == tuple(map(str, rules))


def test_what_would_this_give() -> None:
    rules = [parse("title=Readout* -> kind=readout"), parse("category=News -> kind=press_release")]
    readout, news, other = (
        entry("Readout: Lima", "https://example.org/1", categories=("News",)),
        entry("A prize", "https://example.org/2", categories=("News",)),
        entry("A day", "https://example.org/3"),
    )
    first, second = matched(rules, [readout, news, other])
    assert first.entries == (readout,)
    assert not first.too_late
    assert second.entries == (readout, news)
    assert second.too_late == (readout,)  # the first rule has it


def test_an_address_that_is_none_matches_nothing() -> None:
    broken = entry(url="http://[")
    assert apply([parse("path=* -> kind=report"), parse("host=* -> kind=brief")], broken).kind == ""


@given(st.text(max_size=120))
def test_any_line_is_a_rule_or_refused(text: str) -> None:
    try:
        rule = parse(text)
    except BadInput:
        return
    assert parse(str(rule)) == rule
    apply([rule], entry())
