"""Small pure checks over the facts; each yields findings, none does any IO."""

from collections.abc import Callable, Iterator

from newsletter.preflight.checks import (
    again,
    ahead,
    alts,
    answers,
    clients,
    days,
    inbox,
    languages,
    length,
    links,
    look,
    names,
    note,
    others,
    pictures,
    placeholders,
    sender,
    substance,
    tone,
    whole,
)
from newsletter.preflight.checks.placing import placed
from newsletter.preflight.facts.model import Facts
from newsletter.preflight.grouping import ordered
from newsletter.preflight.model import Finding

Check = Callable[[Facts], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    inbox.subject,
    inbox.preview_line,
    placeholders.placeholders,
    substance.substance,
    substance.empty_sections,
    ahead.closing_dates,
    ahead.events_over,
    days.weekdays,
    days.relative_days,
    links.links,
    links.words_on_links,
    links.same_words,
    answers.dead_links,
    answers.moved_links,
    answers.not_looked_at,
    alts.alt_texts,
    pictures.picture_weight,
    pictures.picture_size,
    pictures.picture_twice,
    note.directors_note,
    length.headlines,
    length.long_texts,
    length.whole_mail,
    tone.alike,
    tone.grave,
    names.spellings,
    again.used_before,
    again.website_changes,
    again.gone,
    languages.translations,
    languages.language_marks,
    others.owed_texts,
    look.colours,
    look.heading_order,
    whole.text_part,
    whole.way_out,
    whole.size,
    clients.mail_clients,
    sender.address,
    sender.reply_to,
    sender.base_url,
    sender.dns,
)


def check(facts: Facts) -> tuple[Finding, ...]:
    """All findings, the gravest first."""
    return ordered(placed(finding, facts) for finding in ordered(found for one in CHECKS for found in one(facts)))
