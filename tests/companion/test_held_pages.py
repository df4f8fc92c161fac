"""The page on which staff sees what a student says to hold, and decides about it."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from recommendations.models import CredentialClaim
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import AdvisorFactory
from tests.factories.catalog import CredentialFactory
from tests.factories.recommendations import CredentialClaimFactory, LearnerCredentialFactory

pytestmark = pytest.mark.django_db
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def people() -> tuple[User, User]:
    """An advisor and their student."""
    return advised_student()


def page_of(student: User) -> str:
    return reverse("advisor:student-credentials", args=[student.pk])


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def given(claim: CredentialClaim, decision: str, **changes: str) -> dict[str, str]:
    return {
        "claim": str(claim.pk), "decision": decision, "seen": claim.state.value, "reason": "I saw it.", **changes,
    }  # fmt: skip


def test_it_shows_words_badges_and_records(people: tuple[User, User]) -> None:
    advisor, student = people
    CredentialClaimFactory(
        user=student, credential=CredentialFactory(title="SQL joins"), note=MARKUP, badge_digest="0" * 64,
        badge_issuer="https://issuer.example.org/1", badge_issuer_name=MARKUP, badge_achievement="urn:a",
        badge_issued_at="2026-01-02T00:00:00Z", not_proven="issuer_unknown", revocation_unchecked=True,
    )  # fmt: skip
    LearnerCredentialFactory(user=student, source="import")

    html = as_(advisor).get(page_of(student)).content.decode()

    for text in (
        "SQL joins",
        "Own word",
        "https://issuer.example.org/1",
        "Its issuer is not listed here",
        "2 named",
    ):
        assert text in html
    assert "Whether the badge has been revoked was not checked" in html
    assert "Completed, import" in html
    assert MARKUP not in html
    assert html.count("<summary>Decide") == 1


def test_a_decision_counts_at_once(people: tuple[User, User]) -> None:
    advisor, student = people
    claim = CredentialClaimFactory(user=student)
    client = as_(advisor)

    answer = client.post(page_of(student), given(claim, "confirmed"), follow=True)

    assert "It is confirmed, and known to be held." in answer.content.decode()
    claim.refresh_from_db()
    assert (claim.state.value, claim.reason, claim.decided_by) == ("confirmed", "I saw it.", advisor)
    client.post(page_of(student), given(claim, "take_back", reason=""))
    claim.refresh_from_db()
    assert claim.state.value == "own_word"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "State a reason"),
        ({"seen": "proven"}, "It has changed since you looked"),
        ({"decision": "take_back"}, "Nothing was decided"),
        ({"claim": "x"}, "Nothing was decided"),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(
    people: tuple[User, User], changes: dict[str, str], words: str
) -> None:
    advisor, student = people
    claim = CredentialClaimFactory(user=student)

    html = (
        as_(advisor).post(page_of(student), given(claim, "refused") | changes, follow=True).content.decode()
    )

    assert words in html
    claim.refresh_from_db()
    assert claim.state.value == "own_word"


def test_it_is_for_those_who_look_after_the_student(people: tuple[User, User]) -> None:
    advisor, student = people
    claim = CredentialClaimFactory(user=student)
    other_advisor, other = advised_student()

    for client, page in (
        (as_(AdvisorFactory()), page_of(student)),
        (as_(student), page_of(student)),
        (as_(other_advisor), page_of(other)),
    ):
        assert client.post(page, given(claim, "refused")).status_code == 404
    claim.refresh_from_db()
    assert claim.state.value == "own_word"
    assert as_(advisor).get(page_of(other)).status_code == 404


def test_the_list_of_students_says_how_many_wait(people: tuple[User, User]) -> None:
    advisor, student = people
    CredentialClaimFactory.create_batch(2, user=student)
    CredentialClaimFactory(user=student, proven_at=None, decision="")

    html = as_(advisor).get(reverse("advisor:students")).content.decode()

    assert "Credentials (3 to check)" in html
    assert page_of(student) in html


def test_an_assessment_leads_there(people: tuple[User, User]) -> None:
    advisor, student = people
    page = reverse("advisor:assessment", args=[finished_assessment(student).pk])

    assert f'href="{page_of(student)}">Credentials held' in as_(advisor).get(page).content.decode()


def test_a_student_without_any_is_said_to_have_none(people: tuple[User, User]) -> None:
    advisor, student = people

    assert "Nothing is named" in as_(advisor).get(page_of(student)).content.decode()
