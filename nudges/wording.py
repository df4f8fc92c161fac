"""Counts, days and times as nudges say them."""

import datetime as dt

from nudges.quiet import Clock


def days(span: dt.timedelta) -> str:
    """Return how many whole days there are in a span."""
    return number(span // dt.timedelta(days=1), "day")


def number(count: int, word: str) -> str:
    """Return so many of something."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def said(moment: dt.datetime, clock: Clock) -> str:
    """Return a day and time by the student's clock."""
    return f"{day(moment, clock)}, {moment.astimezone(clock.zone):%H:%M}"


def day(moment: dt.datetime, clock: Clock) -> str:
    """Return a day by the student's clock."""
    here = moment.astimezone(clock.zone)
    return f"{here.day} {here:%B}"
