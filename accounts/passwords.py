"""Passwords that somebody who knows the place would try first."""

import re
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError

# The product, its roles, and what people call a password; an institution adds its own by PASSWORD_WORDS.
WORDS: Final = ("microcred", "student", "advisor", "guardian", "admin", "teacher", "password", "assessment")
ENOUGH_LEFT: Final = 8


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
