"""Contested skill levels over HTTP."""

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayReviewScores, MayTakeAssessment
from microcred.api.request_validation import validated_body
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from scoring.enums import ContestOutcome
from scoring.models import SkillCheck, SkillContest
from scoring.oversight.changes import LONGEST_REASON
from scoring.oversight.contesting import check_skill, contest_skill


class ContestRequest(serializers.Serializer[Any]):
    """Why a student thinks that an inferred level is wrong."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class ContestView(serializers.ModelSerializer[SkillContest]):
    """A level that is contested, as it was shown."""

    contest_id = serializers.UUIDField(source="id")
    assessment_id = serializers.UUIDField()
    skill = serializers.CharField(source="skill.key")
    level = serializers.FloatField()
    deviation = serializers.FloatField()

    class Meta:
        model = SkillContest
        fields = ["contest_id", "assessment_id", "skill", "level", "deviation", "reason", "submitted_at"]


class CheckRequest(serializers.Serializer[Any]):
    """What a person found; without a level the one that stands is confirmed."""

    level = serializers.DecimalField(
        max_digits=4,
        decimal_places=3,
        min_value=0,
        max_value=5,
        required=False,
        allow_null=True,
        default=None,
    )
    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="The student reads it.")


class CheckView(serializers.ModelSerializer[SkillCheck]):
    """What became of a contested level."""

    contest_id = serializers.UUIDField()
    assessment_id = serializers.UUIDField(source="contest.assessment_id")
    skill = serializers.CharField(source="contest.skill.key")
    outcome = serializers.CharField(help_text=" or ".join(ContestOutcome.values))
    before = serializers.FloatField()
    level = serializers.FloatField()

    class Meta:
        model = SkillCheck
        fields = [
            "contest_id",
            "assessment_id",
            "skill",
            "outcome",
            "before",
            "level",
            "reason",
            "checked_at",
        ]


class SkillContestEndpoint(APIView):
    """Contesting a skill level."""

    permission_classes = [MayTakeAssessment]

    @extend_schema(
        operation_id="skill_contest", tags=["Oversight"], request=ContestRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={201: ContestView, **errors(400, 403, 404, 409, 413, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, assessment_id: uuid.UUID, skill: str) -> Response:
        """Contest a level that was inferred from the answers; it weighs less until a person has checked it."""
        given = validated_body(ContestRequest, request.data)
        row = contest_skill(
            by=caller(request), assessment_id=assessment_id, skill_key=skill, now=timezone.now(), **given
        )
        return Response(ContestView(row).data, status=201)


class SkillCheckEndpoint(APIView):
    """Checking a contested skill level."""

    permission_classes = [MayReviewScores]

    @extend_schema(
        operation_id="skill_check", tags=["Oversight"], request=CheckRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={201: CheckView, **errors(400, 403, 404, 409, 413, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, assessment_id: uuid.UUID, skill: str) -> Response:
        """Confirm the level, or correct it, with a reason; the recommendations are made anew."""
        given = validated_body(CheckRequest, request.data)
        row = check_skill(
            by=caller(request), assessment_id=assessment_id, skill_key=skill, now=timezone.now(), **given
        )
        return Response(CheckView(row).data, status=201)
