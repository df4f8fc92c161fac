"""Names of the catalog in running text: found by their first word and as many more as names that begin with it have, so
that thousands can be looked for at once."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final

TOKEN: Final = re.compile(r"[^\W_]+")


class Names:
    """The titles of a catalog. One of a single word may be any word; it is a name where it is written as one."""

    def __init__(self, titles: Collection[str]) -> None:
        # Where one of these words must stand as it is written, "" for anywhere, by the folded name.
        self._known: dict[str, set[str]] = {}
        lengths: dict[str, set[int]] = {}
        for title in dict.fromkeys(titles):
            written = TOKEN.findall(title)
            if written:
                words = folded(title).split()
                self._known.setdefault(" ".join(words), set()).add(written[0] if len(written) == 1 else "")
                lengths.setdefault(words[0], set()).add(len(words))
        self._lengths = {first: tuple(sorted(own)) for first, own in lengths.items()}

    @staticmethod
    @lru_cache(maxsize=4)
    def of(titles: tuple[str, ...]) -> "Names":
        """Return the names of these titles; those of the last few catalogs are kept."""
        return Names(titles)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where names begin and end in the folded text."""
        words = folded(text).split()
        written: set[str] | None = None
        start = 0
        for place, first in enumerate(words):
            for length in self._lengths.get(first, ()):
                if place + length > len(words):
                    break
                name = " ".join(words[place : place + length])
                must_stand = self._known.get(name)
                if must_stand is None:
                    continue
                written = set(TOKEN.findall(text)) if written is None else written
                if "" in must_stand or not must_stand.isdisjoint(written):
                    # With the space before it and the one after it.
                    yield start, start + len(name) + 2
            start += len(first) + 1


def places(name: str, within: str) -> list[tuple[int, int]]:
    """Return where a folded name begins and ends in a folded text."""
    found: list[tuple[int, int]] = []
    start = within.find(name) if name.strip() else -1
    while start >= 0:
        found.append((start, start + len(name)))
        # What follows a name shares the space after it.
        start = within.find(name, start + 1)
    return found


def folded(text: str) -> str:
    """Return the words of a text alone, in lower case, with a space on both sides of each."""
    return f" {' '.join(TOKEN.findall(text.casefold()))} "
