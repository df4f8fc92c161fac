"""How many broken items the checks without a model catch, and how many good ones they would reject."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from microcred.ai.base import Embedder
from practice.drafting.broken import NEEDS_AN_EXPERT, Source, broken_items
from practice.drafting.checks import Result, without_model
from practice.drafting.comparing import surroundings, vectors_of
from practice.drafting.similarity import Surroundings, told


def measure(bank: Sequence[Source], questions: Sequence[Source], embedder: Embedder) -> dict[str, Any]:
    """Return what is caught by kind, with the checks that did it, and which good items fail which checks.

    Raises ProviderError.
    """
    around = surroundings(embedder)
    kinds: dict[str, dict[str, Any]] = {}
    for one in broken_items(bank, questions):
        failed = _failed(one.skill, one.content, one.but, around, embedder)
        row = kinds.setdefault(
            one.kind, {"items": 0, "caught": 0, "by": Counter(), "needs_second_call": one.kind in NEEDS_AN_EXPERT}
        )  # fmt: skip
        row["items"] += 1
        row["caught"] += bool(failed)
        row["by"].update(failed)
    good = {
        one.key: failed
        for one in bank
        if (failed := _failed(one.skill, one.content, one.key, around, embedder))
    }
    return {"kinds": kinds, "good": {"items": len(bank), "rejected": good}}


def _failed(
    skill: str, content: Mapping[str, Any], but: str, around: Surroundings, embedder: Embedder
) -> list[str]:
    results: list[Result] = without_model(content)
    if results[0].passed:
        text = told(content)
        (vector,) = vectors_of([text], embedder)
        results += around.checked(skill=skill, text=text, vector=vector, but=but)
    return [one.name for one in results if not one.passed]
