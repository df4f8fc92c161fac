"""What students hold, over HTTP."""

import uuid

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayClaimCredentials
from microcred.api.pagination import PageQuery
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from recommendations import queries, services
from recommendations.held_serializers import HeldList, HeldRequest, HeldView, SeenDecision, held_page


class OwnCredentialsEndpoint(APIView):
    """The credentials that the caller holds, or says that they hold."""

    permission_classes = [MayClaimCredentials]

    @extend_schema(
        operation_id="me_credentials", tags=["Recommendations"], parameters=[PageQuery],
        responses={200: HeldList, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return what you hold, have taken up or say that you hold, the latest first."""
        held = queries.held_by(caller(request).pk)
        return Response(held_page(held, **validated_query(PageQuery, request)))

    @extend_schema(
        operation_id="me_credential_say", tags=["Recommendations"], request=HeldRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER], responses={201: HeldView, **errors(400, 403, 409, 413, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Say that you hold a credential, or prove it by an Open Badge; said again, it is the last word that counts."""
        given, by = validated_body(HeldRequest, request.data), caller(request)
        take = services.bring_badge if "badge" in given else services.say_held
        claim = take(by=by, now=timezone.now(), **given)
        return Response(HeldView(queries.one_held(by.pk, claim.credential_id)).data, status=201)


class OwnCredentialEndpoint(APIView):
    """One of them."""

    permission_classes = [MayClaimCredentials]

    @extend_schema(
        operation_id="me_credential_take_back", tags=["Recommendations"], request=None,
        responses={204: None, **errors(403, 404, 409)},
    )  # fmt: skip
    def delete(self, request: Request, credential_id: uuid.UUID) -> Response:
        """Take back your word that you hold it, with the proof; what staff recorded or decided stays."""
        services.take_back_claim(by=caller(request), credential_id=credential_id, now=timezone.now())
        return Response(status=204)


class SeenDecisionEndpoint(APIView):
    """What staff decided about one of them."""

    permission_classes = [MayClaimCredentials]

    @extend_schema(
        operation_id="me_credential_decision_seen", tags=["Recommendations"], request=SeenDecision,
        parameters=[IDEMPOTENCY_KEY_PARAMETER], responses={200: HeldView, **errors(400, 403, 404, 409, 413, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, credential_id: uuid.UUID) -> Response:
        """Note that you have seen what was decided about your word; seen once is seen."""
        given, by = validated_body(SeenDecision, request.data), caller(request)
        services.see_decision(by=by, credential_id=credential_id, now=timezone.now(), **given)
        return Response(HeldView(queries.one_held(by.pk, credential_id)).data)
