"""Addresses of the published JSON Schemas, below /docs/schemas/."""

from django.urls import path

from catalog.schema_pages import schema_list, schema_of

urlpatterns = [
    path("", schema_list, name="schemas"),
    path("<slug:name>.schema.json", schema_of, name="schema-of"),
]
