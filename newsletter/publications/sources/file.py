"""Reads a CSV or JSON file with the import columns, on disk or on the web; a bad row costs only itself."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from newsletter.errors import BadInput
from newsletter.fetch import Web
from newsletter.publications.importing import MOST_FILE_BYTES
from newsletter.publications.kinds import STARTING_KINDS
from newsletter.publications.model import Publication
from newsletter.publications.reading import parse_csv, parse_json
from newsletter.publications.sources.model import Definition, Entry, Memory, Refused, Total
from newsletter.publications.sources.visiting import visit

ACCEPT = "text/csv, application/json;q=0.9, */*;q=0.5"
_TAKEN = {field.name for field in fields(Entry)} & {field.name for field in fields(Publication)}


class FileReader:
    """Reads files; each holds all that there is."""

    lists_all = True

    def read(self, definition: Definition, web: Web, memory: Memory) -> Iterator[Entry | Refused | Total]:
        """The rows in their order, then what is wrong with others."""
        kept = dict(memory)
        text = _text(definition, web, kept)
        known = tuple(definition.options.get("kinds", ())) or tuple(kind.slug for kind in STARTING_KINDS)
        is_json = text.lstrip("\ufeff \t\r\n")[:1] in {"[", "{"}
        told = parse_json(text, known) if is_json else parse_csv(text, known)
        yield Total(len(told.rows) + len(told.problems))
        for _, publication in told.rows:
            yield _entry(publication)
        for problem in told.problems:
            where, _, why = problem.partition(", ")
            yield Refused(where, why)
        memory.clear()
        memory.update(kept)


def _text(definition: Definition, web: Web, memory: Memory) -> str:
    if definition.url.startswith(("http://", "https://")):
        return visit(web, definition.url, memory, accept=ACCEPT, most_bytes=MOST_FILE_BYTES).text
    path = Path(definition.url)
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise BadInput(f"{path.name} has more than 50 MB; give it in parts.")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f'{path.name} is not UTF-8; save it as "CSV UTF-8".') from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadInput(f"{definition.url[:200]} cannot be read: {reason}.") from None


def _entry(publication: Publication) -> Entry:
    values = {name: getattr(publication, name) for name in _TAKEN}
    return Entry(id=publication.external_id, **values)
