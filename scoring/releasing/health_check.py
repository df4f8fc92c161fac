"""What operators are told of the scorer in use: on the health page and by the system check."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from django.core import checks
from django.core.checks import CheckMessage
from django.db import DatabaseError

from scoring.models import ScorerRelease
from scoring.releasing.state import Scorer, configured_scorer, released, runs_of, scorer_of

COMMAND: Final = "manage.py release_gate --activate"


def health() -> dict[str, Any]:
    """Return the scorer in use, whether it is the one that the settings ask for, and what to do if not."""
    asked, using = configured_scorer(), released()
    if using is None:
        return {"status": "no released scorer", **_advice(), "scorer": None, "wanted": asdict(asked)}
    shown = {"scorer": _shown(using)}
    if scorer_of(using) == asked:
        last = _newest(asked)
        if last is not None and not last.passed:
            why = f"{asked} did not pass when its release gate was run again"
            return {"status": "the scorer in use failed its last gate", "why": why, "run": COMMAND, **shown}
        return {"status": "ok", **shown}
    return {
        "status": "not the scorer that the settings ask for",
        **_advice(),
        **shown,
        "wanted": asdict(asked),
    }


def check_release(databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """W001, W002: essays wait for people, or are scored by an earlier scorer. Only where the database is checked."""
    try:
        if not databases or "default" not in databases:
            return []
        asked, using = configured_scorer(), released()
    except DatabaseError:
        # Before the first migration there is no table, and migrating is what these checks run before.
        return []
    if using is None:
        said = f"{asked} has not been released: essays wait until a scorer is."
        return [checks.Warning(said, hint=f"Run {COMMAND}.", id="scoring.W001")]
    if scorer_of(using) != asked:
        said = f"{asked} has not been released: essays are scored by {using}."
        return [checks.Warning(said, hint=f"Run {COMMAND}.", id="scoring.W002")]
    return []


def _advice() -> dict[str, str]:
    asked = configured_scorer()
    newest = _newest(asked)
    if newest is None:
        why = f"{asked} has not been through its release gate"
    elif newest.passed:
        why = f"{asked} has passed its release gate, but has not been activated"
    else:
        why = f"{asked} did not pass its release gate"
    return {"why": why, "run": COMMAND}


def _newest(scorer: Scorer) -> ScorerRelease | None:
    return ScorerRelease.objects.filter(runs_of(scorer)).first()


def _shown(release: ScorerRelease) -> dict[str, str]:
    return {
        name: str(getattr(release, name))
        for name in ("kind", "version", "provider", "host", "model", "golden_version")
    } | {"release": str(release.pk)}
