"""Those who work here read none of the words of the machine's makers: in no page, script, sentence or letter."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import newsletter
from newsletter.entrance import letters
from newsletter.rendering import staff
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import static
from newsletter.rendering.staff import StaffLetter
from newsletter.resources import templates
from newsletter.web.console.activity import ACTS, DONE
from newsletter.web.console.acts import KINDS
from newsletter.web.console.routes import Declared
from tests.route import ADMIN, Route
from tests.seated import Seated
from tests.test_console_routes import DECLARED, named, path

WORDS = (
    "preflight", "assemble", "edition", "snapshot", "fingerprint", "stale", "mailing", "freeze", "candidates",
    "deferred", "uncertain", "rehearsal", "suppressed", "consent event", "double opt-in", "bounce", "VERP", "DSN",
    "webhook", "canary", "ramp", "hold window", "preheader", "segment", "nonce", "lease", "ledger", "upstream",
    "attack mode",
)  # fmt: skip
FORBIDDEN = re.compile(rf"\b(?:{'|'.join(map(re.escape, WORDS))})s?\b", re.IGNORECASE)
PACKAGE = Path(newsletter.__file__).parent

# Where sentences for staff are made: the console's modules, and those that write letters.
SPEAKING = sorted(
    {*(PACKAGE / "web" / "console").rglob("*.py"), *(PACKAGE / "health").rglob("*.py"),
     *(PACKAGE / "entrance").rglob("*.py"),
     *(PACKAGE / "rhythm" / "letters").rglob("*.py"), PACKAGE / "approval" / "reviewing.py",
     PACKAGE / "delivery" / "alarming.py", PACKAGE / "delivery" / "guarding.py", PACKAGE / "staff" / "members.py",
     PACKAGE / "staff" / "passwords.py", PACKAGE / "staff" / "passkeys.py", PACKAGE / "staff" / "agents.py"}
)  # fmt: skip


def shown(html: str) -> str:
    """What a person can see or hear of a page: its text, and what stands in attributes that are read."""
    heard = " ".join(re.findall(r'(?:alt|title|placeholder|aria-label|value|content)="([^"]*)"', html))
    return re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)) + " " + heard


def sentences(source: str) -> Iterator[str]:
    """The texts of a module that are more than a word, without its docstrings; policies for browsers are none."""
    tree = ast.parse(source)
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if (
            " " in text.strip()
            and id(node) not in documented
            and "-src '" not in text
            and not text.startswith("<script")
        ):
            yield text


@pytest.mark.parametrize("one", [one for one in DECLARED if one.method == "GET"], ids=named)
def test_no_page_says_them(route: Route, one: Declared) -> None:
    seated = Seated(route, ADMIN)
    answer = seated.get(path(one, seated))
    # What the installation's own domains are called is nobody's choice of words.
    found = FORBIDDEN.findall(re.sub(r"[\w.-]+\.example\.org", " ", shown(answer.text)))
    assert not found, found


@pytest.mark.parametrize("template", sorted((templates() / "console").rglob("*.html")), ids=lambda one: one.name)
def test_no_template_says_them(template: Path) -> None:
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = FORBIDDEN.findall(shown(source))
    assert not found, found


@pytest.mark.parametrize("script", sorted((templates() / "console").rglob("*.js")), ids=lambda one: one.name)
def test_no_script_says_them(script: Path) -> None:
    source = script.read_text(encoding="utf-8")
    texts = re.findall(r"""["'`]([^"'`]* [^"'`]*)["'`]""", source)
    found = FORBIDDEN.findall(" ".join(texts))
    assert not found, found


@pytest.mark.parametrize("module", SPEAKING, ids=lambda one: one.relative_to(PACKAGE).as_posix())
def test_no_sentence_says_them(module: Path) -> None:
    found = [text for text in sentences(module.read_text(encoding="utf-8")) if FORBIDDEN.search(text)]
    assert not found, found


def test_no_refusal_says_them() -> None:
    """Those of the command line and of settings are read by whoever looks after the machine."""
    told = []
    for module in sorted(PACKAGE.rglob("*.py")):
        if {"cli", "mailbox", "sample", "migrations"} & set(module.relative_to(PACKAGE).parts):
            continue
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and node.exc is not None:
                said = " ".join(
                    part.value for part in ast.walk(node.exc)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )  # fmt: skip
                if FORBIDDEN.search(said) and said not in TECHNICAL:
                    told.append(f"{module.relative_to(PACKAGE)}:{node.lineno} {said}")
    assert not told, told


# No person meets these at the console: an option of the command line, a mistake of ours, an answer to a program.
TECHNICAL = {
    "The return path   must be verp@domain, fixed:name@example.org, or transport.",
    "The nonce of a rendering is 16 hexadecimal digits.",
}


@pytest.mark.parametrize(
    "name",
    [
        "letter.html.j2",
        "letter.txt.j2",
        "person.html.j2",
        "staff.html.j2",
        "staff.txt.j2",
        "staff_body.html.j2",
        "staff_above.html.j2",
    ],
)
def test_no_frame_of_a_letter_says_them(name: str) -> None:
    source = (templates() / "notices" / name).read_text(encoding="utf-8")
    found = FORBIDDEN.findall(shown(re.sub(r"\{[{%#].*?[}%#]\}", " ", source, flags=re.DOTALL)))
    assert not found, found


def of_the_entrance() -> Iterator[StaffLetter]:
    for _, made in inspect.getmembers(letters):
        if isinstance(made, StaffLetter):
            yield made
        elif inspect.isfunction(made) and made.__module__ == letters.__name__ and not made.__name__.startswith("_"):
            yield made(*["words"] * len(inspect.signature(made).parameters))


def test_no_letter_of_the_entrance_says_them() -> None:
    made = [staff.render(letter) for letter in of_the_entrance()]
    assert len(made) >= 4
    for one in made:
        assert isinstance(one, Rendered)
        found = FORBIDDEN.findall(f"{one.subject} {shown(static(one.html))} {static(one.text)}")
        assert not found, found


def test_the_log_does_not_say_them() -> None:
    for words in [*ACTS.values(), *DONE.values()]:
        said = words if isinstance(words, str) else words({})
        assert not FORBIDDEN.search(said), said
    assert not FORBIDDEN.search(" ".join(name for name, _ in KINDS.values()))


@pytest.mark.parametrize("word", WORDS)
def test_each_of_them_would_be_found(word: str) -> None:
    page = f'<p class="x">So: <b>{word.upper()}</b>.</p><img alt="a {word}">'
    assert len(FORBIDDEN.findall(shown(page))) == 2
    assert not FORBIDDEN.search(f"x{word}")
