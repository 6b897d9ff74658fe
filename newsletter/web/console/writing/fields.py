"""Numbers and days of forms, or a sentence that says what to give."""

from datetime import date

from newsletter.errors import BadInput
from newsletter.web.forms import Form


def number(text: str) -> int:
    """The number of something that the page named itself."""
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise BadInput("The form does not say what is meant. Open the page anew.")
    return int(text)


def maybe(form: Form, name: str) -> int | None:
    """The same, of a field that may be empty."""
    return number(form.get(name)) if form.get(name) else None


def day(text: str, said: str) -> date:
    """A day as a date field gives it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(said) from None
