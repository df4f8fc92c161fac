"""One's log-ins over the API."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import log_ins, reauthentication, services
from accounts.authentication import caller, family_of
from accounts.enums import AuthMethod
from microcred.api.request_validation import validated_body
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent


class LogInView(serializers.Serializer[Any]):
    """A log-in that is not over."""

    log_in_id = serializers.UUIDField()
    way = serializers.ChoiceField(choices=["pages", "api"])
    means = serializers.ChoiceField(choices=AuthMethod.choices, help_text="What it was begun with.")
    agent = serializers.CharField(help_text="What the browser or program calls itself.", allow_blank=True)
    began_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(
        help_text="The latest request, to the minute; of the API the latest refresh."
    )
    current = serializers.BooleanField(help_text="Whether this request came by it.")


class LogInList(serializers.Serializer[Any]):
    """All of one's log-ins."""

    items = LogInView(many=True)


class LogInEnd(serializers.Serializer[Any]):
    """Which log-in to end, all of them if none is named, and the caller's password."""

    log_in_id = serializers.UUIDField(required=False)
    password = serializers.CharField(
        max_length=128, required=False, default="", allow_blank=True, trim_whitespace=False,
        style={"input_type": "password"},
        help_text="Of accounts that have one; others must have logged in within ten minutes.",
    )  # fmt: skip


class LogInsEndpoint(APIView):
    """The caller's log-ins."""

    @extend_schema(operation_id="me_log_ins", tags=["Your data"], responses={200: LogInList, **errors()})
    def get(self, request: Request) -> Response:
        """Return the log-ins that are not over, the newest first."""
        found = log_ins.open_log_ins(caller(request), current=family_of(request), now=timezone.now())
        return Response(LogInList({"items": [asdict(one) for one in found]}).data)


class LogInsEndEndpoint(APIView):
    """Ending them."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Have the password proven before anything is begun: an undone attempt would not be counted."""
        super().initial(request, *args, **kwargs)
        if request.method != "POST":
            return
        password = validated_body(LogInEnd, request.data)["password"]
        reauthentication.prove(
            request._request, caller(request), password=password, family_id=family_of(request)
        )

    @extend_schema(
        operation_id="me_log_ins_end", tags=["Your data"], request=LogInEnd,
        parameters=[IDEMPOTENCY_KEY_PARAMETER], responses={204: None, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """End one log-in, or all, the caller's own too; 404 for one that is over or somebody else's."""
        by, named = caller(request), validated_body(LogInEnd, request.data).get("log_in_id")
        if named is None:
            services.end_log_ins(by=by, person=by)
        else:
            log_ins.end_one(by=by, log_in_id=named, now=timezone.now())
        return Response(status=204)
