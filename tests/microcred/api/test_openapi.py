"""What the document says of itself."""

from functools import cache
from typing import Any

import yaml
from django.conf import settings

from microcred.api.openapi import TAGS


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((settings.BASE_DIR / "docs" / "api" / "openapi.yaml").read_text())
    return found


def test_every_group_of_operations_is_told_about_and_no_other() -> None:
    used = {
        tag
        for path in document()["paths"].values()
        for operation in path.values()
        for tag in operation.get("tags", [])
    }

    assert used == set(TAGS)


def test_every_operation_is_headed_by_the_first_sentence_about_it() -> None:
    told = {
        operation["operationId"]: operation["summary"]
        for path in document()["paths"].values()
        for operation in path.values()
    }

    assert (
        told["analytics_student"]
        == "Return figures by weeks of oneself, or of a student whom one looks after"
    )
    assert [
        told[name] for name in told if not told[name] or told[name].endswith(".") or len(told[name]) > 140
    ] == []


def test_it_says_first_how_to_call() -> None:
    assert "POST /api/v1/auth/token" in document()["info"]["description"]
