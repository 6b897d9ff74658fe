"""Which language a short text is in, by its script and its stop words."""

import re
import unicodedata

_WORDS = re.compile(r"[^\W\d_]+")
_LATIN = {
    "en": "the of and to in for on with is are by from how what why at our we new this that their as its an a it be"
    " was who not has have will your can which more all about city cities mayor mayors local migration report"
    " brief statement call event annual guidelines summary fund week world global newsletter",
    "es": "el la los las de del y en para por con una un que su sus se es al como más sobre nuestra nuestro entre"
    " desde este esta son lo qué cómo está fue hacia hasta ciudad ciudades alcaldes alcaldesa alcalde"
    " ayuntamiento informe nuevas nuevos prensa homenaje carta guía caja herramientas convocatoria junio mayo"
    " calor",
    "fr": "le la les des du de et en pour par avec une un que qui sur au aux dans est son ses ce cette nos notre"
    " leurs leur à comment pourquoi vers plus où sont entre l d ville villes maire maires mairie rapport"
    " annuel lettre visite webinaire financer accueil atelier communiqué presse",
    "de": "der die das und in für mit den dem des von zu zur zum auf ein eine einer eines ist im wie wir unsere"
    " nach bei aus über werden sich nicht wird sind als auch warum stadt städte neue neues neuer bürgermeister"
    " kommunale",
    "pt": "o a os as de do da dos das e em para por com uma um que no na nos nas ao à se sua seu mais sobre são não"
    " como pela pelo entre é nossa nosso",
    "it": "il lo la i gli le di del della dei delle e in per con una un che sul sulla nel nella al alla da dal si è"
    " come più nostra nostro tra sono ai non",
    "nl": "de het een en van in voor met op aan bij naar uit wij onze is zijn worden wordt niet dat die hoe waarom"
    " ook over door",
    "ca": "el la els les de del i en per amb una un que al als dels és més nostra com sobre entre aquest aquesta"
    " pel",
    "tr": "ve bir için ile bu da de olarak daha ne nasıl kadar gibi olan yeni",
    "pl": "i w na z do dla o się jest nie od po za przez jak oraz które który nowy miasta",
    "sv": "och i att för en ett på med av till är som den det vi om hur nya från",
    "id": "dan di yang untuk dengan dari ke pada dalam ini itu kota oleh bagi",
}  # fmt: skip
_STOP = {language: frozenset(words.split()) for language, words in _LATIN.items()}
_LETTERS = {
    "ñ": "es", "¿": "es", "¡": "es", "ß": "de", "ä": "de", "ã": "pt", "õ": "pt", "œ": "fr", "ê": "fr", "ı": "tr",
    "ğ": "tr", "ş": "tr", "ł": "pl", "ż": "pl", "ś": "pl", "å": "sv", "ò": "it", "ì": "it", "ù": "fr",
}  # fmt: skip
_ENDINGS = (
    ("ción", "es"), ("ciones", "es"), ("dades", "es"), ("dad", "es"), ("ção", "pt"), ("ções", "pt"), ("zione", "it"),
    ("zioni", "it"), ("ung", "de"), ("ungen", "de"), ("keit", "de"), ("schaft", "de"), ("ité", "fr"), ("ités", "fr"),
    ("eux", "fr"), ("ières", "fr"), ("ing", "en"), ("ness", "en"), ("ship", "en"), ("dade", "pt"), ("lijk", "nl"),
)  # fmt: skip
# Scripts that one language (of those likely here) is written in; letters that tell two languages of one script apart.
_SCRIPTS = (
    ("HIRAGANA", "ja"), ("KATAKANA", "ja"), ("HANGUL", "ko"), ("CJK", "zh"), ("HEBREW", "he"), ("GREEK", "el"),
    ("THAI", "th"), ("DEVANAGARI", "hi"), ("BENGALI", "bn"), ("ARMENIAN", "hy"), ("GEORGIAN", "ka"),
    ("ETHIOPIC", "am"), ("TAMIL", "ta"), ("ARABIC", "ar"), ("CYRILLIC", "ru"),
)  # fmt: skip
_TELLTALE = (("ar", frozenset("پچژگکی"), "fa"), ("ar", frozenset("ٹڈڑےں"), "ur"), ("ru", frozenset("іїєґ"), "uk"))
_MOST = 2000
_LEAST_SCORE = 1.5


def language_of(*texts: str) -> str:
    """The code of the texts' language; "" where they are too short to tell, or speak a language not known here."""
    text = unicodedata.normalize("NFC", " ".join(texts))[:_MOST].casefold()
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(letter < "\u0250" for letter in letters)
    if not letters:
        return ""
    return _by_script(letters) if latin * 2 < len(letters) else _by_words(text)


def _by_script(letters: list[str]) -> str:
    counts: dict[str, int] = {}
    for letter in letters:
        name = unicodedata.name(letter, "")
        for script, language in _SCRIPTS:
            if name.startswith(script):
                counts[language] = counts.get(language, 0) + 1
    if not counts:
        return ""
    found = max(counts, key=lambda language: counts[language])
    if found == "zh" and counts.get("ja", 0):
        found = "ja"
    for script, marks, language in _TELLTALE:
        if found == script and sum(letter in marks for letter in letters) * 50 > len(letters):
            found = language
    return found


def _by_words(text: str) -> str:
    words = _WORDS.findall(text)
    scores = {language: float(sum(word in stop for word in words)) for language, stop in _STOP.items()}
    for letter in set(text) & set(_LETTERS):
        scores[_LETTERS[letter]] += 1.0
    for word in words:
        for ending, language in _ENDINGS:
            if len(word) > len(ending) + 2 and word.endswith(ending):
                scores[language] += 0.6
    best, second = sorted(scores.values(), reverse=True)[:2]
    if best < _LEAST_SCORE or best - second < 0.5:
        return ""
    return max(scores, key=lambda language: scores[language])
