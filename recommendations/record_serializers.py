"""Decision records on the wire."""

from typing import Any

from rest_framework import serializers

from catalog.enums import QuestionType
from recommendations.question_serializers import RULE
from recommendations.serializers import PartsView, WeightsView
from scoring.enums import ScoreSource

HASH = "SHA-256 in hexadecimal"
KEYED = f"{HASH}, under a key of this installation, so that nothing can be found out by trying."


class CallMadeView(serializers.Serializer[Any]):
    """A call to a model behind the score of an essay; what it carried of the student is at `/model-calls`."""

    call_id = serializers.UUIDField()
    reading = serializers.IntegerField()
    provider = serializers.CharField()
    model = serializers.CharField()
    prompt_version = serializers.CharField()
    asked_at = serializers.DateTimeField()
    sent_hash = serializers.CharField(help_text=f"Of the answer as it was sent. {KEYED}")
    reply_hash = serializers.CharField(help_text=f"Of what the model said, word for word. {KEYED}")


class QuestionUsedView(serializers.Serializer[Any]):
    """What the score of one question rests on; null where it does not apply."""

    question_id = serializers.UUIDField()
    position = serializers.IntegerField()
    type = serializers.ChoiceField(choices=QuestionType.choices)
    version = serializers.CharField(help_text="Of the question, with its key and rubric, that was asked.")
    rescored = serializers.BooleanField(help_text="Whether a later version of the question counted.")
    answer_hash = serializers.CharField(allow_null=True, help_text=KEYED)
    status = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField()
    scored_by = serializers.ChoiceField(choices=[*RULE, *ScoreSource.choices], allow_null=True)
    rule_version = serializers.CharField(
        allow_null=True, help_text="Of the engine that scores closed questions."
    )
    provider = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    prompt_version = serializers.CharField(allow_null=True)
    scorer_version = serializers.IntegerField(
        allow_null=True, help_text="Of a scorer that was trained for this question."
    )
    band = serializers.CharField(allow_null=True, help_text="The lowest and the highest of several readings.")
    calls = CallMadeView(many=True)


class RankedView(serializers.Serializer[Any]):
    """A recommended credential with the parts of its confidence."""

    credential_id = serializers.UUIDField()
    key = serializers.CharField()
    confidence = serializers.FloatField(allow_null=True, help_text="Null where it was not worked out.")
    parts = PartsView(allow_null=True)


class RankingUsedView(serializers.Serializer[Any]):
    """What the recommendations rest on."""

    levels = serializers.DictField(
        child=serializers.FloatField(), help_text="Measured levels, 0 to 5, by skill."
    )
    weights = WeightsView()
    embedding_provider = serializers.CharField(allow_null=True)
    embedding_model = serializers.CharField(allow_null=True)
    passages = serializers.IntegerField(help_text="How many passages of the catalog's documents came near.")
    neighbours = serializers.IntegerField(help_text="How many similar learners were compared with ...")
    learners = serializers.IntegerField(help_text="... of how many.")
    credentials = RankedView(many=True)


class RecordView(serializers.Serializer[Any]):
    """What one result rests on, as it was written down when the result was made."""

    number = serializers.IntegerField(help_text="Its place in the chain of all records.")
    hash = serializers.CharField(
        help_text=f"Covers this record and, through previous_hash, all before it. {HASH}."
    )
    previous_hash = serializers.CharField()
    made_at = serializers.DateTimeField()
    run = serializers.IntegerField()
    in_effect = serializers.BooleanField(help_text="Whether it is the newest.")
    missing = serializers.ListField(child=serializers.CharField())
    questions = QuestionUsedView(many=True)
    ranking = RankingUsedView()


class RecordList(serializers.Serializer[Any]):
    """The records of an assessment's results, the newest first; none before there is a result to see."""

    assessment_id = serializers.UUIDField()
    items = RecordView(many=True)
