"""The picture that stands for an issue: what is on it, and that no mail waits for it."""

import hashlib
import logging
from io import BytesIO

import pytest
from PIL import Image, ImageFont
from sqlalchemy import select, text, update

from newsletter.delivery import picturing
from newsletter.issues.tables import IssueRow
from newsletter.media import store
from newsletter.rendering import picture
from newsletter.rendering.picture import HEIGHT, WIDTH, Cover, draw
from newsletter.rendering.theme import Palette, find
from newsletter.resources import templates
from tests.route import AUTHOR, SLUG, Route
from tests.test_media import photo, written
from tests.test_mending import mend

COVER = Cover("en", "Network of Mayors", "Summer 2024", "San Antonio shows what a welcoming city can carry", "Issue 1")
ARABIC = Cover("ar", "شبكة رؤساء البلديات", "الربع الثاني 2024", "مدينة تستقبل القادمين الجدد", "العدد 1")
COLOURS: Palette = find("default", templates()).light
LEAD = written(photo(480, 270), "PNG")


def drawn(cover: Cover, lead: bytes | None = None) -> Image.Image:
    return Image.open(BytesIO(draw(cover, COLOURS, lead).content)).convert("RGB")


def is_flat(image: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """Whether nothing is drawn there; what JPEG adds around letters aside."""
    return all(high - low < 40 for low, high in image.crop(box).getextrema())  # type: ignore[operator]


def test_it_has_the_size_that_previews_ask_for_and_the_weight_of_a_picture_in_a_mail() -> None:
    for lead in (LEAD, None):
        found = draw(COVER, COLOURS, lead)
        assert (found.width, found.height) == (WIDTH, HEIGHT)
        assert len(found.content) < 150 * 1024


def test_the_same_is_drawn_alike() -> None:
    assert draw(COVER, COLOURS, LEAD) == draw(COVER, COLOURS, LEAD)
    assert draw(COVER, COLOURS, LEAD) != draw(COVER, COLOURS, None)


def test_words_and_picture_stand_beside_each_other() -> None:
    plain, with_lead = drawn(Cover("en", "", "", "", ""), LEAD), drawn(COVER, LEAD)
    assert is_flat(plain, (20, 0, 650, HEIGHT))
    assert not is_flat(with_lead, (20, 0, 650, HEIGHT))
    assert not is_flat(plain, (700, 0, WIDTH, HEIGHT))


def test_it_is_mirrored_for_languages_that_run_to_the_left() -> None:
    found = drawn(ARABIC, LEAD)
    assert not is_flat(found, (0, 0, 500, HEIGHT))
    accent = Image.new("RGB", (1, 1), COLOURS.accent).getpixel((0, 0))
    edge = found.getpixel((WIDTH - 4, 300))
    assert all(abs(a - b) < 16 for a, b in zip(edge, accent, strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("headline", ["word " * 200, "w" * 400, "Donaudampfschifffahrtsgesellschaftskapitän " * 9])
@pytest.mark.parametrize("lead", [LEAD, None])
def test_words_of_any_length_stay_within_their_margins(headline: str, lead: bytes | None) -> None:
    found = drawn(Cover("en", headline, headline, headline, headline), lead)
    edge = 660 if lead else WIDTH
    assert is_flat(found, (edge - 56, 0, edge - 8, HEIGHT))
    assert is_flat(found, (20, 0, edge - 8, 50))
    assert is_flat(found, (20, HEIGHT - 50, edge - 8, HEIGHT))


def test_letters_that_our_fonts_do_not_have_are_left_out() -> None:
    assert draw(Cover("en", "", "市長", "", ""), COLOURS, None) == draw(Cover("en", "", "", "", ""), COLOURS, None)
    for said in ("Ciudades que acogen: ñ, á, ¿?", "Œuvre, çà et là", "Łódź, İzmir, Đà Nẵng", "Київ", "Αθήνα", "“—…”"):
        assert draw(Cover("en", "", said, "", ""), COLOURS, None) != draw(Cover("en", "", "", "", ""), COLOURS, None)


def test_where_arabic_letters_cannot_be_joined_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "can_join", lambda: False)
    monkeypatch.setattr(picture, "_font", plain_font)
    assert is_flat(drawn(ARABIC), (0, 0, WIDTH - 20, HEIGHT))


def plain_font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """As where there is no Raqm."""
    return ImageFont.truetype(templates() / "fonts" / face, size, layout_engine=ImageFont.Layout.BASIC)


def test_the_licence_of_the_fonts_is_shipped_with_them() -> None:
    folder = templates() / "fonts"
    licence = (folder / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    for font in folder.glob("*.ttf"):
        assert font.name in licence


# -- drawn when it is released -----------------------------------------------------------------------------------------


def kept(route: Route) -> str | None:
    with route.database.reading() as session:
        return session.scalar(select(IssueRow.picture).where(IssueRow.slug == SLUG))


def test_a_send_draws_it_once_and_keeps_it_under_its_hash(either_route: Route) -> None:
    either_route.sign_off()
    assert kept(either_route) is None
    either_route.send()
    name = kept(either_route)
    assert name is not None
    with either_route.database.reading() as session:
        found = store.load(session, name)
    assert found is not None
    assert hashlib.sha256(found[0]).hexdigest() == name
    with either_route.database.transaction() as session:
        session.execute(text("UPDATE issue_wordings SET subject = 'Another'"))
    either_route.send()
    assert kept(either_route) == name


def test_killed_before_it_was_drawn_the_next_sender_draws_it(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    route.sign_off()
    with monkeypatch.context() as patch:
        patch.setattr(picturing, "draw", killed)
        with pytest.raises(KeyboardInterrupt):
            route.send()
    assert kept(route) is None
    route.send()
    assert kept(route) is not None
    assert route.deliveries() == {"accepted": 4}


def test_a_picture_that_cannot_be_drawn_stops_no_mail(
    either_route: Route, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no font")

    either_route.sign_off()
    monkeypatch.setattr(picturing, "draw", broken)
    with caplog.at_level(logging.ERROR):
        assert either_route.send().status.accepted == 4
    assert kept(either_route) is None
    assert "could not be drawn" in caplog.text


def test_a_theme_that_is_gone_stops_no_mail(route: Route) -> None:
    route.sign_off()
    route.send(wait=False)
    (route.folder / "theme.toml").unlink()
    assert route.send().status.accepted == 4
    assert kept(route) is None


def test_mended_it_is_drawn_anew(route: Route) -> None:
    route.sign_off()
    route.send(wait=False)
    route.pipeline.stop(SLUG, route.who(AUTHOR))
    with route.database.transaction() as session:
        session.execute(update(IssueRow).values(picture="0" * 64))
    mend(route, "mended")
    route.send()
    assert kept(route) not in (None, "0" * 64)
