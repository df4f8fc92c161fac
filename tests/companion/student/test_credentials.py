"""Students say which credentials they hold, prove it by a badge, and take their word back."""

import datetime as dt
import io
import json
import re
import uuid
from typing import Any

import png
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openbadgeslib.baking import bake_png
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from ops.models import AuditLog
from recommendations import services
from recommendations.models import BadgeAchievement, CredentialClaim
from tests.factories.accounts import AdvisorAssignmentFactory, AdvisorFactory, UserFactory
from tests.factories.catalog import NOW, CredentialFactory
from tests.factories.recommendations import (
    BadgeIssuerFactory,
    BadgeIssuerKeyFactory,
    CredentialClaimFactory,
    LearnerCredentialFactory,
)
from tests.recommendations.badges.making import ACHIEVEMENT, ISSUER, badge, document, token

pytestmark = pytest.mark.django_db
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def student() -> User:
    """Who says what they hold; the badges of these tests are made out to their address."""
    made: User = UserFactory(email="ada@example.org")
    return made


@pytest.fixture
def client(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


@pytest.fixture
def proving() -> Any:
    """The credential that badges of the listed issuer prove."""
    issuer = BadgeIssuerKeyFactory(issuer=BadgeIssuerFactory(identifier=ISSUER)).issuer
    credential = CredentialFactory(title="SQL joins")
    BadgeAchievement.objects.create(issuer=issuer, achievement=ACHIEVEMENT, credential=credential)
    return credential


def address(credential: Any) -> str:
    return reverse("student:credential", args=[credential.pk])


def plain_png() -> bytes:
    file = io.BytesIO()
    png.Writer(width=1, height=1, greyscale=True).write(file, [[0]])
    return file.getvalue()


def file_of(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("badge", data)


def test_who_holds_nothing_is_told_what_to_do(client: Client) -> None:
    page = client.get(reverse("student:credentials")).content.decode()

    assert "Nothing yet" in page
    assert "Find a certificate or course that you have, and say so." in page


def test_a_credential_is_found_and_said_to_be_held_once(client: Client, student: User) -> None:
    credential = CredentialFactory(title="SQL joins", provider="Harbour")
    CredentialFactory(title="Public speaking")
    CredentialFactory(title="SQL joins of long ago", active=False)

    found = client.get(reverse("student:credential-find"), {"search": "joins"}).content.decode()

    assert "1 found" in found
    assert address(credential) in found
    assert "I hold this" in client.get(address(credential)).content.decode()
    for _ in range(2):
        page = client.post(
            address(credential), {"obtained_on": "2025-06-01", "note": f"At {MARKUP}."}, follow=True
        ).content.decode()
    (claim,) = CredentialClaim.objects.all()
    assert (claim.user, str(claim.obtained_on), claim.note) == (student, "2025-06-01", f"At {MARKUP}.")
    assert '<span class="badge warn">Your own word</span>' in page
    assert "1 Jun 2025" in page
    assert "It is kept as you said it." in page
    assert MARKUP not in page
    assert 'name="obtained_on" value="2025-06-01"' in page
    found = client.get(reverse("student:credential-find"), {"search": "joins"}).content.decode()
    assert '<span class="badge plain">Yours</span>' in found


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("1949-12-31", "Say on which day you obtained it, or leave the day out."),
        ("soon", "Enter a valid date."),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_the_note_kept(client: Client, day: str, said: str) -> None:
    refused = client.post(address(CredentialFactory()), {"obtained_on": day, "note": "At school."})

    page = refused.content.decode()
    assert refused.status_code == 400
    assert said in page
    assert "At school.</textarea>" in page
    assert CredentialClaim.objects.count() == 0


@pytest.mark.parametrize("kind", ["a token as text", "a file of a token", "a file of JSON", "a picture"])
def test_a_badge_that_says_what_it_is_for_proves_it(client: Client, proving: Any, kind: str) -> None:
    sent = {
        "a token as text": {"badge_text": token(badge())},
        "a file of a token": {"badge_file": file_of(token(badge()).encode())},
        "a file of JSON": {"badge_file": file_of(json.dumps(document(badge())).encode())},
        "a picture": {
            "badge_file": file_of(bake_png(plain_png(), token(badge()), keyword=b"openbadgecredential"))
        },
    }[kind]

    page = client.post(reverse("student:credentials"), sent, follow=True).content.decode()

    assert "Your badge was read." in page
    assert '<span class="badge good">Proven by a badge</span>' in page
    assert "Example Academy" in page
    assert CredentialClaim.objects.get().credential == proving


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose the file of a badge, or paste its text."),
        ({"badge_text": "e30.e30."}, "sign"),
        ({"badge_file": file_of(b"\x89PNG\r\n\x1a\n\xff\xfe")}, "The picture cannot be read."),
        ({"badge_file": file_of(b"\xff" * 1_000_002)}, "A badge has at most a million characters"),
        ({"badge_text": token(badge())}, "It is not known here which credential the badge is for."),
    ],
)
def test_a_badge_that_is_no_proof_is_refused_in_words(
    client: Client, sent: dict[str, Any], said: str
) -> None:
    refused = client.post(reverse("student:credentials"), sent)

    page = refused.content.decode()
    assert refused.status_code == 400
    assert said in page
    assert " open>" in page
    assert CredentialClaim.objects.count() == 0


def test_a_badge_of_an_unknown_issuer_counts_as_ones_own_word(client: Client) -> None:
    status = {"id": "https://issuer.example.org/lists/1#7", "type": "BitstringStatusListEntry"}

    page = client.post(
        address(CredentialFactory()),
        {"badge_text": json.dumps(document(badge(credentialStatus=status)))},
        follow=True,
    ).content.decode()

    assert '<span class="badge warn">Your own word</span>' in page
    assert "Whoever issued the badge is not on the list of those whose badges count here." in page
    assert "Whether the badge has been called back since was not checked." in page


def test_what_staff_decided_is_read_with_its_reason_and_without_who_it_was(
    client: Client, student: User
) -> None:
    claim = CredentialClaimFactory(
        user=student, decision="refused", reason="We found no record.", decided_at="2026-03-11T12:00:00Z",
        decided_by=AdvisorFactory(name="Robin"),
    )  # fmt: skip

    page = client.get(address(claim.credential)).content.decode()
    refused = client.post(address(claim.credential), {"note": "But I do."})

    assert '<span class="badge bad">Refused</span>' in page
    assert "We found no record." in page
    assert "Robin" not in page
    assert "Take back what I said" not in page
    assert refused.status_code == 400
    assert (
        "Staff has refused it: “We found no record.” Ask your advisor to look again."
        in refused.content.decode()
    )


def test_what_staff_decided_is_new_until_it_is_seen_and_anew_with_another_decision(
    client: Client, student: User
) -> None:
    advisor = AdvisorAssignmentFactory(student=student).advisor
    claim = CredentialClaimFactory(user=student)
    decided = {"by": advisor, "claim_id": claim.pk, "reason": "I saw it."}
    services.check_claim(decision="confirmed", now=NOW, **decided)
    page = client.get(address(claim.credential)).content.decode()
    (seen,) = re.findall(r'name="decided_at" value="([^"]+)"', page)
    where = reverse("student:credential-seen", args=[claim.credential_id])

    assert "1 decision about a credential that you named" in client.get("/student/").content.decode()
    assert '<span class="badge accent">New</span>' in client.get("/student/credentials/").content.decode()
    for sent in ({"decided_at": "soon"}, {"decided_at": "2026-03-01T09:00:00Z"}):
        assert client.post(where, sent | {"by_itself": "1"})["Location"] == address(claim.credential)
        claim.refresh_from_db()
        assert claim.decision_seen_at is None
    assert [client.post(where, {"decided_at": seen, "by_itself": "1"}).status_code for _ in range(2)] == [
        204,
        204,
    ]
    assert AuditLog.objects.filter(action="credential_claim.seen").count() == 1
    for shown in ("/student/", "/student/credentials/", address(claim.credential)):
        assert "New" not in client.get(shown).content.decode().partition("<main")[2]

    services.check_claim(decision="refused", now=NOW + dt.timedelta(hours=1), **decided)
    assert '<span class="badge accent">New</span>' in client.get(address(claim.credential)).content.decode()
    assert client.post(where, {"decided_at": seen})["Location"] == address(claim.credential)
    claim.refresh_from_db()
    assert claim.decision_seen_at is None


def test_a_word_is_taken_back(client: Client, student: User) -> None:
    claim = CredentialClaimFactory(user=student)
    assert "Take back what I said" in client.get(address(claim.credential)).content.decode()

    page = client.post(
        reverse("student:credential-take-back", args=[claim.credential_id]), follow=True
    ).content.decode()

    assert "Your word is taken back, with the badge if you had brought one." in page
    assert CredentialClaim.objects.count() == 0
    again = client.post(reverse("student:credential-take-back", args=[claim.credential_id]), follow=True)
    assert "You do not say that you hold it." in again.content.decode()


@pytest.mark.parametrize(
    ("source", "label", "said"),
    [
        ("feedback", "Taken up", "You took it up by accepting a recommendation. Take that feedback back."),
        ("import", "Recorded", "Staff has recorded it. Ask your advisor."),
    ],
)
def test_what_is_known_otherwise_is_not_taken_back_here(
    client: Client, student: User, source: str, label: str, said: str
) -> None:
    known = LearnerCredentialFactory(user=student, source=source)
    credential = known.credential
    assert f"{label}</span>" in client.get(address(credential)).content.decode()

    page = client.post(
        reverse("student:credential-take-back", args=[credential.pk]), follow=True
    ).content.decode()

    assert said in page


def test_words_of_others_are_not_there(client: Client) -> None:
    theirs = CredentialClaimFactory(note="Theirs alone.", credential=CredentialFactory(active=False))

    assert "Nothing yet" in client.get(reverse("student:credentials")).content.decode()
    for answer in (
        client.get(address(theirs.credential)),
        client.post(address(theirs.credential), {"note": "Mine?"}),
        client.post(reverse("student:credential-take-back", args=[theirs.credential_id])),
        client.get(reverse("student:credential", args=[uuid.UUID(int=7)])),
    ):
        assert answer.status_code == 404
    assert CredentialClaim.objects.get() == theirs


def test_a_list_takes_as_many_queries_however_long_it_is(
    client: Client, student: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (1, 2, 3):
        CredentialClaimFactory(user=student)
        LearnerCredentialFactory(user=student)
        if number in {1, 3}:
            with django_assert_num_queries(5):
                page = client.get(reverse("student:credentials")).content.decode()
            assert page.count('role="rowheader"') == 2 * number
