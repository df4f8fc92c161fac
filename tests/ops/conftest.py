"""The test kinds of job, known to every test of this folder."""

import pytest
from django.conf import LazySettings

from tests.ops.kinds import KINDS


@pytest.fixture(autouse=True)
def known_kinds(settings: LazySettings) -> None:
    """Add the test kinds to the product's."""
    settings.JOB_KINDS = settings.JOB_KINDS | KINDS
