"""The forms of a list's settings as data: what each asks, and in which words a refusal names its fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from newsletter.issues.send_rules import CADENCES, EXAMPLES


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `kind`: text, email, url, number, area, or choice; `words`: as a refusal calls it."""

    name: str
    label: str
    words: str
    kind: str = "text"
    hint: str = ""
    most: int = 200
    optional: bool = False
    choices: Sequence[tuple[str, str, str]] = ()
    value: str = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form. `voids`: whether what it changes is part of what was signed off."""

    key: str
    title: str
    lead: str
    fields: tuple[Field, ...]
    voids: bool = True
    note: str = "Saving sends nothing to anybody, and changes no issue that is out."

    def filled(self, values: Mapping[str, str], refusal: str = "") -> "Form":
        """With what its fields hold; those that the refusal names are marked."""
        said = refusal.lower()
        return replace(
            self,
            fields=tuple(
                replace(one, value=values.get(one.name, ""), wrong=bool(said) and one.words in said)
                for one in self.fields
            ),
        )


FACE = Form(
    "face", "Name and languages", "What readers call it, and the languages that it speaks.",
    (
        Field("name", "Name", "name of the list"),
        Field("description", "Description", "description", optional=True, most=500,
              hint="One sentence, on the page where people sign up."),
        Field("languages", "Languages", "language", hint="Short names, with commas between them: en, es, fr, ar."),
        Field("default_language", "First language", "first language", most=16,
              hint="For readers whose own language is none of these."),
    ),
)  # fmt: skip
SENDER = Form(
    "sender", "Sender", "Who signs each mail, who reads the answers, and the address that the law asks for.",
    (
        Field("from_name", "Name of the sender", "sender's name"),
        Field("from_address", "Address of the sender", "sender's address", "email", most=254,
              hint="On another domain, mail systems trust it only after your DNS says so."),
        Field("reply_to", "Answers go to", "address for answers", "email", most=254, optional=True,
              hint="Empty: to the sender's address."),
        Field("postal_address", "Postal address", "postal address", "area", most=1000,
              hint="It stands at the foot of every mail."),
    ),
)  # fmt: skip
WORDING = Form(
    "wording", "Fixed texts", "What stands at the foot of each mail, issue after issue.",
    (
        Field("legal_name", "Legal name", "legal name", optional=True),
        Field("imprint", "Sponsors and funders", "line of sponsors", "area", most=1000, optional=True),
        Field("privacy_url", "Privacy page", "privacy page", "url", most=2000, optional=True),
        Field("website", "Website", "website", "url", most=2000, optional=True),
    ),
)  # fmt: skip
ARCHIVE = Form(
    "archive", "Issues on the web", "Who finds the web version of what was sent.",
    (
        Field("archive", "Issues on the web", "archive", "choice", choices=(
            ("public", "Everybody", "Listed on your page of issues, in feeds, and found by search engines."),
            ("unlisted", "Whoever has the link", "Each mail's link to the web works; no page lists them."),
            ("none", "Nobody", "There is no web version. Links to it in mails that are out lead nowhere then."),
        )),
    ),
    note="Saving sends nothing to anybody. On the web it holds for issues that are out, too.",
)  # fmt: skip
PACE = Form(
    "pace", "First copies and pace", "The team has it first. It is no part of what is signed off.",
    (
        Field("wait", "Minutes for the team to look", "time to look", "number", most=4,
              hint="So long nobody outside has it. What is going out now keeps its own."),
        Field("spread", "Minutes over which readers get it", "time for all readers", "number", most=4,
              hint="0: as fast as the mail service takes it."),
        Field("welcome", "Who has just confirmed", "welcome", "choice", choices=(
            ("off", "Gets no further mail", "They get the next issue."),
            ("on", "Gets a short mail with the latest issue", "Only those who confirm from now on."),
        )),
    ),
    voids=False,
)  # fmt: skip
RHYTHM = Form(
    "dates", "Dates", "How often it goes out, on which day, and how long before each step is due.",
    (
        Field("on", "Dates", "rhythm", "choice", choices=(
            ("yes", "By this rule", "The draft is collected by itself, and people are reminded."),
            ("no", "By hand", "Nothing is due by itself; the rule is kept."),
        )),
        Field("cadence", "How often", "cadence", "choice",
              choices=tuple((one, one.capitalize(), "") for one in CADENCES)),
        Field("send", "Day and hour", "rule", hint=f"In words, like “{EXAMPLES[0]}” or “{EXAMPLES[2]}”."),
        Field("country", "Holidays of", "holidays", most=16, optional=True,
              hint="A country like BE, or a part of one like DE-BE. Empty: none but weekends."),
        Field("blocked", "Days on which nothing is due", "blocked", "area", most=2000, optional=True,
              hint="A line each: 2024-12-27, or 2024-12-23..2025-01-02 for several."),
        Field("call", "Call for contributions", "call", "number", most=3, hint="Working days before sending."),
        Field("cut_off", "Collected until", "cut-off", "number", most=3, hint="Working days before sending."),
        Field("draft", "First draft", "draft", "number", most=3, hint="Working days before sending."),
        Field("review", "Ask for sign-off", "review", "number", most=3, hint="Working days before sending."),
    ),
)  # fmt: skip
FORMS = {one.key: one for one in (FACE, SENDER, WORDING, ARCHIVE, PACE)}
