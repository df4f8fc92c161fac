"""Changing whom partners are, and telling them."""

from partners.lti.services import unlink_own
from partners.services.announcing import (
    EndpointOff,
    announce,
    announce_feedback,
    announce_result,
    restore_try,
    send_test,
)
from partners.services.delivering import DeliveryPending, abandon, record_attempt, replay, replay_range
from partners.services.endpoints import (
    EndpointChangedMeanwhile,
    EndpointInvalid,
    change_endpoint,
    deactivate,
    reactivate,
    register_endpoint,
    rotate,
)
from partners.services.health import park, probe_later
from partners.services.reading import note_reading

__all__ = [
    "DeliveryPending",
    "EndpointChangedMeanwhile",
    "EndpointInvalid",
    "EndpointOff",
    "abandon",
    "announce",
    "announce_feedback",
    "announce_result",
    "change_endpoint",
    "deactivate",
    "note_reading",
    "park",
    "probe_later",
    "reactivate",
    "record_attempt",
    "register_endpoint",
    "replay",
    "replay_range",
    "restore_try",
    "rotate",
    "send_test",
    "unlink_own",
]
