"""When a webhook that did not arrive is tried again."""

import datetime as dt
import email.utils
from typing import Final

#: Seconds to wait before the first try, the second, and so on; after the last one the delivery is dead.
WAITS: Final = (0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
SPREAD: Final = 0.1
LONGEST_ASKED: Final = 24 * 3600
#: An endpoint that failed so often in a row, whatever the event, is only probed.
PROBED_AFTER: Final = 5
FIRST_PROBE: Final = 60
LONGEST_PROBE: Final = 24 * 3600
#: An endpoint that failed for so long is switched off.
OFF_AFTER: Final = dt.timedelta(days=5)


def wait_after(failures: int, *, chance: float, asked: float | None = None) -> dt.timedelta | None:
    """Return how long to wait after that many failed tries, None when no further try is due.

    The wait of the schedule is changed by up to 10 % either way, by ``chance`` in [0, 1), so that the partners
    of an outage do not all come back in the same second. ``asked`` is what the receiver asked for, in seconds;
    it lengthens a wait, up to a day, and never shortens one.
    """
    if failures < 1:
        raise ValueError(f"failures are counted from 1, not {failures}")
    if failures >= len(WAITS):
        return None
    usual = WAITS[failures] * (1 + SPREAD * (2 * chance - 1))
    return dt.timedelta(seconds=max(usual, min(asked or 0.0, LONGEST_ASKED)))


def wait_for_probe(probes: int, *, chance: float) -> dt.timedelta:
    """Return how long to wait for the next probe after that many: a minute, doubled each time, at most a day.

    It is changed by up to 10 % either way, by ``chance`` in [0, 1).
    """
    usual = min(FIRST_PROBE * 2 ** min(probes, 20), LONGEST_PROBE)
    return dt.timedelta(seconds=usual * (1 + SPREAD * (2 * chance - 1)))


def asked_seconds(retry_after: str, *, now: dt.datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, section 10.2.3), None if it is none."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - now).total_seconds())
