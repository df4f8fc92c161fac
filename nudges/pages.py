"""The addresses in letters: the way back in, and the way out. Nobody has to log in for either.

Programs that look through letters open every link in them. So opening the way out only asks, and only the form, or the
button of a reader of mail (`nudges.api.StopView`), stops anything.
"""

import uuid
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.attempt_limits import too_many_attempts
from nudges import services
from nudges.links import nudge_url
from nudges.models import Nudge
from nudges.signed_links import MarkedFor, verified_id
from ops.limits import seconds_to_wait


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether nudges are to stop, and stop them."""
    refusal = _too_many(request)
    if refusal:
        return refusal
    user_id = _opened(token, MarkedFor.STOP)
    is_stopped = request.method == "POST"
    if is_stopped and not services.stop(user_id=user_id, now=timezone.now()):
        raise Http404
    return render(request, "nudges/stop.html", {"is_stopped": is_stopped})


@require_GET
@never_cache
def click(request: HttpRequest, token: str) -> HttpResponse:
    """Note that the link in a letter was followed, and lead to what the nudge is about."""
    refusal = _too_many(request)
    if refusal:
        return refusal
    nudge = services.click_in_letter(nudge_id=_opened(token, MarkedFor.CLICK), now=timezone.now())
    if nudge is None:
        raise Http404
    return redirect(_target(nudge))


def _opened(token: str, purpose: MarkedFor) -> uuid.UUID:
    row_id = verified_id(token, purpose)
    if row_id is None:
        raise Http404
    return row_id


def _target(nudge: Nudge) -> str:
    """Return the student's page, or the institution's own address, which is told what the nudge is about."""
    if not settings.NUDGES_LINK:
        return nudge_url(nudge)
    parts = urlsplit(settings.NUDGES_LINK)
    said = urlencode({"nudge": str(nudge.pk), "kind": nudge.kind, "about": nudge.about})
    return urlunsplit(parts._replace(query=f"{parts.query}&{said}" if parts.query else said))


def _too_many(request: HttpRequest) -> HttpResponse | None:
    """Count a request by its address; return the refusal where there were too many."""
    wait = seconds_to_wait(request, "letter")
    return too_many_attempts(request, wait) if wait else None
