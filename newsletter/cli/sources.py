"""`newsletter sources`: where publications come from."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from newsletter import fetch
from newsletter.cli.console import By, Json, actor, opened, print_json, refusals, say
from newsletter.errors import BadInput
from newsletter.fetch import Web
from newsletter.pipeline import Pipeline
from newsletter.publications import collecting, recognising, sourcing
from newsletter.publications.addresses import host_of
from newsletter.publications.discovering.discover import discover as discover_
from newsletter.publications.discovering.model import Discovery, Proposal
from newsletter.publications.sources.model import Definition
from newsletter.publications.trying import Tried, try_out
from newsletter.staff.people import log

app = typer.Typer(no_args_is_help=True)

MOST_SHOWN = 12

Kind = Annotated[
    str, typer.Option("--kind", help="feed, json_feed, wordpress, file or page; found by itself where it can be.")
]
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--rule", metavar="RULE", help="Like 'category=Press releases -> kind=press_release'. More than once."
    ),
]
Options = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="NAME=VALUE", help="Of a page: item, link, title, date, ...; more in the docs."),
]
Language = Annotated[str, typer.Option(help="Of what does not say its language.")]


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="A website, a feed, a page, or a CSV or JSON file.")],
    kind: Kind = "",
    slug: Annotated[str, typer.Option(help="Its short name; by itself that of its host.")] = "",
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    language: Language = "",
    rule: Rules = None,
    option: Options = None,
    by: By = None,
) -> None:
    """Keep a source, once it has shown what it tells. It is visited every six hours, and by newsletter collect."""
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        who.permit("sources")
        with fetch.web(pipeline.settings) as web:
            definition = _definition(web, url, kind, slug, language, option)
            tried = _try(pipeline, web, definition, rule or ())
        with pipeline.database.transaction() as session:
            now = pipeline.clock()
            source = sourcing.add(session, definition, now, name=name, rules=rule or ())
            log(session, who, "sources", now, added=source.slug, url=definition.url, kind=definition.kind.value)
        _tell(tried)
        say(f"Kept as {source.slug}. Take it all in: newsletter collect {source.slug}")


@app.command("try")
def try_(
    url: Annotated[str, typer.Argument(help="As for add, or the short name of one that is here.")],
    kind: Kind = "",
    language: Language = "",
    rule: Rules = None,
    option: Options = None,
    as_json: Json = False,
) -> None:
    """What a source would give: its latest items with day, kind and language, and why. Nothing is kept."""
    with refusals(), opened() as pipeline, fetch.web(pipeline.settings) as web:
        with pipeline.database.reading() as session:
            here = next((one for one in sourcing.sources(session) if one.slug == url), None)
        if here is not None:
            definition, rules = here.definition, tuple(rule or here.rules)
            definition = replace(definition, options=_options(option) or definition.options)
        else:
            definition, rules = _definition(web, url, kind, "", language, option), tuple(rule or ())
        tried = _try(pipeline, web, definition, rules)
        if as_json:
            print_json({"kind": definition.kind, "url": definition.url, "items": tried.items, "rules": tried.rules})
        else:
            _tell(tried)


@app.command()
def discover(
    url: Annotated[str, typer.Argument(help="The organisation's website.")],
    as_json: Json = False,
) -> None:
    """What a website tells: where it publishes, its name, colours, languages, postal line. Nothing is kept."""
    with refusals(), opened() as pipeline, fetch.web(pipeline.settings) as web:
        found = discover_(web, url)
        if as_json:
            print_json(replace(found, sources=tuple(replace(one, judged=()) for one in found.sources)))
            return
        for name, value in _told(found):
            say(f"{name:12} {value}")
        for one in found.sources:
            say(f"\n{one}")
            for sample in one.samples[:5]:
                day = sample.entry.published_on.isoformat() if sample.entry.published_on else "no date"
                say(f"  {day:10}  {sample.kind:17} {sample.entry.title}")
            say(f"  {_command(one)}")
        if not found.sources:
            say("No place was found where it publishes. What was tried:")
            for sentence in found.tried:
                say(f"  {sentence}")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """All sources, when each was last read, and what is wrong with it."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        found = sourcing.sources(session)
        if as_json:
            print_json([_json(one) for one in found])
            return
        if not found:
            say("There is no source yet. Add one: newsletter sources add https://www.example.org")
        for one in found:
            read = f"read {one.collected_at:%Y-%m-%d %H:%M}" if one.collected_at else "not read yet"
            say(f"{one.slug:24} {one.definition.kind:10} {'paused' if one.paused_at else read:22} {one.definition.url}")
            if one.trouble:
                since = f"{one.failing_since:%Y-%m-%d}" if one.failing_since else ""
                say(f"{'':24} fails since {since}: {one.trouble}")


@app.command()
def show(source: str, as_json: Json = False) -> None:
    """Everything about one source."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        one = sourcing.find(session, source)
        if as_json:
            print_json(_json(one))
            return
        for name, value in _json(one).items():
            shown = (
                "; ".join(value)
                if isinstance(value, list | tuple)
                else json.dumps(value)
                if isinstance(value, dict)
                else value
            )
            say(f"{name.replace('_', ' '):14} {'' if shown is None else shown}")


@app.command()
def rules(
    source: str,
    rule: Annotated[
        list[str] | None, typer.Argument(metavar="RULE...", help="All of them; none takes all away.")
    ] = None,
    by: By = None,
) -> None:
    """Replace a source's rules. Its next visit reads everything again."""
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        who.permit("sources")
        with pipeline.database.transaction() as session:
            found = sourcing.set_rules(session, source, rule or ())
            log(session, who, "sources", pipeline.clock(), rules=list(found.rules), source=source)
        say(f"{source} has {len(found.rules)} rules. What they give: newsletter sources try {source}")


@app.command()
def pause(source: str, by: By = None) -> None:
    """Visit it no more, until it is resumed."""
    _set(source, "pause", by)
    say(f"{source} is not visited any more. Again: newsletter sources resume {source}")


@app.command()
def resume(source: str, by: By = None) -> None:
    """Visit it again."""
    _set(source, "resume", by)
    say(f"{source} is visited again.")


@app.command()
def remove(source: str, by: By = None) -> None:
    """Forget a source. What came from it stays."""
    _set(source, "remove", by)
    say(f"{source} is forgotten; its publications stay.")


def _set(source: str, what: str, by: str | None) -> None:
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        who.permit("sources")
        with pipeline.database.transaction() as session:
            now = pipeline.clock()
            match what:
                case "pause":
                    sourcing.pause(session, source, now)
                case "resume":
                    sourcing.resume(session, source)
                case _:
                    sourcing.remove(session, source)
            log(session, who, "sources", now, act=what, source=source)


def _told(found: Discovery) -> list[tuple[str, str]]:
    colours = (f"{one.value}{f', darkened from {one.found}' if one.darkened else ''}" for one in found.colours)
    told = (
        ("name", found.name), ("logo", found.logo), ("colours", "; ".join(colours)),
        ("languages", ", ".join(found.languages)), ("postal", found.postal), ("legal", found.legal),
        ("time zone", found.timezone), ("social", " ".join(found.social)),
    )  # fmt: skip
    return [(name, value) for name, value in told if value]


def _command(one: Proposal) -> str:
    """What to type to keep it."""
    known = {name: value for name, value in one.definition.options.items() if value not in ("", None)}
    words = ["newsletter", "sources", "add", one.definition.url, "--kind", one.definition.kind.value]
    for name, value in known.items():
        said = ",".join(value) if isinstance(value, list | tuple) else "no" if value is False else str(value)
        words += ["--option", f"{name}={said}"]
    for rule in one.rules:
        words += ["--rule", rule]
    return shlex.join(words)


def _definition(web: Web, url: str, kind: str, slug: str, language: str, option: Sequence[str] | None) -> Definition:
    options = _options(option)
    if not kind and "item" in options:
        kind = "page"
    if not kind:
        kind, url = recognising.recognise(web, url)
    return sourcing.define(kind, url, slug=slug, language=language, options=options)


def _options(given: Sequence[str] | None) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for one in given or ():
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise BadInput(f"--option {one[:60]}: write it NAME=VALUE, like item='article.teaser'.")
        options[name.strip()] = _value(name.strip(), value)
    return options


def _value(name: str, value: str) -> object:
    match name:
        case "types":
            return [one.strip() for one in value.split(",") if one.strip()]
        case "follow":
            return value.strip().lower() not in {"no", "false", "off", "0"}
        case "most_items":
            return int(value) if value.strip().isdigit() else value
        case _:
            return value


def _try(pipeline: Pipeline, web: Web, definition: Definition, rules_: Sequence[str]) -> Tried:
    with pipeline.database.reading() as session:
        own_hosts = pipeline.own_hosts(session) | {host_of(definition.url)}
        known = sourcing.checked_rules(session, rules_)
    return try_out(pipeline.database, web, definition, known, own_hosts)


def _tell(tried: Tried) -> None:
    say(f"{tried.number} items, {tried.dated} with a date.")
    for item in tried.items[:MOST_SHOWN]:
        day = item.published_on.isoformat() if item.published_on else "no date"
        say(f"  {day:10}  {item.kind:17} {item.language:3} {item.title}")
        say(f"  {'':10}  {'':17} because: {item.because}")
    if tried.number > MOST_SHOWN:
        say(f"  and {tried.number - MOST_SHOWN} more.")
    for rule in tried.rules:
        say(f"  rule  {rule.text}: {rule.matches} items")
    for problem in tried.problems[:MOST_SHOWN]:
        say(f"  not all right  {problem.where}: {problem.why}")


def _json(one: sourcing.Source) -> dict[str, Any]:
    counts = {name: one.last[name] for name in collecting.COUNTS if name in one.last}
    return {
        "source": one.slug, "name": one.name, "kind": one.definition.kind.value, "url": one.definition.url,
        "language": one.definition.language, "options": dict(one.definition.options), "rules": list(one.rules),
        "collected_at": one.collected_at, "next_at": one.next_at, "paused_at": one.paused_at, "last": counts,
        "failing_since": one.failing_since, "failures": one.failures, "trouble": one.trouble,
    }  # fmt: skip
