"""Texts of other systems as the catalog keeps them."""

import re
import unicodedata
from typing import Final

from catalog.importing.banks.markup import plain

_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);|<!--")
_BLOCK: Final = re.compile(r"<(?:p|br|div|li|ul|ol|table|h[1-6])\b", re.IGNORECASE)
_PAGE: Final = re.compile(
    r"\s*<(?:!doctype|html|head|body|p|div|h[1-6]|ul|ol|table|section|article)\b", re.IGNORECASE
)
_KEPT: Final = "\n\t"


def tidy(text: str) -> str:
    """Return a text with line feeds for line ends, without what PostgreSQL refuses or nobody sees, and trimmed."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if lines.isprintable():
        return lines.strip()
    return "".join(
        sign for sign in lines if sign in _KEPT or unicodedata.category(sign) not in ("Cc", "Cs")
    ).strip()


def one_line(text: str) -> str:
    """Return a text on one line."""
    return " ".join(tidy(text).split())


def without_markup(text: str) -> str:
    """Return what a reader of a text would read that may have HTML in it; scripts are nothing that is read."""
    if not _TAG.search(text):
        return text
    return plain(text if _BLOCK.search(text) else text.replace("\n", "<br>")).text.strip()


def document(text: str) -> str:
    """Return a document as it is kept, with one line end behind it; a web page loses its markup, Markdown keeps all."""
    tidied = tidy(text)
    return (without_markup(tidied) if _PAGE.match(tidied) else tidied) + "\n"


def folded(name: str) -> str:
    """Return a name as it is compared: without regard to case, accents' spelling, signs around and between words."""
    spelled = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(re.findall(r"[\w+#]+", spelled))
