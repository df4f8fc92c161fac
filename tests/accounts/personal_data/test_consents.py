"""What people agree to is kept with the version of the text and the time, and never changed."""

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Consent, User
from accounts.personal_data import consents
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.catalog import NOW, role_with_every_type

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"
GUIDE = (settings.BASE_DIR / "docs/guides/privacy.md").read_text("utf-8")


def test_a_choice_is_kept_with_the_version_of_its_text() -> None:
    person: User = UserFactory()
    client = client_of(person)
    assert client.get(ME).json()["model_scoring_version"] is None

    client.patch(ME, {"model_scoring": False, "version": "2026-11-23"}, format="json")
    client.patch(ME, {"model_scoring": True}, format="json")

    said = list(Consent.objects.filter(user=person).order_by("id"))
    assert [(one.purpose, one.version, one.given) for one in said] == [
        ("model_scoring", "2026-11-23", False),
        ("model_scoring", "2026-11-22", True),
    ]
    me = client.get(ME).json()
    assert (me["model_scoring"], me["model_scoring_version"]) == (True, "2026-11-22")
    assert me["model_scoring_decided_at"] is not None


def test_a_text_alone_is_neither_agreed_to_nor_refused() -> None:
    answer = client_of(UserFactory()).patch(ME, {"version": "2026-11-23"}, format="json")

    told = {"model_scoring": ["Say whether you agree to this version."]}
    assert (answer.status_code, answer.json()["details"]["fields"]) == (400, told)
    assert not Consent.objects.exists()


def test_a_word_is_neither_yes_nor_no() -> None:
    answer = client_of(UserFactory()).patch(ME, {"model_scoring": "no"}, format="json")

    told = {"model_scoring": ["Must be a valid boolean."]}
    assert (answer.status_code, answer.json()["details"]["fields"]) == (400, told)
    assert not Consent.objects.exists()


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
        ("2026-11-23", True, True),
        ("2026-11-23", False, False),
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


@pytest.mark.parametrize(
    ("version", "given", "covers"),
    [
        (None, True, False),
        ("2026-11-23", True, True),
        ("2026-11-23", False, False),
        ("2026-11-22", True, False),
        ("2026-11", True, False),
    ],
)
def test_sessions_are_covered_by_a_yes_to_a_text_that_speaks_of_them(
    version: str | None, given: bool, covers: bool
) -> None:
    person: User = UserFactory()
    if version:
        Consent.objects.create(
            user=person, purpose=consents.MODEL_SCORING, version=version, given=given, decided_at=NOW
        )

    assert consents.covers_sessions(person) == covers
    person.profile = {"model_scoring": False}
    assert not consents.covers_sessions(person)


@pytest.mark.parametrize(
    ("said", "version", "covers"),
    [
        ([{"model_scoring": True}], "2026-11-22", False),
        ([{"model_scoring": True, "version": "2026-11-23"}], "2026-11-23", True),
        ([{"model_scoring": True, "version": "2026-11-23"}, {"model_scoring": True}], "2026-11-23", True),
        ([{"model_scoring": True, "version": "2026-11-23"}, {"model_scoring": False}], "2026-11-23", False),
        ([{"model_scoring": False, "version": "2026-11-23"}, {"model_scoring": True}], "2026-11-22", False),
    ],
)
def test_nobody_agrees_to_a_text_that_their_client_does_not_name(
    said: list[dict[str, object]], version: str, covers: bool
) -> None:
    person: User = UserFactory()
    for one in said:
        assert client_of(person).patch(ME, one, format="json").status_code == 200

    person.refresh_from_db()
    assert client_of(person).get(ME).json()["model_scoring_version"] == version
    assert consents.covers_sessions(person) == covers


def test_a_refusal_for_one_assessment_takes_back_that_a_model_may_read_sessions() -> None:
    person: User = UserFactory()
    client_of(person).patch(ME, {"model_scoring": True, "version": "2026-11-23"}, format="json")
    body = {"role_id": str(role_with_every_type().pk), "model_scoring": False}
    client_of(person).post("/api/v1/assessments/start", body, format="json")

    person.refresh_from_db()
    assert (person.model_scoring, consents.covers_sessions(person)) == (True, False)


def test_the_guide_has_the_text_of_the_current_version() -> None:
    assert f"**Version {consents.CURRENT[consents.MODEL_SCORING]}.**" in GUIDE
