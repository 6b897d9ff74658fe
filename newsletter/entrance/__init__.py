"""The way into the console, who may use it, and what one keeps there: links, sessions, passwords, passkeys."""

from newsletter.entrance.account import Account
from newsletter.entrance.browsers import Browser, Entered
from newsletter.entrance.entering import Entrance
from newsletter.entrance.proving import Proved, Proving
from newsletter.entrance.team import Invited, Team

__all__ = ["Account", "Browser", "Entered", "Entrance", "Invited", "Proved", "Proving", "Team"]
