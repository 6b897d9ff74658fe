"""One form for all the ways in which the same address is written."""

import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

# What senders of links hang on them to see who came; it never chooses the page.
_TRACKING = frozenset({
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "twclid", "ttclid", "yclid", "igshid",
    "igsh", "mc_cid", "mc_eid", "mkt_tok", "srsltid", "_hsenc", "_hsmi", "hsctatracking", "__hstc", "__hssc",
    "__hsfp", "_ga", "_gl", "_ke", "ref_src", "ref_url", "cmpid", "ocid", "smid", "smtyp", "ns_campaign",
    "ns_mchannel", "ns_source", "ns_linkname", "vero_id", "vero_conv", "oly_anon_id", "oly_enc_id", "wt_mc",
    "wt.mc_id", "icid", "ncid", "s_cid", "sc_cid", "trk", "at_medium", "at_campaign", "xtor", "ck_subscriber_id",
    "sharesource", "cmp",
})  # fmt: skip
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_")
_DEFAULT_PORTS = (None, 80, 443)
_AMP_CACHE = re.compile(r"/(?:amp|[cvw])/(s/)?([^/]+\.[^/]+)(/.*)?", re.DOTALL)
_AMP_PATH = re.compile(r"(?:/amp/?|\.amp)$|\.amp(?=\.html?$)", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_ESCAPED = re.compile(r"%[0-9a-fA-F]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonical_url(url: str) -> str:
    """The address without scheme, "www.", default port, fragment, tracking and AMP: what two addresses are compared by,
    and no address to be opened (RFC 3986 section 6, and the habits of websites). A text that is no address stays.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return url.strip()
    if not host:
        return url.strip()
    host, path = _out_of_amp_cache(host, parts.path)
    where = _host(host) + ("" if port in _DEFAULT_PORTS else f":{port}")
    return where + _path(path) + _query(parts) + _route(parts.fragment)


def host_of(url: str) -> str:
    """The host of an address in small letters, without "www."; "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def has_page(url: str) -> bool:
    """Whether it leads further than to the front page of a site, where many things may stand."""
    return bool(re.search(r"[/?#]", canonical_url(url)))


def _out_of_amp_cache(host: str, path: str) -> tuple[str, str]:
    """Host and path behind google.com/amp/s/... and cdn.ampproject.org/c/s/...; others as they are."""
    google = host.removeprefix("www.") == "google.com" and path.startswith("/amp/")
    cached = google or host.endswith(".cdn.ampproject.org")
    found = _AMP_CACHE.fullmatch(path) if cached else None
    return (found[2].lower(), found[3] or "") if found else (host, path)


def _host(host: str) -> str:
    host = re.sub(r"^(?:www|amp)\.(?=[^.]+\.)", "", host)
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _path(path: str) -> str:
    """Percent-encoded in one way, without dots, AMP, the index file's name and the slash at the end."""
    plain = _ESCAPED.sub(_unreserved, quote(path, safe="%/:@!$&'()*+,;=-._~", errors="replace"))
    kept: list[str] = []
    for segment in plain.split("/"):
        if segment == "..":
            kept = kept[:-1] if len(kept) > 1 else kept
        elif segment != ".":
            kept.append(segment)
    return _INDEX.sub("/", _AMP_PATH.sub("", "/".join(kept).rstrip("/"))).rstrip("/")


def _unreserved(escaped: re.Match[str]) -> str:
    letter = unquote(escaped[0], encoding="latin-1")
    return letter if letter in _UNRESERVED else escaped[0].upper()


def _query(parts: SplitResult) -> str:
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:  # more than a hundred: nobody's page
        return f"?{parts.query}"
    kept = sorted((name, value) for name, value in pairs if not _follows_people(name.lower(), value.lower()))
    return "?" + urlencode(kept, errors="replace") if kept else ""


def _follows_people(name: str, value: str) -> bool:
    is_amp = name == "amp" or (name, value) == ("outputtype", "amp")
    return is_amp or name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _route(fragment: str) -> str:
    """Only a fragment that is the page's own address to its scripts ("#!/reports") says which page."""
    return f"#{fragment.rstrip('/')}" if fragment.startswith(("!", "/")) and len(fragment) > 1 else ""
