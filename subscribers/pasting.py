"""Reading what somebody pasted: an address a line, `Name <address>`, cells of a sheet, or a list with commas."""

import re
from collections.abc import Iterable, Iterator

from subscribers.entries import Entry

_MAILBOX = re.compile(r'(?:"([^"<>]*)" *|([^<>,;"]*))<([^<>]*)>[ ,;\t]*')


def entries(lines: Iterable[str]) -> Iterator[Entry]:
    """Everybody on these lines; what is no address is passed on too, to be refused by its line."""
    for number, line in enumerate(lines, 1):
        for address, name in _people(line.strip().strip("\ufeff")):
            yield Entry(number, address, name)


def _people(line: str) -> Iterator[tuple[str, str]]:
    place = 0
    while "<" in line[place:] and (match := _MAILBOX.match(line, place)):
        yield match[3].strip(), " ".join((match[1] or match[2] or "").split())
        place = match.end()
    cells = [" ".join(cell.split()).strip("\"'<> ") for cell in re.split(r"[,;\t|]", line[place:])]
    yield from _cells([cell for cell in cells if cell])


def _cells(cells: list[str]) -> Iterator[tuple[str, str]]:
    found = [_split(cell) for cell in cells]
    addresses = [address for address, _ in found if address]
    if len(addresses) == 1:  # one person, the other cells are the name
        yield addresses[0], " ".join(name for _, name in found if name)
        return
    for cell, (address, name) in zip(cells, found, strict=True):
        yield (address, name) if address else (cell, "")


def _split(cell: str) -> tuple[str, str]:
    """The address in a cell, and what else stands there."""
    words = cell.split()
    with_at = [word for word in words if "@" in word]
    if len(with_at) != 1:
        return (cell, "") if with_at else ("", cell)
    address = with_at[0]
    bare = address[7:] if address[:7].lower() == "mailto:" else address
    return bare, " ".join(word for word in words if word is not address)
