"""Staff, and the append-only activity log."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Row
from subscribers import Id


class StaffRow(Row):
    __tablename__ = "staff"
    __table_args__ = (CheckConstraint("role IN ('author', 'approver', 'admin')", name="role"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str | None] = mapped_column(String(200))  # argon2id, with its own parameters
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class StaffLinkRow(Row):
    """A way in, for one use. Its token is signed and stands nowhere; the row says whether it still opens anything."""

    __tablename__ = "staff_links"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    purpose: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    onward: Mapped[str | None] = mapped_column(String(500))  # the page that was asked for when nobody was signed in


class StaffSessionRow(Row):
    """A browser in which somebody is signed in. The cookie is kept as its SHA-256. `left_at`: when its owner's visit
    before the present one ended, in whichever browser.
    """

    __tablename__ = "staff_sessions"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    cookie_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    way: Mapped[str] = mapped_column(String(16))  # link, password, passkey
    agent: Mapped[str] = mapped_column(String(200))
    network: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    browser_sha256: Mapped[str | None] = mapped_column(String(64))  # tells a browser that was here before
    left_at: Mapped[datetime | None]


class PasskeyRow(Row):
    """A passkey (WebAuthn credential) that opens the console for its owner."""

    __tablename__ = "staff_passkeys"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)  # base64url; at most 1023 bytes
    public_key: Mapped[bytes]  # COSE
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class ChallengeRow(Row):
    """What a passkey is to sign, for one use. `staff_id`: for whom, where somebody adds one."""

    __tablename__ = "staff_challenges"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    challenge_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class TryRow(Row):
    """One try at a door that is throttled. `key_sha256`: whose, or from where."""

    __tablename__ = "staff_tries"
    __table_args__ = (Index(None, "what", "key_sha256", "at"), Index(None, "at"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    what: Mapped[str] = mapped_column(String(16))
    key_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class KnownBrowserRow(Row):
    """A browser in which somebody typed a mailed code: their page of a review asks for none there any more. The cookie
    is kept as its SHA-256.
    """

    __tablename__ = "known_browsers"
    __table_args__ = (UniqueConstraint("staff_id", "mark_sha256"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    mark_sha256: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))
    known_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class CodeRow(Row):
    """A code of six digits that was mailed to somebody. The digits are a keyed hash of the id, which is never given
    twice: they stand nowhere. The row says whether they still open anything.
    """

    __tablename__ = "staff_codes"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class DeputyRow(Row):
    """Who is asked for sign-off beside somebody who is away, until the end of that day."""

    __tablename__ = "deputies"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    until: Mapped[date]
    named_at: Mapped[datetime]


class ActivityRow(Row):
    """Who did what to which issue, from where. Rows are added, never changed: a trigger refuses it."""

    __tablename__ = "activity"
    __table_args__ = (Index(None, "issue_id", "at"), Index(None, "staff_id", "id"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    via: Mapped[str] = mapped_column(String(16))
    os_user: Mapped[str] = mapped_column(String(100), default="")
    verb: Mapped[str] = mapped_column(String(40))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"))
    detail: Mapped[dict[str, Any]]


class ApiKeyRow(Row):
    """A key for programs. The key itself is shown once and stored as its SHA-256; `prefix` tells which one it is."""

    __tablename__ = "api_keys"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16))
    key_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class IdempotentRow(Row):
    """The answer that a request with an Idempotency-Key was given, to be given again. Kept for a day."""

    __tablename__ = "idempotent_requests"
    __table_args__ = (UniqueConstraint("api_key_id", "key"), Index(None, "created_at"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"))
    key: Mapped[str] = mapped_column(String(200))
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[bytes]
    created_at: Mapped[datetime]
