"""Nudges on the wire."""

import datetime as dt
import re
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from microcred.api.booleans import TrueOrFalse
from microcred.api.pagination import PageQuery
from nudges.enums import NudgeKind
from nudges.models import LONGEST_ZONE, Nudge, NudgePreference

CLOCK: Final = "^([01][0-9]|2[0-3]):[0-5][0-9]$"


class NudgeView(serializers.ModelSerializer[Nudge]):
    """Something that a student was told."""

    nudge_id = serializers.UUIDField(source="pk")
    about = serializers.CharField(
        help_text="What it leads to: the id of an assessment or goal, or the key of a skill; else empty."
    )
    reason = serializers.CharField(help_text="Why the student is told this now.")

    class Meta:
        model = Nudge
        fields = [
            "nudge_id", "kind", "about", "title", "text", "reason", "created_at", "opened_at", "clicked_at",
        ]  # fmt: skip
        read_only_fields = fields


class NudgeQuery(PageQuery):
    """Query parameters of the list of nudges."""

    # What is not in an address would else be taken for a box that is not ticked.
    unread = serializers.BooleanField(
        required=False,
        allow_null=True,
        help_text="True for those that were not opened, false for those that were.",
    )
    kind = serializers.ChoiceField(choices=NudgeKind.choices, required=False)


class NudgeList(serializers.Serializer[Any]):
    """A page of nudges."""

    items = NudgeView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class PlannedNudge(serializers.Serializer[Any]):
    """That a nudge stands on the list of tasks, and as which."""

    nudge_id = serializers.UUIDField()
    task_id = serializers.UUIDField()


class Stopped(serializers.Serializer[Any]):
    """That there are no more nudges."""

    stopped = serializers.BooleanField()


@extend_schema_field({"type": "string", "pattern": CLOCK})
class ClockTime(serializers.TimeField):
    """A time of day as clocks show it, such as 21:00; the ``time`` of JSON Schema would want a zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)

    def to_internal_value(self, value: Any) -> dt.time:
        """Return the time; two digits each, as the schema says."""
        if not isinstance(value, str) or not re.fullmatch(CLOCK, value):
            raise serializers.ValidationError("This is no time such as 21:00.")
        return dt.time.fromisoformat(value)


class PreferenceView(serializers.ModelSerializer[NudgePreference]):
    """How a student wants to be told."""

    quiet_from = ClockTime()
    quiet_until = ClockTime()
    stopped = serializers.SerializerMethodField(help_text="Whether there are none at all.")

    class Meta:
        model = NudgePreference
        fields = ["email", "in_app", "quiet_from", "quiet_until", "time_zone", "stopped", "version"]
        read_only_fields = fields

    def get_stopped(self, preference: NudgePreference) -> bool:
        """Return whether the student has stopped nudges."""
        return preference.stopped_at is not None


class PreferenceChange(serializers.Serializer[Any]):
    """What is to be changed; what is left out stays."""

    email = TrueOrFalse(required=False)
    in_app = TrueOrFalse(required=False)
    quiet_from = ClockTime(required=False, help_text="Nothing is told from this time on, …")
    quiet_until = ClockTime(
        required=False,
        help_text="… until this, by the clock of the time zone; the same time for no quiet hours.",
    )
    time_zone = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_ZONE,
        help_text="A name such as Europe/Berlin; empty for that of the institution.",
    )
    stopped = TrueOrFalse(required=False, help_text="True stops all nudges, false takes them up again.")
