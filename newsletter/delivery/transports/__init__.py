"""Ways to hand over, by the scheme of their URL: smtp, smtps, postmark, folder, null, memory."""

import re
from collections.abc import Collection
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from newsletter.delivery.model import Transport
from newsletter.delivery.transports.connecting import SmtpOptions
from newsletter.delivery.transports.folder import FolderTransport
from newsletter.delivery.transports.memory import MemoryTransport
from newsletter.delivery.transports.null import NullTransport
from newsletter.delivery.transports.postmark import HOST, MOST, PostmarkOptions, PostmarkTransport
from newsletter.delivery.transports.smtp import SmtpTransport
from newsletter.errors import Misconfigured
from newsletter.settings import LOOPBACK

SCHEMES = ("smtp", "smtps", "postmark", "folder", "null", "memory")
_TLS = ("none", "starttls", "implicit")
_SMTP = frozenset({"tls", "connections", "in_doubt", "rate", "pipelining", "chunking", "hello", "ca"})
_POSTMARK = frozenset({"stream", "batch", "rate", "connections"})


def open_transport(name: str, url: str) -> Transport:
    """The transport `name` that `url` describes; Misconfigured names the wrong part, never the password."""
    parts = _parts(name, url)
    match parts.scheme:
        case "smtp" | "smtps":
            return SmtpTransport(name, _smtp_options(name, parts))
        case "postmark":
            return PostmarkTransport(name, _postmark_options(name, parts))
        case "folder":
            return FolderTransport(name, _folder(name, parts))
        case "null":
            _nothing_else(name, parts)
            return NullTransport(name)
        case "memory":
            _nothing_else(name, parts)
            return MemoryTransport(name)
        case scheme:
            # Without // it may be no scheme at all, but a user's name before his password.
            shown = f"'{scheme}'" if url.lower().startswith(f"{scheme}://") and scheme else "what its URL begins with"
            raise Misconfigured(f"Transport {name}: {shown} is not one of {', '.join(SCHEMES)}.")


def is_remote(url: str) -> bool:
    """Whether handing over leaves this machine."""
    parts = _parts("default", url)
    return parts.scheme in {"smtp", "smtps", "postmark"} and parts.hostname not in LOOPBACK


def _parts(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:  # its text may quote the password
        parts = None
    if parts is None or parts.fragment or "#" in url:
        raise Misconfigured(
            f"Transport {name}: its URL cannot be read; in a user, password or path write %23 for #, %2F for /, "
            "%3A for :, %3F for ?, %40 for @, %5B for [ and %5D for ]."
        )
    return parts


def _smtp_options(name: str, parts: SplitResult) -> SmtpOptions:
    options = _options(name, parts, _SMTP)
    if not parts.hostname or parts.path not in {"", "/"}:
        raise Misconfigured(
            f"Transport {name}: after the host and port nothing but options can follow, as in smtp://mail.example.org:587."
            if parts.hostname
            else f"Transport {name}: the host is missing, as in smtp://mail.example.org:587."
        )
    user, password = _login(name, parts)
    tls = _tls(name, parts.scheme, options)
    uses = {option: _one_of(name, option, options.get(option, "auto"), ("auto", "off")) == "auto"
            for option in ("pipelining", "chunking")}  # fmt: skip
    return SmtpOptions(
        host=parts.hostname,
        port=_port(name, parts) or (465 if tls == "implicit" else 587),
        user=user,
        password=password,
        tls=tls,
        connections=_number(name, "connections", options.get("connections", "32")),
        in_doubt=_number(name, "in_doubt", options.get("in_doubt", "80"), most=1000),
        pipelining=uses["pipelining"],
        chunking=uses["chunking"],
        hello=_hello(name, options.get("hello", "")),
        ca_file=options.get("ca", ""),
        rate=_rate(name, options.get("rate")),
    )


def _postmark_options(name: str, parts: SplitResult) -> PostmarkOptions:
    options = _options(name, parts, _POSTMARK)
    token, stream = unquote(parts.username or ""), options.get("stream", "broadcast")
    if not re.fullmatch(r"[!-~]+", token) or parts.password is not None or parts.path not in {"", "/"}:
        raise Misconfigured(
            f"Transport {name}: it is written as postmark://TOKEN@, with the server's token of printable ASCII before "
            "the @, and after it nothing but host, port and options."
        )
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,29}", stream):
        raise Misconfigured(f"Transport {name}: stream={stream} is no message stream's id.")
    return PostmarkOptions(
        token=token,
        url=_postmark_url(parts.hostname or HOST, _port(name, parts)),
        stream=stream,
        batch=_number(name, "batch", options.get("batch", str(MOST)), MOST),
        connections=_number(name, "connections", options.get("connections", "1")),
        rate=_rate(name, options.get("rate")),
    )


def _postmark_url(host: str, port: int | None) -> str:
    """Unencrypted only where nothing leaves this machine."""
    scheme = "http" if host in LOOPBACK else "https"
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}" if port else f"{scheme}://{shown}"


def _options(name: str, parts: SplitResult, known: Collection[str]) -> dict[str, str]:
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    options = dict(pairs)
    for option in options:
        # An unquoted ? in a password makes "options" of the rest of it; those are not shown.
        shown = option if re.fullmatch(r"[a-z_]{1,20}", option) else "of such a name (write ? in a password as %3F)"
        if option not in known:
            raise Misconfigured(f"Transport {name}: no option {shown}; known are {', '.join(sorted(known)) or 'none'}.")
    if len(options) < len(pairs):
        raise Misconfigured(f"Transport {name}: an option stands there twice.")
    return options


def _one_of(name: str, option: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise Misconfigured(f"Transport {name}: {option}={value} is not one of {', '.join(allowed)}.")
    return value


def _tls(name: str, scheme: str, options: dict[str, str]) -> str:
    tls = _one_of(name, "tls", options.get("tls", "implicit" if scheme == "smtps" else "starttls"), _TLS)
    if scheme == "smtps" and tls != "implicit":
        raise Misconfigured(f"Transport {name}: smtps is encrypted from the start; tls={tls} needs smtp://.")
    return tls


def _login(name: str, parts: SplitResult) -> tuple[str, str]:
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        missing = "password" if user else "user"
        raise Misconfigured(f"Transport {name}: the {missing} is missing, as in smtp://user:password@host.")
    if not re.fullmatch(r"[ -~]*", user + password):
        raise Misconfigured(f"Transport {name}: user and password can hold printable ASCII only.")
    return user, password


def _hello(name: str, value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z0-9.-]{1,255}|\[[A-Za-z0-9:.]{1,60}\]", value):
        raise Misconfigured(f"Transport {name}: hello={value} is no host's name.")
    return value


def _port(name: str, parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise Misconfigured(f"Transport {name}: the port is not a number between 1 and 65535.")
    return port


def _number(name: str, option: str, value: str, most: int = 200) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", value) or not 1 <= int(value) <= most:
        raise Misconfigured(f"Transport {name}: {option}={value} is not a number between 1 and {most}.")
    return int(value)


def _rate(name: str, value: str | None) -> float | None:
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", value) or float(value) <= 0:
        raise Misconfigured(f"Transport {name}: rate={value} is not a number of messages a second.")
    return float(value)


def _folder(name: str, parts: SplitResult) -> str:
    _options(name, parts, ())
    path = unquote(parts.path)
    if not path.startswith("/") or parts.netloc or "\0" in path:
        raise Misconfigured(f"Transport {name}: folder needs an absolute path, like folder:///var/spool/newsletter.")
    return path


def _nothing_else(name: str, parts: SplitResult) -> None:
    _options(name, parts, ())
    if parts.netloc or parts.path:
        raise Misconfigured(f"Transport {name}: nothing follows {parts.scheme}: in its URL.")
