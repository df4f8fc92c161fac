"""Values on the command line, refused with a sentence before a command begins."""

import os
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Final

MOST_PORT: Final = 65535
MOST_COUNT: Final = 1_000_000


def port(text: str) -> int:
    """Read a port, 1 to 65535. Raises ArgumentTypeError."""
    return _whole(text, 1, MOST_PORT)


def port_or_none(text: str) -> int:
    """Read a port, or 0 for none. Raises ArgumentTypeError."""
    return _whole(text, 0, MOST_PORT)


def count(text: str) -> int:
    """Read how many of something are wanted, 1 to 1,000,000. Raises ArgumentTypeError."""
    return _whole(text, 1, MOST_COUNT)


def writable_file(text: str) -> Path:
    """Read where a file is to be written, without writing it: its folder has to be there.

    Raises:
        ArgumentTypeError: if nothing could be written there.
    """
    path = Path(text)
    if path.is_dir():
        raise ArgumentTypeError(f"{path} is a folder")
    if not path.parent.is_dir():
        raise ArgumentTypeError(f"{path} cannot be written: there is no folder {path.parent}")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ArgumentTypeError(f"{path} cannot be written: it is not permitted")
    return path


def _whole(text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise ArgumentTypeError(f"{text} is not a whole number from {least} to {most}")
    return number
