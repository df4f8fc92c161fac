"""Tokens and the caller's own account."""

from dataclasses import asdict

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import attempt_limits, services, tokens
from accounts.authentication import caller
from accounts.log_ins import agent_of
from accounts.models import User
from accounts.second_factor_codes import check_code
from accounts.serializers import (
    Me,
    MeChange,
    RefreshRequest,
    ServiceKeyInfo,
    TokenRequest,
    TokenResponse,
)
from accounts.service_keys import IsService, ServiceKeyAuthentication, key_holder
from microcred.api.conditional_requests import (
    IF_MATCH_PARAMETER,
    conditional_get,
    etag_response,
    if_match_versions,
)
from microcred.api.request_validation import validated_body
from microcred.api.schema import UNCHANGED, errors
from microcred.errors import TooMany


class TokenView(APIView):
    """Exchange e-mail address and password for a pair of tokens."""

    permission_classes = [AllowAny]
    authentication_classes = []
    throttle_scope = "token"

    @extend_schema(
        operation_id="auth_token", tags=["Auth"], request=TokenRequest,
        responses={200: TokenResponse, **errors(400, 401, 403)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Return a pair of tokens."""
        given = validated_body(TokenRequest, request.data)
        code = given.pop("code", "")
        user = _with_right_password(request, **given)
        check_code(request, user, code)
        services.note_login(person=user, now=timezone.now())
        pair = tokens.issue(user, agent=agent_of(request))
        return Response(TokenResponse(asdict(pair) | {"token_type": "Bearer"}).data)


def _with_right_password(request: Request, *, email: str, password: str) -> User:
    wait = attempt_limits.seconds_to_wait(request._request, email=email)
    if wait:
        raise TooMany(
            "There were too many attempts for this e-mail address, or from where you are.", retry_after=wait
        )
    try:
        return services.check_password(email=email, password=password)
    except services.CredentialsRefused:
        attempt_limits.count_failure(request._request, email=email)
        raise


class RefreshView(APIView):
    """Exchange a refresh token for a new pair; the old one stops working."""

    permission_classes = [AllowAny]
    authentication_classes = []
    throttle_scope = "token"

    @extend_schema(
        operation_id="auth_token_refresh", tags=["Auth"], request=RefreshRequest,
        responses={200: TokenResponse, **errors(400, 401)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Return a new pair of tokens."""
        pair = tokens.rotate(validated_body(RefreshRequest, request.data)["refresh"])
        return Response(TokenResponse(asdict(pair) | {"token_type": "Bearer"}).data)


class LogoutView(APIView):
    """End a session: the refresh token stops working."""

    permission_classes = [AllowAny]
    authentication_classes = []
    throttle_scope = "token"

    @extend_schema(
        operation_id="auth_logout", tags=["Auth"], request=RefreshRequest,
        responses={204: None, **errors(400, 401)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Revoke the refresh token."""
        tokens.revoke(validated_body(RefreshRequest, request.data)["refresh"])
        return Response(status=204)


class MeView(APIView):
    """The caller's own account."""

    @extend_schema(operation_id="me", tags=["Auth"], responses={200: Me, 304: UNCHANGED})
    @conditional_get
    def get(self, request: Request) -> Response:
        """Return the caller."""
        person = caller(request)
        return etag_response(Me(person).data, version=person.version)

    @extend_schema(
        operation_id="me_change", tags=["Auth"], request=MeChange, parameters=[IF_MATCH_PARAMETER],
        responses={200: Me, **errors(400, 412)},
    )  # fmt: skip
    def patch(self, request: Request) -> Response:
        """Choose whether a model may score one's essays; without that, people do. What is left out stays."""
        given = validated_body(MeChange, request.data)
        person = services.choose_model_scoring(
            by=caller(request),
            allowed=given.get("model_scoring"),
            version=given["version"],
            now=timezone.now(),
            expected=if_match_versions(request),
        )
        return etag_response(Me(person).data, version=person.version)


class ServiceKeyView(APIView):
    """The key of the program that calls."""

    authentication_classes = [ServiceKeyAuthentication]
    permission_classes = [IsService]

    @extend_schema(operation_id="service_key", tags=["Auth"], responses={200: ServiceKeyInfo})
    def get(self, request: Request) -> Response:
        """Return what the key is for and until when it works; any live key may ask."""
        return Response(ServiceKeyInfo(key_holder(request)).data)
