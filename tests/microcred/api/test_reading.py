"""Query parameters of the API."""

import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from accounts.enums import Role
from tests.clients import client_of
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
OF_STUDENTS = tuple(
    f"/api/v1/{kind}" for kind in ("goals", "notices", "nudges", "practice/assign", "qa/query")
)


def addresses() -> list[str]:
    """Return the addresses that people read, which take query parameters."""
    written: dict[str, dict[str, Any]] = yaml.safe_load(
        (Path(settings.BASE_DIR) / "docs/api/openapi.yaml").read_text()
    )["paths"]
    return [
        address
        for address, operations in written.items()
        for parameter in operations.get("get", {}).get("parameters", [])[-1:]
        if parameter["in"] == "query" and "/webhooks/" not in address
    ]


@pytest.mark.parametrize("address", addresses())
def test_a_parameter_that_is_not_there_is_refused_by_name(address: str) -> None:
    caller = UserFactory(role=Role.STUDENT if address.startswith(OF_STUDENTS) else Role.ADMIN)
    filled = address
    for name in ("student_id", "user_id", "query_id"):
        filled = filled.replace(f"{{{name}}}", str(uuid.UUID(int=1)))

    answer = client_of(caller).get(filled, {"serach": "python"})

    assert answer.status_code == 400, answer.json()
    assert list(answer.json()["details"]["fields"]) == ["serach"]


def test_the_refusal_names_those_that_there_are() -> None:
    answer = client_of(UserFactory()).get("/api/v1/catalog/roles?pgae=2&size=5")

    told = ["There is no such parameter here; there is page, page_size."]
    assert answer.json()["details"]["fields"] == {"pgae": told, "size": told}
