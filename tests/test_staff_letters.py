"""Letters to staff: what is hostile in them is only words, and they can be read on a telephone, in the dark, by ear."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import sync_playwright

from newsletter.rendering import plain, staff
from newsletter.rendering.slots import static
from newsletter.rendering.staff import Letterhead, Part, Row, Shown, StaffLetter
from newsletter.rhythm.letters.saying import MOST_ROWS, When, few
from newsletter.rhythm.steps import OF_A_PERIOD, OWED, REMINDERS, Due, Step, superseded
from tests.browsers import ARGUMENTS, CHROMIUM, IN_A_BROWSER, RULES

HEAD = Letterhead("The Quarterly", "team@example.org")
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung"
LETTER = StaffLetter(
    subject="Your first draft is ready: Summer 2024",
    heading=f"Your first draft of {LONG} is ready",
    lines=("It was collected until Sunday 30 June. 12 in the mail.", LONG * 3),
    picture=Shown("https://news.example.org/media/0.png", 1200, 630, "The cover of Summer 2024"),
    parts=(
        Part("What only you can do", ("A sentence.",), (Row("A title", "a note"), Row(LONG, LONG)), leading=True),
        Part("The sum", rows=(Row("handed over", number="1,468"), Row("refused", number="12"))),
        Part("In the mail", rows=(Row("One", label="Mayors at work"), Row("Two"))),
        Part(commands=(f"newsletter issue submit quarterly-2024-q2 --by YOUR-ADDRESS --comment {LONG}",)),
    ),
)


def html_of(letter: StaffLetter) -> str:
    return static(staff.render(letter, HEAD).html)


def text_of(letter: StaffLetter) -> str:
    return static(staff.render(letter, HEAD).text)


def test_the_text_says_everything() -> None:
    text = text_of(LETTER)
    for words in ("WHAT ONLY YOU CAN DO", "- A title (a note)", "   1,468  handed over", "Mayors at work\n- One\n- Two",
                  "team@example.org"):  # fmt: skip
        assert words in text, text
    assert max(len(line) for line in text.splitlines() if " " in line.strip() and "newsletter" not in line) <= 72


def hostile(words: str) -> StaffLetter:
    """A letter that says nothing but these words, wherever words can stand."""
    part = Part(words, (words,), (Row(words, words, "", words),), (words,))
    return StaffLetter(words, words, (words,), Shown("https://x/m.png", 1, 1, words), (part,))


def tags(html: str) -> list[str]:
    """Those of a page; a command has one for each of its words."""
    return [tag for tag in re.findall(r"<(/?[a-z!][a-z0-9]*)", html) if "span" not in tag]


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40))
def test_whatever_a_title_is_it_is_only_words(words: str) -> None:
    shown = html_of(hostile(words))
    assert tags(shown) == tags(html_of(hostile("x")))
    assert "{{" not in shown
    assert text_of(hostile(words))


def test_a_plain_letter_looks_the_same_and_names_no_list() -> None:
    made = plain.letter("Paused: Summer 2024", ["Look at it:", "    newsletter issue report x", "<b>So.</b>"])
    assert "calendar of" not in static(made.html)
    assert "&lt;b&gt;" in static(made.html)
    assert static(made.text) == "Look at it:\n\n    newsletter issue report x\n\n<b>So.</b>\n"


def test_a_long_part_is_counted() -> None:
    rows = [Row(str(number)) for number in range(MOST_ROWS + 5)]
    assert few(rows)[-1] == Row("and 5 more")
    assert len(few(rows[: MOST_ROWS + 1])) == MOST_ROWS + 1, "one more takes no more room than to say so"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2024-07-08T21:59", "today, 23:59"),
        ("2024-07-08T22:00", "tomorrow, 00:00"),
        ("2024-07-09T22:00", "Wednesday 10 July, 00:00"),
        ("2025-01-07T08:00", "Tuesday 7 January 2025, 10:00"),
    ],
)
def test_moments_are_said_as_people_here_say_them(moment: str, said: str) -> None:
    when = When(datetime(2024, 7, 8, 7, tzinfo=UTC), timezone(timedelta(hours=2)))
    assert when.said(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == said


# -- what is late ----------------------------------------------------------------------------------------------------

NOW = datetime(2024, 7, 8, tzinfo=UTC)


@given(
    st.lists(
        st.builds(
            Due, st.integers(1, 10_000), st.integers(1, 2), st.none(), st.sampled_from(("2024-Q1", "2024-Q2")),
            st.sampled_from(sorted(OF_A_PERIOD | OWED)), st.sampled_from(("owed/1", "owed/2")),
            st.datetimes(datetime(2024, 1, 1), datetime(2024, 7, 1), timezones=st.just(UTC)),
        ),
        unique_by=lambda row: row.id,
    ),
    st.dictionaries(
        st.tuples(st.integers(1, 2), st.sampled_from(("2024-Q1", "2024-Q2"))),
        st.sampled_from((None, NOW - timedelta(days=1), NOW + timedelta(days=1))),
    ),
)  # fmt: skip
def test_of_what_is_late_little_is_left_and_never_nothing_of_a_draft(
    rows: list[Due], sends: dict[tuple[int, str], datetime | None]
) -> None:
    late = superseded(rows, sends, NOW)
    left = [row for row in rows if row.id not in late]
    for list_id in (1, 2):
        ours = [row for row in left if row.list_id == list_id]
        drafts = [row for row in rows if row.list_id == list_id and row.step is Step.DRAFT]
        assert sum(row.step is Step.DRAFT for row in ours) <= 1
        newest = max(drafts, key=lambda row: (row.due_at, row.id), default=None)
        if newest is not None and sends.get((list_id, newest.period)) is not None:
            assert newest in ours
        for period in ("2024-Q1", "2024-Q2"):
            assert sum(row.step in REMINDERS for row in ours if row.period == period) <= 1
    for about in ("owed/1", "owed/2"):
        owed = [row for row in rows if row.step in OWED and row.about == about]
        assert sum(row.step in OWED for row in left if row.about == about) == bool(owed)


# -- in a browser ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 375, 700])
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize(
    "letter", [pytest.param(LETTER, marks=IN_A_BROWSER, id="staff"), pytest.param(None, marks=IN_A_BROWSER, id="plain")]
)
def test_it_can_be_read_on_a_telephone_in_the_dark_and_by_ear(
    letter: StaffLetter | None, look: str, width: int
) -> None:
    shown = html_of(letter) if letter else static(plain.letter("Paused", ["A line.", f"    newsletter {LONG}"]).html)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=look)  # type: ignore[arg-type]
        page.route("**/*", lambda route: route.abort())
        page.set_content(shown)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page, options=RULES)
        browser.close()
    assert found.response["violations"] == []
