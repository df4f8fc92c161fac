"""Rows inserted by one statement are as the mapper would have stored them."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext

from assessments.enums import MissingPart
from microcred.bulk_inserts import insert_rows
from ops import audit
from ops.models import AuditLog
from recommendations.enums import RecommendationStatus
from recommendations.models import RagTrace, Recommendation, RecommendationItem
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import NOW, CredentialFactory
from tests.factories.recommendations import RagTraceFactory, RecommendationItemFactory

pytestmark = pytest.mark.django_db
# Quotation marks, a backslash, a line break, a letter that is two characters of UTF-16, and what looks like a value.
ODD = '“He said "no" \\ \n 𝄞 %s\', NULL'


def run(**other: Any) -> Recommendation:
    values = {
        "assessment": submitted_assessment(),
        "run": 1,
        "status": RecommendationStatus.READY,
        "summary": ODD,
        "degraded": True,
        "missing": [MissingPart.RETRIEVAL.value, MissingPart.SUMMARY.value],
        "parameters": {"weights": {"gap_fit": 0.1 + 0.2}, "unavailable": [], "none": None, "odd": ODD},
        "metrics": {},
        "generated_at": NOW + dt.timedelta(microseconds=123_456),
    }
    return Recommendation(**values | other)


def stored(row: Any) -> dict[str, Any]:
    return model_to_dict(type(row).objects.get(pk=row.pk))


def test_several_tables_take_one_statement_and_every_value_arrives() -> None:
    made = run()
    item = RecommendationItemFactory.build(recommendation=made, credential=CredentialFactory(), title=ODD)
    trace = RagTraceFactory.build(
        recommendation=made, credential=item.credential, snippet=ODD, similarity=Decimal("-0.001")
    )
    link = RecommendationItem.traces.through(recommendationitem_id=item.pk, ragtrace_id=trace.pk)

    with CaptureQueriesContext(connection) as asked:
        insert_rows([made], [trace], [], [item], [link])

    assert len(asked) == 1
    for row in (made, trace):
        assert stored(row) == model_to_dict(row)
    assert stored(item) == model_to_dict(item) | {"traces": [trace]}
    assert Recommendation.objects.get().created_at == made.created_at
    assert (RagTrace.objects.get().vector_rank, made._state.adding) == (None, False)


def test_rows_of_a_table_keep_their_order_and_the_database_fills_in_what_is_its_own() -> None:
    lines = [
        audit.line(by=None, action=f"tried.{number}", resource_type="test", resource_id=None)
        for number in range(20)
    ]

    insert_rows(lines)

    told = AuditLog.objects.filter(resource_type="test").order_by("pk")
    assert [line.action for line in told] == [f"tried.{number}" for number in range(20)]
    assert len({line.created_at for line in told}) == 1


def test_all_are_stored_or_none() -> None:
    made = run()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(
            [made], [RagTraceFactory.build(recommendation=made, credential=CredentialFactory(), rank=0)]
        )

    assert not Recommendation.objects.exists()


def test_nothing_to_insert_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        insert_rows([], [])

    assert not asked.captured_queries
