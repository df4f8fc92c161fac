"""The people of the demonstration; every one of them is made up."""

from dataclasses import dataclass

from django.db import transaction

from accounts import services as accounts
from accounts.enums import Role
from accounts.models import User

PASSWORD = "microcred-demo"  # noqa: S105 - printed for everyone who runs the demonstration
STUDENT = "student@demo.example"
ADVISOR = "advisor@demo.example"
GUARDIAN = "guardian@demo.example"
ADMIN = "admin@demo.example"


@dataclass(frozen=True)
class DemoPerson:
    """Someone who can log in."""

    email: str
    name: str
    role: Role


PEOPLE = (
    DemoPerson(STUDENT, "Sam Okafor", Role.STUDENT),
    DemoPerson("second.student@demo.example", "Ines Duarte", Role.STUDENT),
    DemoPerson(ADVISOR, "Robin Lindqvist", Role.ADVISOR),
    DemoPerson(GUARDIAN, "Chidi Okafor", Role.GUARDIAN),
    DemoPerson(ADMIN, "Ada Brandt", Role.ADMIN),
)


@transaction.atomic
def ensure_people() -> int:
    """Create who is missing and link them; return how many were created."""
    created = 0
    people: dict[str, User] = {}
    for person in PEOPLE:
        user = User.objects.filter(email=person.email).first()
        if user is None:
            user = User(email=person.email, name=person.name, role=person.role)
            accounts.change_password(by=None, person=user, password=PASSWORD)
            created += 1
        people[person.email] = user
    students = [user for user in people.values() if user.role == Role.STUDENT]
    for student in students:
        accounts.assign_advisor(by=None, advisor=people[ADVISOR], student=student)
    accounts.link_guardian(by=None, guardian=people[GUARDIAN], student=people[STUDENT])
    return created
