"""The page on which a role is made of an occupation: choosing a file and words, an occupation, its skills.

Between the steps nothing is kept on the server: the page holds the occupations that were found, sealed.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from catalog.admin.signed_state import EXPIRED, SealedForm, sealed, unsealed
from catalog.importing.frameworks.framework import FrameworkInvalid, Profile, Source
from catalog.importing.frameworks.opening import opened
from catalog.importing.frameworks.planning import MOST_TAKEN, plan
from catalog.importing.frameworks.profile_json import held, profile_of
from catalog.importing.frameworks.role_creation import Made, NothingChosen, make
from catalog.importing.frameworks.scales import MIDDLE_TARGET
from catalog.importing.frameworks.searching import found
from catalog.importing.frameworks.tables import of_file
from catalog.models import JobRole
from ops.refusals import as_domain_error

PAGE: Final = "admin/frameworks/role.html"
SEAL: Final = "catalog.occupations"
MOST_SHOWN: Final = 8
LEVELS: Final = [(str(quarters / Decimal(2)), str(quarters / Decimal(2))) for quarters in range(2, 11)]


class OccupationForm(forms.Form):
    """A file, what to look for in it, and what the role is to be."""

    file = forms.FileField(label="Release of O*NET or ESCO", widget=UnfoldAdminFileFieldWidget)
    search = forms.CharField(
        label="Occupation",
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="What people call it, or its code in O*NET or address in ESCO.",
    )
    role = forms.ModelChoiceField(
        JobRole.objects.order_by("name"),
        label="Role to complete",
        required=False,
        empty_label="A new one, or the one of that name",
        widget=UnfoldAdminSelectWidget,
    )
    level = forms.TypedChoiceField(
        choices=LEVELS,
        coerce=Decimal,
        initial=str(MIDDLE_TARGET),
        label="Target level where the source gives none",
        widget=UnfoldAdminSelectWidget,
        help_text="For technologies in O*NET and for all skills in ESCO; optional ones there get one less.",
    )


@dataclass(frozen=True)
class Found:
    """What the page holds: the occupations that were found, whose they are, and the role that is to be completed."""

    source: Source
    profiles: tuple[Profile, ...]
    role: JobRole | None

    def sealed_for(self, request: HttpRequest) -> str:
        """Return all of it in a form that only this person can send back."""
        values = {
            "source": asdict(self.source),
            "role": str(self.role.pk) if self.role else "",
            "profiles": [held(profile) for profile in self.profiles],
        }
        return sealed(request, values, salt=SEAL)


class ImportsOccupations:
    """An admin of roles whose list leads to the page."""

    actions_list: ClassVar[Sequence[str]] = ("import_occupation",)

    @action(description="Import from O*NET or ESCO", url_path="import", permissions=["add"])  # type: ignore[untyped-decorator]
    def import_occupation(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file and words, show the occupations found, then the skills of one, and make what is agreed to."""
        response = _answer(self, request)
        add_never_cache_headers(response)
        return response


def _answer(model_admin: Any, request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(model_admin, request, OccupationForm())
    if "sealed" in request.POST:
        return _next(model_admin, request)
    form = OccupationForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return _step(model_admin, request, _found(form))
        except FrameworkInvalid as refusal:
            form.add_error("file", str(refusal))
        except LookupError as refusal:
            form.add_error("search", str(refusal))
    return _page(model_admin, request, form)


def _found(form: OccupationForm) -> Found:
    given = form.cleaned_data
    framework = opened(of_file(given["file"].file, given["file"].name))
    nearest = found(framework.occupations(), given["search"], most=MOST_SHOWN)
    if not nearest:
        raise LookupError("No occupation comes near that.")
    profiles = framework.profiles([one.code for one in nearest], level=given["level"])
    return Found(framework.source, tuple(profiles[one.code] for one in nearest), given["role"])


def _step(model_admin: Any, request: HttpRequest, held_: Found) -> HttpResponse:
    """Show the skills of the one occupation, or ask which of several it is."""
    shown = held_.profiles if len(held_.profiles) > 1 else ()
    planned = None if shown else plan(held_.profiles[0], held_.source, role=held_.role)
    rows = []
    if planned:
        taken = planned.taken_by_default()
        rows = [(place, row, place in taken) for place, row in enumerate(planned.rows)]
    return _page(
        model_admin, request, SealedForm(initial={"sealed": held_.sealed_for(request)}),
        source=held_.source, profiles=shown, plan=planned, rows=rows, most=MOST_TAKEN,
    )  # fmt: skip


def _next(model_admin: Any, request: HttpRequest) -> HttpResponse:
    held_ = _unsealed(request)
    if held_ is None:
        messages.error(request, EXPIRED)
        return redirect(request.path)
    if len(held_.profiles) > 1:
        chosen = request.POST.get("occupation", "")
        profiles = tuple(one for one in held_.profiles if one.occupation.code == chosen)
        return _step(model_admin, request, Found(held_.source, profiles or held_.profiles, held_.role))
    return _make(request, held_)


def _unsealed(request: HttpRequest) -> Found | None:
    values = unsealed(request, salt=SEAL)
    if values is None:
        return None
    role = JobRole.objects.filter(pk=values["role"]).first() if values["role"] else None
    if values["role"] and role is None:
        return None
    return Found(Source(**values["source"]), tuple(map(profile_of, values["profiles"])), role)


def _make(request: HttpRequest, held_: Found) -> HttpResponse:
    chosen = {int(place) for place in request.POST.getlist("take") if place.isdecimal()}
    by: Any = request.user
    try:
        made = make(held_.profiles[0], held_.source, role=held_.role, chosen=chosen, by=by)
    except NothingChosen:
        messages.warning(request, "No skill was chosen, so nothing was made.")
        return redirect(request.path)
    except IntegrityError as error:
        messages.error(request, as_domain_error(error).message)
        return redirect(request.path)
    messages.success(request, _told(made))
    return redirect(reverse("admin:catalog_jobrole_change", args=[made.role.pk]))


def _told(made: Made) -> str:
    deed = (
        "made; it is inactive until you activate it, and needs questions first"
        if made.is_new
        else "completed"
    )
    changed = (
        f", {made.changed} {pluralize(made.changed, 'is,are')} asked for otherwise" if made.changed else ""
    )
    linked = f" and {made.linked} linked" if made.linked else ""
    asked = f"{made.asked} skill{pluralize(made.asked)} {pluralize(made.asked, 'is,are')} asked for newly"
    return f"The role is {deed}. {asked}{changed}; {made.skills} made{linked}."


def _page(model_admin: Any, request: HttpRequest, form: forms.Form, **context: Any) -> HttpResponse:
    shared = model_admin.admin_site.each_context(request)
    own = {"title": "Import from O*NET or ESCO", "opts": model_admin.model._meta, "form": form}
    return TemplateResponse(request, PAGE, {**shared, **own, **context})
