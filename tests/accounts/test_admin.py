"""People in the admin: every change ends tokens where it must, and is recorded."""

import re
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import password_links
from accounts.enums import Role, UserStatus
from accounts.models import AdvisorAssignment, GuardianLink, PasswordLink, User
from accounts.personal_data import erasing
from ops.models import AuditLog
from tests.factories.accounts import (
    PASSWORD,
    AdminFactory,
    AdvisorAssignmentFactory,
    AdvisorFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
ADD = "/admin/accounts/user/add/"
NEW_PASSWORD = "another horse battery"


def written() -> QuerySet[AuditLog]:
    """What was recorded of what people did; log-ins, and that the code's own scorer was installed, are recorded too."""
    return AuditLog.objects.filter(actor_id__isnull=False).exclude(action__startswith="session.")


@pytest.fixture
def admin_user() -> User:
    user: User = AdminFactory()
    return user


@pytest.fixture
def client(admin_user: User) -> Client:
    browser = Client()
    browser.force_login(admin_user)
    return browser


def change(client: Client, person: User, **changes: str) -> Any:
    body = {
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "status": person.status,
        "profile": "{}",
        "initial-profile": "{}",
    }
    for prefix in ("advisor_links", "guardian_links", "advised_links", "guarded_links"):
        body |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return client.post(reverse("admin:accounts_user_change", args=[person.pk]), {**body, **changes})


def links_shown(answer: Any) -> list[str]:
    """Return the codes of the links that the page after this answer shows."""
    return re.findall(r"http://testserver/password/new#(\w{43})", answer.content.decode())


def test_a_person_is_created_without_a_password_and_gets_a_link(client: Client, admin_user: User) -> None:
    answer = client.post(ADD, {"email": "Robin@Example.org", "name": "Robin", "role": "advisor"}, follow=True)

    person = User.objects.get(email="robin@example.org")
    assert (person.role, person.has_usable_password()) == (Role.ADVISOR, False)
    assert [(line.action, line.actor_id, line.resource_id) for line in written().order_by("pk")] == [
        ("user.created", admin_user.pk, person.pk),
        ("user.password_link_made", admin_user.pk, person.pk),
    ]
    [code] = links_shown(answer)
    assert password_links.owner_of(code, now=timezone.now()) == person


def test_links_are_made_for_others_who_may_log_in(client: Client, admin_user: User) -> None:
    robin, disabled = UserFactory(), UserFactory(status=UserStatus.DISABLED)
    chosen = [str(one.pk) for one in (robin, disabled, admin_user)]

    answer = client.post(
        "/admin/accounts/user/",
        {"action": "make_password_link", ACTION_CHECKBOX_NAME: chosen},
        follow=True,
    )

    [code] = links_shown(answer)
    assert password_links.owner_of(code, now=timezone.now()) == robin
    assert f"{disabled}: This person is not active." in answer.content.decode()
    assert PasswordLink.objects.count() == 1


def test_no_administrator_types_a_password(client: Client) -> None:
    person = UserFactory()
    pages = (ADD, reverse("admin:accounts_user_change", args=[person.pk]))

    assert not [page for page in pages if 'type="password"' in client.get(page).content.decode()]
    change(client, person, name="New", new_password=NEW_PASSWORD, password=NEW_PASSWORD)

    person.refresh_from_db()
    assert (person.name, person.check_password(PASSWORD)) == ("New", True)


def test_an_address_is_taken_in_any_spelling(client: Client) -> None:
    UserFactory(email="robin@example.org")

    assert client.post(ADD, {"email": "ROBIN@example.org", "role": "student"}).status_code == 200
    assert User.objects.filter(email__iexact="robin@example.org").count() == 1


@pytest.mark.parametrize(
    ("changes", "fields", "ends_tokens"),
    [
        ({"name": "Another"}, ["name"], False),
        ({"role": "advisor"}, ["role"], True),
        ({"status": "disabled"}, ["status"], True),
    ],
)
def test_a_change_is_recorded_and_ends_tokens_where_it_must(
    client: Client, changes: dict[str, str], fields: list[str], ends_tokens: bool
) -> None:
    person = UserFactory()

    assert change(client, person, **changes).status_code == 302

    person.refresh_from_db()
    assert person.token_version == (2 if ends_tokens else 1)
    assert written().get().metadata == {"fields": fields}


@pytest.mark.parametrize("fault", [{"status": "erased"}, {"role": "emperor"}, {"email": "x"}])
def test_what_is_wrong_is_refused(client: Client, fault: dict[str, str]) -> None:
    person = UserFactory()

    assert change(client, person, **fault).status_code == 200
    assert not written().exists()


def test_nobody_shuts_themselves_out(client: Client, admin_user: User) -> None:
    change(client, admin_user, role="student", status="disabled", name="Ada")

    admin_user.refresh_from_db()
    assert (admin_user.role, admin_user.status, admin_user.name) == (Role.ADMIN, UserStatus.ACTIVE, "Ada")


@pytest.mark.parametrize("change_to", [{"status": "disabled"}, {"role": "advisor"}])
def test_the_last_admin_who_stays_is_left_one(
    client: Client, admin_user: User, change_to: dict[str, str]
) -> None:
    other = AdminFactory()
    erasing.request_erasure(by=admin_user, person=admin_user, now=timezone.now())

    response = change(client, other, **change_to)

    assert response.status_code == 200
    assert "Make somebody else an admin first." in response.content.decode()
    other.refresh_from_db()
    assert (other.role, other.status) == (Role.ADMIN, UserStatus.ACTIVE)


def test_a_role_that_links_rest_on_stays(client: Client) -> None:
    link = AdvisorAssignmentFactory()

    response = change(client, link.advisor, role="student")

    assert "End this person&#x27;s links" in response.content.decode()


def test_becoming_admin_opens_the_admin(client: Client) -> None:
    person = AdvisorFactory()

    change(client, person, role="admin")

    browser = Client()
    browser.force_login(User.objects.get(pk=person.pk))
    assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize("role", Role.values)
def test_every_kind_of_person_has_a_page(client: Client, role: str) -> None:
    person = UserFactory(role=role)

    assert client.get(reverse("admin:accounts_user_change", args=[person.pk])).status_code == 200


def test_nobody_is_deleted(client: Client) -> None:
    person = UserFactory()

    assert (
        client.post(reverse("admin:accounts_user_delete", args=[person.pk]), {"post": "yes"}).status_code
        == 403
    )


class TestLinks:
    def test_an_advisor_is_assigned_and_the_assignment_ended(self, client: Client) -> None:
        advisor, student = AdvisorFactory(), UserFactory()

        client.post("/admin/accounts/advisorassignment/add/", {"advisor": advisor.pk, "student": student.pk})
        link = AdvisorAssignment.objects.get()
        assert (link.advisor, link.student) == (advisor, student)

        client.post(reverse("admin:accounts_advisorassignment_delete", args=[link.pk]), {"post": "yes"})
        assert not AdvisorAssignment.objects.exists()
        assert list(written().order_by("created_at").values_list("action", flat=True)) == [
            "advisor.assigned",
            "advisor.unassigned",
        ]

    def test_the_roles_must_fit(self, client: Client) -> None:
        one, other = UserFactory(), UserFactory()

        response = client.post(
            "/admin/accounts/advisorassignment/add/", {"advisor": one.pk, "student": other.pk}
        )

        assert response.status_code == 200
        assert not AdvisorAssignment.objects.exists()

    def test_a_guardian_is_linked_on_the_students_page(self, client: Client) -> None:
        student, guardian = UserFactory(), UserFactory(role=Role.GUARDIAN)

        response = change(
            client,
            student,
            **{"guardian_links-TOTAL_FORMS": "1", "guardian_links-0-guardian": str(guardian.pk)},
        )

        assert response.status_code == 302
        assert GuardianLink.objects.get().guardian == guardian
        assert written().get().action == "guardian.linked"

    def test_several_are_ended_together(self, client: Client) -> None:
        links = [AdvisorAssignmentFactory(), AdvisorAssignmentFactory()]
        body = {
            "action": "delete_selected",
            "_selected_action": [str(link.pk) for link in links],
            "post": "yes",
        }

        client.post("/admin/accounts/advisorassignment/", body)

        assert not AdvisorAssignment.objects.exists()
        assert written().filter(action="advisor.unassigned").count() == 2

    def test_fields_offer_people_with_the_right_role(self, client: Client) -> None:
        advisor, student = AdvisorFactory(), UserFactory()
        asked = {
            "app_label": "accounts",
            "model_name": "advisorassignment",
            "field_name": "advisor",
            "term": "",
        }

        offered = client.get("/admin/autocomplete/", asked).json()["results"]

        assert str(advisor.pk) in [one["id"] for one in offered]
        assert str(student.pk) not in [one["id"] for one in offered]


def test_log_ins_over_the_api_have_no_page_on_which_an_ended_one_could_be_made_good(client: Client) -> None:
    assert client.get("/admin/accounts/tokenfamily/").status_code == 404


def test_people_are_logged_out_everywhere(client: Client) -> None:
    person, page = AdvisorFactory(), Client()
    page.force_login(person)

    client.post(
        reverse("admin:accounts_user_changelist"), {"action": "end_log_ins", "_selected_action": [person.pk]}
    )

    assert page.get("/advisor/").status_code == 302
    assert written().values_list("action", "resource_id").last() == ("user.log_ins_ended", person.pk)
