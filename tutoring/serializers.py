"""Sessions and their summaries on the wire."""

import datetime as dt
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from microcred.api.pagination import PageQuery
from microcred.api.request_validation import allows_unknown_fields
from microcred.outbound_addresses import parse_url
from tutoring import queries
from tutoring.enums import Author, Failure, Outcome, Speaker, Standing, SummaryStatus, VersionKind
from tutoring.fetching import LONGEST_TRANSCRIPT, characters
from tutoring.models import LONGEST_ID, LONGEST_NAME, LONGEST_SUBJECT, LONGEST_URL, SessionSummary
from tutoring.transcripts import MOST_LINES

LONGEST_KEY: Final = 64
NOTES: Final = {
    Outcome.TOO_LITTLE: "Too little was said to summarise.",
    Outcome.NO_SKILL: "Nothing that was said was recognised as being about a skill of the catalog.",
}
ENDED: Final = "session.ended"
# Clocks and zones that are wrong by less are no reason to refuse what somebody was taught.
CLOCKS_APART: Final = dt.timedelta(days=1)


class LineRequest(serializers.Serializer[Any]):
    """What somebody says; ``at`` are the seconds since the beginning."""

    speaker = serializers.ChoiceField(choices=Speaker.choices)
    text = serializers.CharField(max_length=LONGEST_TRANSCRIPT, allow_blank=True)
    at = serializers.FloatField(required=False, allow_null=True, min_value=0)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "maxLength": LONGEST_TRANSCRIPT},
            {
                "type": "array",
                "maxItems": MOST_LINES,
                "items": {
                    "type": "object",
                    "required": ["speaker", "text"],
                    "properties": {
                        "speaker": {"type": "string", "enum": Speaker.values},
                        "text": {"type": "string"},
                        "at": {"type": "number", "minimum": 0, "nullable": True},
                    },
                },
            },
        ]
    }
)
class Transcript(serializers.Field):  # type: ignore[type-arg]
    """Lines, or a text of lines that begin with who speaks, or WebVTT."""

    def to_internal_value(self, data: Any) -> Any:
        """Return a text, or the lines."""
        if isinstance(data, list) and len(data) <= MOST_LINES:
            lines = LineRequest(data=data, many=True)
            lines.is_valid(raise_exception=True)
            given: Any = [{"speaker": one["speaker"], "text": one["text"]} for one in lines.validated_data]
        elif isinstance(data, str):
            given = data
        else:
            raise serializers.ValidationError(f"Give a text, or a list of at most {MOST_LINES} lines.")
        if characters(given) > LONGEST_TRANSCRIPT:
            raise serializers.ValidationError(
                f"A transcript has at most {LONGEST_TRANSCRIPT} characters. Send its address instead."
            )
        return given

    def to_representation(self, value: Any) -> Any:
        """Return it as it is."""
        return value


@allows_unknown_fields
class SessionRequest(serializers.Serializer[Any]):
    """A session that is over; what was said in it, or where that lies."""

    session_id = serializers.CharField(max_length=LONGEST_ID)
    student_id = serializers.UUIDField()
    tutor = serializers.CharField(max_length=LONGEST_NAME, required=False, allow_blank=True)
    subject = serializers.CharField(max_length=LONGEST_SUBJECT, required=False, allow_blank=True)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    transcript = Transcript(required=False)
    transcript_url = serializers.CharField(
        max_length=LONGEST_URL,
        required=False,
        help_text="https; text/plain, application/json or text/vtt of at most 1 MB.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return it; ``UrlRefused`` for an address that nothing would be fetched from."""
        if attrs["ended_at"] < attrs["started_at"]:
            raise serializers.ValidationError({"ended_at": ["A session ends after it has begun."]})
        if attrs["ended_at"] > timezone.now() + CLOCKS_APART:
            raise serializers.ValidationError({"ended_at": ["The session is not over yet."]})
        if "transcript" in attrs and "transcript_url" in attrs:
            raise serializers.ValidationError("Send transcript or transcript_url, not both.")
        if "transcript" not in attrs and "transcript_url" not in attrs:
            needed = ["Send transcript or transcript_url: without one there is nothing to summarise."]
            raise serializers.ValidationError({"transcript": needed, "transcript_url": needed})
        if "transcript_url" in attrs:
            parse_url(attrs["transcript_url"], allow_private=settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES)
        return attrs


@allows_unknown_fields
class SessionEnded(serializers.Serializer[Any]):
    """A message of a tutoring system."""

    type = serializers.ChoiceField(choices=[ENDED])
    timestamp = serializers.DateTimeField()
    data = SessionRequest()  # type: ignore[assignment]  # declared fields are no attributes


class Received(serializers.Serializer[Any]):
    """That a message was taken, and the summary that comes of it."""

    summary_id = serializers.UUIDField(source="pk")
    status = serializers.ChoiceField(
        choices=SummaryStatus.choices,
        help_text="How it stands: a message that is sent again is told what came of it.",
    )


class SummaryQuery(PageQuery):
    """Query parameters of the list of a student's summaries."""

    skill = serializers.SlugField(
        max_length=LONGEST_KEY, required=False, help_text="The key of a skill that was worked on."
    )
    since = serializers.DateTimeField(required=False, help_text="Sessions that ended then or later.")


class SessionTopic(serializers.Serializer[Any]):
    """A skill that was worked on, and the share of the lines that speak of it."""

    skill = serializers.CharField()
    name = serializers.CharField()
    share = serializers.FloatField(min_value=0, max_value=1, allow_null=True)


class SessionStep(serializers.Serializer[Any]):
    """What the student does next, who said so, and the numbers of the lines; ``skill`` where it is known."""

    number = serializers.IntegerField()
    text = serializers.CharField()
    said_by = serializers.ChoiceField(choices=[*Speaker.choices, ("advisor", "Advisor")])
    lines = serializers.ListField(child=serializers.IntegerField())
    skill = serializers.CharField(allow_null=True)


class SessionSentence(serializers.Serializer[Any]):
    """A sentence of the narrative, and the numbers of the lines that it cites."""

    text = serializers.CharField()
    lines = serializers.ListField(child=serializers.IntegerField())


class SessionLine(serializers.Serializer[Any]):
    """A line of the transcript."""

    number = serializers.IntegerField()
    speaker = serializers.ChoiceField(choices=Speaker.choices)
    text = serializers.CharField()


class Correction(serializers.Serializer[Any]):
    """That a person corrected a summary or withdrew it, and why."""

    kind = serializers.ChoiceField(choices=[VersionKind.CORRECTED.value, VersionKind.WITHDRAWN.value])
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()


class SummaryView(serializers.Serializer[Any]):
    """A session and its summary; what there is not, or not yet, is null or empty."""

    summary_id = serializers.UUIDField()
    session_id = serializers.CharField()
    tutor = serializers.CharField()
    subject = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=SummaryStatus.choices)
    failure = serializers.ChoiceField(choices=Failure.choices, allow_null=True)
    standing = serializers.ChoiceField(choices=Standing.choices)
    version = serializers.IntegerField(
        help_text="Which of all that it has said stands here, from 1; 0 where there is none."
    )
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_null=True)
    note = serializers.CharField(allow_null=True, help_text="What to tell where there is no summary.")
    author = serializers.ChoiceField(choices=Author.choices, allow_null=True)
    model = serializers.CharField(help_text="Which language model wrote the sentences; empty where none did.")
    lines_left_out = serializers.IntegerField(
        help_text="How many lines of the session that model was not given."
    )
    degraded = serializers.BooleanField(help_text="Whether a language model was to write it and did not.")
    narrative = serializers.CharField(help_text="Sentences in a row.")
    topics = SessionTopic(many=True)
    steps = SessionStep(many=True)
    correction = Correction(allow_null=True)


class SummaryDetail(SummaryView):
    """A session with its summary, and the lines that it cites."""

    sentences = SessionSentence(many=True)
    lines = SessionLine(many=True)
    transcript = SessionLine(
        many=True,
        allow_null=True,
        help_text="All that was said, for as long as it is held; not for guardians.",
    )
    transcript_held_until = serializers.DateTimeField(allow_null=True)


class SummaryList(serializers.Serializer[Any]):
    """One page of a student's summaries, the latest session first."""

    items = SummaryView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class PlannedStep(serializers.Serializer[Any]):
    """That a next step stands on the list of tasks, and as which."""

    summary_id = serializers.UUIDField()
    number = serializers.IntegerField()
    task_id = serializers.UUIDField()


def shown(summary: SessionSummary) -> dict[str, Any]:
    """Return a summary as `SummaryView` has it."""
    version = queries.version_of(summary)
    by_person = version is not None and version.kind != VersionKind.MADE
    return {
        "summary_id": summary.pk,
        "session_id": summary.session_id,
        "tutor": summary.tutor,
        "subject": summary.subject,
        "started_at": summary.started_at,
        "ended_at": summary.ended_at,
        "status": summary.status,
        "failure": summary.failure or None,
        "standing": summary.standing,
        "version": version.number if version else 0,
        "outcome": version.outcome if version else None,
        "note": NOTES.get(Outcome(version.outcome)) if version else None,
        "author": version.author if version else None,
        "model": version.model if version else "",
        "lines_left_out": version.lines_left_out if version else 0,
        "degraded": version is not None and version.degraded,
        "narrative": " ".join(one["text"] for one in version.narrative) if version else "",
        "topics": version.topics if version else [],
        "steps": version.steps if version else [],
        "correction": version if by_person else None,
    }


def shown_whole(summary: SessionSummary, *, with_transcript: bool) -> dict[str, Any]:
    """Return a summary as `SummaryDetail` has it."""
    version = queries.version_of(summary)
    held = queries.transcript_of(summary) if with_transcript else None
    return {
        **shown(summary),
        "sentences": version.narrative if version else [],
        "lines": version.lines if version else [],
        "transcript": held.lines if held else None,
        "transcript_held_until": held.held_until if held else None,
    }
