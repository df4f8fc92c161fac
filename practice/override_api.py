"""Steering what students practise, over HTTP."""

import uuid

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayReadProgress, MaySteerPractice
from microcred.api.conditional_requests import IF_MATCH_PARAMETER, if_match_versions
from microcred.api.pagination import paginate
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from practice import queries, services
from practice.override_serializers import (
    FiguresList,
    FiguresQuery,
    FiguresView,
    GoalOverride,
    GoalOverrideView,
    LevelOverrideView,
    NewLevel,
    OverrideList,
    OverrideQuery,
    told,
)


class OverrideListView(APIView):
    """What was set in place of what practice had come to."""

    def get_permissions(self) -> list[BasePermission]:
        """Return who may: students read what was set for them, those who advise them set it."""
        return [MayReadProgress() if self.request.method in {"GET", "HEAD"} else MaySteerPractice()]

    @extend_schema(
        operation_id="practice_overrides", tags=["Practice"], parameters=[OverrideQuery],
        responses={200: OverrideList, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return what was set for oneself, or for the students whom one looks after, the latest first."""
        wanted = validated_query(OverrideQuery, request)
        rows = queries.overrides_visible_to(caller(request))
        if "student_id" in wanted:
            rows = rows.filter(student=wanted["student_id"])
        if "skill" in wanted:
            rows = rows.filter(queries.is_about_skill(wanted["skill"]))
        page = paginate(rows, page=wanted["page"], page_size=wanted["page_size"])
        return Response(page.envelope([told(row) for row in page.items]))

    @extend_schema(
        operation_id="practice_set_level", tags=["Practice"], request=NewLevel,
        parameters=[IDEMPOTENCY_KEY_PARAMETER, IF_MATCH_PARAMETER],
        responses={201: LevelOverrideView, **errors(400, 403, 404, 409, 412, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Have a student practise a skill at another difficulty from now on; what they are at is taken back."""
        given = validated_body(NewLevel, request.data)
        made = services.set_level(
            by=caller(request),
            student_id=given["student_id"],
            skill_key=given["skill"],
            level=given["difficulty"],
            reason=given["reason"],
            now=timezone.now(),
            expected=if_match_versions(request),
        )
        return Response(told(made), status=201)


class OverrideFiguresView(APIView):
    """What came of it."""

    permission_classes = [MaySteerPractice]

    @extend_schema(
        operation_id="practice_override_figures", tags=["Practice"], parameters=[FiguresQuery],
        responses={200: FiguresList, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return how levels were set and how practice went on, by skill, difficulty, advisor or student."""
        wanted = validated_query(FiguresQuery, request)
        page, page_size = wanted["page"], wanted["page_size"]
        found = queries.override_figures(
            by=caller(request),
            group=queries.Grouping(wanted["by"]),
            part=slice((page - 1) * page_size, page * page_size),
        )
        items = FiguresView(found.items, many=True).data
        return Response({"items": items, "page": page, "page_size": page_size, "total": found.groups})


class GoalOverrideEndpoint(APIView):
    """Changing a goal of a student whom one advises."""

    permission_classes = [MaySteerPractice]

    @extend_schema(
        operation_id="goal_override", tags=["Practice"], request=GoalOverride,
        parameters=[IDEMPOTENCY_KEY_PARAMETER, IF_MATCH_PARAMETER],
        responses={201: GoalOverrideView, **errors(400, 403, 404, 409, 412, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, goal_id: uuid.UUID) -> Response:
        """Set another target, day or status."""
        given = validated_body(GoalOverride, request.data)
        made = services.override_goal(
            by=caller(request),
            goal_id=goal_id,
            reason=given.pop("reason"),
            now=timezone.now(),
            expected=if_match_versions(request),
            **given,
        )
        return Response(told(made), status=201)
