"""Time zones by their names."""

import zoneinfo
from functools import cache

from microcred.errors import Invalid


class ZoneUnknown(Invalid):
    """There is no time zone of this name."""

    default_code = "TIME_ZONE_400"


@cache
def zone_names() -> frozenset[str]:
    """Return the names by which zones are known, without what stands for this machine's own."""
    return frozenset(zoneinfo.available_timezones()) - {"localtime"}


def unknown_zone() -> ZoneUnknown:
    """Return the refusal of a name that the request gives as ``time_zone``."""
    return ZoneUnknown("There is no such time zone.", details={"field": "time_zone"})


def zone_named(name: str) -> zoneinfo.ZoneInfo:
    """Return a time zone.

    Raises:
        ZoneUnknown: if there is none of this name.
    """
    if name not in zone_names():
        raise unknown_zone()
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise unknown_zone() from None
