"""The reader of each kind of source."""

from newsletter.publications.sources.feed import FeedReader
from newsletter.publications.sources.file import FileReader
from newsletter.publications.sources.json_feed import JsonFeedReader
from newsletter.publications.sources.model import Reader, SourceKind
from newsletter.publications.sources.page import PageReader
from newsletter.publications.sources.wordpress import WordPressReader

_READERS: dict[SourceKind, Reader] = {
    SourceKind.FEED: FeedReader(),
    SourceKind.JSON_FEED: JsonFeedReader(),
    SourceKind.WORDPRESS: WordPressReader(),
    SourceKind.FILE: FileReader(),
    SourceKind.PAGE: PageReader(),
}


def reader(kind: SourceKind) -> Reader:
    """The one that reads sources of this kind."""
    return _READERS[kind]
