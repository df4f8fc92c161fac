"""The requests of the guide, sent one after the other."""

import json
import re

import pytest
from django.conf import settings

from recommendations.badges.facts import Unfit
from recommendations.enums import ClaimState, LearnerCredentialSource, NotProven
from recommendations.models import BadgeAchievement
from recommendations.services import badges
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.catalog import CredentialFactory
from tests.factories.recommendations import BadgeIssuerFactory, BadgeIssuerKeyFactory
from tests.recommendations.badges.making import ACHIEVEMENT, ISSUER, badge, token

GUIDE = (settings.BASE_DIR / "docs/guides/credentials-api.md").read_text("utf-8")
REQUEST = re.compile(r"```http\n(?P<method>\w+) (?P<path>\S+)\n(?P<body>[^`]*)```")


@pytest.mark.django_db
def test_every_request_of_the_guide_does_what_it_says() -> None:
    issuer = BadgeIssuerKeyFactory(issuer=BadgeIssuerFactory(identifier=ISSUER)).issuer
    said, proven = CredentialFactory(), CredentialFactory()
    BadgeAchievement.objects.create(issuer=issuer, achievement=ACHIEVEMENT, credential=proven)
    client, answered = client_of(UserFactory(email="ada@example.org")), []
    for one in REQUEST.finditer(GUIDE):
        path, body = (
            one[part].replace("{credential}", str(said.pk)).replace("{badge}", token(badge()))
            for part in ("path", "body")
        )
        answer = client.generic(one["method"], path, body, content_type="application/json")
        told = json.loads(answer.content or "{}")
        answered.append((one["method"], answer.status_code, told.get("source"), told.get("total")))

    assert answered == [
        ("POST", 201, "own_word", None),
        ("POST", 201, "badge", None),
        ("GET", 200, None, 2),
        ("POST", 409, None, None),  # nobody has decided about it
        ("DELETE", 204, None, None),
    ]


def test_the_guide_names_every_word() -> None:
    reasons = (*Unfit, badges.OTHER_CREDENTIAL, badges.ACHIEVEMENT)
    for word in (*ClaimState, *NotProven, *LearnerCredentialSource, *reasons):
        assert f"`{word}`" in GUIDE
