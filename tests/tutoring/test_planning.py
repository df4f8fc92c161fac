"""What was agreed on becomes a task."""

import pytest

from accounts.models import User
from planner.models import Task
from tests.factories.accounts import UserFactory
from tests.factories.tutoring import NOW, SummaryVersionFactory, step
from tutoring import services

pytestmark = pytest.mark.django_db
ABOUT = "Agreed on in the session of 2026-03-12 (Databases)."


@pytest.mark.parametrize(
    ("text", "title", "description"),
    [
        ("x" * 200, "x" * 200, ABOUT),
        ("x" * 201, "x" * 200, f"{'x' * 201}\n\n{ABOUT}"),
        ("y" * 300, "y" * 200, f"{'y' * 300}\n\n{ABOUT}"),
    ],
    ids=["fits", "one too many", "as long as can be"],
)
def test_what_is_too_long_for_a_title_is_not_lost(text: str, title: str, description: str) -> None:
    student: User = UserFactory()
    version = SummaryVersionFactory(
        summary__user=student, summary__subject="Databases", steps=[step(1, text)]
    )

    services.plan_step(by=student, user_id=student.pk, summary_id=version.summary_id, number=1, now=NOW)

    task = Task.objects.get()
    assert (task.title, task.description) == (title, description)
