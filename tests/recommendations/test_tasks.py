"""From a scored assessment to a stored recommendation, through the job queue and the database."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.enums import AssessmentStatus
from assessments.models import Assessment
from catalog.models import JobRole, RoleSkill, Skill
from catalog.services import announce_catalog_change
from microcred.ai import providers
from microcred.ai.base import EmbedderError
from ops import claims, jobs
from ops.enums import JobStatus
from ops.models import AsyncJob
from recommendations import drafting, tasks
from recommendations.enums import RecommendationStatus
from recommendations.models import EmbeddingArtifact, EmbeddingIndex, Recommendation
from recommendations.queries import effective, search
from recommendations.services import recompute
from scoring.events import assessment_scored
from tests.clients import client_of
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import RoleSkillFactory, SkillFactory
from tests.factories.recommendations import (
    FailingEmbedder,
    LearnerCredentialFactory,
    WordEmbedder,
    embed_all,
    offered,
    past_learner,
    scored_assessment,
)

pytestmark = pytest.mark.django_db
# Of one job, those that open and close its transaction included.
MOST_STATEMENTS = 66


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> WordEmbedder:
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", lambda: chosen)
    return chosen


def assessed(**levels: float) -> Assessment:
    """An assessment for a role that asks for SQL and charts at 4."""
    assessment = scored_assessment(**levels)
    AsyncJob.objects.all().delete()
    RoleSkill.objects.filter(role=assessment.role).delete()
    for key, name in (("sql", "SQL"), ("charts", "Charts")):
        SkillFactory(key=key)
        RoleSkillFactory(role=assessment.role, skill=SkillFactory(key=key, name=name), importance=5)
    return assessment


def catalog(*roles: JobRole) -> None:
    offered("sql-joins", text="Practise sql joins on real tables", sql=3.0, roles=roles)
    offered("chart-design", text="Design charts that answer a question", charts=4.0, roles=roles)


def announce(assessment: Assessment, run: int = 1) -> AsyncJob:
    assessment_scored.send(sender=None, assessment_id=assessment.pk, run=run)
    return AsyncJob.objects.get(kind="recommendations.recommend")


def keys(recommendation: Recommendation | None) -> list[str]:
    assert recommendation is not None
    return [item.credential.key for item in recommendation.items.all()]


def test_a_scored_assessment_ends_with_recommendations_and_their_evidence() -> None:
    assessment = assessed(sql=1.0, charts=3.5)
    catalog(assessment.role)
    embed_all()
    job = announce(assessment)

    jobs.drain()

    job.refresh_from_db()
    assessment.refresh_from_db()
    made = effective(assessment.pk)
    assert job.status == JobStatus.SUCCEEDED
    assert (assessment.status, assessment.degraded) == (AssessmentStatus.COMPLETED, False)
    assert made is not None
    assert keys(made) == ["sql-joins", "chart-design"]
    top = made.items.all()[0]
    (trace,) = top.traces.all()
    document = top.credential.documents.get()
    assert document.text[trace.start : trace.end] == trace.snippet == "Practise sql joins on real tables."
    assert trace.source_uri == document.uri
    assert f"“{trace.snippet}” [1]" in top.rationale
    assert float(trace.similarity) > 0
    assert sum(top.decimal_parts.values()) == top.confidence
    assert made.summary.startswith(
        f"For {assessment.role.name}, 0 of 2 measured skills are at the target [profile]."
    )
    assert set(made.metrics) == {"total_latency_ms", "token_cost_cents", "gpt_latency_ms", "rag_latency_ms"}
    assert made.parameters["unavailable"] == ["neighbours"]
    assert made.parameters["embedding"] == {"provider": "sentence-transformers", "model": "words"}


def test_a_recommendation_takes_few_statements_however_many_credentials_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # On a full machine what was counted would be forgotten between two jobs.
    monkeypatch.setattr(search, "COUNTED_SECONDS", 3600.0)

    def statements() -> int:
        assessment = assessed(sql=1.0, charts=3.5)
        job = announce(assessment)
        with CaptureQueriesContext(connection) as captured:
            jobs.run(str(job.pk))
        job.delete()
        assert effective(assessment.pk) is not None
        return len(captured)

    catalog()
    embed_all()
    statements()
    few = statements()
    for number in range(12):
        offered(f"more-{number}", text=f"Practise sql number {number} on real tables", sql=3.0)
    embed_all()
    statements()

    assert statements() <= few <= MOST_STATEMENTS


@pytest.mark.parametrize(
    ("levels", "first"),
    [({"sql": 0.5, "charts": 3.5}, "sql-joins"), ({"sql": 3.5, "charts": 0.5}, "chart-design")],
)
def test_the_weak_skill_decides_what_comes_first(levels: dict[str, float], first: str) -> None:
    assessment = assessed(**levels)
    catalog(assessment.role)
    embed_all()
    announce(assessment)

    jobs.drain()

    assert keys(effective(assessment.pk))[0] == first


def test_the_same_scoring_run_is_recommended_for_once() -> None:
    assessment = assessed(sql=1.0)

    announce(assessment)
    announce(assessment)
    assert AsyncJob.objects.count() == 1

    assessment_scored.send(sender=None, assessment_id=assessment.pk, run=2)
    assert AsyncJob.objects.count() == 2


def test_when_the_search_fails_it_is_tried_again_after_the_time_the_provider_asks_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(providers, "embedder", FailingEmbedder)
    assessment = assessed(sql=1.0)
    catalog(assessment.role)
    job = announce(assessment)
    before = job.next_run_at

    jobs.drain(limit=1)

    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.QUEUED, 1)
    assert job.next_run_at - before > dt.timedelta(seconds=6)
    assert not Recommendation.objects.exists()


def test_at_the_last_attempt_the_run_goes_without_retrieval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "embedder", FailingEmbedder)
    assessment = assessed(sql=1.0, charts=3.5)
    catalog(assessment.role)
    announce(assessment)

    jobs.drain(skip_waits=True)

    assessment.refresh_from_db()
    made = effective(assessment.pk)
    assert AsyncJob.objects.get(kind="recommendations.recommend").attempts == 5
    assert (assessment.status, assessment.missing) == (AssessmentStatus.COMPLETED, ["retrieval"])
    assert made is not None
    assert (keys(made), made.degraded, made.missing) == (["sql-joins", "chart-design"], True, ["retrieval"])
    assert made.parameters["weights"]["retrieval"] == 0
    assert len(made.traces.all()) == 0
    assert "The catalog could not be searched" in made.summary


@pytest.mark.parametrize(
    "broken", [FailingEmbedder(retryable=False), EmbedderError("The weights are not the expected ones.")]
)
def test_what_no_retry_can_help_is_not_retried(broken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> WordEmbedder:
        if isinstance(broken, Exception):
            raise broken
        return broken  # type: ignore[no-any-return]

    monkeypatch.setattr(providers, "embedder", load)
    assessment = assessed(sql=1.0)
    catalog(assessment.role)
    job = announce(assessment)

    jobs.drain()

    job.refresh_from_db()
    made = effective(assessment.pk)
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 1)
    assert made is not None
    assert made.missing == ["retrieval"]


def test_a_catalog_that_is_not_embedded_yet_is_no_silent_empty_search() -> None:
    assessment = assessed(sql=1.0)
    catalog(assessment.role)
    announce(assessment)

    jobs.drain()

    made = effective(assessment.pk)
    assert made is not None
    assert (keys(made)[0], made.missing) == ("sql-joins", ["retrieval"])


def test_credentials_meant_for_no_role_are_found_when_there_are_no_others() -> None:
    assessment = assessed(sql=1.0, charts=3.5)
    catalog()
    embed_all()
    announce(assessment)

    jobs.drain()

    made = effective(assessment.pk)
    assert made is not None
    assert made.missing == []
    assert len(made.traces.all()) == 2


def test_an_empty_catalog_gives_an_honest_empty_list() -> None:
    assessment = assessed(sql=1.0)
    announce(assessment)

    jobs.drain()

    made = effective(assessment.pk)
    assert made is not None
    assert len(made.items.all()) == 0
    assert "No credential in the catalog closes this gap [catalog]." in made.summary


def test_what_the_learner_holds_is_not_recommended_again() -> None:
    assessment = assessed(sql=1.0, charts=3.5)
    catalog(assessment.role)
    embed_all()
    joins = offered("sql-joins-again", sql=3.0, roles=[assessment.role])
    LearnerCredentialFactory(user=assessment.user, credential=joins)
    announce(assessment)

    jobs.drain()

    assert keys(effective(assessment.pk)) == ["sql-joins", "chart-design"]


def test_what_comes_first_is_recommended_before_what_builds_on_it() -> None:
    assessment = assessed(sql=1.0, charts=3.8)
    first = offered("sql-basics", sql=2.0, roles=[assessment.role])
    offered("sql-windows", sql=4.0, roles=[assessment.role]).prerequisites.add(first)
    embed_all()
    announce(assessment)
    jobs.drain()
    assert keys(effective(assessment.pk)) == ["sql-basics"]

    LearnerCredentialFactory(user=assessment.user, credential=first)
    recompute(by=AdminFactory(), assessment_id=assessment.pk)
    jobs.drain()

    assert keys(effective(assessment.pk)) == ["sql-windows"]


def test_what_is_like_the_first_pays_for_it() -> None:
    assessment = assessed(sql=1.0, charts=3.5)
    catalog(assessment.role)
    offered("sql-joins-again", text="Practise sql joins on real tables", sql=3.0, roles=[assessment.role])
    embed_all()
    announce(assessment)

    jobs.drain()

    made = effective(assessment.pk)
    assert made is not None
    penalties = {item.credential.key: float(item.decimal_parts["diversity"]) for item in made.items.all()}
    assert penalties == {"sql-joins": 0.0, "sql-joins-again": -0.1, "chart-design": 0.0}


def test_what_names_the_skill_in_its_own_words_is_found_by_them_and_the_ranks_are_told() -> None:
    assessment = assessed(sql=1.0, charts=3.5)
    Skill.objects.filter(key="sql").update(description="Querying relational stores")
    offered("stores", text="Relational stores, queried", sql=3.0, roles=[assessment.role])
    offered("plain", text="Another thing altogether", sql=3.0, roles=[assessment.role])
    embed_all()
    announce(assessment)

    jobs.drain()

    made = effective(assessment.pk)
    assert made is not None
    ranks = {
        item.credential.key: [(one.vector_rank, one.text_rank, one.fused_rank) for one in item.traces.all()]
        for item in made.items.all()
    }
    assert [one[1:] for one in ranks["stores"]] == [(1, 1)]
    assert [one[1] for one in ranks["plain"]] == [None]
    top, other = made.items.all()
    assert top.credential.key == "stores"
    assert top.decimal_parts["retrieval"] > other.decimal_parts["retrieval"]
    body = client_of(assessment.user).get(f"/api/v1/assessments/{assessment.pk}/result").json()
    assert {(one["vector_rank"], one["text_rank"], one["fused_rank"]) for one in body["traces"]} == {
        rank for own in ranks.values() for rank in own
    }


def test_similar_learners_lift_what_they_took_and_are_only_counted() -> None:
    assessment = assessed(sql=1.0, charts=3.5)
    taken = offered("sql-a", sql=3.0, roles=[assessment.role])
    offered("sql-b", sql=3.0, roles=[assessment.role])
    embed_all()
    for _ in range(15):
        past_learner(assessment.role, credentials=[taken], sql=1.0, charts=3.5)
    for _ in range(15):
        past_learner(assessment.role, credentials=[offered(f"other-{_}", sql=1.0)], sql=5.0, charts=5.0)
    announce(assessment)

    jobs.drain()

    made = effective(assessment.pk)
    assert made is not None
    top = made.items.all()[0]
    assert top.credential == taken
    assert top.decimal_parts["neighbours"] > 0
    assert "15 of the 15 learners with the most similar profile took it up [neighbours]." in top.rationale
    assert made.parameters["neighbours"] == {"size": 15, "learners": 30}
    assert made.parameters["unavailable"] == []


def test_without_any_score_there_are_still_recommendations() -> None:
    assessment = assessed()
    catalog(assessment.role)
    embed_all()
    announce(assessment)

    jobs.drain()

    made = effective(assessment.pk)
    assert made is not None
    assert made.summary.startswith(
        f"None of the skills of {assessment.role.name} could be measured [profile]."
    )


def test_one_who_has_reached_everything_is_told_so_and_gets_what_goes_beyond() -> None:
    assessment = assessed(sql=4.2, charts=4.0)
    offered("database-internals", sql=5.0, roles=[assessment.role])
    embed_all()
    announce(assessment)

    jobs.drain()

    made = effective(assessment.pk)
    assert made is not None
    assert keys(made) == ["database-internals"]
    assert "There is no gap to close" in made.summary


def test_a_run_that_cannot_be_worked_out_never_leaves_the_assessment_hanging(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(drafting, "conclude", fail)
    assessment = assessed(sql=1.0)
    announce(assessment)

    jobs.drain(skip_waits=True)

    assessment.refresh_from_db()
    made = effective(assessment.pk)
    assert (assessment.status, assessment.missing) == (AssessmentStatus.COMPLETED, ["recommendations"])
    assert made is not None
    assert (made.status, len(made.items.all())) == (RecommendationStatus.FAILED, 0)
    assert made.summary.endswith("No recommendations could be made [run].")
    assert made.parameters["profile"][0]["skill_key"] in {"sql", "charts"}


def test_a_published_catalog_is_embedded_once_a_transaction(embedder: WordEmbedder) -> None:
    offered("sql-joins", sql=3.0)
    announce_catalog_change()
    announce_catalog_change()

    assert AsyncJob.objects.filter(kind="recommendations.embed").count() == 1
    jobs.drain()

    assert EmbeddingArtifact.objects.count() == 1


def test_embedding_goes_on_in_further_jobs_until_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "PASSAGES_A_JOB", 1)
    for number in range(3):
        offered(f"credential-{number}")
    announce_catalog_change()

    jobs.drain()

    assert EmbeddingArtifact.objects.count() == 3
    assert AsyncJob.objects.filter(kind="recommendations.embed", status=JobStatus.SUCCEEDED).count() == 3


def test_of_two_jobs_taken_in_the_same_moment_one_embeds(embedder: WordEmbedder) -> None:
    offered("sql-joins")
    first, second = (claims.claim_job(jobs.enqueue("recommendations.embed").pk) for _ in range(2))
    assert first
    assert second

    tasks.embed_catalog(second)
    assert not EmbeddingArtifact.objects.exists()

    tasks.embed_catalog(first)
    assert EmbeddingArtifact.objects.count() == 1


def test_a_provider_that_is_away_for_minutes_costs_no_vectors(
    embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered("sql-joins")
    announce_catalog_change()

    monkeypatch.setattr(providers, "embedder", FailingEmbedder)
    for _ in range(9):
        jobs.drain(limit=1, skip_waits=True)
    monkeypatch.setattr(providers, "embedder", lambda: embedder)
    jobs.drain(skip_waits=True)

    assert AsyncJob.objects.get(kind="recommendations.embed").status == JobStatus.SUCCEEDED
    assert EmbeddingArtifact.objects.count() == 1


def test_after_a_switch_a_worker_with_the_old_model_waits_and_then_goes_without_a_search() -> None:
    assessment = assessed(sql=1.0, charts=3.5)
    catalog(assessment.role)
    embed_all()
    EmbeddingIndex.objects.create(
        provider="sentence-transformers", model="another", dimension=384, active=True
    )
    announce(assessment)

    jobs.drain(limit=1)
    assert AsyncJob.objects.get(kind="recommendations.recommend").status == JobStatus.QUEUED
    jobs.drain(skip_waits=True)

    made = effective(assessment.pk)
    assert made is not None
    assert made.missing == ["retrieval"]
    assert len(made.traces.all()) == 0


def test_a_worker_with_another_model_leaves_the_index_in_use_alone() -> None:
    offered("sql-joins")
    EmbeddingIndex.objects.create(
        provider="sentence-transformers", model="another", dimension=384, active=True
    )
    announce_catalog_change()

    jobs.drain(limit=1)

    job = AsyncJob.objects.get(kind="recommendations.embed")
    assert job.status != JobStatus.SUCCEEDED
    assert "UnlikeVectors" in str(job.error_payload)
    assert not EmbeddingArtifact.objects.exists()
