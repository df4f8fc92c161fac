"""The code of a second factor beside what somebody logs in with over the API."""

from django.utils import timezone
from rest_framework.request import Request

from accounts import attempt_limits, second_factor
from accounts.models import User


def check_code(request: Request, person: User, code: str) -> None:
    """Let those who have a second factor in with a code of it only, and those who must have one with one only.

    Raises:
        FactorMissing, CodeMissing, CodeRefused
    """
    if second_factor.is_missing(person):
        raise second_factor.FactorMissing(
            "Your institution asks for a second factor: set it up on the pages."
        )
    if not second_factor.is_on(person):
        return
    if not code:
        raise second_factor.CodeMissing("This account has a second factor: send its code too.")
    try:
        second_factor.prove(person=person, code=code, now=timezone.now())
    except second_factor.CodeRefused:
        attempt_limits.count_failure(request._request, email=person.email)
        raise
