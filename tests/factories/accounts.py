"""People for tests."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from accounts.enums import LinkState, Role
from accounts.models import AdvisorAssignment, InstitutionLink, User

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory[User]):
    """A student, unless told otherwise; the password is ``PASSWORD``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"person{number}@example.org")
    name = factory.Sequence(lambda number: f"Person {number}")
    role = Role.STUDENT

    @classmethod
    def _create(cls, model_class: type[User], *args: object, **fields: object) -> User:
        password = str(fields.pop("password", PASSWORD))
        email = str(fields.pop("email"))
        return model_class.objects.create_user(email, password, **fields)


class AdvisorFactory(UserFactory):
    """An advisor, without students yet."""

    role = Role.ADVISOR


class AdminFactory(UserFactory):
    """An admin."""

    role = Role.ADMIN
    is_superuser = True


class AdvisorAssignmentFactory(DjangoModelFactory[AdvisorAssignment]):
    """An advisor who looks after a student."""

    class Meta:
        model = AdvisorAssignment

    advisor = factory.SubFactory(AdvisorFactory)
    student = factory.SubFactory(UserFactory)


class InstitutionLinkFactory(DjangoModelFactory[InstitutionLink]):
    """A student whose account is pinned to a log-in of an institution."""

    class Meta:
        model = InstitutionLink

    person = factory.SubFactory(UserFactory)
    issuer = "https://login.example.edu"
    subject = factory.Sequence(lambda number: f"subject-{number}")
    state = LinkState.LINKED
    changed_at = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
