"""Files with the import columns as sources: on disk and on the web, good rows beside bad ones."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadInput, Refusal
from newsletter.fetch import Web
from newsletter.publications.checking import COLUMNS
from newsletter.publications.sources.file import FileReader
from newsletter.publications.sources.model import Definition, Entry, Refused, SourceKind, Total
from tests.served import Served
from tests.source_contract import Case, SourceContract, visit

CSV = "kind,title,url,published_on\nreport,A report,https://example.org/a,2024-05-12\nfoo,,https://example.org/b,\n"


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(allow_private=True, agent="newsletter/test", robots=False) as found:
        yield found


def source(path: Path | str, language: str = "", **options: object) -> Definition:
    return Definition("file", SourceKind.FILE, str(path), language, options)


class TestFile(SourceContract):
    reader = FileReader()

    @pytest.fixture
    def case(self, site: Served) -> Case:
        def serve(*titles: str) -> None:
            rows = [
                {"kind": "report", "title": title, "url": f"https://example.org/{n}"} for n, title in enumerate(titles)
            ]
            content = json.dumps(rows)
            site.page("/file", content, content_type="application/json", etag=f'"{len(content)}"')

        serve("A", "B", "C")
        return Case(source(site.url("/file")), 3, lambda: serve("A", "", "C"))


def test_a_bad_row_costs_only_itself(tmp_path: Path, web: Web) -> None:
    path = tmp_path / "publications.csv"
    path.write_text(CSV, encoding="utf-8")
    told = list(FileReader().read(source(path), web, {}))
    assert told[:2] == [
        Total(2),
        Entry(
            id="https://example.org/a", url="https://example.org/a", title="A report", kind="report", language="en",
            published_on=date(2024, 5, 12),
        ),
    ]  # fmt: skip
    (refused,) = told[2:]
    assert isinstance(refused, Refused)
    assert refused.where == "line 3"
    assert "kind:" in refused.why
    assert "title: is empty" in refused.why


def test_rows_are_in_the_sources_language_unless_they_say_theirs(tmp_path: Path, web: Web) -> None:
    path = tmp_path / "a.csv"
    path.write_text("kind;title;url;language\nreport;A;https://example.org/a;\nreport;B;https://example.org/b;fr\n")
    assert [one.language for one in visit(FileReader(), source(path, "es"), web).entries] == ["es", "fr"]


def test_the_installations_own_kinds_are_known(tmp_path: Path, web: Web) -> None:
    path = tmp_path / "a.csv"
    path.write_text("kind,title,url\npodcast,A,https://example.org/a\n")
    assert not visit(FileReader(), source(path), web).entries
    assert visit(FileReader(), source(path, kinds=("podcast",)), web).entries[0].kind == "podcast"


def test_pictures_on_the_web_are_found_beside_the_file(site: Served, web: Web, tmp_path: Path) -> None:
    rows = [
        {"kind": "report", "title": image, "url": f"https://example.org/{n}", "image": image, "image_alt": "A hall"}
        for n, image in enumerate(["p/a.jpg", "https://example.org/b.jpg", "javascript:x()"])
    ]
    site.page("/files/a.json", json.dumps(rows), content_type="application/json")
    found = visit(FileReader(), source(site.url("/files/a.json")), web).entries
    assert [(one.image, one.image_alt) for one in found] == [
        (site.url("/files/p/a.jpg"), "A hall"), ("https://example.org/b.jpg", "A hall"), ("", ""),
    ]  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(rows[:1]))
    told = list(FileReader().read(source(tmp_path / "a.json"), web, {}))
    assert isinstance(told[1], Entry)
    assert told[1].image == "p/a.jpg"


@pytest.mark.parametrize("name", ["missing.csv", ".", "a\0b", "x" * 5000])
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, web: Web, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        list(FileReader().read(source(f"{tmp_path}/{name}"), web, {}))


def test_a_pipe_is_not_waited_for(tmp_path: Path, web: Web) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput, match="no such file"):
        list(FileReader().read(source(tmp_path / "pipe"), web, {}))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"), (b"a,b\n1,2\n", "header"), (b"[]", "no publications"), (b"{}", "list"), (b"[{", "not JSON"),
        (b"\xff\xfea", "UTF-8"), (b"[" * 100_000, "nested too deep"), (b"[" + b"9" * 100_000, "too long"),
        (b'kind,title,url\n"' + b"x" * 200_000, "not CSV"),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_file_that_is_none_is_said(tmp_path: Path, web: Web, content: bytes, said: str) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(BadInput, match=said):
        list(FileReader().read(source(tmp_path / "a"), web, {}))


def test_a_row_of_very_many_fields_is_refused_quickly(tmp_path: Path, web: Web) -> None:
    names = [f"f{number}" for number in range(100_000)]
    row = "{" + ",".join(f'"{name}": ""' for name in [*names, names[-1]]) + "}"
    (tmp_path / "a.json").write_text(f"[{row}, {json.dumps(dict.fromkeys(names))}]")
    found = visit(FileReader(), source(tmp_path / "a.json"), web)
    assert [one.where for one in found.refused] == ["line 1", "line 1"]
    assert "twice" in found.refused[0].why


_VALUES = st.none() | st.integers() | st.text() | st.sampled_from(
    ["report", "https://example.org/a", "2024-05-12", "\ud800", "\0", "x" * 3000, "es", "http://[", "p/a.jpg"]
)  # fmt: skip
_ROWS = st.lists(st.dictionaries(st.sampled_from(COLUMNS) | st.text(max_size=5), _VALUES) | _VALUES)


@given(_ROWS)
def test_any_rows_are_entries_or_refused(tmp_path_factory: pytest.TempPathFactory, rows: list[object]) -> None:
    path = tmp_path_factory.mktemp("file") / "a.json"
    path.write_text(json.dumps(rows))
    _read(path)


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(str.encode)
    | st.text(max_size=200).map(lambda t: (CSV + t).encode())
)
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("file") / "any"
    path.write_bytes(content)
    _read(path)


def _read(path: Path) -> None:
    with Web(allow_private=True, agent="newsletter/test") as web, suppress(Refusal):
        for one in FileReader().read(source(path), web, {}):
            if isinstance(one, Entry):
                assert one.title
                one.title.encode()
            elif isinstance(one, Refused):
                assert "\n" not in one.why
