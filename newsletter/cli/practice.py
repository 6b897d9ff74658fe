"""`newsletter issue practice`: the real list, every message built, and nothing leaves."""

import typer

from newsletter.cli.console import By, Json, actor, opened, print_json, refusals, say
from newsletter.cli.sending import Issue, bar, graceful
from newsletter.delivery.durations import in_words, takes
from newsletter.delivery.practising import Practice

app = typer.Typer()

_SHOWN = 20  # readers whose copy could not be written


@app.command()
def practice(issue: Issue, as_json: Json = False, by: By = None) -> None:
    """Build every message for the real list, and hand it to nobody. Exit 1 when a copy could not be written."""
    with refusals(), opened() as pipeline:
        with graceful() as stop, bar("Practising") as shown:
            found = pipeline.practise(issue, actor(pipeline, by), stop, shown)
        if as_json:
            print_json(found)
        else:
            tell(found)
        if found.unwritten or not found.finished:
            raise SystemExit(1)


def tell(found: Practice) -> None:
    """What a practice run has found."""
    if not found.finished:
        say("Ended before its time; this is what was built until then.")
    say(f"Practice: nothing left this room. {found.built:,} of {found.candidates:,} messages were built.")
    for reason, number in sorted(found.left_out.items()):
        say(f"  not on the list of readers: {reason.replace('_', ' ')}  {number:,}")
    for reason, number in sorted(found.excluded.items()):
        say(f"  left out at their turn: {reason.replace('_', ' ')}  {number:,}")
    for language, number in found.languages.items():
        say(f"  in {language}: {number:,}")
    if found.built:
        say(f"Sizes: {found.smallest:,} to {found.largest:,} bytes, half of them up to {found.median:,}.")
    for one in found.errors[:_SHOWN]:
        say(f"  ✗ {one.address}: {one.why}")
    if found.unwritten > _SHOWN:
        say(f"  and {found.unwritten - _SHOWN:,} more (--json tells all)")
    say(f"It took {in_words(found.seconds)}. {takes(found.expected)}")
