"""Released scorers for tests."""

from ops import erasure
from scoring import releasing
from scoring.golden import essays
from scoring.golden.gate import Figure, GateResult
from scoring.models import ScorerRelease
from scoring.releasing import Scorer
from tests.factories.catalog import NOW


def gate_result(*, passed: bool = True) -> GateResult:
    """What a gate of one figure would say."""
    figure = Figure(
        "agreement", 0.9 if passed else 0.3, 0.75, 144, () if passed else ("essay/clarity: 3, not 0",)
    )
    return GateResult(essays.version(), essays.thresholds_version(), (figure,))


def gated(scorer: Scorer | None = None, *, passed: bool = True) -> ScorerRelease:
    """A run of the gate over a scorer, by default the one that the settings ask for."""
    return releasing.record_gate(
        scorer=scorer or releasing.configured_scorer(),
        result=gate_result(passed=passed),
        replies="live",
        by=None,
        now=NOW,
    )


def forget_releases(**chosen: str) -> None:
    """Delete runs of the gate, by default all, as a database that never had them would be without."""
    erasure.begin(by=None, subject_type="scorer_release", subject_id=None, reason="a test begins without")
    ScorerRelease.objects.filter(**chosen).delete()
    erasure.end()


def released(scorer: Scorer | None = None) -> ScorerRelease:
    """A scorer in use, by default the one that the settings ask for."""
    return releasing.activate(release_id=gated(scorer).pk, reason="passed its release gate", by=None, now=NOW)
