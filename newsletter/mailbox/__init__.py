"""A local mailbox that takes every message, keeps it as a file and shows it in the browser."""

# `pages` and `serve` are imported by name where they are wanted: keeping a message needs no web framework.
from newsletter.mailbox.folder import Mailbox, NotFound, Page
from newsletter.mailbox.reading import Attachment, Envelope, Message, Summary
from newsletter.mailbox.smtp import MailboxServer

__all__ = [
    "Attachment",
    "Envelope",
    "Mailbox",
    "MailboxServer",
    "Message",
    "NotFound",
    "Page",
    "Summary",
]
