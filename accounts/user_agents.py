"""What a browser or program calls itself, in words that somebody recognises their own by."""

import re
from typing import Final

# The first that fits counts: most browsers also name those that they descend from.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_PROGRAM: Final = re.compile(r"([\w.+-]+)/([\w.+-]+)")


def describe_user_agent(agent: str) -> str:
    """Return such as "Firefox on Windows" or "curl 8.5.0"; what nobody knows stays as it is."""
    if agent.startswith("Mozilla/"):
        browser = next((name for mark, name in BROWSERS if mark in agent), "")
        system = next((name for mark, name in SYSTEMS if mark in agent), "")
        if browser:
            return f"{browser} on {system}" if system else browser
    elif program := _PROGRAM.match(agent):
        return f"{program[1]} {program[2]}"
    return agent or "Unknown"
