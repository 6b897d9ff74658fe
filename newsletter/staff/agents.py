"""Which browser on which machine somebody uses, in words, from what it says of itself."""

import re

_BROWSERS = (
    ("Edge", r"\bEdgA?(?:iOS)?/"), ("Opera", r"\b(?:OPR|Opera)/"), ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"), ("Chrome", r"\b(?:Chrome|CriOS|Chromium|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
)  # fmt: skip
_MACHINES = (
    ("an iPhone", r"\biPhone\b"), ("an iPad", r"\biPad\b"), ("Android", r"\bAndroid\b"), ("Windows", r"\bWindows\b"),
    ("a Mac", r"\bMac ?OS\b|\bMacintosh\b"), ("a Chromebook", r"\bCrOS\b"), ("Linux", r"\bLinux\b"),
)  # fmt: skip


def said(agent: str) -> str:
    """Like "Firefox on Windows"; what cannot be told is "a browser"."""
    browser = next((name for name, sign in _BROWSERS if re.search(sign, agent)), "a browser")
    machine = next((name for name, sign in _MACHINES if re.search(sign, agent)), "")
    return f"{browser} on {machine}" if machine else browser
