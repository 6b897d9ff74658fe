"""Draws the sample's pictures and logo: flat illustrations from simple shapes, the same on every run."""

from __future__ import annotations

import math
import pathlib
import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont, ImageOps

WIDTH, HEIGHT = 1104, 620  # the units every scene is composed in, and the size of the files
SHARPER = 3  # drawn this much larger, then scaled down, for smooth edges
COLOURS = 96  # in a file's palette

TEAL, OCHRE, SAND, BRICK, INK, SKY = "#0f4c5c", "#c8873a", "#efe6d8", "#a4452c", "#1d2b33", "#cfe0e3"
PAPER, DUNE, MIST, PINE, ROSE = "#fbf8f2", "#dfcfb4", "#9dbfc6", "#2f6f78", "#d9a58c"

Point = tuple[float, float]


def mix(first: str, second: str, share: float) -> str:
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


class Canvas:
    """A picture in the scenes' units; y grows downwards."""

    def __init__(self, background: str, width: float = WIDTH, height: float = HEIGHT, scale: float = SHARPER) -> None:
        self.scale = scale
        self.image = Image.new("RGB", (round(width * scale), round(height * scale)), background)
        self._pen = ImageDraw.Draw(self.image)

    def _at(self, *points: Point) -> list[Point]:
        return [(x * self.scale, y * self.scale) for x, y in points]

    def rect(self, x: float, y: float, width: float, height: float, fill: str, radius: float = 0) -> None:
        corners = self._at((x, y), (x + width, y + height))
        self._pen.rounded_rectangle(corners, radius=radius * self.scale, fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: str, squash: float = 1) -> None:
        tall = radius * squash
        self._pen.ellipse(self._at((x - radius, y - tall), (x + radius, y + tall)), fill=fill)

    def pie(self, x: float, y: float, radius: float, fill: str, start: float, end: float) -> None:
        self._pen.pieslice(self._at((x - radius, y - radius), (x + radius, y + radius)), start, end, fill=fill)

    def shape(self, points: Sequence[Point], fill: str) -> None:
        self._pen.polygon(self._at(*points), fill=fill)

    def line(self, points: Sequence[Point], fill: str, width: float = 3) -> None:
        self._pen.line(self._at(*points), fill=fill, width=round(width * self.scale), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, fill)

    def text(
        self, x: float, y: float, words: str, size: float, fill: str, *, weight: float = 0, anchor: str = "ls"
    ) -> None:
        font = ImageFont.load_default(size * self.scale)
        stroke = weight * self.scale
        self._pen.text((x * self.scale, y * self.scale), words, fill, font, anchor, stroke_width=stroke)

    def label(self, x: float, y: float, words: str, size: float, fill: str) -> None:
        """Spaced capitals."""
        font = ImageFont.load_default(size * self.scale)
        for letter in words.upper():
            self.text(x, y, letter, size, fill, weight=size / 60)
            x += font.getlength(letter) / self.scale + size * 0.14


# Parts that scenes share


def wave(
    y: float, height: float, length: float, shift: float = 0, left: float = 0, right: float = WIDTH
) -> list[Point]:
    steps = [left + (right - left) * i / 140 for i in range(141)]
    return [(x, y + height * math.sin((x / length + shift) * math.tau)) for x in steps]


def below(line: Sequence[Point], floor: float = HEIGHT) -> list[Point]:
    return [*line, (line[-1][0], floor), (line[0][0], floor)]


def curve(start: Point, bend: Point, end: Point, steps: int = 48) -> list[Point]:
    shares = [i / steps for i in range(steps + 1)]
    return [
        (
            (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * bend[0] + t * t * end[0],
            (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * bend[1] + t * t * end[1],
        )
        for t in shares
    ]


def windows(
    c: Canvas, x: float, y: float, columns: int, rows: int, fill: str, *, gap: float = 24, size: float = 9
) -> None:
    for row in range(rows):
        for column in range(columns):
            c.rect(x + column * gap, y + row * gap * 1.3, size, size * 1.5, fill)


def person(c: Canvas, x: float, ground: float, height: float, fill: str) -> None:
    """A head above rounded shoulders."""
    wide = height * 0.34
    c.disc(x, ground - height * 0.84, height * 0.16, fill)
    c.pie(x, ground - height * 0.62 + wide, wide, fill, 180, 360)
    c.rect(x - wide, ground - height * 0.62 + wide - 1, wide * 2, height * 0.62 - wide + 1, fill)


def house(c: Canvas, x: float, ground: float, width: float, height: float, wall: str, roof: str) -> None:
    c.rect(x, ground - height, width, height, wall)
    c.shape(
        [(x - 5, ground - height), (x + width / 2, ground - height - width * 0.42), (x + width + 5, ground - height)],
        roof,
    )
    c.rect(x + width * 0.38, ground - height * 0.48, width * 0.24, height * 0.48, roof)


def block(c: Canvas, x: float, ground: float, width: float, height: float, wall: str, lit: str) -> None:
    c.rect(x, ground - height, width, height, wall)
    columns = max(1, int((width - 16) // 24))
    inset = (width - (columns - 1) * 24 - 9) / 2
    windows(c, x + inset, ground - height + 22, columns, max(1, int((height - 44) // 31)), lit)


def skyline(
    c: Canvas,
    ground: float,
    chance: random.Random,
    walls: Sequence[str],
    lit: str,
    left: float,
    right: float,
    tall: float,
) -> None:
    x = left
    while x < right:
        width = float(chance.choice((56, 72, 88, 104)))
        if right - x - width < 60:  # no sliver at the end
            width = right - x
        block(c, x, ground, width, tall * chance.uniform(0.45, 1), chance.choice(walls), lit)
        x += width + 4


def ripples(
    c: Canvas, top: float, fill: str, chance: random.Random, count: int = 22, floor: float = HEIGHT - 18
) -> None:
    for _ in range(count):
        x, y = chance.uniform(-20, WIDTH - 40), chance.uniform(top, floor)
        length = 26 + (y - top) * 0.5
        c.line([(x, y), (x + length, y)], fill, 3)


# Scenes of places


def river_walk(c: Canvas, chance: random.Random) -> None:
    c.disc(792, 300, 172, mix(OCHRE, SAND, 0.25))
    skyline(c, 430, chance, (MIST, mix(MIST, SKY, 0.4)), PAPER, -10, WIDTH, 190)
    skyline(c, 430, chance, (TEAL, PINE), OCHRE, 470, 730, 150)
    slender_tower(c, 318, 430)
    c.rect(0, 428, WIDTH, 26, DUNE)
    c.rect(0, 452, WIDTH, 168, PINE)
    ripples(c, 476, MIST, chance)
    stone_bridge(c, 600, 1010)
    for x, colour in ((92, BRICK), (140, INK), (184, TEAL), (452, BRICK), (494, OCHRE), (540, INK)):
        person(c, x, 446, 74, colour)
    for x in (36, 262, 398):
        c.rect(x - 4, 380, 8, 60, INK)
        c.disc(x, 362, 38, mix(PINE, OCHRE, 0.22))


def slender_tower(c: Canvas, x: float, ground: float) -> None:
    c.shape([(x - 15, ground), (x - 8, 130), (x + 8, 130), (x + 15, ground)], TEAL)
    c.shape([(x - 62, 138), (x - 44, 172), (x + 44, 172), (x + 62, 138)], BRICK)
    c.rect(x - 66, 118, 132, 22, INK, 6)
    c.rect(x - 40, 100, 80, 20, TEAL, 6)
    c.line([(x, 100), (x, 44)], INK, 5)


def stone_bridge(c: Canvas, left: float, right: float) -> None:
    middle, half = (left + right) / 2, (right - left) / 2
    for t in range(-2, 3):
        person(c, middle + t * 56, 424 + t * t * 2.6, 74, (INK, TEAL, PAPER, OCHRE, INK)[t + 2])
    c.shape([*curve((left, 466), (middle, 346), (right, 466)), (right, 560), (left, 560)], BRICK)
    c.disc(middle, 566, half * 0.66, PINE, 0.72)
    c.rect(left - 20, 560, half * 2 + 40, 60, PINE)
    c.line(curve((left, 466), (middle, 346), (right, 466)), mix(BRICK, INK, 0.35), 10)


def gorge(c: Canvas, chance: random.Random) -> None:
    c.disc(850, 190, 84, mix(OCHRE, SAND, 0.5))
    for y, share in ((372, 0.55), (424, 0.25), (480, 0)):
        c.shape(below(wave(y, 20, 700, y / 300)), mix(MIST, SKY, share))
    c.rect(0, 556, WIDTH, 64, PINE)
    ripples(c, 568, MIST, chance, 40)
    c.shape([(0, 330), (170, 318), (232, 350), (268, 470), (352, 620), (0, 620)], PINE)
    c.shape([(1104, 330), (930, 318), (868, 350), (836, 470), (752, 620), (1104, 620)], TEAL)
    c.shape([(170, 318), (232, 350), (268, 470), (352, 620), (236, 620), (206, 480)], mix(PINE, INK, 0.22))
    c.shape([(934, 318), (868, 350), (836, 470), (752, 620), (868, 620), (898, 480)], mix(TEAL, INK, 0.3))
    c.rect(0, 322, WIDTH, 12, INK)
    suspension(c, (214, 890), 322, 128)
    for x, y, size, colour in ((430, 150, 62, BRICK), (610, 96, 44, OCHRE), (724, 214, 34, TEAL)):
        balloon(c, x, y, size, colour)


def suspension(c: Canvas, towers: tuple[float, float], deck: float, top: float) -> None:
    left, right = towers
    middle = (left + right) / 2
    cable = curve((left, top), (middle, deck * 2 - top - 12), (right, top), 40)
    for x, y in cable[1:-1]:
        c.line([(x, y), (x, deck)], mix(INK, SKY, 0.45), 2)
    c.line(cable, INK, 5)
    c.line([(left, top), (-20, deck)], INK, 5)
    c.line([(right, top), (WIDTH + 20, deck)], INK, 5)
    for x in towers:
        c.shape([(x - 30, deck + 70), (x - 20, top - 8), (x + 20, top - 8), (x + 30, deck + 70)], DUNE)
        c.rect(x - 26, top - 20, 52, 16, mix(DUNE, BRICK, 0.4))
        c.rect(x - 9, top + 44, 18, deck - top - 44, INK, 9)


def balloon(c: Canvas, x: float, y: float, size: float, colour: str) -> None:
    c.shape(
        [
            (x - size * 0.86, y + size * 0.5),
            (x + size * 0.86, y + size * 0.5),
            (x + size * 0.2, y + size * 1.45),
            (x - size * 0.2, y + size * 1.45),
        ],
        colour,
    )
    c.disc(x, y, size, colour)
    c.shape(
        [
            (x - size * 0.36, y + size * 0.5),
            (x + size * 0.36, y + size * 0.5),
            (x + size * 0.1, y + size * 1.45),
            (x - size * 0.1, y + size * 1.45),
        ],
        PAPER,
    )
    c.disc(x, y, size * 0.42, PAPER, size / (size * 0.42))
    c.rect(x - size * 0.2, y + size * 1.66, size * 0.4, size * 0.3, INK, 3)
    for side in (-1, 1):
        c.line([(x + side * size * 0.18, y + size * 1.45), (x + side * size * 0.16, y + size * 1.7)], INK, 2)


def harbour(c: Canvas, chance: random.Random) -> None:
    c.disc(250, 220, 96, mix(OCHRE, SKY, 0.1))
    skyline(c, 430, chance, (MIST, mix(MIST, SKY, 0.4)), SKY, -10, WIDTH, 170)
    harbour_hall(c, 560, 430)
    c.rect(0, 426, WIDTH, 22, INK)
    c.rect(0, 446, WIDTH, 174, PINE)
    for row, colour in ((478, TEAL), (526, mix(TEAL, INK, 0.25)), (574, mix(TEAL, INK, 0.5))):
        c.shape(below(wave(row, 8, 130, row / 100)), colour)
    ferry(c, 90, 500)


def harbour_hall(c: Canvas, x: float, ground: float) -> None:
    c.rect(x, ground - 150, 460, 150, BRICK)
    c.shape([(x - 16, ground - 150), (x + 230, ground - 236), (x + 476, ground - 150)], mix(BRICK, INK, 0.4))
    for i in range(5):
        left = x + 28 + i * 84
        c.rect(left, ground - 70, 66, 70, SAND)
        c.disc(left + 33, ground - 70, 33, SAND)
        person(c, left + 33, ground, 64, (TEAL, INK, OCHRE, PINE, TEAL)[i])
    c.rect(x + 190, ground - 330, 80, 130, mix(BRICK, INK, 0.15))
    c.shape([(x + 180, ground - 330), (x + 230, ground - 384), (x + 280, ground - 330)], TEAL)
    c.disc(x + 230, ground - 274, 29, PAPER)
    c.line([(x + 230, ground - 292), (x + 230, ground - 274), (x + 245, ground - 266)], INK, 4)


def ferry(c: Canvas, x: float, water: float) -> None:
    c.rect(x + 70, water - 120, 250, 60, PAPER, 8)
    c.rect(x + 110, water - 170, 150, 54, PAPER, 8)
    c.rect(x + 180, water - 222, 44, 56, BRICK)
    c.rect(x + 180, water - 210, 44, 12, PAPER)
    for i in range(6):
        c.disc(x + 98 + i * 39, water - 90, 11, TEAL)
    windows(c, x + 128, water - 152, 4, 1, TEAL, gap=32, size=17)
    c.shape([(x, water - 64), (x + 400, water - 64), (x + 352, water + 16), (x + 56, water + 16)], INK)
    c.line([(x + 8, water - 46), (x + 390, water - 46)], OCHRE, 6)
    c.shape(below(wave(water + 12, 6, 110, 0.3, x - 40, x + 460), water + 18), TEAL)


def rising_sea(c: Canvas, chance: random.Random) -> None:
    for radius, share in ((250, 0.72), (190, 0.45), (130, 0)):
        c.disc(330, 268, radius, mix(OCHRE, SAND, share))
    c.shape([(0, 380), (150, 250), (260, 330), (420, 190), (640, 390), (760, 430), (760, 490), (0, 490)], ROSE)
    c.shape([(0, 430), (110, 340), (300, 400), (470, 320), (720, 450), (720, 490), (0, 490)], BRICK)
    skyline(c, 452, chance, (TEAL, PINE, INK), OCHRE, 640, WIDTH + 20, 250)
    c.rect(620, 448, 484, 42, INK)
    tones = (MIST, mix(MIST, PINE, 0.45), PINE, mix(PINE, TEAL, 0.6), TEAL)
    for i, colour in enumerate(tones):
        c.shape(below(wave(452 + i * 36, 17 - i, 240 + i * 36, 0.17 * i)), colour)
        c.line(wave(452 + i * 36, 17 - i, 240 + i * 36, 0.17 * i), mix(colour, PAPER, 0.45), 3)


# Scenes of people and ideas


def globe(c: Canvas, chance: random.Random) -> None:
    x, y, r = 552, 310, 252
    for _ in range(46):
        c.disc(chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT), chance.choice((2, 3)), mix(TEAL, SKY, 0.4))
    c.disc(x, y, r, SKY)
    for squash in (0.86, 0.5, 0.16):
        c.line(
            [(x + r * squash * math.cos(a / 40 * math.tau), y + r * math.sin(a / 40 * math.tau)) for a in range(41)],
            MIST,
            3,
        )
    for lift in (-0.62, -0.32, 0, 0.32, 0.62):
        half = r * math.sqrt(1 - lift * lift)
        c.line([(x - half, y + r * lift), (x + half, y + r * lift)], MIST, 3)
    cities = [(408, 208), (486, 372), (560, 158), (642, 290), (720, 398), (592, 470), (416, 452), (704, 196)]
    for index, (first, second) in enumerate(((0, 3), (1, 4), (2, 1), (3, 5), (7, 3), (6, 3), (0, 7))):
        a, b = cities[first], cities[second]
        bend = ((a[0] + b[0]) / 2 + (a[1] - b[1]) * 0.3, (a[1] + b[1]) / 2 - abs(b[0] - a[0]) * 0.3)
        c.line(curve(a, bend, b), (BRICK, OCHRE, TEAL)[index % 3], 5)
    for index, (cx, cy) in enumerate(cities):
        c.disc(cx, cy, 19 if index == 3 else 13, PAPER)
        c.disc(cx, cy, 12 if index == 3 else 8, (BRICK, TEAL)[index % 2])


def roots(c: Canvas, chance: random.Random) -> None:
    c.disc(552, 250, 238, mix(SKY, PAPER, 0.45))
    c.rect(0, 392, WIDTH, 228, mix(BRICK, INK, 0.45))
    c.rect(0, 392, WIDTH, 12, OCHRE)
    for side in (-1, 1):
        for reach, depth in ((90, 570), (200, 540), (330, 500), (440, 452)):
            end = (552 + side * reach, depth + chance.uniform(0, 22))
            c.line(curve((552, 400), (552 + side * reach * 0.4, depth), end), DUNE, 12 - reach / 60)
            c.disc(*end, 9, OCHRE)
    c.line([(552, 400), (552, 590)], DUNE, 12)
    c.shape([(522, 398), (540, 250), (564, 250), (582, 398)], INK)
    for bend, end in (((470, 300), (400, 236)), ((640, 300), (704, 236)), ((552, 260), (552, 150))):
        c.line(curve((552, 344), bend, end), INK, 12)
    crown_of_houses(c)


def crown_of_houses(c: Canvas) -> None:
    for x, y, r, colour in (
        (390, 220, 92, TEAL),
        (714, 220, 92, TEAL),
        (470, 140, 96, PINE),
        (634, 140, 96, PINE),
        (552, 220, 92, mix(PINE, OCHRE, 0.25)),
    ):
        c.disc(x, y, r, colour)
    spots = (
        (352, 262, BRICK),
        (436, 190, OCHRE),
        (518, 128, BRICK),
        (520, 268, SAND),
        (596, 190, SAND),
        (628, 120, OCHRE),
        (694, 264, BRICK),
        (428, 108, SAND),
        (744, 200, SAND),
    )
    for x, y, colour in spots:
        house(c, x - 24, y, 48, 38, PAPER if colour != SAND else OCHRE, BRICK if colour != BRICK else INK)


def doorways(c: Canvas, chance: random.Random) -> None:
    walls = (OCHRE, TEAL, SAND, BRICK, MIST, PINE, DUNE)
    for row in range(3):
        ground = 210 + row * 205
        x, last = -30.0 - row * 40, ""
        while x < WIDTH:
            wall = chance.choice([w for w in walls if w != last])
            last = wall
            front(c, x, ground, chance.choice((108, 128)), chance.uniform(150, 190), wall, chance)
            x += 132
        c.rect(0, ground, WIDTH, 16, INK)


def front(c: Canvas, x: float, ground: float, width: float, height: float, wall: str, chance: random.Random) -> None:
    dark = wall in {TEAL, PINE, BRICK}
    c.rect(x, ground - height, width, height, wall)
    c.rect(x - 5, ground - height - 10, width + 10, 12, mix(wall, INK, 0.4))
    for i in range(2):
        c.rect(x + width * (0.16 + 0.42 * i), ground - height + 26, width * 0.26, 38, PAPER if dark else TEAL, 3)
    c.rect(x + width * 0.3, ground - 84, width * 0.4, 84, INK)
    c.disc(x + width / 2, ground - 84, width * 0.2, INK)
    if chance.random() < 0.66:
        person(c, x + width / 2, ground, 72, chance.choice((PAPER, OCHRE, ROSE, SKY)))


def round_table(c: Canvas, chance: random.Random) -> None:
    x, y = 552, 310
    for radius, share in ((292, 0.82), (222, 0.55)):
        c.disc(x, y, radius, mix(OCHRE, SAND, share))
    c.disc(x, y, 150, TEAL)
    c.disc(x, y, 138, PINE)
    for i in range(12):
        turn = i / 12 * math.tau
        sheet = (x + 104 * math.cos(turn), y + 104 * math.sin(turn))
        c.disc(*sheet, 15, PAPER)
        seen_from_above(
            c, x + 216 * math.cos(turn), y + 216 * math.sin(turn), turn, (BRICK, INK, OCHRE, TEAL)[i % 4], chance
        )
    for radius, colour in ((70, TEAL), (62, MIST), (44, TEAL), (36, OCHRE), (16, PAPER)):
        c.disc(x, y, radius, colour)


def seen_from_above(c: Canvas, x: float, y: float, turn: float, colour: str, chance: random.Random) -> None:
    across = turn + math.pi / 2
    for share in range(-10, 11):
        c.disc(x + share * 2.5 * math.cos(across), y + share * 2.5 * math.sin(across), 22 - abs(share) * 0.5, colour)
    c.disc(
        x - 4 * math.cos(turn),
        y - 4 * math.sin(turn),
        17,
        chance.choice((ROSE, DUNE, mix(BRICK, INK, 0.5), mix(OCHRE, INK, 0.35))),
    )


def hall(c: Canvas, chance: random.Random) -> None:
    c.rect(0, 40, WIDTH, 34, TEAL)
    c.rect(0, 74, WIDTH, 10, INK)
    for i in range(8):
        x = 26 + i * 143
        c.rect(x, 84, 52, 300, PAPER)
        c.rect(x + 36, 84, 16, 300, DUNE)
        c.rect(x - 9, 84, 70, 16, OCHRE)
        c.rect(x - 9, 372, 70, 16, OCHRE)
    c.rect(0, 386, WIDTH, 234, mix(TEAL, PINE, 0.4))
    c.disc(552, 400, 150, mix(OCHRE, SAND, 0.2), 0.2)
    person(c, 552, 380, 150, BRICK)
    c.shape([(492, 306), (612, 306), (592, 402), (512, 402)], INK)
    c.disc(552, 350, 19, OCHRE)
    for row, size in enumerate((62, 78, 96)):
        for i in range(9 + row):
            seat = 552 + (i - (8 + row) / 2) * size * 1.36
            bow = abs(seat - 552) ** 2 / 5200
            person(
                c,
                seat,
                492 + row * 72 - bow,
                size,
                chance.choice(((MIST, SAND, DUNE), (OCHRE, INK), (BRICK, SAND, MIST))[row]),
            )


def city_map(c: Canvas, chance: random.Random) -> None:
    for row in range(9):
        for column in range(14):
            x, y = -20 + column * 84 + (row % 2) * 6, -14 + row * 74
            c.rect(x, y, 72, 60, chance.choice((PAPER, PAPER, DUNE, mix(SAND, DUNE, 0.5), mix(MIST, SAND, 0.45))), 5)
    river = curve((-40, 520), (420, 640), (560, 300)) + curve((560, 300), (680, 20), (1150, 120))
    c.line(river, SAND, 92)
    c.line(river, MIST, 68)
    route = [(118, 96), (286, 96), (286, 246), (458, 246), (700, 396), (868, 396), (868, 250)]
    for (ax, ay), (bx, by) in pairwise(route):
        count = int(math.hypot(bx - ax, by - ay) // 20)
        for i in range(count):
            c.disc(ax + (bx - ax) * i / count, ay + (by - ay) * i / count, 4.5, INK)
    for x, y, size, colour in (
        (118, 96, 34, TEAL),
        (458, 246, 46, BRICK),
        (868, 250, 38, OCHRE),
        (700, 520, 30, PINE),
        (990, 470, 30, BRICK),
    ):
        pin(c, x, y, size, colour)


def pin(c: Canvas, x: float, y: float, size: float, colour: str) -> None:
    c.disc(x, y, size * 0.5, mix(SAND, INK, 0.35), 0.4)
    c.shape([(x - size * 0.92, y - size * 1.5), (x + size * 0.92, y - size * 1.5), (x, y)], colour)
    c.disc(x, y - size * 1.8, size, colour)
    c.disc(x, y - size * 1.8, size * 0.42, PAPER)


def bars(c: Canvas, chance: random.Random) -> None:
    for i in range(5):
        c.line([(92, 150 + i * 86), (1012, 150 + i * 86)], mix(SAND, MIST, 0.45), 2)
    heights = (150, 196, 176, 252, 226, 300, 282, 356, 398)
    tops = []
    for i, height in enumerate(heights):
        x = 108 + i * 101
        block(c, x, 520, 78, height, (TEAL, PINE)[i % 2] if i != 7 else BRICK, OCHRE if i != 7 else PAPER)
        tops.append((x + 39, 520 - height - 34))
    c.line(tops, OCHRE, 6)
    for x, y in tops:
        c.disc(x, y, 12, PAPER)
        c.disc(x, y, 7, BRICK)
    c.rect(80, 518, 944, 8, INK)
    for i in range(9):
        person(c, 147 + i * 101 + chance.uniform(-8, 8), 588, 46, (INK, OCHRE, TEAL, BRICK)[i % 4])


# Report covers

Motif = Callable[[Canvas, random.Random, float, float, float, float], None]


def cover_of(
    background: str,
    front_colour: str,
    number: str,
    label: str,
    lines: tuple[str, ...],
    motif: Motif,
    c: Canvas,
    chance: random.Random,
    *,
    ink: str = PAPER,
    accent: str = OCHRE,
    behind: str | None = None,
) -> None:
    """A cover in the middle, so that every crop keeps it whole; its motif fills the lower half."""
    c.rect(0, 0, WIDTH, HEIGHT, background)
    x, y, width, height = 352, 40, 400, 540
    c.disc(x + width / 2, 310, 300, mix(background, PAPER, 0.28))
    if behind:
        c.rect(x + 76, y + 36, width, height - 72, behind)
        c.rect(x + 76, y + height - 110, width, 14, accent)
    c.rect(x + 14, y + 16, width, height, mix(background, INK, 0.28))
    c.rect(x, y, width, height, front_colour)
    motif(c, chance, x, y + 292, width, height - 292)
    c.label(x + 34, y + 58, label, 15, accent)
    size = min(128.0, 128 * 332 / max(1.0, ImageFont.load_default(128).getlength(number)))
    c.text(x + 29, y + 76 + size * 0.86, number, size, ink, weight=size / 75)
    for i, words in enumerate(lines):
        c.text(x + 34, y + 234 + i * 32, words, 25, ink)
    c.rect(x, y, 10, height, mix(front_colour, INK, 0.3))


def motif_skyline(c: Canvas, chance: random.Random, x: float, y: float, width: float, height: float) -> None:
    c.disc(x + width * 0.7, y + height * 0.42, 66, OCHRE)
    skyline(c, y + height, chance, (SAND, MIST, PINE, BRICK), INK, x, x + width, height * 0.72)


def motif_houses(c: Canvas, chance: random.Random, x: float, y: float, width: float, height: float) -> None:
    c.rect(x, y + height - 30, width, 30, INK)
    for row in range(2):
        for i in range(4):
            wall, roof = ((PAPER, TEAL), (OCHRE, INK), (SKY, TEAL), (DUNE, INK))[(i + row) % 4]
            house(c, x + 30 + i * 92, y + height - 30 - (1 - row) * 104, 68, 50 + chance.uniform(0, 8), wall, roof)


def motif_arcs(c: Canvas, chance: random.Random, x: float, y: float, width: float, height: float) -> None:
    colours = (OCHRE, PAPER, BRICK, SKY, OCHRE, TEAL)
    for i, colour in enumerate(colours):
        c.pie(x + width / 2, y + height, 192 - i * 30, colour, 180, 360)
    person(c, x + width / 2, y + height, 36 + chance.uniform(0, 2), SAND)


def motif_dots(c: Canvas, chance: random.Random, x: float, y: float, width: float, height: float) -> None:
    across, down = (width - 85) / 9, (height - 50) / 6
    for row in range(7):
        for column in range(10):
            colour = chance.choice((TEAL, TEAL, OCHRE, BRICK, PINE))
            c.disc(x + 43 + column * across, y + 14 + row * down, 12, colour)


def motif_waves(c: Canvas, chance: random.Random, x: float, y: float, width: float, height: float) -> None:
    c.disc(x + width * 0.68, y + 62, 52, mix(OCHRE, BRICK, chance.uniform(0, 0.2)))
    for i, colour in enumerate((SKY, MIST, PINE, mix(TEAL, INK, 0.4))):
        c.shape(below(wave(y + 78 + i * 44, 15, 200, 0.27 * i, x, x + width), y + height), colour)


def motif_leaf(c: Canvas, chance: random.Random, x: float, y: float, width: float, height: float) -> None:
    foot = (x + width / 2, y + height - 50)
    for side, lift, colour in ((-1, 60, PINE), (1, 96, TEAL), (-1, 138, TEAL), (1, 170, PINE)):
        start = (foot[0], foot[1] - lift + 40)
        tip = (foot[0] + side * 120, foot[1] - lift - 26)
        upper = curve(start, (foot[0] + side * 30, tip[1] - 30), tip)
        c.shape(upper + curve(tip, (foot[0] + side * 96, start[1] + 12), start), colour)
    c.line([(foot[0], y + 6), foot], INK, 6)
    for i, colour in enumerate((MIST, PINE, TEAL)):
        c.shape(
            below(wave(y + height - 66 + i * 24, 9, 134, 0.3 * i + chance.uniform(0, 0.1), x, x + width), y + height),
            colour,
        )


def motif_door(c: Canvas, chance: random.Random, x: float, y: float, width: float, height: float) -> None:
    ground, middle = y + height - 26, x + width / 2
    c.rect(x, ground, width, 26, mix(BRICK, INK, 0.4))
    c.pie(middle, y + 92, 84, mix(BRICK, INK, 0.4), 180, 360)
    c.rect(middle - 84, y + 90, 168, ground - y - 90, mix(BRICK, INK, 0.4))
    c.pie(middle, y + 92, 70, OCHRE, 180, 360)
    c.rect(middle - 70, y + 90, 140, ground - y - 90, OCHRE)
    c.shape(
        [(middle - 70, ground), (middle + 70, ground), (middle + 120, y + height), (middle - 120, y + height)], OCHRE
    )
    c.shape([(middle + 70, y + 44), (middle + 132, y + 62), (middle + 132, ground + 16), (middle + 70, ground)], PAPER)
    for shift, size in ((-26, 96), (22, 70 + chance.uniform(0, 4))):
        person(c, middle + shift, ground, size, INK if shift < 0 else TEAL)


Scene = Callable[[Canvas, random.Random], None]

SCENES: dict[str, tuple[str, Scene]] = {
    "san-antonio-leadership-on-migration": (SAND, river_walk),
    "marvin-rees-legacy": (SKY, gorge),
    "world-migration-report-2024-insights": (TEAL, globe),
    "devex-roots-of-change": (SAND, roots),
    "inclusive-urban-solutions": (SKY, doorways),
    "ferry-hall-welcome-desk": (SKY, harbour),
    "counting-the-cost-of-arrival": (SAND, bars),
    "twelve-cities-learning-year": (SAND, round_table),
    "imrf-summary-report-2022": (SKY, hall),
    "4mi-cities-better-data": (SAND, city_map),
    "climate-migration-mexico-central-america": (SAND, rising_sea),
    "2023-impact-report": (
        SAND,
        partial(cover_of, DUNE, TEAL, "2023", "Impact report", ("A year of", "city diplomacy"), motif_skyline),
    ),
    "global-cities-fund-progress-report": (
        SKY,
        partial(
            cover_of,
            MIST,
            BRICK,
            "Fund",
            "Progress report",
            ("Global Cities Fund", "for newcomers"),
            motif_houses,
            accent=SAND,
        ),
    ),
    "2020-2022-impact-report": (
        SAND,
        partial(
            cover_of, ROSE, INK, "2020-22", "Impact report", ("Local action,", "global impact"), motif_arcs, behind=TEAL
        ),
    ),
    "localizing-the-global-compacts-2022": (
        SAND,
        partial(
            cover_of,
            PINE,
            SAND,
            "70",
            "Report 2022",
            ("local actions for", "the global compacts"),
            motif_dots,
            ink=INK,
            accent=BRICK,
        ),
    ),
    "global-mayors-action-agenda": (
        SAND,
        partial(
            cover_of,
            OCHRE,
            PAPER,
            "Agenda",
            "Mayors' action",
            ("Climate and", "migration"),
            motif_leaf,
            ink=TEAL,
            accent=BRICK,
        ),
    ),
    "cop26-summary-report": (
        SKY,
        partial(cover_of, SKY, TEAL, "COP26", "Summary report", ("Task force on", "climate migration"), motif_waves),
    ),
    "guia-para-ciudades": (
        SAND,
        partial(cover_of, SAND, BRICK, "10", "Para ciudades", ("Acoger con", "lo que hay"), motif_door, accent=SAND),
    ),
}


def any_city(c: Canvas, chance: random.Random) -> None:
    """What a name without a scene of its own gets."""
    c.disc(chance.uniform(200, 900), 250, 110, OCHRE)
    skyline(c, 470, chance, (MIST, mix(MIST, SKY, 0.5)), PAPER, -10, WIDTH, 300)
    skyline(c, 500, chance, (TEAL, PINE, BRICK), SAND, -30, WIDTH, 210)
    c.rect(0, 500, WIDTH, 120, INK)
    for i in range(13):
        person(
            c,
            60 + i * 82 + chance.uniform(-14, 14),
            588,
            62 + chance.uniform(0, 14),
            chance.choice((SAND, OCHRE, MIST, ROSE)),
        )


def draw(slug: str, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    """The picture of that name; another shape than 16:9 is cropped around the middle."""
    background, scene = SCENES.get(slug, (SKY, any_city))
    canvas = Canvas(background)
    scene(canvas, random.Random(slug))  # noqa: S311  # where windows go, no secret
    return ImageOps.fit(canvas.image, size, Image.Resampling.LANCZOS)


def draw_all(folder: pathlib.Path, names: Iterable[str]) -> None:
    """Writes `<folder>/<name>.png` for each name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        few = draw(name).quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(folder / f"{name}.png", optimize=True)


def draw_logo(path: pathlib.Path) -> None:
    """The wordmark at twice its shown size, on white: the ground of the mail, and a plate that reads in dark mode."""
    white = "#ffffff"
    canvas = Canvas(white, 440, 88, 4)
    for i, colour in enumerate((TEAL, white, OCHRE, white, BRICK)):
        canvas.pie(50, 66, 36 - i * 7, colour, 180, 360)
    canvas.rect(14, 66, 72, 4, INK)
    canvas.text(104, 41, "Mayors Migration", 31, INK, weight=0.5)
    canvas.text(104, 73, "Council", 31, TEAL, weight=0.5)
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.image.resize((440, 88), Image.Resampling.LANCZOS).save(path, optimize=True)
