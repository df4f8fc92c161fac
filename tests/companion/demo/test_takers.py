"""Made-up learners whose answers were scored: nothing of staff's pages is empty, and nothing is counted as real."""

import html
import random
import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessments.enums import Stage
from assessments.models import Assessment
from catalog.models import JobRole
from companion.demo.people import ADMIN, ADVISOR, ensure_people
from companion.demo.takers import ROLE, TAKERS, ensure_takers, invent_takers
from ops.models import AsyncJob
from scoring import oversight, statistics
from scoring.models import Appeal, ReviewerCalibration, ReviewTask
from tests.factories.catalog import NOW
from tests.factories.statistics import completed, role_with_three_questions

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> JobRole:
    found = role_with_three_questions()
    JobRole.objects.filter(pk=found.pk).update(key=ROLE, release_policy="staff", review_sample_rate="0.05")
    ensure_people()
    assert ensure_takers(now=NOW) == TAKERS
    found.refresh_from_db()
    return found


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def browser_of(email: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


def test_no_page_for_staff_is_empty_and_what_is_made_up_is_called_so(role: JobRole) -> None:
    admin, advisor = browser_of(ADMIN), browser_of(ADVISOR)
    boss = User.objects.get(email=ADMIN)

    assert f"{TAKERS} students" in text_of(admin, reverse("advisor:quality-items", args=[role.pk]))
    (whole, *_) = statistics.question_pairs(by=boss, role_id=role.pk, synthetic=True)
    assert (whole.model.n, whole.reviewers.n) == (12, 10)
    assert statistics.profile_keys(by=boss, role_id=role.pk, synthetic=True) == ["study"]
    fair = statistics.fairness(by=boss, role_id=role.pk, key="study", synthetic=True)
    assert [(line.name, line.people) for line in fair.groups] == [("full time", 15), ("part time", 15)]
    for name in ("quality-items", "quality-agreement", "quality-fairness"):
        shown = text_of(admin, reverse(f"advisor:{name}", args=[role.pk]))
        assert "Made-up learners are counted: these figures say nothing about real students." in shown
    assert Assessment.objects.filter(stage=Stage.AWAITING_RELEASE).count() == 3
    assert oversight.queue_lines(boss) != []
    assert ReviewerCalibration.objects.get().passed
    appeal = Appeal.objects.get()
    assert (
        reverse("advisor:appeal", args=[appeal.pk])
        in advisor.get(reverse("advisor:appeals")).content.decode()
    )
    assert oversight.is_impartial(User.objects.get(email=ADVISOR), appeal)


def test_as_soon_as_a_student_has_completed_the_role_the_made_up_are_left_out(role: JobRole) -> None:
    completed(role)
    admin, address = browser_of(ADMIN), reverse("advisor:quality-items", args=[role.pk])

    assert "1 student " in text_of(admin, address)
    assert "Made-up learners are left out." in text_of(admin, address)
    assert f"{TAKERS + 1} students" in text_of(admin, f"{address}?synthetic=on")


def test_a_second_time_changes_nothing_and_no_work_is_left_for_workers(role: JobRole) -> None:
    before = (User.objects.count(), ReviewTask.objects.count(), Appeal.objects.count())

    assert ensure_takers(now=NOW) == 0

    assert (User.objects.count(), ReviewTask.objects.count(), Appeal.objects.count()) == before
    assert not AsyncJob.objects.exists()
    call_command("verify_records")
    call_command("replay", all=True)


def test_every_role_gets_learners_where_that_is_asked_for(role: JobRole) -> None:
    other = role_with_three_questions()

    call_command("load_demo", every_role=True)

    takers = Assessment.objects.filter(user__email__contains="-taker-")
    assert [takers.filter(role=one).count() for one in (role, other)] == [TAKERS, TAKERS]
    for name in ("quality-items", "quality-agreement", "quality-fairness"):
        shown = text_of(browser_of(ADMIN), reverse(f"advisor:{name}", args=[other.pk]))
        assert "Made-up learners are counted" in shown
    (whole, *_) = statistics.question_pairs(
        by=User.objects.get(email=ADMIN), role_id=other.pk, synthetic=True
    )
    assert whole.model.n == 12


def test_without_the_role_there_is_nothing_to_do() -> None:
    assert ensure_takers(now=NOW) == 0


def test_the_same_seed_gives_the_same_learners() -> None:
    assert invent_takers(random.Random(1)) == invent_takers(random.Random(1))
    assert {one.study for one in invent_takers(random.Random(1))} == {"full time", "part time"}
