"""Numbers as people type them where fractions are written with a comma."""

import re
from typing import Final

_WITH_A_COMMA: Final = re.compile(r"[+-]?[0-9]*,[0-9]+")
# One to three digits that do not begin with 0, and three behind the comma: thousands, or a fraction.
_IN_TWO_WAYS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


class ReadInTwoWays(ValueError):
    """A comma may stand for thousands as well as for a fraction; said to the student as it is."""


def with_a_point(text: str) -> str:
    """Return a number whose one comma begins its fraction with a point there, and anything else as it is.

    Raises:
        ReadInTwoWays: for a number such as 1,500.
    """
    if not _WITH_A_COMMA.fullmatch(text):
        return text
    if _IN_TWO_WAYS.fullmatch(text):
        raise ReadInTwoWays(
            "A comma before three digits can be read in two ways. Write a point, or no comma."
        )
    return text.replace(",", ".")
