"""What a browser may load and run on our pages (Content Security Policy, level 3).

Nothing comes from another host, no page may be framed but those of ``partners.lti.framing``, and what stands inside a
page runs only under the nonce of that very response. Two pages made by others need more, and get no more than that: see
``EXCEPTIONS``.
"""

from typing import Any, Final

from csp.constants import HEADER, NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

CONTENT_SECURITY_POLICY: Final[dict[str, Any]] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# Two style sheets stand in every page of the admin: the theme's colours, and what htmx shows while it waits. When a new
# release or other colours change them, tests/browser/test_content_policy.py prints the new hashes.
ADMIN_STYLES: Final = [
    "'sha256-EPzqx5bPi9d5I3rOh7dY9II8bOZv2DDgYK6r1LZWoPs='",
    "'sha256-bsV5JivYxvGywDAZ22EZJKBFip65Ng9xoJVLbBg7bdo='",
]
# Path prefix: what the policy is widened by. The admin's theme evaluates the expressions in its own markup (Alpine.js)
# and places elements by their style attribute; ReDoc writes style sheets into its page while it runs, and searches in a
# worker that it makes itself. Script inside the page stays forbidden on both.
EXCEPTIONS: Final[dict[str, dict[str, list[str]]]] = {
    "/admin/": {
        "script-src": [UNSAFE_EVAL],
        "style-src": ADMIN_STYLES,
        "style-src-attr": [UNSAFE_INLINE],
    },
    "/redoc": {
        "style-src-elem": [SELF, UNSAFE_INLINE],
        "style-src-attr": [UNSAFE_INLINE],
        "worker-src": ["blob:"],
    },
}
PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class BrowserPolicy(CSPMiddleware):
    """Send the policy with every response, and switch off what no page here needs of a device."""

    # The policy in force, and how it reads without a nonce.
    _worded: tuple[object, str] | None = None

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add both headers."""
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if self._is_plain(request, response):
            response.headers.setdefault(HEADER, self._plain_policy())
            return response
        return super().process_response(request, response)

    def _is_plain(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """Whether it is an answer of the API that nobody wants another policy for: theirs never differ."""
        if not request.path_info.startswith("/api/v1/") or hasattr(request, "_csp_nonce"):
            return False
        return not any(name.startswith("_csp_") for name in vars(response))

    def _plain_policy(self) -> str:
        policy = settings.CONTENT_SECURITY_POLICY
        if self._worded is None or self._worded[0] is not policy:
            self._worded = policy, build_policy()
        return self._worded[1]

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """Return the policy of one response: the common one, widened where the path is an exception."""
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.update is None:
            parts.update = next(
                (more for prefix, more in EXCEPTIONS.items() if request.path_info.startswith(prefix)), None
            )
        return parts
