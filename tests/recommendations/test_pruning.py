"""Vectors of former models go, but for those that a trace or a decision record needs, and only when asked to."""

import pytest
from django.core.management import call_command

from microcred.ai import providers
from microcred.ai.base import EmbeddingKey
from recommendations.models import EmbeddingArtifact, EmbeddingIndex, RagTrace, TitleEmbedding
from recommendations.services import (
    build_index,
    compare_index,
    prune_indexes,
    refresh_active_index,
    switch_index,
)
from tests.factories.catalog import NOW
from tests.factories.recommendations import RagTraceFactory, WordEmbedder, offered
from tests.recommendations.results import completed, differences

pytestmark = pytest.mark.django_db
OLD, NEW = WordEmbedder("old"), WordEmbedder("new")


def switched() -> None:
    """Three documents embedded by an old model, then by a new one that is in use."""
    for topic in ("joins", "charts", "writing"):
        offered(topic)
    refresh_active_index(embedder=OLD, now=NOW)
    switch_to(NEW)


def switch_to(embedder: WordEmbedder) -> None:
    build_index(embedder=embedder)
    key = EmbeddingKey.of(embedder)
    compare_index(key=key)
    switch_index(key=key, now=NOW)


def models() -> list[str]:
    return sorted(EmbeddingArtifact.objects.values_list("model", flat=True))


def test_the_first_run_is_dry(capsys: pytest.CaptureFixture[str]) -> None:
    switched()

    call_command("embeddings", "prune")

    out = capsys.readouterr().out
    assert "old (384 dimensions): 3 vectors of passages and 3 of titles can go, 0 kept" in out
    assert "--apply" in out
    assert models() == ["new"] * 3 + ["old"] * 3


def test_applied_it_removes_the_former_index_and_leaves_the_one_in_use(
    capsys: pytest.CaptureFixture[str],
) -> None:
    switched()

    call_command("embeddings", "prune", "--apply")

    assert "3 vectors of passages and 3 of titles removed" in capsys.readouterr().out
    assert models() == ["new"] * 3
    assert set(TitleEmbedding.objects.values_list("model", flat=True)) == {"new"}
    assert list(EmbeddingIndex.objects.values_list("model", flat=True)) == ["new"]
    call_command("embeddings", "prune", "--apply")
    assert capsys.readouterr().out == "No index is out of use.\n"


def test_what_a_trace_shows_is_kept() -> None:
    switched()
    shown = EmbeddingArtifact.objects.filter(model="old")[0]
    trace = RagTraceFactory(embedding_artifact=shown)

    (removed,) = prune_indexes()

    assert (removed.passages, removed.needed) == (2, 1)
    assert RagTrace.objects.get(pk=trace.pk).embedding_artifact_id == shown.pk
    assert list(EmbeddingIndex.objects.filter(model="old")) != []


def test_what_a_decision_record_names_is_kept_and_replays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "embedder", WordEmbedder)
    refresh_active_index(embedder=WordEmbedder(), now=NOW)
    assessment = completed()
    before = EmbeddingArtifact.objects.count()
    offered("beside-the-point")
    refresh_active_index(embedder=WordEmbedder(), now=NOW)
    switch_to(NEW)

    prune_indexes()

    kept = EmbeddingArtifact.objects.filter(model="words").count()
    assert 0 < kept <= before
    assert differences(assessment) == []


def test_an_index_that_is_being_built_is_left_alone() -> None:
    switched()
    build_index(embedder=WordEmbedder("next"))

    prune_indexes()

    assert models() == ["new"] * 3 + ["next"] * 3


def test_while_no_index_is_in_use_nothing_is_old() -> None:
    offered("joins")
    build_index(embedder=OLD)

    assert prune_indexes() == []
    assert models() == ["old"]
