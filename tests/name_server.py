"""A small real name server on loopback (UDP): answers what it was given, NXDOMAIN for the rest, or nothing at all."""

import socket
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer:
    """`records[name, kind]` are the texts of its records; a name that has another kind only has no such record."""

    def __init__(self, records: Mapping[tuple[str, str], tuple[str, ...]], *, silent: bool = False) -> None:
        self.records, self.silent = dict(records), silent
        self.asked: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.sendto(b"", ("127.0.0.1", self.port))  # an empty datagram ends it
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            wire, address = self._socket.recvfrom(4096)
            if not wire:
                return
            if not self.silent:
                self._socket.sendto(self._answer(wire), address)

    def _answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if records := self.records.get((name, kind)):
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif not any(known == name for known, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()
