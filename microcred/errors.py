"""The kinds of error the domain can raise; the API handler maps each kind to one HTTP status."""

from collections.abc import Mapping
from http import HTTPStatus

Details = Mapping[str, object]


class DomainError(Exception):
    """Something the caller asked for cannot be done.

    ``code`` is a stable name for programs, ``message`` a sentence for people, ``details`` what they need to
    mend the request. None of them may contain answer keys, answers or other people's data.
    """

    status: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR
    default_code = "INTERNAL_500"

    def __init__(self, message: str, *, code: str | None = None, details: Details | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.details = details


class Invalid(DomainError):
    """The request says something that cannot be true."""

    status = HTTPStatus.BAD_REQUEST
    default_code = "INVALID_400"


class Unauthorized(DomainError):
    """The caller is not known, or no longer."""

    status = HTTPStatus.UNAUTHORIZED
    default_code = "AUTH_401"


class Forbidden(DomainError):
    """The caller is known and may not do this at all."""

    status = HTTPStatus.FORBIDDEN
    default_code = "FORBIDDEN_403"


class Missing(DomainError):
    """There is no such thing, or none that the caller may know of."""

    status = HTTPStatus.NOT_FOUND
    default_code = "NOT_FOUND_404"


class Conflict(DomainError):
    """The thing is in a state in which this cannot be done."""

    status = HTTPStatus.CONFLICT
    default_code = "CONFLICT_409"


class Gone(DomainError):
    """The time for this has passed for good."""

    status = HTTPStatus.GONE
    default_code = "GONE_410"


class PreconditionFailed(DomainError):
    """It has changed since the caller looked."""

    status = HTTPStatus.PRECONDITION_FAILED
    default_code = "VERSION_412"


class TooLarge(DomainError):
    """The request is larger than the stated limit."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "TOO_LARGE_413"


class Unprocessable(DomainError):
    """The request contradicts an earlier one that it claims to repeat."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = "UNPROCESSABLE_422"


class TooMany(DomainError):
    """The caller's allowance is used up; ``retry_after`` says for how many seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    default_code = "RATE_LIMIT_429"

    def __init__(self, message: str, *, retry_after: int, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """A part of the system is away; trying again may help."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    default_code = "UNAVAILABLE_503"
