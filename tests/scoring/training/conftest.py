"""What reads the generated answers, shared by all tests of this folder."""

import pytest

from scoring.training.reading import Reader, reader
from tests.scoring.training.made import HashedEncoder


@pytest.fixture(scope="session")
def read() -> Reader:
    """A reader without a model."""
    return reader(HashedEncoder())
