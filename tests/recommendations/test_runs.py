"""Runs are kept, one counts, and the database refuses what does not add up."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from assessments.enums import AssessmentStatus
from assessments.services import note_missing
from ops.models import AuditLog, MetricSnapshot
from recommendations.drafts import Draft, DraftItem, Embedding
from recommendations.enums import RecommendationStatus
from recommendations.events import recommendation_ready
from recommendations.fusion import Parts
from recommendations.gaps import SkillGap
from recommendations.models import (
    DecisionRecord,
    EmbeddingArtifact,
    LearnerProfile,
    RagTrace,
    Recommendation,
    RecommendationItem,
)
from recommendations.queries import effective
from recommendations.retrieval import Passage
from recommendations.services import give_up, store
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import NOW, CredentialFactory
from tests.factories.recommendations import (
    PARTS,
    RecommendationFactory,
    RecommendationItemFactory,
    embed_all,
    heard,
    offered,
)

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(seconds=3)
PROFILE = (SkillGap("sql", "SQL", 1.5, 4.0, 2.5), SkillGap("charts", "Charts", None, 3.0, None))


def parts(*, diversity: str = "0.000") -> Parts:
    return Parts(Decimal("0.400"), Decimal("0.150"), Decimal("0.000"), Decimal("0.050"), Decimal(diversity))


def draft(**changed: Any) -> Draft:
    given: dict[str, Any] = {
        "summary": "A summary.",
        "profile": PROFILE,
        "embedding": Embedding("st", "words"),
    }
    return Draft(**{**given, **changed})


def test_a_run_keeps_what_it_measured() -> None:
    assessment = submitted_assessment()

    store(
        assessment_id=assessment.pk,
        draft=draft(metrics={"rag_latency_ms": 12, "token_cost_cents": 0.0815}),
        now=LATER,
    )

    kept = MetricSnapshot.objects.filter(assessment=assessment).order_by("metric_type")
    assert [(row.metric_type, row.value) for row in kept] == [
        ("rag_latency_ms", Decimal("12.000")),
        ("token_cost_cents", Decimal("0.082")),
        ("total_latency_ms", Decimal("3000.000")),
    ]
    assert kept[0].context == {"run": 1, "degraded": False}


def test_a_run_completes_the_assessment_and_is_announced() -> None:
    assessment = submitted_assessment()

    with heard(recommendation_ready) as announced:
        made = store(
            assessment_id=assessment.pk,
            draft=draft(parameters={"k": 1}, metrics={"rag_latency_ms": 4}),
            now=LATER,
        )
    assessment.refresh_from_db()
    assert (assessment.status, assessment.completed_at) == (AssessmentStatus.COMPLETED, LATER)
    assert (made.run, made.effective, made.status, made.degraded) == (
        1,
        True,
        RecommendationStatus.READY,
        False,
    )
    assert made.metrics == {"rag_latency_ms": 4, "total_latency_ms": 3000}
    assert made.parameters["k"] == 1
    assert made.parameters["profile"][0] == {
        "skill_key": "sql", "skill_name": "SQL", "level": 1.5, "target": 4.0, "gap": 2.5,
    }  # fmt: skip
    assert [(sent["assessment_id"], sent["recommendation_id"]) for sent in announced] == [
        (assessment.pk, made.pk)
    ]
    assert AuditLog.objects.filter(action="recommendation.made", resource_id=made.pk).exists()


def test_items_keep_their_order_and_their_traces() -> None:
    joins, charts = offered("joins"), offered("charts")
    embed_all()
    found = {
        trace.chunk.document.credential_id: Passage(
            trace.chunk.document.credential_id, trace.pk, trace.chunk.document.uri, "", trace.chunk.text,
            trace.chunk.start, trace.chunk.end, similarity,
        )
        for trace, similarity in zip(_artifacts(), [0.4, 0.61249], strict=True)
    }  # fmt: skip
    items = (
        DraftItem(joins.pk, joins.title, parts(), "Because.", (found[joins.pk],)),
        DraftItem(charts.pk, charts.title, parts(diversity="-0.050"), "Because too.", (found[charts.pk],)),
    )

    store(assessment_id=(assessment := submitted_assessment()).pk, draft=draft(items=items), now=LATER)

    made = effective(assessment.pk)
    assert made is not None
    first, second = made.items.all()
    assert (first.credential_id, first.position, first.confidence) == (joins.pk, 1, Decimal("0.600"))
    assert (second.credential_id, second.position, second.confidence) == (charts.pk, 2, Decimal("0.550"))
    assert second.decimal_parts["diversity"] == Decimal("-0.050")
    assert [trace.credential_id for trace in second.traces.all()] == [charts.pk]
    traces = list(made.traces.all())
    assert [trace.rank for trace in traces] == [1, 2]
    assert {trace.similarity for trace in traces} == {Decimal("0.400"), Decimal("0.612")}
    documents = {joins.pk: joins.documents.get().text, charts.pk: charts.documents.get().text}
    assert all(documents[trace.credential_id][trace.start : trace.end] == trace.snippet for trace in traces)


def _artifacts() -> list[Any]:
    return list(EmbeddingArtifact.objects.select_related("chunk__document"))


def test_a_later_run_is_the_one_that_counts_and_the_earlier_is_kept() -> None:
    assessment = submitted_assessment()
    first = store(assessment_id=assessment.pk, draft=draft(), now=LATER)

    second = store(assessment_id=assessment.pk, draft=draft(summary="Another."), now=LATER)

    first.refresh_from_db()
    assert (first.effective, second.effective, second.run) == (False, True, 2)


def test_a_run_that_comes_too_late_is_not_stored_and_says_nothing_of_what_is_missing() -> None:
    assessment = submitted_assessment()
    newer = store(assessment_id=assessment.pk, draft=draft(parameters={"profile_run": 2}), now=LATER)

    late = draft(parameters={"profile_run": 1}, missing=("retrieval",))
    kept = store(assessment_id=assessment.pk, draft=late, now=LATER)

    assessment.refresh_from_db()
    assert (kept, assessment.degraded, assessment.missing) == (newer, False, [])
    assert DecisionRecord.objects.count() == 1


def test_what_scoring_went_without_is_still_missing_and_a_healed_search_no_longer() -> None:
    assessment = submitted_assessment()
    note_missing(assessment_id=assessment.pk, parts=["essay_scores"])
    first = store(assessment_id=assessment.pk, draft=draft(missing=("retrieval",)), now=LATER)

    second = store(assessment_id=assessment.pk, draft=draft(), now=LATER)

    assert (first.degraded, first.missing) == (True, ["essay_scores", "retrieval"])
    assert (second.degraded, second.missing) == (True, ["essay_scores"])
    assessment.refresh_from_db()
    assert (assessment.degraded, assessment.missing) == (True, ["essay_scores"])


def test_an_assessment_whose_recommendations_came_later_is_degraded_no_more() -> None:
    assessment = submitted_assessment()
    give_up(assessment_id=assessment.pk, draft=draft(missing=("recommendations",)), now=NOW)

    healed = store(assessment_id=assessment.pk, draft=draft(), now=LATER)

    assessment.refresh_from_db()
    assert (assessment.degraded, assessment.missing, assessment.completed_at) == (False, [], NOW)
    assert (healed.degraded, healed.missing) == (False, [])


def test_the_levels_are_remembered_for_the_search_for_neighbours() -> None:
    assessment = submitted_assessment()

    store(assessment_id=assessment.pk, draft=draft(), now=LATER)

    profile = LearnerProfile.objects.get()
    assert (profile.user_id, profile.role_id, profile.levels) == (
        assessment.user_id,
        assessment.role_id,
        {"sql": 1.5},
    )


def test_giving_up_completes_the_assessment_and_says_so() -> None:
    assessment = submitted_assessment()

    made = give_up(assessment_id=assessment.pk, draft=draft(missing=("recommendations",)), now=LATER)

    assessment.refresh_from_db()
    assert (assessment.status, assessment.missing) == (AssessmentStatus.COMPLETED, ["recommendations"])
    assert (made.status, made.missing, made.items.count()) == (
        RecommendationStatus.FAILED,
        ["recommendations"],
        0,
    )


def test_giving_up_on_a_second_run_leaves_the_first_in_place() -> None:
    assessment = submitted_assessment()
    first = store(assessment_id=assessment.pk, draft=draft(), now=LATER)

    assert give_up(assessment_id=assessment.pk, draft=draft(missing=("recommendations",)), now=LATER) == first
    assert Recommendation.objects.count() == 1
    # What counts now is written down all the same.
    assert set(DecisionRecord.objects.values_list("sequence", "recommendation_id")) == {
        (1, first.pk), (2, first.pk),
    }  # fmt: skip


def test_giving_up_must_say_so() -> None:
    with pytest.raises(ValueError, match="missing"):
        give_up(assessment_id=submitted_assessment().pk, draft=draft(), now=LATER)


def test_the_effective_run_is_read_in_five_queries(django_assert_num_queries: Any) -> None:
    recommendation = RecommendationFactory()
    RecommendationItemFactory.create_batch(3, recommendation=recommendation)

    with django_assert_num_queries(4):
        made = effective(recommendation.assessment_id)
        assert made is not None
        assert len([(item.credential.hours, list(item.traces.all())) for item in made.items.all()]) == 3


BROKEN_ITEMS: list[dict[str, Any]] = [
    {"confidence": Decimal("0.601")},
    {"confidence": Decimal("1.001"), "parts": {**PARTS, "gap_fit": "0.801"}},
    {"confidence": Decimal("-0.100"), "parts": {**PARTS, "gap_fit": "-0.300"}},
    {"parts": {part: points for part, points in PARTS.items() if part != "neighbours"}},
]


@pytest.mark.parametrize("broken", BROKEN_ITEMS, ids=["sum", "above-one", "below-zero", "part-missing"])
def test_the_database_refuses_an_item_that_does_not_add_up(broken: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="recommendation_items_"), transaction.atomic():
        RecommendationItemFactory(**broken)


def test_the_database_refuses_a_second_effective_run_and_a_credential_named_twice() -> None:
    item = RecommendationItemFactory()
    with pytest.raises(IntegrityError, match="recommendations_one_effective"), transaction.atomic():
        RecommendationFactory(assessment=item.recommendation.assessment, run=2)
    with pytest.raises(IntegrityError, match="recommendation_items_credential_once"), transaction.atomic():
        RecommendationItemFactory(recommendation=item.recommendation, credential=item.credential)
    with pytest.raises(IntegrityError, match="recommendation_items_position_once"), transaction.atomic():
        RecommendationItemFactory(recommendation=item.recommendation, position=item.position)


def test_the_database_refuses_a_similarity_that_is_no_cosine() -> None:
    with pytest.raises(IntegrityError, match="rag_traces_similarity_is_cosine"), transaction.atomic():
        RagTrace.objects.create(
            recommendation=RecommendationFactory(), credential=CredentialFactory(), source_uri="u", snippet="s",
            start=0, end=1, similarity=Decimal("1.001"), rank=1, provider="p", model="m",
        )  # fmt: skip


def test_a_credential_that_was_recommended_cannot_be_deleted() -> None:
    item = RecommendationItemFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        item.credential.delete()

    assert RecommendationItem.objects.count() == 1
