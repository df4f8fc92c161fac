"""The page of a role, on which its assessment is started."""

import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Consent, User
from accounts.services import choose_model_scoring
from assessments.models import Assessment
from catalog.models import JobRole
from tests.companion.student.browsing import browser_of, page_of
from tests.factories.accounts import UserFactory
from tests.factories.assessments import started_assessment
from tests.factories.catalog import JobRoleFactory, published_question, role_with_every_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def student() -> User:
    person: User = UserFactory()
    return person


def of(role: JobRole) -> str:
    return reverse("student:role", args=[role.pk])


def test_the_page_says_what_the_assessment_is_like(student: User) -> None:
    page = page_of(browser_of(student), of(role_with_every_type()))

    assert "7 questions, and 72 hours from when you start." in page
    assert 'SQL <span class="soft small">level <span class="number">4</span> of 5</span>' in page
    assert "May a language model score your texts?" in page


@pytest.mark.parametrize(("chosen", "may"), [("yes", True), ("no", False)])
def test_starting_keeps_who_may_score_and_leads_to_the_questions(
    student: User, chosen: str, may: bool
) -> None:
    answered = browser_of(student).post(of(role_with_every_type()), {"model_scoring": chosen})

    started = Assessment.objects.get(user=student)
    assert answered["Location"] == reverse("student:taking", args=[started.pk])
    assert started.model_scoring is may
    assert Consent.objects.get(user=student).given is may


def test_the_choice_begins_with_what_the_student_chose_for_good(student: User) -> None:
    choose_model_scoring(by=student, allowed=False, now=timezone.now())
    student.refresh_from_db()

    page = page_of(browser_of(student), of(role_with_every_type()))

    assert re.findall(r'value="(yes|no)"[^>]* checked>', page) == ["no"]


def test_nothing_is_asked_where_nothing_is_to_be_written(student: User) -> None:
    role = published_question("numeric").role

    answered = browser_of(student).post(of(role))

    assert answered.status_code == 302
    assert "May a language model" not in page_of(browser_of(UserFactory()), of(role))
    assert not Consent.objects.filter(user=student).exists()


def test_who_does_not_choose_is_asked_again(student: User) -> None:
    answered = browser_of(student).post(of(role_with_every_type()), {})

    assert answered.status_code == 400
    assert "Choose yes or no." in answered.content.decode()
    assert not Assessment.objects.exists()


def test_an_open_one_is_gone_on_with_and_none_is_started_beside_it() -> None:
    open_one = started_assessment(now=timezone.now())
    browser = browser_of(open_one.user)
    assert "You have begun this one already." in page_of(browser, of(open_one.role))

    answered = browser.post(of(open_one.role), {"model_scoring": "yes"}, follow=True)

    assert answered.redirect_chain == [(reverse("student:taking", args=[open_one.pk]), 302)]
    assert "You had begun this one already. Go on where you left off." in answered.content.decode()
    assert Assessment.objects.filter(user=open_one.user).count() == 1


def test_what_comes_first_is_named_and_nothing_is_started(student: User) -> None:
    role, first = role_with_every_type(), JobRoleFactory(name="Data Beginner")
    role.prerequisites.add(first)
    browser = browser_of(student)

    page = page_of(browser, of(role))
    answered = browser.post(of(role), {"model_scoring": "yes"})

    assert "Data Beginner" in page
    assert "Start</button>" not in page
    assert answered.status_code == 400
    assert not Assessment.objects.exists()


def test_a_role_without_questions_says_so(student: User) -> None:
    role = JobRoleFactory()
    browser = browser_of(student)

    page = page_of(browser, of(role))
    assert "There are no questions for this role yet." in page
    assert "0 questions" not in page
    assert browser.post(of(role)).status_code == 400


def test_a_role_that_is_not_offered_has_no_page(student: User) -> None:
    browser = browser_of(student)

    assert browser.get(of(JobRoleFactory(active=False))).status_code == 404
    assert browser.get(reverse("student:role", args=[uuid.UUID(int=7)])).status_code == 404
