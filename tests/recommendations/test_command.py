"""manage.py embeddings, with its exit statuses."""

import pytest
from django.core.management import CommandError, call_command

from microcred.ai import providers
from microcred.ai.base import EmbedderError
from recommendations.models import EmbeddingArtifact
from tests.factories.recommendations import FailingEmbedder, WordEmbedder, offered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "embedder", WordEmbedder)


def test_refresh_embeds_what_is_not_embedded_and_tells_how_far_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    offered("joins")

    call_command("embeddings", "refresh")

    out = capsys.readouterr().out
    assert "Embedded 1 of 1 passages" in out
    assert "1 documents, 1 cut anew: 1 passages added, 0 removed, 1 embedded." in out
    assert EmbeddingArtifact.objects.count() == 1


def test_status_ends_with_3_while_something_is_not_embedded(capsys: pytest.CaptureFixture[str]) -> None:
    offered("joins")

    with pytest.raises(CommandError, match="embeddings refresh") as caught:
        call_command("embeddings", "status")

    assert caught.value.returncode == 3
    assert "Documents: 1, of them not cut: 1" in capsys.readouterr().out


def test_status_ends_well_when_all_is_embedded(capsys: pytest.CaptureFixture[str]) -> None:
    offered("joins")
    call_command("embeddings", "refresh")

    call_command("embeddings", "status")

    assert "Vectors: 1 by sentence-transformers words, 384 dimensions" in capsys.readouterr().out


def test_a_provider_that_is_away_ends_the_refresh_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "embedder", FailingEmbedder)
    offered("joins")

    with pytest.raises(CommandError, match="the provider is away") as caught:
        call_command("embeddings", "refresh")

    assert caught.value.returncode == 1


def test_an_embedder_that_cannot_be_loaded_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise EmbedderError("The weights are not the expected ones.")

    monkeypatch.setattr(providers, "embedder", fail)

    with pytest.raises(CommandError, match="The weights are not the expected ones"):
        call_command("embeddings", "status")
