"""Whose clock counts: the student's, or that of the institution."""

import zoneinfo
from typing import Final

from django.conf import settings

from microcred.zones import ZoneUnknown, zone_named

UTC: Final = zoneinfo.ZoneInfo("UTC")


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """Return a time zone that a student has named, else that of the institution, where neither is known UTC.

    A name that was good may be unknown to the next release of the zones' data.
    """
    for known in (name, settings.NUDGES_TIME_ZONE):
        try:
            return zone_named(known)
        except ZoneUnknown:
            continue
    return UTC
