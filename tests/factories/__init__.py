"""Rows for tests."""

from typing import Final

from factory.base import BaseFactory

# Tests type smaller numbers, and which number a process is at depends on the tests before.
FIRST_NUMBER: Final = 1000
BaseFactory._setup_next_sequence = classmethod(lambda factory: FIRST_NUMBER)
