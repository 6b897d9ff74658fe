"""A Postfix of our own in a folder of its own: a relay as it stands in the field, and the files it delivers into."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM, DAEMONS = Path("/usr/sbin/postfix"), Path("/usr/lib/postfix/sbin")
REFUSED = "nobody@inbox.example"
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.inbox.example
mydestination =
mynetworks = 127.0.0.0/8
disable_dns_lookups = yes
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
alias_maps =
virtual_mailbox_domains = inbox.example
virtual_mailbox_maps = static:all/
virtual_mailbox_base = {folder}/mail
virtual_minimum_uid = 1
virtual_uid_maps = static:{owner.pw_uid}
virtual_gid_maps = static:{owner.pw_gid}
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{ {refused} = 550 5.1.1 no such person }} }}, permit
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/chain.pem
smtpd_client_connection_rate_limit = 0
local_header_rewrite_clients =
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running one. It takes mail for anybody@inbox.example but `REFUSED`."""

    port: int
    folder: Path

    def messages(self) -> list[bytes]:
        """What was delivered, without the header lines that Postfix writes above ours; with CRLF again."""
        found = [path.read_bytes() for path in (self.folder / "mail").glob("all/new/*")]
        return [content[content.index(b"\nTo: ") + 1 :].replace(b"\n", b"\r\n") for content in found]

    def is_idle(self) -> bool:
        """Whether nothing waits for delivery."""
        return not any(
            path.is_file()
            for queue in ("incoming", "active", "maildrop")
            for path in (self.folder / "spool" / queue).rglob("*")
        )

    def log(self) -> str:
        """What it has noted."""
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""


@contextmanager
def postfix(chain: bytes) -> Iterator[Postfix]:
    """Started and stopped; `chain`: its key and certificates. Skips where it cannot be."""
    if not PROGRAM.exists() or not DAEMONS.exists():
        pytest.skip(f"needs Postfix: there is no {PROGRAM}")
    if os.geteuid() != 0:
        pytest.skip("needs root: Postfix takes other users' names")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="postfix-", ignore_cleanup_errors=True) as name:
        folder, owner = Path(name), pwd.getpwnam("postfix")
        folder.chmod(0o755)
        for part in ("etc", "spool", "data", "mail"):
            (folder / part).mkdir()
        for part in ("data", "mail"):
            os.chown(folder / part, owner.pw_uid, owner.pw_gid)
        for file in ("postfix-files", "dynamicmaps.cf", "post-install", "postfix-script"):
            if Path("/etc/postfix", file).exists():
                shutil.copy(Path("/etc/postfix", file), folder / "etc")
        (folder / "chain.pem").write_bytes(chain)
        (folder / "etc" / "main.cf").write_text(
            MAIN.format(folder=folder, daemons=DAEMONS, owner=owner, refused=REFUSED)
        )
        (folder / "etc" / "master.cf").write_text(MASTER.format(port=port))
        command = [str(PROGRAM), "-c", str(folder / "etc")]
        started = subprocess.run([*command, "start"], capture_output=True, text=True, timeout=60, check=False)
        try:
            if started.returncode != 0:
                pytest.skip(f"Postfix does not start here: {started.stderr[-500:]}")
            yield Postfix(port, folder)
        finally:
            subprocess.run([*command, "stop"], capture_output=True, timeout=60, check=False)
