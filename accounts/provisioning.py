"""Students whom nobody has entered here: somebody whom the institution trusts says who they are."""

from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts import services
from accounts.enums import Role
from accounts.models import User

LONGEST_EMAIL: Final = 254
LONGEST_NAME: Final = 120


def provision_student(*, email: str, name: str) -> User:
    """Make a student without a password, as part of the caller's transaction; raises IntegrityError for an address
    that is taken."""
    shown = "".join(filter(str.isprintable, name))[:LONGEST_NAME]
    person = User(email=email, name=shown, role=Role.STUDENT)
    person.set_unusable_password()
    services.save_person(by=None, person=person, changed=frozenset({"email", "name", "role"}))
    return person


def is_address(email: str) -> bool:
    """Whether an account can have this address."""
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= LONGEST_EMAIL
