"""Brings the catalogues of fixed words up to what code and templates say, without a date or a line number to change.

`make words`: new messages come in empty, what nobody says any more goes; then a person translates what is empty.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "templates" / "locale"
KEYWORDS = {"say": None, "many": (1, 2), "later": None, "_": None}
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
SOURCES = (  # the folder, its files, how they are read
    ("newsletter/rendering", "**.py", "python", {}),
    ("newsletter/web", "**.py", "python", {}),
    ("templates/email", "**.j2", "jinja2.ext:babel_extract", JINJA),
    ("templates/public", "**.html", "jinja2.ext:babel_extract", JINJA),
)


def extracted() -> Catalog:
    """Every message that is said, in the order of the files and of their lines."""
    found = Catalog()
    for folder, pattern, method, options in SOURCES:
        said = extract_from_dir(ROOT / folder, [(pattern, method)], {pattern: options}, KEYWORDS)
        for file, _line, message, comments, context in sorted(said, key=lambda one: (one[0], one[1])):
            found.add(
                message, None, [(f"{folder}/{Path(file).as_posix()}", 0)], auto_comments=comments, context=context
            )
    return found


def brought_up() -> dict[Path, bytes]:
    """What each file should hold."""
    path, template = LOCALE / "messages.pot", extracted()
    files = {path: _written(path, template)}
    for one in sorted(LOCALE.glob("*/LC_MESSAGES/messages.po")):
        catalogue = _read(one)
        catalogue.update(template, no_fuzzy_matching=True)
        files[one] = _written(one, catalogue)
    return files


def _written(path: Path, catalogue: Catalog) -> bytes:
    """The file's own header, then the messages, unwrapped: nothing depends on the day or on a width."""
    body = io.BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, include_lineno=False, ignore_obsolete=True)
    header, _, _ = path.read_bytes().partition(b"\n\n")
    return header + b"\n\n" + body.getvalue().strip() + b"\n"


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=None if path.suffix == ".pot" else path.parts[-3])


def _is_empty(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(message.id) and not all(strings)


def main() -> None:
    """Write what has changed, and name it, with the number of messages that wait for a translation."""
    for path, content in brought_up().items():
        changed = content != path.read_bytes()
        path.write_bytes(content)
        empty = sum(map(_is_empty, _read(path))) if path.suffix == ".po" else 0
        waits = f", {empty} to translate" if empty else ""
        sys.stdout.write(f"{path.relative_to(ROOT)}: {'changed' if changed else 'as it was'}{waits}\n")


if __name__ == "__main__":
    main()
