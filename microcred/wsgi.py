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
            body = environ["wsgi.input"].read(_longest() + 1)
            environ = {**environ, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
        return serve(environ, start_response)

    return serve_with_length


def to_its_end(serve: Application) -> Application:
    """Read what an answer left of the body that it answers, before it is sent.

    A request may be refused before all of it is there. The server underneath then closes the connection without a word,
    and the caller's next request on it goes unanswered. What is beyond every limit is not read.
    """

    def serve_to_its_end(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = serve(environ, start_response)
        length = environ.get("CONTENT_LENGTH") or "0"
        if environ.get("wsgi.input_terminated") and length.isdecimal() and 0 < int(length) <= _longest():
            environ["wsgi.input"].read(int(length))
        return answer

    return serve_to_its_end


def _longest() -> int:
    return max(settings.API_MAX_BODY_BYTES, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcred.settings")
application = with_length(to_its_end(get_wsgi_application()))
