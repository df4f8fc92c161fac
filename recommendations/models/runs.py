"""Recommendation runs, the credentials they name, and the evidence behind them."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from assessments.enums import MissingPart
from microcred.db import Model
from recommendations.enums import Origin, Part, RecommendationStatus


class Recommendation(Model):
    """One run of the recommender for one assessment; runs are kept, at most one is effective.

    ``missing`` names the parts the run had to do without (``assessments.enums.MissingPart``), ``metrics``
    the time and money it took, ``parameters`` everything needed to understand the numbers: weights as used,
    needs, the embedding's key, how many neighbours there were. A run whose ``origin`` is a person carries all that
    unchanged from the run that the person overrode; `RecommendationOverride` says what they did. Neither ``origin`` nor
    the assessment ever changes.
    """

    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.CASCADE, related_name="recommendations"
    )
    run = models.PositiveIntegerField()
    effective = models.BooleanField(default=True)
    origin = models.CharField(
        max_length=8, choices=Origin.choices, default=Origin.ENGINE, db_default=Origin.ENGINE
    )
    status = models.CharField(max_length=24, choices=RecommendationStatus.choices)
    summary = models.TextField(blank=True)
    degraded = models.BooleanField(default=False)
    missing = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    metrics = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    generated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "recommendations"
        ordering = ["assessment", "-run"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "run"], name="recommendations_run_once"),
            models.UniqueConstraint(
                fields=["assessment"],
                condition=models.Q(effective=True),
                name="recommendations_one_effective",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=RecommendationStatus.values),
                name="recommendations_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(origin__in=Origin.values), name="recommendations_origin_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status=RecommendationStatus.PENDING)
                | models.Q(generated_at__isnull=False),
                name="recommendations_ended_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(degraded=False, missing=[])
                | (models.Q(degraded=True) & ~models.Q(missing=[])),
                name="recommendations_degraded_names_parts",
            ),
            models.CheckConstraint(
                condition=models.Q(missing__contained_by=MissingPart.values),
                name="recommendations_missing_parts_known",
            ),
            models.CheckConstraint(condition=models.Q(run__gte=1), name="recommendations_run_positive"),
        ]
        indexes = [models.Index(fields=["status"], name="idx_recommendations_status")]

    def __str__(self) -> str:
        return f"Run {self.run}, {self.get_status_display().lower()}"


class RagTrace(Model):
    """A passage that was found for a credential: what it says, where it stands, how near it came.

    The snippet is the document's text from ``start`` to ``end`` when the run was made; it stays as it was
    when the document or its embedding moves on. ``rank`` counts all passages of the run from 1, the nearest first; it
    is the number that sentences cite. The other ranks are its places among what the search for its need found by
    vector, by words, and by both together, empty where it was not in that list.
    """

    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="traces")
    credential = models.ForeignKey("catalog.Credential", on_delete=models.PROTECT, related_name="rag_traces")
    source_uri = models.TextField()
    snippet = models.TextField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    similarity = models.DecimalField(max_digits=5, decimal_places=3)
    rank = models.PositiveIntegerField()
    vector_rank = models.PositiveIntegerField(null=True)
    text_rank = models.PositiveIntegerField(null=True)
    fused_rank = models.PositiveIntegerField(null=True)
    embedding_artifact = models.ForeignKey(
        "recommendations.EmbeddingArtifact", on_delete=models.SET_NULL, null=True, related_name="traces"
    )
    provider = models.CharField(max_length=32)
    model = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "rag_traces"
        ordering = ["recommendation", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["recommendation", "rank"], name="rag_traces_rank_once"),
            models.CheckConstraint(
                condition=models.Q(similarity__gte=-1, similarity__lte=1),
                name="rag_traces_similarity_is_cosine",
            ),
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="rag_traces_not_empty"
            ),
            models.CheckConstraint(condition=models.Q(rank__gte=1), name="rag_traces_rank_positive"),
            models.CheckConstraint(
                condition=~models.Q(vector_rank=0) & ~models.Q(text_rank=0) & ~models.Q(fused_rank=0),
                name="rag_traces_places_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.snippet[:60]}"


def _part(part: Part) -> Combinable:
    number = models.DecimalField(max_digits=6, decimal_places=3)
    return Cast(KeyTextTransform(part.value, "parts"), number)


def _sum_of_parts() -> Combinable:
    first, *others = (_part(part) for part in Part)
    total = first
    for part in others:
        total = total + part
    return total


class RecommendationItem(Model):
    """A credential that a run recommends.

    ``parts`` holds the five parts of the confidence as decimal text with three places; the database refuses
    an item whose parts do not add up to its confidence. ``override`` is what a person did last about its place on the
    list, if anybody did; only what a person added may be without confidence and parts. The database refuses an
    override on a list that was worked out, or of another assessment.
    """

    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="items")
    credential = models.ForeignKey(
        "catalog.Credential", on_delete=models.PROTECT, related_name="recommendation_items"
    )
    title = models.TextField()
    confidence = models.DecimalField(max_digits=5, decimal_places=3, null=True)
    parts = models.JSONField(null=True)
    rationale = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField()
    override = models.ForeignKey(
        "recommendations.RecommendationOverride",
        on_delete=models.CASCADE,
        null=True,
        db_index=False,
        related_name="items",
    )
    traces = models.ManyToManyField(
        RagTrace, related_name="items", blank=True, db_table="recommendation_item_traces"
    )

    class Meta:
        db_table = "recommendation_items"
        ordering = ["recommendation", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["recommendation", "credential"], name="recommendation_items_credential_once"
            ),
            models.UniqueConstraint(
                fields=["recommendation", "position"], name="recommendation_items_position_once"
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1),
                name="recommendation_items_confidence_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(parts__has_keys=Part.values), name="recommendation_items_parts_complete"
            ),
            models.CheckConstraint(
                condition=models.Q(confidence=_sum_of_parts()), name="recommendation_items_parts_add_up"
            ),
            models.CheckConstraint(
                condition=models.Q(position__gte=1), name="recommendation_items_position_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__isnull=False, parts__isnull=False)
                | models.Q(confidence__isnull=True, parts__isnull=True, override__isnull=False),
                name="recommendation_items_unranked_is_added",
            ),
        ]
        indexes = [
            models.Index(
                fields=["override"],
                condition=models.Q(override__isnull=False),
                name="idx_recommendation_items_over",
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"

    @property
    def decimal_parts(self) -> dict[str, Decimal]:
        """The parts of the confidence as numbers, in the order of ``Part``; none where nothing ranked it."""
        return {part: Decimal(self.parts[part]) for part in Part.values} if self.parts else {}

    @property
    def shown_parts(self) -> dict[str, Decimal] | None:
        """The same, None where nothing ranked it."""
        return self.decimal_parts or None


class WhatIf(Model):
    """The smallest single change that would put another credential first in a run, or that none was found.

    Worked out once, after the run, and never changed. ``change`` says what it is: kind (criterion, question or skill),
    question position, criterion, skill key, what was and what it becomes. ``looked_at`` counts the changes tried.
    """

    recommendation = models.OneToOneField(Recommendation, on_delete=models.CASCADE, related_name="what_if")
    sentence = models.TextField()
    change = models.JSONField(null=True)
    credential = models.ForeignKey(
        "catalog.Credential", on_delete=models.PROTECT, null=True, related_name="what_ifs"
    )
    looked_at = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "what_ifs"
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(change__isnull=True, credential=None)
                | models.Q(change__isnull=False, credential__isnull=False),
                name="what_ifs_change_has_outcome",
            ),
            models.CheckConstraint(condition=~models.Q(sentence=""), name="what_ifs_say_something"),
        ]

    def __str__(self) -> str:
        return self.sentence
