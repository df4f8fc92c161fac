"""What students hold over HTTP: theirs alone, in pages, by word or by badge; and lists that it makes stale."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from recommendations import services
from recommendations.models import BadgeAchievement, CredentialClaim, Recommendation
from tests.clients import client_of
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import AdvisorAssignmentFactory, UserFactory
from tests.factories.catalog import NOW, CredentialFactory
from tests.factories.recommendations import (
    BadgeIssuerFactory,
    BadgeIssuerKeyFactory,
    CredentialClaimFactory,
    LearnerCredentialFactory,
)
from tests.recommendations.badges.making import ACHIEVEMENT, ISSUER, badge, document, token
from tests.recommendations.results import work_off

pytestmark = pytest.mark.django_db
URL = "/api/v1/me/credentials"
LATER = NOW + dt.timedelta(hours=1)
EMAIL = "ada@example.org"


@pytest.fixture
def student() -> User:
    """Who says what they hold."""
    made: User = UserFactory(email=EMAIL)
    return made


@pytest.fixture
def api(student: User) -> APIClient:
    """The student's client."""
    return client_of(student)


def said(api: APIClient, **body: Any) -> Any:
    return api.post(URL, body, format="json")


class TestSaying:
    def test_an_own_word_is_answered_as_it_counts(self, api: APIClient) -> None:
        credential = CredentialFactory(title="SQL joins", provider="Harbour")

        answer = said(api, credential_id=str(credential.pk), obtained_on="2025-06-01", note="At school.")

        assert answer.status_code == 201
        body = answer.json()
        assert body.pop("own_word").pop("said_at")
        assert body == {
            "credential_id": str(credential.pk), "title": "SQL joins", "provider": "Harbour",
            "status": "completed", "source": "own_word", "recommended_again": False,
        }  # fmt: skip

    def test_a_badge_is_answered_with_what_is_kept_of_it(self, api: APIClient) -> None:
        issuer = BadgeIssuerKeyFactory(issuer=BadgeIssuerFactory(identifier=ISSUER)).issuer
        credential = CredentialFactory()
        BadgeAchievement.objects.create(issuer=issuer, achievement=ACHIEVEMENT, credential=credential)
        status = {"id": "https://issuer.example.org/lists/1#7", "type": "BitstringStatusListEntry"}

        body = said(api, badge=json.dumps(document(badge(credentialStatus=status)))).json()

        assert (body["credential_id"], body["source"]) == (str(credential.pk), "badge")
        word = body["own_word"]
        assert (word["state"], word["obtained_on"]) == ("proven", "2026-01-02")
        assert word["badge"].pop("proven_at")
        assert word["badge"] == {
            "issuer": ISSUER, "issuer_name": "Example Academy", "achievement": ACHIEVEMENT, "achievement_name": "SQL",
            "issued_at": "2026-01-02T00:00:00Z", "expires_at": None, "not_proven": "", "unchecked": ["revocation"],
        }  # fmt: skip

    def test_a_badge_of_an_unknown_issuer_is_an_own_word(self, api: APIClient) -> None:
        body = said(api, badge=token(badge()), credential_id=str(CredentialFactory().pk)).json()

        assert (body["own_word"]["state"], body["source"]) == ("own_word", "own_word")
        assert body["own_word"]["badge"]["not_proven"] == "issuer_unknown"
        assert body["own_word"]["badge"]["proven_at"] is None

    @pytest.mark.parametrize(
        ("body", "code", "detail"),
        [
            ({}, "INVALID_400", None),
            ({"note": "I have it."}, "INVALID_400", None),
            ({"credential_id": str(uuid.UUID(int=7))}, "CREDENTIAL_400", None),
            ({"credential_id": "x"}, "INVALID_400", None),
            ({"badge": ""}, "INVALID_400", None),
            ({"badge": "e30.e30."}, "BADGE_400", "unsigned"),
            ({"badge": token(badge("bob@example.org"))}, "BADGE_400", "recipient"),
            ({"badge": token(badge())}, "BADGE_400", "achievement"),
            ({"badge": "x" * 1_000_001}, "INVALID_400", None),
            ({"badge": {"id": "x"}}, "INVALID_400", None),
        ],
    )
    def test_what_cannot_be_taken_is_said(
        self, api: APIClient, body: dict[str, Any], code: str, detail: str | None
    ) -> None:
        answer = said(api, **body)

        assert (answer.status_code, answer.json()["error_code"]) == (400, code)
        if detail:
            assert answer.json()["details"] == {"field": "badge", "reason": detail}
        assert not CredentialClaim.objects.exists()

    def test_sent_twice_it_is_said_once(self, api: APIClient) -> None:
        body = {"credential_id": str(CredentialFactory().pk)}
        answers = [
            api.post(URL, body, format="json", headers={"Idempotency-Key": "held-1"}) for _ in range(2)
        ]

        assert answers[0].content == answers[1].content
        assert answers[1].headers["Idempotency-Replayed"] == "true"


class TestReading:
    def test_lists_words_and_facts_once_for_each_credential(self, api: APIClient, student: User) -> None:
        both, word, fact = CredentialFactory(), CredentialFactory(), CredentialFactory()
        LearnerCredentialFactory(user=student, credential=both, source="feedback", status="accepted")
        LearnerCredentialFactory(user=student, credential=fact, source="import")
        CredentialClaimFactory(user=student, credential=both)
        CredentialClaimFactory(user=student, credential=word)
        CredentialClaimFactory()

        body = api.get(URL).json()

        found = {
            one["credential_id"]: (one["source"], one["status"], one["own_word"] is None)
            for one in body["items"]
        }
        assert (body["total"], body["page"], body["page_size"]) == (3, 1, 25)
        assert found == {
            str(both.pk): ("feedback", "completed", False),
            str(word.pk): ("own_word", "completed", False),
            str(fact.pk): ("import", "completed", True),
        }

    def test_comes_in_pages(self, api: APIClient, student: User) -> None:
        CredentialClaimFactory.create_batch(11, user=student)

        pages = [api.get(URL, {"page_size": 10, "page": page}).json() for page in (1, 2, 3)]

        assert [(len(page["items"]), page["total"]) for page in pages] == [(10, 11), (1, 11), (0, 11)]
        assert len({one["credential_id"] for page in pages for one in page["items"]}) == 11

    def test_takes_as_many_queries_for_three_as_for_one(self, api: APIClient, student: User) -> None:
        counts = []
        for number in (1, 2):
            CredentialClaimFactory.create_batch(number, user=student)
            LearnerCredentialFactory(user=student)
            with CaptureQueriesContext(connection) as asked:
                api.get(URL)
            counts.append(len(asked))

        assert counts[0] == counts[1]

    def test_shows_what_staff_decided_and_not_who(self) -> None:
        advisor, student = advised_student()
        claim = CredentialClaimFactory(user=student)
        services.check_claim(
            by=advisor, claim_id=claim.pk, decision="refused", reason="It is another course.", now=NOW
        )

        text = client_of(student).get(URL).content.decode()

        (one,) = json.loads(text)["items"]
        assert (one["own_word"]["state"], one["recommended_again"]) == ("refused", True)
        assert one["own_word"]["decided_because"] == "It is another course."
        assert str(advisor.pk) not in text


class TestTakingBack:
    def test_forgets_it(self, api: APIClient, student: User) -> None:
        claim = CredentialClaimFactory(user=student)

        assert api.delete(f"{URL}/{claim.credential_id}").status_code == 204
        assert api.delete(f"{URL}/{claim.credential_id}").status_code == 404
        assert api.get(URL).json()["items"] == []

    def test_says_why_not(self, api: APIClient, student: User) -> None:
        fact = LearnerCredentialFactory(user=student, source="import")

        answer = api.delete(f"{URL}/{fact.credential_id}")

        assert (answer.status_code, answer.json()["error_code"]) == (409, "CREDENTIAL_409")
        assert answer.json()["message"] == "Staff has recorded it. Ask your advisor."


class TestLists:
    """A list that names what the student says to hold is stale, and one that is made then leaves it out."""

    def stale(self, student: User, assessment: Any) -> list[str]:
        body = client_of(student).get(f"/api/v1/assessments/{assessment.pk}/result").json()
        assert body["stale"] == bool(body["stale_because"])
        # Scenes embed the catalog after their list is made.
        return [name for name in body["stale_because"] if name != "embeddings"]

    def test_are_stale_once_more_is_held(self) -> None:
        _, student = advised_student()
        assessment = finished_assessment(student)
        run = Recommendation.objects.get(assessment=assessment, effective=True)
        held = run.items.order_by("position")[0].credential_id
        before = self.stale(student, assessment)

        client_of(student).post(URL, {"credential_id": str(held)}, format="json")
        after = self.stale(student, assessment)
        client_of(student).delete(f"{URL}/{held}")

        assert (before, after, self.stale(student, assessment)) == ([], ["held"], [])

    def test_are_not_stale_for_being_accepted(self) -> None:
        _, student = advised_student()
        assessment = finished_assessment(student)
        run = Recommendation.objects.get(assessment=assessment, effective=True)

        services.record_feedback(
            by=student, recommendation_id=run.pk, relevance_score=5, acceptance_status="accepted", now=NOW
        )

        assert self.stale(student, assessment) == []

    def test_made_anew_leave_it_out(self, embedder: Any) -> None:
        advisor, student = advised_student()
        assessment = finished_assessment(student)
        run = Recommendation.objects.get(assessment=assessment, effective=True)
        listed = [item.credential_id for item in run.items.order_by("position")]
        services.say_held(by=student, credential_id=listed[0], now=NOW)

        services.recompute(by=advisor, assessment_id=assessment.pk)
        work_off(assessment)

        anew = Recommendation.objects.get(assessment=assessment, effective=True)
        assert anew.run > run.run
        assert [item.credential_id for item in anew.items.order_by("position")] == listed[1:]
        assert self.stale(student, assessment) == []


class TestSeeingWhatWasDecided:
    def test_is_noted_once_by_what_was_decided_when(self, api: APIClient, student: User) -> None:
        advisor = AdvisorAssignmentFactory(student=student).advisor
        claim = CredentialClaimFactory(user=student)
        services.check_claim(by=advisor, claim_id=claim.pk, decision="refused", reason="No record.", now=NOW)
        where = f"{URL}/{claim.credential_id}/seen"

        early = api.post(where, {"decided_at": "2026-03-11T11:59:59Z"}, format="json")
        answers = [api.post(where, {"decided_at": NOW.isoformat()}, format="json") for _ in range(2)]

        assert (early.status_code, early.json()["error_code"]) == (409, "DECISION_409")
        first, again = (answer.json()["own_word"]["decision_seen_at"] for answer in answers)
        assert first == again is not None
        services.check_claim(
            by=advisor, claim_id=claim.pk, decision="confirmed", reason="I saw it.", now=LATER
        )
        (item,) = api.get(URL).json()["items"]
        assert (item["own_word"]["state"], item["own_word"]["decision_seen_at"]) == ("confirmed", None)

    def test_of_what_is_undecided_or_of_others_there_is_nothing_to_see(
        self, api: APIClient, student: User
    ) -> None:
        mine, theirs = CredentialClaimFactory(user=student), CredentialClaimFactory()

        answers = [
            api.post(f"{URL}/{one.credential_id}/seen", {"decided_at": NOW.isoformat()}, format="json")
            for one in (mine, theirs)
        ]

        assert [answer.status_code for answer in answers] == [409, 404]
