"""The release that comes with the code: the local scorer always judges alike, so its figures can be measured once.

``shipped.json`` holds them; a test measures again and compares. A model's figures cannot be shipped: what answers
under a model's name on another machine is not known here, so its gate is run where it is used.
"""

import json
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from scoring.golden.gate import Figure, GateResult
from scoring.models import ScorerRelease
from scoring.releasing.activation import activate, record_gate
from scoring.releasing.state import Scorer, is_available, runs_of

FILE: Final = Path(__file__).parent / "shipped.json"
REASON: Final = "comes with this version of the code"


def shipped() -> tuple[Scorer, GateResult]:
    """Return the scorer that was measured, and what the gate said of it."""
    body = json.loads(FILE.read_text(encoding="utf-8"))
    figures = tuple(Figure(**{**row, "misses": tuple(row["misses"])}) for row in body["figures"])
    result = GateResult(body["golden_version"], body["thresholds_version"], figures)
    return Scorer(**body["scorer"]), result


def write(scorer: Scorer, result: GateResult) -> None:
    """Replace the file by what was measured now."""
    figures = [
        {name: getattr(figure, name) for name in ("name", "value", "threshold", "n", "misses", "low", "high")}
        for figure in result.figures
    ]
    body = {
        "scorer": {name: getattr(scorer, name) for name in ("kind", "version", "provider", "host", "model")},
        "golden_version": result.golden_version,
        "thresholds_version": result.thresholds_version,
        "figures": figures,
    }
    FILE.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def install(sender: Any, **kwargs: Any) -> None:
    """After migrating: store the shipped release where it is not yet, and use it unless another one is in use."""
    if kwargs.get("plan") and any(backwards for _, backwards in kwargs["plan"]):
        return
    scorer, result = shipped()
    now = timezone.now()
    with transaction.atomic(using=kwargs["using"]):
        release = ScorerRelease.objects.filter(
            runs_of(scorer), replies="shipped", golden_version=result.golden_version
        ).first()
        if release is None:
            release = record_gate(scorer=scorer, result=result, replies="shipped", by=None, now=now)
        active = ScorerRelease.objects.filter(kind=scorer.kind, active=True).first()
        if release.passed and is_available(release) and (active is None or not is_available(active)):
            activate(release_id=release.pk, reason=REASON, by=None, now=now)
