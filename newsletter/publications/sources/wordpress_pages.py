"""The pages of a list in the WordPress REST API, each item with its featured picture and subjects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from newsletter.errors import BadInput
from newsletter.fetch import Unreachable
from newsletter.publications.sources.wordpress_items import FIELDS, MEDIA, TERMS
from newsletter.publications.sources.wordpress_site import PER_PAGE, Answer, Site

_EMBED = f"{MEDIA},{TERMS}"
_EMBED_NEEDS = ("_links", "_embedded")
_TAXONOMIES = {"categories": "category", "tags": "post_tag"}
_MEDIA_FIELDS = "id,media_type,alt_text,caption,source_url,media_details.sizes"
_MOST_NAMES = 5000  # kept during a visit


@dataclass(slots=True)
class Pages:
    """The pages of one type, until `most` items or more. Pictures and subjects that are not embedded are asked for."""

    site: Site
    post_type: str
    most: int
    query: Mapping[str, str | int] = field(default_factory=dict)
    _embeds: bool = True
    _names: dict[tuple[str, int], str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[list[Any]]:
        """Until the site says that there are no more, or has nothing new to say."""
        number, seen, before = 1, 0, list[int]()
        while seen < self.most and (answer := self._page(number)) is not None:
            ids = [_number(item.get("id")) if isinstance(item, dict) else 0 for item in answer.items]
            if ids == before:  # nothing, or a site that knows of no pages
                return
            self._complete(answer.items)
            yield answer.items
            seen += len(ids)
            if _is_last(answer, number, seen):
                return
            number, before = number + 1, ids

    def _page(self, number: int) -> Answer | None:
        """None behind the last page. What fails with all embedded is tried once without: it may be too much."""
        try:
            return self._listed(number)
        except Unreachable as error:
            if number > 1 and error.status == 400:  # rest_post_invalid_page_number
                return None
            if not self._embeds or not error.status or error.retry_after is not None:
                raise
        self._embeds = False
        return self._listed(number)

    def _listed(self, number: int) -> Answer:
        fields = [*FIELDS, *(_EMBED_NEEDS if self._embeds else ())]
        query: dict[str, str | int] = {
            "per_page": PER_PAGE,
            "page": number,
            "orderby": "date",
            "order": "desc",
            "_fields": ",".join(fields),
        }
        return self.site.listed(self.post_type, {**query, **({"_embed": _EMBED} if self._embeds else {}), **self.query})

    def _complete(self, items: list[Any]) -> None:
        """Give the items what their site did not embed."""
        without = [item for item in items if isinstance(item, dict) and "_embedded" not in item]
        pictures = self._pictures(without)
        for field_, taxonomy in _TAXONOMIES.items():
            self._learn(field_, {number for item in without for number in _numbers(item.get(field_))})
            for item in without:
                names = [self._names.get((field_, number)) for number in _numbers(item.get(field_))]
                terms = [{"name": name, "taxonomy": taxonomy} for name in names if name]
                item.setdefault("_embedded", {TERMS: []})[TERMS].append(terms)
        for item in without:
            if media := pictures.get(_number(item.get("featured_media"))):
                item["_embedded"][MEDIA] = [media]

    def _pictures(self, items: list[dict[str, Any]]) -> dict[int, Any]:
        wanted = {number for item in items if (number := _number(item.get("featured_media")))}
        return {_number(one.get("id")): one for one in self._looked_up("media", wanted, _MEDIA_FIELDS)}

    def _learn(self, route: str, wanted: set[int]) -> None:
        unknown = {number for number in wanted if (route, number) not in self._names}
        if len(self._names) > _MOST_NAMES:
            self._names.clear()
            unknown = wanted
        for one in self._looked_up(route, unknown, "id,name"):
            if isinstance(one.get("name"), str):
                self._names[route, _number(one.get("id"))] = one["name"][:200]

    def _looked_up(self, route: str, wanted: set[int], fields: str) -> Iterator[dict[str, Any]]:
        """Those of these numbers that anybody may read; a site that refuses costs no item."""
        numbers = sorted(wanted)
        for start in range(0, min(len(numbers), 10 * PER_PAGE), PER_PAGE):
            some = ",".join(map(str, numbers[start : start + PER_PAGE]))
            try:
                found = self.site.listed(route, {"include": some, "per_page": PER_PAGE, "_fields": fields}).items
            except (BadInput, Unreachable):
                return
            yield from (one for one in found if isinstance(one, dict))


def _is_last(answer: Answer, number: int, seen: int) -> bool:
    """By the site's totals, or, where there are none or they are wrong already, by a page that is not full."""
    total, pages = answer.total, answer.pages
    if total is None or pages is None or seen > total or total > pages * PER_PAGE:
        return len(answer.items) < PER_PAGE
    return number >= pages


def _numbers(value: object) -> list[int]:
    return [number for one in (value if isinstance(value, list) else [])[:50] if (number := _number(one))]


def _number(value: object) -> int:
    return value if type(value) is int and 0 < value < 2**63 else 0
