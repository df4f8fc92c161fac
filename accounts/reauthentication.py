"""Proving once more who one is, before something that a stolen token must not be enough for."""

from django.http import HttpRequest

from accounts import attempts
from accounts.models import User
from microcred.errors import Forbidden, TooMany


class NotProven(Forbidden):
    """The password is missing or not the person's."""

    default_code = "PASSWORD_403"


def prove(request: HttpRequest, person: User, *, password: str) -> None:
    """Let through who knows the password of ``person``, or whose account has none.

    Wrong ones count like those of logging in. The answer is 403 and not 401: the token is as good as before.

    Raises:
        NotProven: if the password is missing or wrong.
        TooMany: if too many were wrong.
    """
    if not person.has_usable_password():
        return
    wait = attempts.seconds_to_wait(request, email=person.email)
    if wait:
        raise TooMany("There were too many attempts for this e-mail address.", retry_after=wait)
    if not password:
        raise NotProven("Send your password too.")
    if not person.check_password(password):
        attempts.count_failure(request, email=person.email)
        raise NotProven("That is not your password.")
