"""Who the pages for students are for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from accounts.policy import Permission, allows
from companion.pages import caller
from microcred.errors import Missing

Page = Callable[..., HttpResponseBase]


def student_page(page: Page) -> Page:
    """Let students through; for everybody else, and for what is missing or somebody else's, there is no page."""

    @never_cache
    @login_required
    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not allows(caller(request), Permission.TAKE_ASSESSMENT):
            raise Http404
        try:
            return page(request, *args, **kwargs)
        except Missing as error:
            raise Http404(error.message) from None

    return guarded
