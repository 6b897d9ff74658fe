"""An issue becomes a mail and a page: what stands in it, in which language, and what is refused."""

import html
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from newsletter.errors import RenderError
from newsletter.issues.model import Block, BlockKind, Draft, IssueKind, Item, Picture, Role, Section, Wording
from newsletter.publications.model import Layout
from newsletter.rendering import page, prose
from newsletter.rendering.page import Frame, Rendered, files, render
from newsletter.rendering.slots import Context, Slot, fill, slots, static
from newsletter.rendering.theme import Theme, load
from newsletter.resources import templates
from tests import drafts
from tests.drafts import BASE, ISSUE, NUMBERS, PROFILE, frame, only, worded

VALUES = {
    "unsubscribe_url": "https://news.example.org/u/abc",
    "preferences_url": "https://news.example.org/p/abc",
    "since": "You signed up on 4 March 2024 on our website.",
}
BUDGET = 90_000  # bytes of HTML; from about 102,000 on Gmail hides the rest, and with it the way out


@pytest.fixture(scope="module")
def theme() -> Theme:
    return load(templates() / "email" / "themes" / "default.toml")


@pytest.fixture(scope="module")
def english(theme: Theme) -> Rendered:
    return render(ISSUE, theme, frame())


def mail(rendered: Rendered) -> str:
    return fill(rendered.html, VALUES)


def text(rendered: Rendered) -> str:
    return fill(rendered.text, VALUES)


def words(markup: str) -> str:
    """What a person reads of a page."""
    body = re.sub(r"<head>.*?</head>|<!--.*?-->|<div style=\"display:none.*?</div>", " ", markup, flags=re.DOTALL)
    return prose.squeeze(html.unescape(re.sub(r"<[^>]+>", " ", body)))


def headings(markup: str) -> list[tuple[int, str]]:
    found = re.findall(r"<h([1-6])[^>]*>(.*?)</h\1>", markup, flags=re.DOTALL)
    return [(int(level), words(inner)) for level, inner in found]


# The parts of a mail


def test_both_parts_say_the_same_and_the_web_version_too(english: Rendered) -> None:
    for part in (words(mail(english)), text(english), words(english.web)):
        squeezed = prose.squeeze(part).casefold()
        for item in ISSUE.items:
            assert item.wordings["en"].title.casefold() in squeezed, item.anchor
            assert prose.squeeze(item.wordings["en"].summary).casefold() in squeezed, item.anchor


def test_every_item_is_linked_in_every_part(english: Rendered) -> None:
    for item in ISSUE.items:
        assert f'href="{item.source.url}"' in mail(english)
        assert f'href="{item.source.url}"' in english.web
        assert f"\n{item.source.url}\n" in text(english)


def test_the_slots_are_where_a_reader_needs_them(english: Rendered) -> None:
    assert slots(english.html) == (
        Slot("unsubscribe_url", Context.URL),
        Slot("since", Context.HTML),
        Slot("preferences_url", Context.URL),
        Slot("preferences_url", Context.URL),
        Slot("unsubscribe_url", Context.URL),
    )
    assert {slot.context for slot in slots(english.text)} == {Context.TEXT}
    assert [slot.name for slot in slots(english.text)].count("unsubscribe_url") == 2
    first = mail(english).index(VALUES["unsubscribe_url"])
    assert first < mail(english).index("In this issue")


def test_the_web_version_is_nobodys(english: Rendered) -> None:
    assert "qz" not in english.web
    assert "Unsubscribe" not in english.web
    assert "Forwarded to you?" not in english.web
    assert f'href="{BASE}/subscribe"' in english.web
    assert f'<link rel="canonical" href="{BASE}/issues/summer-2024" />' in english.web
    assert 'role="main"' in english.web
    assert "aria-roledescription" not in english.web


def test_rendering_twice_gives_the_same(theme: Theme, english: Rendered) -> None:
    assert render(ISSUE, theme, frame()) == english


def test_headings_are_in_order(english: Rendered) -> None:
    for markup in (mail(english), english.web):
        levels = [level for level, _ in headings(markup)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_headings_have_no_margin_but_their_own(english: Rendered) -> None:
    assert all("margin:" in tag for tag in re.findall(r"<h[1-6][^>]*>", mail(english)))


def test_the_title_is_the_subject(english: Rendered) -> None:
    assert english.subject == ISSUE.subjects["en"]
    assert f"<title>{english.subject}</title>" in html.unescape(mail(english))


def test_the_preview_line_is_hidden_and_padded(english: Rendered) -> None:
    found = re.search(r'<div style="display:none;[^"]*">(.*?)</div>', mail(english))
    assert found
    assert html.unescape(found[1]).startswith(english.preheader)
    assert "&#847;&zwnj;&nbsp;" * 20 in found[1]


def test_pictures_have_size_and_words_and_lie_at_home(english: Rendered) -> None:
    pictures = re.findall(r"<img[^>]*>", mail(english))
    assert len(pictures) == 6
    for picture in pictures:
        assert f'src="{BASE}/media/' in picture
        assert all(re.search(rf'\b{name}="[^"]+"', picture) for name in ("alt", "width", "height"))
    assert 'width="552" height="310"' in pictures[1]
    assert 'width="120" height="160"' in pictures[4]


def test_in_this_issue_leads_to_the_page_itself(english: Rendered) -> None:
    lines = re.findall(r"<b>([^<]*):</b> <a href=\"([^\"]*)\"[^>]*>([^<]*)</a>", mail(english))
    web = f"{BASE}/issues/summer-2024"
    assert lines == [
        (
            "Mayors at work",
            f"{web}#san-antonio-leadership-on-migration",
            "San Antonio shows what a welcoming city hall can carry",
        ),
        ("New to read", f"{web}#new-to-read", "2023 Impact Report: 250 cities, and what they moved"),
        ("In the news", f"{web}#in-the-news", "Bloomberg, Devex, Radio Ejemplo"),
        ("Open now", f"{web}#open-now", "4 dates, next on 30 August"),
    ]
    anchors = set(re.findall(r'\bid="([^"]+)"', english.web))
    assert {url.split("#")[1] for _, url, _ in lines} <= anchors
    assert {item.anchor for item in ISSUE.items} <= anchors


def test_calls_alone_are_counted_as_calls(theme: Theme) -> None:
    calls = tuple(item for item in drafts.OPEN_NOW if item.source.deadline_on)
    section = Section("open-now", {"en": "Open now"}, layout=Layout.DATE, items=calls)
    rendered = render(replace(ISSUE, sections=(section,)), theme, frame())
    assert "Open now: 2 calls, next closes 30 August" in words(mail(rendered))
    section = replace(section, items=calls[:1])
    rendered = render(replace(ISSUE, sections=(section,)), theme, frame())
    assert "Open now: 1 call, closes 30 August" in words(mail(rendered))


def test_what_lies_ahead_is_sorted_by_its_day(english: Rendered) -> None:
    order = ["Call for city pilots", "Fellowship for municipal", "Workshop: the first week", "Forum of mayors"]
    for part in (words(mail(english)), text(english)):
        places = [part.index(title) for title in order]
        assert places == sorted(places)


def test_dates_stand_first_in_the_text_part(english: Rendered) -> None:
    assert re.search(r"^30 Aug   Call for city pilots$", text(english), flags=re.MULTILINE)
    assert re.search(r"^         Closes Friday, 30 August 2024", text(english), flags=re.MULTILINE)


def test_the_text_part_is_72_wide_but_for_addresses(english: Rendered) -> None:
    for line in text(english).splitlines():
        assert len(line) <= 72 or re.fullmatch(r"<?https?://\S+", line), line
        assert line == line.rstrip()
    assert "\n\n\n" not in text(english)
    assert "\nMAYORS AT WORK\n--------------\n" in text(english)


def test_an_item_without_a_day_waits_at_the_end(theme: Theme) -> None:
    someday = replace(worded("Some day"), source=replace(drafts.OPEN_NOW[1].source, deadline_on=None))
    section = Section("open-now", {"en": "Open now"}, layout=Layout.DATE, items=(someday, drafts.OPEN_NOW[1]))
    rendered = render(replace(ISSUE, sections=(section,)), theme, frame())
    assert words(mail(rendered)).index("Some day") > words(mail(rendered)).index("Call for city pilots")
    assert "Some day" in text(rendered)


def test_labels_say_kind_and_month(english: Rendered) -> None:
    assert "Readout · May 2024" in words(mail(english))
    assert "READOUT · May 2024" in text(english)


def test_buttons_say_what_they_do(theme: Theme, english: Rendered) -> None:
    assert "Read the readout" in words(mail(english))
    assert not re.search(r"click here|learn more|read more", mail(english) + text(english), re.IGNORECASE)
    own = replace(worded("T"), wordings={"en": Wording("T", "S", "Watch the recording")})
    assert "Watch the recording" in words(mail(render(only(own), theme, frame())))


def test_a_statement_has_neither_picture_nor_button(theme: Theme) -> None:
    grave = replace(drafts.AT_WORK[3], role=Role.LEAD, picture=drafts.AT_WORK[0].picture)
    rendered = render(only(grave), theme, frame())
    assert "<img" not in mail(rendered)
    assert 'class="b"' not in mail(rendered)
    assert "Statement · 20 June 2024" in words(mail(rendered))
    assert f'href="{grave.source.url}"' in mail(rendered)


def test_a_partners_work_is_told_as_such(english: Rendered) -> None:
    sentence = "First published by IIED. Shared for interest, not as an endorsement."
    assert sentence in words(mail(english))
    assert sentence in text(english)


def test_a_picture_without_words_is_not_a_link(theme: Theme) -> None:
    silent = replace(drafts.AT_WORK[1], picture=drafts.picture("silent", ""))
    assert not re.search(r"<a[^>]*>\s*<img", mail(render(only(silent), theme, frame())))


def test_small_pictures_are_not_blown_up(theme: Theme) -> None:
    small = replace(worded("T"), picture=drafts.picture("small", "A", 90, 60))
    assert 'width="90" height="60"' in mail(render(only(small), theme, frame()))


def test_overflow_is_one_line_each(english: Rendered) -> None:
    assert (2, "More this quarter") in headings(mail(english))
    assert "MORE THIS QUARTER" in text(english)


# Blocks


def test_the_directors_note_is_signed_and_its_links_work(english: Rendered) -> None:
    assert (2, "From the director") in headings(mail(english))
    assert 'for our <a href="https://www.mayorsmigrationcouncil.org/resources/2023-impact-report"' in mail(english)
    assert "Impact Report\n<https://www.mayorsmigrationcouncil.org/resources/2023-impact-report>" in text(english)
    assert "A. Director Executive Director" in words(mail(english))


def test_an_issue_is_complete_without_director_and_lead(theme: Theme) -> None:
    rendered = render(only(worded("Alone")), theme, frame())
    assert "From the director" not in mail(rendered)
    assert (3, "Alone") in headings(mail(rendered))


def test_all_kinds_of_blocks_stand_in_both_parts(theme: Theme) -> None:
    blocks = (
        Block(1, BlockKind.TEXT, {"en": {"heading": "A heading", "text": "First [page](https://x.org/a).\n\nSecond."}}),
        Block(2, BlockKind.BUTTON, {"en": {"label": "Join the network", "url": "https://x.org/join"}}),
        drafts.QUOTE,
        drafts.NUMBERS,
        replace(drafts.NOTE, picture=None),
    )
    section = Section("blocks", {"en": "Blocks"}, blocks=blocks)
    rendered = render(replace(ISSUE, sections=(section,)), theme, frame())
    for part in (words(mail(rendered)), prose.squeeze(text(rendered))):
        for said in ("A heading", "Second.", "Join the network", "250+", "2023 Impact Report", "A mayor"):
            assert said in part
    assert 'href="https://x.org/join"' in mail(rendered)
    assert "Join the network:\nhttps://x.org/join\n" in text(rendered)


def test_a_section_of_blocks_alone_stands_and_an_empty_one_does_not(theme: Theme) -> None:
    sections = (Section("empty", {"en": "Nothing here"}), Section("voice", {"en": "A voice"}, blocks=(drafts.QUOTE,)))
    rendered = render(replace(ISSUE, sections=sections), theme, frame())
    assert "Nothing here" not in mail(rendered)
    assert (2, "A voice") in headings(mail(rendered))


def test_a_button_must_lead_somewhere(theme: Theme) -> None:
    block = Block(1, BlockKind.BUTTON, {"en": {"label": "Join", "url": "javascript:alert(1)"}})
    section = Section("blocks", {"en": "Blocks"}, blocks=(block,))
    with pytest.raises(RenderError, match='the button "Join"'):
        render(replace(ISSUE, sections=(section,)), theme, frame())


# Languages


@pytest.fixture(scope="module")
def spanish(theme: Theme) -> Rendered:
    return render(ISSUE, theme, frame("es"))


@pytest.fixture(scope="module")
def arabic(theme: Theme) -> Rendered:
    return render(ISSUE, theme, frame("ar"))


def test_a_language_version_speaks_its_language(spanish: Rendered) -> None:
    said = words(mail(spanish))
    assert spanish.subject == ISSUE.subjects["es"]
    assert "Número 8 · 2.º trimestre de 2024" in said
    assert "Crónica · mayo de 2024" in said
    assert "Leer la crónica" in said
    assert "Cierra el viernes, 30 de agosto de 2024" in said
    assert "Summer" not in said


def test_what_is_missing_is_said_once_at_the_top(english: Rendered, spanish: Rendered) -> None:
    sentence = "Esta vez no todo está disponible en español."
    assert words(mail(spanish)).count(sentence) == text(spanish).count(sentence) == 1
    assert words(mail(spanish)).index(sentence) < words(mail(spanish)).index("En este número")
    assert "Not everything is available" not in mail(english)


def test_words_that_fall_back_are_marked_for_screen_readers(spanish: Rendered) -> None:
    assert '<span lang="en" dir="ltr">Thank you, Marvin Rees: six years on the board</span>' in mail(spanish)
    assert '<p lang="en" dir="ltr" style="margin:8px 0 0">The Mayor of Bristol' in mail(spanish)


def test_what_leads_to_another_language_says_so(english: Rendered, spanish: Rendered) -> None:
    assert "welcoming with what there is (in Spanish)" in words(mail(english))
    assert "Cities that learn to receive (in Spanish)" in text(english)
    assert "acoger con los recursos que hay (en" not in words(mail(spanish))
    assert "Thank you, Marvin Rees: six years on the board (en inglés)" in words(mail(spanish))


def test_the_sources_own_title_is_in_the_sources_language(theme: Theme) -> None:
    title = "Guía para ciudades: acoger con los recursos que hay"
    words_en = {"en": (title, "A guide in Spanish for city teams.")}
    guide = drafts.item(98, "knowledge_product", "guia", date(2024, 6, 18), words_en, language="es")
    markup = mail(render(only(guide), theme, frame()))
    assert f'<span lang="es" dir="ltr">{title}</span>' in markup
    assert '<p style="margin:8px 0 0">A guide in Spanish' in markup
    assert f'<a lang="es" dir="ltr" href="{BASE}/issues/summer-2024#all"' in markup
    assert "Not everything is available" not in markup


def test_arabic_words_that_stand_in_run_their_own_way(theme: Theme) -> None:
    title, summary = "دليل الترحيب", "دليل للمدن."
    guide = drafts.item(97, "knowledge_product", "dalil", date(2024, 6, 18), {"en": (title, summary)}, language="ar")
    markup = mail(render(only(guide), theme, frame()))
    assert f'<span lang="ar" dir="rtl">{title}</span>' in markup
    assert f'<p lang="ar" dir="rtl" align="left" style="margin:8px 0 0">{summary}</p>' in markup


def test_numbers_stand_below_what_is_open(theme: Theme) -> None:
    last = replace(ISSUE.sections[3], blocks=(NUMBERS,))
    rendered = render(replace(ISSUE, sections=(last,)), theme, frame())
    assert (2, "By the numbers") in headings(mail(rendered))
    assert text(rendered).index("Add these dates") < text(rendered).index("By the numbers")


def test_other_versions_are_on_the_web(english: Rendered, spanish: Rendered) -> None:
    web = f"{BASE}/issues/summer-2024"
    assert f'href="{web}?lang=es"' in mail(english)
    assert ">Español</a>" in mail(english)
    assert f'href="{web}" lang="en"' in mail(spanish)
    assert f'href="{web}?lang=es#new-to-read"' in mail(spanish)
    assert f"العربية:\n{web}?lang=ar\n" in text(english)


def test_arabic_is_mirrored(arabic: Rendered) -> None:
    markup = mail(arabic)
    assert '<html lang="ar" dir="rtl"' in markup
    assert 'lang="ar" dir="rtl" style="background-color' in markup
    assert "direction:ltr" not in markup
    aligned = re.findall(r'<div style="font-family[^"]*text-align:(\w+)', markup)
    assert set(aligned) == {"right"}
    assert "letter-spacing" not in markup
    assert "text-transform:uppercase" not in markup


def test_arabic_lines_are_laid_out_from_the_right(arabic: Rendered) -> None:
    lines = text(arabic).splitlines()
    mixed = [line for line in lines if re.search("[A-Za-z]", line) and re.search("[\u0600-\u06ff]", line)]
    assert mixed
    for line in mixed:
        assert line[0] == "\u200f" or not re.match(r"[\s\d\W]*[A-Za-z]", line.replace("\u200e", ""))
    assert all(line[0] == "h" for line in lines if "https://" in line and not line.startswith("<"))


def test_a_foreign_title_keeps_its_numbers_in_place(arabic: Rendered) -> None:
    assert "\u200e2023 Impact Report: 250 cities, and what they moved\u200e" in text(arabic)
    assert '<a lang="en" dir="ltr" href="' in mail(arabic)


@pytest.mark.parametrize("language", ["fr", "pt"])
def test_a_language_nobody_wrote_falls_back_entirely(theme: Theme, language: str) -> None:
    rendered = render(ISSUE, theme, frame(language))
    assert rendered.subject == ISSUE.subjects["en"]
    assert "San Antonio shows what a welcoming city hall can carry" in words(mail(rendered))


# The frame


def test_a_list_without_archive_links_to_no_page(theme: Theme) -> None:
    rendered = render(replace(ISSUE, profile=replace(PROFILE, archive="none")), theme, frame())
    assert "/issues/" not in mail(rendered)
    assert "/issues/" not in text(rendered)
    assert 'href="#new-to-read"' in mail(rendered)


def test_an_unlisted_page_asks_not_to_be_indexed(theme: Theme) -> None:
    rendered = render(replace(ISSUE, profile=replace(PROFILE, archive="unlisted")), theme, frame())
    assert '<meta name="robots" content="noindex" />' in rendered.web


def test_the_footer_says_who_where_and_how(english: Rendered) -> None:
    for part in (words(mail(english)), prose.squeeze(text(english)), words(english.web)):
        for said in (PROFILE.legal_name, *PROFILE.postal_address.splitlines(), PROFILE.imprint):
            assert said in part
    assert "You signed up on 4 March 2024 on our website. Next issue: early October 2024." in words(mail(english))
    assert "Reply to this mail: Ana reads it." in words(mail(english))


def test_the_least_frame_is_enough(theme: Theme) -> None:
    rendered = render(ISSUE, theme, Frame(f"{BASE}/", "en"))
    assert "Reply to this mail: a person reads it." in words(mail(rendered))
    assert "Next issue" not in mail(rendered)
    assert f'"{BASE}/media/' in mail(rendered)


def test_a_correction_says_so(theme: Theme) -> None:
    rendered = render(replace(ISSUE, kind=IssueKind.CORRECTION), theme, frame())
    assert (1, "Correction · Summer 2024") in headings(mail(rendered))


def test_the_logo_stands_for_the_name(theme: Theme, tmp_path: Path) -> None:
    source = (templates() / "email" / "themes" / "default.toml").read_text(encoding="utf-8")
    logo = '[logo]\nfile = "logo.png"\nalt = "A network of cities"\nwidth = 220\nheight = 44\n'
    (tmp_path / "t.toml").write_text(source + logo, encoding="utf-8")
    (tmp_path / "logo.png").write_bytes(b"png")
    shown = replace(frame(), logo=Picture("a" * 64, "png", 440, 88, ""))
    markup = mail(render(ISSUE, load(tmp_path / "t.toml"), shown))
    assert 'alt="A network of cities" width="220" height="44"' in markup
    assert "A network of cities" not in mail(render(ISSUE, theme, shown))


def test_a_theme_changes_colours_and_nothing_else(theme: Theme, english: Rendered) -> None:
    other = replace(theme, light=replace(theme.light, accent="#7a1f2b"))
    assert mail(render(ISSUE, other, frame())).replace("#7a1f2b", theme.light.accent) == mail(english)


def test_dark_mode_is_there_for_apple_and_outlook(theme: Theme, english: Rendered) -> None:
    markup = mail(english)
    assert '<meta name="color-scheme" content="light dark" />' in markup
    assert "@media (prefers-color-scheme:dark)" in markup
    assert "[data-ogsc] .p" in markup
    assert theme.dark.paper in markup


# Size


def test_twelve_full_items_fit_well_below_what_gmail_cuts(theme: Theme) -> None:
    issue = drafts.twelve()
    assert sum(item.picture is not None for item in issue.items) == 12
    for language in ("en", "ar"):
        size = len(mail(render(issue, theme, frame(language))).encode())
        assert size <= BUDGET
        assert size <= 80_000, "well below, so that a thirteenth item is no drama"


def test_a_usual_issue_is_small(english: Rendered) -> None:
    assert len(mail(english).encode()) <= 60_000


# Hostile content

HOSTILE = (
    "Quotes \" and ' and “these”",
    "a < b > c & d &amp; e",
    "</mj-text><script>alert(1)</script>",
    "<!-- item: x --> -- <![endif]--> ]]>",
    "{{ name }} {% raw %} %} }} {#",
    "qz0123456789abcdefuunsubscribeXurlzq",
    "\\u{fe0f} \\n back\\slash",
    "❤️ 👩‍👩‍👧 é non\u00a0breaking",
    "عنوان عربي مع 2024 وأرقام",
    "*|FNAME|* %%name%% ${x} [[x]] %name%",
    "%(name)s %s %",
    '[x](javascript:alert(1)) [y](https://x.org/"onload=)',
    "\u202eturned\u202c",
    "Line\none\tand two",
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_come_out_as_they_are(theme: Theme, hostile: str) -> None:
    picture = drafts.picture("x", hostile, credit=hostile)
    item = worded(
        hostile, hostile, image=picture, outlet=hostile, place=hostile, who_for=hostile, original_source=hostile
    )
    note = Block(1, BlockKind.DIRECTOR, {"en": {"text": hostile, "name": hostile, "role": hostile}}, picture)
    draft = replace(
        only(item, replace(item, anchor="b", role=Role.MORE), replace(item, anchor="c", role=Role.LEAD)),
        opening=(note,),
        subjects={"en": hostile},
        preheaders={"en": hostile},
        name=hostile,
        profile=replace(PROFILE, legal_name=hostile, imprint=hostile, postal_address=hostile, from_name=hostile),
    )
    rendered = render(draft, theme, replace(frame(), replies_to=hostile))
    plain = prose.squeeze(hostile)
    assert plain in words(mail(rendered))
    assert plain in words(rendered.web)
    assert plain in prose.squeeze(text(rendered))
    assert rendered.subject == plain
    assert "<script" not in mail(rendered)
    assert "{{" not in mail(rendered)
    assert f'alt="{plain}"' in html.unescape(mail(rendered))
    assert {slot.name for slot in slots(rendered.html)} == set(VALUES)


def test_a_word_of_two_thousand_letters_is_carried(theme: Theme) -> None:
    word = "x" * 2000
    rendered = render(only(worded(word, word)), theme, frame())
    assert word in static(rendered.html)
    assert word in text(rendered)


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b[31m", "\ud800", "\ufffe", "\x9f"])
def test_control_characters_are_refused_with_the_item_named(theme: Theme, bad: str) -> None:
    with pytest.raises(RenderError, match=r'The item "San Antonio" holds the control character U\+'):
        render(only(worded("San Antonio", f"Words{bad} here")), theme, frame())
    with pytest.raises(RenderError, match=r"The issue 'Summer 2024' holds the control character"):
        render(replace(ISSUE, preheaders={"en": bad}), theme, frame())


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x.org", "/x", "https://", 'https://x.org/"x', "https://x y"]
)
def test_an_address_that_is_none_is_refused_with_the_item_named(theme: Theme, url: str) -> None:
    item = worded("San Antonio")
    with pytest.raises(RenderError, match='link of the item "San Antonio"'):
        render(only(replace(item, source=replace(item.source, url=url))), theme, frame())


def test_an_item_without_an_address_has_no_link(theme: Theme) -> None:
    item = worded("San Antonio")
    rendered = render(only(replace(item, source=replace(item.source, url=""))), theme, frame())
    assert "Read the readout" not in mail(rendered)


# What must not leave


def test_an_issue_without_subject_is_refused(theme: Theme) -> None:
    with pytest.raises(RenderError, match="has no subject"):
        render(replace(ISSUE, subjects={"en": " \n"}), theme, frame())


def test_an_item_without_a_title_is_refused(theme: Theme) -> None:
    with pytest.raises(RenderError, match="'worded' has no title"):
        render(only(worded(" ")), theme, frame())


def test_a_mail_without_postal_address_is_refused(theme: Theme) -> None:
    with pytest.raises(RenderError, match="lacks the postal address"):
        render(replace(ISSUE, profile=replace(PROFILE, postal_address=" ")), theme, frame())


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the templates to spoil."""
    for path in (templates() / "email").rglob("*.j2"):
        copy = tmp_path / path.relative_to(templates())
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(page, "templates", lambda: tmp_path)
    return tmp_path / "email"


def spoil(path: Path, old: str, new: str) -> None:
    whole = path.read_text(encoding="utf-8")
    assert old in whole
    path.write_text(whole.replace(old, new), encoding="utf-8")


def test_a_template_without_unsubscribe_is_refused(theme: Theme, workshop: Path) -> None:
    spoil(workshop / "issue.txt.j2", "{{ unsubscribe_url }}", "")
    with pytest.raises(RenderError, match="text part has no way to unsubscribe"):
        render(ISSUE, theme, frame())


def test_a_template_without_the_address_is_refused(theme: Theme, workshop: Path) -> None:
    spoil(workshop / "base.mjml.j2", "{% for line in edition.address %}<br />{{ line }}{% endfor %}", "")
    with pytest.raises(RenderError, match="HTML part lacks the postal address: 100 Example"):
        render(ISSUE, theme, frame())


def test_a_template_that_asks_for_what_is_not_there_is_named(theme: Theme, workshop: Path) -> None:
    spoil(workshop / "issue.txt.j2", "{{ since }}", "{{ sinse }}")
    with pytest.raises(RenderError, match=r"email/issue\.txt\.j2 cannot be filled: 'sinse' is undefined"):
        render(ISSUE, theme, frame())


def test_a_broken_template_is_named_with_its_line(theme: Theme, workshop: Path) -> None:
    spoil(workshop / "issue.txt.j2", "{% endif %}", "{% endiff %}")
    with pytest.raises(RenderError, match=r"issue\.txt\.j2, line \d+ cannot be filled"):
        render(ISSUE, theme, frame())


def test_a_broken_item_template_names_the_item(theme: Theme, workshop: Path) -> None:
    spoil(workshop / "items" / "lead.mjml.j2", "{{ look.summary(lead) }}", "<p>")
    with pytest.raises(RenderError, match='in "San Antonio shows what a welcoming city hall can carry"'):
        render(ISSUE, theme, frame())


def test_an_unknown_template_is_named(theme: Theme) -> None:
    with pytest.raises(RenderError, match="email/lovely"):
        render(replace(ISSUE, profile=replace(PROFILE, template="lovely")), theme, frame())


def test_everything_a_mail_is_made_of_is_listed() -> None:
    names = {path.name for path in files()}
    assert {"base.mjml.j2", "issue.mjml.j2", "issue.txt.j2", "issue.web.mjml.j2", "messages.po"} <= names
    assert {f"{layout.value}.mjml.j2" for layout in Layout} <= names
    assert {f"{kind.value}.mjml.j2" for kind in BlockKind} <= names


def test_every_layout_and_role_of_the_model_is_set(theme: Theme) -> None:
    for number, layout in enumerate(Layout):
        item = worded(f"Title {number}", deadline_on=date(2024, 9, 1))
        item = replace(item, source=replace(item.source, layout=layout), picture=drafts.picture("x", "A", 600, 800))
        for role in Role:
            draft: Draft = only(replace(item, role=role))
            assert f"Title {number}" in words(mail(render(draft, theme, frame()))), (layout, role)


def test_a_mail_of_nothing_but_titles_stands(theme: Theme) -> None:
    items: tuple[Item, ...] = drafts.MORE
    rendered = render(only(*items), theme, frame())
    assert "In this issue" not in mail(rendered)
    assert (2, "More this quarter") in headings(mail(rendered))
