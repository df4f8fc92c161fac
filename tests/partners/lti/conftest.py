"""A course whose platform runs on this machine."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from partners.lti import services
from partners.lti.launch_validation import PUBLISHED
from partners.lti.passback import TOKENS
from partners.models import LtiPlatform
from tests.fakes.learning_platform import LearningPlatform


@pytest.fixture
def platform(settings: Settings) -> Iterator[LearningPlatform]:
    """A platform that does as it should."""
    settings.PUBLIC_URL = "http://testserver"
    PUBLISHED.forget()
    TOKENS.forget()
    with LearningPlatform() as running:
        yield running
    PUBLISHED.forget()


@pytest.fixture
def registered(platform: LearningPlatform, db: None) -> LtiPlatform:
    """The platform as an administrator has registered it, which makes nobody a student."""
    made = LtiPlatform(**platform.registered())
    services.save_platform(by=None, platform=made, changed=frozenset(), now=timezone.now())
    return made


@pytest.fixture
def client() -> Client:
    return Client()
