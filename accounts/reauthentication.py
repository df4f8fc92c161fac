"""Proving once more who one is, before something that a stolen token must not be enough for."""

import datetime as dt
import uuid
from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from accounts import attempt_limits, tokens
from accounts.models import User
from microcred.errors import Forbidden, TooMany

# Long enough to come back from the provider and press a button.
PROVEN_WITHIN: Final = dt.timedelta(minutes=10)


class NotProven(Forbidden):
    """That is not the person's password, or whoever has none has not logged in lately."""

    default_code = "PASSWORD_403"


def prove(request: HttpRequest, person: User, *, password: str, family_id: uuid.UUID) -> None:
    """Let through who knows the password of ``person``; where the account has none, who has just shown the institution
    who they are, by the log-in that the request came by.

    Wrong ones count like those of logging in. The answer is 403 and not 401: the token is as good as before.

    Raises:
        ValidationError: if the password is missing.
        NotProven: if it is wrong, or that log-in is too old.
        TooMany: if too many were wrong.
    """
    if not person.has_usable_password():
        if not tokens.is_proven(family_id, within=PROVEN_WITHIN, now=timezone.now()):
            raise NotProven("Log in through your institution again, and do it within ten minutes.")
        return
    if not password:
        raise ValidationError({"password": ["Send your password too."]})
    wait = attempt_limits.seconds_to_wait(request, email=person.email)
    if wait:
        raise TooMany(
            "There were too many attempts for this e-mail address, or from where you are.", retry_after=wait
        )
    if not person.check_password(password):
        attempt_limits.count_failure(request, email=person.email)
        raise NotProven("That is not your password.")
