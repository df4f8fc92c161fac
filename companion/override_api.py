"""Overriding whatever may be overridden, over HTTP, and what was."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayReviewScores
from companion import overrides
from companion.enums import OverrideGrouping, OverrideKind
from companion.overridden_serializers import MADE, OverridePage, ScoreChanged, told
from companion.override_serializers import (
    ANY_BODY,
    BODIES,
    KindOfOverride,
    OverrideFigures,
    OverrideFiguresQuery,
    OverridesQuery,
    narrowed,
)
from companion.overriding import Act, override
from microcred.api.conditional_requests import IF_MATCH_PARAMETER, if_match_versions
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent


class OverridesEndpoint(APIView):
    """What people set in place of what the system had come to."""

    permission_classes = [MayReviewScores]

    @extend_schema(
        operation_id="overrides", tags=["Oversight"], parameters=[OverridesQuery],
        responses={200: OverridePage, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return what was overridden for the students whom one looks after, the latest first."""
        wanted = validated_query(OverridesQuery, request)
        page, page_size = wanted["page"], wanted["page_size"]
        found = overrides.Newest(caller(request), narrowed(wanted))
        items = [told(one) for one in found[(page - 1) * page_size : page * page_size]]
        return Response({"items": items, "page": page, "page_size": page_size, "total": found.count()})

    @extend_schema(
        operation_id="override", tags=["Oversight"], request=ANY_BODY,
        parameters=[IDEMPOTENCY_KEY_PARAMETER, IF_MATCH_PARAMETER],
        responses={201: MADE, **errors(400, 403, 404, 409, 412, 413, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Override a student's practice, goal, summary, score or list, with a reason and at once.

        If-Match holds the version of the score, level, goal or summary that was read; a list is named by its id.
        """
        named = validated_body(KindOfOverride, request.data).get("kind")
        kind = OverrideKind(named or OverrideKind.SCORE)
        given = validated_body(BODIES[kind], request.data)
        given.pop("kind", None)
        by = caller(request)
        made = override(kind, given, Act(by, timezone.now(), if_match_versions(request)))
        if named is None:
            return Response(ScoreChanged(made).data, status=201)
        return Response(told(overrides.override_of(by=by, kind=kind, override_id=made.pk)), status=201)


class OverrideFiguresEndpoint(APIView):
    """How many overrides there are of what."""

    permission_classes = [MayReviewScores]

    @extend_schema(
        operation_id="override_figures", tags=["Oversight"], parameters=[OverrideFiguresQuery],
        responses={200: OverrideFigures, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return how many overrides there were in a period, by kind, skill, difficulty, advisor or student."""
        wanted = validated_query(OverrideFiguresQuery, request)
        page, page_size = wanted["page"], wanted["page_size"]
        found = overrides.figures(
            caller(request),
            narrowed(wanted),
            group=OverrideGrouping(wanted["by"]),
            part=slice((page - 1) * page_size, page * page_size),
        )
        body = {"total": found.total, "items": found.items, "groups": found.groups}
        return Response(OverrideFigures({**body, "page": page, "page_size": page_size}).data)
