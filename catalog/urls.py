"""Addresses of the catalog, below /api/v1/catalog/."""

from django.urls import path

from catalog.api import CredentialListView, CredentialView, RoleListView, SkillListView

urlpatterns = [
    path("credentials", CredentialListView.as_view(), name="catalog-credentials"),
    path("credentials/<uuid:credential_id>", CredentialView.as_view(), name="catalog-credential"),
    path("roles", RoleListView.as_view(), name="catalog-roles"),
    path("skills", SkillListView.as_view(), name="catalog-skills"),
]
