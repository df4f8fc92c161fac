"""What is answered where a platform shows us inside its own page.

Browsers keep nobody logged in there: they drop cookies of another site than the page's, and no page of ours that knows
who looks at it lets itself be framed. What may be is nobody's page, and leads into a window of its own.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

# What browsers call a page inside another one (Fetch Metadata); those that name nothing are older than 2023.
FRAMES: Final = frozenset({"iframe", "frame", "embed", "object", "fencedframe"})
WINDOW: Final = "document"


def is_framed(request: HttpRequest) -> bool:
    """Whether the browser says that the answer will stand inside another page."""
    return _destination(request) in FRAMES


def shown(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page that any other may frame, unless the browser says that none does; it names nobody, whoever is
    logged in, and its links open windows of their own."""
    in_window = _destination(request) == WINDOW
    page = render_to_string(template, {**context, "in_window": in_window})
    answer = HttpResponse(page, status=status)
    if not in_window:
        answer.xframe_options_exempt = True
        answer._csp_replace = {"frame-ancestors": ["*"]}  # type: ignore[attr-defined]  # as `csp_replace` does
    return answer


def _destination(request: HttpRequest) -> str:
    return request.headers.get("Sec-Fetch-Dest", "")
