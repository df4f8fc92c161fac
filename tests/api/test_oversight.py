"""Overrides, appeals and held results as clients meet them."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from assessments import services as assessments
from assessments.models import Assessment
from catalog.models import JobRole
from microcred.errors import Forbidden
from ops import jobs
from ops.models import AuditLog
from partners.models import WebhookEvent
from recommendations.models import Recommendation
from scoring import oversight
from scoring.oversight import NewScore
from tests.api.test_secrets import STAFF_NAMES, names_in
from tests.clients import client_of
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import question_id_of
from tests.factories.recommendations import WordEmbedder, embed_all

pytestmark = pytest.mark.django_db
OVERRIDES, APPEALS = "/api/v1/overrides", "/api/v1/appeals"


@pytest.fixture
def words_embed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recommender searches by words."""
    monkeypatch.setattr("microcred.ai.providers.embedder", WordEmbedder)


@contextmanager
def held() -> Iterator[None]:
    """Assessments that complete meanwhile are of roles whose results staff releases."""
    JobRole._meta.get_field("release_policy").default = "staff"
    try:
        yield
    finally:
        JobRole._meta.get_field("release_policy").default = "immediate"


@pytest.fixture
def advisor() -> User:
    advisor: User = AdvisorFactory()
    return advisor


@pytest.fixture
def assessment(advisor: User) -> Assessment:
    _, student = advised_student(advisor)
    made = finished_assessment(student)
    Assessment.objects.filter(pk=made.pk).update(completed_at=timezone.now())
    return made


def result(assessment: Assessment, by: User | None = None) -> Any:
    return client_of(by or assessment.user).get(f"/api/v1/assessments/{assessment.pk}/result")


def post(by: User, path: str, body: dict[str, Any]) -> Any:
    return client_of(by).post(path, body, format="json")


def new_level(assessment: Assessment, **fields: Any) -> dict[str, Any]:
    return {
        "assessment_id": str(assessment.pk),
        "question_id": str(question_id_of(assessment, "essay")),
        "criterion": "evidence",
        "level": "Full",
        "reason": "It weighs both sources.",
    } | fields


def work_off() -> None:
    """Make the recommendations anew."""
    embed_all()
    jobs.drain(skip_waits=True)


class TestOverrides:
    @pytest.mark.usefixtures("words_embed")
    def test_change_score_profile_and_recommendation_and_tell_the_student(
        self, advisor: User, assessment: Assessment
    ) -> None:
        work_off()
        before = result(assessment).json()

        answer = post(advisor, OVERRIDES, new_level(assessment))

        assert answer.status_code == 201
        assert answer.json()["after"] == {"level": "Full", "score": 2.67, "maximum": 4.0}
        now = result(assessment).json()
        assert (before["provisional"], now["provisional"]) == (True, False)
        assert now["totals"]["score"] > before["totals"]["score"]
        (notice,) = now["notices"]
        assert (notice["criterion"], notice["reason"]) == ("Evidence", "It weighs both sources.")
        assert (notice["before"]["level"], notice["after"]["level"]) == (None, "Full")
        work_off()
        later = result(assessment).json()
        assert later["recommendation_id"] != before["recommendation_id"]
        assert later["profile"][0]["level"] > before["profile"][0]["level"]
        assert WebhookEvent.objects.filter(
            event_type="recommendation.updated", recommendation_id=later["recommendation_id"]
        ).exists()
        assert WebhookEvent.objects.filter(event_type="assessment.completed").count() == 1

    @pytest.mark.usefixtures("words_embed")
    def test_a_run_that_comes_late_does_not_replace_the_newer_one(
        self, advisor: User, assessment: Assessment
    ) -> None:
        post(advisor, OVERRIDES, new_level(assessment))
        work_off()
        newest = Recommendation.objects.get(assessment=assessment, effective=True)
        Recommendation.objects.filter(pk=newest.pk).update(parameters=newest.parameters | {"profile_run": 99})
        post(advisor, OVERRIDES, new_level(assessment, level="Partial"))

        work_off()

        assert Recommendation.objects.get(assessment=assessment, effective=True) == newest

    @pytest.mark.parametrize(
        ("fields", "status", "code"),
        [
            ({"reason": ""}, 400, "INVALID_400"),
            ({"level": "Perfect"}, 400, "LEVEL_400"),
            ({"criterion": "", "score": 1}, 400, "OVERRIDE_400"),
            ({"criterion": "reasoning", "level": "l1"}, 409, "OVERRIDE_409"),
            ({"question_id": "00000000-0000-0000-0000-000000000000"}, 404, "QUESTION_404"),
            ({"assessment_id": "00000000-0000-0000-0000-000000000000"}, 404, "ASSESSMENT_404"),
        ],
    )
    def test_say_what_is_wrong(
        self, advisor: User, assessment: Assessment, fields: dict[str, Any], status: int, code: str
    ) -> None:
        answer = post(advisor, OVERRIDES, new_level(assessment, **fields))

        assert (answer.status_code, answer.json()["error_code"]) == (status, code)

    def test_are_for_staff_in_whose_sight_the_student_is(self, assessment: Assessment) -> None:
        body = new_level(assessment)

        assert post(assessment.user, OVERRIDES, body).status_code == 403
        assert post(AdvisorFactory(), OVERRIDES, body).status_code == 404
        assert post(AdminFactory(), OVERRIDES, body).status_code == 201


class TestAppeals:
    def appeal(self, assessment: Assessment, **fields: Any) -> Any:
        body = {
            "question_id": str(question_id_of(assessment, "essay")),
            "criterion": "Reasoning",
            "statement": "I asked for the question behind it.",
        }
        return post(assessment.user, f"/api/v1/assessments/{assessment.pk}/appeals", body | fields)

    def test_are_listed_with_their_thread_for_student_and_advisor(
        self, advisor: User, assessment: Assessment
    ) -> None:
        made = self.appeal(assessment)
        assert (made.status_code, made.json()["status"]) == (201, "open")
        thread = f"{APPEALS}/{made.json()['appeal_id']}/messages"

        assert post(advisor, thread, {"text": "Where?"}).status_code == 201

        for reader in (advisor, assessment.user):
            assert client_of(reader).get(APPEALS).json()["items"] == [made.json()]
            said = client_of(reader).get(thread).json()["items"]
            assert [(one["author_role"], one["text"]) for one in said] == [
                ("student", "I asked for the question behind it."),
                ("advisor", "Where?"),
            ]
        assert client_of(UserFactory()).get(APPEALS).json()["items"] == []
        assert client_of(UserFactory()).get(thread).status_code == 404

    def test_are_made_once_and_in_time(self, assessment: Assessment) -> None:
        assert self.appeal(assessment).status_code == 201
        assert self.appeal(assessment).json()["error_code"] == "APPEAL_409"
        assert self.appeal(assessment, criterion="Style").json()["error_code"] == "APPEAL_400"
        Assessment.objects.update(completed_at=timezone.now() - dt.timedelta(days=15))
        assert self.appeal(assessment, criterion="Evidence").json()["error_code"] == "APPEAL_409"


class TestHeldResults:
    def test_wait_for_staff_to_release_them(self, advisor: User) -> None:
        _, student = advised_student(advisor)
        with held():
            assessment = finished_assessment(student)

        waiting = result(assessment)

        assert waiting.status_code == 202
        assert waiting.json()["stage"] == "awaiting_release"
        assert waiting.json()["awaited"] == ["awaiting_release"]
        assert "score" not in json.dumps(waiting.json())
        assert result(assessment, by=advisor).status_code == 200
        assert not WebhookEvent.objects.exists()
        recommendation = Recommendation.objects.get(assessment=assessment)
        feedback = f"/api/v1/recommendations/{recommendation.pk}/feedback"
        assert post(student, feedback, {"relevance_score": 5}).status_code == 404

    def test_are_announced_to_partners_once_released(self, advisor: User) -> None:
        _, student = advised_student(advisor)
        with held():
            assessment = finished_assessment(student)

        assessments.release(by=advisor, assessment_id=assessment.pk, now=timezone.now())

        assert result(assessment).status_code == 200
        # A criterion still waits for a person, so the result is provisional and nothing is called completed.
        assert set(WebhookEvent.objects.values_list("event_type", flat=True)) == {"recommendation.ready"}
        assert AuditLog.objects.get(action="assessment.released").actor_id == advisor.pk

    @pytest.mark.usefixtures("words_embed")
    def test_stay_held_when_a_person_changes_them(self, advisor: User) -> None:
        _, student = advised_student(advisor)
        with held():
            assessment = finished_assessment(student)
        work_off()
        runs = Recommendation.objects.filter(assessment=assessment).count()

        assert post(advisor, OVERRIDES, new_level(assessment)).status_code == 201
        work_off()

        assert Recommendation.objects.filter(assessment=assessment).count() == runs + 1
        assert result(assessment).status_code == 202
        assert not WebhookEvent.objects.exists()

    def test_are_not_released_twice_nor_by_strangers(self, advisor: User) -> None:
        _, student = advised_student(advisor)
        with held():
            assessment = finished_assessment(student)
        now = timezone.now()

        with pytest.raises(Forbidden):
            assessments.release(by=student, assessment_id=assessment.pk, now=now)
        assessments.release(by=AdminFactory(), assessment_id=assessment.pk, now=now)
        with pytest.raises(assessments.ResultNotHeld):
            assessments.release(by=advisor, assessment_id=assessment.pk, now=now)


@pytest.mark.usefixtures("words_embed")
def test_a_student_learns_no_key_from_what_people_decide(advisor: User, assessment: Assessment) -> None:
    post(advisor, OVERRIDES, new_level(assessment))
    student = client_of(assessment.user)
    path = f"/api/v1/assessments/{assessment.pk}"
    question_id = str(question_id_of(assessment, "essay"))
    bodies = [
        student.post(f"{path}/appeals", {"question_id": question_id} | fields, format="json")
        for fields in (
            {"criterion": "Reasoning", "statement": "But."},
            {"criterion": "no such", "statement": "But."},
            {"criterion": "Reasoning", "statement": ""},
        )
    ]
    appeal_id = bodies[0].json()["appeal_id"]
    oversight.decide(
        by=AdminFactory(), appeal_id=appeal_id, new=NewScore(level="l0"), reason="Less.", now=timezone.now()
    )
    work_off()

    bodies += [student.get(one) for one in (f"{path}/result", APPEALS, f"{APPEALS}/{appeal_id}/messages")]

    assert [body.status_code for body in bodies] == [201, 400, 400, 200, 200, 200]
    for body in bodies:
        assert "canary" not in body.content.decode().lower()
        assert not names_in(body.json()) & STAFF_NAMES
