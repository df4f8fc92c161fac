"""Changing whom partners are, and telling them."""

from partners.services.announcing import announce, announce_feedback, announce_result
from partners.services.delivering import DeliveryPending, EndpointOff, abandon, record_attempt, replay
from partners.services.endpoints import (
    EndpointInvalid,
    change_endpoint,
    deactivate,
    reactivate,
    register_endpoint,
    rotate,
)

__all__ = [
    "DeliveryPending",
    "EndpointInvalid",
    "EndpointOff",
    "abandon",
    "announce",
    "announce_feedback",
    "announce_result",
    "change_endpoint",
    "deactivate",
    "reactivate",
    "record_attempt",
    "register_endpoint",
    "replay",
    "rotate",
]
