"""What every provider's API over HTTP needs: one request and no second on its own, an answer with an end, and whether
a request that broke off can have been taken.
"""

import json
from collections.abc import Mapping
from datetime import timedelta

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from newsletter.fetch import manners

TIMEOUT = (10.0, 120.0)  # seconds to connect, and between two pieces of an answer
ANSWER_BYTES = 5_000_000
LONGEST_WAIT = timedelta(hours=1)


def session(headers: Mapping[str, str]) -> requests.Session:
    """No second try of a request on its own, and nothing taken from the environment (.netrc would add a login)."""
    made = requests.Session()
    made.trust_env = False
    retry = Retry(total=0, connect=0, read=0, redirect=0, status=0, other=0)
    for scheme in ("https://", "http://"):
        made.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=retry))
    json_only = dict.fromkeys(("Accept", "Content-Type"), "application/json")
    made.headers.update({**json_only, "Accept-Encoding": "identity", **headers})
    return made


def parsed(response: requests.Response) -> object:
    """The answer's JSON, or None for what is none or has no end."""
    content = bytearray()
    for piece in response.iter_content(65_536):
        content += piece
        if len(content) > ANSWER_BYTES:
            return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The wait an answer asks for, at most an hour of it."""
    asked = manners.retry_after(headers)
    return min(timedelta(seconds=asked), LONGEST_WAIT) if asked else None


def underneath(error: BaseException) -> BaseException:
    """What the system said, below what the libraries put around it."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and not isinstance(link, requests.RequestException):
            return link
        link = link.__cause__ or link.__context__
    return error
