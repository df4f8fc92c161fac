"""Which decisions count for the calibration, and for how long what was learnt of them is remembered."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from recommendations.models import Recommendation, RecommendationFeedback, RecommendationItem
from recommendations.queries import learnt_calibration, outcomes
from tests.factories.accounts import AdvisorFactory
from tests.factories.recommendations import PARTS, RecommendationFactory, RecommendationItemFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _nothing_learnt() -> Iterator[None]:
    outcomes._learnt.clear()
    yield
    outcomes._learnt.clear()


def decide(
    item: RecommendationItem, said: str, *, by: User, minutes: int = 0, whole: bool = False
) -> RecommendationFeedback:
    return RecommendationFeedback.objects.create(
        recommendation=item.recommendation, item=None if whole else item, submitted_by=by,
        submitted_by_role=by.role, relevance_score=3, acceptance_status=said,
        submitted_at=NOW + dt.timedelta(minutes=minutes),
    )  # fmt: skip


def counted() -> list[tuple[float, bool]]:
    return sorted((one.confidence, one.accepted) for one in outcomes.outcomes())


def again(item: RecommendationItem) -> RecommendationItem:
    """The same credential on a later list of the assessment, a tenth more confident."""
    former = item.recommendation
    Recommendation.objects.filter(pk=former.pk).update(effective=False)
    later = RecommendationFactory(assessment=former.assessment, run=former.run + 1)
    parts = PARTS | {"gap_fit": "0.500"}
    return RecommendationItemFactory(
        recommendation=later, credential=item.credential, confidence="0.700", parts=parts
    )


def test_a_person_decides_once_about_a_credential_however_often_the_list_was_made() -> None:
    first, by, other = RecommendationItemFactory(), AdvisorFactory(), AdvisorFactory()
    second = again(first)
    decide(first, "accepted", by=by)
    decide(second, "rejected", by=by, minutes=5)
    decide(first, "accepted", by=other, minutes=9)

    assert counted() == [(0.6, True), (0.7, False)]


def test_what_was_taken_back_and_words_about_a_list_do_not_count() -> None:
    item, by = RecommendationItemFactory(), AdvisorFactory()
    decide(item, "accepted", by=by)
    decide(item, "pending", by=by, minutes=1)
    decide(item, "accepted", by=by, minutes=2, whole=True)

    assert counted() == []


def test_what_was_learnt_is_remembered_until_somebody_decides_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    item = RecommendationItemFactory()
    decide(item, "accepted", by=AdvisorFactory())
    assert learnt_calibration().observations == 1

    with CaptureQueriesContext(connection) as captured:
        learnt_calibration()
    assert len(captured) == 1

    decide(item, "rejected", by=AdvisorFactory())
    assert learnt_calibration().observations == 2

    RecommendationFeedback.objects.filter(acceptance_status="accepted").delete()
    assert learnt_calibration().observations == 2
    monkeypatch.setattr(outcomes, "LEARNT_SECONDS", 0.0)
    outcomes._learnt.clear()
    assert [learnt_calibration().observations for _ in range(2)] == [1, 1]
