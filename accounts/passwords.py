"""Passwords that somebody would try first: common ones, and those that whoever knows the place would think of."""

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

# The product, its roles, and what people call a password; an institution adds its own by PASSWORD_WORDS.
WORDS: Final = ("microcred", "student", "advisor", "guardian", "admin", "teacher", "password", "assessment")
ENOUGH_LEFT: Final = 8
# The 4,000 commonest of ten characters or more that Django's list lacks, digits alone and addresses left out, from the
# ten million passwords that Mark Burnett put into the public domain in 2015. Django's has 1,780 of that length.
LONG: Final = Path(__file__).with_name("common_long_passwords.txt.gz")
SHORTEST_CORE: Final = 4


class ContextWordsValidator:
    """Refuse a password that is little more than words which anybody would guess here."""

    def validate(self, password: str, user: object = None) -> None:
        """Refuse it if fewer than eight characters are left without those words."""
        words = sorted({word.lower() for word in (*WORDS, *settings.PASSWORD_WORDS)}, key=len, reverse=True)
        left = re.sub("|".join(map(re.escape, words)), "", password.lower())
        if len(left) < len(password) and len(left) < ENOUGH_LEFT:
            raise ValidationError(
                "That password is made of words that are easy to guess here.", code="password_context_words"
            )

    def get_help_text(self) -> str:
        """Say so beforehand."""
        return "Your password can\u2019t be little more than a word such as the name of the product or of a role."


class CommonValidator(CommonPasswordValidator):
    """Refuse the commonest passwords, and the commonest of those that are as long as one has to be here."""

    def __init__(self) -> None:
        super().__init__()
        self.passwords = self.passwords | _long_ones()


@cache
def _long_ones() -> frozenset[str]:
    with gzip.open(LONG, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip() for line in lines)


class CommonCoreValidator(CommonValidator):
    """Refuse one of the commonest passwords with digits or signs around it, or written twice.

    That is what people make of a short one when ten characters are asked for, and what is tried next.
    """

    def validate(self, password: str, user: object = None) -> None:
        """Refuse it if fewer than eight characters stand around a common core of four letters or more."""
        lowered = password.lower()
        trimmed = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", lowered)
        repeated = re.fullmatch(r"(.{4,}?)\1+", trimmed)
        core = repeated[1] if repeated else trimmed
        around = len(lowered) - len(trimmed)
        if len(core) >= SHORTEST_CORE and around < ENOUGH_LEFT and core in self.passwords:
            raise ValidationError(
                "That is one of the commonest passwords with something around it.",
                code="password_common_core",
            )

    def get_help_text(self) -> str:
        """Say so beforehand."""
        return "Your password can\u2019t be a common one with a few digits or signs added."
