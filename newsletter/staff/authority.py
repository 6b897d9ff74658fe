"""The one table of verb x role, asked in one place for page, form, API and CLI."""

from enum import StrEnum

from newsletter.errors import NotAllowed


class Role(StrEnum):
    """What a person may do."""

    AUTHOR = "author"
    APPROVER = "approver"
    ADMIN = "admin"


IN_WORDS: dict[Role, str] = {
    Role.AUTHOR: "writes",
    Role.APPROVER: "signs off",
    Role.ADMIN: "looks after the system",
}


_EVERYBODY = frozenset(Role)
_SIGNS_OFF = frozenset({Role.APPROVER, Role.ADMIN})
_LOOKS_AFTER = frozenset({Role.ADMIN})

AUTHORITY: dict[str, frozenset[Role]] = {
    "look": _EVERYBODY,
    "account": _EVERYBODY,
    "assemble": _EVERYBODY,
    "edit": _EVERYBODY,
    "choose": _EVERYBODY,
    "test": _EVERYBODY,
    "submit": _EVERYBODY,
    "withdraw": _EVERYBODY,
    "remark": _EVERYBODY,
    "plan": _EVERYBODY,
    "dates": _EVERYBODY,
    "send": _EVERYBODY,
    "pause": _EVERYBODY,
    "resume": _EVERYBODY,
    "stop": _EVERYBODY,
    "resolve": _EVERYBODY,
    "retry": _EVERYBODY,
    "copy": _EVERYBODY,
    "correct": _EVERYBODY,
    "practice": _EVERYBODY,
    "import": _EVERYBODY,
    "collect": _EVERYBODY,
    "sources": _EVERYBODY,
    "ask": _EVERYBODY,
    "unsubscribe": _EVERYBODY,
    "key-readers": _EVERYBODY,
    "approve": _SIGNS_OFF,
    "request-changes": _SIGNS_OFF,
    "override": _LOOKS_AFTER,
    "set-up": _LOOKS_AFTER,
    "lists": _LOOKS_AFTER,
    "staff": _LOOKS_AFTER,
    "transports": _LOOKS_AFTER,
    "suppress": _LOOKS_AFTER,
    "export": _LOOKS_AFTER,
    "unsuppress": _LOOKS_AFTER,
    "erase": _LOOKS_AFTER,
    "keys": _LOOKS_AFTER,
    "adopt": _LOOKS_AFTER,
}


def may(verb: str, role: Role) -> bool:
    """Whether `role` covers `verb`. An unknown verb is a mistake of ours: KeyError."""
    return role in AUTHORITY[verb]


def require(verb: str, role: Role, who: str) -> None:
    """Raise NotAllowed, naming the roles that would do."""
    if not may(verb, role):
        roles = " or ".join(sorted(AUTHORITY[verb]))
        raise NotAllowed(f"{who} is {role}; '{verb}' needs {roles}.")
