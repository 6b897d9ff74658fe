"""The mailbox takes every message over a real SMTP dialogue, and shows it without trusting it."""

import asyncio
import gc
import multiprocessing
import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
import uvicorn
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter import resources
from newsletter.mailbox import Mailbox, MailboxServer, NotFound
from newsletter.mailbox.guard import is_loopback
from newsletter.mailbox.pages import app
from newsletter.mailbox.serve import serve
from tests.browsers import ARGUMENTS, CHROMIUM

ROOT = Path(__file__).resolve().parent.parent
ARABIC = "رسالة أخبار الحدائق"


def newsletter(subject=ARABIC, recipient="amal@example.org", html="<p>Hello <b>gardens</b></p>"):
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "The Gardens <news@gardens.example>"
    message["To"] = recipient
    message["Date"] = "Sat, 21 Nov 2026 08:00:00 +0100"
    message["Message-ID"] = f"<{abs(hash((subject, recipient)))}@gardens.example>"
    message.set_content("Hello gardens\n.\nmore\n")
    message.add_alternative(f"<html><head><title>x</title></head><body>{html}</body></html>", subtype="html")
    return message


def get(site, path, **headers):
    async def ask():
        transport = httpx.ASGITransport(app=site)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8025") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


@pytest.fixture
def mailbox(tmp_path):
    return Mailbox(tmp_path / "mailbox")


@pytest.fixture
def site(mailbox):
    return app(mailbox, smtp_address="smtp://127.0.0.1:2525")


def only_name(mailbox):
    (summary,) = mailbox.messages().messages
    return summary.name


# Over SMTP


def test_message_arrives_whole_with_its_envelope(mailbox):
    with MailboxServer(mailbox) as server, smtplib.SMTP("127.0.0.1", server.port) as client:
        assert client.ehlo()[0] == 250
        assert client.has_extn("smtputf8")
        assert client.has_extn("8bitmime")
        assert client.esmtp_features["size"] == str(50 * 1024 * 1024)
        client.send_message(newsletter(), "bounce+1@gardens.example", ["amal@example.org"])

    message = mailbox.open(only_name(mailbox))
    assert message.subject == ARABIC
    assert message.sender == "The Gardens <news@gardens.example>"
    assert message.recipient == "amal@example.org"
    assert message.date.isoformat() == "2026-11-21T08:00:00+01:00"
    assert message.text.splitlines() == ["Hello gardens", ".", "more"]
    assert "<b>gardens</b>" in message.html
    assert message.headers[0] == ("X-Mailbox-From", "bounce+1@gardens.example")
    assert message.headers[1] == ("X-Mailbox-To", "amal@example.org")
    assert message.attachments == ()


def test_every_recipient_gets_a_file(mailbox):
    with MailboxServer(mailbox) as server, smtplib.SMTP("127.0.0.1", server.port) as client:
        client.send_message(newsletter(), "news@gardens.example", ["a@example.org", "b@example.org"])
    assert {summary.envelope.recipient for summary in mailbox.messages().messages} == {"a@example.org", "b@example.org"}


def test_addresses_beyond_ascii_are_taken(mailbox):
    with MailboxServer(mailbox) as server, smtplib.SMTP("127.0.0.1", server.port) as client:
        client.send_message(newsletter(recipient="gärtner@exämple.org"))
    message = mailbox.open(only_name(mailbox))
    assert message.recipient == "gärtner@exämple.org"
    assert message.summary.envelope.recipient == "gärtner@exämple.org"


def test_log_is_written_before_the_answer(mailbox, tmp_path):
    log = tmp_path / "accepted.log"
    with MailboxServer(mailbox, log=log) as server, smtplib.SMTP("127.0.0.1", server.port) as client:
        message = newsletter()
        client.send_message(message, "news@gardens.example", ["a@example.org", "b@example.org"])
        lines = log.read_text().splitlines()
    assert lines == [f"a@example.org {message['Message-ID']}", f"b@example.org {message['Message-ID']}"]


def test_message_that_cannot_be_kept_is_to_be_tried_again(tmp_path):
    blocked = tmp_path / "mailbox"
    blocked.write_text("a file where the folder should be")
    with (
        MailboxServer(Mailbox(blocked)) as server,
        smtplib.SMTP("127.0.0.1", server.port) as client,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        client.send_message(newsletter())
    assert refused.value.smtp_code == 451


def test_parallel_sends_are_all_stored(mailbox):
    with MailboxServer(mailbox) as server:

        def send(thread):
            with smtplib.SMTP("127.0.0.1", server.port) as client:
                for number in range(25):
                    client.send_message(newsletter(f"{thread}/{number}"))

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(send, range(8)))
    page = mailbox.messages(per_page=500)
    assert len({summary.subject for summary in page.messages}) == page.kept == 200
    assert not list(mailbox.folder.glob(".*"))


def _store_many(folder):
    box = Mailbox(Path(folder))
    for number in range(50):
        box.store(b"Subject: x\r\n\r\n", "", f"{os.getpid()}-{number}@example.org")


def test_several_processes_share_a_folder(mailbox):
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_store_many, args=(str(mailbox.folder),)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert mailbox.messages().kept == 150


def test_server_stops_while_a_client_is_connected(mailbox):
    with MailboxServer(mailbox) as server:
        client = socket.create_connection(("127.0.0.1", server.port))
        assert client.recv(100).startswith(b"220 localhost newsletter mailbox")
        client.settimeout(5)
    with client:
        assert client.recv(100) == b""
        gc.collect()  # a connection left open would warn now, and warnings are errors
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", server.port))


def test_port_in_use_is_told_where_the_server_is_started(mailbox):
    with (
        MailboxServer(mailbox) as server,
        pytest.raises(OSError, match="in use"),
        MailboxServer(mailbox, port=server.port),
    ):
        pass


# In the folder


def test_newest_stands_first_and_pages_follow(mailbox):
    for number in range(7):
        mailbox.store(f"Subject: {number}\n\n".encode(), "a@example.org", "b@example.org")
    first, last = mailbox.messages(per_page=3), mailbox.messages(page=99, per_page=3)
    assert [summary.subject for summary in first.messages] == ["6", "5", "4"]
    assert [summary.subject for summary in last.messages] == ["0"]
    assert (last.number, last.pages, last.found, last.kept) == (3, 3, 7, 7)


def test_search_wants_every_word_in_subject_or_addresses(mailbox):
    mailbox.store(newsletter("Spring in the Gardens").as_bytes(), "bounce@gardens.example", "amal@example.org")
    mailbox.store(newsletter("Autumn in the gardens").as_bytes(), "bounce@gardens.example", "bo@example.org")
    assert mailbox.messages("GARDENS").found == 2
    assert [summary.subject for summary in mailbox.messages("gardens spring").messages] == ["Spring in the Gardens"]
    assert mailbox.messages("bo@").found == 1
    assert mailbox.messages("bounce@").found == 2
    assert mailbox.messages("winter").found == 0


def test_foreign_files_are_shown_and_unfinished_ones_are_not(mailbox):
    mailbox.folder.mkdir()
    (mailbox.folder / "0001-anna@example.org.eml").write_bytes(newsletter("Foreign").as_bytes())
    (mailbox.folder / ".half.eml").write_bytes(b"Subject: half\n\n")
    (mailbox.folder / "half.eml.tmp").write_bytes(b"Subject: half\n\n")
    (mailbox.folder / "folder.eml").mkdir()
    (mailbox.folder / "link.eml").symlink_to("/etc/passwd")
    assert [summary.subject for summary in mailbox.messages().messages] == ["Foreign"]
    with pytest.raises(NotFound):
        mailbox.open("link.eml")


def test_changed_file_is_read_anew(mailbox):
    path = mailbox.store(b"Subject: one\n\n", "", "a@example.org")
    assert mailbox.messages().messages[0].subject == "one"
    path.write_bytes(b"Subject: two\n\n")
    os.utime(path, ns=(1, 1))
    assert mailbox.messages().messages[0].subject == "two"


def test_envelope_cannot_smuggle_headers(mailbox):
    mailbox.store(b"Subject: x\n\n", "a@example.org\r\nBcc: c@example.org", "b@example.org")
    assert "Bcc" not in dict(mailbox.open(only_name(mailbox)).headers)


@pytest.mark.parametrize("name", ["../x.eml", "a/../x.eml", "/etc/passwd", "..eml", ".x.eml", "x.txt", "x\0.eml", ""])
def test_names_outside_the_folder_are_not_found(mailbox, name):
    mailbox.folder.mkdir()
    with pytest.raises(NotFound):
        mailbox.open(name)


def test_broken_mime_shows_what_it_can(mailbox):
    broken = (
        b"Subject: =?utf-8?b?broken!!!?= caf\xc3\xa9\r\nFrom: =?no-such-charset?q?x?=\r\nDate: yesterday\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=nowhere\r\n\r\n'
        b"still here \xff\r\n--b\r\nContent-Type: application/pdf; name*=nowhere''%ff.pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!not base64"
    )
    mailbox.store(broken, "a@example.org", "b@example.org")
    message = mailbox.open(only_name(mailbox))
    assert "café" in message.subject
    assert "still here" in message.text
    assert message.date is None
    assert message.attachments[0].content_type == "application/pdf"
    assert "no-such-charset" in message.source


def test_message_nested_too_deep_still_opens(mailbox):
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000))
    mailbox.store(b"Subject: deep\r\n" + nested, "a@example.org", "b@example.org")
    assert mailbox.open(only_name(mailbox)).subject == "deep"


@given(
    head=st.binary(max_size=200),
    charset=st.sampled_from(["utf-8", "utf-7", "idna", "rot13", "base64", "unicode_escape", "utf-16", "\x00", "x"]),
    body=st.binary(max_size=100),
)
@example(head=b"", charset="unicode_escape", body=rb"\.")
def test_no_bytes_make_reading_fail(tmp_path_factory, head, charset, body):
    box = Mailbox(tmp_path_factory.mktemp("any"))
    kind = f"Content-Type: text/html; charset={charset}\r\n\r\n".encode()
    name = box.store(b"Subject: " + head + b"\r\n" + kind + body, "a@example.org", "b@example.org").name
    assert box.messages("a").kept == 1
    assert get(app(box), f"/messages/{name}").status_code == 200
    assert get(app(box), f"/messages/{name}/html").status_code in {200, 404}


# In the browser's eyes


def test_empty_mailbox_tells_where_to_send(site):
    page = get(site, "/")
    assert "Nothing has arrived yet." in page.text
    assert "smtp://127.0.0.1:2525" in page.text


def test_list_shows_searches_and_pages(mailbox, site):
    for number in range(60):
        mailbox.store(newsletter(f"Issue {number:02} <b>").as_bytes(), "n@gardens.example", "amal@example.org")
    first = get(site, "/")
    assert "60 messages" in first.text
    assert "Issue 59 &lt;b&gt;" in first.text
    assert "Issue 09" not in first.text
    assert "Issue 09" in get(site, "/?page=2").text
    assert "Issue 59" in get(site, "/?page=many").text
    found = get(site, "/?q=issue+07")
    assert "1 of 60 messages match" in found.text
    assert "No message matches" in get(site, "/?q=%3Cscript%3E").text
    assert "<script" not in get(site, "/?q=%3Cscript%3E").text


@pytest.mark.parametrize("path", ["/", "/mailbox.css", "/nowhere", "/messages/nobody.eml"])
def test_every_answer_carries_the_headers(site, path):
    headers = get(site, path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("view", ["", "html", "text", "headers", "source", "nonsense"])
def test_message_views(mailbox, site, view):
    mailbox.store(newsletter().as_bytes(), "n@gardens.example", "amal@example.org")
    page = get(site, f"/messages/{only_name(mailbox)}?view={view}&width=375")
    assert page.status_code == 200
    assert ARABIC in page.text
    assert ("<iframe" in page.text) == (view in {"", "html", "nonsense"})


def test_script_in_a_mail_is_locked_in(mailbox, site):
    mailbox.store(newsletter(html="<script>alert(1)</script>").as_bytes(), "n@gardens.example", "amal@example.org")
    name = only_name(mailbox)
    frame = re.search(r"<iframe[^>]*>", get(site, f"/messages/{name}").text)[0]
    assert "sandbox=" in frame
    assert "allow-scripts" not in frame
    assert "allow-same-origin" not in frame
    policy = get(site, f"/messages/{name}/html").headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "allow-same-origin" not in policy


def test_source_is_a_download_of_the_very_bytes(mailbox, site):
    path = mailbox.store(newsletter().as_bytes(), "n@gardens.example", "amal@example.org")
    answer = get(site, f"/messages/{path.name}/source")
    assert answer.content == path.read_bytes()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_mail_without_html_opens_as_text(mailbox, site):
    path = mailbox.store(b"Subject: plain\n\nonly words", "n@gardens.example", "amal@example.org")
    assert "only words" in get(site, f"/messages/{path.name}").text
    assert get(site, f"/messages/{path.name}/html").status_code == 404


@pytest.mark.parametrize("name", ["nobody.eml", "..%2Fx.eml", "..%2F..%2Fetc%2Fpasswd", "%2E%2E.eml", "x.txt"])
def test_bad_names_answer_404(site, name):
    for path in (f"/messages/{name}", f"/messages/{name}/html", f"/messages/{name}/source"):
        assert get(site, path).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "", "10.0.0.1"])
def test_foreign_host_is_refused(site, host):
    answer = get(site, "/", host=host)
    assert answer.status_code == 400
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8025", "LOCALHOST", "[::1]:8025", "news.localhost:80"])
def test_own_host_is_answered(site, host):
    assert get(site, "/", host=host).status_code == 200


def test_pictures_are_served_for_ever(mailbox):
    site = app(mailbox, media=lambda name: (b"png", "image/png") if name == "abc.png" else None)
    picture = get(site, "/media/abc.png")
    assert picture.content == b"png"
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert get(site, "/media/other.png").status_code == 404
    assert get(app(mailbox), "/media/abc.png").status_code == 404


def test_resources_lie_in_the_checkout():
    assert (resources.templates() / "mailbox" / "base.html").is_file()
    assert resources.migrations() == ROOT / "alembic"


# As a program

PROGRAM = """
import sys
from pathlib import Path
from newsletter.mailbox.serve import serve
serve(Path(sys.argv[1]), "127.0.0.1", 0, 0, on_ready=lambda smtp, http: print(smtp, http, flush=True))
print("stopped")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_program_takes_shows_and_stops(tmp_path, number):
    program = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with program:
        try:
            smtp_port, http_port = map(int, program.stdout.readline().split())
            with smtplib.SMTP("127.0.0.1", smtp_port) as client:
                client.send_message(newsletter("On its way"))
            with httpx.Client() as browser:
                assert "On its way" in browser.get(f"http://127.0.0.1:{http_port}/").text
                program.send_signal(number)
                out, err = program.communicate(timeout=20)
        finally:
            program.kill()
    assert (out, err, program.returncode) == ("stopped\n", "", 0)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "mail.example"])
def test_only_this_machine_may_look(tmp_path, host):
    assert not is_loopback(host)
    with pytest.raises(ValueError, match="this machine only"):
        serve(tmp_path, host, 0, 0)


@pytest.fixture
def address(mailbox):
    """Serve the pages to a real browser, with a picture and a mail which tries things."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        own = f"http://127.0.0.1:{listener.getsockname()[1]}"
        site = app(mailbox, media=lambda _: (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"))
        server = uvicorn.Server(uvicorn.Config(site, lifespan="off", ws="none", log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield own
        server.should_exit = True
        thread.join()


@pytest.fixture
def browser():
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium at /usr/bin/chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.mark.browser
def test_pages_are_accessible_and_mail_stays_locked_in(mailbox, address, browser):
    from axe_playwright_python.sync_playwright import Axe

    html = (
        f"<h1>Gardens</h1><img id='pic' alt='' src='{address}/media/a.svg'>"
        "<a id='link' href='/?q=followed'>Confirm</a><script>document.title='ran'</script>"
        "<img src='x' alt='' onerror=\"document.title='ran'\">"
    )
    for number in range(60):
        mailbox.store(newsletter(f"{ARABIC} {number}", html=html).as_bytes(), "n@gardens.example", "amal@example.org")
    message = f"{address}/messages/{mailbox.messages().messages[0].name}"
    views = [message, f"{message}?width=375", *(f"{message}?view={view}" for view in ("text", "headers", "source"))]
    every = (f"{address}/", f"{address}/?q=nothing+at+all", f"{address}/nowhere", *views)
    for width, scheme, urls in ((375, "light", every), (1280, "dark", (every[0], message))):
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        for url in urls:
            page.goto(url)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            violations = Axe().run(page).response["violations"]
            assert [(url, violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
        page.close()

    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(message)
    frame = page.frame(url=f"{message}/html")
    assert frame.title() == "x"
    frame.wait_for_function("document.getElementById('pic').complete")
    with page.expect_popup() as popup:
        frame.click("#link")
    popup.value.wait_for_load_state()
    assert popup.value.url == f"{address}/?q=followed"
    page.goto(f"{message}/html")
    assert page.title() == "x"
    page.close()
