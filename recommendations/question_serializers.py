"""Outcomes of questions on the wire."""

from typing import Any, Final

from rest_framework import serializers

from scoring.enums import ScoreSource

SCORE_VERSION: Final = (
    "Changes with what stands. Staff that overrides gives it as If-Match: of an essay that of the criterion."
)


class QuoteView(serializers.Serializer[Any]):
    """Words of the student's own answer."""

    text = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class CriterionResult(serializers.Serializer[Any]):
    """The verdict on one criterion of an essay."""

    name = serializers.CharField()
    status = serializers.CharField()
    level = serializers.CharField(allow_null=True, help_text="Name of the level reached.")
    reason = serializers.CharField()
    quotes = QuoteView(many=True)
    version = serializers.CharField(help_text=SCORE_VERSION)


class BandView(serializers.Serializer[Any]):
    """The lowest and the highest score that several readings of an essay gave."""

    low = serializers.FloatField()
    high = serializers.FloatField()


RULE = [("rule", "Rule")]


class QuestionResultView(serializers.Serializer[Any]):
    """The outcome of one question."""

    question_id = serializers.UUIDField()
    position = serializers.IntegerField()
    type = serializers.CharField()
    prompt = serializers.CharField()
    status = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField()
    band = BandView(allow_null=True, help_text="Only where an essay was read more than once.")
    explanation = serializers.CharField()
    scored_by = serializers.ChoiceField(
        choices=[*RULE, *ScoreSource.choices],
        allow_null=True,
        help_text="A rule, a check in code, the local scorer, a model, or a person.",
    )
    uncertainty = serializers.FloatField(allow_null=True, help_text="Of essays: 0 (sure) to 1 (a guess).")
    feedback = serializers.CharField()
    version = serializers.CharField(help_text=SCORE_VERSION)
    criteria = CriterionResult(many=True)
    appealable_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when an appeal may be made; null where none can be (any more)."
    )
