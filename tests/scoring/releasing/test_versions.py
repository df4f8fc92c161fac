"""A trained scorer is a candidate until it has passed its gate; then one version of a question is in use."""

import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError

from catalog.models import Question
from microcred.ai import providers
from ops import jobs
from ops.enums import JobStatus
from ops.models import AuditLog
from scoring import scorers
from scoring.golden import essays
from scoring.golden.gate import Figure
from scoring.golden.variants import misses
from scoring.models import ScorerActivation, ScorerVersion
from scoring.releasing import ReasonMissing, measuring, versions
from scoring.releasing.versions import VersionMissing, VersionRefused
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import NOW
from tests.factories.scorers import in_use, passed, scored_by_people
from tests.scoring.training.made import HashedEncoder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder")]


@pytest.fixture
def question() -> Question:
    return scored_by_people(40)


def trained(question: Question) -> ScorerVersion:
    return scorers.train(question_id=question.pk, now=NOW)


def activate(version: ScorerVersion, reason: str = "Better.") -> ScorerVersion:
    return versions.activate(version_id=version.pk, reason=reason, by=None, now=NOW)


class TestGate:
    """What a candidate is held against."""

    def test_has_its_figures_and_what_it_gives_worthless_texts(self, question: Question) -> None:
        candidate = trained(question)

        found = {figure.name: figure for figure in measuring.measure(candidate.pk)}

        assert list(found) == ["answers", "agreement", "agreement_low", "rmse", "metamorphic"]
        assert (found["answers"].value, found["answers"].threshold) == (40, 40)
        assert found["agreement"].value == pytest.approx(candidate.figures["qwk"], abs=1e-4)
        # Six of the better answers, five variants of each.
        assert found["metamorphic"].n == 30

    def test_compares_with_the_version_in_use(self, question: Question) -> None:
        in_use(trained(question))

        figure = {one.name: one for one in measuring.measure(trained(question).pk)}["against_active"]

        assert (figure.value, figure.threshold, figure.passed) == (0.0, -0.03, True)

    def test_names_answers_by_number_only(self, question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
        candidate = trained(question)
        monkeypatch.setattr(measuring, "misses", lambda variants, judged, must_be_unsure: tuple(judged))

        metamorphic = measuring.measure(candidate.pk)[-1]

        assert {miss.split("/")[0] for miss in metamorphic.misses} == {f"answer {at}" for at in range(1, 7)}
        assert not metamorphic.passed

    def test_needs_a_version_that_loads_and_answers_to_its_wording(
        self, question: Question, encoder: HashedEncoder
    ) -> None:
        candidate = trained(question)
        with pytest.raises(VersionMissing):
            measuring.measure(uuid.uuid4())

        encoder.name = "another"
        with pytest.raises(VersionRefused, match="train a new one"):
            measuring.measure(candidate.pk)
        encoder.name = "hashed"
        ScorerVersion.objects.all().delete()
        candidate.task_hash = "0" * 64
        candidate.save(force_insert=True)
        with pytest.raises(VersionRefused, match="No scored answer"):
            measuring.measure(candidate.pk)

    def test_is_stored_with_what_it_said(self, question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
        candidate, admin = trained(question), AdminFactory()
        monkeypatch.setattr(essays, "thresholds", lambda kind: dict.fromkeys(WANTED, 1.1) | {"rmse": 0.0})

        row = measuring.check(version_id=candidate.pk, by=admin, now=NOW)

        assert (row.passed, row.gated_at, row.active) == (False, NOW, False)
        assert {figure["name"] for figure in row.gate if not figure["passed"]} >= {"agreement", "metamorphic"}
        assert AuditLog.objects.get(action="scorer.gated", resource_id=row.pk).actor_id == admin.pk
        with pytest.raises(VersionRefused, match="has not passed its gate"):
            activate(row)


WANTED = ("answers", "agreement", "agreement_low", "rmse", "against_active", "metamorphic")


class TestInUse:
    """One version at a time, with the way back."""

    def test_activating_takes_the_place_of_the_one_before(self, question: Question) -> None:
        first = in_use(trained(question))

        second = activate(passed(trained(question)))

        first.refresh_from_db()
        assert (first.active, second.active) == (False, True)
        activation = ScorerActivation.objects.get(scorer_version=second)
        assert (activation.reason, activation.replaced) == ("Better.", first.pk)
        assert AuditLog.objects.filter(action="scorer.activated", resource_id=second.pk).exists()

    def test_the_one_in_use_is_left_alone(self, question: Question) -> None:
        version = in_use(trained(question))

        assert activate(version).activations.count() == 1
        with pytest.raises(VersionRefused, match="is in use"):
            measuring.check(version_id=version.pk, by=None, now=NOW)

    def test_rolling_back_leads_to_the_version_before(self, question: Question) -> None:
        first = in_use(trained(question))
        second = in_use(trained(question))

        back = versions.roll_back(question_id=question.pk, reason="Worse.", by=None, now=NOW)

        second.refresh_from_db()
        assert (back.pk, back.active, second.active) == (first.pk, True, False)
        with pytest.raises(ReasonMissing):
            versions.roll_back(question_id=question.pk, reason="", by=None, now=NOW)

    def test_rolling_back_needs_an_earlier_version(self, question: Question) -> None:
        in_use(trained(question))

        with pytest.raises(VersionMissing, match="no earlier version"):
            versions.roll_back(question_id=question.pk, reason="Worse.", by=None, now=NOW)

    def test_a_version_is_found_by_its_number(self, question: Question) -> None:
        trained(question)
        newest = trained(question)

        assert versions.chosen(question.pk, None) == newest
        assert versions.chosen(question.pk, 1).version == 1
        with pytest.raises(VersionMissing):
            versions.chosen(question.pk, 9)
        with pytest.raises(VersionMissing):
            versions.activate(version_id=uuid.uuid4(), reason="Why", by=None, now=NOW)


class TestTheDatabase:
    """What holds whatever the code does."""

    def test_nothing_is_active_that_has_not_passed(self, question: Question) -> None:
        version = trained(question)

        with pytest.raises(IntegrityError, match="active_has_passed"):
            ScorerVersion.objects.filter(pk=version.pk).update(active=True)

    def test_nothing_has_passed_that_was_not_gated(self, question: Question) -> None:
        version = trained(question)

        with pytest.raises(IntegrityError, match="passed_was_gated"):
            ScorerVersion.objects.filter(pk=version.pk).update(passed=True)

    def test_one_of_a_question_is_active(self, question: Question) -> None:
        in_use(trained(question))
        second = passed(trained(question))

        with pytest.raises(IntegrityError, match="one_active"):
            ScorerVersion.objects.filter(pk=second.pk).update(active=True)

    @pytest.mark.parametrize("change", [{"artefact": b"another"}, {"figures": {}}, {"data_hash": "0" * 64}])
    def test_what_was_trained_and_measured_stays(self, question: Question, change: dict[str, Any]) -> None:
        version = in_use(trained(question))

        with pytest.raises(IntegrityError, match="keeps what was measured"):
            ScorerVersion.objects.filter(pk=version.pk).update(**change)


class TestJob:
    """The gate in the background, as the admin asks for it."""

    def check(self, version: ScorerVersion, by: Any) -> JobStatus:
        payload = {"version": str(version.pk), "by": str(by.pk), "reason": "Looks good."}
        job = jobs.enqueue(versions.CHECK, payload=payload)
        jobs.run(str(job.pk))
        job.refresh_from_db()
        version.refresh_from_db()
        return JobStatus(job.status)

    def measured(self, monkeypatch: pytest.MonkeyPatch, value: float) -> None:
        figure = Figure("agreement", value, 0.4, 40)
        monkeypatch.setattr(measuring, "measure", lambda version_id: (figure,))

    def test_a_version_that_passes_comes_into_use(
        self, question: Question, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version, admin = trained(question), AdminFactory()
        self.measured(monkeypatch, 0.8)

        assert self.check(version, admin) == JobStatus.SUCCEEDED

        assert (version.passed, version.active) == (True, True)
        activation = version.activations.get()
        assert (activation.reason, activation.made_by) == ("Looks good.", admin)

    def test_one_that_does_not_pass_stays_a_candidate(
        self, question: Question, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version = trained(question)
        self.measured(monkeypatch, 0.1)

        assert self.check(version, AdminFactory()) == JobStatus.SUCCEEDED

        assert (version.passed, version.active, len(version.gate)) == (False, False, 1)

    def test_one_that_cannot_be_checked_ends_the_job(
        self, question: Question, encoder: HashedEncoder
    ) -> None:
        version = trained(question)
        encoder.name = "another"

        assert self.check(version, AdminFactory()) == JobStatus.SUCCEEDED

        assert (version.passed, version.gate) == (False, [])


def test_the_judge_of_a_gate_is_that_of_production(
    question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every text of the gate is judged with the candidate's whole in the result."""
    seen: list[Any] = []

    def watched(variants: Any, judged: Any, *, must_be_unsure: bool) -> tuple[str, ...]:
        seen.extend(judged.values())
        return misses(variants, judged, must_be_unsure=must_be_unsure)

    monkeypatch.setattr(measuring, "misses", watched)

    measuring.measure(trained(question).pk)

    read = [one for one in seen if one.outcome != "decided_by_code"]
    assert read
    assert all(one.raw["whole"]["scorer_version"] == 1 for one in read)
    assert providers.embedder().model == replace(read[0]).model.split("/")[-1]
