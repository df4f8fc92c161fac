"""A student's clock: which day it is for them, when they are not to be told anything, and when that ends.

Quiet hours are by the wall clock. On the night on which clocks go back an hour of them comes twice, on the one on which
they go forward one is left out.
"""

import datetime as dt
from dataclasses import dataclass

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time zone, and quiet hours in it; there are none where ``quiet_from`` is ``quiet_until``."""

    zone: dt.tzinfo
    quiet_from: dt.time
    quiet_until: dt.time

    def day(self, moment: dt.datetime) -> dt.date:
        """Return the day of the student's calendar."""
        return moment.astimezone(self.zone).date()

    def is_quiet(self, moment: dt.datetime) -> bool:
        """Whether a moment lies in the quiet hours; their end does not."""
        at = moment.astimezone(self.zone).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until

    def quiet_ends(self, moment: dt.datetime) -> dt.datetime:
        """Return when the quiet hours end that ``moment`` lies in, in UTC."""
        today = self.day(moment)
        # Where all that is not quiet is left out by the clock on a night, quiet hours go on until the next.
        ends = (
            dt.datetime.combine(today + days * DAY, self.quiet_until.replace(fold=fold), self.zone)
            for days in (0, 1, 2)
            for fold in (0, 1)
        )
        return min(end for end in map(_in_utc, ends) if end > moment and not self.is_quiet(end))


def _in_utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC)
