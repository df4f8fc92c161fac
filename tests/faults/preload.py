"""What the workers of a run load before they fork."""

from scoring import model_judges, safeguarding
from scoring.essays.safeguards import PlainSafeguards


def prepare() -> None:
    """Ask no second opinion about essays: it would load an embedder, and these essays say next to nothing."""
    guards = PlainSafeguards()
    for module in (safeguarding, model_judges):
        module.safeguards = lambda: guards  # type: ignore[attr-defined]
