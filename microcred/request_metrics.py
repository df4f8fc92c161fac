"""How requests were answered and how long that took: counted in each web process, added up when it is asked for."""

import os
import socket
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

# Where the processes of one web server keep what they counted; prometheus_client reads it when it is imported.
FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
# Callers choose addresses and methods: what we do not know is one name.
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "other"
STATIC: Final = "static"
NO_ROUTE: Final = "none"
SERVER: Final = socket.gethostname()
BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_of_this_process = CollectorRegistry()
# The help stands in the file of each process before every number.
_SECONDS: Final = Histogram(
    "microcred_http_request_seconds",
    "Requests answered.",
    ["route", "method", "status"],
    buckets=BUCKETS,
    registry=_of_this_process,
)


def observe_request(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Count one answer."""
    method = request.method if request.method in METHODS else OTHER
    _SECONDS.labels(_route(request), method, f"{response.status_code // 100}xx").observe(seconds)


def registry() -> CollectorRegistry:
    """Return what all processes of this web server have counted, or what this one has where it is no web server."""
    told = CollectorRegistry()
    told.register(_OfThisServer(_counted()))
    return told


class _OfThisServer(Collector):
    """Puts the server's name on what it counted: where several answer to one name, each goes on from its own count."""

    def __init__(self, counted: CollectorRegistry) -> None:
        self._counted = counted

    def collect(self) -> Iterator[Metric]:
        """Yield what was counted, with the label."""
        for metric in self._counted.collect():
            metric.samples = [
                sample._replace(labels={"server": SERVER, **sample.labels}) for sample in metric.samples
            ]
            yield metric


def _counted() -> CollectorRegistry:
    if FOLDER not in os.environ:
        return _of_this_process
    of_all = CollectorRegistry()
    MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
    return of_all


def _route(request: HttpRequest) -> str:
    """Name the pattern of the address, never the address: there are as many of those as callers think of."""
    if request.resolver_match is not None:
        return str(request.resolver_match.route)
    return STATIC if request.path.startswith(settings.STATIC_URL) else NO_ROUTE
