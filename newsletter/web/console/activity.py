"""Who did what, in sentences: for the line after an act, and for the page that lists them.

`ACTS` is the one place where a verb of the log becomes words: what stands after somebody's name, made of the details.
`DONE` says to who did it themselves what it means, where that differs; `UNDO` where it can be taken back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from newsletter.issues import views
from newsletter.rendering.words import own_name
from newsletter.staff import activities
from newsletter.staff.activities import Act
from newsletter.staff.authority import IN_WORDS, Role
from newsletter.staff.sessions import Seat
from newsletter.web.console import edits

_FRESH = timedelta(minutes=10)

Detail = Mapping[str, Any]
Words = str | Callable[[Detail], str]


@dataclass(frozen=True, slots=True)
class Done:
    """What was just done, and where it can be undone: the address to post to, and the fields that go with it."""

    said: str
    undo: str = ""
    fields: tuple[tuple[str, str], ...] = ()


def done(session: Session, text: str, seat: Seat, now: datetime) -> Done | None:
    """The act of that line of the log, if it is this person's own and just done."""
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        return None
    act = activities.one(session, int(text))
    if act is None or act.staff_id != seat.person.id or now - act.at > _FRESH:
        return None
    if act.issue_id is not None and (edited := edits.sentence(act.verb, act.detail)):
        slug = views.find(session, act.issue_id).slug
        return Done(edited, f"/console/issues/{slug}/write/undo", (("activity", str(act.id)),))
    undo, fields = UNDO[act.verb](act.detail) if act.verb in UNDO else ("", ())
    if act.issue_id is not None:
        undo = undo.replace("{issue}", views.find(session, act.issue_id).slug)
    return Done(_filled(DONE.get(act.verb, ""), act.detail) or f"You {said(act)}.", undo, fields)


def said(act: Act) -> str:
    """What somebody did, to stand after their name: "signed in by a link"."""
    return _filled(ACTS.get(act.verb, ""), act.detail) or f"did this: {act.verb}"


def _filled(words: Words, detail: Detail) -> str:
    return words if isinstance(words, str) else words(detail)


# -- signing in, people ----------------------------------------------------------------------------------------------

_WAYS = {"link": "by a mailed link", "password": "with a password", "passkey": "with a passkey"}
_ACCOUNT = {
    "name": "changed their name", "password set": "set a password", "password changed": "changed their password",
    "password removed": "removed their password", "passkey added": "added a passkey",
    "passkey removed": "removed a passkey", "session ended": "signed out of another browser",
    "other sessions ended": "signed out everywhere else", "deputy named": "named a deputy for sign-off",
    "deputy ended": "has no deputy any more",
}  # fmt: skip
_YOUR_ACCOUNT = {
    "name": "Your name is changed.",
    "password set": "Your password is set. Whoever forgets it asks for a link.",
    "password changed": "Your password is changed. Everywhere else you are signed out.",
    "password removed": "Your password is removed. Everywhere else you are signed out.",
    "passkey added": "Your passkey works from now on.",
    "passkey removed": "That passkey opens nothing any more. Everywhere else you are signed out.",
    "session ended": "You are signed out there.",
    "other sessions ended": "You are signed out everywhere else.",
    "deputy named": "Named. From now on requests for sign-off go to both of you.",
    "deputy ended": "Only you are asked from now on.",
}


def _role(name: object) -> str:
    return IN_WORDS[Role(str(name))] if name in set(Role) else "does something else"


def _staff(detail: Detail) -> str:
    before, after = _both(detail)
    whom = detail.get("whom", "somebody")
    if "added" in detail:
        return f"added {detail['added']}, who {_role(detail.get('role'))}"
    if "invited" in detail:
        return f"asked {detail['invited']} in"
    if "link_for" in detail:
        return f"made a link for {detail['link_for']} to sign in"
    if "sessions_ended" in detail:
        return f"signed {whom} out everywhere"
    if "role" in after:
        return f"changed what {whom} does: {_role(after['role'])} (before: {_role(before.get('role'))})"
    return f"let {whom} back in" if after.get("access") else f"took away {whom}'s access"


def _staff_done(detail: Detail) -> str:
    _, after = _both(detail)
    whom = detail.get("whom", "")
    if "role" in after:
        return f"{whom} {_role(after['role'])} from now on."
    if after.get("access") is False:
        return f"{whom} has no access any more: signed out everywhere, and no link works."
    return f"{whom} has access again." if after.get("access") else ""


def _staff_undo(detail: Detail) -> tuple[str, tuple[tuple[str, str], ...]]:
    before, after = _both(detail)
    page = f"/console/team/{detail.get('id')}"
    if "role" in after:
        return f"{page}/role", (("role", str(before.get("role"))),)
    if "access" in after:
        return f"{page}/{'take-away' if after['access'] else 'let-in'}", ()
    return "", ()


def _both(detail: Detail) -> tuple[Detail, Detail]:
    before, after = detail.get("before"), detail.get("after")
    return (before if isinstance(before, Mapping) else {}), (after if isinstance(after, Mapping) else {})


# -- readers ---------------------------------------------------------------------------------------------------------


def _put_back(detail: Detail) -> tuple[str, tuple[tuple[str, str], ...]]:
    if "subscription" not in detail:
        return "", ()
    return f"/console/readers/{detail.get('reader')}/put-back", (("subscription", str(detail["subscription"])),)


# -- the issue -------------------------------------------------------------------------------------------------------


def _import(detail: Detail) -> str:
    if "pasted" in detail:
        return "added a publication from its link"
    if "published_on" in detail:
        titled = f"“{detail['title']}”" if detail.get("title") else "a publication"
        return f"said when {titled} came out" if detail["published_on"] else f"took the day of {titled} away again"
    if "file" in detail:
        return f"{'began to take' if detail.get('interrupted') else 'took'} in the file {detail['file']}"
    return "added a publication" if "publication" in detail else "added readers"


def _brought(detail: Detail) -> str:
    if detail.get("interrupted"):
        return "It broke off. What was taken in before stays on your list."
    number = _number(detail, "added", "reader is", "readers are")
    return f"{number} on your list now. Nobody was mailed for it."


def _edit(detail: Detail) -> str:
    if detail.get("title"):
        return "changed the words of a publication"
    changed = [name for key, name in (("subject", "subject"), ("preview", "preview line")) if detail.get(key)]
    return f"changed the {' and the '.join(changed)}" if changed else "changed a text"


def _number(detail: Detail, key: str, one: str, many: str) -> str:
    found = detail.get(key)
    number = len(found) if isinstance(found, list) else found if isinstance(found, int) else 0
    return f"1 {one}" if number == 1 else f"{number} {many}"


def _publications(before: str, after: str) -> Callable[[Detail], str]:
    return lambda detail: f"{before} {_number(detail, 'publications', 'publication', 'publications')} {after}"


def _send(detail: Detail) -> str:
    if detail.get("not_sent"):
        return "did not send it at the planned time"
    if detail.get("opened"):
        return "had the mail service tried again"
    if detail.get("planned"):
        return "had planned it: it went out at its time"
    return "sent it, to the team first" if detail.get("calm") else "sent it"


def _changed(detail: Detail) -> str:
    return f'asked for a change: "{detail["comment"]}"' if detail.get("comment") else "asked for a change"


def _approved(detail: Detail) -> str:
    return f'said yes alone, because "{detail["override"]}"' if detail.get("override") else "said yes"


_ACTS_ON_SOURCES = {
    "pause": "had {} visited no more", "resume": "had {} visited again", "remove": "removed the source {}",
}  # fmt: skip


def _sources(detail: Detail) -> str:
    if "added" in detail:
        return f"added the source {detail['added']}"
    words = _ACTS_ON_SOURCES.get(str(detail.get("act")), "changed the source {}")
    return words.format(detail.get("name") or detail.get("source") or "").strip()


def _sources_done(detail: Detail) -> str:
    name = detail.get("name") or detail.get("source")
    return {
        "pause": f"{name} is not visited any more. What came from it stays.",
        "resume": f"{name} is visited again, within the next minutes.",
        "remove": f"{name} is removed. What came from it stays.",
    }.get(str(detail.get("act")), "")


def _sources_undo(detail: Detail) -> tuple[str, tuple[tuple[str, str], ...]]:
    other = {"pause": "resume", "resume": "pause"}.get(str(detail.get("act")))
    return (f"/console/library/sources/{detail.get('source')}/{other}", ()) if other else ("", ())


def _import_undo(detail: Detail) -> tuple[str, tuple[tuple[str, str], ...]]:
    if "published_on" not in detail or "before_day" not in detail:
        return "", ()
    page = f"/console/library/publications/{detail.get('publication')}/day"
    return page, (("day", str(detail["before_day"])), ("undo", "yes"))


def _imported(detail: Detail) -> str:
    if "decided" in detail:
        return _brought(detail)
    if "published_on" not in detail or not detail.get("title"):
        return ""
    day = detail["published_on"]
    return f"“{detail['title']}” came out on {day}." if day else f"“{detail['title']}” waits for a day again."


_SETTINGS = {
    "face": "the name and languages", "sender": "the sender", "wording": "the fixed texts",
    "archive": "who finds the issues on the web", "pace": "first copies and pace", "theme": "the look",
    "section": "a section", "order": "the order of the sections",
}  # fmt: skip


def _lists(detail: Detail) -> str:
    what = _SETTINGS.get(str(detail.get("what")))
    return f"changed {what} of {detail.get('list')}" if what else "changed the settings of a list"


def _lists_done(detail: Detail) -> str:
    if "what" not in detail:
        return ""
    needs = ", ".join(f"{name} needs a new yes now." for name in detail.get("needs") or ())
    counts = ", ".join(f"The yes for {name} counts again." for name in detail.get("counts") or ())
    return " ".join(one for one in ("Saved. Nothing was sent.", needs, counts) if one)


def _lists_undo(detail: Detail) -> tuple[str, tuple[tuple[str, str], ...]]:
    before, after = _both(detail)
    if detail.get("what") not in _SETTINGS or not after:
        return "", ()
    page = f"/console/settings/lists/{detail.get('list')}"
    # A section's heading that was not there before goes again.
    fields = [(name, before.get(name, "")) for name in {**before, **after}]
    if detail["what"] == "section":
        page = f"{page}/sections/{detail.get('section')}"
    else:
        page = f"{page}/{'sections' if detail['what'] == 'order' else detail['what']}"
    return page, tuple((name, one) for name, value in fields for one in _each(value))


def _each(value: object) -> list[str]:
    return [str(one) for one in value] or [""] if isinstance(value, list) else [str(value)]


def _rhythm_undo(detail: Detail) -> tuple[str, tuple[tuple[str, str], ...]]:
    before, after = _both(detail)
    page = f"/console/settings/lists/{detail.get('list')}/dates"
    return (page, tuple((name, str(value)) for name, value in before.items())) if after else ("", ())


def _dates_done(detail: Detail) -> str:
    if "was" not in detail:
        return ""
    return (
        f"{detail.get('period')} has its day by hand."
        if detail.get("send_at")
        else (f"{detail.get('period')} goes by the rule again.")
    )


def _dates_undo(detail: Detail) -> tuple[str, tuple[tuple[str, str], ...]]:
    if "was" not in detail:
        return "", ()
    page = f"/console/settings/lists/{detail.get('list')}/dates/day"
    return page, (("period", str(detail.get("period"))), ("at", str(detail["was"])))


def _transports_undo(detail: Detail) -> tuple[str, tuple[tuple[str, str], ...]]:
    before, after = _both(detail)
    page = f"/console/settings/services/{detail.get('transport')}"
    return (page, tuple((name, str(value)) for name, value in before.items())) if after else ("", ())


def _keys(detail: Detail) -> str:
    return f"{'made' if 'added' in detail else 'took back'} the key {detail.get('name', '')} for a program"


def _tested(detail: Detail) -> str:
    languages: list[str] = detail.get("languages") or []
    if len(languages) == 1:
        return f"On its way to {detail.get('to')}: the {own_name(languages[0])} version."
    return f"On its way to {detail.get('to')}: {len(languages)} language versions."


def _collected(detail: Detail) -> str:
    if detail.get("created"):
        return "The draft is collected."
    new = detail.get("offered") or 0
    found = {0: "Nothing new", 1: "1 new publication waits"}.get(new, f"{new} new publications wait")
    return f"This issue was begun before. {found}{' for your choice' if new else ''}."


def _resolved(detail: Detail) -> str:
    if not detail.get("settled"):
        return "Nothing was without an answer any more; nothing was changed."
    if detail.get("how") == "leave":
        return f"{_number(detail, 'settled', 'copy', 'copies')} left as they are. If we hear more, this page says so."
    number = _number(detail, "settled", "copy goes", "copies go")
    return f"{number} again now, word for word the same mail. Somebody may get a second one."


def _retried(detail: Detail) -> str:
    again = int(detail.get("rejected") or 0) + int(detail.get("deferred") or 0)
    if not again:
        return "There was nothing to try again; nothing was changed."
    return f"{'1 copy is' if again == 1 else f'{again:,} copies are'} tried again now."


_TAKEN_OUT = {"everybody": "what became of each copy", "refused": "the readers who were refused"}


def _taken_out(detail: Detail) -> str:
    what = "the do-not-mail list" if "what" in detail else _TAKEN_OUT.get(str(detail.get("readers")), "the readers")
    return f"took out {what} as a file"


def _key_readers(detail: Detail) -> str:
    if "removed" in detail:
        return "took somebody off the key readers"
    return f"added {_number(detail, 'added', 'key reader', 'key readers')}"


def _key_readers_done(detail: Detail) -> str:
    if "removed" in detail:
        return "No key reader any more. They get what everybody on the list gets."
    if not detail.get("added"):
        return "They were key readers already."
    return f"{_number(detail, 'added', 'key reader', 'key readers')} added."


def _key_readers_undo(detail: Detail) -> tuple[str, tuple[tuple[str, str], ...]]:
    if "removed" not in detail:
        return "", ()
    return "/console/readers/key/put-back", (("list", str(detail.get("list"))), ("reader", str(detail["removed"])))


_ACTS_OF_GUESTS = {
    "note": "wrote a text", "suggest": "suggested something", "clear": "said what they think of an item",
    "translate": "translated some lines",
}  # fmt: skip
_ASKED_OF_GUESTS = {
    "note": "for a text", "suggest": "what should be in it", "clear": "whether an item is right",
    "translate": "for a translation",
}  # fmt: skip


def _guest(words: str) -> Callable[[Detail], str]:
    return lambda detail: words.format(detail.get("guest", "somebody"))


def _ask_guest(detail: Detail) -> str:
    return f"asked {detail.get('guest', 'somebody')} {_ASKED_OF_GUESTS.get(str(detail.get('act')), '')}".strip()


def _plan_again(detail: Detail) -> tuple[str, tuple[tuple[str, str], ...]]:
    calm = "yes" if detail.get("calm") else ""
    return "/console/issues/{issue}/send/plan-again", (("at", str(detail.get("at", ""))), ("calm", calm))


ACTS: dict[str, Words] = {
    "sign-in": lambda detail: f"signed in {_WAYS.get(str(detail.get('way')), '')}".strip(),
    "sign-out": "signed out",
    "set-up": "began setting up",
    "account": lambda detail: _ACCOUNT.get(str(detail.get("did")), "changed their account"),
    "staff": _staff,
    "collect": "looked for new publications",
    "import": _import,
    "sources": _sources,
    "assemble": "collected the draft",
    "edit": _edit,
    "use": _publications("put", "into this mail"),
    "hold": _publications("saved", "for next time"),
    "decline": _publications("left", "out"),
    **edits.ACTS,
    "block": "wrote a text",
    "remove-block": "took a text out",
    "ask": "asked for a text",
    "ask-guest": _ask_guest,
    "remind-guest": _guest("reminded {}"),
    "revoke-guest": _guest("asks {} no more"),
    "restore-guest": _guest("asked {} again after all"),
    "go-without": _guest("let it go without what {} was asked for"),
    "count-as-said": _guest("wrote down what {} said by phone"),
    "guest-answer": lambda detail: _ACTS_OF_GUESTS.get(str(detail.get("act")), "answered"),
    "opened": lambda detail: f"opened {detail.get('url')}",
    "test": lambda detail: f"sent a test copy to {detail.get('to', 'somebody')}",
    "practice": "did a practice run",
    "submit": lambda detail: f"asked for sign-off of version {detail.get('version', '')}".strip(),
    "withdraw": "took it back into the draft",
    "approve": _approved,
    "request-changes": _changed,
    "take-back": "took the yes back",
    "remark": lambda detail: f'said, without deciding: "{detail["text"]}"' if detail.get("text") else "said something",
    "not-me": "said that somebody else had decided in their name",
    "plan": "planned when it goes out",
    "cancel-plan": "cancelled the plan",
    "send": _send,
    "pause": "paused the send",
    "resume": "let the send go on",
    "stop": "stopped the send",
    "resolve": lambda detail: f"settled {_number(detail, 'settled', 'copy', 'copies')} without an answer",
    "retry": "had refused copies tried again",
    "copy": "sent one reader a copy again",
    "correct": "began a correction",
    "preview-link": "made a link to the web version for somebody outside",
    "end-preview-link": "took the link to the web version back",
    "amend-web": "set a dated note above the web version",
    "remove-web-note": "took a note away from the web version",
    "restore-web-note": "put a note back above the web version",
    "dates": "changed a date",
    "rhythm": "changed how often it goes out",
    "lists": _lists,
    "transports": "changed a mail service",
    "unsubscribe": "took a reader off a list",
    "put-back-reader": "put a reader back onto a list, taken off by mistake",
    "describe-reader": "changed the name or language of a reader",
    "ask-reader": "asked a reader once more to confirm",
    "suppress": lambda detail: (
        f"put {_number(detail, 'number', 'address', 'addresses') if 'number' in detail else 'a reader'} "
        "on the do-not-mail list"
    ),
    "unsuppress": "took a reader off the do-not-mail list",
    "key-readers": _key_readers,
    "export": _taken_out,
    "erase": "erased a reader",
    "keys": _keys,
    "adopt": "took over this database",
}
DONE: dict[str, Words] = {
    "submit": lambda detail: f"Version {detail.get('version')} is handed in for sign-off.",
    "withdraw": "It is a draft again.",
    "request-changes": "Asked for. Those who write are told by mail.",
    "take-back": "Your yes is taken back, and the plan with it. Those who write are told by mail.",
    "plan": "Planned. It goes out by itself then, unless somebody changes it or presses Stop.",
    "cancel-plan": "The plan is cancelled. Nothing was sent, and the yes still stands.",
    "pause": "Paused. Nothing more is handed over until somebody lets it go on.",
    "resume": "It goes on where it stood.",
    "stop": "Stopped. Who has no copy gets none, unless you decide so.",
    "correct": "A short correction is begun. It needs its own sign-off, and goes to nobody by itself.",
    "remark": "Said. Those who work on its sign-off are told by mail; nothing is decided by it.",
    "test": _tested,
    "resolve": _resolved,
    "retry": _retried,
    "copy": "One more copy is on its way to them. Whether they may be mailed is looked up once more when it leaves.",
    "opened": "Noted with your name. It holds until the site answers otherwise.",
    "assemble": _collected,
    "ask-guest": lambda detail: f"{detail.get('guest')} is asked: a mail with a page to answer on is on its way.",
    "remind-guest": lambda detail: f"{detail.get('guest')} is reminded: a mail is on its way.",
    "go-without": lambda detail: f"The issue goes without it. The page of {detail.get('guest')} says so.",
    "restore-guest": lambda detail: f"{detail.get('guest')} is asked again after all, by the same link.",
    "count-as-said": lambda detail: f"Written down, as {detail.get('guest')} said it.",
    "preview-link": "The link works from now on. An earlier one does not any more.",
    "end-preview-link": "The link works no more.",
    "amend-web": "The note stands above the web version, with today's date.",
    "remove-web-note": "Taken away: nobody sees the note any more.",
    "restore-web-note": "The note stands there again, with the day that it had.",
    "sign-in": "You are signed in.",
    "sign-out": "You are signed out.",
    "account": lambda detail: _YOUR_ACCOUNT.get(str(detail.get("did")), ""),
    "staff": _staff_done,
    "key-readers": _key_readers_done,
    "unsubscribe": "This reader is unsubscribed by you; they were not told.",
    "put-back-reader": "Put back, as it was before. The reader was told nothing, now or before.",
    "describe-reader": "Changed. It counts from the next mail on.",
    "ask-reader": "A mail that asks to confirm is on its way.",
    "suppress": lambda detail: (
        f"{_number(detail, 'number', 'address is', 'addresses are')} on the do-not-mail list now"
        f"{f', and {known} stood there before' if (known := detail.get('known')) else ''}."
        if "number" in detail
        else "This reader is on the do-not-mail list: no mail goes to this address, on any list."
    ),
    "unsuppress": "Off the do-not-mail list. Whoever had left a list is still off it.",
    "erase": "Erased. Address and name are gone for good; what happened when is kept without them.",
    "import": _imported,
    "sources": _sources_done,
    "lists": _lists_done,
    "dates": _dates_done,
}


def _note(act: str) -> Callable[[Detail], tuple[str, tuple[tuple[str, str], ...]]]:
    return lambda detail: (f"/console/issues/{detail.get('issue')}/web/notes/{detail.get('note')}/{act}", ())


UNDO: dict[str, Callable[[Detail], tuple[str, tuple[tuple[str, str], ...]]]] = {
    "unsubscribe": _put_back,
    "import": _import_undo,
    "sources": _sources_undo,
    "lists": _lists_undo,
    "rhythm": _rhythm_undo,
    "dates": _dates_undo,
    "transports": _transports_undo,
    "staff": _staff_undo,
    "cancel-plan": _plan_again,
    "plan": lambda _: ("/console/issues/{issue}/send/cancel", ()),
    "key-readers": _key_readers_undo,
    "go-without": lambda detail: (f"/console/requests/{detail.get('request')}/restore", ()),
    "amend-web": _note("remove"),
    "remove-web-note": _note("restore"),
    "restore-web-note": _note("remove"),
}
