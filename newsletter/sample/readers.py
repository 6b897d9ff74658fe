"""Invents the sample's readers, the same ones for the same seed, at domains nobody can own."""

import random
import unicodedata
from dataclasses import dataclass
from typing import Literal

State = Literal["confirmed", "pending", "unsubscribed", "paused", "hard_bounce", "complaint"]

DOMAINS = (
    "example.org",
    "example.com",
    "example.net",
    "city.example.org",
    "ministry.example.org",
    "network.example.org",
)
OTHERS: tuple[tuple[State, int], ...] = (  # of 500 readers; the rest is confirmed
    ("pending", 12),
    ("unsubscribed", 12),
    ("paused", 5),
    ("hard_bounce", 7),
    ("complaint", 2),
)
LANGUAGES = ("en", "es", "fr", "ar")
WHOLE = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ß": "ss"})  # letters that no accent can be taken from

# The first and the second part of names, and how often their bearers read en, es, fr, ar.
CULTURES: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[int, int, int, int]], ...] = (
    (
        ("Siobhán", "Aoife", "Ciarán", "Niamh", "Eoin", "Órla"),
        ("O'Brien", "Ní Dhomhnaill", "Mac Cárthaigh", "O'Sullivan", "Byrne"),
        (1, 0, 0, 0),
    ),
    (
        ("Ngozi", "Chidi", "Adaeze", "Tunde", "Folasade", "Emeka"),
        ("Okafor", "Adéyẹmí", "Nwosu", "Balogun", "Eze"),
        (1, 0, 0, 0),
    ),
    (
        ("محمد", "ليلى", "يوسف", "فاطمة", "سامر", "هدى"),
        ("الحسن", "النجار", "العبدالله", "الخوري", "حداد"),
        (1, 0, 0, 4),
    ),
    (
        ("João", "Inês", "Luísa", "Gonçalo", "Mariana", "Tomé"),
        ("d'Ávila", "Conceição", "Magalhães", "Simões", "da Silva"),
        (1, 0, 0, 0),
    ),
    (
        ("Lucía", "Íñigo", "Begoña", "Andrés", "Valentina", "Joaquín"),
        ("Muñoz", "Peña-Ruiz", "Ibáñez", "Güell", "Quispe Mamani"),
        (1, 5, 0, 0),
    ),
    (
        ("Zoë", "François", "Aïssatou", "Océane", "Jérôme", "Maëlle"),
        ("L'Hôpital", "Diop", "Lefèvre", "N'Diaye", "Benoît"),
        (1, 0, 3, 0),
    ),
    (
        ("Jürgen", "Käthe", "Sören", "Ulrike", "Björn", "Åsa"),
        ("Weiß", "Lindström", "von der Ahe", "Müller-Groß", "Ødegård"),
        (1, 0, 0, 0),
    ),
    (
        ("Wanjiru", "Otieno", "Amina", "Njeri", "Brian", "Akinyi"),
        ("Ng'ang'a", "Achieng", "Mwangi", "Wekesa", "Kiprono"),
        (1, 0, 0, 0),
    ),
    (
        ("Thabo", "Lerato", "Sipho", "Nomvula", "Zanele", "Pieter"),
        ("Dlamini", "Mokoena", "van der Merwe", "Nkosi", "Naidoo"),
        (1, 0, 0, 0),
    ),
    (
        ("Priya", "Arjun", "Nusrat", "Rahim", "Ayesha", "Kavya"),
        ("Subramanian", "Chowdhury", "Iyer", "Rahman", "Fernando"),
        (1, 0, 0, 0),
    ),
    (
        ("Łukasz", "Agnieszka", "Paweł", "Małgorzata", "Jędrzej"),
        ("Wójcik", "Zając", "Nowak", "Gołąb", "Mączka"),
        (1, 0, 0, 0),
    ),
    (
        ("Nguyễn", "Trần", "Lê", "Phạm", "Đặng"),
        ("Thị Ánh", "Văn Đức", "Minh Khôi", "Thu Hằng", "Quốc Bảo"),
        (1, 0, 0, 0),
    ),
    (
        ("佐藤", "田中", "小林", "山口"),
        ("美咲", "健一", "直子", "翔太"),
        (1, 0, 0, 0),
    ),
    (
        ("Grace", "Malik", "Hannah", "Curtis", "Leilani", "Dwayne"),
        ("McAllister", "Washington", "Kealoha", "St. John", "Begay"),
        (1, 0, 0, 0),
    ),
)


@dataclass(frozen=True)
class Reader:
    email: str
    name: str
    language: str
    state: State


def readers(n: int = 500, seed: int = 2024) -> list[Reader]:
    chance = random.Random(seed)  # noqa: S311  # invented people, no secret
    return [_reader(number, state, chance) for number, state in enumerate(_states(n, chance), start=1)]


def _states(n: int, chance: random.Random) -> list[State]:
    states: list[State] = [state for state, of_500 in OTHERS for _ in range(round(of_500 * n / 500))]
    confirmed: list[State] = ["confirmed"] * (n - len(states))
    states += confirmed
    chance.shuffle(states)
    return states


def _reader(number: int, state: State, chance: random.Random) -> Reader:
    firsts, families, habit = chance.choice(CULTURES)
    first, family = chance.choice(firsts), chance.choice(families)
    language = chance.choices(LANGUAGES, habit)[0]
    local = ".".join(part for part in (_plain(first), _plain(family)) if part) or "reader"
    return Reader(f"{local}.{number}@{chance.choice(DOMAINS)}", f"{first} {family}", language, state)


def _plain(name: str) -> str:
    """The letters of a name that any mail system takes."""
    bare = unicodedata.normalize("NFKD", name.lower().translate(WHOLE)).encode("ascii", "ignore").decode()
    return "".join(letter for letter in bare if letter.isalnum())
