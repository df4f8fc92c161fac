"""Every POST of the API may be sent twice: no route was forgotten."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient
from rest_framework.views import APIView

from ops.idempotency import is_honoured

# A stored answer of these would hold tokens in the clear, and the address stands in for the caller. What a second
# request does is harmless in each: another log-in; a refresh token that is spent; a log-in that has ended.
# A message of a tutoring system has its key in webhook-id, for life, and is not looked into before its signature fits.
WITHOUT: dict[str, str] = {
    "api/v1/auth/token": "answers with tokens",
    "api/v1/auth/oidc": "answers with tokens, for a code that is good once",
    "api/v1/auth/token/refresh": "answers with tokens",
    "api/v1/auth/logout": "ends the same log-in",
    "api/v1/auth/password/forgotten": "sends at most three letters an hour, of which the last counts",
    "api/v1/auth/password/reset": "goes by the code of its link, which is good once",
    "api/v1/summaries": "goes by its webhook-id",
}
REFUSED = dict.fromkeys(WITHOUT, (400, "INVALID_400")) | {
    "api/v1/summaries": (401, "SIGNATURE_401"),
    "api/v1/auth/oidc": (404, "OIDC_404"),
}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, type[APIView]]]:
    """Yield every route of the product that a REST view answers."""
    for entry in (resolver or get_resolver()).url_patterns:
        place = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, place)
        elif isinstance(entry, URLPattern):
            view = getattr(entry.callback, "view_class", getattr(entry.callback, "cls", None))
            if isinstance(view, type) and issubclass(view, APIView):
                yield place, view


def posts() -> dict[str, Any]:
    """Return the POST methods of the API by route."""
    return {place: view.post for place, view in routes() if hasattr(view, "post")}


def test_every_post_honours_the_key_unless_there_is_a_reason() -> None:
    forgotten = {place for place, method in posts().items() if not is_honoured(method)}

    assert forgotten == WITHOUT.keys()
    assert len(posts()) > len(WITHOUT) + 8


def test_every_post_that_honours_the_key_says_so_in_the_openapi_document() -> None:
    document: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]

    told = {
        path.lstrip("/")
        for path, operations in document["paths"].items()
        if "Idempotency-Key"
        in {parameter["name"] for parameter in operations.get("post", {}).get("parameters", [])}
    }
    asked = {path.lstrip("/") for path, operations in document["paths"].items() if "post" in operations}

    assert asked - told == WITHOUT.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("place", WITHOUT)
def test_where_the_key_is_not_honoured_it_does_no_harm(place: str) -> None:
    reply = APIClient().post(f"/{place}", {}, format="json", headers={"Idempotency-Key": "k" * 300})

    assert (reply.status_code, reply.json()["error_code"]) == REFUSED[place]
