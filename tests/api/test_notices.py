"""Students are told what people decided about their scores, and what of it they have not seen yet."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import User
from assessments.models import Assessment
from scoring import oversight
from scoring.models import ScoreChange, SeenNotice
from scoring.oversight import NewScore
from tests.clients import client_of
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import question_id_of
from tests.factories.catalog import NOW
from tests.factories.oversight import judged_assessment

pytestmark = pytest.mark.django_db
LIST, SEEN = "/api/v1/notices", "/api/v1/notices/seen"


def post(client: Any, address: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(address, json.dumps(body), content_type="application/json", **headers)


@pytest.fixture
def assessment() -> Assessment:
    return judged_assessment()


def override(assessment: Assessment, level: str = "l2", *, at: dt.datetime = NOW) -> ScoreChange:
    return oversight.override(
        by=AdminFactory(),
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, "essay"),
        new=NewScore("reasoning", level),
        reason="It names both sources.",
        now=at,
    )


def decided(assessment: Assessment, new: NewScore | None) -> None:
    row = oversight.appeal(
        by=assessment.user,
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, "essay"),
        criterion="Evidence",
        statement="I did.",
        now=NOW,
    )
    oversight.decide(by=AdminFactory(), appeal_id=row.pk, new=new, reason="Read again.", now=NOW)


def notices_of(user: User, **query: Any) -> dict[str, Any]:
    answer = client_of(user).get(LIST, query)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


class TestTheList:
    def test_a_changed_score_is_told_with_reason_before_and_after_and_without_the_name(
        self, assessment: Assessment
    ) -> None:
        change = override(assessment)

        body = notices_of(assessment.user)

        assert (body["total"], body["unseen"]) == (1, 1)
        assert body["items"] == [
            {
                "notice_id": str(change.pk),
                "assessment_id": str(assessment.pk),
                "role_name": assessment.role.name,
                "question_id": str(question_id_of(assessment, "essay")),
                "criterion": "Reasoning",
                "skill": None,
                "kind": "override",
                "message": "A person changed this score.",
                "reason": "It names both sources.",
                "before": {"level": "Partial", "score": 2.0, "maximum": 4.0},
                "after": {"level": "Full", "score": 3.33, "maximum": 4.0},
                "changed_at": "2026-03-02T09:00:00Z",
                "seen_at": None,
            }
        ]

    @pytest.mark.parametrize(
        ("new", "message"),
        [
            (None, "Your appeal was decided, and the score stands."),
            (NewScore(level="l0"), "Your appeal was decided. It cannot lower a score, so the score stands."),
            (NewScore(level="l2"), "Your appeal was decided, and this score was changed."),
        ],
    )
    def test_every_decision_about_an_appeal_is_told_once(
        self, assessment: Assessment, new: NewScore | None, message: str
    ) -> None:
        decided(assessment, new)

        (notice,) = notices_of(assessment.user)["items"]

        assert (notice["kind"], notice["message"], notice["reason"]) == ("appeal", message, "Read again.")
        result = client_of(assessment.user).get(f"/api/v1/assessments/{assessment.pk}/result").json()
        assert [one["message"] for one in result["notices"]] == [message]

    def test_it_is_the_newest_first_over_all_assessments_and_can_be_narrowed(
        self, assessment: Assessment
    ) -> None:
        other = judged_assessment(student=assessment.user)
        override(assessment)
        override(other, at=NOW + dt.timedelta(hours=1))

        assert [one["assessment_id"] for one in notices_of(assessment.user)["items"]] == [
            str(other.pk),
            str(assessment.pk),
        ]
        narrowed = notices_of(assessment.user, assessment_id=str(assessment.pk))
        assert (narrowed["total"], narrowed["unseen"]) == (1, 2)

    def test_a_result_that_is_held_says_nothing_yet(self, assessment: Assessment) -> None:
        override(assessment)
        Assessment.objects.filter(pk=assessment.pk).update(stage="awaiting_release")

        assert notices_of(assessment.user)["total"] == 0

    def test_it_is_for_students_about_themselves(self, assessment: Assessment) -> None:
        override(assessment)

        assert notices_of(UserFactory())["total"] == 0
        for stranger in (AdvisorFactory(), AdminFactory(), UserFactory(role=Role.GUARDIAN)):
            assert client_of(stranger).get(LIST).status_code == 403


class TestSeeing:
    def test_what_was_seen_is_noted_once_and_shown_so(self, assessment: Assessment) -> None:
        change = override(assessment)
        override(assessment, "l0", at=NOW + dt.timedelta(minutes=1))
        client = client_of(assessment.user)

        first = post(client, SEEN, {"notice_ids": [str(change.pk)]})
        seen_at = SeenNotice.objects.get().seen_at
        again = post(client, SEEN, {"notice_ids": [str(change.pk)]})

        assert (first.status_code, first.json(), again.json()) == (200, {"unseen": 1}, {"unseen": 1})
        assert SeenNotice.objects.get().seen_at == seen_at
        body = notices_of(assessment.user, unseen="true")
        assert (body["total"], body["unseen"]) == (1, 1)
        assert str(change.pk) not in {one["notice_id"] for one in body["items"]}

    def test_an_appeal_s_decision_can_be_seen_too(self, assessment: Assessment) -> None:
        decided(assessment, None)
        (notice,) = notices_of(assessment.user)["items"]

        answer = post(client_of(assessment.user), SEEN, {"notice_ids": [notice["notice_id"]]})

        assert answer.json() == {"unseen": 0}

    def test_nobody_sees_for_another_and_one_stranger_among_them_spoils_all(
        self, assessment: Assessment
    ) -> None:
        change = override(assessment)

        foreign = post(client_of(UserFactory()), SEEN, {"notice_ids": [str(change.pk)]})
        mixed = post(client_of(assessment.user), SEEN, {"notice_ids": [str(change.pk), str(uuid.uuid4())]})

        assert (foreign.status_code, mixed.status_code) == (404, 404)
        assert not SeenNotice.objects.exists()

    @pytest.mark.parametrize("body", [{}, {"notice_ids": []}, {"notice_ids": ["x"]}, {"notice_ids": "all"}])
    def test_what_makes_no_sense_is_refused(self, assessment: Assessment, body: dict[str, Any]) -> None:
        assert post(client_of(assessment.user), SEEN, body).status_code == 400
