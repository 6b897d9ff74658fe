"""The one call of the MJML renderer: what goes in is read and respelt first, what comes out is looked at."""

import re
from collections.abc import Iterator

from mjml import mjml2html

from newsletter.errors import RenderError
from newsletter.rendering.harden import harden
from newsletter.rendering.lint import excerpt_at, problems

# Templates print this comment before each item; comments do not reach the mail.
_ITEM = re.compile(r"<!-- item: (.*?) -->")
# One conditional ends where the next begins: Outlook reads them as one, and the mail is a twentieth shorter.
_SEAM = "<![endif]--><!--[if mso | IE]>"
_SPAN = re.compile(r"position (\d+)(?::\d+)?")
_IMG = re.compile(r"<img\b[^>]*>")
_LEFT_OVER = {
    r"\u{": "an escaped character was printed as its code",
    "<mj-": "a component was not rendered",
    "{{": "template syntax is left over",
    "{%": "template syntax is left over",
}


def item_comment(title: str) -> str:
    """The comment that lets an error name the item it stands in."""
    return f"<!-- item: {re.sub(r'[<>&{}%-]+', ' ', title)[:80].strip()} -->"


def to_html(mjml: str) -> str:
    """MJML as HTML that mail programs read; RenderError names line, excerpt and, where it is known, the item."""
    found = problems(mjml)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise RenderError(f"The mail cannot be rendered{_in_item(mjml, found[0].line)}: {found[0]}{more}.")
    page = _rendered(harden(mjml)).replace(_SEAM, "")
    for message in _faults(page):
        raise RenderError(f"The rendered mail is damaged: {message}.")
    return page


def _rendered(mjml: str) -> str:
    try:
        # Without its own table of fonts the renderer would fetch Google's into every mail.
        return mjml2html(mjml, fonts={}, disable_comments=True)
    except ValueError as error:
        raise _refused(mjml, error) from error
    except BaseException as error:
        # A panic in the renderer derives from BaseException; an interrupt must pass.
        if type(error).__name__ != "PanicException":
            raise
        raise _refused(mjml, error) from None


def _refused(mjml: str, error: BaseException) -> RenderError:
    span = _SPAN.search(str(error))
    if not span:
        return RenderError(f"The mail cannot be rendered: {error}.")
    before = mjml.encode()[: int(span[1])].decode(errors="replace")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    where = f"{_in_item(mjml, line)}: line {line}, column {column}"
    return RenderError(f"The mail cannot be rendered{where}: {error}: {excerpt_at(mjml, line, column)}.")


def _in_item(mjml: str, line: int) -> str:
    above = "\n".join(mjml.split("\n")[:line])
    names = _ITEM.findall(above)
    return f', in "{names[-1]}"' if names else ""


def _faults(page: str) -> Iterator[str]:
    for text, message in _LEFT_OVER.items():
        offset = page.find(text)
        if offset >= 0:
            yield f"{message}, near {page[max(0, offset - 40) : offset + 40]!r}"
    if not _conditionals_pair(page):
        yield "an Outlook conditional is not closed"
    for picture in _IMG.findall(page):
        if not all(re.search(rf'\s{name}="', picture) for name in ("alt", "width")):
            yield f"a picture has no alternative text or no width: {picture[:80]}"


def _conditionals_pair(page: str) -> bool:
    """Each `<!--[if` is closed by one `<![endif]-->` before the next opens."""
    depth = 0
    for mark in re.findall(r"<!--\[if|<!\[endif\]-->", page):
        depth += 1 if mark == "<!--[if" else -1
        if depth not in (0, 1):
            return False
    return depth == 0
