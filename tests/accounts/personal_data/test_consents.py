"""What people agree to is kept with the version of the text and the time, and never changed."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Consent, User
from accounts.personal_data import consents
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.catalog import NOW, role_with_every_type

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


def test_a_choice_is_kept_with_the_version_of_its_text() -> None:
    person: User = UserFactory()
    client = client_of(person)
    assert client.get(ME).json()["model_scoring_version"] is None

    client.patch(ME, {"model_scoring": False, "version": "2026-11-22"}, format="json")
    client.patch(ME, {"model_scoring": True}, format="json")

    said = list(Consent.objects.filter(user=person).order_by("id"))
    assert [(one.purpose, one.version, one.given) for one in said] == [
        ("model_scoring", "2026-11-22", False),
        ("model_scoring", "2026-11-22", True),
    ]
    me = client.get(ME).json()
    assert (me["model_scoring"], me["model_scoring_version"]) == (True, "2026-11-22")
    assert me["model_scoring_decided_at"] is not None


def test_nobody_agrees_to_a_text_that_is_not_the_current_one() -> None:
    answer = client_of(UserFactory()).patch(ME, {"model_scoring": True, "version": "2019-01"}, format="json")

    assert (answer.status_code, answer.json()["error_code"]) == (400, "CONSENT_400")
    assert not Consent.objects.exists()


def test_a_choice_for_one_assessment_is_kept_too() -> None:
    person: User = UserFactory()
    body = {"role_id": str(role_with_every_type().pk), "model_scoring": False}

    assert client_of(person).post("/api/v1/assessments/start", body, format="json").status_code == 201

    found = consents.newest(person, consents.MODEL_SCORING)
    assert found is not None
    assert found.given is False


def test_a_consent_is_never_changed() -> None:
    client_of(person := UserFactory()).patch(ME, {"model_scoring": True}, format="json")

    with pytest.raises(IntegrityError, match="consents is append-only"), transaction.atomic():
        Consent.objects.filter(user=person).update(given=False)


@pytest.mark.parametrize(
    ("version", "given", "covers"),
    [
        (None, True, True),
        ("2026-11-22", True, True),
        ("2026-11-22", False, False),
        ("2026-11", True, False),
    ],
)
def test_questions_are_covered_by_a_text_that_speaks_of_them(
    version: str | None, given: bool, covers: bool
) -> None:
    person: User = UserFactory(profile={"model_scoring": given})
    if version:
        Consent.objects.create(
            user=person, purpose=consents.MODEL_SCORING, version=version, given=given, decided_at=NOW
        )

    assert consents.covers_questions(person) == covers
