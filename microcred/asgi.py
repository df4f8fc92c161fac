"""The ASGI application of the process that serves streams, and nothing else."""

import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.core.asgi import get_asgi_application

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
# All else is answered sooner by the web server, where requests share connections to the database.
STREAMS: Final = re.compile(r"/api/v1/assessments/[0-9a-fA-F-]{36}/events|/health")
METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
NOT_HERE: Final = {
    "error_code": "NOT_FOUND_404",
    "message": "Only streams are served here.",
    "request_id": "",
}


def streams_only(serve: Application) -> Application:
    """Answer 404 to whatever is no stream."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in METHODS and STREAMS.fullmatch(scope["path"]):
            await serve(scope, receive, send)
            return
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(NOT_HERE).encode()})

    return served


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcred.settings")
# A request has a thread of its own here, with which a connection that is kept would be lost.
settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
application = streams_only(get_asgi_application())
