"""A release comes into use only when it has passed, in place of the one before, with a reason that is kept."""

import uuid
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from microcred.ai import providers
from ops import jobs
from ops.models import AuditLog
from scoring import releasing
from scoring.models import EssayScore, ReviewTask, ScorerActivation, ScorerRelease
from scoring.releasing import ReasonMissing, ReleaseMissing, ReleaseRefused
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import NOW
from tests.factories.recommendations import WordEmbedder
from tests.factories.releases import gated, released
from tests.factories.scoring import handed_in, missing_parts, work_off_scoring
from tests.fakes.openai_server import FakeOpenAI
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key(settings: Any) -> None:
    settings.OPENAI_API_KEY = "sk-test"
    settings.OPENAI_BASE_URL = "https://models.example.org/v1"


def activate(release: ScorerRelease, reason: str = "It is better.", by: Any = None) -> ScorerRelease:
    return releasing.activate(release_id=release.pk, reason=reason, by=by, now=NOW)


def of_model(name: str) -> releasing.Scorer:
    return replace(releasing.configured_scorer(), model=name)


def test_a_gate_is_recorded_and_changes_nothing() -> None:
    release = gated()

    assert (release.passed, release.active, release.figures[0]["passed"]) == (True, False, True)
    assert AuditLog.objects.get(action="scorer.gated", resource_id=release.pk).metadata["passed"] is True


def test_activating_takes_the_place_of_the_one_before_and_says_why() -> None:
    admin, first = AdminFactory(), released(of_model("first"))

    second = activate(gated(of_model("second")), by=admin)

    first.refresh_from_db()
    assert (first.active, second.active) == (False, True)
    activation = second.activations.get()
    assert (activation.reason, activation.made_by, activation.replaced) == ("It is better.", admin, first.pk)
    entry = AuditLog.objects.get(action="scorer.activated", resource_id=second.pk)
    assert (entry.actor_id, entry.metadata["replaced"]) == (admin.pk, str(first.pk))
    # The local scorer's release is of another kind and stays.
    assert ScorerRelease.objects.filter(active=True, kind="local").exists()


def test_activating_the_active_one_again_changes_nothing() -> None:
    release = released()

    activate(release)

    assert release.activations.count() == 1


def test_what_has_not_passed_is_refused() -> None:
    with pytest.raises(ReleaseRefused, match="has not passed its gate"):
        activate(gated(passed=False))


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(ReleaseRefused, match="not what this code and these settings can use"):
        activate(gated(replace(releasing.configured_scorer(), host="elsewhere.example.org")))


def test_a_release_that_is_none_and_a_missing_reason_are_refused() -> None:
    with pytest.raises(ReleaseMissing):
        releasing.activate(release_id=uuid.uuid4(), reason="Why", by=None, now=NOW)
    with pytest.raises(ReasonMissing):
        activate(gated(), reason="  ")


class TestRollingBack:
    """The way back."""

    def test_leads_to_the_scorer_before(self) -> None:
        first, second = released(of_model("first")), released(of_model("second"))

        back = releasing.roll_back(kind="model", reason="Too generous.", by=None, now=NOW)

        second.refresh_from_db()
        assert (back.pk, back.active, second.active) == (first.pk, True, False)
        assert back.activations.first().reason == "Too generous."  # type: ignore[union-attr]

    def test_passes_over_an_earlier_run_of_the_same_scorer_and_what_cannot_be_used(self) -> None:
        first = released(of_model("first"))
        unusable = replace(of_model("gone"), version="essay-0@000000000000")
        ScorerActivation.objects.create(release=gated(unusable), reason="was in use", made_at=NOW)
        released(of_model("second"))
        released(of_model("second"))

        assert releasing.roll_back(kind="model", reason="Back.", by=None, now=NOW).pk == first.pk

    def test_needs_something_to_go_back_to(self) -> None:
        released()

        with pytest.raises(ReleaseMissing, match="no earlier release"):
            releasing.roll_back(kind="model", reason="Back.", by=None, now=NOW)


class TestTheDatabase:
    """What holds whatever the code does."""

    def test_nothing_is_active_that_has_not_passed(self) -> None:
        release = gated(passed=False)

        with pytest.raises(IntegrityError, match="active_has_passed"):
            ScorerRelease.objects.filter(pk=release.pk).update(active=True)

    def test_one_of_a_kind_is_active(self) -> None:
        released(of_model("first"))
        second = gated(of_model("second"))

        with pytest.raises(IntegrityError, match="one_active"):
            ScorerRelease.objects.filter(pk=second.pk).update(active=True)

    @pytest.mark.parametrize("change", [{"passed": True}, {"figures": []}, {"model": "other"}])
    def test_what_was_measured_stays(self, change: dict[str, Any]) -> None:
        release = gated(passed=False)

        with pytest.raises(IntegrityError, match="keeps what was measured"):
            ScorerRelease.objects.filter(pk=release.pk).update(**change)

    def test_a_pass_without_figures_is_none(self) -> None:
        row = gated()
        row.pk, row.figures = uuid.uuid4(), []

        with pytest.raises(IntegrityError, match="passed_has_figures"):
            row.save(force_insert=True)

    def test_a_reason_once_given_stays_and_there_is_always_one(self) -> None:
        activation = released().activations.get()

        with pytest.raises(IntegrityError, match="keeps what was measured"), transaction.atomic():
            ScorerActivation.objects.filter(pk=activation.pk).update(reason="Something else.")
        activation.pk, activation.reason = uuid.uuid4(), ""
        with pytest.raises(IntegrityError, match="have_reason"), transaction.atomic():
            activation.save(force_insert=True)

    def test_an_activation_is_of_one_thing(self) -> None:
        with pytest.raises(IntegrityError, match="of_one"):
            ScorerActivation.objects.create(reason="Why", made_at=NOW)

    def test_rows_are_not_swept_away(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL microcred.allow_truncate = off")
            with pytest.raises(IntegrityError, match="TRUNCATE refused"):
                cursor.execute("TRUNCATE scorer_activations")

    def test_neither_a_run_of_the_gate_nor_an_activation_is_deleted(self) -> None:
        row = released()

        for rows in (row.activations.all(), ScorerRelease.objects.filter(pk=row.pk)):
            with pytest.raises(IntegrityError, match="keeps what scored"), transaction.atomic():
                rows.delete()


def test_essays_wait_for_a_release_and_are_scored_when_there_is_one(
    openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "embedder", cache(WordEmbedder))
    openai.script = second_level
    ScorerRelease.objects.filter(kind="model").update(active=False)
    assessment = handed_in()

    jobs.drain()

    waiting = EssayScore.objects.get()
    assert (waiting.outcome, waiting.score, waiting.flags) == ("unavailable", None, ["not_released"])
    assert "no scorer is released" in waiting.explanation
    assert (missing_parts(assessment), openai.requests) == (["essay_scores"], [])
    assert ReviewTask.objects.get().reasons == ["unavailable"]

    released()
    jobs.drain()

    assert EssayScore.objects.latest("run").outcome == "scored"
    assert missing_parts(assessment) == []


def test_a_blank_essay_needs_no_release(openai: FakeOpenAI) -> None:
    ScorerRelease.objects.filter(kind="model").update(active=False)

    work_off_scoring(handed_in("Two words."))

    assert EssayScore.objects.get().outcome == "decided_by_code"


def test_the_released_model_is_asked_though_the_settings_name_another(
    openai: FakeOpenAI, settings: Any
) -> None:
    openai.script = second_level
    released(of_model("the-released-one"))

    work_off_scoring(handed_in())

    assert openai.requests[0].body["model"] == "the-released-one"
