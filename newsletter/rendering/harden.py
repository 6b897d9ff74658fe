"""Writes MJML so that the renderer keeps it: the same document, in the spelling it does not damage.

The renderer (mrml 6.0.1) prints attribute values in Rust's debug notation, so that a newline becomes a backslash and an
n, and drops white space that begins with a newline, so that two words in tags of their own are glued together.
"""

import re

_TAG = re.compile(
    r"""<!--.*?-->|<(?P<name>[A-Za-z][\w:.-]*)(?P<attributes>(?:\s+[^\s"'<>/=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(?P<empty>/?)>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CONTENT = re.compile(r"(<(mj-text|mj-button|mj-table|mj-raw)\b[^>]*(?<!/)>)(.*?)(</\2\s*>)", re.DOTALL)
_GAP = re.compile(r">[ \t]*\r?\n[ \t\r\n]*<")
_TITLE = re.compile(r"(<mj-title>)(.*?)(</mj-title>)", re.DOTALL)
_SAFE = str.maketrans({"\\": "&#92;", '"': "&quot;", "<": "&lt;", ">": "&gt;"})
_BREAK = re.compile(r"[ \t]*[\r\n\t]+[ \t]*")


def harden(mjml: str) -> str:
    """The same document in safe spelling. It must be well-formed: `lint` comes first."""
    safe = _TAG.sub(_tag, mjml)
    safe = _CONTENT.sub(lambda found: found[1] + _GAP.sub("> <", found[3]) + found[4], safe)
    # The title is copied into an attribute.
    return _TITLE.sub(lambda found: found[1] + safe_value(found[2].strip()) + found[3], safe)


def safe_value(value: str) -> str:
    """An attribute's value in one line of ASCII; what it means to a mail program stays the same."""
    return _BREAK.sub(" ", value).translate(_SAFE).encode("ascii", "xmlcharrefreplace").decode()


def _tag(found: re.Match[str]) -> str:
    if found["name"] is None:
        return found[0]
    attributes = "".join(_attribute(one) for one in _ATTRIBUTE.finditer(found["attributes"]))
    return f"<{found['name']}{attributes}{' /' if found['empty'] else ''}>"


def _attribute(found: re.Match[str]) -> str:
    name, double, single = found.groups()
    return f' {name}="{safe_value(single if double is None else double)}"'
