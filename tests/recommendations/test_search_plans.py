"""At a hundred thousand passages PostgreSQL takes the way that the search means it to take, under every filter."""

import uuid

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.generated import KEY, Catalog, clustered, load_catalog
from microcred.ai.base import Vectors
from recommendations.queries import nearest

pytestmark = [pytest.mark.django_db, pytest.mark.long]
PASSAGES = 100_000
BY_GRAPH = "Index Scan using idx_embedding_artifacts_hnsw"
BY_CREDENTIAL = "Index Scan using idx_embedding_artifacts_cred"


def plans_of(catalog: Catalog, asked: Vectors, role_id: uuid.UUID | None) -> tuple[list[str], float]:
    """The plans by which a search read vectors, and the share of the ten nearest that it found."""
    with CaptureQueriesContext(connection) as captured:
        (found,) = nearest(asked[None], key=KEY, limit=10, role_id=role_id)
    plans = []
    for query in captured:
        if "a.vector" in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {query['sql']}")
                plans.append("\n".join(row[0] for row in cursor.fetchall()))
    near = np.where(catalog.passing(role_id), catalog.vectors @ asked, -2.0)
    exact = {catalog.ids[int(number)] for number in np.argsort(-near)[:10]}
    return plans, len(exact & {passage.artifact_id for passage in found}) / 10


def test_the_graph_is_walked_where_many_pass_and_all_are_compared_where_few_do() -> None:
    with connection.cursor() as cursor:
        # Loading so many takes longer than any statement of the product may.
        cursor.execute("SET LOCAL statement_timeout = 0")
    catalog = load_catalog(PASSAGES, shares=(0.1, 0.01))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    many, few = catalog.roles
    # The graph leads past a few of the hundred clusters: two questions in a hundred find nothing near, together or not,
    # so that one of twenty often does.
    # Few are read once and compared in memory.
    for role_id, expected, questions, reads, least in (
        (None, BY_GRAPH, 200, 200, 0.95),
        (many, BY_GRAPH, 200, 200, 0.95),
        (few, BY_CREDENTIAL, 20, 1, 1.0),
    ):
        recalls, read = [], 0
        for asked in clustered(questions, seed=7):
            plans, recall = plans_of(catalog, asked, role_id)
            read += len(plans)
            for plan in plans:
                assert expected in plan
                assert "Seq Scan on embedding_artifacts" not in plan
            recalls.append(recall)
        assert read == reads
        assert np.mean(recalls) >= least
