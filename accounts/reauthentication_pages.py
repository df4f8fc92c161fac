"""The page on which people prove once more who they are, and the administration's forms that ask for it."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import attempt_limits, second_factor, sessions
from accounts.forms import CodeForm, ProofForm, ProvenCodeForm
from accounts.institution import links
from accounts.institution.provider import is_offered
from accounts.models import User
from accounts.recent_authentication import (
    TAKEN_WITHIN,
    is_recently_authenticated,
    reauthentication_required,
    redirect_to_next,
    redirect_to_reauthentication,
)
from accounts.second_factor_pages import is_right_code


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def prove(request: HttpRequest) -> HttpResponse:
    """Ask for the password, and the code of whoever has a second factor, and lead back."""
    person = request.user
    if not isinstance(person, User):
        raise TypeError("the page lets anonymous visitors through")
    wanted = request.POST.get("next") or request.GET.get("next", "")
    form = _form(person, request.POST or None)
    if request.method == "POST" and form is not None:
        wait = attempt_limits.count_page_attempt(request, email=person.email)
        if wait:
            return attempt_limits.too_many_attempts(request, wait)
        if form.is_valid() and (not isinstance(form, CodeForm) or is_right_code(form, person)):
            sessions.note_proof(request, person=person, now=timezone.now())
            return redirect_to_next(request, wanted)
    context = {"form": form, "next": wanted, "is_linked": _may_prove_at_institution(person)}
    return render(request, "registration/proof.html", context)


def _may_prove_at_institution(person: User) -> bool:
    """Whether being asked anew there is enough: of whoever has a second factor, only where theirs may count."""
    if not is_offered() or (second_factor.is_on(person) and not settings.OIDC_SECOND_FACTOR):
        return False
    return links.is_linked(person)


def _form(person: User, given: Any) -> ProofForm | CodeForm | None:
    """Return what asks for all that a person has of password and second factor; None where that is nothing."""
    has_password, has_factor = person.has_usable_password(), second_factor.is_on(person)
    if has_password:
        return (ProvenCodeForm if has_factor else ProofForm)(person, given)
    return CodeForm(given) if has_factor else None


class RequiresReauthentication:
    """An admin whose forms and actions are for those alone who have proven lately who they are.

    ``guards_rows`` is false where the page of a row shows it and changes nothing.
    """

    guards_rows: ClassVar[bool] = True

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """Show or take the form."""
        wanted = reauthentication_required(request) if object_id is None or self.guards_rows else None
        return wanted or super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]

    def response_action(self, request: HttpRequest, queryset: Any) -> Any:
        """Do what was chosen for the chosen rows."""
        if not is_recently_authenticated(request, TAKEN_WITHIN):
            return redirect_to_reauthentication(request)
        return super().response_action(request, queryset)  # type: ignore[misc]
