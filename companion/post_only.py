"""Addresses that take what a form sends and are no pages themselves."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

Page = Callable[..., HttpResponseBase]


def post_only(page: str, *parts: str) -> Callable[[Page], Page]:
    """Take POSTs alone, of forms on ``page``; whoever types the address, or comes back to it, is led there.

    ``page`` is the name of its address, ``parts`` what that takes of this one's parts. Whom the page is for is asked
    before, and what it is about there.
    """

    def take(view: Page) -> Page:
        taken = require_POST(view)

        @wraps(view)
        def led(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in ("GET", "HEAD"):
                there: HttpResponseBase = redirect(page, **{name: kwargs[name] for name in parts})
                return there
            return taken(request, *args, **kwargs)

        return led

    return take
