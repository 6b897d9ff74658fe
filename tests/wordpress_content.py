"""What stands on the WordPress double: posts, pages and reports, generated."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

CATEGORIES = {2: "Press releases", 3: "Reports &amp; studies", 4: "Events", 5: "Blog"}
TAGS = {11: "Cities", 12: "Mobility", 13: "Refugees"}
_NEWEST = datetime(2024, 6, 28, 18, 30)
_EXCERPT = "<p>What cities &#8220;do&#8221; about subject {0}, and what they need for it [&hellip;]</p>\n"
_ADDRESSES = {"posts": "2024/06", "pages": "about", "reports": "reports"}


@dataclass(slots=True)
class Item:
    """A post, page or report as its site keeps it; `extra` goes over what the API says of it."""

    id: int
    title: str
    date: datetime
    modified: datetime
    path: str
    excerpt: str = ""
    status: str = "publish"
    categories: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    media: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


def made(name: str, count: int, start: int) -> Iterator[Item]:
    """Items of six a day; each third has no picture."""
    for number in range(count):
        day = _NEWEST - timedelta(hours=4 * number)
        subject = count - number
        yield Item(
            id=100_000 * (start + 1) + subject, title=f"{name.title()} &#8211; subject {subject}", date=day,
            modified=day + timedelta(minutes=5), path=f"/{_ADDRESSES.get(name, name)}/subject-{subject}/",
            excerpt=_EXCERPT.format(subject), categories=(2 + subject % 4,) if name != "pages" else (),
            tags=(11 + subject % 3,) if name != "pages" else (), media=0 if subject % 3 == 0 else 900_000 + subject,
        )  # fmt: skip


def term(number: int, names: dict[int, str], taxonomy: str) -> dict[str, Any]:
    """A term as it is embedded."""
    return {"id": number, "name": names[number], "taxonomy": taxonomy, "slug": f"term-{number}"}
