"""The documents against the code: what they name exists, what exists is named, and their examples run."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from newsletter.cli.main import app
from newsletter.delivery import transports
from newsletter.publications.checking import COLUMNS
from newsletter.publications.kinds import STARTING_KINDS
from newsletter.publications.reading import read_csv, read_json
from newsletter.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "newsletter").rglob("*.md")])
KINDS = [kind.slug for kind in STARTING_KINDS]
ROOT_COMMAND = get_command(app)

# What is made here, or belongs to the machine; the rest of the folder is the repository.
MADE = {".git", ".venv", "var", "dist", "build", "__pycache__"}
_WORD = re.compile(r"[a-z][a-z-]*")


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with its words."""
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from leaves(below, (*path, name))
    else:
        yield path, command


COMMANDS = dict(leaves(ROOT_COMMAND))


def options(command: Any) -> set[str]:
    """Its long options, but for --help."""
    long = {name for one in command.params if one.param_type_name != "argument" for name in one.opts}
    return {name for name in long if name.startswith("--")} - {"--help"}


def blocks(text: str, language: str | None = None) -> list[str]:
    """The fenced blocks of a page, all or those of a language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [body for name, body in found if language is None or name == language]


def unwrapped(block: str) -> str:
    """A block with its continued lines as one."""
    return re.sub(r"\s*\\\n\s*|\n {4,}(?=[-\[])", " ", block)


def named_commands(text: str) -> list[str]:
    """What the page says to type: in blocks, indented, or between backticks."""
    fenced = [line.strip() for block in blocks(text) for line in unwrapped(block).splitlines()]
    rest = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    indented = [line.strip() for line in rest.splitlines() if line.startswith("    ")]
    inline = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", rest)]
    typed = (re.sub(r"^(\$ |\.venv/bin/|python -m )", "", line) for line in (*fenced, *indented, *inline))
    return [line for line in typed if line == "newsletter" or line.startswith("newsletter ")]


def resolve(line: str) -> tuple[Any, set[str]]:
    """The command that a line names, and the options that it gives it."""
    words = shlex.split(re.sub(r"[\[\]]|\.\.\.", " ", line))[1:]
    command, given, taken = ROOT_COMMAND, set(), False
    while words:
        word = words.pop(0)
        if word == "--config":
            words = words[1:]
        elif word.startswith("--"):
            given.add(word.partition("=")[0])
        elif isinstance(command, TyperGroup) and not taken:
            taken = word not in command.commands
            assert not taken or not _WORD.fullmatch(word), f"there is no command {word}: {line}"
            command = command.commands.get(word, command)
    return command, given


def repository() -> list[Path]:
    """Every file of the repository that holds text."""
    found = []
    for folder, names, files in os.walk(ROOT):
        hidden = {name for name in names if name.startswith(".") and name != ".ci"}
        names[:] = sorted(set(names) - MADE - hidden)
        found += [Path(folder) / name for name in files]
    return [path for path in sorted(found) if path.suffix not in {".png", ".jpg", ".db", ".pyc", ".sqlite"}]


def ids(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


# -- commands


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_stands_in_the_list_of_commands_with_all_its_options(words: tuple[str, ...]) -> None:
    line = " ".join(("newsletter", *words))
    usage = [
        one
        for block in blocks((DOCS / "cli.md").read_text("utf-8"))
        for one in unwrapped(block).splitlines()
        if one == line or one.startswith(f"{line} ")
    ]
    assert len(usage) == 1, f"docs/cli.md should tell once how {line} is written"
    assert set(re.findall(r"--[a-z-]+", usage[0])) == options(COMMANDS[words])
    required = {name for one in COMMANDS[words].params if one.required for name in one.opts if name.startswith("--")}
    optional = set(re.findall(r"--[a-z-]+", " ".join(re.findall(r"\[[^\]]*\]", usage[0]))))
    assert optional == options(COMMANDS[words]) - required


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    for line in named_commands(page.read_text("utf-8")):
        command, given = resolve(line)
        known = options(command) | {"--help"} | ({"--version"} if command is ROOT_COMMAND else set())
        assert given <= known, f"{line}: no option {', '.join(given - known)}"


def test_commands_that_do_not_exist_are_noticed() -> None:
    assert named_commands("Type `newsletter frobnicate`, or\n\n    newsletter issue send X --fast\n") == [
        "newsletter issue send X --fast",
        "newsletter frobnicate",
    ]
    with pytest.raises(AssertionError, match="no command frobnicate"):
        resolve("newsletter frobnicate")
    command, given = resolve("newsletter --config F issue send X --fast")
    assert not given <= options(command)


def test_every_command_that_the_program_tells_people_to_type_exists() -> None:
    for path in (ROOT / "newsletter").rglob("*.py"):
        for said in re.findall(
            r"newsletter((?: (?:issue|lists|publications|staff|subscribers|migrate) ?[a-z-]*))", path.read_text("utf-8")
        ):
            words = [word for word in said.split() if word != "-"]
            command: Any = ROOT_COMMAND
            for word in words:
                if isinstance(command, TyperGroup):
                    assert word in command.commands, f"{path.name} says: newsletter{said}"
                    command = command.commands[word]


# -- settings and files


def test_every_setting_stands_in_its_page() -> None:
    page = (DOCS / "settings.md").read_text("utf-8")
    for name in Settings.model_fields:
        if name not in {"file", "folder", "transports"}:
            assert f"| `{name.upper()}` |" in page
    assert "[transports.NAME]" in page


def test_every_way_to_hand_over_and_every_option_of_it_stands_in_the_settings() -> None:
    page = (DOCS / "settings.md").read_text("utf-8")
    for scheme in transports.SCHEMES:
        assert re.search(rf"^\| `{scheme}:", page, re.MULTILINE), scheme
    for option in transports._SMTP:
        assert f"| `{option}` |" in page


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_every_setting_in_an_example_exists(page: Path) -> None:
    for block in blocks(page.read_text("utf-8"), "toml"):
        assert {name.lower() for name in tomllib.loads(block)} <= set(Settings.model_fields)


def test_every_column_and_every_kind_of_the_import_is_told() -> None:
    page = (DOCS / "importing.md").read_text("utf-8")
    table = " ".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))
    assert {*re.findall(r"`(\w+)`", table)} == {*COLUMNS, "email", "name"}
    assert all(f"`{kind}`" in page for kind in KINDS)


def test_the_example_files_are_taken_in_and_say_the_same() -> None:
    page = (DOCS / "importing.md").read_text("utf-8")
    from_csv = [one for _, one in read_csv(blocks(page, "csv")[0], KINDS)]
    from_json = [one for _, one in read_json(blocks(page, "json")[0], KINDS)]
    assert from_csv == from_json
    assert len(from_csv) == 2


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_readme_leads_from_nothing_to_a_sent_issue(tmp_path: Path) -> None:
    page, importing = (ROOT / "README.md").read_text("utf-8"), (DOCS / "importing.md").read_text("utf-8")
    (tmp_path / "publications.csv").write_text(blocks(importing, "csv")[0], "utf-8")
    (tmp_path / "readers.csv").write_text(blocks(importing, "csv")[1], "utf-8")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, what in (("newsletter", '-m newsletter "$@"'), ("python3", '"$@"')):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {what}\n', "utf-8")
        (tools / name).chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")}
    environment |= {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "NEWSLETTER_TRANSPORT_URL": f"folder://{tmp_path / 'out'}",
    }
    (block,) = blocks(page, "bash")
    done = subprocess.run(
        ["bash", "-eu", "-c", block],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    mails = [
        BytesParser(policy=policy.default).parsebytes(path.read_bytes()) for path in (tmp_path / "out").glob("*.eml")
    ]
    sent = sorted(mail["To"].addresses[0].addr_spec for mail in mails if mail["List-Unsubscribe"])
    assert sent == ["ana.reader@example.org", "bo.reader@example.org"]


# -- the pages themselves


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{target} is not there"
        assert found.is_relative_to(ROOT)
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_lines_of_the_pages_are_not_too_long(page: Path) -> None:
    if page.is_relative_to(ROOT / "newsletter"):
        return
    assert [line for line in page.read_text("utf-8").splitlines() if len(line) > 120] == []


def test_every_file_and_folder_that_a_page_names_is_there() -> None:
    for page in PAGES:
        for name in re.findall(
            r"`((?:newsletter|subscribers|templates|alembic|tests|docs|bench)/[\w./-]*)`", page.read_text("utf-8")
        ):
            if "_shipped" not in name:
                assert (ROOT / name).exists(), f"{page.name}: {name}"


def test_every_decision_is_in_the_index_and_has_its_three_parts() -> None:
    index = (DOCS / "decisions" / "README.md").read_text("utf-8")
    numbers = []
    for path in sorted((DOCS / "decisions").glob("0*.md")):
        text = path.read_text("utf-8")
        title = re.match(r"# (\d{4}) (.+)\n", text)
        assert title
        assert path.name.startswith(title[1])
        assert f"- [{title[1]}]({path.name}) {title[2]}" in index
        assert all(part in text for part in ("**Context.**", "**Decision.**", "**Consequences.**"))
        numbers.append(int(title[1]))
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_make_target_is_told_and_every_told_one_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    pages = "\n".join(page.read_text("utf-8") for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"))
    assert set(re.findall(r"\bmake ([a-z-]+)`", pages)) | {"demo", "test"} == targets - {"help"}


def test_what_is_new_is_written_down_as_unreleased() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings
    assert headings[0] == "Unreleased"


# -- nothing of the machine it was made on


def test_no_file_names_a_package_registry() -> None:
    hosts = "|".join(("py" + "pi", "pythonhosted", "arti" + "factory", "jfrog", "npm" + "js", "codeartifact"))
    registry = re.compile(rf"https?://[^/\s\"']*(?:{hosts})|--(?:extra-)?index" + "-url[ =]", re.IGNORECASE)
    for path in repository():
        found = registry.search(path.read_text("utf-8", "replace"))
        assert not found, f"{path.relative_to(ROOT)}: {found[0]}"


def test_no_file_names_a_path_of_one_machine() -> None:
    place = re.compile(r"(?<![\w.$}/-])/(?:work|root|home|Users)" + r"/[\w.-]+")
    for path in repository():
        found = place.search(path.read_text("utf-8", "replace"))
        assert not found, f"{path.relative_to(ROOT)}: {found[0]}"
