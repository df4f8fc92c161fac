"""Figures by weeks, over HTTP."""

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayReadProgress, MaySteerPractice
from companion import analytics
from microcred.api.request_validation import validated_query
from microcred.api.schema import errors


class WeeksQuery(serializers.Serializer[Any]):
    """Query parameters of figures by weeks."""

    time_zone = serializers.CharField(
        default="UTC", max_length=64, help_text="Where weeks begin, for example Europe/Berlin."
    )

    def get_fields(self) -> dict[str, Any]:
        """Add what cannot be the name of an attribute."""
        return {
            **super().get_fields(),
            "from": serializers.DateField(
                required=False, help_text="A day of the first week; by default eleven weeks before the last."
            ),
            "to": serializers.DateField(
                required=False, help_text="A day of the last week; by default today."
            ),
        }


class WeekView(serializers.Serializer[Any]):
    """A week, from Monday to Sunday."""

    begins = serializers.DateField()
    assessments_completed = serializers.IntegerField()
    practice_completed = serializers.IntegerField(help_text="Items that were solved or given up.")
    practice_solved = serializers.IntegerField(
        allow_null=True, help_text="Null where fewer than least_students did any."
    )
    accuracy = serializers.FloatField(
        allow_null=True, help_text="The share that was solved, 0 to 1; null where none was done, too."
    )
    experience = serializers.IntegerField(help_text="Points for items and steps.")
    goals_reached = serializers.IntegerField()
    questions_asked = serializers.IntegerField(
        allow_null=True, help_text="Of those that are kept; null for who may not read them."
    )
    questions_handed_on = serializers.IntegerField(allow_null=True)


class SkillWeeksView(serializers.Serializer[Any]):
    """A skill and its mean level in the results of each week."""

    skill_key = serializers.CharField()
    skill_name = serializers.CharField()
    levels = serializers.ListField(
        child=serializers.FloatField(allow_null=True),
        help_text="In the order of the weeks, 0 to 5; null in weeks without results, or with those of fewer than "
        "least_students.",
    )


class AnalyticsView(serializers.Serializer[Any]):
    """Figures by weeks, the earliest first, of one student or of all whom the caller looks after."""

    student_id = serializers.UUIDField(allow_null=True)
    students = serializers.IntegerField()
    least_students = serializers.IntegerField(help_text="Of how many students a mean is at least.")
    time_zone = serializers.CharField()
    weeks = WeekView(many=True)
    skills = SkillWeeksView(many=True, allow_null=True, help_text="Null for who may not read results.")


class StudentAnalyticsEndpoint(APIView):
    """A student's weeks."""

    permission_classes = [MayReadProgress]

    @extend_schema(
        operation_id="analytics_student", tags=["Analytics"], parameters=[WeeksQuery],
        responses={200: AnalyticsView, **errors(400, 403, 404)},
    )  # fmt: skip
    def get(self, request: Request, student_id: uuid.UUID) -> Response:
        """Return figures by weeks of oneself, or of a student whom one looks after."""
        found = analytics.of_student(by=caller(request), student_id=student_id, **_span(request))
        return Response(AnalyticsView(found).data)


class CohortAnalyticsEndpoint(APIView):
    """The weeks of all students whom somebody looks after."""

    permission_classes = [MaySteerPractice]

    @extend_schema(
        operation_id="analytics_students", tags=["Analytics"], parameters=[WeeksQuery],
        responses={200: AnalyticsView, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return figures by weeks of all students whom one advises, of all students for administrators."""
        return Response(AnalyticsView(analytics.of_students(by=caller(request), **_span(request))).data)


def _span(request: Request) -> dict[str, Any]:
    wanted = validated_query(WeeksQuery, request)
    return {
        "first": wanted.get("from"), "last": wanted.get("to"), "zone": wanted["time_zone"], "now": timezone.now(),
    }  # fmt: skip
