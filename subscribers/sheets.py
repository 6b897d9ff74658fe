"""Reading the first sheet of a workbook (or the one that is named), row by row, as texts."""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # openpyxl reads XML by it
from openpyxl import load_workbook

from subscribers.files import ImportFileError

_LAST_ROW = 1_048_576
_DAMAGED = (ParseError, DefusedXmlException, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError,
            zipfile.BadZipFile, EOFError, OverflowError, NotImplementedError)  # fmt: skip


def records(path: Path, sheet: str = "") -> Iterator[tuple[int, list[str]]]:
    """Each row of the sheet that is not blank, with its number. ImportFileError where it cannot be read."""
    try:
        yield from _rows(path, sheet)
    except _DAMAGED as error:
        if isinstance(error, ImportFileError):
            raise
        raise ImportFileError(
            f"{path.name} cannot be read as a workbook ({type(error).__name__}). Save it as CSV and import that."
        ) from None


def _rows(path: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    with warnings.catch_warnings():  # openpyxl tells of styles and validations that it leaves aside
        warnings.simplefilter("ignore")
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    with closing(book):
        chosen = _chosen(book, sheet)
        chosen.reset_dimensions()  # what other programs write there is often wrong
        for number, cells in enumerate(chosen.iter_rows(values_only=True), 1):
            if number > _LAST_ROW:
                raise ImportFileError(f"{path.name} has more rows than a sheet can have.")
            texts = [_text(cell) for cell in cells]
            if any(map(str.strip, texts)):
                yield number, texts


def _chosen(book: Any, sheet: str) -> Any:
    names = [one.title for one in book.worksheets]
    if not names:
        raise ImportFileError("The workbook has no sheet with rows.")
    if not sheet:
        return book.worksheets[0]
    if sheet not in names:
        raise ImportFileError(f"The workbook has no sheet {sheet}; it has: {', '.join(names)}.")
    return book.worksheets[names.index(sheet)]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
