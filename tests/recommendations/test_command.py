"""manage.py embeddings, with its exit statuses."""

import json

import pytest
from django.core.management import CommandError, call_command

from microcred.ai import providers
from microcred.ai.base import EmbedderError
from recommendations import queries
from recommendations.management.commands.embeddings import Command
from recommendations.models import EmbeddingArtifact
from tests.factories.catalog import CredentialDocumentFactory
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

    out, err = capsys.readouterr()
    assert err == "Embedded 1 of 1 passages\n"
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


def test_documents_of_headings_alone_are_embedded_and_blank_ones_are_not_waited_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    CredentialDocumentFactory(text="# Joins\n\n## Outer joins\n")
    CredentialDocumentFactory(text=" \n\n ")
    call_command("embeddings", "refresh")

    call_command("embeddings", "status")

    out = capsys.readouterr().out
    assert "Documents: 2, of them not cut: 0" in out
    assert "Passages: 1, of them not embedded: 0" in out


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


class TestAnotherModel:
    """Its index is built beside the one in use."""

    @pytest.fixture(autouse=True)
    def changed(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        for topic in ("joins", "charts", "writing"):
            offered(topic)
        call_command("embeddings", "refresh")
        monkeypatch.setattr(providers, "embedder", lambda: WordEmbedder("other"))
        capsys.readouterr()

    def test_status_says_which_is_in_use_and_what_to_do(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(CommandError, match=r"manage\.py embeddings reindex") as caught:
            call_command("embeddings", "status", "--json")

        assert caught.value.returncode == 3
        status = json.loads(capsys.readouterr().out)
        assert (status["configured"]["model"], status["active"]["model"]) == ("other", "words")
        assert (status["passages"], status["passages_without_vector"]) == (3, 3)
        assert [(one["model"], one["active"], one["vectors"]) for one in status["indexes"]] == [
            ("words", True, 3)
        ]

    def test_refresh_names_the_command_that_helps(self) -> None:
        with pytest.raises(CommandError, match=r"manage\.py embeddings reindex --switch"):
            call_command("embeddings", "refresh")

    def test_reindex_tells_progress_and_overlap_and_leaves_the_old_in_use(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("embeddings", "reindex")

        out, err = capsys.readouterr()
        assert err == "Embedded 3 of 3 passages\n"
        assert "Overlap of the 10 nearest with the index in use: 100.0% over 3 titles" in out
        assert "Not switched" in out
        active = queries.active_key()
        assert active is not None
        assert active.model == "words"

    def test_reindex_switches_when_asked_to(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("embeddings", "reindex", "--switch")

        assert "In use: sentence-transformers other (384 dimensions)." in capsys.readouterr().out
        active = queries.active_key()
        assert active is not None
        assert active.model == "other"


def test_reindexing_for_the_model_in_use_says_that_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    offered("joins")
    call_command("embeddings", "refresh")
    capsys.readouterr()

    call_command("embeddings", "reindex")

    assert capsys.readouterr().out.endswith("In use already: sentence-transformers words (384 dimensions).\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--k", "0"], "0 is not a whole number from 1 to 1000000"),
        (["--samples", "-1"], "-1 is not a whole number from 1 to 1000000"),
        (["--k", "ten"], "ten is not a whole number from 1 to 1000000"),
        (["--share", "2"], "2 is not a share from 0 to 1"),
        (["--at-least", "nan"], "nan is not a share from 0 to 1"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_in_words(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("embeddings", "recall", *arguments)


class TestRecall:
    def test_the_search_is_measured_against_an_exact_one(self, capsys: pytest.CaptureFixture[str]) -> None:
        for topic in ("joins", "charts", "writing"):
            offered(topic)
        call_command("embeddings", "refresh")
        capsys.readouterr()

        call_command("embeddings", "recall", "--k", "2", "--share", "0.7", "--at-least", "1", "--json")

        found = json.loads(capsys.readouterr().out)
        assert (found["k"], found["search"]["recall"], found["search"]["queries"]) == (2, 1.0, 3)

    def test_a_recall_that_is_too_low_ends_with_4(self, capsys: pytest.CaptureFixture[str]) -> None:
        offered("joins")
        call_command("embeddings", "refresh")

        with pytest.raises(CommandError, match="below") as caught:
            call_command("embeddings", "recall", "--language", "xx", "--at-least", "0.97")

        assert caught.value.returncode == 4
        assert "search  recall@10 nothing to find over 1 titles" in capsys.readouterr().out

    def test_a_role_that_is_not_there_is_told(self) -> None:
        offered("joins")
        call_command("embeddings", "refresh")

        with pytest.raises(CommandError, match="no role with the key nobody"):
            call_command("embeddings", "recall", "--role", "nobody")

    def test_nothing_can_be_measured_before_anything_is_embedded(self) -> None:
        with pytest.raises(CommandError, match="embeddings refresh"):
            call_command("embeddings", "recall")


def test_the_help_keeps_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    Command().print_help("manage.py", "embeddings")

    assert "\nrefresh  embed what changed\n" in capsys.readouterr().out
