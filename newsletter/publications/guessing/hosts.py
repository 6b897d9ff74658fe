"""What an address tells by the host that it leads to: the organisation itself, a newspaper, a form, a video."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache

from newsletter.publications.addresses import host_of

# Hosts of newspapers, magazines, broadcasters and agencies, and what these are called.
OUTLETS = {
    "bloomberg.com": "Bloomberg", "nytimes.com": "The New York Times", "washingtonpost.com": "The Washington Post",
    "wsj.com": "The Wall Street Journal", "theguardian.com": "The Guardian", "bbc.com": "BBC", "bbc.co.uk": "BBC",
    "cnn.com": "CNN", "reuters.com": "Reuters", "apnews.com": "AP", "afp.com": "AFP", "ft.com": "Financial Times",
    "economist.com": "The Economist", "time.com": "TIME", "politico.com": "Politico",
    "politico.eu": "Politico Europe", "axios.com": "Axios", "npr.org": "NPR", "pbs.org": "PBS",
    "nbcnews.com": "NBC News", "cbsnews.com": "CBS News", "abcnews.go.com": "ABC News", "usatoday.com": "USA Today",
    "latimes.com": "Los Angeles Times", "forbes.com": "Forbes", "newsweek.com": "Newsweek",
    "theatlantic.com": "The Atlantic", "vox.com": "Vox", "thehill.com": "The Hill",
    "foreignpolicy.com": "Foreign Policy", "foreignaffairs.com": "Foreign Affairs", "devex.com": "Devex",
    "thenewhumanitarian.org": "The New Humanitarian", "citylab.com": "CityLab", "nextcity.org": "Next City",
    "governing.com": "Governing", "smartcitiesdive.com": "Smart Cities Dive", "citiestoday.com": "Cities Today",
    "cities-today.com": "Cities Today", "euronews.com": "Euronews", "euractiv.com": "Euractiv",
    "euobserver.com": "EUobserver", "dw.com": "DW", "france24.com": "France 24", "rfi.fr": "RFI",
    "lemonde.fr": "Le Monde", "lefigaro.fr": "Le Figaro", "liberation.fr": "Libération",
    "jeuneafrique.com": "Jeune Afrique", "ouest-france.fr": "Ouest-France", "elpais.com": "El País",
    "elmundo.es": "El Mundo", "lavanguardia.com": "La Vanguardia", "eldiario.es": "elDiario.es", "efe.com": "EFE",
    "clarin.com": "Clarín", "lanacion.com.ar": "La Nación", "eltiempo.com": "El Tiempo",
    "elespectador.com": "El Espectador", "eluniversal.com.mx": "El Universal", "elcomercio.pe": "El Comercio",
    "univision.com": "Univision", "telemundo.com": "Telemundo", "folha.uol.com.br": "Folha de S.Paulo",
    "publico.pt": "Público", "globo.com": "Globo", "spiegel.de": "Der Spiegel", "zeit.de": "Die Zeit",
    "sueddeutsche.de": "Süddeutsche Zeitung", "faz.net": "FAZ", "tagesschau.de": "tagesschau", "taz.de": "taz",
    "derstandard.at": "Der Standard", "nzz.ch": "NZZ", "corriere.it": "Corriere della Sera",
    "repubblica.it": "la Repubblica", "lastampa.it": "La Stampa", "ansa.it": "ANSA", "aljazeera.com": "Al Jazeera",
    "aljazeera.net": "الجزيرة", "alarabiya.net": "العربية", "aawsat.com": "الشرق الأوسط", "alhurra.com": "الحرة",
    "arabnews.com": "Arab News", "thenationalnews.com": "The National", "lorientlejour.com": "L’Orient-Le Jour",
    "nation.africa": "Nation", "monitor.co.ug": "Daily Monitor", "dailymaverick.co.za": "Daily Maverick",
    "allafrica.com": "allAfrica", "theeastafrican.co.ke": "The EastAfrican", "premiumtimesng.com": "Premium Times",
    "thehindu.com": "The Hindu", "indianexpress.com": "The Indian Express", "scmp.com": "South China Morning Post",
    "straitstimes.com": "The Straits Times", "japantimes.co.jp": "The Japan Times", "abc.net.au": "ABC Australia",
    "smh.com.au": "The Sydney Morning Herald", "cbc.ca": "CBC", "theglobeandmail.com": "The Globe and Mail",
    "irishtimes.com": "The Irish Times", "independent.co.uk": "The Independent", "telegraph.co.uk": "The Telegraph",
    "thetimes.co.uk": "The Times", "news.sky.com": "Sky News", "theconversation.com": "The Conversation",
    "fastcompany.com": "Fast Company", "wired.com": "WIRED", "monocle.com": "Monocle",
    "project-syndicate.org": "Project Syndicate", "trtworld.com": "TRT World", "aa.com.tr": "Anadolu",
    "kathimerini.gr": "Kathimerini", "ekathimerini.com": "Kathimerini", "nrc.nl": "NRC",
    "volkskrant.nl": "de Volkskrant", "lesoir.be": "Le Soir", "standaard.be": "De Standaard",
    "brusselstimes.com": "The Brussels Times", "texastribune.org": "The Texas Tribune",
    "houstonchronicle.com": "Houston Chronicle", "chicagotribune.com": "Chicago Tribune",
    "bostonglobe.com": "The Boston Globe", "denverpost.com": "The Denver Post", "politifact.com": "PolitiFact",
    "context.news": "Context", "news.trust.org": "Thomson Reuters Foundation News", "ipsnews.net": "IPS",
    "passblue.com": "PassBlue",
}  # fmt: skip
_NAMES = frozenset(name.casefold() for name in OUTLETS.values()) - {"context", "nation", "the national"}
_PRESS = re.compile(
    r"(news|times|post|herald|tribune|gazette|chronicle|journal|daily|weekly|radio|press|presse|prensa|zeitung|anzeiger|kurier"
    r"|diario|periodico|noticias|giornale|gazzetta|jornal|courrier|depeche|telegraph|tv|fm|mag|magazine|media|sahafa|khabar)"
)
# Hosts where anybody keeps forms, events, letters and files: what lies there is still the organisation's own.
_KINDS = {
    "event": ("eventbrite.", "zoom.us", "webinar", "meetup.com", "lu.ma", "livestorm.co", "airmeet.com", "hopin.com"),
    "opportunity": (
        "forms.gle", "typeform.com", "smartsheet.com", "surveymonkey.", "submittable.com", "greenhouse.io", "lever.co",
        "workable.com", "bamboohr.com", "recruitee.com", "smartapply.",
    ),
    "newsletter": (
        "mailchi.mp", "campaign-archive", "createsend", "substack.com", "list-manage.com", "sendibm", "mailjet",
    ),
}  # fmt: skip
_STORES = (
    "youtube.com", "youtu.be", "vimeo.com", "issuu.com", "drive.google.com", "docs.google.com", "dropbox.com",
    "scribd.com", "amazonaws.com", "cloudfront.net", "sharepoint.com", "squarespace.com", "wixstatic.com",
    "azureedge.net", "flickr.com", "linkedin.com", "twitter.com", "x.com", "facebook.com", "instagram.com", "t.co",
    "bit.ly", "medium.com", "spotify.com", "soundcloud.com", "webflow.com", "canva.com", "tinyurl.com",
    "zenodo.org", "doi.org", "wordpress.com", "blogspot.com", "github.io", "netlify.app", "archive.org",
)  # fmt: skip
_PUBLIC = re.compile(
    r"\.(int|gov|edu|mil)(\.[a-z]{2})?$|\.(gob|gouv|gc|ac|europa)\.[a-z]{2}$|(^|\.)un\.org$|unhcr\.org$"
)
_SHARED = frozenset(
    {"wordpress.com", "blogspot.com", "github.io", "netlify.app", "squarespace.com", "wixsite.com", "gov.uk"}
)
_SECOND = frozenset({"co", "com", "org", "net", "gov", "gob", "gouv", "ac", "edu", "or", "ne", "go", "uol"})


@lru_cache(maxsize=4096)
def registered(host: str) -> str:
    """The part of a host that somebody registered: example.org of news.example.org, example.co.uk of www.example.co.uk.

    A rule of thumb: it knows the common second levels, not the whole list of them.
    """
    labels = host.split(".")
    if len(labels) <= 2 or labels[-1].isdigit():
        return host
    long = len(labels[-1]) == 2 and labels[-2] in _SECOND
    found = ".".join(labels[-3 if long else -2 :])
    return ".".join(labels[-3:]) if found in _SHARED else found


def is_own(host: str, own_hosts: Collection[str]) -> bool:
    """Whether the host is one of the organisation's own, or registered by it."""
    return any(registered(host) == registered(own.lower().removeprefix("www.")) for own in own_hosts)


def main_host(urls: Iterable[str]) -> tuple[str, ...]:
    """The host that most of a source's links lead to: its own, wherever its feed lies; () where there is none."""
    counts = Counter(registered(host) for url in urls if (host := host_of(url)))
    host, count = next(iter(counts.most_common(1)), ("", 0))
    return (host,) if count * 2 > counts.total() and not outlet_of(host) and not is_store(host) else ()


def kind_of(host: str) -> str:
    """The kind of what lies on such a host: event, opportunity, newsletter; "" where it says nothing."""
    return next((kind for kind, known in _KINDS.items() if any(part in host for part in known)), "")


def outlet_of(host: str) -> str:
    """What the newspaper, broadcaster or agency of that host is called; "" where it is none that is known."""
    labels = host.split(".")
    return next((name for at in range(len(labels)) if (name := OUTLETS.get(".".join(labels[at:])))), "")


def is_outlet(name: str) -> bool:
    """Whether a newspaper, broadcaster or agency is called so."""
    return name.strip().casefold() in _NAMES


def is_store(host: str) -> bool:
    """Whether anybody's files, videos and posts lie there."""
    return any(host == known or host.endswith("." + known) for known in _STORES)


def is_public(host: str) -> bool:
    """Whether a government, a university or an international organisation speaks there."""
    return bool(_PUBLIC.search(host))


def sounds_like_press(host: str) -> bool:
    """Whether its name has a word that newspapers and broadcasters have in theirs."""
    return bool(_PRESS.search(registered(host).split(".")[0]))


def named_after(host: str) -> str:
    """A name for an outlet of which only the host is known: oakport-herald.com is Oakport Herald."""
    name = registered(host).split(".")[0]
    return " ".join(word.capitalize() for word in re.split(r"[-_]+", name) if word) if len(name) > 4 else name.upper()
