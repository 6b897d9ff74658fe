"""Which HTML and CSS a mail uses, in the names that mail_clients.json has for them."""

import re
from collections.abc import Iterator

_STYLE_BLOCK = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
_STYLE = re.compile(r"\sstyle\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"<([a-z][a-z0-9]*)", re.IGNORECASE)
_RULE = re.compile(r"(@[a-z-]+)([^{;]*)")
_ASKED = re.compile(r"\(\s*([a-z-]+)")
_BODY = re.compile(r"\{([^{}]*)\}")
_FUNCTION = re.compile(r"\b([a-z][a-z-]*)\(")


def features(html: str) -> frozenset[str]:
    """`<video>`, `display`, `display:flex`, `calc()`, `@media`, `@media prefers-color-scheme`."""
    shown = _COMMENT.sub("", html)  # what stands in conditional comments is for one client, which knows it
    sheets = "\n".join(_STYLE_BLOCK.findall(shown))
    inline = ";".join(first or second for first, second in _STYLE.findall(_STYLE_BLOCK.sub("", shown)))
    bodies = ";".join(_BODY.findall(sheets))
    found = {f"<{tag.lower()}>" for tag in _TAG.findall(_STYLE_BLOCK.sub("<style>", shown))}
    return frozenset({*found, *_rules(sheets), *_declared(f"{inline};{bodies}")})


def declarations(style: str) -> Iterator[tuple[str, str]]:
    """The names and values of a style attribute, in small letters."""
    for one in style.split(";"):
        name, _, value = one.partition(":")
        if value.strip():
            yield name.strip().lower(), value.strip().lower()


def _rules(sheets: str) -> Iterator[str]:
    for rule, about in _RULE.findall(sheets.lower()):
        yield rule
        yield from (f"{rule} {name}" for name in _ASKED.findall(about))


def _declared(style: str) -> Iterator[str]:
    for name, value in declarations(style):
        yield name
        plain = value.removesuffix("!important").strip()
        if plain.isidentifier() or plain.replace("-", "").isidentifier():
            yield f"{name}:{plain}"
        yield from (f"{function}()" for function in _FUNCTION.findall(value))
