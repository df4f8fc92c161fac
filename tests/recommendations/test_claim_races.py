"""Several words about one credential at once, and one badge in two hands."""

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import User
from microcred.errors import DomainError
from recommendations import services
from recommendations.models import BadgeAchievement, CredentialClaim, LearnerCredential
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import CredentialFactory
from tests.factories.recommendations import BadgeIssuerFactory, BadgeIssuerKeyFactory, CredentialClaimFactory
from tests.recommendations.badges.making import ACHIEVEMENT, ISSUER, badge, identity, token

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
ROUNDS = 5


def at_once(deeds: Sequence[Callable[[], object]]) -> list[str]:
    """Do all of these at a time; return what came of each, in one word."""

    def done(deed: Callable[[], object]) -> str:
        try:
            deed()
        except DomainError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sorted(pool.map(done, deeds))


def test_a_word_that_is_said_at_once_is_one() -> None:
    student, credential = UserFactory(), CredentialFactory()
    deeds = [lambda: services.say_held(by=student, credential_id=credential.pk, now=NOW)] * 6

    assert at_once(deeds) == ["done"] * 6
    assert CredentialClaim.objects.count() == 1


def test_a_badge_for_two_proves_to_one_of_them() -> None:
    issuer = BadgeIssuerKeyFactory(issuer=BadgeIssuerFactory(identifier=ISSUER)).issuer
    BadgeAchievement.objects.create(issuer=issuer, achievement=ACHIEVEMENT, credential=CredentialFactory())
    people: list[User] = [UserFactory(email=f"twin{number}@example.org") for number in range(4)]
    body = badge()
    body["credentialSubject"]["identifier"] = [identity(person.email) for person in people]
    given = token(body)

    def bring(person: User) -> Callable[[], object]:
        return lambda: services.bring_badge(by=person, badge=given, now=NOW)

    assert at_once([bring(person) for person in people]) == ["BadgeUsed"] * 3 + ["done"]
    assert (CredentialClaim.objects.count(), LearnerCredential.objects.count()) == (1, 1)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_word_is_taken_back_or_decided_about(number: int) -> None:
    admin, claim = AdminFactory(), CredentialClaimFactory()

    def take_back() -> None:
        services.take_back_claim(by=claim.user, credential_id=claim.credential_id, now=NOW)

    def confirm() -> None:
        services.check_claim(by=admin, claim_id=claim.pk, decision="confirmed", reason="I saw it.", now=NOW)

    came = at_once([take_back, confirm])

    there = CredentialClaim.objects.filter(pk=claim.pk).exists()
    known = LearnerCredential.objects.filter(user=claim.user).exists()
    assert (came, there, known) in (
        (["ClaimDecided", "done"], True, True),
        (["ClaimMissing", "done"], False, False),
        (["NothingToDecide", "done"], False, False),
    )
