"""Names of the catalog in running text: found by their first word, so that thousands can be looked for at once."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final

TOKEN: Final = re.compile(r"[^\W_]+")


class Names:
    """The titles of a catalog. One of a single word may be any word; it is a name where it is written as one."""

    def __init__(self, titles: Collection[str]) -> None:
        self._by_first_word: dict[str, list[tuple[str, str]]] = {}
        for title in dict.fromkeys(titles):
            words = TOKEN.findall(title)
            if words:
                name = folded(title)
                must_stand = words[0] if len(words) == 1 else ""
                self._by_first_word.setdefault(name.split(" ", 2)[1], []).append((name, must_stand))

    @staticmethod
    @lru_cache(maxsize=4)
    def of(titles: tuple[str, ...]) -> "Names":
        """Return the names of these titles; those of the last few catalogs are kept."""
        return Names(titles)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where names begin and end in the folded text."""
        within = folded(text)
        written = set(TOKEN.findall(text))
        for word in dict.fromkeys(within.split()):
            for name, must_stand in self._by_first_word.get(word, ()):
                if not must_stand or must_stand in written:
                    yield from places(name, within)


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
