"""Receipts on the wire."""

from typing import Any

from rest_framework import serializers


class SentTextView(serializers.Serializer[Any]):
    """The student's own words as they were sent."""

    question_id = serializers.UUIDField()
    position = serializers.IntegerField()
    text = serializers.CharField(help_text="With placeholders such as [NAME_1] for what identifies a person.")
    replaced = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many things of each kind were replaced."
    )


class ReceiptView(serializers.Serializer[Any]):
    """One call to a model."""

    call_id = serializers.UUIDField()
    sent_at = serializers.DateTimeField()
    purpose = serializers.CharField(
        help_text="scoring, reading for a further reading of the same essays, rescoring, words or embedding."
    )
    reading = serializers.IntegerField()
    provider = serializers.CharField()
    host = serializers.CharField(help_text="Where the texts went.")
    model = serializers.CharField()
    prompt_version = serializers.CharField()
    outcome = serializers.CharField(help_text="answered, open, abandoned, or the kind of failure.")
    cost_cents = serializers.FloatField()
    cost_is_estimate = serializers.BooleanField()
    input_tokens = serializers.IntegerField(allow_null=True)
    output_tokens = serializers.IntegerField(allow_null=True)
    latency_ms = serializers.IntegerField(allow_null=True)
    answers = SentTextView(many=True)
    facts = serializers.CharField(
        help_text="For words: what the model was told about the student's levels and about what is recommended."
    )
    is_erased = serializers.BooleanField(help_text="Whether what was sent has been erased since.")


class ReceiptList(serializers.Serializer[Any]):
    """Every call of an assessment; none where nothing was sent: scored on this machine, by code or by people, or
    by what a model said earlier of the very same answer."""

    assessment_id = serializers.UUIDField()
    model_scoring = serializers.BooleanField(help_text="Whether the student lets a model score essays.")
    items = ReceiptView(many=True)
