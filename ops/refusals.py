"""What is refused when it is stored, in the domain's words: by a service, or by a constraint that another met first."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import IntegrityError
from psycopg.errors import UniqueViolation

from microcred.errors import Conflict, DomainError


class StoredMeanwhile(Conflict):
    """Somebody else has stored what may be there once only, after it was looked for."""


def as_domain_error(error: DomainError | IntegrityError) -> DomainError:
    """Return what to say of it; raises the error itself where that is no refusal but a fault."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error.__cause__, UniqueViolation):
        return StoredMeanwhile(
            "Somebody else has just stored what may be there only once. Nothing of yours was stored: look again."
        )
    raise error


@contextmanager
def as_command_error() -> Iterator[None]:
    """End a command with a sentence, and no traceback, where what is done within is refused."""
    try:
        yield
    except (DomainError, IntegrityError) as error:
        raise CommandError(as_domain_error(error).message) from error
