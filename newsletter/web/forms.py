"""What a browser or a mail provider posts, read with patience: what cannot be read is an empty form."""

import re
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

MOST_FIELDS = 100

# No field of ours holds them, and PostgreSQL stores no NUL.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Form:
    """The text fields of a posted form; files are no fields."""

    def __init__(self, fields: FormData) -> None:
        self._fields = [
            (name, _CONTROL.sub("", value)) for name, value in fields.multi_items() if isinstance(value, str)
        ]

    def get(self, name: str) -> str:
        """The field's first value without spaces around it, or nothing."""
        return next((value.strip() for known, value in self._fields if known == name), "")

    def has(self, name: str) -> bool:
        """Whether the form holds the field, even an empty one."""
        return any(known == name for known, _ in self._fields)

    def items(self) -> tuple[tuple[str, str], ...]:
        """Every field with its value, as they came."""
        return tuple(self._fields)

    def names(self) -> tuple[str, ...]:
        """Of the fields, each once."""
        return tuple(dict.fromkeys(name for name, _ in self._fields))

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the field."""
        return tuple(value.strip() for known, value in self._fields if known == name)


async def _read(request: Request) -> Form:
    await request.body()  # a body that is too long is refused here, and not taken for an unreadable one
    try:
        return Form(await request.form(max_files=0, max_fields=MOST_FIELDS))
    except (HTTPException, ValueError, LookupError):
        return Form(FormData())


Posted = Annotated[Form, Depends(_read)]
