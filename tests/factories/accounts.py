"""People for tests."""

import factory
from factory.django import DjangoModelFactory

from accounts.enums import Role
from accounts.models import AdvisorAssignment, User

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
