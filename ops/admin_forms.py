"""Forms and actions of the administration that say in the domain's words why something is not done."""

from typing import Any, Final

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponseRedirect
from unfold.admin import ModelAdmin

from microcred.errors import DomainError
from ops.refusals import as_domain_error

#: In what is known of a request: why its form was refused after it had been found good.
REFUSAL: Final = "microcred.refusal"


class FormAdmin(ModelAdmin):  # type: ignore[misc]
    """Shows a form again, with what was typed, where a service refuses it or somebody else was faster."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """Show or take the form; taking it is one transaction, of which nothing is left once it is refused."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (DomainError, IntegrityError) as error:
            if request.method != "POST":
                raise
            request.META[REFUSAL] = as_domain_error(error)
        # Looked at once more, the form finds by itself what was stored meanwhile, and says so beside its field.
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form; one that was refused finds itself at fault."""
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal: DomainError | None = request.META.get(REFUSAL)
        return form if refusal is None else _refused(form, refusal)

    def response_action(self, request: HttpRequest, queryset: Any) -> Any:
        """Do what was chosen for the chosen rows, or say why it stopped."""
        try:
            return super().response_action(request, queryset)
        except (DomainError, IntegrityError) as error:
            self.message_user(request, as_domain_error(error).message, messages.WARNING)
        return HttpResponseRedirect(request.get_full_path())


def _refused(form: Any, refusal: DomainError) -> Any:
    class Refused(form):  # type: ignore[misc]
        """A form that was found good, and refused."""

        def _post_clean(self) -> None:
            super()._post_clean()
            field = (refusal.details or {}).get("field")
            if not self.errors:
                self.add_error(field if field in self.fields else None, refusal.message)

    return Refused
