"""Who may come back, by which way: one table, asked by every form, link, file, program and person.

docs/consent.md holds the same table in words; a test compares the two.
"""

from collections.abc import Collection
from enum import StrEnum


class Reason(StrEnum):
    """What stands against mailing somebody: that he left, or a suppression."""

    UNSUBSCRIBED = "unsubscribed"
    ERASED = "erased"
    HARD_BOUNCE = "hard_bounce"
    SOFT_BOUNCE = "soft_bounce"
    COMPLAINT = "complaint"
    BLOCKED = "blocked"
    STAFF = "staff"


class Path(StrEnum):
    """The way on which somebody comes back. LINK: a signed link that was mailed to the address itself."""

    FORM = "form"
    LINK = "link"
    IMPORT = "import"
    API = "api"
    STAFF = "staff"


class Return(StrEnum):
    """The answer. MAIL: a confirmation mail is sent, and he is back when he confirms. STAFF_WORD: an administrator may
    lift it, with a written reason.
    """

    NOW = "now"
    MAIL = "mail"
    STAFF_WORD = "staff_word"
    NO = "no"


_STRICTER = tuple(Return)  # later ones win where several reasons stand

_NOW, _MAIL, _WORD, _NO = Return.NOW, Return.MAIL, Return.STAFF_WORD, Return.NO
RETURNS: dict[Reason, dict[Path, Return]] = {
    reason: dict(zip(Path, answers, strict=True))
    for reason, answers in {
        #                       form   link  import API    staff
        Reason.UNSUBSCRIBED: (_MAIL, _NOW, _NO, _MAIL, _MAIL),
        Reason.ERASED: (_MAIL, _NO, _NO, _NO, _NO),
        Reason.HARD_BOUNCE: (_MAIL, _NOW, _NO, _NO, _WORD),
        Reason.SOFT_BOUNCE: (_MAIL, _NOW, _NO, _NO, _WORD),
        Reason.COMPLAINT: (_NO, _NOW, _NO, _NO, _WORD),
        Reason.BLOCKED: (_NO, _NOW, _NO, _NO, _NO),
        Reason.STAFF: (_NO, _NO, _NO, _NO, _WORD),
    }.items()
}


def may_return(reasons: Collection[Reason], path: Path) -> Return:
    """The strictest answer of all reasons that stand; NOW where none does."""
    return max((RETURNS[reason][path] for reason in reasons), key=_STRICTER.index, default=Return.NOW)


def path_of(source: str) -> Path:
    """The way that a consent's source stands for. What we do not know is treated as a file: nobody comes back by it."""
    return _PATHS.get(source, Path.IMPORT)


_PATHS = {
    "form": Path.FORM,
    "embed": Path.FORM,
    "link": Path.LINK,
    "page": Path.LINK,
    "import": Path.IMPORT,
    "api": Path.API,
    "staff": Path.STAFF,
    "phone": Path.STAFF,
    "mail": Path.STAFF,
    "person": Path.STAFF,
}
