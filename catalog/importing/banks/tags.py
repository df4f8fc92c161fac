"""The tags and texts of HTML, found in time that grows with its length only.

The parser of the standard library needs minutes for 60 kB of tags that are begun and not ended, in the releases of
Python that the product runs on.
"""

import re
from html import unescape
from typing import Final

_UPPER: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_NAME_ENDS: Final = re.compile(r"[\s/>]")
_STOPS: Final = re.compile("[\"'>]")
_DESCRIBED: Final = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_WRITTEN_AS_IS: Final = ("script", "style")


class TagReader:
    """Calls a method for each start tag, end tag and text of HTML; comments and declarations are passed over.

    What is no complete tag is text. Of the attributes ``alt`` alone is read.
    """

    def feed(self, marked_up: str) -> None:
        """Read all of it."""
        finder = _Finder(marked_up)
        position = 0
        while (opening := marked_up.find("<", position)) >= 0:
            ending = finder.end(opening)
            if ending <= 0:
                self._text(marked_up[position : opening + 1])
                position = opening + 1
                continue
            self._text(marked_up[position:opening])
            position = finder.after_content(self._tag(marked_up[opening + 1 : ending - 1]), ending)
        self._text(marked_up[position:])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read the beginning of an element, whose name is in lower case."""

    def handle_endtag(self, tag: str) -> None:
        """Read the end of an element."""

    def handle_data(self, data: str) -> None:
        """Read text, its character references resolved."""

    def _tag(self, inside: str) -> str:
        """Pass on a tag and return its name; a comment or declaration has none."""
        if inside[0] in "!?":
            return ""
        is_end = inside[0] == "/"
        written = inside[1:] if is_end else inside
        ending = _NAME_ENDS.search(written)
        name = (written[: ending.start()] if ending else written).translate(_UPPER)
        if is_end:
            self.handle_endtag(name)
            return ""
        found = _DESCRIBED.search(written)
        self.handle_starttag(
            name, [("alt", _resolved(next(filter(None, found.groups()), "")))] if found else []
        )
        return name

    def _text(self, written: str) -> None:
        if written:
            self.handle_data(_resolved(written))


class _Finder:
    """Finds where tags end; what it has looked for in vain it does not look for again."""

    def __init__(self, marked_up: str) -> None:
        self._all = marked_up
        self._lower = marked_up.translate(_UPPER)
        self._absent: set[str] = set()
        self._quotes_count = True

    def end(self, opening: int) -> int:
        """Return the position behind the tag, comment or declaration that begins there, and 0 where none does."""
        if self._all.startswith("<!--", opening):
            return self._behind("-->", opening + 4)
        first = self._all[opening + 1 : opening + 2]
        if first == "/":
            first = self._all[opening + 2 : opening + 3]
        elif first and first in "!?":
            return self._behind(">", opening + 1)
        if not (first.isascii() and first.isalpha()):
            return 0
        return self._behind_quotes(opening + 1) or self._behind(">", opening + 1)

    def after_content(self, name: str, position: int) -> int:
        """Return where reading goes on: behind the content of a script or style, which is no HTML."""
        if name not in _WRITTEN_AS_IS:
            return position
        ending = self._behind(f"</{name}", position)
        return ending - len(name) - 2 if ending else position

    def _behind(self, wanted: str, position: int) -> int:
        if wanted in self._absent:
            return 0
        found = self._lower.find(wanted, position)
        if found < 0:
            self._absent.add(wanted)
            return 0
        return found + len(wanted)

    def _behind_quotes(self, position: int) -> int:
        """Return the position behind the first ``>`` outside quotes, until there was none once."""
        while self._quotes_count:
            stop = _STOPS.search(self._all, position)
            if stop is None:
                self._quotes_count = False
            elif stop[0] == ">":
                return stop.end()
            else:
                position = self._behind(stop[0], stop.end())
                self._quotes_count = position > 0
        return 0


def _resolved(text: str) -> str:
    """Return a text without character references; numbers too long for any character stay as they are."""
    try:
        return unescape(text)
    except ValueError:
        return text
