"""A forgotten password over the API: asking for a link by letter, and choosing a password with the link's code."""

from typing import Any

from django.contrib.auth import password_validation
from django.core import exceptions
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import attempt_limits, password_emails, password_links
from microcred import email_delivery
from microcred.api.request_validation import validated_body
from microcred.api.schema import errors
from microcred.errors import Conflict, TooMany


class NoLetters(Conflict):
    """There is no mail server."""

    default_code = "MAIL_409"


class ForgottenRequest(serializers.Serializer[Any]):
    """Whose password is forgotten."""

    email = serializers.EmailField(max_length=254)


class ResetRequest(serializers.Serializer[Any]):
    """The code of a link, and the password that its owner chooses."""

    code = serializers.CharField(max_length=64, help_text="What stands behind # in the link.")
    password = serializers.CharField(max_length=128, trim_whitespace=False, style={"input_type": "password"})


class ForgottenView(APIView):
    """Ask for a link by letter."""

    permission_classes = [AllowAny]
    authentication_classes = []
    throttle_scope = "token"

    @extend_schema(
        operation_id="auth_password_forgotten", tags=["Auth"], request=ForgottenRequest,
        responses={202: None, **errors(400, 409)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Send a link for a new password to this address, if there is an account with it; the answer does not tell."""
        email = validated_body(ForgottenRequest, request.data)["email"]
        if not email_delivery.is_email_configured():
            raise NoLetters("No letters are sent from here. Ask an administrator for a link.")
        wait = attempt_limits.count_asking(request._request, email=email)
        if wait:
            raise TooMany("That was asked for too often. Look into your mail.", retry_after=wait)
        password_emails.ask(email=email)
        return Response(status=202)


class ResetView(APIView):
    """Choose a password with a link."""

    permission_classes = [AllowAny]
    authentication_classes = []
    throttle_scope = "token"

    @extend_schema(
        operation_id="auth_password_reset", tags=["Auth"], request=ResetRequest,
        responses={204: None, **errors(400)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Set the password of whoever has the link; whatever was logged in before is over."""
        chosen = validated_body(ResetRequest, request.data)
        wait = attempt_limits.link_wait(request._request)
        if wait:
            raise TooMany("There were too many attempts from where you are.", retry_after=wait)
        try:
            _use(**chosen)
        except password_links.LinkRefused:
            attempt_limits.count_link_attempt(request._request)
            raise
        return Response(status=204)


def _use(*, code: str, password: str) -> None:
    now = timezone.now()
    person = password_links.owner_of(code, now=now)
    try:
        password_validation.validate_password(password, person)
    except exceptions.ValidationError as refusal:
        raise serializers.ValidationError({"password": refusal.messages}) from None
    password_links.use(code, password=password, now=now)
