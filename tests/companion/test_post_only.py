"""Who types an address that only takes what a form sends is led to the page of the form."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from tests.factories.accounts import AdminFactory, UserFactory

pytestmark = pytest.mark.django_db
ONE = uuid.UUID(int=7)
OF_STUDENTS = [
    ("make-appeal", [ONE], "result", [ONE]),
    ("contest", [ONE, "sql"], "result", [ONE]),
    ("feedback", [ONE], "run", [ONE]),
    ("practice-give-up", [ONE], "assignment", [ONE]),
    ("practice-report", [ONE], "assignment", [ONE]),
    ("credential-take-back", [ONE], "credential", [ONE]),
    ("choose-model", [], "data", []),
    ("ask-for-copy", [], "data", []),
    ("keep-data", [], "data", []),
    ("unlink-course", [ONE], "data", []),
    ("notices-seen", [], "notices", []),
    ("ask-on", [ONE], "question", [ONE]),
    ("hand-over", [ONE], "question", [ONE]),
    ("note-read", [ONE], "question", [ONE]),
    ("follow-reminder", [ONE], "reminders", []),
    ("seen-reminder", [ONE], "reminders", []),
    ("plan-reminder", [ONE], "reminders", []),
    ("plan-step", [ONE, 1], "session", [ONE]),
    ("finish-task", [ONE], "task", [ONE]),
    ("reopen-task", [ONE], "task", [ONE]),
    ("delete-task", [ONE], "task", [ONE]),
]
OF_ADVISORS = [
    ("override", [ONE], "assessment", [ONE]),
    ("release", [ONE], "assessment", [ONE]),
    ("recompute", [ONE], "assessment", [ONE]),
    ("check-skill", [ONE, "sql"], "assessment", [ONE]),
    ("set-level", [ONE], "assessment", [ONE]),
    ("override-goal", [ONE, ONE], "assessment", [ONE]),
    ("override-recommendation", [ONE], "run", [ONE]),
    ("review-next", [], "reviews", []),
    ("review-give-back", [ONE], "reviews", []),
]


def of(app: str, cases: list[tuple[str, list[object], str, list[object]]]) -> list[tuple[str, str]]:
    return [
        (reverse(f"{app}:{name}", args=parts), reverse(f"{app}:{page}", args=its))
        for name, parts, page, its in cases
    ]


@pytest.mark.parametrize(
    ("role", "app", "cases"),
    [(Role.STUDENT, "student", OF_STUDENTS), (Role.ADMIN, "advisor", OF_ADVISORS)],
)
def test_looking_leads_to_the_page_of_the_form(
    role: Role, app: str, cases: list[tuple[str, list[object], str, list[object]]]
) -> None:
    client = Client()
    client.force_login(UserFactory() if role == Role.STUDENT else AdminFactory())

    for address, page in of(app, cases):
        for answer in (client.get(address), client.head(address)):
            assert (answer.status_code, answer["Location"]) == (302, page), address
        assert client.put(address).status_code == 405


def test_who_is_logged_out_or_has_no_such_page_is_led_nowhere() -> None:
    address, staff = reverse("student:keep-data"), Client()
    staff.force_login(AdminFactory())

    assert Client().get(address)["Location"].startswith("/login")
    assert staff.get(address).status_code == 404
