"""What the API of a WordPress site tells of the site, and which of its post types are publications."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from newsletter.errors import Refusal
from newsletter.fetch import Page
from newsletter.publications.discovering.asking import Asking
from newsletter.publications.sources import cleaning
from newsletter.publications.sources.wordpress_site import Site, find

_MOST_TYPES = 6
# Types of WordPress itself, of page builders and shops: nothing that is published by the organisation.
_NO_PUBLICATION = re.compile(
    r"^(pages|media|menu|nav|blocks|template|global-styles|font|navigation|users?|comments|product|shop|elementor|e-|wp_|acf"
    r"|forms?$|popup|slider|slide|testimonial|faq|team|people|staff|person|member|partner|logo|sponsor|jet|mailpoet|tribe_(venue"
    r"|organizer)|featured|widget|layout|banner|section|cookie|redirect|glossary|location|cities|city$|country|countries)",
    re.IGNORECASE,
)
_ZONE = re.compile(r"[A-Za-z_]+(/[A-Za-z_+-]+){1,2}")


@dataclass(frozen=True, slots=True)
class WordPress:
    """`url`: of the site. `options`: for the reader. `name`, `timezone`, `icon`: "" where it does not tell."""

    url: str
    options: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    timezone: str = ""
    icon: str = ""


def find_wordpress(asking: Asking, page: Page) -> WordPress | None:
    """The site's API, where it has one that anybody may read; what hinders it is said among what was tried."""
    try:
        site = find(asking, page.url)
    except Refusal as refusal:
        asking.say(str(refusal))
        return None
    said = _said(asking, site)
    types = _types(site)
    zone = _text(said, "timezone_string")
    return WordPress(
        url=page.url,
        options={"types": ",".join(types)} if types != ("posts",) else {},
        name=_text(said, "name"),
        timezone=zone if _ZONE.fullmatch(zone) else "",
        icon=_text(said, "site_icon_url"),
    )


def _types(site: Site) -> tuple[str, ...]:
    try:
        found = [one for one in site.types() if re.fullmatch(r"[A-Za-z0-9][\w-]{0,39}", one)]
    except Refusal:
        return ("posts",)
    own = [one for one in found if one != "posts" and not _NO_PUBLICATION.match(one)]
    return ("posts", *own[: _MOST_TYPES - 1])


def _said(asking: Asking, site: Site) -> Mapping[str, Any]:
    fields = "_fields=name,timezone_string,site_icon_url"
    page = asking.page(f"{site.root}{'&' if '?' in site.root else '?'}{fields}", accept="application/json", quiet=True)
    try:
        told = json.loads(page.text) if page else {}
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return cleaning.plain(value, 300) if isinstance(value, str) else ""
