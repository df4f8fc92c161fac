"""Learning platforms, and who comes from them."""

import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from partners.models import LtiGrade, LtiLink, LtiPlatform
from tests.factories.accounts import UserFactory
from tests.factories.catalog import JobRoleFactory


def platform() -> dict[str, Any]:
    """What an administrator is told of a platform; no two have the same name."""
    return {
        "name": "Northfield Moodle", "issuer": "https://moodle.example.edu", "client_id": "moodle-1",
        "auth_url": "https://moodle.example.edu/mod/lti/auth.php",
        "token_url": "https://moodle.example.edu/mod/lti/token.php",
        "jwks_url": "https://moodle.example.edu/mod/lti/certs.php",
    }  # fmt: skip


class LtiPlatformFactory(DjangoModelFactory[LtiPlatform]):
    """A platform that is on, and makes nobody a student."""

    class Meta:
        model = LtiPlatform

    name = "Northfield Moodle"
    issuer = "https://moodle.example.edu"
    client_id = factory.Sequence(lambda number: f"client-{number}")
    deployment_ids = ["1"]
    auth_url = "https://moodle.example.edu/mod/lti/auth.php"
    token_url = "https://moodle.example.edu/mod/lti/token.php"
    jwks_url = "https://moodle.example.edu/mod/lti/certs.php"


class LtiLinkFactory(DjangoModelFactory[LtiLink]):
    """A student who has linked their account."""

    class Meta:
        model = LtiLink

    platform = factory.SubFactory(LtiPlatformFactory)
    subject = factory.Sequence(lambda number: f"learner-{number}")
    person = factory.SubFactory(UserFactory)
    confirmed = True
    linked_at = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


class LtiGradeFactory(DjangoModelFactory[LtiGrade]):
    """A place in a gradebook that was told nothing yet."""

    class Meta:
        model = LtiGrade

    person = factory.SubFactory(UserFactory)
    platform = factory.SubFactory(LtiPlatformFactory)
    role = factory.SubFactory(JobRoleFactory)
    resource_link = "link-7"
    line_item = "https://moodle.example.edu/items/7?type_id=1"
    seen_at = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
