"""The loop that one would write first: Jinja, EmailMessage and smtplib, a reader at a time, over one connection.

Its template is the approved page, finished, with the reader's values to fill in: less work than rendering an issue.
"""

import json
import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, formatdate, make_msgid
from pathlib import Path

from jinja2 import Environment

from bench.speed.installation import SENDER, Installation, readers_of
from bench.speed.instruments import ROOT, Sink
from newsletter.approval import snapshots
from newsletter.database import Database
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import Pieces, Slot


def run(here: Installation, readers: int, sink: Sink) -> tuple[float, float]:
    """Messages a second of such a loop in a process of its own, and the bytes of a message."""
    database, before = here.fresh(readers), sink.count()
    command = [sys.executable, "-m", "bench.speed.straightforward", str(database.resolve()), str(sink.port)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3600, check=False)
    assert done.returncode == 0, done.stderr
    taken = sink.count() - before
    assert taken == readers, f"the loop sent {readers}, the sink has {taken}"
    said = json.loads(done.stdout)
    return readers / said["seconds"], said["bytes"] / readers


def loop(part: Rendered, people: list[tuple[str, str]], port: int) -> tuple[float, int]:
    """Seconds and bytes of all messages."""
    environment = Environment(autoescape=True)
    html = environment.from_string(_template(part.html))
    text = Environment(autoescape=False).from_string(_template(part.text))
    octets = 0
    with smtplib.SMTP("127.0.0.1", port) as connection:
        connection.ehlo()
        began = time.perf_counter()
        for number, (address, name) in enumerate(people):
            link = f"http://127.0.0.1:8000/u/{number:032x}"
            values = {
                "unsubscribe_url": link, "preferences_url": link.replace("/u/", "/p/"), "since": "since November 2023"
            }  # fmt: skip
            message = EmailMessage(policy=SMTP)
            message["From"] = formataddr(("Réseau des villes", SENDER))
            message["To"] = formataddr((name, address))
            message["Subject"] = part.subject
            message["Date"] = formatdate()
            message["Message-ID"] = make_msgid(domain="news.example.org")
            message["List-Unsubscribe"] = f"<{link}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            message.set_content(text.render(values), cte="quoted-printable")
            message.add_alternative(html.render(values), subtype="html", cte="quoted-printable")
            refused = connection.send_message(message)
            assert not refused
            octets += 0 if number else len(message.as_bytes())
        seconds = time.perf_counter() - began
    return seconds, octets * len(people)


def _template(pieces: Pieces) -> str:
    return "".join(
        f"{{{{ {one.name} }}}}" if isinstance(one, Slot) else f"{{% raw %}}{one}{{% endraw %}}" for one in pieces
    )


def main() -> None:
    """Entry point: the database with the approved issue, and the sink's port."""
    path, port = Path(sys.argv[1]), int(sys.argv[2])
    database = Database(f"sqlite:///{path}")
    with database.reading() as session:
        (part,) = snapshots.parts(session, 1).values()
    database.close()
    seconds, octets = loop(part, list(readers_of(path)), port)
    print(json.dumps({"seconds": seconds, "bytes": octets}))


if __name__ == "__main__":
    main()
