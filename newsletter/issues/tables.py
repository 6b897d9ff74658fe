"""The list's profile and rhythm, issues with all that is in them, their history, and who is there."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Row
from subscribers import Id


class ProfileRow(Row):
    """The sending half of a list (its public face is on the other side of the border). `postal_confirmed`: a person has
    said that the postal address is right; one that was only found on a website goes out in no mail.
    """

    __tablename__ = "list_profiles"
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"), primary_key=True)
    default_language: Mapped[str] = mapped_column(String(16))
    from_name: Mapped[str] = mapped_column(String(200))
    from_address: Mapped[str] = mapped_column(String(254))
    reply_to: Mapped[str] = mapped_column(String(254), default="")
    return_path: Mapped[str] = mapped_column(String(300), default="transport")
    feedback_id: Mapped[str] = mapped_column(String(100), default="")
    postal_address: Mapped[str] = mapped_column(Text)
    postal_confirmed: Mapped[bool] = mapped_column(default=True, server_default=true())
    legal_name: Mapped[str] = mapped_column(String(200), default="")
    imprint: Mapped[str] = mapped_column(Text, default="")
    privacy_url: Mapped[str] = mapped_column(Text, default="")
    website: Mapped[str] = mapped_column(Text, default="")
    template: Mapped[str] = mapped_column(String(80), default="issue")
    theme: Mapped[str] = mapped_column(String(300), default="default")
    cadence: Mapped[str] = mapped_column(String(20), default="quarterly")
    review_rule: Mapped[str] = mapped_column(String(20), default="two_people")
    archive: Mapped[str] = mapped_column(String(10), default="public")
    calm_wait: Mapped[int] = mapped_column(default=15, server_default="15")  # minutes after the first copies
    calm_spread: Mapped[int] = mapped_column(default=30, server_default="30")  # minutes, for the readers
    welcome: Mapped[bool] = mapped_column(default=False, server_default=false())  # a mail after confirming


class RhythmRow(Row):
    """When the list's issues are made and go out, unless a day is set by hand. `..._before`: working days before the
    send day. `blocked`: days, or spans of days ("2024-12-23..2025-01-02"), on which nothing is due. Without `on_since`
    the list has no rhythm: its issues are made by hand.
    """

    __tablename__ = "list_rhythms"
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"), primary_key=True)
    send_rule: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(16), default="")  # whose holidays: BE, or DE-BE; "": none
    blocked: Mapped[list[str]]
    call_before: Mapped[int]
    cut_off_before: Mapped[int]
    draft_before: Mapped[int]
    review_before: Mapped[int]
    on_since: Mapped[date | None]


class SendDayRow(Row):
    """The send day of one period, set by hand; the other dates are counted back from it."""

    __tablename__ = "list_send_days"
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(16), primary_key=True)
    send_at: Mapped[datetime]


class ListSectionRow(Row):
    """A section that the list's issues start from. `set_at`: when somebody last said how; None where nobody did."""

    __tablename__ = "list_sections"
    __table_args__ = (UniqueConstraint("list_id", "slug"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    slug: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]
    titles: Mapped[dict[str, str]]
    kinds: Mapped[list[str]]
    cap: Mapped[int]
    layout: Mapped[str] = mapped_column(String(16))
    set_at: Mapped[datetime | None]


class IssueRow(Row):
    """One issue. `collects_from` to `collects_until` are its cut-offs, both days included.

    `revision` grows with every edit: whoever writes compares and sets. `corrects_uncertain`: a correction that also
    goes to those whose copy of the first one has no answer.
    """

    __tablename__ = "issues"
    __table_args__ = (UniqueConstraint("list_id", "kind", "ordinal"), CheckConstraint("ordinal > 0", name="ordinal"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    ordinal: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    corrects_issue_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"))
    corrects_uncertain: Mapped[bool] = mapped_column(default=False, server_default=false())
    period: Mapped[str] = mapped_column(String(16))
    collects_from: Mapped[date]
    collects_until: Mapped[date]
    state: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(default=1)
    planned_at: Mapped[datetime | None]
    public_at: Mapped[datetime | None]
    picture: Mapped[str | None] = mapped_column(String(64))  # the hash in media of the picture that stands for it
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class IssueWordingRow(Row):
    __tablename__ = "issue_wordings"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    preheader: Mapped[str] = mapped_column(Text)


class IssueSectionRow(Row):
    __tablename__ = "issue_sections"
    __table_args__ = (UniqueConstraint("issue_id", "slug"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    slug: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]
    titles: Mapped[dict[str, str]]
    kinds: Mapped[list[str]]
    cap: Mapped[int]
    layout: Mapped[str] = mapped_column(String(16))


class ItemRow(Row):
    """A publication in an issue. Where its picture is cut, `original_sha256` is what it is cut from, around the crop
    point (0 to 1, from the left and from the top). `seen_change`: the last change of a website that people know of.
    `facts`: what the mail states other than the publication's row (`issues.stating`).
    """

    __tablename__ = "issue_items"
    __table_args__ = (UniqueConstraint("issue_id", "publication_id"), UniqueConstraint("issue_id", "anchor"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    section_id: Mapped[int] = mapped_column(ForeignKey("issue_sections.id"))
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"))
    role: Mapped[str] = mapped_column(String(8))
    position: Mapped[int]
    anchor: Mapped[str] = mapped_column(String(80))
    media_sha256: Mapped[str | None] = mapped_column(ForeignKey("media.sha256"))
    original_sha256: Mapped[str | None] = mapped_column(String(64))
    crop_x: Mapped[float | None]
    crop_y: Mapped[float | None]
    image_credit: Mapped[str] = mapped_column(Text, default="")
    seen_change: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class ItemWordingRow(Row):
    __tablename__ = "item_wordings"
    item_id: Mapped[int] = mapped_column(ForeignKey("issue_items.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    action: Mapped[str] = mapped_column(Text, default="")
    image_alt: Mapped[str] = mapped_column(Text, default="")


class BlockRow(Row):
    """What is no publication. With no section it stands before the lead. Owner and deadline: who owes it, by when.

    A number is given once: a block that is brought back has its own.
    """

    __tablename__ = "issue_blocks"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    section_id: Mapped[int | None] = mapped_column(ForeignKey("issue_sections.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    media_sha256: Mapped[str | None] = mapped_column(ForeignKey("media.sha256"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    due_on: Mapped[date | None]


class BlockWordingRow(Row):
    __tablename__ = "block_wordings"
    block_id: Mapped[int] = mapped_column(ForeignKey("issue_blocks.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    fields: Mapped[dict[str, Any]]


class CoverageRow(Row):
    """What became of a publication of the period: nothing is silently missed or printed twice."""

    __tablename__ = "coverage"
    __table_args__ = (
        Index(None, "publication_id"),
        CheckConstraint("state IN ('used', 'held', 'declined', 'offered')", name="state"),
    )
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime]


class RevisionRow(Row):
    """An issue as one edit left it. `state`: all its places, or, where it is not whole, what differs from the revision
    before: the places that are set, and those that are gone. `undoes`: the revision that it takes back. `guest`: who it
    was, where it was nobody who works here.
    """

    __tablename__ = "issue_revisions"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    guest: Mapped[str] = mapped_column(String(200), default="", server_default="")
    verb: Mapped[str] = mapped_column(String(40))
    places: Mapped[list[str]]
    is_whole: Mapped[bool]
    state: Mapped[dict[str, Any]]
    undoes: Mapped[int | None]


class PresenceRow(Row):
    """Where in an issue somebody was last seen at work."""

    __tablename__ = "issue_presence"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
