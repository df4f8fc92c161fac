"""The page on which people prove once more who they are, and the administration's forms that ask for it."""

import datetime as dt
import urllib.parse
from typing import Any, ClassVar, Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import attempts, second_factor, sessions
from accounts.forms import ProofForm, ProvenCodeForm
from accounts.models import User
from accounts.second_factor_pages import is_right_code

# A form is shown to those who have proven who they are so lately, and taken from them a while longer, so that nobody
# who takes their time over it has to begin again.
SHOWN_WITHIN: Final = dt.timedelta(minutes=10)
TAKEN_WITHIN: Final = dt.timedelta(minutes=30)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def prove(request: HttpRequest) -> HttpResponse:
    """Ask for the password, and the code of whoever has a second factor, and lead back."""
    person = request.user
    if not isinstance(person, User):
        raise TypeError("the page lets anonymous visitors through")
    has_factor = second_factor.is_on(person)
    form = (ProvenCodeForm if has_factor else ProofForm)(person, request.POST or None)
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if request.method == "POST":
        wait = attempts.count_page_attempt(request, email=person.email)
        if wait:
            return attempts.come_back(request, wait)
        if form.is_valid() and (not has_factor or is_right_code(form, person)):
            sessions.note_proof(request, person=person, now=timezone.now())
            safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
            return redirect(wanted if safe else "start")
    return render(request, "registration/proof.html", {"form": form, "next": wanted})


class ProvenFirst:
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
        wanted = proof_wanted(request) if object_id is None or self.guards_rows else None
        return wanted or super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]

    def response_action(self, request: HttpRequest, queryset: Any) -> Any:
        """Do what was chosen for the chosen rows."""
        if not _is_proven(request, TAKEN_WITHIN):
            return _lead_to_proof(request)
        return super().response_action(request, queryset)  # type: ignore[misc]


def proof_wanted(request: HttpRequest) -> HttpResponse | None:
    """Return the way to the page that asks who one is; None for whoever has proven it lately."""
    within = TAKEN_WITHIN if request.method == "POST" else SHOWN_WITHIN
    return None if _is_proven(request, within) else _lead_to_proof(request)


def _is_proven(request: HttpRequest, within: dt.timedelta) -> bool:
    return sessions.is_proven(request, within=within, now=timezone.now())


def _lead_to_proof(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('prove')}?{urllib.parse.urlencode({'next': request.get_full_path()})}")
