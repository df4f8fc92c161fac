"""A vector arrives as it left, to the last bit, as bytes and within a statement as text."""

from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from microcred.database.vectors import BinaryVector

pytestmark = pytest.mark.django_db
NUMBERS = np.array([0.1, -1 / 3, 1e-30, 3.4e38, 0.0, 1.0000001], np.float32)


def received(sql: str, values: Any = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        (row,) = cursor.fetchall()
    return list(row)


def test_a_vector_arrives_to_the_last_bit() -> None:
    sent, dimensions = received(
        "SELECT vector_send(%(v)s::vector), vector_dims(%(v)s::vector)", {"v": BinaryVector.of(NUMBERS)}
    )

    assert dimensions == 6
    assert np.array_equal(np.frombuffer(sent, ">f4", offset=4), NUMBERS)


def test_a_statement_told_as_text_has_the_same_vector() -> None:
    with CaptureQueriesContext(connection) as captured:
        sent = received("SELECT vector_send(%s::vector)", [BinaryVector.of(NUMBERS)])

    told = captured[0]["sql"]
    assert "'[0.1" in told
    assert received(told) == sent
