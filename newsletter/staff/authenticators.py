"""What browsers and their authenticators are asked, and whether their answer is good (WebAuthn, level 2)."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.errors import BadInput

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys belong to: the host of BASE_URL, and the origin that its pages have."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """A passkey as its authenticator has made it."""

    credential_id: str
    public_key: bytes
    sign_count: int


def place(base_url: str) -> Place | None:
    """None where browsers make no passkeys: they want a name, and https (but on `localhost`)."""
    parts = urlsplit(base_url)
    host, port = parts.hostname or "", parts.port
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return None
    if parts.scheme != "https" and host != "localhost":
        return None
    shown = f":{port}" if port is not None and port != _PORTS[parts.scheme] else ""
    return Place(host, f"{parts.scheme}://{host}{shown}")


def asked_to_make(at: Place, challenge: bytes, handle: bytes, email: str, name: str, known: Sequence[str]) -> str:
    """What a browser is told for `navigator.credentials.create`, as JSON. `known`: credentials that are there."""
    import webauthn  # noqa: PLC0415 -- a tenth of a second for every command
    from webauthn.helpers import base64url_to_bytes, structs  # noqa: PLC0415

    options = webauthn.generate_registration_options(
        rp_id=at.host,
        rp_name=f"Newsletter, {at.host}",
        user_id=handle,
        user_name=email,
        user_display_name=name or email,
        challenge=challenge,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
    )
    return webauthn.options_to_json(options)


def made(at: Place, challenge: bytes, answer: str) -> Fresh:
    """What was made; BadInput where the answer is not a good one."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import bytes_to_base64url  # noqa: PLC0415

    try:
        found = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=at.host, expected_origin=at.origin
        )
    except Exception as error:  # the library fails in many ways on what is no answer
        raise BadInput("Your browser's answer could not be used. Nothing was added; try again.") from error
    return Fresh(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count)


def asked_to_sign(at: Place, challenge: bytes) -> str:
    """What a browser is told for `navigator.credentials.get`, as JSON. It names nobody."""
    import webauthn  # noqa: PLC0415

    return webauthn.options_to_json(webauthn.generate_authentication_options(rp_id=at.host, challenge=challenge))


def signed(at: Place, challenge: bytes, answer: str, public_key: bytes, sign_count: int) -> int | None:
    """The new count of signatures; None where the answer is not that passkey's, or its count did not grow (a copy)."""
    import webauthn  # noqa: PLC0415

    try:
        found = webauthn.verify_authentication_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=at.host, expected_origin=at.origin,
            credential_public_key=public_key, credential_current_sign_count=sign_count,
        )  # fmt: skip
    except Exception:  # noqa: BLE001 -- the same
        return None
    return found.new_sign_count
