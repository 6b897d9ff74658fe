"""A real Postfix as the relay: it takes the mail over verified TLS, queues it on its disk, and discards it."""

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import trustme

from bench.speed.bench import Bench
from bench.speed.figures import Aim, Finding
from bench.speed.instruments import free_port, listeners, require_greeting, url
from bench.speed.running import send

POSTFIX = Path("/usr/sbin/postfix")
PATIENCE = 180.0  # seconds until what it took must have left its queue
_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = {name}
mydestination =
alias_maps =
alias_database =
default_transport = discard:measured
disable_dns_lookups = yes
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_client_event_limit_exceptions = 127.0.0.0/8
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {folder}/relay.pem
smtpd_tls_loglevel = 1
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
"""
_MASTER = """
127.0.0.1:{port} inet n - n - 100 smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
postlog   unix-dgram n - n - 1 postlogd
"""


class Relay:
    """A Postfix of our own, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name, self.port = f"relay-{secrets.token_hex(4)}.example.org", free_port()
        for name in ("etc", "spool", "data"):
            (folder / name).mkdir(parents=True)
        shutil.chown(folder / "data", "postfix")
        for part in (folder, folder.parent):
            part.chmod(0o755)  # its daemons, who are nobody special, must come here; both are ours
        authority = trustme.CA()
        self.ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca))
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(folder / "relay.pem"))
        for file in ("postfix-files", "dynamicmaps.cf", "post-install", "postfix-script"):
            with suppress(FileNotFoundError):
                shutil.copy(f"/etc/postfix/{file}", folder / "etc" / file)
        asked = ["/usr/sbin/postconf", "-h", "daemon_directory"]
        daemons = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=20).stdout.strip()
        facts = {"folder": folder, "name": self.name, "port": self.port, "daemons": daemons}
        (folder / "etc" / "main.cf").write_text(_MAIN.format(**facts), encoding="ascii")
        (folder / "etc" / "master.cf").write_text(_MASTER.format(**facts), encoding="ascii")
        self._do("start")
        try:
            self._require()
        except BaseException:
            self.close()
            raise

    def _require(self) -> None:
        """That it is ours which listens."""
        ends_at = time.monotonic() + 20
        while not listeners(self.port) and time.monotonic() < ends_at:
            time.sleep(0.05)
        master = int((self._folder / "spool" / "pid" / "master.pid").read_text(encoding="ascii"))
        assert listeners(self.port) == [master], f"on port {self.port} listen {listeners(self.port)}"
        require_greeting(self.port, self.name)

    def discarded(self, wanted: int) -> int:
        """How many it has taken into its queue and discarded, by its own log; waits until all have left the queue."""
        ends_at = time.monotonic() + PATIENCE
        while (found := self._lines("postfix/discard", "status=sent (measured)")) < wanted:
            if time.monotonic() > ends_at:
                break
            time.sleep(0.2)
        return found

    def encrypted(self) -> int:
        """How many connections were."""
        return self._lines("TLS connection established")

    def _lines(self, *words: str) -> int:
        with (self._folder / "maillog").open(encoding="utf-8") as log:
            return sum(all(word in line for word in words) for line in log)

    def close(self) -> None:
        self._do("stop")

    def _do(self, verb: str) -> None:
        command = [str(POSTFIX), "-c", str(self._folder / "etc"), verb]
        subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def relay(folder: Path) -> Iterator[Relay]:
    """A Postfix until the end of the `with`."""
    running = Relay(folder.resolve())
    try:
        yield running
    finally:
        running.close()
        shutil.rmtree(folder)


def postfix(bench: Bench) -> list[Finding]:
    """What the ledger holds for accepted against what Postfix has queued."""
    found = Finding("postfix", "Handed over by the ledger, against taken by the log of a real Postfix", "messages")
    if not POSTFIX.exists() or os.geteuid() != 0:
        found.skipped = "a Postfix of our own needs Postfix, and root to start it."
        return [found]
    if not all(part.stat().st_mode & 0o001 for part in bench.folder.resolve().parents):
        found.skipped = f"Postfix's daemons may not enter a folder above {bench.folder}."
        return [found]
    readers = min(bench.asked.relay, bench.asked.readers)
    with relay(bench.folder / "postfix") as there:
        run = send(bench.here, readers, url(there.port, "tls=starttls", f"ca={there.ca}"))
        taken = there.discarded(readers)
        encrypted = there.encrypted()
    found.sides = {"newsletter": [float(run.messages)], "Postfix": [float(taken)]}
    found.compared, found.aim = ("newsletter", "Postfix"), Aim(1.0)
    if taken != run.messages:
        found.failed = f"the ledger has {run.messages} accepted, Postfix {taken}"
    found.notes = [
        f"{run.rate:,.0f} messages/s over {encrypted} connections with STARTTLS (verified), PIPELINING, CHUNKING.",
        "Postfix writes each message to its queue, with an fsync, before it answers; then it discards it.",
        "Sender and Postfix share one disk and the same cores.",
    ]
    return [found]
