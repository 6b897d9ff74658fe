"""A passkey in software: it answers as browsers and their authenticators do, and as those do that lie."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_UP, _UV, _AT = 1, 4, 64


class Authenticator:
    """`count`: what it says how often it signed; 0 for ever, as many say, where `counts` is off."""

    def __init__(self, origin: str, host: str, *, counts: bool = True) -> None:
        self.origin, self.host, self.counts = origin, host, counts
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.count = 0
        self.handle = b""

    def make(self, told: str) -> str:
        options = json.loads(told)
        self.handle = unb64(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self._data(_UP | _UV | _AT) + attested
        said = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({
            "clientDataJSON": b64(self._client("webauthn.create", options["challenge"])), "attestationObject": b64(said)
        })  # fmt: skip

    def sign(self, told: str) -> str:
        self.count += self.counts
        client, data = self._client("webauthn.get", json.loads(told)["challenge"]), self._data(_UP | _UV)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer({
            "clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature),
            "userHandle": b64(self.handle),
        })  # fmt: skip

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response})


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
