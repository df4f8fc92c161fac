"""The published JSON Schemas, for editors and programs; they are public and say nothing of any question."""

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.published_schemas import PUBLISHED

INDENTED = {"indent": 2, "ensure_ascii": False}


@require_safe
def schema_list(request: HttpRequest) -> JsonResponse:
    """Name every schema with its title and address."""
    listed = [
        {"name": name, "title": schema["title"], "url": reverse("schema-of", args=[name])}
        for name, schema in PUBLISHED.items()
    ]
    return JsonResponse({"schemas": listed}, json_dumps_params=INDENTED)


@require_safe
def schema_of(request: HttpRequest, name: str) -> JsonResponse:
    """Return one schema."""
    if name not in PUBLISHED:
        raise Http404("No such schema.")
    return JsonResponse(PUBLISHED[name], json_dumps_params=INDENTED, content_type="application/schema+json")
