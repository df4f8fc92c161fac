"""The page about what recommendations do as a whole; for admins alone, since it looks across all students."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from companion import kept_figures, quality
from companion.exposure_forms import ExposureFilters
from companion.pages import caller
from companion.quality_pages import quality_page, worked_out_anew
from recommendations.queries import Exposure
from scoring.statistics import SMALLEST_GROUP


@require_http_methods(["GET", "HEAD", "POST"])
@quality_page
def recommendations(request: HttpRequest) -> HttpResponse:
    """Show how recommendations are received, and what of the catalog they show; a POST has it worked out anew."""
    by = caller(request)
    form = ExposureFilters(request.GET, roles=[(one.pk, one.name) for one in quality.quality_roles(by)])
    wanted = form.wanted()
    if request.method == "POST":
        return worked_out_anew(request, wanted)
    sheet = kept_figures.sheet(wanted, by=by, now=timezone.now())
    context = {"form": form, "sheet": sheet, "smallest": SMALLEST_GROUP}
    return render(request, "advisor/quality/recommendations.html", context | _shown(sheet.found))


def _shown(found: tuple[Exposure, Mapping[uuid.UUID, str]] | None) -> dict[str, Any]:
    if found is None:
        return {}
    figures, titles = found
    return {
        "found": figures,
        "popular": [(one, titles.get(one.credential, "")) for one in figures.popular],
        "rates": [
            ("Everybody", figures.rate),
            ("Students themselves", figures.of_students),
            ("Staff", figures.of_staff),
        ],
    }
