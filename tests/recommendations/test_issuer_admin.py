"""Listing issuers in the administration: their keys in one form, their achievements, and what ends with them."""

import datetime as dt

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ops.models import AuditLog
from recommendations.models import BadgeAchievement, BadgeIssuer, BadgeIssuerKey, LearnerCredential
from recommendations.queries import listed_keys
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.catalog import CredentialFactory
from tests.factories.recommendations import (
    BadgeIssuerFactory,
    BadgeIssuerKeyFactory,
    CredentialClaimFactory,
    LearnerCredentialFactory,
)
from tests.recommendations.badges.making import ED25519, OTHER_ED25519, of_key, pem

pytestmark = pytest.mark.django_db
LIST = reverse("admin:recommendations_badgeissuer_changelist")
ADD = reverse("admin:recommendations_badgeissuer_add")
ISSUER = "https://issuer.example.org/1"


@pytest.fixture
def admin() -> Client:
    """An administrator who has just logged in."""
    client = Client()
    user: User = AdminFactory()
    client.force_login(user)
    return client


def form(*keys: dict[str, str], achievements: int = 0, **fields: str) -> dict[str, str]:
    data = {"name": "Example Academy", "identifier": ISSUER, "by_address": "on", "active": "on", **fields}
    data |= {"keys-TOTAL_FORMS": str(len(keys)), "keys-INITIAL_FORMS": "0"}
    data |= {"achievements-TOTAL_FORMS": str(achievements), "achievements-INITIAL_FORMS": "0"}
    for number, key in enumerate(keys):
        data |= {f"keys-{number}-{name}": value for name, value in key.items()}
    return data


def key(text: str, **fields: str) -> dict[str, str]:
    return {"pem": text, "valid_from_0": "2020-01-01", "valid_from_1": "00:00:00", "active": "on", **fields}


def test_an_issuer_is_listed_with_keys_and_achievements(admin: Client) -> None:
    credential = CredentialFactory()
    named = {"achievements-0-achievement": "urn:a", "achievements-0-credential": str(credential.pk)}

    answer = admin.post(ADD, form(key(of_key()), key(pem(OTHER_ED25519)), achievements=1, **named))

    assert answer.status_code == 302
    issuer = BadgeIssuer.objects.get()
    stored = BadgeIssuerKey.objects.order_by("pem").values_list("pem", "algorithm")
    assert set(stored) == {(pem(ED25519), "EdDSA"), (pem(OTHER_ED25519), "EdDSA")}
    assert [one.since for one in listed_keys()[ISSUER]] == [dt.datetime(2020, 1, 1, tzinfo=dt.UTC)] * 2
    assert BadgeAchievement.objects.get(issuer=issuer).credential == credential
    line = AuditLog.objects.get(action="badge_issuer.listed")
    assert line.metadata["fields"][-2:] == ["badge_achievements", "badge_issuer_keys"]
    assert "BEGIN" not in str(line.metadata)


@pytest.mark.parametrize(
    ("text", "words"),
    [("z6Mk", "This is no public key"), ("-----BEGIN PRIVATE KEY-----", "This is a private key")],
)
def test_what_is_no_public_key_is_refused(admin: Client, text: str, words: str) -> None:
    shown = admin.post(ADD, form(key(text))).content.decode()

    assert words in shown
    assert not BadgeIssuer.objects.exists()


def test_one_key_is_listed_once_and_ends_after_it_begins(admin: Client) -> None:
    twice = admin.post(ADD, form(key(of_key()), key(pem(ED25519))))
    ended = admin.post(ADD, form(key(of_key(), valid_until_0="2019-01-01", valid_until_1="00:00:00")))

    assert (twice.status_code, ended.status_code) == (200, 200)
    assert "This key is listed already." in twice.content.decode()
    assert "A key ends after it begins." in ended.content.decode()
    assert not BadgeIssuer.objects.exists()


def test_an_issuer_without_a_key_is_pointed_out(admin: Client) -> None:
    shown = admin.post(ADD, form(), follow=True).content.decode()

    assert "No key of this issuer is in use" in shown
    assert listed_keys() == {ISSUER: []}


def test_the_id_of_an_issuer_stays_and_nothing_is_deleted(admin: Client) -> None:
    issuer = BadgeIssuerKeyFactory(issuer=BadgeIssuerFactory(identifier=ISSUER)).issuer
    page = reverse("admin:recommendations_badgeissuer_change", args=[issuer.pk])

    shown = admin.get(page).content.decode()
    assert 'name="identifier"' not in shown
    assert (
        admin.post(reverse("admin:recommendations_badgeissuer_delete", args=[issuer.pk])).status_code == 403
    )
    assert "keys-0-DELETE" not in shown


def test_what_was_proven_is_withdrawn_after_it_was_asked(admin: Client) -> None:
    issuer = BadgeIssuerKeyFactory(issuer=BadgeIssuerFactory(name="Harbour", identifier=ISSUER)).issuer
    claim = CredentialClaimFactory(
        issuer=issuer, proven_at="2026-01-02T00:00:00Z", badge_digest="0" * 64, badge_issuer=ISSUER
    )
    LearnerCredentialFactory(user=claim.user, credential=claim.credential, source="badge")
    body = {"action": "withdraw_proofs", ACTION_CHECKBOX_NAME: [str(issuer.pk)]}

    asked = admin.post(LIST, body).content.decode()
    assert "Nothing these issuers sign counts any more" in asked
    assert LearnerCredential.objects.exists()
    done = admin.post(LIST, {**body, "post": "yes"}, follow=True).content.decode()

    assert "Harbour is switched off; 1 proof withdrawn." in done
    claim.refresh_from_db()
    assert (claim.state.value, claim.not_proven) == ("own_word", "proof_withdrawn")
    assert not LearnerCredential.objects.exists()


def test_records_that_follow_a_claim_are_not_removed_by_hand(admin: Client) -> None:
    row = LearnerCredentialFactory(user=UserFactory(), source="badge")
    lists = reverse("admin:recommendations_learnercredential_changelist")
    body = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [str(row.pk)], "post": "yes"}

    alone = admin.post(
        reverse("admin:recommendations_learnercredential_delete", args=[row.pk]), {"post": "yes"}
    )
    admin.post(lists, body)

    assert alone.status_code == 403
    assert LearnerCredential.objects.filter(pk=row.pk).exists()


def test_a_key_that_somebody_has_listed_since_the_page_was_opened_is_refused(admin: Client) -> None:
    issuer = BadgeIssuerFactory()
    page = reverse("admin:recommendations_badgeissuer_change", args=[issuer.pk])
    sent = form(key(of_key()), name=issuer.name)

    first, second = admin.post(page, sent), admin.post(page, sent)

    assert (first.status_code, second.status_code) == (302, 200)
    assert "This key is listed already." in second.content.decode()
    assert BadgeIssuerKey.objects.count() == 1
