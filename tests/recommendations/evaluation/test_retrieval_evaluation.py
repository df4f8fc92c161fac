"""manage.py retrieval evaluate: the product's search on documents from outside, and nothing left behind."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from microcred.ai import providers
from recommendations.evaluation import retrieval
from recommendations.models import DocumentChunk, EmbeddingArtifact, TitleEmbedding
from tests.factories.catalog import CredentialDocumentFactory
from tests.factories.recommendations import WordEmbedder

pytestmark = pytest.mark.django_db

DOCUMENTS = (
    "doc_id,title,text\nw,Welders,Join metal parts by heat.\nb,Bakers,Mix dough and bake bread.\nn,Nurses,\n"
)
QUERIES = "query,doc_id\nwelder,w\nbread,b\nwork,w\nwork,n\n"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    documents, queries = tmp_path / "documents.csv", tmp_path / "queries.csv"
    documents.write_text(DOCUMENTS)
    queries.write_text(QUERIES)
    return ["--documents", str(documents), "--queries", str(queries)]


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path
    monkeypatch.setattr(providers, "embedder", WordEmbedder)


def evaluated(files: list[str]) -> dict[str, Any]:
    out = StringIO()
    call_command("retrieval", "evaluate", *files, "--json", stdout=out, stderr=StringIO())
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_the_command_prints_every_mode(files: list[str]) -> None:
    found = evaluated(files)

    assert (found["n_docs"], found["n_queries"]) == (3, 3)
    assert list(found["modes"]) == ["vector_exact", "vector", "fulltext", "hybrid"]
    assert set(found["modes"]["hybrid"]) == {
        "mrr", "hit@1", "hit@5", "hit@10", "ndcg@10", "p50_ms", "p95_ms",
    }  # fmt: skip
    # By words, welder finds Welders, bread Bakers, and work nothing.
    assert found["modes"]["fulltext"]["hit@1"] == pytest.approx(2 / 3)
    assert found["by_row"]["fulltext"]["hit@1"] == pytest.approx(2 / 4)


def test_files_with_columns_of_other_names_are_read_by_those(files: list[str]) -> None:
    as_it_is = evaluated(files)
    documents = Path(files[1])
    documents.write_text(DOCUMENTS.replace("doc_id,title,text", "soc,title,description"))

    found = evaluated([*files, "--map", "doc_id=soc,text=description"])

    assert found["by_row"]["fulltext"] == as_it_is["by_row"]["fulltext"]
    with pytest.raises(CommandError, match="author is none of the columns that are read"):
        evaluated([*files, "--map", "author=soc"])


def test_the_catalog_is_neither_searched_nor_touched(files: list[str]) -> None:
    CredentialDocumentFactory(title="Welder", text="Welder welder welder.")

    first = evaluated(files)

    assert first["modes"]["fulltext"]["mrr"] == pytest.approx(2 / 3)
    assert not DocumentChunk.objects.exists()
    assert not EmbeddingArtifact.objects.exists()
    assert not TitleEmbedding.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'evaluation%'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SHOW search_path")
        assert "evaluation" not in cursor.fetchone()[0]


def test_figures_are_those_worked_out_by_hand() -> None:
    found = retrieval._figures(
        [(["a", "b", "c"], frozenset({"b", "c"})), (["a"], frozenset({"a"})), (["a"], frozenset({"z"}))]
    )

    assert found["mrr"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert found["hit@1"] == pytest.approx(1 / 3)
    assert found["hit@5"] == pytest.approx(2 / 3)
    two = (1 / np.log2(3) + 1 / np.log2(4)) / (1 + 1 / np.log2(3))
    assert found["ndcg@10"] == pytest.approx((two + 1 + 0) / 3)


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        ("query,doc_id\nx,zz\n", "zz is no document"),
        ("query,doc_id\n,w\n", "there is no query"),
        ("query,doc_id\nx, \n", "line 2: nothing for doc_id"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(files: list[str], queries: str, said: str) -> None:
    Path(files[3]).write_text(queries)

    with pytest.raises(CommandError, match=said):
        evaluated(files)


@pytest.mark.parametrize(
    ("tables", "error", "told"),
    [
        (OperationalError("connection refused"), OperationalError, "connection refused"),
        (["credential_catalog"], CommandError, "embedding_artifacts.*run manage.py migrate"),
    ],
)
def test_nothing_is_embedded_without_a_database(
    files: list[str], monkeypatch: pytest.MonkeyPatch, tables: Any, error: type[Exception], told: str
) -> None:
    def table_names() -> Any:
        if isinstance(tables, Exception):
            raise tables
        return tables

    monkeypatch.setattr(connection.introspection, "table_names", table_names)
    monkeypatch.setattr(providers, "embedder", lambda: pytest.fail("the embedder was asked for"))

    with pytest.raises(error, match=told):
        evaluated(files)
