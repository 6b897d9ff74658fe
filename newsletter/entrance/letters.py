"""What the entrance writes to people: links, invitations, and word of what was changed about their ways in."""

from newsletter.rendering.staff import Part, StaffLetter

SIGN_IN = StaffLetter(
    "Your link to sign in",
    "Sign in to the newsletter",
    (
        "Somebody, most likely you, asked for a link to sign in with this address.",
        "The link works once, for half an hour. It leads to a page with one button; opening it does nothing yet.",
    ),
    button="Sign in",
)
CODE = StaffLetter(
    "Your code, to decide about an issue",
    "Type this code on the page",
    (
        "Somebody, most likely you, wants to decide about an issue in a browser that we do not know.",
        "The code works once, for ten minutes, on that page alone. Nobody of ours ever asks you for it.",
    ),
    parts=(
        Part(
            "This was not me",
            ("Do nothing: without the code nothing happens. Whoever looks after the system would like to know.",),
        ),
    ),
    coded=True,
)


def invitation(inviter: str) -> StaffLetter:
    who = inviter or "Somebody you work with"
    return StaffLetter(
        f"{who} asks you to work on the newsletter",
        "You are asked to work on the newsletter",
        (
            f"{who} has added you to those who work on it. There is no password to think of.",
            "The link works once, for seven days. It leads to a page with one button; opening it does nothing yet.",
        ),
        button="Come in",
    )


def new_browser(browser: str, base_url: str) -> StaffLetter:
    return StaffLetter(
        "You signed in from a new browser",
        f"You signed in from {browser}",
        (f"Somebody signed in as you from {browser}, which was not used for it before. If that was you, all is well.",),
        parts=(_not_me(base_url),),
    )


def changed(what: str, base_url: str) -> StaffLetter:
    """`what`: a sentence."""
    return StaffLetter(
        "Your ways to sign in were changed",
        what,
        ("This was done on your account page. If that was you, all is well.",),
        parts=(_not_me(base_url),),
    )


def _not_me(base_url: str) -> Part:
    return Part(
        "This was not me",
        (
            "Ask for a link to sign in. On your account page sign out everywhere else, and remove what is not yours.",
            "Then tell whoever looks after the system. Your account page:",
            f"{base_url}/console/account",
        ),
    )
