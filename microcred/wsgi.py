"""The WSGI application that the web server runs."""

import os
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
METHODS_WITH_A_BODY = frozenset({"POST", "PUT", "PATCH"})


def with_length(serve: Application) -> Application:
    """Give a body that was sent in chunks, without its length, the length it has.

    Django reads no more of a body than its Content-Length says, so that one without would be taken for empty.
    Of a body beyond every limit only so much is read that it is seen to be too large.
    """

    def serve_with_length(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        # Without the server's word that the stream ends with the body, reading it could wait for ever.
        ends = environ.get("wsgi.input_terminated", False)
        if ends and environ["REQUEST_METHOD"] in METHODS_WITH_A_BODY and not environ.get("CONTENT_LENGTH"):
            limit = max(settings.API_MAX_BODY_BYTES, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
            body = environ["wsgi.input"].read(limit + 1)
            environ = {**environ, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
        return serve(environ, start_response)

    return serve_with_length


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcred.settings")
application = with_length(get_wsgi_application())
