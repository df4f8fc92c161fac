"""Credentials in the admin."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from unfold.admin import StackedInline, TabularInline

from catalog import services
from catalog.admin.curation import KEY, LANGUAGE, CuratedAdmin, Explained
from catalog.admin.lists import ImportsCredentials
from catalog.forms import CredentialForm, DocumentForm
from catalog.models import BY_TITLE, Credential, CredentialDocument, CredentialSkill


class CredentialSkillInline(Explained, TabularInline):  # type: ignore[misc]
    """What a credential brings."""

    explained: ClassVar = {"level": "The level that a learner has reached who holds it, from 1 to 5."}
    model = CredentialSkill
    hide_title = True
    extra = 0
    autocomplete_fields = ("skill",)
    verbose_name = "skill"
    verbose_name_plural = "skills brought"


class DocumentInline(Explained, StackedInline):  # type: ignore[misc]
    """The documents that may be cited; what was cited once stays."""

    explained: ClassVar = {
        "uri": "Where the document is to be found, such as the address of the syllabus.",
        "text": "Plain text or Markdown, at most 4 MB; of a PDF copy its text. Recommendations quote from it.",
        "language": LANGUAGE,
    }
    model = CredentialDocument
    form = DocumentForm
    extra = 0
    can_delete = False
    verbose_name = "source document"
    verbose_name_plural = "source documents"


_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>")


def _lacks(row: Credential) -> Iterator[str]:
    texts = row.documents.values_list("text", flat=True)
    if not row.credential_skills.exists():
        yield f"“{row.title}” brings no skill yet, so it is never recommended."
    if not texts:
        yield f"“{row.title}” has no source document yet, so it is recommended without passages to read."
    elif any(map(_TAG.search, texts)):
        yield (
            f"A document of “{row.title}” has HTML in it, which is shown as it is written. "
            "Plain text or Markdown reads better."
        )


@admin.register(Credential)
class CredentialAdmin(ImportsCredentials, CuratedAdmin):
    """Micro-credentials."""

    resource_type = "credential"
    explained: ClassVar = {
        "key": KEY,
        "provider": "Who offers it.",
        "uri": "The page that students are led to. Lists that are imported find it again by this address.",
        "description": "A sentence or two, which students read.",
        "level": "From 1 for beginners to 5 for experts.",
        "hours": "Hours of work that it takes.",
        "language": LANGUAGE,
        "roles": "Roles that it is meant for; may stay empty.",
        "prerequisites": "Credentials to be taken before it.",
    }
    form = CredentialForm
    ordering = BY_TITLE
    list_display = ("title", "provider", "level", "hours", "active", "updated_at")
    list_filter = ("active", "level", "roles", "language", "provider")
    search_fields = ("title", "key", "provider", "description")
    prepopulated_fields = {"key": ("title",)}
    autocomplete_fields = ("roles", "prerequisites")
    readonly_fields = ("active",)
    inlines = (CredentialSkillInline, DocumentInline)
    actions = ("activate", "retire")
    fieldsets = (
        (None, {"fields": ("title", "key", "provider", "uri", "active", "description")}),
        ("Level and effort", {"fields": ("level", "hours", "language")}),
        ("Links", {"fields": ("roles", "prerequisites")}),
        ("More", {"classes": ["collapse"], "fields": ("metadata",)}),
    )

    def after_change(self, request: HttpRequest, row: Credential) -> None:
        """Have the index follow, and say what keeps the credential from being recommended as it could be."""
        services.announce_catalog_change()
        for lack in _lacks(row):
            self.message_user(request, lack, messages.WARNING)

    @admin.action(description="Recommend the chosen credentials again", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Credential]) -> None:
        """Put credentials back."""
        self._set_active(request, queryset, active=True)

    @admin.action(description="Retire the chosen credentials", permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Credential]) -> None:
        """Stop recommending credentials."""
        self._set_active(request, queryset, active=False)

    def _set_active(self, request: HttpRequest, queryset: QuerySet[Credential], *, active: bool) -> None:
        by: Any = request.user
        changed = list(queryset.exclude(active=active))
        for credential in changed:
            services.set_credential_active(by=by, credential=credential, active=active)
        deed = "recommended again" if active else "retired"
        self.message_user(request, f"{len(changed)} credential{pluralize(len(changed))} {deed}.")
