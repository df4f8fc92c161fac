"""A process killed before and after every commit, call and message: each effect is there exactly once in the end."""

import datetime as dt
import itertools
import os
import threading
from collections.abc import Iterator
from functools import cache

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.personal_data import erasing, exports
from accounts.personal_data.models import DataExport, ErasureRequest
from assessments import services as assessments
from assessments.models import Assessment
from microcred import registry
from microcred.ai import providers
from ops import jobs
from ops.models import AsyncJob, AuditLog
from partners.models import WebhookAttempt, WebhookDelivery, WebhookEvent
from recommendations.models import Recommendation
from scoring.models import EssayScore, ModelCall, ProfileRun, RuleScore
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.assessments import (
    GOOD_ESSAY,
    RIGHT_ANSWERS,
    given_answers,
    started_assessment,
    submitted_assessment,
)
from tests.factories.recommendations import WordEmbedder, embed_all, offered
from tests.factories.scoring import role_with_essay
from tests.fakes.judges import guard_with
from tests.fakes.openai_server import FakeOpenAI, Received, Reply, Script
from tests.faults.failpoints import DIED, Failpoint, in_a_process_of_its_own, work_and_die
from tests.microcred.listeners import OK, Listener, listening, replying
from tests.partners.conftest import registered
from tests.scoring.essays.test_aside_ablation import ASIDE, Pointing
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db(transaction=True)

# Where the process dies, and how many paid calls beyond the first that may cost: one where an answer that was paid for
# is lost with the process.
SCORING = [
    (Failpoint("ops.claims.claim_job", "before"), 0),
    (Failpoint("ops.claims.claim_job", "after"), 0),
    (Failpoint("scoring.calls.ledger.reserve", "before"), 0),
    (Failpoint("scoring.calls.ledger.reserve", "after"), 0),
    (Failpoint("scoring.calls.ledger.settle", "before"), 1),
    (Failpoint("scoring.calls.ledger.settle", "after"), 0),
    (Failpoint("ops.claims.Claim.finish", "before"), 0),
    (Failpoint("scoring.services.conclude", "before"), 0),
    (Failpoint("scoring.services.conclude", "after"), 0),
    (Failpoint("ops.claims.Claim._locked", "before", 2), 0),
    (Failpoint("ops.claims.Claim._locked", "after", 2), 0),
    (Failpoint("ops.claims.Claim.finish", "after"), 0),
]
# The same for two readings that are under way at once.
SIDE_BY_SIDE = [
    (Failpoint("scoring.calls.ledger.reserve_together", "before"), 0),
    (Failpoint("scoring.calls.ledger.reserve_together", "after"), 0),
    (Failpoint("scoring.calls.ledger.settle", "before"), 2),
    (Failpoint("scoring.calls.ledger.settle", "after"), 1),
    (Failpoint("scoring.calls.ledger.settle", "before", 2), 1),
    (Failpoint("scoring.calls.ledger.settle", "after", 2), 0),
]
RECOMMENDING = [
    (Failpoint("recommendations.drafting.prepare", "before"), 0),
    (Failpoint("recommendations.drafting.search", "after"), 0),
    (Failpoint("recommendations.wording.put_into_words", "after"), 0),
    (Failpoint("recommendations.services.store", "before"), 0),
    (Failpoint("partners.services.announce_result", "before"), 0),
    (Failpoint("partners.services.announce_result", "after"), 0),
    (Failpoint("recommendations.services.store", "after"), 0),
    (Failpoint("ops.claims.Claim.finish", "after", 2), 0),
]
DELIVERING = [
    (Failpoint("partners.sending.send", "before"), 0),
    (Failpoint("partners.sending.send", "after"), 1),
    (Failpoint("partners.services.record_attempt", "before"), 1),
    (Failpoint("partners.services.record_attempt", "after"), 1),
]


@pytest.fixture(autouse=True)
def _model(openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    openai.script = second_level
    monkeypatch.setattr(providers, "embedder", cache(WordEmbedder))


@pytest.fixture
def partner() -> Iterator[Listener]:
    with listening(replying(OK)) as listener:
        registered(f"http://127.0.0.1:{listener.port}/")
        yield listener


@pytest.fixture
def assessment(partner: Listener) -> Assessment:
    role = role_with_essay()
    offered("course", analysis=4.0)
    embed_all()
    return submitted_assessment(role=role)


def there_exactly_once(assessment: Assessment) -> None:
    assessment.refresh_from_db()
    assert (assessment.status, assessment.missing) == ("completed", [])
    for table in (EssayScore, RuleScore, ProfileRun, Recommendation):
        assert table._default_manager.filter(assessment=assessment).count() == 1, table
    events = WebhookEvent.objects.filter(assessment=assessment).order_by("pk")
    assert list(events.values_list("event_type", flat=True)) == [
        "assessment.completed",
        "recommendation.ready",
    ]
    assert set(WebhookDelivery.objects.values_list("status", "attempts")) == {("delivered", 1)}
    assert WebhookAttempt.objects.count() == 2
    assert ModelCall.objects.filter(purpose="scoring", outcome="answered").count() == 1
    assert not ModelCall.objects.filter(state="reserved").exists()
    assert not AsyncJob.objects.exclude(status="succeeded").exists()


@pytest.mark.parametrize(("point", "extra"), SCORING + RECOMMENDING, ids=str)
def test_work_on_an_assessment(
    assessment: Assessment, openai: FakeOpenAI, point: Failpoint, extra: int
) -> None:
    work_and_die(point)

    jobs.drain(skip_waits=True)

    there_exactly_once(assessment)
    assert len(openai.requests) == 1 + extra


def once_two_have_asked(script: Script) -> Script:
    """Answer the first only when a second is there, so that both are under way when the process dies."""
    both, arrivals = threading.Barrier(2), itertools.count()

    def answered(request: Received) -> Reply | str:
        if next(arrivals) < both.parties:
            both.wait(timeout=60)
        return script(request)

    return answered


@pytest.mark.parametrize(("point", "extra"), SIDE_BY_SIDE, ids=str)
def test_two_readings_at_once(
    openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, point: Failpoint, extra: int
) -> None:
    guard_with(monkeypatch, Pointing(ASIDE))
    openai.script = once_two_have_asked(second_level)
    role = role_with_essay()
    spoken = submitted_assessment(role=role, answers=RIGHT_ANSWERS | {"essay": f"{GOOD_ESSAY} {ASIDE}"})
    work_and_die(point)

    jobs.drain(skip_waits=True)

    assert (EssayScore.objects.get(assessment=spoken).outcome, len(openai.requests)) == ("scored", 2 + extra)
    assert ModelCall.objects.filter(purpose="scoring", outcome="answered").count() == 2
    assert not ModelCall.objects.filter(state="reserved").exists()


@pytest.mark.parametrize(("point", "extra"), DELIVERING, ids=str)
def test_a_message_to_a_partner(
    assessment: Assessment, partner: Listener, point: Failpoint, extra: int
) -> None:
    work_and_die(point)

    jobs.drain(skip_waits=True)

    there_exactly_once(assessment)
    # What was sent twice has its id: the receiver can tell.
    assert partner.connections == 2 + extra
    ids = [line for line in bytes(partner.received).split(b"\r\n") if line.lower().startswith(b"webhook-id:")]
    assert (len(ids), len(set(ids))) == (2 + extra, 2)


@pytest.mark.parametrize("when", ["before", "after"])
def test_handing_in(when: str) -> None:
    """Killed before the commit nothing is handed in; after it everything, and the work is done."""
    assessment = started_assessment(role=role_with_essay())
    given = given_answers(assessment, RIGHT_ANSWERS)

    def hand_in() -> None:
        assessments.submit(
            by=assessment.user,
            assessment_id=assessment.pk,
            answers=given,
            completed=True,
            now=assessment.started_at,
        )

    def die() -> None:
        if when == "before":
            # The last thing in the transaction.
            Failpoint("scoring.services.take_responses", "after").arm()
        hand_in()
        os._exit(DIED)

    _, status = in_a_process_of_its_own(die)

    assert status == DIED
    assessment.refresh_from_db()
    if when == "before":
        assert (assessment.status, AsyncJob.objects.count(), RuleScore.objects.count()) == (
            "in_progress",
            0,
            0,
        )
        hand_in()
    with pytest.raises(assessments.AssessmentClosed):
        hand_in()
    jobs.drain(skip_waits=True)
    assessment.refresh_from_db()
    assert assessment.status == "completed"


def erasure_of(person: User) -> ErasureRequest:
    now = timezone.now()
    asked = erasing.request_erasure(by=AdminFactory(), person=person, now=now - dt.timedelta(days=60))
    erasing.announce_due(now=now)
    return asked


@pytest.mark.parametrize("step", range(len(registry.ERASERS) + 1))
@pytest.mark.parametrize("place", ["ops.erasure.end", "accounts.personal_data.erasing._step"])
def test_erasing_a_person(step: int, place: str) -> None:
    """Killed within a step, or after its commit: every step is done once."""
    person = submitted_assessment(role=role_with_essay()).user
    AsyncJob.objects.all().delete()
    asked = erasure_of(person)
    is_over = step == len(registry.ERASERS)
    work_and_die(
        Failpoint("accounts.personal_data.erasing._complete", "after")
        if is_over
        else Failpoint(place, "after", step + 1)
    )

    jobs.drain(skip_waits=True)

    asked.refresh_from_db()
    assert asked.completed_at is not None
    assert asked.steps_done == list(registry.ERASERS)
    steps = AuditLog.objects.filter(action="erasure.step_done", resource_id=person.pk)
    assert sorted(row.metadata["step"] for row in steps) == sorted(registry.ERASERS)
    assert AuditLog.objects.filter(action="erasure.completed", resource_id=person.pk).count() == 1
    assert not Assessment.objects.filter(user=person).exists()


@pytest.mark.parametrize(
    "point",
    [
        Failpoint("accounts.personal_data.export_archive.write_copy", "before"),
        Failpoint("accounts.personal_data.export_archive.write_copy", "after"),
        Failpoint("ops.claims.Claim.finish", "after"),
    ],
    ids=str,
)
def test_making_a_copy(point: Failpoint) -> None:
    made = exports.request_copy(by=UserFactory(), now=timezone.now())
    work_and_die(point)

    jobs.drain(skip_waits=True)

    assert DataExport.objects.get().pk == made.pk
    assert DataExport.objects.get().ready_at is not None
    assert AuditLog.objects.filter(action="export.ready").count() == 1


def test_a_failpoint_that_is_not_reached_fails_its_test() -> None:
    with pytest.raises(AssertionError, match="was not reached"):
        work_and_die(Failpoint("partners.sending.send", "before"))
