"""The pages about the quality of questions and scores; for admins alone, since they look across all students."""

import uuid
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.policy import Permission, allows
from companion import kept_figures, quality
from companion.enums import FiguresOf
from companion.kept_figures import Wanted
from companion.pages import Page, caller, staff_page
from companion.quality_forms import ComparisonFilters, FairnessFilters, QualityFilters
from scoring import statistics
from scoring.statistics import Between, Marks


def quality_page(page: Page) -> Page:
    """Let those through who may see figures over all students; for everybody else there is no page."""

    @staff_page
    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not allows(caller(request), Permission.READ_QUALITY):
            raise Http404
        return page(request, *args, **kwargs)

    return guarded


def worked_out_anew(request: HttpRequest, wanted: Wanted | None) -> HttpResponse:
    """Have kept figures worked out anew and lead back to the page; those that are not kept are new with every look."""
    by = caller(request)
    if wanted and kept_figures.is_kept(wanted, by=by):
        kept_figures.ask(wanted, by=by, now=timezone.now())
        messages.success(request, "The figures are being worked out anew. Look again in a minute.")
    return redirect(request.get_full_path())


@require_safe
@quality_page
def roles(request: HttpRequest) -> HttpResponse:
    """List the roles."""
    found = quality.quality_roles(caller(request))
    return render(request, "advisor/quality/roles.html", {"roles": found})


@require_http_methods(["GET", "HEAD", "POST"])
@quality_page
def items(request: HttpRequest, role_id: uuid.UUID) -> HttpResponse:
    """Show the item analysis of a role; a POST has it worked out anew."""
    by, form = caller(request), QualityFilters(request.GET)
    role = quality.quality_role(by=by, role_id=role_id)
    synthetic = quality.includes_synthetic(by=by, role_id=role_id, asked=form.asks_for_synthetic())
    wanted = Wanted(FiguresOf.QUESTIONS, role_id, synthetic)
    if request.method == "POST":
        return worked_out_anew(request, wanted)
    sheet = kept_figures.sheet(wanted, by=by, now=timezone.now())
    context = {
        "role": role,
        "form": form,
        "counts_made_up": synthetic,
        "sheet": sheet,
        "analysis": sheet.found,
        "rows": quality.item_rows(sheet.found) if sheet.found else [],
    }
    return render(request, "advisor/quality/items.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@quality_page
def agreement(request: HttpRequest, role_id: uuid.UUID) -> HttpResponse:
    """Show how far those who score a role's essays agree; a POST has it worked out anew."""
    by, form = caller(request), QualityFilters(request.GET)
    role = quality.quality_role(by=by, role_id=role_id)
    synthetic = quality.includes_synthetic(by=by, role_id=role_id, asked=form.asks_for_synthetic())
    wanted = Wanted(FiguresOf.AGREEMENT, role_id, synthetic)
    if request.method == "POST":
        return worked_out_anew(request, wanted)
    sheet = kept_figures.sheet(wanted, by=by, now=timezone.now())
    context = {
        "role": role,
        "form": form,
        "counts_made_up": synthetic,
        "sheet": sheet,
        "least": statistics.LEAST_PAIRS,
        "rows": [
            (line, quality.kappa_label(line.model.quadratic_kappa, line.model.interval))
            for line in sheet.found or ()
        ],
    }
    return render(request, "advisor/quality/agreement.html", context)


@require_safe
@quality_page
def comparison(request: HttpRequest, role_id: uuid.UUID, question_id: uuid.UUID) -> HttpResponse:
    """Show two scorers' levels for one question or criterion against each other, and the essays behind a cell."""
    by = caller(request)
    role = quality.quality_role(by=by, role_id=role_id)
    asked = QualityFilters(request.GET).asks_for_synthetic()
    synthetic = quality.includes_synthetic(by=by, role_id=role_id, asked=asked)
    between: Between = "reviewers" if request.GET.get("between") == "reviewers" else "model"
    marks: Marks = "decided" if request.GET.get("marks") == "decided" else "blind"
    found = statistics.comparison(
        by=by,
        role_id=role_id,
        question_id=question_id,
        criterion=request.GET.get("criterion", ""),
        between=between,
        marks=marks,
        synthetic=synthetic,
    )
    form = ComparisonFilters(request.GET, criteria=found.criteria)
    form.is_valid()
    cell = (form.cleaned_data.get("first"), form.cleaned_data.get("second"))
    context = {
        "role": role,
        "form": form,
        "counts_made_up": synthetic,
        "found": found,
        "label": quality.kappa_label(found.agreement.quadratic_kappa, found.agreement.interval),
        "least": statistics.LEAST_PAIRS,
        "rows": quality.matrix(found),
        "chosen": quality.chosen_cell(found, *cell),
    }
    return render(request, "advisor/quality/comparison.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@quality_page
def fairness(request: HttpRequest, role_id: uuid.UUID) -> HttpResponse:
    """Show how groups of students fare in a role; a POST has it worked out anew."""
    by = caller(request)
    role = quality.quality_role(by=by, role_id=role_id)
    asked = QualityFilters(request.GET).asks_for_synthetic()
    synthetic = quality.includes_synthetic(by=by, role_id=role_id, asked=asked)
    keys = statistics.profile_keys(by=by, role_id=role_id, synthetic=synthetic)
    form = FairnessFilters(request.GET, keys=keys)
    form.is_valid()
    key = form.cleaned_data.get("key")
    wanted = Wanted(FiguresOf.FAIRNESS, role_id, synthetic, key) if key else None
    if request.method == "POST":
        return worked_out_anew(request, wanted)
    sheet = kept_figures.sheet(wanted, by=by, now=timezone.now()) if wanted else None
    found = sheet.found if sheet else None
    context = {
        "role": role,
        "form": form,
        "counts_made_up": synthetic,
        "keys": keys,
        "key": key,
        "sheet": sheet,
        "found": found,
        "smallest": statistics.SMALLEST_GROUP,
        "rows": quality.functioning_rows(found) if found else [],
    }
    return render(request, "advisor/quality/fairness.html", context)
