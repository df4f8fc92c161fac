"""Nudges over HTTP."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayBeNudged
from microcred.api.conditional_requests import (
    IF_MATCH_PARAMETER,
    conditional_get,
    etag_response,
    if_match_versions,
)
from microcred.api.pagination import paginate
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import UNCHANGED, errors
from nudges import queries, services
from nudges.models import NudgePreference
from nudges.serializers import (
    NudgeList,
    NudgeQuery,
    NudgeView,
    PlannedNudge,
    PreferenceChange,
    PreferenceView,
    Stopped,
)
from nudges.signed_links import LinkMissing, MarkedFor, verified_id
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent


class NudgeListView(APIView):
    """What a student was told."""

    permission_classes = [MayBeNudged]

    @extend_schema(
        operation_id="nudges", tags=["Nudges"], parameters=[NudgeQuery],
        responses={200: NudgeList, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return it, the latest first."""
        wanted = validated_query(NudgeQuery, request)
        rows = queries.own_nudges(caller(request))
        if wanted["unread"] is not None:
            rows = rows.filter(opened_at__isnull=wanted["unread"])
        if "kind" in wanted:
            rows = rows.filter(kind=wanted["kind"])
        page = paginate(rows, page=wanted["page"], page_size=wanted["page_size"])
        return Response(page.envelope(NudgeView(page.items, many=True).data))


class OpenedView(APIView):
    """Having seen a nudge."""

    permission_classes = [MayBeNudged]

    @extend_schema(
        operation_id="nudge_opened", tags=["Nudges"], request=None, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: NudgeView, **errors(403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, nudge_id: uuid.UUID) -> Response:
        """Note that it was shown to the student; the first time stays."""
        nudge = services.open_nudge(by=caller(request), nudge_id=nudge_id, now=timezone.now())
        return Response(NudgeView(nudge).data)


class ClickedView(APIView):
    """Going where a nudge leads."""

    permission_classes = [MayBeNudged]

    @extend_schema(
        operation_id="nudge_clicked", tags=["Nudges"], request=None, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: NudgeView, **errors(403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, nudge_id: uuid.UUID) -> Response:
        """Note that the student went there, and so has opened it; the first time stays."""
        nudge = services.click_nudge(by=caller(request), nudge_id=nudge_id, now=timezone.now())
        return Response(NudgeView(nudge).data)


class NudgeTaskView(APIView):
    """Setting out to do what a nudge says."""

    permission_classes = [MayBeNudged]

    @extend_schema(
        operation_id="nudge_task", tags=["Nudges"], request=None, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: PlannedNudge, **errors(403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, nudge_id: uuid.UUID) -> Response:
        """Set it on the student's list of tasks, where one nudge is one task."""
        task_id = services.plan_nudge(by=caller(request), nudge_id=nudge_id, now=timezone.now())
        return Response(PlannedNudge({"nudge_id": nudge_id, "task_id": task_id}).data)


class StopView(APIView):
    """The button of readers of mail, which stops nudges without a log-in (RFC 8058)."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_scope = "letter"

    @extend_schema(
        operation_id="nudges_stop_ask", tags=["Nudges"], auth=[],
        responses={302: OpenApiResponse(description="To the page that asks.")},
    )  # fmt: skip
    def get(self, request: Request, token: str) -> HttpResponse:
        """Lead to the page that asks; opening the address stops nothing."""
        return redirect("nudges-stop", token=token)

    @extend_schema(
        operation_id="nudges_stop", tags=["Nudges"], request=None, auth=[], parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: Stopped, **errors(404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, token: str) -> Response:
        """Stop all nudges of the student to whom the letter went; what else is sent does not matter."""
        user_id = verified_id(token, MarkedFor.STOP)
        if user_id is None or not services.stop(user_id=user_id, now=timezone.now()):
            raise LinkMissing("There is no such link.")
        return Response(Stopped({"stopped": True}).data)


class PreferencesEndpoint(APIView):
    """How a student wants to be told."""

    permission_classes = [MayBeNudged]

    @extend_schema(
        operation_id="nudge_preferences", tags=["Nudges"],
        responses={200: PreferenceView, 304: UNCHANGED, **errors(403)},
    )  # fmt: skip
    @conditional_get
    def get(self, request: Request) -> Response:
        """Return it; its ETag is what a change can be made from."""
        return _answer(services.preference_of(by=caller(request), now=timezone.now()))

    @extend_schema(
        operation_id="nudge_preferences_change", tags=["Nudges"], request=PreferenceChange,
        parameters=[IF_MATCH_PARAMETER], responses={200: PreferenceView, **errors(400, 403, 412)},
    )  # fmt: skip
    def patch(self, request: Request) -> Response:
        """Change it; what is left out stays."""
        fields = validated_body(PreferenceChange, request.data)
        return _answer(
            services.prefer(
                by=caller(request), now=timezone.now(), expected=if_match_versions(request), **fields
            )
        )


def _answer(preference: NudgePreference) -> Response:
    return etag_response(PreferenceView(preference).data, version=str(preference.version))
