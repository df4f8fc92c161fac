"""Addresses of partners' webhooks."""

from django.urls import path

from partners import api, reading_api

_ENDPOINT = "webhooks/endpoints/<uuid:endpoint_id>"

urlpatterns = [
    path("me/readings", reading_api.OwnReadingsView.as_view(), name="me-readings"),
    path("webhooks/endpoints", api.EndpointListView.as_view(), name="webhook-endpoints"),
    path(_ENDPOINT, api.EndpointEndpoint.as_view(), name="webhook-endpoint"),
    path(f"{_ENDPOINT}/activate", api.ActivateView.as_view(), name="webhook-endpoint-activate"),
    path(f"{_ENDPOINT}/deactivate", api.DeactivateView.as_view(), name="webhook-endpoint-deactivate"),
    path(f"{_ENDPOINT}/rotate", api.RotateView.as_view(), name="webhook-endpoint-rotate"),
    path(f"{_ENDPOINT}/test", api.SendTestView.as_view(), name="webhook-endpoint-test"),
    path(f"{_ENDPOINT}/replay", api.ReplayRangeView.as_view(), name="webhook-endpoint-replay"),
    path(f"{_ENDPOINT}/deliveries", api.DeliveryListView.as_view(), name="webhook-deliveries"),
    path(
        "webhooks/deliveries/<uuid:delivery_id>/replay",
        api.ReplayView.as_view(),
        name="webhook-delivery-replay",
    ),
]
