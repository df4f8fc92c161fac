"""What all pages for curating have in common: nothing is deleted, and every change is in the audit trail."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin

from ops import audit


class CuratedAdmin(ModelAdmin):  # type: ignore[misc]
    """Rows that are retired rather than deleted; their key is chosen once."""

    resource_type: str
    list_per_page = 25
    warn_unsaved_form = True

    class Media:
        css = {"all": ["curation.css"]}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: others may refer to the row."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the key of a stored row: imports find it again by that."""
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "key") if obj else fixed

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Suggest a key for a new row only."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Store what hangs on the row, then record the change as a whole."""
        super().save_related(request, form, formsets, change)
        lists = sorted(formset.model._meta.db_table for formset in formsets if formset.has_changed())
        if form.changed_data or lists or not change:
            self.record(
                request, form.instance, "changed" if change else "created", fields=form.changed_data + lists
            )
            self.after_change(request, form.instance)

    def after_change(self, request: HttpRequest, row: Any) -> None:
        """Do what a change of the row calls for, in its transaction."""

    def record(self, request: HttpRequest, row: Any, deed: str, **metadata: Any) -> None:
        """Write a line of the audit trail."""
        by: Any = request.user
        audit.record(
            by=by, action=f"{self.resource_type}.{deed}", resource_type=self.resource_type, resource_id=row.pk,
            metadata=metadata,
        )  # fmt: skip
