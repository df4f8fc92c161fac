"""Logging in through the institution for front ends that send their people to the provider themselves."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import attempt_limits, second_factor, services, tokens
from accounts.enums import AuthMethod
from accounts.institution import authorization, links, provider
from accounts.institution.errors import LogInRefused, NotOffered
from accounts.institution.id_tokens import Identity
from accounts.log_ins import agent_of
from accounts.models import User
from accounts.second_factor_codes import check_code
from accounts.serializers import TokenResponse
from microcred.api.request_validation import validated_body
from microcred.api.schema import errors
from microcred.errors import TooMany


class InstitutionView(serializers.Serializer[Any]):
    """What a front end needs to know to send somebody to the provider."""

    name = serializers.CharField(help_text="What the button says after “Sign in with”.")
    issuer = serializers.CharField(help_text="Where the provider's discovery document is found.")
    client_id = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())


class InstitutionTokenRequest(serializers.Serializer[Any]):
    """What came back from the provider, and what belongs to it."""

    code = serializers.CharField(max_length=authorization.LONGEST_CODE)
    code_verifier = serializers.RegexField(
        r"^[A-Za-z0-9._~-]{43,128}\Z", help_text="Whose S256 challenge the provider was shown (RFC 7636)."
    )
    redirect_uri = serializers.CharField(
        max_length=2000, help_text="Where the provider led back to; one of `OIDC_APP_ADDRESSES`."
    )
    nonce = serializers.RegexField(
        r"^[\x21-\x7e]{16,255}\Z",
        help_text="The random text that the provider was sent; it stands in its token.",
    )
    iss = serializers.CharField(
        max_length=500, required=False, help_text="The `iss` that came beside the code, if there was one."
    )
    otp = serializers.CharField(
        max_length=32, required=False, default="", allow_blank=True,
        help_text="The code of the authenticator app, or a recovery code, of accounts with a second factor.",
    )  # fmt: skip

    def validate_redirect_uri(self, value: str) -> str:
        """Refuse an address that the operator has not named."""
        if value not in settings.OIDC_APP_ADDRESSES:
            raise serializers.ValidationError("This address is not registered here.")
        return value


class InstitutionTokenView(APIView):
    """Exchange a code of the institution's provider for a pair of tokens."""

    permission_classes = [AllowAny]
    authentication_classes = []
    throttle_scope = "token"

    @extend_schema(
        operation_id="auth_oidc", tags=["Auth"], responses={200: InstitutionView, **errors(404)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return whom to send people to; 404 where nobody logs in through an institution."""
        _check_offered()
        said = {
            "name": settings.OIDC_NAME, "issuer": settings.OIDC_ISSUER, "client_id": settings.OIDC_CLIENT_ID,
            "scopes": settings.OIDC_SCOPES,
        }  # fmt: skip
        return Response(InstitutionView(said).data)

    @extend_schema(
        operation_id="auth_oidc_token", tags=["Auth"], request=InstitutionTokenRequest,
        responses={200: TokenResponse, **errors(400, 401, 403, 404)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Return a pair of tokens, as for a password. The code is spent, whatever the answer."""
        _check_offered()
        given = validated_body(InstitutionTokenRequest, request.data)
        identity, person = _vouched_for(request, given)
        if not identity.factor_counts:
            check_code(request, person, given["otp"])
        services.note_login(person=person, now=timezone.now())
        shown = tokens.AuthenticationEvent(AuthMethod.INSTITUTION, identity.proven_at, identity.factor_counts)
        pair = tokens.issue(person, agent=agent_of(request), shown=shown)
        return Response(TokenResponse(asdict(pair) | {"token_type": "Bearer"}).data)


def _check_offered() -> None:
    if not provider.is_offered():
        raise NotOffered("Nobody logs in through an institution here.")


def _vouched_for(request: Request, given: dict[str, Any]) -> tuple[Identity, User]:
    wait = attempt_limits.link_wait(request._request)
    if wait:
        raise TooMany("There were too many attempts from where you are.", retry_after=wait)
    try:
        identity = authorization.exchange_code(
            code=given["code"],
            verifier=given["code_verifier"],
            nonce=given["nonce"],
            redirect_uri=given["redirect_uri"],
            named=given.get("iss"),
        )
        person = links.owner_of(identity, now=timezone.now())
    except LogInRefused:
        attempt_limits.count_link_attempt(request._request)
        raise
    wait = (
        attempt_limits.seconds_to_wait(request._request, email=person.email)
        if second_factor.is_on(person)
        else 0
    )
    if wait:
        raise TooMany("There were too many attempts for this account.", retry_after=wait)
    return identity, person
