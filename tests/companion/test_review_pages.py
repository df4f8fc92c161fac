"""The review pages: closed answers and essays, marked blind, with nothing that says whose they are."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessments.models import Assessment, AssessmentResponse
from catalog.models import JobRole
from scoring.models import ReviewTask, ScoreOverride
from scoring.oversight import claim_next
from tests.factories.accounts import AdvisorFactory, UserFactory
from tests.factories.assessments import GOOD_ESSAY
from tests.factories.catalog import published_question
from tests.factories.oversight import judged_assessment
from tests.factories.scoring import role_with_essay

pytestmark = pytest.mark.django_db
SIGNED = f"{GOOD_ESSAY} Robin Ferrante, robin@home.example"


@pytest.fixture
def role() -> JobRole:
    role = role_with_essay()
    published_question("short_text", role=role)
    return role


@pytest.fixture
def student() -> User:
    user: User = UserFactory(name="Robin Ferrante", email="robin@home.example")
    return user


@pytest.fixture
def advisor() -> User:
    user: User = AdvisorFactory(name="Kim Advisor")
    return user


@pytest.fixture
def desk(advisor: User) -> Client:
    client = Client()
    client.force_login(advisor)
    return client


def unmatched(student: User, role: JobRole) -> Assessment:
    return judged_assessment(
        student=student, role=role, answers={"short_text": "a query, says Robin Ferrante"}
    )


def waiting(student: User, role: JobRole) -> Assessment:
    return judged_assessment(
        student=student, role=role, levels={"reasoning": "l1", "evidence": None}, answers={"essay": SIGNED}
    )


def traces_of(student: User, assessment: Assessment) -> list[str]:
    """Return everything that would say whose the answer is."""
    answers = AssessmentResponse.objects.filter(assessment=assessment).values_list("pk", flat=True)
    ids: list[uuid.UUID] = [student.pk, assessment.pk, *answers]
    return ["robin", "ferrante", "home.example", *(str(one) for one in ids), *(one.hex for one in ids)]


def told(answer: Any) -> str:
    """Return all that an answer says: its page and its headers."""
    return f"{answer.content.decode()} {answer.headers}".casefold()


@pytest.mark.parametrize("make", [unmatched, waiting])
def test_neither_page_nor_headers_say_whose_an_answer_is(
    desk: Client, advisor: User, student: User, role: JobRole, make: Any
) -> None:
    assessment = make(student, role)
    task = claim_next(by=advisor)
    assert task is not None
    address = reverse("advisor:review", args=[task.pk])
    marks = {"points": "0.5"} if make is unmatched else {"level-reasoning": "l1", "level-evidence": "l1"}

    pages = [desk.get("/advisor/reviews/"), desk.get(address), desk.post(address, marks), desk.get(address)]

    assert [page.status_code for page in pages] == [200, 200, 302, 200]
    for page in pages:
        found = [trace for trace in traces_of(student, assessment) if trace in told(page)]
        assert found == []
    assert "[name_1]" in told(pages[-1])


def test_a_closed_answer_is_marked_then_compared_and_decided(
    desk: Client, advisor: User, student: User, role: JobRole
) -> None:
    unmatched(student, role)
    page = desk.post(reverse("advisor:review-next"), follow=True)
    task = ReviewTask.objects.get()
    address = reverse("advisor:review", args=[task.pk])
    first = page.content.decode()
    assert "The rules gave" not in first
    assert "Fits no accepted answer" not in first
    assert "Points of 1.00" in first

    second = desk.post(address, {"points": "0.5"}, follow=True).content.decode()

    assert "The rules gave 0.00 of 1.00." in second
    assert "Fits no accepted answer" in second
    refused = desk.post(address, {"points": "0.5", "reason": ""})
    assert refused.status_code == 400
    assert "State a reason" in refused.content.decode()
    done = desk.post(address, {"points": "0.5", "reason": "It says the same."}, follow=True).content.decode()
    assert "Your decision counts, and the student is told." in done
    assert ScoreOverride.objects.get().scored_by == advisor


@pytest.mark.parametrize("points", ["", "x", "-1", "1.01", "NaN"])
def test_points_that_cannot_be_are_refused_and_nothing_is_kept(
    desk: Client, advisor: User, student: User, role: JobRole, points: str
) -> None:
    unmatched(student, role)
    task = claim_next(by=advisor)
    assert task is not None

    answer = desk.post(reverse("advisor:review", args=[task.pk]), {"points": points})

    assert answer.status_code == 400
    assert "Nothing was stored." in answer.content.decode()
    task.refresh_from_db()
    assert task.first_marks is None
