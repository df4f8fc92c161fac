"""A run says when what it rests on has moved, is made anew on demand and kept; what would change it is worked out."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from assessments.models import Assessment
from catalog.models import Credential, CredentialSkill, RoleSkill
from catalog.services import publish_question, set_credential_active
from microcred.ai import providers
from ops import jobs
from ops.models import AsyncJob, AuditLog
from recommendations import services
from recommendations.forecast import top_recommendation
from recommendations.models import DecisionRecord, Recommendation, WhatIf
from scoring import oversight
from scoring.events import assessment_scored
from tests.clients import client_of
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import NOW, RoleSkillFactory, SkillFactory
from tests.factories.recommendations import (
    FailingEmbedder,
    WordEmbedder,
    embed_all,
    offered,
    scored_assessment,
)
from tests.recommendations.results import completed, differences, effective, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> WordEmbedder:
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", lambda: chosen)
    return chosen


@pytest.fixture
def admin() -> User:
    made: User = AdminFactory()
    return made


def recommended(**levels: float) -> Assessment:
    """A completed assessment for a role that asks for SQL and charts at 4, with a credential for each."""
    assessment = scored_assessment(**levels)
    AsyncJob.objects.all().delete()
    RoleSkill.objects.filter(role=assessment.role).delete()
    for key, name in (("sql", "SQL"), ("charts", "Charts")):
        SkillFactory(key=key)
        RoleSkillFactory(role=assessment.role, skill=SkillFactory(key=key, name=name), importance=5)
    offered("sql-joins", text="Practise sql joins on real tables", sql=4.0, roles=[assessment.role])
    offered("chart-design", text="Design charts that answer a question", charts=4.0, roles=[assessment.role])
    embed_all()
    assessment_scored.send(sender=None, assessment_id=assessment.pk, run=1)
    jobs.drain()
    assessment.refresh_from_db()
    return assessment


def result(assessment: Assessment) -> dict[str, Any]:
    answer = client_of(assessment.user).get(f"/api/v1/assessments/{assessment.pk}/result")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


class TestStale:
    def test_while_nothing_moves_it_is_fresh(self) -> None:
        body = result(recommended(sql=1.0, charts=3.0))
        assert (body["stale"], body["stale_because"]) == (False, [])

    def test_a_credential_that_brings_more_now_marks_it(self) -> None:
        assessment = recommended(sql=1.0, charts=3.0)
        CredentialSkill.objects.filter(credential__key="sql-joins").update(level=5)

        assert result(assessment)["stale_because"] == ["catalog"]

    def test_a_role_that_asks_for_more_marks_it(self) -> None:
        assessment = recommended(sql=1.0, charts=3.0)
        RoleSkill.objects.filter(role=assessment.role, skill__key="sql").update(target_level=5)

        assert result(assessment)["stale_because"] == ["catalog"]

    def test_what_is_taken_back_leaves_no_mark(self) -> None:
        assessment = recommended(sql=1.0, charts=3.0)
        CredentialSkill.objects.filter(credential__key="sql-joins").update(level=5)
        CredentialSkill.objects.filter(credential__key="sql-joins").update(level=4)

        assert result(assessment)["stale"] is False

    def test_other_vectors_mark_it(self) -> None:
        assessment = recommended(sql=1.0, charts=3.0)
        embed_all(WordEmbedder("other"))

        assert result(assessment)["stale_because"] == ["embeddings"]

    def test_a_new_version_of_a_question_that_was_asked_marks_it(self) -> None:
        assessment = recommended(sql=1.0, charts=3.0)
        question = assessment.snapshots.all()[0].question
        question.prompt = "Something else?"
        question.save()
        publish_question(by=None, question=question, now=NOW)

        assert result(assessment)["stale_because"] == ["rubric"]

    def test_a_run_of_before_says_nothing(self) -> None:
        assessment = recommended(sql=1.0, charts=3.0)
        run = effective(assessment)
        Recommendation.objects.filter(pk=run.pk).update(
            parameters={key: value for key, value in run.parameters.items() if key != "standing"}
        )
        CredentialSkill.objects.filter(credential__key="sql-joins").update(level=5)

        assert result(assessment)["stale"] is False


class TestMakingAnew:
    def test_it_is_one_request_keeps_the_old_run_and_takes_the_mark_off(self, admin: User) -> None:
        assessment = recommended(sql=1.0, charts=3.0)
        old = effective(assessment)
        CredentialSkill.objects.filter(credential__key="sql-joins").update(level=5)
        address = f"/api/v1/assessments/{assessment.pk}/recommendations"

        answers = [client_of(admin).post(address) for _ in range(2)]
        jobs.drain()

        assert [(one.status_code, one.json()["run"]) for one in answers] == [(202, 2), (202, 2)]
        runs = client_of(assessment.user).get(address).json()["items"]
        assert [(one["run"], one["effective"]) for one in runs] == [(2, True), (1, False)]
        assert result(assessment)["stale"] is False
        kept = client_of(assessment.user).get(f"/api/v1/recommendations/{old.pk}").json()
        assert kept["stale_because"] == ["catalog"]
        assert [one["title"] for one in kept["recommendation_items"]] == [
            item.title for item in old.items.all()
        ]
        assert AuditLog.objects.filter(action="recommendation.recompute", actor_id=admin.pk).count() == 2

    def test_one_that_died_is_tried_again(self, admin: User) -> None:
        assessment = recommended(sql=1.0, charts=3.0)
        assert services.recompute(by=admin, assessment_id=assessment.pk) == 2
        died = AsyncJob.objects.filter(unique_key__endswith=":run 2", kind="recommendations.recommend")
        died.update(status="dead", attempts=5, completed_at=NOW)

        assert services.recompute(by=admin, assessment_id=assessment.pk) == 2
        jobs.drain()

        assert [job.status for job in died] == ["succeeded"]
        assert effective(assessment).run == 2

    def test_students_and_strangers_do_not(self) -> None:
        assessment = recommended(sql=1.0, charts=3.0)
        address = f"/api/v1/assessments/{assessment.pk}/recommendations"

        assert client_of(assessment.user).post(address).status_code == 403
        assert client_of(UserFactory()).get(address).status_code == 404
        assert (
            client_of(UserFactory()).get(f"/api/v1/recommendations/{effective(assessment).pk}").status_code
            == 404
        )

    def test_every_record_still_replays_without_a_difference(self, admin: User) -> None:
        assessment = completed()
        services.recompute(by=admin, assessment_id=assessment.pk)
        work_off(assessment)

        assert DecisionRecord.objects.count() == 2
        assert differences(assessment) == []


class TestContested:
    def test_the_need_weighs_half_until_it_is_checked_and_the_records_replay(self, admin: User) -> None:
        assessment = completed()
        skill = effective(assessment).parameters["needs"][0]["skill_key"]
        asked = {"assessment_id": assessment.pk, "skill_key": skill, "now": NOW}

        oversight.contest_skill(by=assessment.user, reason="I know it.", **asked)
        work_off(assessment)

        contested = effective(assessment)
        assert {need["skill_key"]: need["trust"] for need in contested.parameters["needs"]}[skill] == 0.5
        record = json.loads(DecisionRecord.objects.order_by("-sequence")[0].body)
        assert record["inputs"]["contested"] == [skill]
        line = next(one for one in result(assessment)["profile"] if one["skill"] == skill)
        assert (line["contested"], line["contest"]["reason"]) == (True, "I know it.")
        assert line["deviation"] > 0

        oversight.check_skill(by=admin, level=Decimal(5), reason="You do.", **asked)
        work_off(assessment)

        corrected = effective(assessment)
        assert skill not in {need["skill_key"] for need in corrected.parameters["needs"]}
        line = next(one for one in result(assessment)["profile"] if one["skill"] == skill)
        assert (line["level"], line["contested"], line["contest"]["outcome"]) == (5.0, False, "corrected")
        assert DecisionRecord.objects.count() == 3
        assert differences(assessment) == []


class TestWhatIf:
    def test_the_result_says_what_would_put_another_first_and_it_does(self) -> None:
        assessment = recommended(sql=2.0, charts=2.4)
        kept = WhatIf.objects.get(recommendation=effective(assessment))

        assert kept.change is not None
        assert kept.change["kind"] == "skill"
        assert result(assessment)["what_if"]["sentence"] == kept.sentence
        assert kept.sentence.endswith("puts “Chart design” above “Sql joins”.")

        levels = {"sql": 2.0, "charts": 2.4} | {kept.change["skill"]: float(kept.change["becomes"])}
        assert top_recommendation(assessment.pk, levels, embedder=WordEmbedder()) == "Chart design"

    def test_where_nothing_does_it_says_so(self) -> None:
        assessment = recommended(sql=2.0, charts=2.4)
        Credential.objects.filter(key="chart-design").update(active=False)
        services.recompute(by=AdminFactory(), assessment_id=assessment.pk)
        jobs.drain()

        kept = WhatIf.objects.get(recommendation=effective(assessment))
        assert (kept.change, kept.credential) == (None, None)
        assert kept.sentence.startswith("No single change does")

    def test_without_the_provider_the_result_goes_without(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assessment = recommended(sql=2.0, charts=2.4)
        services.recompute(by=AdminFactory(), assessment_id=assessment.pk)
        jobs.drain(limit=1)
        monkeypatch.setattr(providers, "embedder", lambda: FailingEmbedder(retryable=False))
        jobs.drain()

        assert effective(assessment).run == 2
        assert result(assessment)["what_if"] is None

    def test_the_database_keeps_it_as_it_was(self) -> None:
        recommended(sql=2.0, charts=2.4)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            WhatIf.objects.update(sentence="Otherwise.")


def test_before_there_is_feedback_the_prior_is_named() -> None:
    body = result(recommended(sql=1.0, charts=3.0))
    first = body["recommendation_items"][0]

    assert first["acceptance"]["basis"] == "prior"
    assert first["acceptance"]["of_hundred"] == round(100 * first["confidence"])
    assert sum(round(1000 * part) for part in first["parts"].values()) == round(1000 * first["confidence"])


def test_a_retired_credential_in_an_old_run_is_still_shown_and_marked() -> None:
    assessment = recommended(sql=1.0, charts=3.0)
    set_credential_active(by=None, credential=Credential.objects.get(key="sql-joins"), active=False)

    body = result(assessment)

    marked = {one["title"]: one["available"] for one in body["recommendation_items"]}
    assert marked == {"Sql joins": False, "Chart design": True}
    assert body["stale_because"] == ["catalog"]
