"""Tries a mail service without sending anything, and looks at our own certificate: each with an end in seconds."""

import os
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import requests

from newsletter.clock import Clock
from newsletter.delivery.model import RouteDown
from newsletter.delivery.transports import open_transport
from newsletter.delivery.transports.connecting import connect, masked
from newsletter.delivery.transports.folder import FolderTransport
from newsletter.delivery.transports.http import session as http
from newsletter.delivery.transports.postmark import PostmarkOptions, PostmarkTransport
from newsletter.delivery.transports.smtp import SmtpTransport
from newsletter.errors import Misconfigured
from newsletter.health.seen import Seen

SECONDS = 8.0
_SHUTTING_DOWN = 421  # RFC 5321 3.8; whatever else it thinks of NOOP, it is there
_EXPIRES = "%b %d %H:%M:%S %Y %Z"


def try_service(name: str, url: str, clock: Clock) -> Seen:
    """Sign in and leave again, or ask the provider whether it knows our key. Nothing is sent."""
    try:
        transport = open_transport(name, url)
        if isinstance(transport, SmtpTransport):
            said = _smtp(transport)
        elif isinstance(transport, PostmarkTransport):
            said = _postmark(transport.options)
        elif isinstance(transport, FolderTransport):
            said = _folder(transport.folder)
        else:
            said = "It hands over to nobody, so there is nothing to reach."
    except (RouteDown, Misconfigured) as error:
        return Seen(clock(), good=False, said=str(error))
    return Seen(clock(), good=True, said=said)


def look_at_certificate(base_url: str, clock: Clock, context: ssl.SSLContext | None = None) -> Seen:
    """Whether our own address answers with a certificate that browsers and mail systems believe, and until when."""
    parts = urlsplit(base_url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        with (
            socket.create_connection((host, port), timeout=SECONDS) as line,
            (context or ssl.create_default_context()).wrap_socket(line, server_hostname=host) as wrapped,
        ):
            told = wrapped.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return Seen(clock(), good=False, said=f"Its certificate is not believed: {error.verify_message}.")
    except (OSError, ValueError) as error:
        return Seen(clock(), good=False, said=f"It could not be reached from here: {error}.")
    until = datetime.strptime(str(told["notAfter"]), _EXPIRES).replace(tzinfo=UTC) if "notAfter" in told else None
    return Seen(clock(), good=True, said="Its certificate is believed.", until=until)


def _smtp(transport: SmtpTransport) -> str:
    client = connect(transport.options, SECONDS)
    try:
        code, answer = client.noop()
        if code == _SHUTTING_DOWN:
            text = masked(transport.options, answer.decode("ascii", "replace"))
            raise RouteDown(f"{transport.options.where} answers {code}: {text}")
        with suppress(OSError):  # it has let us in; whether it says goodbye is no matter
            client.quit()
    except OSError as error:
        raise RouteDown(f"{transport.options.where} hung up: {masked(transport.options, str(error))}") from None
    finally:
        client.close()
    return "It let us in, and out again. Nothing was sent."


def _postmark(options: PostmarkOptions) -> str:
    try:
        with http({"X-Postmark-Server-Token": options.token}) as asked:
            answer = asked.get(f"{options.url}/server", timeout=(SECONDS, SECONDS), allow_redirects=False)
    except (requests.RequestException, OSError) as error:
        raise RouteDown(f"{options.where} cannot be reached: {type(error).__name__}.") from None
    if answer.status_code in {401, 403, 422}:
        raise RouteDown(f"{options.where} does not know our key. Make a new one there, and set it.")
    if answer.status_code != 200:
        raise RouteDown(f"{options.where} answers {answer.status_code}.")
    return "It knows our key. Nothing was sent."


def _folder(path: Path) -> str:
    place = next((one for one in (path, *path.parents) if one.exists()), path)
    if not os.access(place, os.W_OK):
        raise RouteDown(f"Mails cannot be written into {path}.")
    return "Mails can be written into the folder. Nobody gets them from there by itself."
