"""The administration: Django's, whose pages are looked for where addresses are answered or checked."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import autodiscover
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core.checks import CheckMessage, Tags, register


class AdministrationConfig(SimpleAdminConfig):
    """Finds no pages by itself: a worker has none to show, and would load their forms before it takes a job.

    `microcred.urls` looks for them before it lists their addresses.
    """

    def ready(self) -> None:
        """Register Django's checks of the pages."""
        register(check_dependencies, Tags.admin)
        register(check_pages, Tags.admin)


def check_pages(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Check the pages of every app, found first."""
    autodiscover()
    found: Sequence[CheckMessage] = check_admin_app(app_configs, **kwargs)
    return found
