"""``manage.py embedder`` says what it does, fails with a status of its own; a local one needs no database."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from microcred.ai import providers, weights
from ops.management.commands.embedder import Command
from tests.fakes.openai_server import FakeOpenAI, Reply


@pytest.fixture(autouse=True)
def fresh(settings: Settings) -> Iterator[None]:
    settings.OPENAI_API_KEY = ""
    settings.EMBEDDING_PROVIDER = "sentence-transformers"
    settings.EMBEDDING_MODEL = ""
    providers.reset()
    yield
    providers.reset()


@pytest.fixture
def remote(settings: Settings, db: None) -> Iterator[FakeOpenAI]:
    """A provider that is paid for each call, so that the ledger is needed."""
    settings.EMBEDDING_PROVIDER = "openai"
    settings.OPENAI_API_KEY = "sk-test"
    with FakeOpenAI() as fake:
        settings.OPENAI_BASE_URL = fake.base_url
        yield fake


def run(*arguments: str) -> str:
    output = StringIO()
    call_command(Command(stdout=output, no_color=True), *arguments)
    return output.getvalue()


def test_build_reports_and_check_then_passes() -> None:
    lines = run("build").splitlines()

    assert lines[0] == "Weights of all-MiniLM-L6-v2: verified."
    assert lines[-1].startswith("Embedder ready in ")
    assert "384 dimensions" in lines[-1]
    assert run("check") == "Embedder works: sentence-transformers, all-MiniLM-L6-v2, 384 dimensions.\n"


def test_check_without_an_export_names_the_command_and_builds_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    settings.EMBEDDER_DIR = tmp_path

    with pytest.raises(CommandError, match=r"run manage\.py embedder build"):
        run("check")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("action", ["build", "check"])
def test_wrong_weights_fail_both_actions(
    action: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(weights, "packaged_folder", lambda: tmp_path)

    with pytest.raises(CommandError, match="is not the published all-MiniLM-L6-v2"):
        run(action)


def test_with_the_embeddings_of_a_server_both_are_checked_and_one_is_built(remote: FakeOpenAI) -> None:
    assert run("build").startswith("Weights of all-MiniLM-L6-v2: verified.")
    assert remote.requests == []

    assert run("check").splitlines() == [
        "Embedder works: openai, text-embedding-3-small, 384 dimensions.",
        "Embedder works: sentence-transformers, all-MiniLM-L6-v2, 384 dimensions.",
    ]
    assert len(remote.requests) == 1


def test_a_server_that_fails_fails_the_check(remote: FakeOpenAI) -> None:
    remote.queue(Reply({"error": {}}, status=503))

    with pytest.raises(CommandError, match="answered 503"):
        run("check")


def test_a_server_without_a_sense_of_meaning_fails_the_check(remote: FakeOpenAI) -> None:
    same = [{"index": index, "embedding": [1.0] * 384} for index in range(3)]
    remote.queue(Reply({"data": same}))

    with pytest.raises(CommandError, match="unrelated texts"):
        run("check")
