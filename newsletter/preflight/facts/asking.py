"""What there is to ask the network about an issue: the addresses in it, and the sender's names in the DNS."""

from collections.abc import Iterator, Sequence

from newsletter.issues.model import Profile
from newsletter.preflight.facts.model import Here, PartFacts
from newsletter.preflight.facts.parts import PREFERENCES, UNSUBSCRIBE

TXT, MX = "TXT", "MX"
_MOST_PARENTS = 8  # RFC 9989 4.10: the walk up the tree


def addresses(parts: Sequence[PartFacts], here: Here) -> tuple[str, ...]:
    """Every web address that the mail leads to and that is not our own, in the order of the mail."""
    urls = (link.url for part in parts for link in part.links)
    return tuple(dict.fromkeys(url for url in urls if is_web(url) and not is_ours(url, here)))


def is_web(url: str) -> bool:
    return url.lower().startswith(("https://", "http://"))


def is_ours(url: str, here: Here) -> bool:
    """Pages that this program serves itself, and the example of a reader's own."""
    return url in {here.base_url, UNSUBSCRIBE, PREFERENCES} or url.startswith(f"{here.base_url}/")


def questions(profile: Profile, here: Here) -> tuple[tuple[str, str], ...]:
    """Names and the kinds of record that are asked for; none while no mail leaves this machine."""
    if not here.route_is_remote:
        return ()
    found = [(name, TXT) for name in dmarc_names(domain_of(profile.from_address))]
    if bounces := bounce_domain(profile):
        found.append((bounces, TXT))
    if here.dkim_selector:
        found.append((dkim_name(here), TXT))
    found.append((domain_of(profile.reply_to or profile.from_address), MX))
    return tuple(dict.fromkeys(found))


def dmarc_names(domain: str) -> tuple[str, ...]:
    """Where a DMARC record for the domain may stand, the nearest first."""
    return tuple(f"_dmarc.{parent}" for parent in _parents(domain))[:_MOST_PARENTS]


def _parents(domain: str) -> Iterator[str]:
    labels = domain.split(".")
    yield from (".".join(labels[place:]) for place in range(max(1, len(labels) - 1)))


def dkim_name(here: Here) -> str:
    """Where the key that we sign with is published."""
    return f"{here.dkim_selector}._domainkey.{here.dkim_domain}"


def bounce_domain(profile: Profile) -> str:
    """The domain that SPF is asked of; "" where the mail service uses its own."""
    if profile.return_path == "transport":
        return ""
    return domain_of(profile.return_path.removeprefix("fixed:"))


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
