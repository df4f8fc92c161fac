"""Every address of the product; each app lists its own."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

# What stands at admin.site.urls below.
admin.autodiscover()

urlpatterns = [
    # What is asked most often stands first, for addresses are looked up in this order.
    path("api/v1/catalog/", include("catalog.urls")),
    path("api/v1/", include("assessments.urls")),
    path("api/v1/", include("scoring.urls")),
    path("api/v1/", include("recommendations.urls")),
    path("api/v1/", include("planner.urls")),
    path("api/v1/", include("practice.urls")),
    path("api/v1/", include("nudges.urls")),
    path("api/v1/", include("conversations.urls")),
    path("api/v1/", include("tutoring.urls")),
    path("api/v1/", include("partners.urls")),
    path("api/v1/", include("companion.api_urls")),
    path("", RedirectView.as_view(pattern_name="start"), name="home"),
    path("", include("accounts.urls")),  # before the admin, whose log-in page it takes over
    path("admin/catalog/question/", include("scoring.trials.urls")),  # beside the pages of the same address
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("docs/schemas/", include("catalog.schema_urls")),
    path("redoc", SpectacularRedocView.as_view(url_name="schema"), name="redoc"),
    path("", include("ops.urls")),
    path("", include("nudges.page_urls")),
    path("advisor/", include("companion.urls")),
    path("", include("partners.lti.urls")),
    path("student/", include("companion.student.urls")),
    path("guardian/", include("companion.guardian_urls")),
]

handler400 = "microcred.api.exception_handler.malformed"
handler403 = "microcred.api.exception_handler.forbidden"
handler404 = "microcred.api.exception_handler.not_found"
handler500 = "microcred.api.exception_handler.failed"
