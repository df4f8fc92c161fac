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


def test_it_says_first_how_to_call() -> None:
    assert "POST /api/v1/auth/token" in document()["info"]["description"]
