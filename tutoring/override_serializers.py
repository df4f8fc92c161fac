"""What advisors correct in summaries, on the wire."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from microcred.api.booleans import TrueOrFalse
from scoring.oversight import LONGEST_REASON
from tutoring.enums import CORRECTIONS, Author, Outcome, VersionKind
from tutoring.models import SummaryVersion
from tutoring.serializers import LONGEST_KEY, SessionSentence, SessionStep, SessionTopic
from tutoring.services import LONGEST_NARRATIVE, LONGEST_STEP, MOST_NAMED, Words


class NewStep(serializers.Serializer[Any]):
    """What the student does next."""

    text = serializers.CharField(max_length=LONGEST_STEP)
    skill = serializers.SlugField(max_length=LONGEST_KEY, required=False, allow_null=True)

    def validate_text(self, text: str) -> str:
        """Return it on one line."""
        return " ".join(text.split())


class SummaryOverride(serializers.Serializer[Any]):
    """What a summary is to say instead, what is left out stays; or that it is withdrawn."""

    narrative = serializers.CharField(max_length=LONGEST_NARRATIVE, required=False)
    topics = serializers.ListField(
        child=serializers.SlugField(max_length=LONGEST_KEY), max_length=MOST_NAMED, required=False,
        help_text="Keys of the skills that were worked on.",
    )  # fmt: skip
    steps = serializers.ListField(child=NewStep(), max_length=MOST_NAMED, required=False)
    withdraw = TrueOrFalse(default=False)
    reason = serializers.CharField(
        max_length=LONGEST_REASON,
        help_text="The student reads why it was corrected, staff alone why it was withdrawn.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return what is to be different; nothing is no override."""
        parts = {"narrative", "topics", "steps"} & set(attrs)
        if bool(parts) == attrs["withdraw"]:
            raise serializers.ValidationError("Name narrative, topics or steps, or withdraw the summary.")
        return attrs


class VersionView(serializers.ModelSerializer[SummaryVersion]):
    """What a summary said from ``made_at`` on, and who had it say so, and why."""

    version = serializers.IntegerField(source="number")
    kind = serializers.ChoiceField(choices=VersionKind.choices)
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    author = serializers.ChoiceField(choices=Author.choices)
    model = serializers.CharField(help_text="Which language model wrote the sentences; empty where none did.")
    made_by = serializers.SerializerMethodField()
    sentences = SessionSentence(many=True, source="narrative")
    topics = SessionTopic(many=True)
    steps = SessionStep(many=True)

    class Meta:
        model = SummaryVersion
        fields = (
            "version", "kind", "outcome", "author", "model", "sentences", "topics", "steps", "reason", "made_by",
            "made_at",
        )  # fmt: skip

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_made_by(self, version: SummaryVersion) -> str | None:
        """The name of who made it; null for the first."""
        return version.made_by.name if version.made_by else None


class CorrectionView(VersionView):
    """What somebody had a summary say, or that it counts no more."""

    kind = serializers.ChoiceField(choices=CORRECTIONS)


class VersionList(serializers.Serializer[Any]):
    """All that a summary has said, the latest first."""

    items = VersionView(many=True)


def words_of(given: dict[str, Any]) -> Words:
    """Return what a valid override says."""
    steps = given.get("steps")
    return Words(
        given.get("narrative"),
        given.get("topics"),
        None if steps is None else [(one["text"], one.get("skill")) for one in steps],
    )
