"""Statements that are planned for their own values."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def custom_plans() -> Iterator[None]:
    """Have the server plan what is asked within for the values that it is asked with.

    A statement that a connection asks often is kept with a plan for any values, in which a span of time is taken to
    have a two-hundredth of the rows: a year is then read row by row, in several times the time. For statements that
    take far longer than their planning, which is some milliseconds each time.
    """
    connection.ensure_connection()
    driver = connection.connection
    before, driver.prepare_threshold = driver.prepare_threshold, None
    try:
        yield
    finally:
        driver.prepare_threshold = before
