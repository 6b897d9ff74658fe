"""`newsletter subscribers` import, export, consent, ask: readers who move in or out, and whose consent can be shown."""

import csv
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

import subscribers
from newsletter.cli.console import By, Json, actor, day, err, opened, print_json, refusals, say
from newsletter.delivery import greeting, renewing
from newsletter.errors import BadInput, NotFound
from newsletter.issues.lists import profile
from newsletter.pipeline import Pipeline
from newsletter.staff.people import Actor, log

ListOption = Annotated[str, typer.Option("--list", help="The list's short name.")]
_SHOWN = 20
_BAR = 40


class ImportedAs(StrEnum):
    """What the people of a file are."""

    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"


def import_(
    file: Annotated[Path, typer.Argument(help="CSV, .xlsx, or - for what is pasted.")],
    list_slug: ListOption,
    consent: Annotated[str, typer.Option(help="The words these people agreed to.")] = "",
    consent_at: Annotated[str | None, typer.Option(help="The day they did, like 2023-11-04.")] = None,
    consent_unknown: Annotated[
        bool, typer.Option("--consent-unknown", help="Nobody can show it: take them in, and note that.")
    ] = False,
    invite: Annotated[bool, typer.Option("--invite", help="Confirm nobody; ask each by mail.")] = False,
    as_: Annotated[ImportedAs, typer.Option("--as", help="What these people are.")] = ImportedAs.CONFIRMED,
    map_: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help="What a column is; - leaves it aside.")
    ] = None,
    encoding: Annotated[str, typer.Option(help="How the file is written, if it is not seen right.")] = "",
    sheet: Annotated[str, typer.Option(help="The sheet of a workbook; else the first.")] = "",
    report: Annotated[Path | None, typer.Option(help="Write what became of each row into this CSV.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; write nothing.")] = False,
    language: Annotated[str, typer.Option(help="The language of the consent's words.")] = "en",
    by: By = None,
) -> None:
    """Take in a file of readers, from Mailchimp, listmonk, Brevo or a sheet. Nobody who has left is brought back."""
    with refusals(), opened() as pipeline:
        who = permitted(pipeline, by, "import")
        found, now = list_id(pipeline, list_slug), pipeline.clock()
        agreed = day(consent_at, "--consent-at")
        _check(consent, agreed is not None, unknown=consent_unknown, invite=invite)
        asked = subscribers.Asked(encoding, sheet, _mapped(map_ or []), str(file) == "-")
        rows = _Rows(dry_run)
        with _source(file) as path, _report(report) as table, _progress() as progress:
            task = progress.add_task("Importing", total=None)

            def looked(seen: subscribers.Opened) -> None:
                _require_consent(seen, as_, consent, agreed is not None, consent_unknown, invite)
                _tell_file(seen)
                progress.update(task, total=seen.rows)

            def each(*row: Any) -> None:
                rows.see(*row)
                if table is not None:
                    csv.writer(table).writerow([row[0], *map(subscribers.exporting.defused, row[1:])])

            try:
                done = subscribers.import_file(
                    pipeline.database.transaction, pipeline.book, path, found, as_.value, consent,
                    datetime.combine(agreed, time(12), UTC) if agreed else None,
                    who.person.email if who.person else "", now, language, dry_run=dry_run, asked=asked,
                    unknown=consent_unknown, each=each, looked=looked, invite=_inviter(pipeline, found, on=invite),
                    progress=lambda number: progress.update(task, completed=number),
                )  # fmt: skip
            except (subscribers.ImportFileError, subscribers.ConsentError, OSError) as error:
                raise BadInput(f"{'What was pasted' if asked.pasted else file}: {error}") from None
        if not dry_run:
            with pipeline.database.transaction() as session:
                log(session, who, "import", now, file="pasted" if asked.pasted else file.name, added=done.added)
        rows.tell()
        _tell(done, dry_run=dry_run)
        if report is not None:
            say(f"Row by row: {report}")


def export(
    list_slug: ListOption,
    out: Annotated[Path | None, typer.Option(help="Into this .csv or .json, instead of the terminal.")] = None,
    by: By = None,
) -> None:
    """Write down everybody of a list, with the consent that counts; the file can be imported again."""
    with refusals(), opened() as pipeline:
        who = permitted(pipeline, by, "export")
        found = list_id(pipeline, list_slug)
        people = subscribers.exporting.people(pipeline.database.reading, found)
        with pipeline.database.transaction() as session:
            log(session, who, "export", pipeline.clock(), list=list_slug)
        if out is None:
            _write_csv(sys.stdout, people)
            return
        with out.open("w", encoding="utf-8", newline="") as file:
            number = (_write_json if out.suffix.casefold() == ".json" else _write_csv)(file, people)
        say(f"{number} people of {list_slug} in {out}.")


def consent(list_slug: ListOption, as_json: Json = False) -> None:
    """How many readers' consent can be shown, and how many came in without."""
    with refusals(), opened() as pipeline:
        found = list_id(pipeline, list_slug)
        with pipeline.database.reading() as session:
            proof = subscribers.renewing.proof(session, found)
        if as_json:
            print_json({"list": list_slug, "shown": proof.shown, "unknown": proof.unknown})
            return
        whole = proof.shown + proof.unknown
        for number, words in ((proof.shown, "can be shown"), (proof.unknown, "not known")):
            bar = "█" * round(_BAR * number / whole) if whole else ""
            say(f"{number:>9,}  {words:<12}  {bar}".rstrip())
        if proof.unknown:
            say(f"To ask them, some at a time: newsletter subscribers ask --list {list_slug} --wave 200")


def ask(
    list_slug: ListOption,
    wave: Annotated[int, typer.Option(help="How many are asked now.")] = 200,
    status: Annotated[bool, typer.Option("--status", help="Only tell how the waves went.")] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Ask those whose consent nobody can show whether they are still interested. A wave that goes badly is the last."""
    with refusals(), opened() as pipeline:
        found = list_id(pipeline, list_slug)
        if status:
            _tell_waves(pipeline, found, as_json=as_json)
            return
        who, now = permitted(pipeline, by, "ask"), pipeline.clock()
        with pipeline.database.transaction() as session:
            number = renewing.ask(session, found, wave, who.person.email if who.person else "", now)
            log(session, who, "ask", now, list=list_slug, asked=number)
        if as_json:
            print_json({"asked": number})
        else:
            say(f"{number} are asked; the worker sends the mails. See: newsletter subscribers ask --list SLUG --status")


def list_id(pipeline: Pipeline, slug: str) -> int:
    """The list of that short name."""
    with pipeline.database.reading() as session:
        face = subscribers.find_list(session, slug)
    if face is None:
        raise NotFound(f"There is no list {slug}. See: newsletter lists list")
    return face.id


def permitted(pipeline: Pipeline, by: str | None, verb: str) -> Actor:
    """Who acts, before anything is done; a named person's role must cover it."""
    who = actor(pipeline, by)
    who.permit(verb)
    return who


def _check(words: str, has_day: bool, *, unknown: bool, invite: bool) -> None:
    if unknown and (words.strip() or invite):
        raise BadInput("--consent-unknown says that there is none to show: give it without --consent and --invite.")
    if has_day and not words.strip():
        raise BadInput("--consent-at is the day of the words: give --consent 'the words they agreed to' too.")


def _require_consent(
    seen: subscribers.Opened, as_: ImportedAs, words: str, has_day: bool, unknown: bool, invite: bool
) -> None:
    if as_ is not ImportedAs.CONFIRMED or unknown or invite or (words.strip() and has_day) or seen.tells_consent:
        return
    raise BadInput(
        "Confirmed readers need --consent 'the words they agreed to' and --consent-at DAY. "
        "If nobody knows: --consent-unknown. To ask each by mail: --invite."
    )


def _mapped(told: list[str]) -> dict[str, str]:
    pairs = [one.rpartition("=") for one in told]
    if any(not name or not sign or not field for name, sign, field in pairs):
        raise BadInput("--map is written COLUMN=FIELD, like --map 'Correo=email', or COLUMN=- to leave it aside.")
    return {name: field.strip() for name, _, field in pairs}


@contextmanager
def _source(file: Path) -> Iterator[Path]:
    """The file; what is pasted is kept for as long as it is read, since it is read twice."""
    if str(file) != "-":
        yield file
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pasted.txt"
        with path.open("wb") as kept:
            while block := sys.stdin.buffer.read(1 << 20):
                kept.write(block)
        yield path


@contextmanager
def _report(path: Path | None) -> Iterator[IO[str] | None]:
    if path is None:
        yield None
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(("line", "email", "outcome", "reason"))
        yield file


def _inviter(pipeline: Pipeline, found: int, *, on: bool) -> Any:
    if not on:
        return None
    with pipeline.database.reading() as session:
        face = profile(session, found)

    def queue(session: Any, question: int, language: str) -> None:
        greeting.ask(session, question, face, language, pipeline.clock())

    return queue


class _Rows:
    """The first rows of a dry run, told one by one."""

    def __init__(self, dry_run: bool) -> None:
        self._dry, self._rows = dry_run, list[tuple[int, str, str, str]]()

    def see(self, line: int, address: str, what: str, why: str) -> None:
        if self._dry and len(self._rows) < _SHOWN and what != "refused":
            self._rows.append((line, address, what, why))

    def tell(self) -> None:
        for line, address, what, _ in self._rows:
            say(f"  line {line}, {address}: {what}")


def _tell_file(seen: subscribers.Opened) -> None:
    if seen.survey.guessed:
        words = f", like {', '.join(seen.sample)}" if seen.sample else ""
        err.print(f"Read as Windows-1252{words}. If that is wrong: --encoding NAME", markup=False)
    if seen.columns is None:
        return
    whose = f"From {seen.columns.whose.title()}. " if seen.columns.whose else ""
    every = f"Everybody in it is taken as {seen.columns.all_are}. " if seen.columns.all_are else ""
    read = ", ".join(f"{seen.columns.names[place]} = {field}" for field, place in seen.columns.places.items())
    err.print(f"{whose}{every}Columns: {read}.", markup=False)


def _tell(report: subscribers.ImportReport, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    say(f"{report.added} {would}added, {report.unchanged} unchanged, {report.refusals} refused.")
    if set(report.kinds) - {"confirmed"}:
        kinds = (f"{number} {_KINDS.get(kind, kind)}" for kind, number in sorted(report.kinds.items()))
        say(f"Added: {', '.join(kinds)}.")
    if report.ignored_columns:
        say(f"Not read: {', '.join(report.ignored_columns)}.")
    for line, address, reason in report.refused[:_SHOWN]:
        err.print(f"  line {line}, {address}: {reason}", markup=False)
    if report.refusals > _SHOWN:
        err.print(f"  and {report.refusals - _SHOWN} more; --report FILE.csv has them all.")


_KINDS = {"unknown": "confirmed, consent not known", "invited": "asked by mail"}


def _tell_waves(pipeline: Pipeline, found: int, *, as_json: bool) -> None:
    with pipeline.database.reading() as session:
        waves = subscribers.renewing.waves(session, found)
        mails = {wave.id: renewing.mails(session, wave) for wave in waves}
    if as_json:
        print_json(
            [{name: getattr(w, name) for name in w.__dataclass_fields__} | {"mails": mails[w.id]} for w in waves]
        )
        return
    if not waves:
        say("Nobody has been asked again yet.")
    for wave in waves:
        sent = mails[wave.id].get("accepted", 0)
        say(
            f"{wave.started_at:%Y-%m-%d}  wave {wave.id}: {wave.asked} asked, {sent} sent, {wave.answered} answered, "
            f"{max(wave.bounced, mails[wave.id].get('rejected', 0))} bounced, {wave.complained} complained"
        )


def _write_csv(file: IO[str], people: Iterator[dict[str, str]]) -> int:
    writer, number = csv.writer(file), 0
    writer.writerow(subscribers.exporting.COLUMNS)
    for number, person in enumerate(people, 1):  # noqa: B007 -- counted
        writer.writerow(map(subscribers.exporting.defused, person.values()))
    return number


def _write_json(file: IO[str], people: Iterator[dict[str, str]]) -> int:
    number = 0
    file.write("[")
    for number, person in enumerate(people, 1):
        file.write((",\n" if number > 1 else "\n") + json.dumps(person, ensure_ascii=False))
    file.write("\n]\n")
    return number


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=err, transient=True)
