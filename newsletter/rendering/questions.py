"""The extra check of a form: a small sum in words, in the reader's language."""

from newsletter.rendering.words import later, words

_NUMBERS = (
    later("one"),
    later("two"),
    later("three"),
    later("four"),
    later("five"),
    later("six"),
    later("seven"),
    later("eight"),
    later("nine"),
)
LARGEST = len(_NUMBERS)


def small_sum(language: str, first: int, second: int) -> str:
    """How much is three plus four? Both from 1 to LARGEST."""
    said = words(language)
    named = {"first": said.say(_NUMBERS[first - 1]), "second": said.say(_NUMBERS[second - 1])}
    return said.say("How much is %(first)s plus %(second)s?", **named)
