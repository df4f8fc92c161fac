"""What is counted of requests: patterns of addresses and known methods, never what a caller chose."""

import socket

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import ResolverMatch

from microcred import request_metrics

REQUESTS = RequestFactory()


def counted(route: str, method: str, status: str) -> float:
    labels = {"server": socket.gethostname(), "route": route, "method": method, "status": status}
    name = "microcred_http_request_seconds_count"
    return request_metrics.registry().get_sample_value(name, labels) or 0.0


@pytest.mark.django_db
def test_a_request_is_counted_under_the_pattern_of_its_address() -> None:
    route = "api/v1/assessments/<uuid:assessment_id>"
    before = counted(route, "GET", "4xx")

    Client().get("/api/v1/assessments/01932c07-3a80-7000-8000-000000000000")

    assert counted(route, "GET", "4xx") == before + 1


@pytest.mark.django_db
def test_servers_behind_one_name_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    Client().get("/health")
    for name in ("web-1", "web-2"):
        monkeypatch.setattr(request_metrics, "SERVER", name)
        lines = Client().get("/metrics").content.decode().splitlines()

        counts = [line for line in lines if line.startswith("microcred_http_request_seconds_count{")]
        assert counts
        assert [line for line in counts if f'server="{name}"' not in line] == []


@pytest.mark.parametrize(
    ("method", "address", "labels"),
    [
        ("GET", "/wp-login.php", ("none", "GET", "2xx")),
        ("GET", "/static/site.css", ("static", "GET", "2xx")),
        ("BREW", "/wp-login.php", ("none", "other", "2xx")),
    ],
)
def test_what_callers_make_up_is_one_name(method: str, address: str, labels: tuple[str, str, str]) -> None:
    before = counted(*labels)

    request_metrics.observe_request(REQUESTS.generic(method, address), HttpResponse(), 0.1)

    assert counted(*labels) == before + 1


def test_seconds_fall_into_buckets() -> None:
    request = REQUESTS.get("/made")
    request.resolver_match = ResolverMatch(HttpResponse, (), {}, route="made/<int:number>")
    labels = {"server": socket.gethostname(), "route": "made/<int:number>", "method": "GET", "status": "5xx"}

    for seconds in (0.02, 0.3, 12.0):
        request_metrics.observe_request(request, HttpResponse(status=503), seconds)

    found = request_metrics.registry().get_sample_value
    name = "microcred_http_request_seconds"
    buckets = {
        edge: found(f"{name}_bucket", labels | {"le": edge})
        for edge in ("0.01", "0.025", "0.5", "10.0", "+Inf")
    }
    assert buckets == {"0.01": 0.0, "0.025": 1.0, "0.5": 2.0, "10.0": 2.0, "+Inf": 3.0}
    assert found(f"{name}_sum", labels) == pytest.approx(12.32)
