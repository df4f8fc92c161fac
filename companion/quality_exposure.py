"""The page about what recommendations do as a whole; for admins alone, since it looks across all students."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from companion import quality
from companion.exposure_forms import ExposureFilters
from companion.pages import caller
from companion.quality_pages import quality_page
from recommendations import queries
from scoring.statistics import SMALLEST_GROUP


@require_safe
@quality_page
def recommendations(request: HttpRequest) -> HttpResponse:
    """Show how recommendations are received, and what of the catalog they show."""
    by = caller(request)
    form = ExposureFilters(request.GET, roles=[(one.pk, one.name) for one in quality.quality_roles(by)])
    figures, titles = queries.exposure_of(by=by, span=form.span(now=timezone.now()))
    context = {
        "form": form,
        "found": figures,
        "smallest": SMALLEST_GROUP,
        "popular": [(one, titles.get(one.credential, "")) for one in figures.popular],
        "rates": [
            ("Everybody", figures.rate),
            ("Students themselves", figures.of_students),
            ("Staff", figures.of_staff),
        ],
    }
    return render(request, "advisor/quality/recommendations.html", context)
