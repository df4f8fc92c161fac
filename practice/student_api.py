"""The students whom somebody looks after, over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayReadProgress
from accounts.policy import Permission, allows
from assessments.enums import AssessmentStatus
from microcred.api.pagination import PageQuery, paginate
from microcred.api.request_validation import validated_query
from microcred.api.schema import errors
from practice import queries

LONGEST_SEARCH = 120


class StudentQuery(PageQuery):
    """Query parameters of the list of students."""

    search = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_SEARCH, default="",
        help_text="Part of the name; for staff also of the e-mail address.",
    )  # fmt: skip


class NewestAssessment(serializers.Serializer[Any]):
    """The assessment that a student started last."""

    assessment_id = serializers.UUIDField(source="pk")
    role_id = serializers.UUIDField()
    role_name = serializers.CharField(source="role.name")
    status = serializers.ChoiceField(choices=AssessmentStatus.choices)
    started_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)


class StudentStanding(serializers.Serializer[Any]):
    """A student, and what they did last."""

    student_id = serializers.UUIDField(source="student.pk")
    name = serializers.CharField(source="student.name")
    email = serializers.SerializerMethodField(help_text="For staff; null for others.")
    assessment = NewestAssessment(allow_null=True)
    practised_at = serializers.DateTimeField(source="practised.at", default=None, allow_null=True)
    practised_skill = serializers.CharField(source="practised.skill_name", default=None, allow_null=True)
    open_goals = serializers.IntegerField()

    def get_email(self, standing: queries.StudentSummary) -> str | None:
        """Return the address, if the caller is staff."""
        return standing.student.email if self.context["is_staff"] else None


class StudentPage(serializers.Serializer[Any]):
    """A page of students."""

    items = StudentStanding(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class StudentListView(APIView):
    """Students."""

    permission_classes = [MayReadProgress]

    @extend_schema(
        operation_id="students", tags=["Practice"], parameters=[StudentQuery],
        responses={200: StudentPage, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return a page of the students whom the caller looks after, by name; of oneself, for a student."""
        wanted, by = validated_query(StudentQuery, request), caller(request)
        rows = queries.students_visible_to(by, search=wanted["search"].strip())
        found = paginate(rows, page=wanted["page"], page_size=wanted["page_size"])
        context = {"is_staff": allows(by, Permission.READ_STAFF_VIEW)}
        standings = queries.standings_of(found.items, now=timezone.now())
        return Response(found.envelope(StudentStanding(standings, many=True, context=context).data))
