"""The sample: its facts against the page they come from, its pictures, its readers."""

import json
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from newsletter.sample import publications_path
from newsletter.sample.pictures import HEIGHT, SCENES, WIDTH, draw, draw_all, draw_logo
from newsletter.sample.readers import readers

KINDS = {
    "report",
    "brief",
    "research",
    "event_report",
    "readout",
    "press_release",
    "statement",
    "commentary",
    "tribute",
    "partnership",
    "city_story",
    "media_feature",
    "knowledge_product",
    "opportunity",
    "event",
    "newsletter",
}
COLUMNS = {
    "kind",
    "title",
    "summary",
    "url",
    "published_on",
    "language",
    "image",
    "image_alt",
    "image_credit",
    "outlet",
    "original_source",
    "external_id",
    "deadline_on",
    "starts_on",
    "ends_on",
    "place",
    "who_for",
    "date_is",
}
SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
Publication = dict[str, str]


@pytest.fixture(scope="module")
def publications() -> list[Publication]:
    return cast("list[Publication]", json.loads(publications_path().read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def paragraphs() -> list[str]:
    files = sorted(SEEDS.glob("*.txt"))
    if not files:
        pytest.skip("the page's texts are not beside this repository")
    lines = [line.strip() for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line]


def is_title(paragraph: str) -> bool:
    return not paragraph.endswith((".", "…"))


def runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower().replace("’", "").replace("'", ""))
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def quarter(publications: list[Publication]) -> list[Publication]:
    return [p for p in publications if "2024-04-01" <= p.get("published_on", "") <= "2024-06-30"]


def test_every_publication_is_well_formed(publications: list[Publication]) -> None:
    for p in publications:
        assert set(p) <= COLUMNS
        assert all(value == value.strip() and value for value in p.values()), p["title"]
        assert {"kind", "title", "summary", "url", "language", "external_id", "date_is"} <= set(p)
        assert p["kind"] in KINDS
        assert p["date_is"] in {"known", "illustrative"}
        least, most = (45, 60) if p["kind"] == "readout" else (24, 34)
        assert least <= len(p["summary"].split()) <= most, p["title"]
        assert len({"image", "image_alt", "image_credit"} & set(p)) in {0, 3}, p["title"]
        assert re.match(r"https://www\.(mayorsmigrationcouncil|example)\.org/", p["url"])


def test_names_and_links_are_unique(publications: list[Publication]) -> None:
    for column in ("external_id", "url", "title", "image"):
        values = [p[column] for p in publications if column in p]
        assert len(values) == len(set(values)), column


def test_every_kind_appears(publications: list[Publication]) -> None:
    assert {p["kind"] for p in publications} == KINDS


def test_dates_parse(publications: list[Publication]) -> None:
    for p in publications:
        if "published_on" in p:
            date.fromisoformat(p["published_on"])
        for column in {"deadline_on", "starts_on", "ends_on"} & set(p):
            datetime.fromisoformat(p[column])
    assert [p["external_id"] for p in publications if "published_on" not in p] == ["library-card-first-address"]


def test_the_quarter_is_full_to_its_last_day(publications: list[Publication]) -> None:
    q2 = quarter(publications)
    assert 16 <= len(q2) <= 20
    assert max(p["published_on"] for p in q2) == "2024-06-30"


def test_what_lies_ahead(publications: list[Publication]) -> None:
    days = sorted(
        p.get("deadline_on", p.get("starts_on", ""))[:10] for p in publications if p["kind"] in {"opportunity", "event"}
    )
    assert days[0] < "2024-07-01"
    assert days[1:] == ["2024-08-30", "2024-09-06", "2024-09-12", "2024-09-20", "2024-09-24", "2024-10-03"]


def test_every_title_of_the_page_is_there(publications: list[Publication], paragraphs: list[str]) -> None:
    expected = {paragraph for paragraph in paragraphs if is_title(paragraph)}
    assert len(expected) == 20
    assert {p["title"] for p in publications if "mayorsmigrationcouncil.org" in p["url"]} == expected


def test_no_sentence_of_the_page_is_repeated(publications: list[Publication], paragraphs: list[str]) -> None:
    theirs = set().union(*(runs(paragraph) for paragraph in paragraphs if not is_title(paragraph)))
    for p in publications:
        assert not runs(p["summary"]) & theirs, p["title"]


def test_no_figure_is_told_that_the_page_does_not_give(publications: list[Publication], paragraphs: list[str]) -> None:
    figures = set(re.findall(r"\d[\d,]*", " ".join(paragraphs)))
    for p in publications:
        if "mayorsmigrationcouncil.org" in p["url"]:
            assert set(re.findall(r"\d[\d,]*", p["summary"])) <= figures, p["title"]


def test_pictures_open_and_are_light(publications: list[Publication], tmp_path: Path) -> None:
    paths = [p["image"] for p in publications if "image" in p]
    names = [Path(path).stem for path in paths]
    assert set(names) == set(SCENES)
    draw_all(tmp_path / "pictures", names)
    for path in paths:
        assert (tmp_path / path).stat().st_size < 60_000, path
        with Image.open(tmp_path / path) as image:
            image.load()
            assert image.size == (WIDTH, HEIGHT)


def test_a_picture_is_the_same_each_time_and_in_any_size() -> None:
    assert draw("marvin-rees-legacy").tobytes() == draw("marvin-rees-legacy").tobytes()
    assert draw("a-name-without-a-scene", (400, 300)).size == (400, 300)
    assert draw("one-name", (80, 45)).tobytes() != draw("another-name", (80, 45)).tobytes()


def test_the_logo_opens(tmp_path: Path) -> None:
    draw_logo(tmp_path / "logo.png")
    with Image.open(tmp_path / "logo.png") as image:
        assert image.size == (440, 88)
        assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_readers_are_the_same_each_time_and_unique() -> None:
    people = readers()
    assert people == readers()
    assert people != readers(seed=1)
    assert len({person.email for person in people}) == 500
    assert all(re.fullmatch(r"[a-z0-9.]+@([a-z]+\.)?example\.(org|com|net)", person.email) for person in people)
    assert len(readers(20_000)) == 20_000


def test_readers_come_in_every_state_and_language() -> None:
    people = readers()
    states = Counter(person.state for person in people)
    assert states["confirmed"] == 462
    assert set(states) == {"confirmed", "pending", "unsubscribed", "paused", "hard_bounce", "complaint"}
    assert Counter(person.language for person in people)["en"] > 250
    assert {person.language for person in people} == {"en", "es", "fr", "ar"}
