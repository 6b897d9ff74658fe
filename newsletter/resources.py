"""Where the templates and the migrations lie, in a checkout and in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def templates() -> Path:
    return _resource("templates")


def migrations() -> Path:
    return _resource("alembic")


def _resource(name: str) -> Path:
    # The wheel's copy is asked for first: beside an installed package, `alembic` is the library itself.
    shipped = _PACKAGE / "_shipped" / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name
