"""Query parameters and bodies of the API."""

import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from rest_framework import serializers

from accounts.enums import Role
from microcred.api.request_validation import MOST_NAMED, allows_unknown_fields, takes_more, validated_body
from tests.clients import client_of
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
OF_STUDENTS = tuple(
    f"/api/v1/{kind}"
    for kind in ("goals", "me/credentials", "notices", "nudges", "practice/assign", "qa/query")
)


def parameters() -> list[tuple[str, str]]:
    """Return the query parameters of what people read, each with its address."""
    written: dict[str, dict[str, Any]] = yaml.safe_load(
        (Path(settings.BASE_DIR) / "docs/api/openapi.yaml").read_text()
    )["paths"]
    return [
        (address, parameter["name"])
        for address, operations in written.items()
        for parameter in operations.get("get", {}).get("parameters", [])
        if parameter["in"] == "query" and "/webhooks/" not in address
    ]


def addresses() -> list[str]:
    """Return the addresses that people read, which take query parameters."""
    return list(dict(parameters()))


def ask(address: str, query: str) -> Any:
    """Ask with a query, as somebody who may."""
    caller = UserFactory(role=Role.STUDENT if address.startswith(OF_STUDENTS) else Role.ADMIN)
    for name in ("student_id", "user_id", "query_id"):
        address = address.replace(f"{{{name}}}", str(uuid.UUID(int=1)))
    return client_of(caller).get(f"{address}?{query}")


@pytest.mark.parametrize("address", addresses())
def test_a_parameter_that_is_not_there_is_refused_by_name(address: str) -> None:
    answer = ask(address, "serach=python")

    assert answer.status_code == 400, answer.json()
    assert list(answer.json()["details"]["fields"]) == ["serach"]


@pytest.mark.parametrize(("address", "name"), parameters())
def test_a_parameter_that_stands_there_twice_is_refused_by_name(address: str, name: str) -> None:
    told = ask(address, f"{name}=1&{name}=2").json()

    assert told["details"]["fields"] == {name: ["Give this parameter once."]}


@pytest.mark.parametrize(("address", "name"), [one for one in parameters() if one[1] != "search"])
def test_an_empty_parameter_is_not_one_that_is_left_out(address: str, name: str) -> None:
    told = ask(address, f"{name}=").json()

    assert told["details"]["fields"] == {name: ["Give a value, or leave the parameter out."]}


@pytest.mark.parametrize("address", [address for address, name in parameters() if name == "search"])
def test_a_search_for_nothing_finds_everything(address: str) -> None:
    found, everything = ask(address, "search="), ask(address, "")

    assert (found.status_code, found.json()) == (everything.status_code, everything.json())


def test_the_refusal_names_those_that_there_are() -> None:
    answer = client_of(UserFactory()).get("/api/v1/catalog/roles?pgae=2&size=5")

    told = ["There is no such parameter here; there is page, page_size."]
    assert answer.json()["details"]["fields"] == {"pgae": told, "size": told}


class Step(serializers.Serializer[Any]):
    text = serializers.CharField()


class Plan(serializers.Serializer[Any]):
    title = serializers.CharField(required=False)
    first = Step(required=False)
    steps = Step(many=True, required=False)
    others = serializers.ListField(child=Step(), required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    kept = serializers.DictField(required=False)


@allows_unknown_fields
class Message(serializers.Serializer[Any]):
    step = Step()


class OwnMessage(Message):
    pass


def refused(kind: type[serializers.Serializer[Any]], body: Any) -> Any:
    with pytest.raises(serializers.ValidationError) as refusal:
        validated_body(kind, body)
    return refusal.value.detail


def told(*names: str) -> list[str]:
    return [f"There is no such field to give here; there is {', '.join(names)}."]


class TestBodies:
    def test_what_is_known_is_returned(self) -> None:
        body = {"title": " a ", "steps": [{"text": "b"}], "tags": ["c"], "kept": {"any": 1}}

        assert validated_body(Plan, body) == {**body, "title": "a"}

    def test_a_field_that_is_not_there_is_named_with_those_that_there_are(self) -> None:
        known = ("title", "first", "steps", "others", "tags", "kept")

        assert refused(Plan, {"titel": "a", "tags": ["b"]}) == {"titel": told(*known)}

    def test_so_is_one_further_in(self) -> None:
        step = {"txet": "a", "text": "b"}
        body = {"first": step, "steps": [{"text": "b"}, step], "others": [step]}

        assert refused(Plan, body) == {
            "first": {"txet": told("text")},
            "steps": {1: {"txet": told("text")}},
            "others": {0: {"txet": told("text")}},
        }

    @pytest.mark.parametrize(
        "body", [None, [], "title", 1, {"first": [1], "steps": {"text": 1}, "others": "a"}]
    )
    def test_what_is_no_such_body_is_refused_as_ever(self, body: Any) -> None:
        assert "There is no such field" not in str(refused(Plan, body))

    def test_twenty_are_named_and_no_more(self) -> None:
        assert len(refused(Plan, {f"no{number}": 1 for number in range(30)})) == MOST_NAMED == 20

    def test_a_body_that_is_marked_passes_them_over(self) -> None:
        assert validated_body(Message, {"step": {"text": "a"}, "later": 1}) == {"step": {"text": "a"}}

    def test_what_stands_in_it_or_is_derived_from_it_is_marked_for_itself(self) -> None:
        assert refused(Message, {"step": {"text": "a", "later": 1}}) == {"step": {"later": told("text")}}
        assert (takes_more(Message), takes_more(OwnMessage)) == (True, False)
        assert refused(OwnMessage, {"step": {"text": "a"}, "later": 1}) == {"later": told("step")}

    def test_a_change_may_leave_out_what_must_be_there_else(self) -> None:
        assert validated_body(Step, {}, partial=True) == {}
        assert refused(Step, {}) == {"text": ["This field is required."]}
