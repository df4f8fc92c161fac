"""What a service refuses is said on the form, or above the list, and never an error page."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import AdminFactory
from tests.tutoring.scenes import add_source
from tutoring import services
from tutoring.models import TutoringSource
from tutoring.services.sources import SourceKnown

pytestmark = pytest.mark.django_db
ADD = reverse("admin:tutoring_tutoringsource_add")
LIST = reverse("admin:tutoring_tutoringsource_changelist")


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(AdminFactory())
    return client


def test_a_refusal_stands_beside_the_field_with_what_was_typed(staff: Client) -> None:
    answer = staff.post(ADD, {"name": "Har\u200bbour"})

    form = answer.context["adminform"].form
    said = "A tutoring system needs a name of 1 to 120 printable characters."
    assert (answer.status_code, form.errors, form["name"].value()) == (200, {"name": [said]}, "Har\u200bbour")
    assert not TutoringSource.objects.exists()


def test_a_refused_action_says_so_above_the_list(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    source, _ = add_source()

    def refuse(**given: object) -> None:
        raise SourceKnown("It is not to be.")

    monkeypatch.setattr(services, "set_active", refuse)
    body = {"action": "switch_off", "_selected_action": [str(source.pk)]}
    answer = staff.post(LIST, body, follow=True)

    assert answer.redirect_chain == [(LIST, 302)]
    assert [str(one) for one in answer.context["messages"]] == ["It is not to be."]


def test_what_is_no_refusal_stays_an_error(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**given: object) -> None:
        raise LookupError("a fault")

    monkeypatch.setattr(services, "add_source", fail)

    with pytest.raises(LookupError):
        staff.post(ADD, {"name": "Harbour"})
