"""A student in front of the pages."""

from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import User
from assessments.models import Assessment
from tests.companion.scenes import advised_student, finished_assessment


def browser_of(user: User) -> Client:
    """Return a browser in which somebody is logged in."""
    client = Client()
    client.force_login(user)
    return client


def result_of_today() -> Assessment:
    """Return an assessment whose result came just now, of a student who has an advisor."""
    _, student = advised_student()
    made = finished_assessment(student)
    Assessment.objects.filter(pk=made.pk).update(completed_at=timezone.now())
    made.refresh_from_db()
    return made


def page_of(client: Client, address: str) -> str:
    """Return a page that is there."""
    answer: Any = client.get(address)
    assert answer.status_code == 200, (answer.status_code, address)
    return str(answer.content.decode())
