"""Proving once more who one is, before something that a stolen token must not be enough for."""

from django.http import HttpRequest
from rest_framework.exceptions import ValidationError

from accounts import attempts
from accounts.models import User
from microcred.errors import Forbidden, TooMany


class NotProven(Forbidden):
    """That is not the person's password."""

    default_code = "PASSWORD_403"


def prove(request: HttpRequest, person: User, *, password: str) -> None:
    """Let through who knows the password of ``person``, or whose account has none.

    Wrong ones count like those of logging in. The answer is 403 and not 401: the token is as good as before.

    Raises:
        ValidationError: if the password is missing.
        NotProven: if it is wrong.
        TooMany: if too many were wrong.
    """
    if not person.has_usable_password():
        return
    if not password:
        raise ValidationError({"password": ["Send your password too."]})
    wait = attempts.seconds_to_wait(request, email=person.email)
    if wait:
        raise TooMany(
            "There were too many attempts for this e-mail address, or from where you are.", retry_after=wait
        )
    if not person.check_password(password):
        attempts.count_failure(request, email=person.email)
        raise NotProven("That is not your password.")
