"""Reads a CSV or JSON file with the import columns, on disk or on the web; a bad row costs only itself."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

from newsletter.errors import BadInput
from newsletter.fetch import Web
from newsletter.publications.importing import MOST_FILE_BYTES
from newsletter.publications.kinds import STARTING_KINDS
from newsletter.publications.model import Publication
from newsletter.publications.reading import BadRow, Parsed, parse_csv, parse_json
from newsletter.publications.sources import cleaning, entries
from newsletter.publications.sources.model import Definition, Entry, Memory, Refused, Total
from newsletter.publications.sources.visiting import visit

ACCEPT = "text/csv, application/json;q=0.9, */*;q=0.5"
_TAKEN = {field.name for field in fields(Entry)} & {field.name for field in fields(Publication)}
_WEB = ("http://", "https://")


class FileReader:
    """Reads files; each holds all that there is."""

    lists_all = True

    def read(self, definition: Definition, web: Web, memory: Memory) -> Iterator[Entry | Refused | Total]:
        """The rows in their order, then what is wrong with others."""
        kept = dict(memory)
        base, text = _text(definition, web, kept)
        told = _parsed(definition, text)
        yield Total(len(told.rows) + len(told.bad))
        for _, publication in told.rows:
            yield _entry(publication, base)
        yield from map(_refused, told.bad)
        memory.clear()
        memory.update(kept)


def _parsed(definition: Definition, text: str) -> Parsed:
    known = tuple(definition.options.get("kinds", ())) or tuple(kind.slug for kind in STARTING_KINDS)
    is_json = text.lstrip("\ufeff \t\r\n")[:1] in {"[", "{"}
    language = definition.language or "en"
    return parse_json(text, known, language) if is_json else parse_csv(text, known, language)


def _refused(row: BadRow) -> Refused:
    title = cleaning.one_line(row.title[:200], 60)
    where = f'line {row.line}, "{title}"' if title else f"line {row.line}"
    return Refused(where, cleaning.one_line("; ".join(row.reasons), 1000))


def _text(definition: Definition, web: Web, memory: Memory) -> tuple[str, str]:
    """Where relative addresses begin ("" for a file on disk), and the file's text."""
    if definition.url.startswith(_WEB):
        page = visit(web, definition.url, memory, accept=ACCEPT, most_bytes=MOST_FILE_BYTES)
        return page.url, page.text
    path = Path(definition.url)
    try:
        if not path.is_file():  # a pipe or a device would be waited for
            raise BadInput(f"{definition.url[:200]} cannot be read: there is no such file.")
        if path.stat().st_size > MOST_FILE_BYTES:
            raise BadInput(f"{path.name} has more than 50 MB; give it in parts.")
        return "", path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f'{path.name} is not UTF-8; save it as "CSV UTF-8".') from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadInput(f"{definition.url[:200]} cannot be read: {reason}.") from None


def _entry(publication: Publication, base: str) -> Entry:
    """As it stands there. A picture beside a file on disk stays a path: whoever imports the file reads it."""
    found = Entry(id=entries.identity(publication.external_id), **{name: getattr(publication, name) for name in _TAKEN})
    if not base or found.image.startswith(_WEB):
        return found
    image = entries.address(found.image, base) if found.image else ""
    return replace(found, image=image, image_alt=found.image_alt if image else "")
