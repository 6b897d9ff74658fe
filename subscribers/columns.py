"""What the columns of a file mean: guessed from their names in four languages and from whose export it is."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Field(StrEnum):
    """What a column can hold. STATE: a word for how the person stands; LEFT and STAYS: yes or no."""

    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    LANGUAGE = "language"
    STATE = "state"
    LEFT = "left"
    STAYS = "subscribed"
    OPTED_IN_AT = "opted_in_at"
    OPTED_IN_IP = "opted_in_ip"
    CONFIRMED_AT = "confirmed_at"
    CONFIRMED_IP = "confirmed_ip"
    ADDED_AT = "added_at"
    LEFT_AT = "left_at"
    LEFT_BECAUSE = "left_because"
    BOUNCED_AT = "bounced_at"
    WORDS = "words"
    SOURCE = "source"


class ColumnError(ValueError):
    """The columns cannot be understood; the message is a sentence."""


ASIDE = "-"  # as a field: the column is left aside

_NAMES: dict[Field, str] = {
    Field.EMAIL: """email; email address; mail; mail address; emails; email id; emailadresse; email adresse;
        mailadresse; mail adresse; adresse email; adresse mail; adresse electronique; courriel; adresse courriel;
        correo; correo electronico; direccion de correo; direccion de correo electronico; direccion email""",
    Field.NAME: """name; full name; fullname; display name; contact name; nombre completo; nombre y apellidos;
        nom complet; nom et prenom; prenom et nom; vollstandiger name; vor und nachname""",
    Field.FIRST_NAME: "first name; firstname; fname; given name; vorname; prenom; nombre; nombres",
    Field.LAST_NAME: """last name; lastname; lname; surname; family name; nachname; familienname; nom; nom de famille;
        apellido; apellidos""",
    Field.LANGUAGE: "language; lang; locale; preferred language; sprache; idioma; lengua; langue",
    Field.STATE: """status; subscription status; subscriber status; member status; email status; state; estado;
        estado de suscripcion; statut; statut d abonnement; etat; abostatus""",
    Field.LEFT: """unsubscribed; blacklisted; blocklisted; email blacklist; email blacklisted; email blocklisted;
        opted out; opt out; abgemeldet; desabonne; baja; dado de baja""",
    Field.STAYS: "subscribed; is subscribed; abonniert; angemeldet; suscrito; abonne; inscrit",
    Field.OPTED_IN_AT: """optin time; opt in time; opt in date; optin date; opt in at; opted in at; consent at;
        consent date; consent time; subscribed at; subscribe date; subscribed on; subscription date; signup date;
        sign up date;
        signed up at; signed up on; anmeldedatum; angemeldet am; einwilligung am; einwilligungsdatum; fecha de alta;
        fecha de suscripcion; fecha de consentimiento; date d inscription; date d abonnement; date de consentement""",
    Field.OPTED_IN_IP: "optin ip; opt in ip; signup ip; sign up ip; consent ip; ip; ip address; ip adresse; adresse ip",
    Field.CONFIRMED_AT: """confirm time; confirmed at; confirmed on; confirmation time; confirmation date;
        bestatigt am; fecha de confirmacion; date de confirmation; confirme le""",
    Field.CONFIRMED_IP: "confirm ip; confirmation ip",
    Field.ADDED_AT: """added time; added at; added on; date added; created at; created on; created; creation date;
        since; erstellt am; hinzugefugt am; fecha de creacion; date de creation; date d ajout""",
    Field.LEFT_AT: """unsub time; unsubscribed at; unsubscribe date; abgemeldet am; fecha de baja;
        date de desinscription; date de desabonnement""",
    Field.LEFT_BECAUSE: "unsub reason; unsubscribe reason",
    Field.BOUNCED_AT: "clean time; bounced at",
    Field.WORDS: """consent; consent text; consent words; consent wording; wording; words; einwilligungstext;
        texto de consentimiento; texte de consentement""",
    Field.SOURCE: "source; consent source; signup source; sign up source; quelle; fuente; origen; origine",
}
_FIELDS = {name.strip(): field_ for field_, names in _NAMES.items() for name in names.split(";")}

# The words of a state column, and what they say.
CONFIRMED, UNSUBSCRIBED, BOUNCED, UNCONFIRMED = "confirmed", "unsubscribed", "bounced", "unconfirmed"
_STATES = {
    CONFIRMED: """subscribed; confirmed; enabled; active; opted in; opt in; optin; abonniert; aktiv; bestatigt;
        suscrito; activo; confirmado; abonne; inscrit; actif; confirme""",
    UNSUBSCRIBED: """unsubscribed; disabled; blocklisted; blacklisted; blocked; inactive; opted out; opt out; optout;
        archived; deleted; complained; abgemeldet; inaktiv; gesperrt; baja; desuscrito; dado de baja; inactivo;
        desabonne; desinscrit; inactif""",
    BOUNCED: "cleaned; bounced; hard bounce; hard bounced; invalid; undeliverable; unzustellbar; rebotado; invalide",
    UNCONFIRMED: """unconfirmed; pending; non subscribed; nonsubscribed; transactional; unbestatigt; pendiente;
        sin confirmar; en attente; non confirme""",
}
STATES = {word.strip(): state for state, words in _STATES.items() for word in words.split(";")}
_ELSEWHERE = {"uuid", "attributes"}
_MAILCHIMP = {"optin time", "confirm time", "member rating", "leid", "euid", "unsub time", "clean time"}
_BREVO = {"email blacklist", "email blacklisted", "email blocklisted", "added time", "modified time", "double opt in"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands in a row. `names` are the header's; `whose`: mailchimp, listmonk, brevo, or empty.

    `all_are`: what everybody in this file is, because of whose export it is (unsubscribed, bounced, unconfirmed).
    """

    names: tuple[str, ...]
    places: dict[Field, int]
    whose: str = ""
    all_are: str = ""
    aside: tuple[str, ...] = field(default=())

    @property
    def ignored(self) -> tuple[str, ...]:
        """The names of the columns that are not read."""
        taken = set(self.places.values())
        return tuple(name for place, name in enumerate(self.names) if name and place not in taken)

    def as_json(self) -> dict[str, Any]:
        """For the record: whose it is, and which column was taken for which field."""
        read = {self.names[place]: field_.value for field_, place in self.places.items()}
        return {"whose": self.whose, "all_are": self.all_are, "columns": read, "ignored": list(self.ignored)}


def plain(text: str) -> str:
    """A name or a word as it is compared: no case, no accents, no punctuation."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    spaced = " ".join(re.sub(r"[\W_]+", " ", bare).split())
    return re.sub(r"\be mail", "email", spaced)


def shown(cells: Sequence[str]) -> tuple[str, ...]:
    """The names of a header as messages tell them."""
    return tuple(" ".join(cell.split()).casefold() for cell in cells)


def has_address(cells: Sequence[str]) -> bool:
    """Whether this can be a header: one of its names is known to hold addresses."""
    return any(_FIELDS.get(plain(cell)) is Field.EMAIL for cell in cells)


def guess(cells: Sequence[str], told: Mapping[str, str] = {}, file_name: str = "") -> Columns:
    """The columns of a header. `told` maps names to fields (or to "-") and wins. ColumnError says what is wrong."""
    names, keys = shown(cells), [plain(cell) for cell in cells]
    wished = _wishes(names, keys, told)
    places: dict[Field, int] = {}
    for place, key in enumerate(keys):
        found = wished.get(key, _FIELDS.get(key))
        if not isinstance(found, Field) or (key not in wished and found in wished.values()):
            continue
        if found in places:
            raise ColumnError(
                f"The columns {names[places[found]]} and {names[place]} both mean {found}; keep one, or say which "
                f"with --map."
            )
        places[found] = place
    if Field.EMAIL not in places:
        columns = ", ".join(name for name in names if name)
        hint = (
            " Its first line holds an address: put a line with the columns' names above it." if "@" in columns else ""
        )
        raise ColumnError(
            f"The file has no column email; its columns are: {columns}.{hint}"
            + ("" if hint else " Say which it is: --map COLUMN=email")
        )
    _family_name(keys, places)
    whose = _whose(set(keys))
    return Columns(names, places, whose, _all_are(whose, set(keys), file_name), tuple(
        key for key, to in wished.items() if to == ASIDE))  # fmt: skip


def _wishes(names: Sequence[str], keys: Sequence[str], told: Mapping[str, str]) -> dict[str, Field | str]:
    wished: dict[str, Field | str] = {}
    for name, wanted in told.items():
        key = plain(name)
        if key not in keys:
            raise ColumnError(f"There is no column {name}; the columns are: {', '.join(n for n in names if n)}.")
        if wanted != ASIDE and wanted not in set(Field):
            raise ColumnError(f"A column cannot be {wanted}; it can be {', '.join(Field)}, or - to leave it aside.")
        wished[key] = ASIDE if wanted == ASIDE else Field(wanted)
    return wished


def _family_name(keys: Sequence[str], places: dict[Field, int]) -> None:
    """Beside a Vorname or a prénom, the column Name is the family name."""
    first = places.get(Field.FIRST_NAME)
    if first is not None and keys[first] in {"vorname", "prenom"} and Field.LAST_NAME not in places:
        name = places.pop(Field.NAME, None)
        if name is not None:
            places[Field.LAST_NAME] = name


def _whose(keys: set[str]) -> str:
    if len(keys & _MAILCHIMP) > 1 or {"email address", "optin time"} <= keys:
        return "mailchimp"
    if keys >= {*_ELSEWHERE, "status"} or keys >= {"email", "name", "attributes", "status"}:
        return "listmonk"
    if "email" in keys and keys & _BREVO and not keys & {"email address"}:
        return "brevo"
    return ""


def _all_are(whose: str, keys: set[str], file_name: str) -> str:
    """Mailchimp puts those who left, and those who bounced, into files of their own."""
    if whose != "mailchimp":
        return ""
    begin = file_name.casefold()
    if "clean time" in keys or begin.startswith("cleaned"):
        return BOUNCED
    if "unsub time" in keys or begin.startswith("unsubscribed"):
        return UNSUBSCRIBED
    return UNCONFIRMED if begin.startswith(("nonsubscribed", "non-subscribed")) else ""
