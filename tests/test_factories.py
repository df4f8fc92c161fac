"""Rows for tests never take a number that a test types."""

from tests.factories import FIRST_NUMBER
from tests.factories.accounts import UserFactory
from tests.factories.tutoring import WaitingSummaryFactory


def test_numbers_begin_above_those_that_tests_type() -> None:
    for factory in (UserFactory, WaitingSummaryFactory):
        assert factory._setup_next_sequence() == FIRST_NUMBER
