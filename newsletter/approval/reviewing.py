"""The mail that asks for sign-off. A reply to it decides nothing, and it says so."""

from newsletter.approval.model import Snapshot
from newsletter.rendering import plain
from newsletter.rendering.page import Rendered
from newsletter.staff.authority import may
from newsletter.staff.people import Person


def may_sign_off(person: Person) -> bool:
    """Whether this person is asked."""
    return may("approve", person.role)


def request(name: str, slug: str, version: Snapshot, asked_by: str, comment: str) -> Rendered:
    """A short mail to somebody who may say yes."""
    lines = [
        f"{asked_by} asks you to approve {name}, version {version.number}.",
        *([f"They write: {comment}"] if comment else []),
        "Read it:",
        f"    newsletter issue render {slug} --out FOLDER",
        "Say yes to exactly this version, or ask for a change:",
        f"    newsletter issue approve {slug} --by YOUR-ADDRESS",
        f"    newsletter issue request-changes {slug} --by YOUR-ADDRESS --comment 'what and where'",
        "Nothing goes out before somebody other than its author has said yes. A reply to this mail decides nothing.",
    ]
    return plain.letter(f"Please approve: {name}, version {version.number}", lines)
