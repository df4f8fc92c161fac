"""Webhook endpoints, managed by the programs that own them."""

import uuid

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.enums import Scope
from accounts.service_keys import RequiresScope, ServiceKeyAuthentication, key_holder
from microcred.api.conditional_requests import IF_MATCH_PARAMETER, etag_response, if_match_versions
from microcred.api.pagination import PageQuery, paginate
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from partners import queries, services
from partners.enums import DisabledReason, SignatureScheme
from partners.models import WebhookEndpoint
from partners.serializers import (
    DeliveryList,
    DeliveryQuery,
    DeliveryView,
    EndpointChange,
    EndpointList,
    EndpointRegistration,
    EndpointView,
    NewEndpointView,
    NewSecretView,
    ReplayAck,
    ReplayRequest,
)


class MayWebhooks(RequiresScope):
    """Programs with the webhook scopes."""

    reading = Scope.WEBHOOKS_READ
    changing = Scope.WEBHOOKS_WRITE


class ServiceView(APIView):
    """A view for programs, which see what they own and nothing else."""

    authentication_classes = [ServiceKeyAuthentication]
    permission_classes = [MayWebhooks]

    def owned(self, request: Request, endpoint_id: uuid.UUID) -> WebhookEndpoint:
        """Return an endpoint of the caller's."""
        return queries.endpoint(endpoint_id, service_key_id=key_holder(request).pk)

    def answer(self, endpoint: WebhookEndpoint) -> Response:
        """Return an endpoint as it is now, and which version that is."""
        return etag_response(EndpointView(endpoint).data, version=endpoint.version)


class EndpointListView(ServiceView):
    """The caller's endpoints."""

    @extend_schema(
        operation_id="webhook_endpoints", tags=["Webhooks"], parameters=[PageQuery],
        responses={200: EndpointList, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return a page of endpoints, the latest first."""
        found = paginate(
            queries.owned_endpoints(key_holder(request).pk), **validated_query(PageQuery, request)
        )
        return Response(found.envelope(EndpointView(found.items, many=True).data))

    @extend_schema(
        operation_id="webhook_endpoint_register", tags=["Webhooks"], request=EndpointRegistration,
        parameters=[IDEMPOTENCY_KEY_PARAMETER], responses={201: NewEndpointView, **errors(400, 403, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Register an endpoint; the secret in the answer is shown this once."""
        given, holder = validated_body(EndpointRegistration, request.data), key_holder(request)
        endpoint, shown = services.register_endpoint(by=holder, service_key_id=holder.pk, **given)
        answer = {"endpoint": endpoint, **_keys(endpoint, shown)}
        return Response(NewEndpointView(answer).data, status=201)


class EndpointEndpoint(ServiceView):
    """One endpoint of the caller's."""

    @extend_schema(
        operation_id="webhook_endpoint", tags=["Webhooks"], responses={200: EndpointView, **errors(403, 404)}
    )
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Return it; its ETag is what a change can be made from."""
        return self.answer(self.owned(request, endpoint_id))

    @extend_schema(
        operation_id="webhook_endpoint_change", tags=["Webhooks"], request=EndpointChange(partial=True),
        parameters=[IF_MATCH_PARAMETER], responses={200: EndpointView, **errors(400, 403, 404, 412)},
    )  # fmt: skip
    def patch(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Change its name, address, events or contact; what is left out stays."""
        endpoint = self.owned(request, endpoint_id)
        given = validated_body(EndpointChange, request.data, partial=True)
        changed = services.change_endpoint(
            by=key_holder(request),
            endpoint_id=endpoint.pk,
            expected=if_match_versions(request),
            **given,
        )
        return self.answer(changed)


class ActivateView(ServiceView):
    """Switch on."""

    @extend_schema(
        operation_id="webhook_endpoint_activate", tags=["Webhooks"], request=None,
        parameters=[IDEMPOTENCY_KEY_PARAMETER], responses={200: EndpointView, **errors(403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Tell the endpoint of events again, from now on."""
        endpoint = self.owned(request, endpoint_id)
        return self.answer(services.reactivate(by=key_holder(request), endpoint_id=endpoint.pk))


class DeactivateView(ServiceView):
    """Switch off."""

    @extend_schema(
        operation_id="webhook_endpoint_deactivate", tags=["Webhooks"], request=None,
        parameters=[IDEMPOTENCY_KEY_PARAMETER], responses={200: EndpointView, **errors(403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Tell the endpoint nothing more; what was on its way is put aside."""
        endpoint = self.owned(request, endpoint_id)
        return self.answer(
            services.deactivate(
                by=key_holder(request),
                endpoint_id=endpoint.pk,
                now=timezone.now(),
                reason=DisabledReason.PARTNER,
            )
        )


class RotateView(ServiceView):
    """A new secret."""

    @extend_schema(
        operation_id="webhook_endpoint_rotate", tags=["Webhooks"], request=None,
        parameters=[IDEMPOTENCY_KEY_PARAMETER], responses={200: NewSecretView, **errors(403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Make a new secret, shown this once; the present one signs too for 24 hours more."""
        endpoint = self.owned(request, endpoint_id)
        shown = services.rotate(by=key_holder(request), endpoint_id=endpoint.pk, now=timezone.now())
        return Response(NewSecretView(_keys(endpoint, shown)).data)


class SendTestView(ServiceView):
    """An event that means nothing."""

    @extend_schema(
        operation_id="webhook_endpoint_test", tags=["Webhooks"], request=None,
        parameters=[IDEMPOTENCY_KEY_PARAMETER], responses={202: DeliveryView, **errors(403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Send ``endpoint.test``; what comes of it is in the delivery log."""
        endpoint = self.owned(request, endpoint_id)
        delivery = services.send_test(by=key_holder(request), endpoint_id=endpoint.pk, now=timezone.now())
        return Response(DeliveryView(delivery).data, status=202)


class DeliveryListView(ServiceView):
    """The delivery log of an endpoint."""

    @extend_schema(
        operation_id="webhook_deliveries", tags=["Webhooks"], parameters=[DeliveryQuery],
        responses={200: DeliveryList, **errors(400, 403, 404)},
    )  # fmt: skip
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Return a page of deliveries with their tries, the latest event first."""
        endpoint = self.owned(request, endpoint_id)
        wanted = validated_query(DeliveryQuery, request)
        page, page_size = wanted.pop("page"), wanted.pop("page_size")
        found = paginate(queries.deliveries(endpoint.pk, **wanted), page=page, page_size=page_size)
        return Response(found.envelope(DeliveryView(found.items, many=True).data))


class ReplayView(ServiceView):
    """One delivery again."""

    @extend_schema(
        operation_id="webhook_delivery_replay", tags=["Webhooks"], request=None,
        parameters=[IDEMPOTENCY_KEY_PARAMETER], responses={202: DeliveryView, **errors(403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, delivery_id: uuid.UUID) -> Response:
        """Send the event again under its old id, with the whole schedule before it."""
        holder = key_holder(request)
        delivery = queries.delivery(delivery_id, service_key_id=holder.pk)
        again = services.replay(by=holder, delivery_id=delivery.pk, now=timezone.now())
        return Response(DeliveryView(again).data, status=202)


class ReplayRangeView(ServiceView):
    """All deliveries of some time again."""

    @extend_schema(
        operation_id="webhook_endpoint_replay", tags=["Webhooks"], request=ReplayRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER], responses={202: ReplayAck, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Send again what died, or all, whose events came up in that time; at most 1,000 a call."""
        endpoint = self.owned(request, endpoint_id)
        now = timezone.now()
        wanted = {"until": now} | validated_body(ReplayRequest, request.data)
        replayed = services.replay_range(by=key_holder(request), endpoint_id=endpoint.pk, now=now, **wanted)
        return Response(ReplayAck({"replayed": replayed}).data, status=202)


def _keys(endpoint: WebhookEndpoint, shown: str) -> dict[str, str | None]:
    is_public = endpoint.scheme == SignatureScheme.ED25519
    return {"secret": None if is_public else shown, "public_key": shown if is_public else None}
