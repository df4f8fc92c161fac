"""A copy of one's own data, and its erasure, over HTTP."""

from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import reauthentication
from accounts.authentication import caller, family_of
from accounts.personal_data import erasing, exports
from accounts.personal_data.serializers import ErasureAsked, ErasureView, ExportView
from microcred.api.request_validation import validated_body
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent

RETRY_AFTER_SECONDS = "2"
RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    int,
    OpenApiParameter.HEADER,
    response=[202],
    description="Seconds until it is worth asking again.",
)


class ExportEndpoint(APIView):
    """A copy of everything that is held about the caller."""

    @extend_schema(
        operation_id="me_export_request", tags=["Your data"], request=None,
        parameters=[IDEMPOTENCY_KEY_PARAMETER], responses={202: ExportView, **errors(400, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Have a copy made; a copy made before is replaced."""
        made = exports.request_copy(by=caller(request), now=timezone.now())
        return Response(ExportView(made).data, status=202)

    @extend_schema(
        operation_id="me_export", tags=["Your data"], parameters=[RETRY_AFTER],
        responses={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "A zip file of JSON."),
            202: OpenApiResponse(ExportView, "The copy is being made, or could not be made."),
            **errors(404),
        },
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponseBase:
        """Return the copy, or how far it is; 404 where none was asked for or it has expired."""
        by = caller(request)
        found = exports.newest(by=by, now=timezone.now())
        if found.ready_at is None:
            return Response(ExportView(found).data, status=202, headers={"Retry-After": RETRY_AFTER_SECONDS})
        is_fetched = request.method == "GET"
        if is_fetched:
            exports.note_fetched(by=by, export=found)
        parts = exports.pieces(found) if is_fetched else ()
        answer = StreamingHttpResponse(parts, content_type="application/zip")
        answer.headers["Content-Disposition"] = (
            f'attachment; filename="my-data-{found.ready_at:%Y-%m-%d}.zip"'
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer


class ErasureEndpoint(APIView):
    """The erasure of the caller."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Have the password proven before anything is begun: an undone attempt would not be counted."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            given = validated_body(ErasureAsked, request.data)
            reauthentication.prove(
                request._request, caller(request), password=given["password"], family_id=family_of(request)
            )

    @extend_schema(
        operation_id="me_erasure_request", tags=["Your data"], request=ErasureAsked,
        parameters=[IDEMPOTENCY_KEY_PARAMETER], responses={202: ErasureView, **errors(400, 403, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Have everything about oneself erased once the time to think it over has passed."""
        by = caller(request)
        made = erasing.request_erasure(by=by, person=by, now=timezone.now())
        return Response(ErasureView(made).data, status=202)

    @extend_schema(
        operation_id="me_erasure", tags=["Your data"], responses={200: ErasureView, **errors(404)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return what was asked for and when it is due."""
        return Response(ErasureView(erasing.live_request(caller(request))).data)

    @extend_schema(
        operation_id="me_erasure_cancel", tags=["Your data"], request=None,
        responses={200: ErasureView, **errors(404, 409)},
    )  # fmt: skip
    def delete(self, request: Request) -> Response:
        """Call it off."""
        by = caller(request)
        row = erasing.cancel(by=by, person=by, now=timezone.now())
        return Response(ErasureView(row).data)
