"""Results and feedback on the wire."""

from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assessments.enums import AssessmentStatus, MissingPart, Stage
from microcred.api.rendered_responses import represent
from recommendations.calibration import Calibration
from recommendations.models import RagTrace, RecommendationItem
from recommendations.override_serializers import ItemOverrideView, ListOverrideView
from recommendations.profile_serializers import MOVED, SkillGapView, WhatIfView, profile_lines
from recommendations.queries import Awaited, Result
from recommendations.question_serializers import QuestionResultView
from scoring.oversight.serializers import NoticeView

MICROCENTS_A_CENT: Final = 1_000_000

IN_THE_WORKS = "The result is being worked out. Ask again after the seconds in Retry-After."
AWAITING_RELEASE = "The result is there and waits for a member of staff to release it."


class PartsView(serializers.Serializer[Any]):
    """The parts of a confidence, with three places each; they add up to it exactly."""

    gap_fit = serializers.FloatField(help_text="How well the credential closes the measured gaps.")
    retrieval = serializers.FloatField(help_text="How near its document comes to the needs.")
    neighbours = serializers.FloatField(help_text="How many similar learners took it up.")
    feedback = serializers.FloatField(help_text="How it was received so far.")
    diversity = serializers.FloatField(help_text="Taken off for likeness to credentials ranked above.")


class WeightsView(serializers.Serializer[Any]):
    """The most that each part can contribute in this run; 0 where a part was not available."""

    gap_fit = serializers.FloatField()
    retrieval = serializers.FloatField()
    neighbours = serializers.FloatField()
    feedback = serializers.FloatField()


class AcceptanceView(serializers.Serializer[Any]):
    """How many of a hundred credentials of this confidence are accepted, by the feedback known when the run was made.

    ``prior``: too little is known yet, and the confidence is taken at its word.
    """

    of_hundred = serializers.IntegerField()
    basis = serializers.ChoiceField(choices=["prior", "feedback"])
    observations = serializers.IntegerField(help_text="Decisions known.")


_ACCEPTANCE: Final = AcceptanceView()


class ItemView(serializers.ModelSerializer[RecommendationItem]):
    """A recommended credential."""

    credential_id = serializers.UUIDField()
    confidence = serializers.FloatField(
        allow_null=True,
        help_text="From 0 to 1; the sum of the parts. Null where a person added it and none was worked out.",
    )
    parts = PartsView(source="shown_parts", allow_null=True)
    override = ItemOverrideView(allow_null=True, help_text="Null where nobody moved or added it.")
    acceptance = serializers.SerializerMethodField()
    source_trace_ids = serializers.SerializerMethodField()
    citations = serializers.SerializerMethodField()
    provider = serializers.CharField(source="credential.provider")
    level = serializers.IntegerField(source="credential.level")
    hours = serializers.IntegerField(source="credential.hours")
    language = serializers.CharField(source="credential.language", help_text="What it is taught in.")
    uri = serializers.URLField(source="credential.uri")
    available = serializers.BooleanField(
        source="credential.active", help_text="False once the credential has been retired."
    )

    class Meta:
        model = RecommendationItem
        fields = [
            "position", "credential_id", "title", "confidence", "parts", "acceptance", "rationale", "override",
            "source_trace_ids", "citations", "provider", "level", "hours", "language", "uri", "available",
        ]  # fmt: skip

    @extend_schema_field(AcceptanceView(allow_null=True))
    def get_acceptance(self, item: RecommendationItem) -> dict[str, Any] | None:
        """Return how many of a hundred like it are accepted; null for runs that did not ask, and where it has none."""
        known = item.recommendation.parameters.get("calibration")
        if not known or item.confidence is None:
            return None
        share = Calibration(**known).acceptance(float(item.confidence))
        body = {"of_hundred": round(100 * share), **known}
        return represent(_ACCEPTANCE, body)

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_source_trace_ids(self, item: RecommendationItem) -> list[str]:
        """Return the ids of the traces that the item rests on, the nearest first."""
        return [str(trace.pk) for trace in item.traces.all()]

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "format": "uuid"}})
    def get_citations(self, item: RecommendationItem) -> dict[str, str]:
        """Return the traces that the rationale cites, by the number that it cites them by."""
        return {
            str(trace.rank): str(trace.pk)
            for trace in item.traces.all()
            if f"[{trace.rank}]" in item.rationale
        }


class TraceView(serializers.ModelSerializer[RagTrace]):
    """A passage of a credential's document, word for word, and where it stands."""

    trace_id = serializers.UUIDField(source="id")
    credential_id = serializers.UUIDField()
    similarity = serializers.FloatField(help_text="Cosine, from -1 to 1.")
    embedding_provider = serializers.CharField(source="provider")
    embedding_model = serializers.CharField(source="model")

    class Meta:
        model = RagTrace
        fields = [
            "trace_id", "credential_id", "source_uri", "snippet", "start", "end", "similarity", "rank", "vector_rank",
            "text_rank", "fused_rank", "embedding_provider", "embedding_model",
        ]  # fmt: skip


class MetricsView(serializers.Serializer[Any]):
    """What the result took."""

    total_latency_ms = serializers.IntegerField(help_text="From handing in to the result.")
    token_cost_cents = serializers.FloatField(help_text="What all paid calls for it have cost.")
    gpt_latency_ms = serializers.IntegerField()
    rag_latency_ms = serializers.IntegerField()


class TotalsView(serializers.Serializer[Any]):
    """Points over what has been scored, and the share of all weight that has been."""

    score = serializers.FloatField()
    maximum = serializers.FloatField()
    scored_share = serializers.FloatField()


class PendingPart(serializers.Serializer[Any]):
    """A part of the result that waits for a person."""

    question_id = serializers.UUIDField()
    criteria = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField()


class ResultView(serializers.Serializer[Any]):
    """The result of a completed assessment."""

    assessment_id = serializers.UUIDField()
    role_id = serializers.UUIDField()
    role_name = serializers.CharField()
    status = serializers.ChoiceField(choices=AssessmentStatus.choices)
    recommendation_id = serializers.UUIDField(allow_null=True)
    summary = serializers.CharField(
        help_text="Like the rationales it cites its sources: [1] the trace of rank 1, [profile] the profile, [catalog] "
        "the catalog, [neighbours] the comparison with past learners, [run] what the run went without."
    )
    recommendation_items = ItemView(many=True)
    overrides = ListOverrideView(many=True, help_text="What people did to the list, the oldest first.")
    traces = TraceView(many=True)
    metrics = MetricsView()
    weights = WeightsView()
    degraded = serializers.BooleanField()
    missing = serializers.ListField(child=serializers.ChoiceField(choices=MissingPart.choices))
    provisional = serializers.BooleanField(help_text="Whether parts still wait for a person.")
    pending = PendingPart(many=True)
    notices = NoticeView(many=True)
    totals = TotalsView()
    questions = QuestionResultView(many=True)
    profile = SkillGapView(many=True)
    stale = serializers.BooleanField(help_text="Whether what the recommendations rest on has moved since.")
    stale_because = serializers.ListField(child=serializers.ChoiceField(choices=MOVED))
    what_if = WhatIfView(
        allow_null=True, help_text="Null while it is not worked out, and of a list that a person changed."
    )
    completed_at = serializers.DateTimeField()


class ResultAwaited(serializers.Serializer[Any]):
    """A result that is still being worked out, or waits for its release."""

    assessment_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=AssessmentStatus.choices)
    stage = serializers.ChoiceField(choices=Stage.choices)
    awaited = serializers.ListField(child=serializers.ChoiceField(choices=Stage.choices))
    message = serializers.CharField()


_RESULT: Final = ResultView()
_AWAITED: Final = ResultAwaited()
_NO_METRICS: Final = dict.fromkeys(MetricsView().fields, 0)
_NO_WEIGHTS: Final = dict.fromkeys(WeightsView().fields, 0)


def result_body(result: Result) -> dict[str, Any]:
    """Return the body of a result."""
    made = result.recommendation
    parameters: dict[str, Any] = made.parameters if made else {}
    body = {
        "assessment_id": result.assessment_id,
        "role_id": result.role_id,
        "role_name": result.role_name,
        "status": result.status,
        "recommendation_id": made.pk if made else None,
        "summary": made.summary if made else "",
        "recommendation_items": made.items.all() if made else [],
        "overrides": result.overridden.acts,
        "traces": made.traces.all() if made else [],
        "metrics": _NO_METRICS
        | (made.metrics if made else {})
        | {"token_cost_cents": result.spent_microcents / MICROCENTS_A_CENT},
        "weights": _NO_WEIGHTS | parameters.get("weights", {}),
        "degraded": bool(result.missing),
        "missing": result.missing,
        "provisional": bool(result.pending),
        "pending": result.pending,
        "notices": result.notices,
        "totals": result.totals,
        "questions": result.questions,
        "profile": profile_lines(result, parameters.get("profile", [])),
        "stale": bool(result.stale_because),
        "stale_because": result.stale_because,
        "what_if": result.what_if,
        "completed_at": result.completed_at,
    }
    return represent(_RESULT, body)


def awaited_body(awaited: Awaited) -> dict[str, Any]:
    """Return the body of a result that is not there yet."""
    body = {
        "assessment_id": awaited.assessment_id,
        "status": awaited.status,
        "stage": awaited.stage,
        "awaited": awaited.awaited,
        "message": AWAITING_RELEASE if awaited.stage == Stage.AWAITING_RELEASE else IN_THE_WORKS,
    }
    return represent(_AWAITED, body)
