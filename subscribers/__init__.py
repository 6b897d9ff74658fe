"""The address book: people, lists, subscriptions, consent, suppression, links. Imports nothing of `newsletter`.

`newsletter` uses only the names below. For sending, the whole interface is `mailability`.
"""

from subscribers import (
    asking,
    confirming,
    erasing,
    exporting,
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
from subscribers.browsing import Card, Moved, card, card_of, cards, counts, moved, search
from subscribers.importing import IMPORTED_AS, ConsentError, import_file
from subscribers.links import Link, Links, Purpose
from subscribers.lists import ListFace, add_list, change_list, find_list, lists
from subscribers.mailability import REASONS, ids_of, mailability
from subscribers.model import Consent, ImportReport, Person, SubscriptionState
from subscribers.people import addresses
from subscribers.reading import REFUSED, Asked, ImportFileError, Opened, file_sha256, ignored_columns, read
from subscribers.tables import Id, Instant, Json, metadata
from subscribers.tallying import tally

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
    "add_list",
    "address_hash",
    "addresses",
    "asking",
    "card",
    "card_of",
    "cards",
    "change_list",
    "confirming",
    "counts",
    "erasing",
    "exporting",
    "file_sha256",
    "find_list",
    "ids_of",
    "ignored_columns",
    "import_file",
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
]
