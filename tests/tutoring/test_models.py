"""What the database holds of summaries by itself."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.factories.accounts import UserFactory
from tests.factories.tutoring import SummaryVersionFactory
from tutoring.enums import Author, VersionKind

pytestmark = pytest.mark.django_db
BY_A_MODEL = {"model": "gpt-4o-mini", "prompt_version": "summaries-1@0", "call_id": uuid.UUID(int=1)}


def by_a_person(**fields: Any) -> dict[str, Any]:
    return {
        "author": Author.PERSON, "kind": VersionKind.CORRECTED, "made_by": UserFactory(), "reason": "So.", **fields,
    }  # fmt: skip


def test_a_version_says_which_model_wrote_it_where_one_did() -> None:
    SummaryVersionFactory(author=Author.MODEL, **BY_A_MODEL, lines_left_out=3)
    SummaryVersionFactory(author=Author.EXTRACT, degraded=True)
    SummaryVersionFactory(**by_a_person())
    SummaryVersionFactory(**by_a_person(**BY_A_MODEL))


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"author": "model"}, "say_which_model"),
        ({"author": "model", **BY_A_MODEL, "model": ""}, "say_which_model"),
        ({"author": "model", **BY_A_MODEL, "prompt_version": ""}, "say_which_model"),
        ({"author": "model", **BY_A_MODEL, "call_id": None}, "say_which_model"),
        ({"author": "extract", **BY_A_MODEL}, "say_which_model"),
        ({"author": "extract", "lines_left_out": 1}, "say_which_model"),
        ({"author": "nobody"}, "say_which_model"),
        ({"author": "model", **BY_A_MODEL, "degraded": True}, "degraded_quotes"),
    ],
)
def test_a_version_that_says_two_things_is_refused(fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=f"session_summary_versions_{constraint}"), transaction.atomic():
        SummaryVersionFactory(**fields)


def test_a_person_names_a_model_whole_or_not_at_all() -> None:
    with pytest.raises(IntegrityError, match="say_which_model"), transaction.atomic():
        SummaryVersionFactory(**by_a_person(model="gpt-4o-mini"))
