"""What all pages for curating have in common: nothing is deleted, and every change is in the audit trail."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.http import HttpRequest

from ops import audit
from ops.admin import KeptAdmin

KEY: Final = "Small letters, digits and hyphens. Imports find it again by its key, which is chosen once."
LANGUAGE: Final = "Two letters, with those of a country where it matters: en, pt-BR."


class Explained:
    """A form, or a list on one, that says beneath its fields what is asked for: units, scales, who reads it."""

    explained: ClassVar[Mapping[str, str]] = {}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Put beneath the field what there is to say about it."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field and db_field.name in self.explained:
            field.help_text = self.explained[db_field.name]
        return field


class CuratedAdmin(Explained, KeptAdmin):
    """Rows of the catalog, with what hangs on them."""

    resource_type: str

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
