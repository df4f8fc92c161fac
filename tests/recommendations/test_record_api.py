"""Students read what their results rest on: versions, models, dates and hashes, and nothing that gives a key away."""

import hashlib
import json
from functools import cache
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from assessments.models import Assessment
from microcred.ai import providers
from recommendations import queries
from recommendations.chain import canonical
from recommendations.models import DecisionRecord
from scoring import oversight
from scoring.models import ModelCall
from scoring.oversight import NewScore
from tests.clients import client_of
from tests.factories.accounts import AdvisorAssignmentFactory, UserFactory
from tests.factories.assessments import question_id_of, started_assessment
from tests.factories.catalog import role_with_every_type
from tests.factories.recommendations import WordEmbedder
from tests.fakes.openai_server import FakeOpenAI
from tests.recommendations.results import completed, work_off
from tests.scoring.essays.chats import verdict
from tests.scoring.replies import QUOTE, SECOND_QUOTE, essay_reply

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def embedder(openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", cache(lambda: chosen))
    said = {"reasoning": verdict("l1", QUOTE), "evidence": verdict("l1", SECOND_QUOTE)}
    openai.script = lambda _: essay_reply(said)


def read(by: User, assessment: Assessment) -> Any:
    return client_of(by).get(f"/api/v1/assessments/{assessment.pk}/record")


def test_a_student_reads_what_was_used() -> None:
    assessment = completed(learners=25)
    record, call = DecisionRecord.objects.get(), ModelCall.objects.get()

    (item,) = read(assessment.user, assessment).json()["items"]

    assert (item["number"], item["run"], item["in_effect"]) == (1, 1, True)
    assert (item["hash"], item["previous_hash"]) == (record.digest, "0" * 64)
    used = {question["type"]: question for question in item["questions"]}
    assert used["numeric"]["rule_version"] == "rules-1"
    assert (used["numeric"]["scored_by"], used["numeric"]["score"]) == ("rule", 1.0)
    essay = used["essay"]
    assert (essay["scored_by"], essay["provider"], essay["model"]) == ("model", "openai", call.answered_model)
    assert essay["prompt_version"] == call.prompt_version
    (made,) = essay["calls"]
    assert (made["call_id"], made["reading"], len(made["reply_hash"])) == (str(call.pk), 1, 64)
    ranking = item["ranking"]
    assert (ranking["embedding_model"], ranking["neighbours"], ranking["learners"]) == ("words", 15, 25)
    assert ranking["passages"] > 0
    assert sum(ranking["weights"].values()) == pytest.approx(0.95)
    assert [one["credential_id"] for one in ranking["credentials"]] == [
        one["credential_id"]
        for one in client_of(assessment.user)
        .get(f"/api/v1/assessments/{assessment.pk}/result")
        .json()["recommendation_items"]
    ]


def test_no_plain_hash_is_given_from_which_a_key_could_be_found_by_trying() -> None:
    assessment = completed()
    shown = read(assessment.user, assessment).content.decode()

    for row in assessment.snapshots.all():
        for guess in (row.rules, row.rubric, [row.rules], {"rules": row.rules}):
            assert hashlib.sha256(canonical(guess).encode()).hexdigest() not in shown
    body = json.loads(DecisionRecord.objects.get().body)
    for question in body["questions"]:
        assert question["content"]["rules"] not in shown


def test_the_newest_comes_first_and_earlier_ones_stay() -> None:
    assessment = completed()
    advisor = AdvisorAssignmentFactory(student=assessment.user).advisor
    oversight.override(
        by=advisor, assessment_id=assessment.pk, question_id=question_id_of(assessment, "essay"),
        new=NewScore("reasoning", "l2"), reason="It does.", now=timezone.now(),
    )  # fmt: skip
    work_off(assessment)

    newest, first = read(advisor, assessment).json()["items"]

    assert (newest["number"], newest["in_effect"], first["number"], first["in_effect"]) == (2, True, 1, False)
    scored = [
        {one["type"]: one["scored_by"] for one in item["questions"]}["essay"] for item in (newest, first)
    ]
    assert scored == ["human", "model"]


def test_there_is_nothing_before_a_result() -> None:
    assessment = started_assessment()

    assert read(assessment.user, assessment).json() == {"assessment_id": str(assessment.pk), "items": []}


def test_a_held_result_is_no_student_s_to_read_yet() -> None:
    role = role_with_every_type()
    role.release_policy = "staff"
    role.save()
    assessment = completed(role=role)
    advisor = AdvisorAssignmentFactory(student=assessment.user).advisor

    assert read(assessment.user, assessment).json()["items"] == []
    assert len(read(advisor, assessment).json()["items"]) == 1


def test_only_those_who_see_the_result_see_its_record() -> None:
    assessment = completed()

    assert read(UserFactory(), assessment).status_code == 404
    assert read(AdvisorAssignmentFactory().advisor, assessment).status_code == 404
    assert read(AdvisorAssignmentFactory(student=assessment.user).advisor, assessment).status_code == 200


def test_staff_s_copy_can_be_checked_by_hand_and_is_theirs_alone() -> None:
    assessment = completed()
    advisor = AdvisorAssignmentFactory(student=assessment.user).advisor

    (copy,) = queries.exported_records(by=advisor, assessment_id=assessment.pk)

    chained = [copy["number"], copy["made_at"], copy["assessment_id"], copy["body"], copy["previous"]]
    assert hashlib.sha256(canonical(chained).encode()).hexdigest() == copy["hash"]
    with pytest.raises(Exception, match="No such assessment"):
        queries.exported_records(by=assessment.user, assessment_id=assessment.pk)
