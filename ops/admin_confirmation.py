"""Deeds of the administration that cannot be undone are shown before they are done."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

Action = Callable[[Any, HttpRequest, QuerySet[Any]], None]
# What Django's own page before a deletion sends.
CONFIRMED: Final = "post"
MOST_NAMED: Final = 20


def confirmed_first(consequence: str) -> Callable[[Action], Callable[..., TemplateResponse | None]]:
    """Let an action on chosen rows name them, and what becomes of them, on a page of its own, and act from there."""

    def asking(act: Action) -> Callable[..., TemplateResponse | None]:
        @wraps(act)
        def asked(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> TemplateResponse | None:
            if CONFIRMED in request.POST:
                act(model_admin, request, queryset)
                return None
            return _page(model_admin, request, queryset, consequence)

        return asked

    return asking


def _page(model_admin: Any, request: HttpRequest, rows: QuerySet[Any], consequence: str) -> TemplateResponse:
    name = request.POST["action"]
    number = rows.count()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": model_admin.get_actions(request)[name][2],
        "consequence": consequence,
        "opts": model_admin.model._meta,
        "rows": rows[:MOST_NAMED],
        "left": max(0, number - MOST_NAMED),
        "action": name,
        "select_across": request.POST.get("select_across", "0"),
        "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "confirmed": CONFIRMED,
    }
    return TemplateResponse(request, "admin/confirm.html", context)
