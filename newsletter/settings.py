"""Settings: newsletter.toml, overridden by NEWSLETTER_* variables; *_FILE for secrets; no default secrets."""

import os
import re
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from newsletter.errors import Misconfigured

PREFIX = "NEWSLETTER_"
SECRET_LENGTH = 32
_LISTEN = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})", re.ASCII)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class TransportSettings(BaseModel):
    """One named transport: `[transports.NAME] url = "..."`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: str


class Settings(BaseModel):
    """All settings, read once at the start. Names in newsletter.toml are these in lower case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database_url: str = "sqlite:///newsletter.db"
    base_url: str = "http://127.0.0.1:8000"
    secret_keys: tuple[str, ...] = Field(min_length=1)
    suppression_key: str
    timezone: str = "UTC"
    second_timezone: str = ""
    transport_url: str = ""
    transports: dict[str, TransportSettings] = Field(default_factory=dict)
    state_dir: str = ""
    listen: str = ""
    trusted_proxies: tuple[str, ...] = ()
    fetch_allow_private: bool = False
    dkim_domain: str = ""
    dkim_selector: str = ""
    dkim_private_key: str = Field(default="", repr=False)  # PEM
    folder: Path = Path()  # where newsletter.toml stands; relative paths start here
    file: Path = Path()  # newsletter.toml itself, whether it is there or not

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(key.strip() for key in value.split(",")) if isinstance(value, str) else value

    @field_validator("secret_keys")
    @classmethod
    def _long_keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(key) < SECRET_LENGTH for key in value):
            raise ValueError(f"each key needs at least {SECRET_LENGTH} characters")
        return value

    @field_validator("suppression_key")
    @classmethod
    def _long_key(cls, value: str) -> str:
        if len(value) < SECRET_LENGTH:
            raise ValueError(f"needs at least {SECRET_LENGTH} characters")
        return value

    @field_validator("base_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an absolute http(s) address, like https://news.example.org")
        return value.rstrip("/")

    @field_validator("timezone", "second_timezone")
    @classmethod
    def _known_zone(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.field_name == "second_timezone":
            return value
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("is no time zone; use a name like Europe/Brussels") from None
        return value

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        if value and not _LISTEN.fullmatch(value):
            raise ValueError("must be a host and a port, like 127.0.0.1:8000 or [::1]:8000")
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_proxies(cls, value: Any) -> Any:
        return tuple(one.strip() for one in value.split(",") if one.strip()) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                ip_network(one, strict=False)
            except ValueError:
                raise ValueError(f"{one} is no address or network, like 127.0.0.1 or 10.0.0.0/8") from None
        return value

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        if self.suppression_key in self.secret_keys:
            raise ValueError("suppression_key must differ from secret_keys: it is never rotated")
        return self

    @model_validator(mode="after")
    def _dkim_is_whole(self) -> Self:
        dkim = (self.dkim_domain, self.dkim_selector, self.dkim_private_key)
        if any(dkim) and not all(dkim):
            raise ValueError("signing needs dkim_domain, dkim_selector and dkim_private_key, all three or none")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def second_zone(self) -> ZoneInfo | None:
        """Where a second office is."""
        return ZoneInfo(self.second_timezone) if self.second_timezone else None

    @property
    def base_is_loopback(self) -> bool:
        """Whether BASE_URL is this machine."""
        return urlsplit(self.base_url).hostname in LOOPBACK

    @property
    def instance_file(self) -> Path:
        """The file that says which database is this installation's own: in STATE_DIR, else in the SQLite file's
        folder, else where the settings are. Its name begins with the database's.
        """
        path, is_sqlite = self.database_url.partition("?")[0], self.database_url.startswith("sqlite:")
        place = Path(path.removeprefix("sqlite:///")) if is_sqlite else self.folder / path.rpartition("/")[2]
        folder = self.folder / self.state_dir if self.state_dir else place.parent
        return folder / f"{place.name}.instance"

    @property
    def host(self) -> str:
        """BASE_URL's host name."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def listens_at(self) -> tuple[str, int]:
        """Host and port for pages: LISTEN, else BASE_URL's when it is this machine, else 127.0.0.1:8000."""
        if found := _LISTEN.fullmatch(self.listen):
            return found[1] or found[2], int(found[3])
        parts = urlsplit(self.base_url)
        if self.base_is_loopback and parts.hostname:
            return parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]
        return "127.0.0.1", 8000

    def transport(self, name: str) -> str:
        """The URL of a named transport; Misconfigured says how to add it."""
        url = self.transport_url if name == "default" else ""
        if not url and name in self.transports:
            url = self.transports[name].url
        if not url:
            where = "TRANSPORT_URL" if name == "default" else f"[transports.{name}] url"
            raise Misconfigured(
                f"No mail service is set: give {where}, like smtp://user:password@mail.example.org:587."
            )
        return url


def load(config: Path | None = None, environment: dict[str, str] | None = None) -> Settings:
    """Read `config` (or NEWSLETTER_CONFIG, or ./newsletter.toml where it exists), then the environment over it."""
    env = dict(os.environ) if environment is None else environment
    path = config or (Path(env[f"{PREFIX}CONFIG"]) if env.get(f"{PREFIX}CONFIG") else None)
    file = (path or Path("newsletter.toml")).resolve()
    values: dict[str, Any] = {"folder": file.parent, "file": file}
    if path is not None or Path("newsletter.toml").is_file():
        values |= _file(path or Path("newsletter.toml"))
    values |= _from_environment(env)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise Misconfigured(_sentences(error)) from None
    return settings.model_copy(update={"database_url": _anchored(settings.database_url, settings.folder)})


def _file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured(f"Cannot read {path}: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} is not TOML: {error}.") from None
    return _with_files({key.lower(): value for key, value in values.items()}, path.resolve().parent)


def _with_files(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """`NAME_file` names a file that holds the value, as it does in the environment."""
    files = {f"{field}_file": field for field in _single_fields() if f"{field}_file" in values}
    read = {field: _secret_file(key, folder / str(values[key])) for key, field in files.items()}
    return {key: value for key, value in values.items() if key not in files} | read


def _single_fields() -> list[str]:
    """The settings that are one value."""
    return [field for field in Settings.model_fields if field not in {"transports", "folder", "file"}]


def _from_environment(env: dict[str, str]) -> dict[str, Any]:
    names = {f"{PREFIX}{field.upper()}": field for field in _single_fields()}
    values: dict[str, Any] = {field: env[name] for name, field in names.items() if name in env}
    for name, field in names.items():
        if f"{name}_FILE" in env:
            values[field] = _secret_file(f"{name}_FILE", Path(env[f"{name}_FILE"]))
    return values


def _secret_file(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{name} names {path}, which cannot be read: {error}.") from None


def _anchored(url: str, folder: Path) -> str:
    """A relative SQLite path starts where newsletter.toml stands, not where the command was typed."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.startswith("sqlite:////"):
        return url
    return f"{prefix}{folder / url.removeprefix(prefix)}"


def _sentences(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"]).upper() or "SETTINGS"
        message = problem["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {'is missing' if problem['type'] == 'missing' else message}.")
    return "The settings are not right. " + " ".join(lines)
