"""What goes over the wire: the bodies of requests and answers, as OpenAPI tells them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from subscribers import Card, ListFace, SubscriptionState

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Id = Annotated[int, Field(ge=1, le=2**40 - 1)]
# No control characters: names and languages stand in headers and in files. Patterns are those of JSON Schema.
Name = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$", max_length=16)]
Address = Annotated[str, StringConstraints(min_length=3, max_length=320, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Link = Annotated[str, StringConstraints(max_length=200, pattern=r"^https?://[!-~]+$")]
State = SubscriptionState
Reason = Literal["too_often", "not_relevant", "changed_jobs", "never_signed_up", "other"]


class Shape(BaseModel):
    """Fields that nobody knows are refused: a misspelt one must not be lost in silence."""

    model_config = ConfigDict(extra="forbid")


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class Counts(Shape):
    """How many stand where."""

    pending: int = 0
    confirmed: int = 0
    unsubscribed: int = 0


class ListBody(Shape):
    """A list, and how many stand where on it."""

    model_config = _example(
        slug="quarterly", name="The Quarterly", description="", languages=["en", "es"], archived=False,
        counts={"pending": 3, "confirmed": 1204, "unsubscribed": 91},
    ) | {"title": "List"}  # fmt: skip
    slug: str
    name: str
    description: str
    languages: list[str]
    archived: bool = Field(description="An archived list takes nobody new and is not sent to.")
    counts: Counts

    @classmethod
    def of(cls, face: ListFace, counts: dict[str, int]) -> Self:
        return cls(
            slug=face.slug, name=face.name, description=face.description, languages=list(face.languages),
            archived=face.archived, counts=Counts(**counts),
        )  # fmt: skip


class Lists(Shape):
    """All lists."""

    items: list[ListBody]


class Subscription(Shape):
    """How a person stands with one list. `since` and `source`: the consent that counts."""

    list: str
    state: State
    since: date | None
    source: str
    paused_until: datetime | None


class Suppression(Shape):
    """Why nothing is mailed to this address, on one list or, with `list` null, on none."""

    reason: str
    list: str | None


class Subscriber(Shape):
    """A person. Who was erased is still named by the id, without address and name: erase the person at your side."""

    model_config = _example(
        id=7, address="ana.reader@example.org", name="Ana", language="es", created_at="2024-07-09T07:00:00Z",
        erased_at=None, suppressions=[],
        subscriptions=[
            {"list": "quarterly", "state": "confirmed", "since": "2024-07-09", "source": "api", "paused_until": None}
        ],
    )  # fmt: skip
    id: int
    address: str | None
    name: str
    language: str
    created_at: datetime
    erased_at: datetime | None
    subscriptions: list[Subscription]
    suppressions: list[Suppression]

    @classmethod
    def of(cls, card: Card) -> Self:
        return cls(
            id=card.id, address=card.address, name=card.name, language=card.language, created_at=card.created_at,
            erased_at=card.erased_at,
            subscriptions=[
                Subscription(
                    list=one.list_slug, state=one.state, since=one.since, source=one.source,
                    paused_until=one.paused_until,
                )
                for one in card.lists
            ],
            suppressions=[Suppression(reason=reason, list=slug or None) for reason, slug in card.suppressed],
        )  # fmt: skip


class Subscribers(Shape):
    """A part of the people, by id. `next`: give it as `after` for the following part; null at the end."""

    items: list[Subscriber]
    next: int | None


class Lookup(Shape):
    """An address. It stands in the body, so that it stands in no log of addresses called."""

    model_config = _example(address="ana.reader@example.org")
    address: Address


class Evidence(Shape):
    """What your form said, when it was sent, and where it stands."""

    words: Words = Field(description="The exact words beside the button; they are archived.")
    at: AwareDatetime = Field(description="When the person agreed.")
    source_url: Link | None = None


class SigningUp(Shape):
    """A sign-up at your side. The person is asked by mail, and is on the lists once they confirm."""

    model_config = _example(
        address="ana.reader@example.org", lists=["quarterly"], language="es", name="Ana",
        consent={
            "words": "Send me the Quarterly, four times a year.", "at": "2024-07-09T09:00:00+02:00",
            "source_url": "https://www.example.org/news",
        },
    )  # fmt: skip
    address: Address
    lists: list[Slug] = Field(min_length=1, max_length=20)
    language: Language | None = Field(None, description="The language of the mail that asks; by default the list's.")
    name: Name = ""
    consent: Evidence | None = None


class Asked(Shape):
    """The same answer whoever it is: new, subscribed already, or not to be mailed."""

    model_config = _example(status="asked")
    status: Literal["asked"] = "asked"


class Amending(Shape):
    """What is to change; what is not given stays."""

    model_config = _example(name="Ana María", language="es")
    name: Name | None = None
    language: Language | None = None


class Amended(Shape):
    """Which fields are other than before."""

    model_config = _example(id=7, changed=["name"])
    id: int
    changed: list[Literal["name", "language"]]


class Leaving(Shape):
    """Off one list, or without `list` off all."""

    model_config = _example(list="quarterly", reason="too_often")
    list: Slug | None = None
    reason: Reason | None = Field(None, description="What the person said, if anything.")


class Left(Shape):
    """The lists that the person was on until now."""

    model_config = _example(id=7, left=["quarterly"])
    id: int
    left: list[str]
