"""The wheel: what is in it, and that it runs far from the checkout."""

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from newsletter import __version__

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = {"templates": "newsletter/_shipped/templates", "alembic": "newsletter/_shipped/alembic"}


@dataclass
class Installed:
    """An environment of its own with the wheel in it; what it is built on is lent by ours."""

    folder: Path

    @property
    def bin(self) -> Path:
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    def run(self, *command: str, cwd: Path, **settings: str) -> str:
        """The command's output, run where the checkout is not in sight."""
        cwd.mkdir(exist_ok=True)
        environment = {
            name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR", "SYSTEMROOT") if name in os.environ
        }
        environment |= {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}", **settings}
        done = subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=cwd, env=environment, capture_output=True, text=True, timeout=280, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder, symlinks=os.name != "nt")
    paths = {"base": str(folder), "platbase": str(folder), "installed_base": str(folder)}
    site = Path(sysconfig.get_path("purelib", "venv", paths))
    found = Installed(folder)
    subprocess.run(
        [sys.executable, "-m", "pip", f"--python={found.bin / 'python'}", "--disable-pip-version-check", "install",
         "--quiet", "--no-deps", "--no-index", str(wheel)],
        cwd=folder, check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    # A plain path: our own .pth files, which would lead back to the checkout, are not read through it.
    (site / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n", "utf-8")
    return found


def names(wheel: Path) -> list[str]:
    with ZipFile(wheel) as opened:
        return opened.namelist()


def test_the_folder_of_migrations_is_no_package() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_the_wheel_installs_our_two_packages_and_nothing_else(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in names(wheel)}
    assert tops == {"newsletter", "subscribers", f"newsletter_desk-{__version__}.dist-info"}
    assert not [name for name in names(wheel) if name.endswith((".pyc", ".db")) or "/tests/" in name]


@pytest.mark.parametrize("folder", SHIPPED)
def test_every_template_and_every_migration_is_shipped(wheel: Path, folder: str) -> None:
    here = {
        f"{SHIPPED[folder]}/{path.relative_to(ROOT / folder).as_posix()}"
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names(wheel) if name.startswith(f"{SHIPPED[folder]}/")} == here


def test_the_sample_is_shipped(wheel: Path) -> None:
    assert "newsletter/sample/publications.json" in names(wheel)


def test_installed_it_finds_its_own_templates_and_migrations(installed: Installed, tmp_path: Path) -> None:
    told = installed.run(
        "python", "-c",
        "import alembic, newsletter, subscribers\n"
        "from newsletter import resources\n"
        "print(newsletter.__file__, subscribers.__file__, resources.templates(), resources.migrations(), sep='\\n')\n"
        "print(alembic.__version__)",
        cwd=tmp_path,
    ).splitlines()  # fmt: skip
    paths = [Path(line) for line in told[:4]]
    assert all(path.is_relative_to(installed.folder) and path.exists() for path in paths)
    assert [path.parent.name for path in paths[2:]] == ["_shipped", "_shipped"]


@pytest.mark.parametrize("command", [("newsletter",), ("python", "-m", "newsletter")], ids=" ".join)
def test_installed_it_tells_its_version(installed: Installed, tmp_path: Path, command: tuple[str, ...]) -> None:
    assert installed.run(*command, "--version", cwd=tmp_path) == f"newsletter {__version__}\n"


def test_installed_it_migrates_a_database_by_settings_from_the_environment(
    installed: Installed, tmp_path: Path
) -> None:
    settings = {
        "NEWSLETTER_DATABASE_URL": f"sqlite:///{tmp_path / 'news.db'}",
        "NEWSLETTER_SECRET_KEYS": "s" * 32,
        "NEWSLETTER_SUPPRESSION_KEY": "k" * 32,
    }
    migrate = ("python", "-m", "newsletter", "migrate")
    assert "from empty to" in installed.run(*migrate, cwd=tmp_path, **settings)
    assert "is at" in installed.run(*migrate, cwd=tmp_path, **settings)
    assert "No list yet" in installed.run("newsletter", "lists", "list", cwd=tmp_path, **settings)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_installed_it_runs_the_demo_in_another_folder(installed: Installed, tmp_path: Path) -> None:
    assert "The sum is right" in installed.run("newsletter", "demo", "show", cwd=tmp_path / "somewhere")
    made = {path.name for path in (tmp_path / "somewhere" / "show").iterdir()}
    assert {"newsletter.toml", "newsletter.db", "mailbox", "issue.html", "issue.txt", "report.json"} <= made
