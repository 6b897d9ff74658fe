"""Each check of words with something to find, and without."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from newsletter.issues.model import Block, BlockKind, Draft, Item, Role, Wording
from newsletter.preflight import Facts, Mending, Severity, check
from newsletter.preflight.checks.calendar_words import dated, relative
from newsletter.preflight.checks.names import are_alike
from newsletter.preflight.checks.placeholders import leftover
from newsletter.preflight.facts.model import SendDay
from newsletter.preflight.facts.texts import texts
from tests.checked import NOW, facts, found, told, with_part
from tests.drafts import ISSUE, item, only, picture, worded


def saying(summary: str, title: str = "A headline that says what has happened", language: str = "en") -> Facts:
    """One item with these words, in a version of that language."""
    one = replace(worded(title, summary), wordings={language: Wording(title, summary)})
    return facts(only(one), (language,))


# -- subject and preview line


@pytest.mark.parametrize(
    ("subject", "severity"),
    [("", "must"), ("   ", "must"), ("Re: your question of last week", "must"), ("FWD: a letter for you", "must"),
     ("Aw: a letter that you asked for", "must"), ("Too short", "look"), ("Too long " * 10, "look")],
)  # fmt: skip
def test_a_subject_that_will_not_do(subject: str, severity: str) -> None:
    assert told(with_part(facts(), subject=subject), "subject") == [(severity, "Subject")]


@pytest.mark.parametrize("subject", ["Reports from three cities, one call", "Regarding cities: 3 calls open now"])
def test_a_subject_that_only_begins_like_an_answer_will_do(subject: str) -> None:
    assert told(with_part(facts(), subject=subject), "subject") == []


@pytest.mark.parametrize(
    ("preview", "severity"),
    [("", "must"), (" ", "must"), (ISSUE.subjects["en"], "look"), ("Short", "look"), ("Long " * 40, "look")],
)
def test_a_preview_line_that_will_not_do(preview: str, severity: str) -> None:
    assert told(with_part(facts(), preheader=preview), "preview line") == [(severity, "Preview line")]
    assert told(facts(), "preview line") == []


# -- placeholders


@pytest.mark.parametrize(
    "text",
    ["Your text here, please", "Issue [[number]] of our letter", "TODO: say something", "Lorem ipsum dolor",
     "By XX June", "Dear {{ name }}", "%%name%%", "To come: TBD", "[Name] speaks", "Su texto aquí", "ضع النص هنا"],
)  # fmt: skip
def test_what_was_left_to_be_filled_in_is_found_anywhere(text: str) -> None:
    (one,) = found(saying(text), "placeholders")
    assert (one.severity, one.mends[0].kind, one.mends[0].field) == (Severity.MUST, Mending.ITEM, "summary")
    assert leftover(text) in one.message
    given = facts(replace(ISSUE, subjects={"en": text}))
    assert told(given, "placeholders") == [("must", "Subject")]


@pytest.mark.parametrize(
    "text",
    ["Todo cambia en la ciudad", "The texts here are ours", "World Cup XXI", "A placeholder in a city", "50% of cities",
     "We hear [a bell] ring", "Taxi drivers", "Is 3 < 4?", "xx"],
)  # fmt: skip
def test_words_that_only_look_like_placeholders_are_left_alone(text: str) -> None:
    assert found(saying(text), "placeholders") == []


def test_a_block_is_read_too_and_its_button_leads_to_it() -> None:
    note = Block(7, BlockKind.TEXT, {"en": {"heading": "News", "text": "lorem ipsum"}})
    (one,) = found(facts(replace(ISSUE, opening=(note,))), "placeholders")
    assert (one.place, one.mends[0].kind, one.mends[0].block) == ("Text", Mending.BLOCK, 7)


# -- days


@pytest.mark.parametrize(
    ("text", "language", "severity"),
    [("We meet on Tuesday 10 July 2024.", "en", "must"), ("On Monday, July 9th, 2024", "en", "must"),
     ("Mon 9 Jul at noon", "en", "look"), ("10 July (Tuesday)", "en", "look"), ("Tuesday, 31 June", "en", "must"),
     ("el lunes 9 de julio de 2024", "es", "must"), ("martes, 10 de julio", "es", "look"),
     ("lundi 9 juillet 2024", "fr", "must"), ("mardi 1er juillet", "fr", "look"),
     ("يوم الاثنين 9 يوليو 2024", "ar", "must"), ("الاثنين ٩ تموز", "ar", "look")],
)  # fmt: skip
def test_a_weekday_that_is_not_its_dates_is_found(text: str, language: str, severity: str) -> None:
    (one,) = found(saying(text, language=language), "weekdays")
    assert one.severity.value == ("look" if "31 June" in text else severity)


@pytest.mark.parametrize(
    ("text", "language"),
    [("We meet on Tuesday 9 July 2024.", "en"), ("Tuesday, July 9", "en"), ("Tuesday the 9th of July", "en"),
     ("martes 9 de julio", "es"), ("mardi 9 juillet", "fr"), ("الثلاثاء، 9 يوليو 2024", "ar"),
     ("Thursday 9 July 2020", "en"), ("9 July is a day", "en"), ("Friday's report of 3 May", "en"), ("Mon 9", "en"),
     ("May 2024 saw 9 Tuesday meetings", "en"), ("Dienstag, 10. Juli 2024", "de")],
)  # fmt: skip
def test_a_weekday_that_fits_and_what_is_no_date_are_left_alone(text: str, language: str) -> None:
    assert found(saying(text, language=language), "weekdays") == []


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [("What we launch today.", "en", "today"), ("This week, the UN released it", "en", "This week"),
     ("Join us next Tuesday", "en", "next Tuesday"), ("see you tomorrow", "en", "tomorrow"),
     ("Lo presentamos hoy.", "es", "hoy"), ("la próxima semana", "es", "la próxima semana"),
     ("Mañana se abre", "es", "Mañana"),
     ("Aujourd’hui, la ville", "fr", "Aujourd’hui"), ("dès la semaine prochaine", "fr", "la semaine prochaine"),
     ("تطلق المدينة اليوم تقريرها", "ar", "اليوم"), ("في الأسبوع المقبل", "ar", "الأسبوع المقبل")],
)  # fmt: skip
def test_words_that_mean_another_day_for_each_reader_are_found(text: str, language: str, words: str) -> None:
    (one,) = found(saying(text, language=language), "relative days")
    assert f"“{words}”" in one.message


@pytest.mark.parametrize(
    ("text", "language"),
    [("Today’s cities", "en"), ("A week in June", "en"), ("yesteryear", "en"), ("hoy en día", "es"),
     ("por la mañana", "es"),
     ("les villes de demain", "fr"), ("اليوم العالمي للاجئين", "ar"), ("Heute beginnt es", "de")],
)  # fmt: skip
def test_words_that_only_contain_a_day_are_left_alone(text: str, language: str) -> None:
    assert found(saying(text, language=language), "relative days") == []


def lying_ahead(**source: object) -> Facts:
    one = item(12, "opportunity", "call", None, {"en": ("Call for city pilots", "")}, **source)
    return facts(only(one))


@pytest.mark.parametrize(
    ("closes", "severity"),
    [(date(2024, 7, 8), "must"), (date(2024, 7, 9), "look"), (date(2024, 7, 14), "look"), (date(2024, 7, 15), ""),
     (date(2024, 8, 30), "")],
)  # fmt: skip
def test_a_call_that_closes_before_readers_can_answer(closes: date, severity: str) -> None:
    given = lying_ahead(deadline_on=closes)
    assert told(given, "closing dates") == ([(severity, "Call for city pilots")] if severity else [])
    for one in found(given, "closing dates"):
        assert [mend.button for mend in one.mends] == ["Change the date", "Take it out"]
        assert one.mends[1].publication == 12
        assert "Tuesday, 9 July 2024" in one.message


def test_a_title_in_one_line_tells_no_closing_date() -> None:
    one = replace(
        item(1, "opportunity", "call", None, {"en": ("Call", "")}, deadline_on=date(2024, 1, 1)), role=Role.MORE
    )
    assert found(facts(only(one)), "closing dates") == []


@pytest.mark.parametrize(
    ("starts", "ends", "severity"),
    [(date(2024, 7, 8), None, "must"), (date(2024, 7, 1), date(2024, 7, 8), "must"),
     (date(2024, 7, 8), date(2024, 7, 9), "look"), (date(2024, 7, 9), None, ""), (date(2024, 9, 1), None, "")],
)  # fmt: skip
def test_an_event_that_is_over(starts: date, ends: date | None, severity: str) -> None:
    one = item(13, "event", "forum", None, {"en": ("Forum of mayors", "")}, starts_on=starts, ends_on=ends)
    given = facts(only(one))
    assert told(given, "events over") == ([(severity, "Forum of mayors")] if severity else [])
    report = item(13, "report", "forum", None, {"en": ("What the forum said", "")}, starts_on=starts, ends_on=ends)
    assert found(facts(only(report)), "events over") == []


def test_the_day_that_counts_is_the_day_of_sending() -> None:
    given = lying_ahead(deadline_on=date(2024, 7, 8))
    assert found(replace(given, send=SendDay(NOW, date(2024, 7, 4))), "closing dates")[0].severity is Severity.LOOK


# -- names


def two(first: str, second: str, title: str = "What the cities have done") -> Facts:
    return facts(only(worded(title, first), replace(worded(title, second), id=98, anchor="other")))


@pytest.mark.parametrize(
    ("first", "second"),
    [("Our team met Mayor Ron Nirenberg in May.", "Then Mayor Nirenburg spoke."),
     ("A visit to Barranquilla in June.", "The mayor of Barranqiulla came."),
     ("The hall of Bogotaville was full.", "The hall of Bogotáville was full."),
     ("We went to Freetown twice.", "The city of Freetwn answered.")],
)  # fmt: skip
def test_a_name_that_is_spelled_in_two_ways(first: str, second: str) -> None:
    (one,) = found(two(first, second), "names")
    assert one.severity is Severity.LOOK
    assert "misspelled" in one.message


@pytest.mark.parametrize(
    ("first", "second"),
    [("The Mexican cities met in Mexico.", "In Mexico a Mexican mayor spoke."),
     ("It is the Council that met.", "Two Councils met, in Counsel."),
     ("We praise the Migration report.", "The Migrations report is out."),
     ("The Leading city spoke.", "A leading city. Landing there is hard. A landing."),
     ("We saw Martin in May.", "We saw Marvin in June."),
     ("The mayor of Nairobi", "The mayor of Nairobi")],
)  # fmt: skip
def test_words_that_only_look_alike_are_left_alone(first: str, second: str) -> None:
    assert found(two(first, second), "names") == []


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("Nirenberg", "Nirenburg", True), ("Nirenberg", "Nirneberg", True), ("Nirenberg", "Nirenbergs", False),
     ("Report", "Reports", False), ("Guía", "Guia", True), ("Freetown", "Freetwn", True), ("A", "", False),
     ("Nirenberg", "Nirenberg", False)],
)  # fmt: skip
def test_what_counts_as_the_same_name(one: str, other: str, alike: bool) -> None:
    assert are_alike(one, other) is alike
    assert are_alike(other, one) is alike


# -- how long


def test_the_note_has_a_good_length_and_two_links_at_most() -> None:
    def note(words: int, links: int = 0) -> Draft:
        text = "word " * (words - links) + "[w](https://www.example.org/x) " * links
        return replace(ISSUE, opening=(Block(1, BlockKind.DIRECTOR, {"en": {"text": text, "name": "A. D."}}),))

    assert [len(found(facts(note(n)), "director’s note")) for n in (89, 90, 120, 121)] == [1, 0, 0, 1]
    assert [len(found(facts(note(100, n)), "director’s note")) for n in (2, 3)] == [0, 1]


def test_headlines_and_texts_that_are_too_long_are_told_together() -> None:
    fine, long = "A headline that says what has happened", "word " * 12 + "and a headline of many letters"
    assert found(facts(only(worded(fine))), "headlines") == []
    assert told(facts(only(worded(long))), "headlines") == [
        ("look", "word word word word word word word word word word…, title")
    ]
    both = only(worded(long), replace(worded(long + " two"), id=98, anchor="other"))
    (one,) = found(facts(both), "headlines")
    assert (one.place, len(one.mends)) == ("Headlines", 2)
    assert {mend.field for mend in one.mends} == {"title"}


@pytest.mark.parametrize(("words", "findings"), [(30, 0), (36, 0), (37, 1)])
def test_a_card_has_room_for_thirty_words_or_a_few_more(words: int, findings: int) -> None:
    card = worded("A headline that says what has happened", "word " * words, image=picture("x", "A bridge"))
    assert len(found(facts(only(card)), "long texts")) == findings


def test_the_whole_mail_is_counted() -> None:
    given = facts(only(worded("A headline", "word " * 500)))
    assert found(given, "whole mail") == []
    (known,) = [one for one in check(given) if one.check == "whole mail"]
    assert "about 2 minutes" in known.message
    assert told(facts(only(worded("A headline", "word " * 651))), "whole mail") == [("look", "The whole mail")]
    many = only(*(replace(worded(f"Number {n}", ""), id=n, anchor=f"n{n}") for n in range(13)))
    assert len(found(facts(many), "whole mail")) == 1


# -- tone


def titled(*titles: str, kind: str = "readout", image: bool = False) -> list[Item]:
    return [
        replace(item(n, kind, f"t{n}", date(2024, 5, 1), {"en": (title, "Words.")}), picture=picture(f"{n}", "A bridge")
                if image else None)
        for n, title in enumerate(titles, 1)
    ]  # fmt: skip


def test_three_headlines_that_begin_alike() -> None:
    alike = titled("Mayors meet in Bogotá", "The mayors of Peru begin", "Mayors, once more")
    (one,) = found(facts(only(*alike)), "headlines alike")
    assert "begin with “Mayors”" in one.message
    assert found(facts(only(*alike[:2])), "headlines alike") == []


def test_grave_news_does_not_stand_between_two_pictures() -> None:
    before, after = titled("One city begins", "Another goes on", image=True)
    statement = replace(item(9, "statement", "s", date(2024, 6, 20), {"en": ("On the loss at sea", "Words.")}))
    (one,) = found(facts(only(before, statement, after)), "grave news")
    assert one.place == "On the loss at sea"
    assert found(facts(only(statement, before, after)), "grave news") == []
    assert found(facts(only(before, after, statement)), "grave news") == []


# -- languages


def test_what_is_not_translated_is_good_to_know_and_mostly_nothing_is_worth_a_look() -> None:
    given = facts(languages=("en", "es", "ar"))
    by_place = {one.place: one for one in check(given) if one.check == "translations"}
    assert by_place["Spanish version"].severity is Severity.INFO
    assert by_place["Arabic version"].severity is Severity.LOOK
    assert by_place["Arabic version"].mends[0].language == "ar"
    assert not [one for one in check(facts()) if one.check == "translations"]


def test_words_in_another_language_than_they_are_marked_with() -> None:
    spanish = "La ciudad abre una escuela de noche para las familias que llegan y para sus vecinos."
    assert found(saying(spanish), "language marks")[0].place.endswith(", summary")
    assert found(saying(spanish, language="es"), "language marks") == []
    wrong = replace(worded("A headline in English"), source=replace(worded("x").source, title=spanish))
    assert told(facts(only(wrong)), "language marks") == [("look", "A headline in English, language")]


# -- whatever is written


@given_any(st.text(max_size=300), st.sampled_from(["en", "es", "fr", "ar", "de", "pt-BR", ""]))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_what_reads_it(text: str, language: str) -> None:
    list(dated(text, language))
    relative(text, language)
    leftover(text)
    are_alike(text, text[::-1])


@given_any(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=200))
@settings(max_examples=40, deadline=None)
def test_no_text_breaks_a_check(text: str) -> None:
    draft = only(replace(worded("Title"), wordings={"en": Wording(f"Title {text}", text, text[:20])}))
    given = facts()
    check(replace(given, draft=draft, texts=texts(draft, ("en",))))
