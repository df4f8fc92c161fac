"""The page on which skills get their ids in O*NET or ESCO: choosing a file, looking at suggestions, ticking."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget

from catalog.admin.signed_state import EXPIRED, SealedForm, sealed, unsealed
from catalog.importing.frameworks.framework import Framework, FrameworkInvalid, Source
from catalog.importing.frameworks.linked import link, links, suggestions
from catalog.importing.frameworks.linking import Suggestion, Why
from catalog.importing.frameworks.opening import opened
from catalog.importing.frameworks.tables import of_file

PAGE: Final = "admin/frameworks/links.html"
SEAL: Final = "catalog.links"
# A form may have a thousand fields.
MOST_ON_PAGE: Final = 200


class ReleaseForm(forms.Form):
    """A file."""

    file = forms.FileField(label="Release of O*NET or ESCO", widget=UnfoldAdminFileFieldWidget)


class LinksSkills:
    """An admin of skills whose list leads to the page."""

    actions_list: ClassVar[Sequence[str]] = ("link_skills",)

    @action(description="Link to O*NET or ESCO", url_path="link", permissions=["change"])  # type: ignore[untyped-decorator]
    def link_skills(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file, show what each skill without an id may be, and give those that are ticked theirs."""
        response = _answer(self, request)
        add_never_cache_headers(response)
        return response


def _answer(model_admin: Any, request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(model_admin, request, ReleaseForm())
    if "sealed" in request.POST:
        return _link(request)
    form = ReleaseForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data["file"]
        try:
            return _suggestions(model_admin, request, opened(of_file(given.file, given.name)))
        except FrameworkInvalid as refusal:
            form.add_error("file", str(refusal))
    return _page(model_admin, request, form)


def _suggestions(model_admin: Any, request: HttpRequest, framework: Framework) -> HttpResponse:
    source = framework.source
    every = suggestions(links(framework.concepts(), source), source)
    found = [(wanted, near) for wanted, near in every if near]
    shown = found[:MOST_ON_PAGE]
    offered = {wanted.key: [one.concept.id for one in near] for wanted, near in shown}
    held = {"source": source.name, "field": source.field, "offered": offered}
    return _page(
        model_admin, request, SealedForm(initial={"sealed": sealed(request, held, salt=SEAL)}),
        source=source, rows=[(wanted, near, _ticked(near)) for wanted, near in shown],
        more=len(found) - len(shown), alone=[wanted for wanted, near in every if not near], lacking=len(every),
    )  # fmt: skip


def _ticked(near: Sequence[Suggestion]) -> str:
    """Return the one id that may be right without a look: that of the only skill of the same name."""
    same = [one.concept.id for one in near if one.why == Why.SAME_NAME]
    return same[0] if len(same) == 1 else ""


def _link(request: HttpRequest) -> HttpResponse:
    held = unsealed(request, salt=SEAL)
    if held is None:
        messages.error(request, EXPIRED)
        return redirect(request.path)
    source = Source(held["source"], held["field"], "")
    by: Any = request.user
    linked = link(_chosen(request, held["offered"]), source, by=by)
    if linked:
        messages.success(request, f"{linked} skill{pluralize(linked)} got the id of {source.name}.")
    else:
        messages.warning(request, "No id was chosen, so no skill was changed.")
    return redirect(reverse("admin:catalog_skill_changelist"))


def _chosen(request: HttpRequest, offered: Mapping[str, Sequence[str]]) -> dict[str, str]:
    sent = {key: request.POST.get(f"link-{key}", "") for key in offered}
    return {key: outside for key, outside in sent.items() if outside in offered[key]}


def _page(model_admin: Any, request: HttpRequest, form: forms.Form, **context: Any) -> HttpResponse:
    shared = model_admin.admin_site.each_context(request)
    own = {"title": "Link to O*NET or ESCO", "opts": model_admin.model._meta, "form": form}
    return TemplateResponse(request, PAGE, {**shared, **own, **context})
