"""How the admin looks; its theme reads the setting ``UNFOLD``."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "MicroCred",
    "SITE_HEADER": "MicroCred",
    "SITE_SUBHEADER": "All times in UTC",
    "SITE_URL": "/",
    # The way back from the administration.
    "SITE_DROPDOWN": [
        {"icon": "home", "title": "Start page", "link": reverse_lazy("start")},
        {"icon": "manage_accounts", "title": "Your password and log-ins", "link": reverse_lazy("password")},
        {"icon": "api", "title": "API documentation", "link": reverse_lazy("docs")},
    ],
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")}
    ],
    "STYLES": [lambda request: static("admin.css")],
    "SCRIPTS": [lambda request: static("admin-access.js")],
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "microcred.admin_dashboard.fill",
    "COLORS": {
        "primary": {
            "50": "oklch(98% .012 195)",
            "100": "oklch(95% .025 195)",
            "200": "oklch(90% .05 195)",
            "300": "oklch(82% .08 195)",
            "400": "oklch(72% .09 197)",
            "500": "oklch(61% .085 198)",
            "600": "oklch(46% .07 200)",
            "700": "oklch(40% .06 200)",
            "800": "oklch(34% .05 200)",
            "900": "oklch(28% .04 200)",
            "950": "oklch(21% .03 200)",
        },
    },
}
