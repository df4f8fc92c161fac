"""Deciding about the scores of somebody who is being erased at the same moment."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from accounts.personal_data import erasing
from assessments import services as assessments
from assessments.models import Assessment
from microcred.errors import Missing
from scoring import oversight
from scoring.models import Appeal
from tests.factories.accounts import AdminFactory
from tests.factories.assessments import question_id_of
from tests.factories.catalog import NOW
from tests.factories.oversight import judged_assessment
from tests.waiting import beside

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + dt.timedelta(days=3)


def erase(person: User) -> None:
    request = erasing.request_erasure(by=person, person=person, now=NOW)
    erasing.erase(request.pk, now=request.due_at)


def override(by: User, assessment: Assessment, appeal: Appeal) -> Any:
    return oversight.override(
        by=by, assessment_id=assessment.pk, question_id=question_id_of(assessment, "multiple_choice"),
        new=oversight.NewScore(score=Decimal(1)), reason="It was right.", now=LATER,
    )  # fmt: skip


def release(by: User, assessment: Assessment, appeal: Appeal) -> Any:
    return assessments.release(by=by, assessment_id=assessment.pk, now=LATER)


def decide(by: User, assessment: Assessment, appeal: Appeal) -> Any:
    return oversight.decide(by=by, appeal_id=appeal.pk, new=None, reason="It stands.", now=LATER)


def say(by: User, assessment: Assessment, appeal: Appeal) -> Any:
    return oversight.say(by=by, appeal_id=appeal.pk, text="Which source?", now=LATER)


@pytest.mark.parametrize("act", [override, release, decide, say])
def test_what_is_erased_meanwhile_is_not_there(act: Callable[[User, Assessment, Appeal], Any]) -> None:
    admin: User = AdminFactory()
    assessment = judged_assessment(answers={"multiple_choice": "c1"})
    appeal = oversight.appeal(
        by=assessment.user, assessment_id=assessment.pk, question_id=question_id_of(assessment, "essay"),
        criterion="Reasoning", statement="I did compare the sources.", now=LATER,
    )  # fmt: skip

    acted = beside(lambda: erase(assessment.user), lambda: act(admin, assessment, appeal))

    with pytest.raises(Missing):
        acted.result()
    assert not Assessment.objects.exists()
