"""The sentence that tells a reader how he came to be on the list: true for him, and no more than is known."""

from datetime import date

from newsletter.rendering.words import Words, words


def since(language: str, on: date | None, source: str) -> str:
    """One sentence for a subscription of that day and source (form, embed, page, import, api, staff)."""
    said = words(language)
    return said.say("You are on our list.") if on is None else _dated(said, on, source)


def _dated(said: Words, on: date, source: str) -> str:
    match source:
        case "form" | "embed" | "page":
            return said.say("You signed up on %(day)s on our website.", day=said.long_day(on))
        case "api":
            return said.say("You signed up on %(day)s.", day=said.long_day(on))
        case "staff":
            return said.say("We put you on our list on %(day)s.", day=said.long_day(on))
        case _:
            # An imported day is often that of the file, not of the consent: the year is what can be vouched for.
            return said.say("You have been on our list since %(year)s.", year=on.year)
