"""The address book: people, lists, subscriptions, consent, suppression, links. Imports nothing of `newsletter`.

`newsletter` uses only the names below. For sending, the whole interface is `mailability`.
"""

from subscribers import (
    asking,
    barring,
    confirming,
    erasing,
    exporting,
    finding,
    growing,
    leaving,
    limits,
    preferring,
    purging,
    renewing,
    returning,
    signing_up,
    suppressing,
)
from subscribers.addresses import AddressError, address_hash, parse
from subscribers.book import AddressBook
from subscribers.browsing import Card, Moved, card, card_of, cards, counts, everybody, moved, search
from subscribers.importing import IMPORTED_AS, ConsentError, Each, import_file
from subscribers.links import Link, Links, Purpose
from subscribers.lists import ListFace, add_list, change_list, find_list, lists
from subscribers.mailability import REASONS, ids_of, mailability
from subscribers.model import Consent, ImportReport, Person, SubscriptionState
from subscribers.people import addresses, known
from subscribers.reading import REFUSED, Asked, ImportFileError, Opened, file_sha256, ignored_columns, in_words, read
from subscribers.tables import Id, Instant, Json, metadata
from subscribers.tallying import tally
from subscribers.turnover import Turnover, turnover

__all__ = [
    "IMPORTED_AS",
    "REASONS",
    "REFUSED",
    "AddressBook",
    "AddressError",
    "Asked",
    "Card",
    "Consent",
    "ConsentError",
    "Each",
    "Id",
    "ImportFileError",
    "ImportReport",
    "Instant",
    "Json",
    "Link",
    "Links",
    "ListFace",
    "Moved",
    "Opened",
    "Person",
    "Purpose",
    "SubscriptionState",
    "Turnover",
    "add_list",
    "address_hash",
    "addresses",
    "asking",
    "barring",
    "card",
    "card_of",
    "cards",
    "change_list",
    "confirming",
    "counts",
    "erasing",
    "everybody",
    "exporting",
    "file_sha256",
    "find_list",
    "finding",
    "growing",
    "ids_of",
    "ignored_columns",
    "import_file",
    "in_words",
    "known",
    "leaving",
    "limits",
    "lists",
    "mailability",
    "metadata",
    "moved",
    "parse",
    "preferring",
    "purging",
    "read",
    "renewing",
    "returning",
    "search",
    "signing_up",
    "suppressing",
    "tally",
    "turnover",
]
