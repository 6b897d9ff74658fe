"""What forms say: the words beside a button, which are archived with the consent, and what is wrong with an address."""

from newsletter.rendering.words import later

CONSENT = later(
    "By pressing the button you agree that %(organisation)s sends you the newsletters chosen here by e-mail. "
    "You can stop at any time, with the link in every mail."
)
INCOMPLETE = later("This is no complete e-mail address. One looks like name@example.org.")
