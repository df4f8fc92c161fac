"""Passwords that somebody who knows the place would try first."""

import re
from typing import Final

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

# The product, its roles, and what people call a password; an institution adds its own by PASSWORD_WORDS.
WORDS: Final = ("microcred", "student", "advisor", "guardian", "admin", "teacher", "password", "assessment")
ENOUGH_LEFT: Final = 8
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


class CommonCoreValidator(CommonPasswordValidator):
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
