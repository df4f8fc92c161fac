"""The database looks words up once for each text, whatever it believes of how much it holds."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recommendations.queries import Filters, by_words, hybrid
from tests.recommendations.test_passage_index_cache import KEY, store, unit_vectors

PASSAGES = 25


@pytest.fixture
def loaded_while_analyzed(db: None) -> None:
    """Passages that were analyzed before they were committed: the database believes their tables empty."""
    (vector,) = unit_vectors(1, seed=1)
    store(np.stack([vector] * PASSAGES), seed=7, titled=False)
    with psycopg.connect(
        connection.connection.info.dsn, password=connection.settings_dict["PASSWORD"]
    ) as another:
        another.execute("ANALYZE embedding_artifacts, document_chunks")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'embedding_artifacts'")
        assert cursor.fetchall() == [(0.0,)]


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes_of(part)


def worked_out(sql: str) -> list[int]:
    """How often each sum and each order of rows of a statement is worked out."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        ((found,),) = cursor.fetchall()
    (whole,) = json.loads(found) if isinstance(found, str) else found
    return [
        node["Actual Loops"]
        for node in nodes_of(whole["Plan"])
        if node["Node Type"] in {"Aggregate", "WindowAgg"}
    ]


@pytest.mark.usefixtures("loaded_while_analyzed")
@pytest.mark.parametrize("search", [by_words, hybrid])
def test_what_is_loaded_while_it_is_analyzed_is_searched_once(search: Any) -> None:
    asked = unit_vectors(1, seed=1)

    with CaptureQueriesContext(connection) as captured:
        search(["welding metals"], asked, key=KEY, limit=100, filters=Filters())

    searches = [worked_out(query["sql"]) for query in captured if "worded" in query["sql"]]
    assert len(searches) == 2, "once more, since one credential fills what is found"
    assert all(set(loops) == {1} for loops in searches)
