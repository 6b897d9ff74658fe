"""The pieces of setting up: colours, logo, settings file, months, mail services, readers, time zones, kinds."""

import os
import stat
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from newsletter import settings
from newsletter.errors import BadInput, Misconfigured, NotFound
from newsletter.fetch import Web
from newsletter.publications.kinds import STARTING_KINDS
from newsletter.publications.rules import apply, parse
from newsletter.publications.sources.model import Entry
from newsletter.rendering import theme
from newsletter.rendering.theme import contrast
from newsletter.setup import kinds, making, months, palette, services, settings_file, taking_in, theming, zones
from newsletter.setup.model import Found, Place, Step, Told, following
from newsletter.setup.taking_in import SHOWN, UNKNOWN, WORDS, Decision
from tests.served import Served
from tests.set_up import EMAIL, Fresh, fresh

NOW = datetime(2024, 7, 9, 9, tzinfo=UTC)
KNOWN = tuple(kind.slug for kind in STARTING_KINDS)
colour = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Fresh]:
    with fresh(tmp_path / "new", NOW) as found:
        yield found


# -- colours and logo -------------------------------------------------------------------------------------------------


@given(st.lists(colour, min_size=1, max_size=2))
def test_every_colour_can_be_read_on_both_grounds_in_light_and_dark(found: list[str]) -> None:
    made = palette.of(found)
    assert made is not None
    for one in (made.light, made.dark):
        for ink in (one.ink, one.muted, one.accent):
            assert min(contrast(ink, one.paper), contrast(ink, one.tint)) >= 4.5
    assert bool(made.said) == (made.light.accent != found[0])


@pytest.mark.parametrize(
    ("seen", "name"),
    [("#f28c28", "orange"), ("#005078", "dark blue"), ("#7a1fa2", "purple"), ("#008c95", "turquoise"),
     ("#ffe600", "yellow"), ("#d32f2f", "red"), ("#8bc34a", "green"), ("#777777", "grey"), ("#ff69b4", "pink"),
     ("#6d4c41", "brown")],
)  # fmt: skip
def test_colours_are_called_what_people_call_them(seen: str, name: str) -> None:
    assert palette.named(seen) == name


def test_a_readable_colour_stays_as_it_is_and_nothing_is_said() -> None:
    made = palette.of(["#0f4c5c"])
    assert made is not None
    assert (made.light.accent, made.said) == ("#0f4c5c", ())
    assert palette.of([]) is None


def drawn(width: int, height: int, ink: str, ground: str | None = None) -> bytes:
    image = Image.new("RGBA", (width, height), ground or (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((width // 8, height // 4, width * 7 // 8, height * 3 // 4), fill=ink)
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'


def test_a_logo_that_no_mail_can_show_gives_way_to_the_icon(tmp_path: Path) -> None:
    with Served() as site, Web(allow_private=True, agent="test") as web:
        site.page("/logo.svg", SVG, content_type="image/svg+xml")
        site.page("/white.png", drawn(400, 100, "#ffffff"), content_type="image/png")
        site.page("/touch.png", drawn(180, 180, "#7a1fa2", "#ffffff"), content_type="image/png")
        names = ("/logo.svg", "/white.png", "/none.png", "/touch.png")
        mark, why = theming.logo(web, [site.url(name) for name in names])
    assert mark is not None
    assert mark.width == mark.height == 48
    assert ["SVG" in why[0], "white" in why[1], "404" in why[2]] == [True, True, True]
    made = theming.make(tmp_path, 'The "Quay" \\ Alliance', ["#f28c28"], mark)
    look = theme.load(tmp_path / made.name)
    assert look.organisation == 'The "Quay" \\ Alliance'
    assert look.logo is not None
    assert (look.logo.width, look.logo.height, look.logo.alt) == (48, 48, 'The "Quay" \\ Alliance')


@pytest.mark.parametrize(("size", "shown"), [((1200, 300), (220, 55)), ((400, 400), (48, 48)), ((90, 40), (90, 40))])
def test_a_logo_is_shown_at_half_its_dots(size: tuple[int, int], shown: tuple[int, int], tmp_path: Path) -> None:
    with Served() as site, Web(allow_private=True, agent="test") as web:
        image = Image.new("RGB", size, "#224466")
        written = BytesIO()
        image.save(written, "PNG")
        site.page("/logo.png", written.getvalue(), content_type="image/png")
        mark, _ = theming.logo(web, [site.url("/logo.png")])
    assert mark is not None
    assert (mark.width, mark.height) == shown
    with Image.open(BytesIO(mark.png)) as kept:
        assert kept.width <= 2 * shown[0]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\nbroken", b"<html>", drawn(8, 4, "#000000")])
def test_what_is_no_picture_is_no_logo(content: bytes) -> None:
    with Served() as site, Web(allow_private=True, agent="test") as web:
        site.page("/logo.png", content, content_type="image/png")
        mark, why = theming.logo(web, [site.url("/logo.png")] * 9)
    assert mark is None
    assert len(why) == 5  # more are not asked for


def test_name_colour_and_logo_can_be_changed(tmp_path: Path) -> None:
    with Served() as site, Web(allow_private=True, agent="test") as web:
        site.page("/logo.png", drawn(400, 100, "#224466"), content_type="image/png")
        mark, _ = theming.logo(web, [site.url("/logo.png")])
    made = theming.make(tmp_path, "Old", ["#f28c28", "#005078"], mark)
    found = Found(name="Old", colours=(("#f28c28", "#aa590a"), ("#005078", "#005078")), theme=made.name,
                  has_logo=True, uses_logo=True, looks=made.said)  # fmt: skip
    assert theming.changed(tmp_path, found, name="Old", colour="#F28C28", with_logo=True) is found
    fresh_ = theming.changed(tmp_path, found, name="New", colour="#112233", with_logo=False)
    look = theme.load(tmp_path / "theme.toml")
    assert (fresh_.name, look.organisation, look.light.accent, look.logo) == ("New", "New", "#112233", None)
    assert fresh_.looks == ()
    again = theming.changed(tmp_path, fresh_, name="New", colour="#112233", with_logo=True)
    assert theme.load(tmp_path / "theme.toml").logo is not None
    assert again.uses_logo
    for bad in ({"colour": "red"}, {"colour": "#12"}, {"name": " "}):
        with pytest.raises(BadInput):
            theming.changed(tmp_path, found, **({"name": "x", "colour": "#000000", "with_logo": False} | bad))


# -- newsletter.toml --------------------------------------------------------------------------------------------------


def test_a_new_file_is_its_owners_and_its_secrets_are_its_own(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        settings_file.create(tmp_path / name, "http://127.0.0.1:8000", "Europe/Brussels")
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    first, second = (settings.load(tmp_path / name, {}) for name in ("a.toml", "b.toml"))
    keys = {*first.secret_keys, first.suppression_key, *second.secret_keys, second.suppression_key}
    assert len(keys) == 4
    assert first.zone.key == "Europe/Brussels"


FILE = """# Mine
database_url = "sqlite:///x.db"   # here
Transport_URL = "smtp://old"
timezone = "UTC"

[transports.second]
url = "smtp://second.example.org"
"""


def test_one_setting_is_put_and_all_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "newsletter.toml"
    path.write_text(FILE, "utf-8")
    path.chmod(0o644)
    settings_file.put(path, "transport_url", 'smtp://u:p"%40\\@mail.example.org')
    text = path.read_text("utf-8")
    assert tomllib.loads(text)["transport_url"] == 'smtp://u:p"%40\\@mail.example.org'
    assert "# Mine" in text
    assert "# here" in text
    assert "Transport_URL" not in text
    assert tomllib.loads(text)["transports"] == {"second": {"url": "smtp://second.example.org"}}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["newsletter.toml"]
    settings_file.put(path, "transport_url", "null:")
    assert tomllib.loads(path.read_text("utf-8"))["transport_url"] == "null:"


@given(st.text(max_size=60))
def test_whatever_is_put_is_read_again(value: str) -> None:
    if not value.isprintable():
        with pytest.raises(BadInput):
            settings_file.quoted(value)
    else:
        assert tomllib.loads(f"x = {settings_file.quoted(value)}") == {"x": value}


def test_a_file_that_names_the_secret_elsewhere_gets_it_here(tmp_path: Path) -> None:
    path = tmp_path / "newsletter.toml"
    path.write_text('transport_url_file = "mail.txt"\ntimezone = "UTC"\n', "utf-8")
    settings_file.put(path, "transport_url", "null:")
    assert tomllib.loads(path.read_text("utf-8")) == {"transport_url": "null:", "timezone": "UTC"}


@pytest.mark.parametrize("text", ['timezone = """\nUTC"""\n', 'x = [\n[1],\n"[a]"]\n', "= broken"])
def test_a_file_that_is_written_otherwise_is_left_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "newsletter.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(Misconfigured, match="add timezone to it"):
        settings_file.put(path, "timezone", "Europe/Brussels")
    assert path.read_text("utf-8") == text


def test_what_the_environment_says_is_not_written_below_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "newsletter.toml"
    path.write_text(FILE, "utf-8")
    for name in ("NEWSLETTER_TRANSPORT_URL", "NEWSLETTER_TRANSPORT_URL_FILE"):
        with monkeypatch.context() as patch:
            patch.setenv(name, "x")
            with pytest.raises(Misconfigured, match=name):
                settings_file.put(path, "transport_url", "null:")
    assert path.read_text("utf-8") == FILE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    path = tmp_path / "newsletter.toml"
    path.write_text(FILE, "utf-8")
    tmp_path.chmod(0o500)
    with pytest.raises(Misconfigured, match="cannot be written"):
        settings_file.put(path, "timezone", "UTC")
    tmp_path.chmod(0o700)


# -- months -----------------------------------------------------------------------------------------------------------


def days(new: Fresh, given: list[str]) -> tuple[months.Span, ...]:
    rows = "\n".join(f"t{n},report,Report {n},https://example.org/{n},en,{day}" for n, day in enumerate(given))
    new.begin("")
    new.setup.table(new.who, "t.csv", f"external_id,kind,title,url,language,published_on\n{rows}\n".encode())
    new.until(Step.MONTHS)
    return new.setup.spans()


def proposed(found: tuple[months.Span, ...]) -> months.Span:
    (one,) = [span for span in found if span.proposed]
    return one


def test_the_last_quarter_is_proposed_where_it_reads_well(new: Fresh) -> None:
    found = proposed(days(new, [f"2024-04-{day:02}" for day in range(1, 13)]))
    assert (found.first, found.number, found.name) == (date(2024, 4, 1), 12, "April to July 2024")


def test_more_months_are_proposed_where_few_have_published(new: Fresh) -> None:
    found = proposed(days(new, ["2024-05-01", "2024-06-01", *(f"2024-01-{day:02}" for day in range(1, 10))]))
    assert (found.first, found.number) == (date(2024, 1, 1), 11)


def test_fewer_months_are_proposed_where_much_was_published(new: Fresh) -> None:
    given_ = [f"2024-{month:02}-{day:02}" for month in (4, 5, 6) for day in range(1, 11)]
    found = proposed(days(new, given_))
    assert (found.first, found.number) == (date(2024, 6, 1), 10)


def test_the_least_too_many_are_proposed_where_nothing_fits(new: Fresh) -> None:
    found = proposed(days(new, [f"2024-06-{day:02}" for day in range(1, 29)] + ["2024-04-01"]))
    assert found.first == date(2024, 6, 1)
    assert found.full == 10  # one section is filled: its cap is widened
    assert found.number + found.waiting == 28


def test_all_there_is_is_proposed_where_there_is_little(new: Fresh) -> None:
    found = proposed(days(new, ["2022-03-01", "2024-06-01"]))
    assert (found.first, found.number, found.name) == (date(2022, 3, 1), 2, "March 2022 to July 2024")


def test_one_month_has_one_name() -> None:
    assert months.between(date(2024, 7, 1), date(2024, 7, 9)) == "July 2024"


# -- mail services ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", services.SERVICES, ids=lambda one: one.slug)
def test_each_service_makes_a_url_that_can_be_opened(service: services.Service) -> None:
    given_ = {field.name: field.value or "a b%:@/?#" for field in service.fields}
    if "host" in given_:
        given_["host"] = "mail.example.org"
    given_["token"] = "0a1b-2c3d"
    given_["user"] = "ana@example.org"
    url = services.transport_url(service, given_)
    assert url.startswith(("smtp://", "postmark://"))
    assert service.can.endswith(".")
    assert service.cannot.endswith(".")
    with pytest.raises(BadInput, match="is missing"):
        services.transport_url(service, {})


@pytest.mark.parametrize(
    ("given_", "url"),
    [
        ({"host": "mail.example.org"}, "smtp://mail.example.org:587"),
        ({"host": "mail.example.org", "port": "465", "user": "u", "password": "p@:"},
         "smtps://u:p%40%3A@mail.example.org:465"),
        ({"host": "127.0.0.1", "port": "2525"}, "smtp://127.0.0.1:2525?tls=none"),
    ],
)  # fmt: skip
def test_an_own_server(given_: dict[str, str], url: str) -> None:
    assert services.transport_url(services.find("other"), given_) == url


@pytest.mark.parametrize(
    "given_",
    [{"host": "a b"}, {"host": "x", "port": "0"}, {"host": "x", "port": "99999"}, {"host": "x", "port": "https"},
     {"host": "evil.example.org/@x"}, {"host": "x", "user": "u"}, {"host": "x", "user": "u\x07", "password": "p"},
     {"host": "x", "user": "ü", "password": "p"}],
)  # fmt: skip
def test_a_server_that_is_none_is_refused_without_showing_the_password(given_: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        services.transport_url(services.find("other"), given_)


def test_a_service_that_nobody_knows() -> None:
    with pytest.raises(BadInput):
        services.find("carrier-pigeon")


@pytest.mark.parametrize(
    ("email", "servers", "slug"),
    [
        ("ana@gmail.com", [], "google"),
        ("ana@example.org", ["example-org.mail.protection.outlook.com"], "microsoft"),
        ("ana@example.org", ["aspmx.l.google.com"], "google"),
        ("ana@example.org", ["mx.evilgoogle.com"], ""),
        ("ana@example.org", [], ""),
        ("ana@yahoo.com", ["aspmx.l.google.com"], ""),
    ],
)
def test_whose_mailbox_it_is(email: str, servers: list[str], slug: str) -> None:
    assert services.recognised(email, lambda _: servers) == slug


def test_signing_in_is_tried_and_refused_in_words() -> None:
    with pytest.raises(BadInput, match="cannot be used: Connection refused"):
        services.try_out("smtp://127.0.0.1:1?tls=none")
    services.try_out("null:")


# -- readers ----------------------------------------------------------------------------------------------------------

CSV = "Email Address,First Name,OPTIN_TIME\nana@example.org,Ana,2021-03-04 10:00:00\nbo@example.org,Bo,\nnone,,\n"


@pytest.fixture
def listed(new: Fresh) -> Fresh:
    days(new, ["2024-06-01"])
    return new


def test_readers_are_looked_at_first_and_who_has_no_proof_waits(listed: Fresh) -> None:
    readers = listed.setup.readers
    readers.keep(listed.who, "members.csv", CSV.encode())
    look = readers.look(listed.who)
    assert look is not None
    assert look.said == "1 with proof, 1 without: it waits until you decide."
    assert (look.refused, len(look.reasons)) == (1, 1)
    assert look.columns == (
        "From Mailchimp. We read “email address” as the address, “first name” as the first name, “optin_time” as"
        " when they signed up."
    )
    assert readers.number() == 0
    path = taking_in.waiting(listed.folder)
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    done, _ = readers.take(listed.who, Decision(SHOWN))
    assert (done.added, done.waiting, readers.number()) == (1, 1, 1)
    assert taking_in.waiting(listed.folder) is not None
    done, _ = readers.take(listed.who, Decision(WORDS, "Yes, send me the newsletter.", date(2023, 11, 4)))
    assert (done.added, done.waiting, readers.number()) == (1, 0, 2)
    assert taking_in.waiting(listed.folder) is None
    assert readers.look(listed.who) is None


def test_all_may_be_taken_in_and_it_is_noted_that_nobody_knows(listed: Fresh) -> None:
    readers = listed.setup.readers
    readers.paste(listed.who, "Ana <ana@example.org>\nbo@example.org\n")
    look = readers.look(listed.who)
    assert look is not None
    assert look.said == "None with proof, 2 without: they wait until you decide."
    readers.take(listed.who, Decision(UNKNOWN))
    assert readers.number() == 2
    readers.paste(listed.who, "ana@example.org")
    again = readers.look(listed.who)
    assert again is not None
    assert again.said == "Nobody new is in it."
    readers.drop(listed.who)
    assert readers.look(listed.who) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", b"x"), ("a.csv", b""), ("a.csv", b"  \n"), ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
     ("a.xlsx", b"PK\x03\x04broken"), ("a.csv", b"no,address,here\n1,2,3\n"), ("../../a.sh", b"x@example.org")],
)  # fmt: skip
def test_a_file_that_is_none_is_not_kept(name: str, content: bytes, listed: Fresh) -> None:
    with pytest.raises(BadInput) as caught:
        listed.setup.readers.keep(listed.who, name, content)
    assert str(listed.folder) not in str(caught.value)
    assert taking_in.waiting(listed.folder) is None


@pytest.mark.parametrize(
    "decision", [Decision("all"), Decision(WORDS), Decision(WORDS, "Yes"), Decision(WORDS, "Yes", date(2030, 1, 1))]
)
def test_a_decision_that_is_none_takes_nobody_in(decision: Decision, listed: Fresh) -> None:
    listed.setup.readers.paste(listed.who, "ana@example.org")
    with pytest.raises(BadInput):
        listed.setup.readers.take(listed.who, decision)
    assert listed.setup.readers.number() == 0
    assert taking_in.waiting(listed.folder) is not None


def test_readers_need_a_list(new: Fresh) -> None:
    new.begin("")
    with pytest.raises(NotFound):
        new.setup.readers.paste(new.who, "ana@example.org")
    assert taking_in.waiting(new.folder) is None


# -- time zone, names, kinds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "url", "postal", "zone"),
    [
        ("Africa/Tunis", "https://x.fr", "", "Africa/Tunis"),
        ("", "https://x.org", "Rue du Quai 7, 1000 Brussels, Belgium", "Europe/Brussels"),
        ("", "https://x.org", "Calle 1, Bogotá, Colombia", "America/Bogota"),
        ("", "https://x.org", "Rue 1, Paris, France", "Europe/Paris"),
        ("", "https://www.x.org.uk", "", "Europe/London"),
        ("Not/AZone", "https://x.us", "", ""),
        ("", "http://127.0.0.1:8000/", "", ""),
    ],
)
def test_where_the_clocks_stand(told: str, url: str, postal: str, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "machine", lambda: "")
    assert zones.zone(told, url, postal)[0] == zone


def test_of_a_country_with_many_zones_this_machines_own_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "machine", lambda: "America/Chicago")
    assert zones.zone("", "https://x.us", "") == ("America/Chicago", "your website's ending, and this computer")
    assert "America/Chicago" in zones.known()


@pytest.mark.parametrize(
    ("name", "url", "email", "slug"),
    [
        ("Harbour Alliance", "https://h.org", EMAIL, "harbour-alliance"),
        ("Réseau des Villes", "https://x.org", EMAIL, "reseau-des-villes"),
        ("شبكة المدن", "https://www.coast.org", EMAIL, "coast"),
        ("شبكة المدن", "http://127.0.0.1:80", EMAIL, "harbour"),
        ("", "", "a@例え.jp", "newsletter"),
        ("A" * 300, "", EMAIL, "a" * 40),
    ],
)
def test_a_short_name(name: str, url: str, email: str, slug: str) -> None:
    assert making.slug_of(name, url, email) == slug


def test_the_sender_is_the_organisation_where_the_address_is_no_private_one() -> None:
    assert making.sender_of("ana@example.org") == "newsletter@example.org"
    assert making.sender_of("ana@gmail.com") == "ana@gmail.com"


def place(*told: Told) -> Place:
    return Place("News", "wordpress", "https://x.org", "en", {}, ("title=Old* -> kind=tribute",), 9, 9, told)


def test_a_correction_is_a_rule_by_what_only_these_have() -> None:
    found = place(
        Told("One", "https://x.org/press/1", "report", ("Press",)),
        Told("Two", "https://x.org/press/2", "report", ("Press",)),
        Told("Three", "https://x.org/notes/3", "report", ("News",)),
        Told("Four?", "https://x.org/b/4", "brief", ("News",)),
        Told("Five [new] -> now", "https://x.org/5", "report", ("News",)),
    )
    made = kinds.rules([found], {"report": "statement", "brief": "brief"}, {3: "event"}, KNOWN)["https://x.org"]
    assert made == (
        "title=Four? -> kind=event", "category=Press -> kind=statement", "path=/notes/* -> kind=statement",
        "title=Five ?new? ?? now -> kind=statement", "title=Old* -> kind=tribute",
    )  # fmt: skip
    parsed = [parse(rule, KNOWN) for rule in made]
    for told in found.told:
        entry = Entry(told.url, told.url, told.title, categories=told.categories)
        assert apply(parsed, entry).kind == ("event" if told.title == "Four?" else "statement")


@example(title=">")
@example(title="Where to -> a => b → c")
@given(st.text(min_size=1, max_size=700).filter(lambda text: text.strip() and text.isprintable()))
def test_any_title_can_be_corrected(title: str) -> None:
    found = place(Told(title, "https://x.org/1", "report"))
    (rule, _) = kinds.rules([found], {}, {0: "brief"}, KNOWN)["https://x.org"]
    assert apply([parse(rule, KNOWN)], Entry("1", "https://x.org/1", title)).kind == "brief"


def test_what_was_found_is_kept_as_json_and_is_the_same_again() -> None:
    found = Found(
        "https://x.org", "X", (("#f28c28", "#aa590a"),), places=(place(Told("a", "b", "c", ("d",), "2024-01-01")),)
    )
    assert Found.of(found.as_json()) == found
    assert Found.of({}) == Found()
    assert Found.of({"of a later version": 1}) == Found()


def test_the_steps_follow_each_other_to_the_end() -> None:
    step, seen = Step.WEBSITE, []
    while step not in seen:
        seen.append(step)
        step = following(step)
    assert seen == list(Step)
