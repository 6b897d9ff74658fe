"""Files a person opens: the issue as a reader would get it."""

import re
from pathlib import Path

from newsletter.approval.versions import Version
from newsletter.delivery.compiling import compile_snapshot
from newsletter.media.store import load
from newsletter.pipeline import Pipeline
from newsletter.rendering.headers import date, list_unsubscribe, mailbox, verbatim
from newsletter.rendering.since import since
from newsletter.rendering.slots import static
from subscribers import Purpose

_READER = "reader@example.org"
_PICTURE = re.compile(r"/media/([0-9a-f]{64})\.([a-z]+)")


def write_issue(pipeline: Pipeline, version: Version, folder: Path) -> tuple[Path, ...]:
    """issue.html, issue.txt and issue.eml of the default language (others as issue.LANGUAGE.*), with test links.

    The .eml is the mail byte for byte; the .html shows its pictures from media/ beside it, so that it can be looked at
    without a server.
    """
    folder.mkdir(parents=True, exist_ok=True)
    compiled = compile_snapshot(version.parts, version.envelope)
    test = pipeline.links.token(Purpose.TEST, 0)
    base = pipeline.settings.base_url
    reachable = base.startswith("https://") or pipeline.settings.base_is_loopback
    written: list[Path] = []
    for language in version.parts:
        values = {"unsubscribe_url": f"{base}/u/{test}", "preferences_url": f"{base}/p/{test}",
                  "since": since(language, None, "form")}  # fmt: skip
        headers = (
            mailbox("To", "", _READER),
            verbatim("Message-ID", f"<{test}@{str(version.envelope['from_address']).rpartition('@')[2]}>"),
            date(pipeline.clock()),
            list_unsubscribe(values["unsubscribe_url"], insecure_ok=True) if reachable else b"",
        )
        stem = "issue" if language == version.draft.profile.default_language else f"issue.{language}"
        contents = {
            "html": compiled.html(language, values).replace(f'src="{base}/media/', 'src="media/').encode(),
            "txt": compiled.text(language, values).encode(),
            "eml": compiled.message(language, headers, values),
        }
        for suffix, content in contents.items():
            path = folder / f"{stem}.{suffix}"
            path.write_bytes(content)
            written.append(path)
    _write_pictures(pipeline, version, folder / "media")
    return tuple(written)


def _write_pictures(pipeline: Pipeline, version: Version, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    html = "".join(static(part.html) for part in version.parts.values())
    with pipeline.database.reading() as session:
        for sha256, extension in sorted(set(_PICTURE.findall(html))):
            found = load(session, sha256)
            if found:
                (folder / f"{sha256}.{extension}").write_bytes(found[0])
