"""What a page says of its organisation in JSON-LD (schema.org Organization, PostalAddress)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from newsletter.publications.sources import cleaning
from newsletter.publications.sources.linked_data import nodes

_KINDS = re.compile(r"Organization|NGO|LocalGovernment|GovernmentOffice|City|Corporation|LocalBusiness|Foundation$")
_WITHIN = ("@graph", "publisher", "mainEntity")  # where the organisation may stand
_ADDRESS = ("streetAddress", "postOfficeBoxNumber", "postalCode", "addressLocality", "addressRegion", "addressCountry")


@dataclass(frozen=True, slots=True)
class Organisation:
    """What is said of it, "" where nothing. `country`: a two-letter code, where it is one."""

    name: str = ""
    legal_name: str = ""
    logo: str = ""
    address: str = ""
    country: str = ""
    same_as: tuple[str, ...] = ()


def organisation(tree: LexborHTMLParser) -> Organisation:
    """The first organisation that the page describes."""
    for one in nodes(tree, _WITHIN):
        if any(_KINDS.search(kind) for kind in _texts(one.get("@type"))):
            address = next((place for place in _listed(one.get("address")) if isinstance(place, Mapping)), {})
            country = _text(address.get("addressCountry"))
            return Organisation(
                name=_text(one.get("name")),
                legal_name=_text(one.get("legalName")),
                logo=_picture(one.get("logo")),
                address=_postal(address) or _text(one.get("address")),
                country=country.upper() if len(country) == 2 else "",
                same_as=_texts(one.get("sameAs")),
            )
    return Organisation()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text for one in _listed(value)[:30] if (text := _text(one)))


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("name")
    return cleaning.plain(value, 300) if isinstance(value, str) else ""


def _picture(value: Any) -> str:
    first = _listed(value)[0] if _listed(value) else ""
    found = first.get("url") or first.get("contentUrl") or first.get("@id") if isinstance(first, Mapping) else first
    return found.strip() if isinstance(found, str) and len(found) < 2000 else ""


def _postal(address: Mapping[str, Any]) -> str:
    street, box, code, town, region, country = (_text(address.get(name)) for name in _ADDRESS)
    place = " ".join(part for part in (code, town) if part)
    return ", ".join(part for part in (street, box, place, region, country) if part)
