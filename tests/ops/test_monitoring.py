"""The alert rules and the dashboard ask for nothing that the product does not give out."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from ops import repairs

FOLDER = Path(settings.BASE_DIR) / "infra" / "monitoring"
RUNBOOK = "docs/runbooks/alerts.md"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
# How a name in an expression begins, and what follows it in braces.
SELECTOR = re.compile(r"\b(microcred_\w+)(?:\{([^}]*)\})?")
GROUPING = re.compile(r"\bby \(([^)]*)\)")


def panels() -> list[dict[str, Any]]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in RULES)
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


@pytest.fixture
def given_out() -> dict[str, set[str]]:
    """The labels of every figure, by the names that are asked for."""
    Client().get("/health")
    text = Client().get("/metrics").content.decode()
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        declared = set(settings.GAUGES.get(family.name, {}).get("labels", ()))
        found[family.name] = declared
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.mark.django_db
def test_every_figure_that_is_asked_for_is_given_out_with_its_labels(given_out: dict[str, set[str]]) -> None:
    missing = []
    for expression in expressions():
        selectors = SELECTOR.findall(expression)
        assert selectors or expression.startswith("up{"), expression
        named = {name for name, _ in selectors}
        missing += [name for name in named if name not in given_out]
        known = set().union(*(given_out.get(name, set()) for name in named))
        matched = {
            match.strip() for _, braces in selectors for match in re.findall(r"([a-z_]+)\s*[=!]", braces)
        }
        grouped = {label.strip() for labels in GROUPING.findall(expression) for label in labels.split(",")}
        missing += [f"{label} of {expression}" for label in (matched | grouped) - known if named]
    assert missing == []


@pytest.mark.django_db
def test_values_that_rules_ask_for_are_given_out(given_out: dict[str, set[str]]) -> None:
    text = Client().get("/metrics").content.decode()
    asked = {
        (name, label, value)
        for expression in expressions()
        for name, braces in SELECTOR.findall(expression)
        for label, value in re.findall(r'([a-z_]+)="([^"]+)"', braces)
        # Those are there once a request or a job was.
        if label not in ("quantile", "status") or name == "microcred_webhook_deliveries"
    }

    assert len(asked) == 5
    assert [one for one in asked if not re.search(rf'^{one[0]}\{{.*{one[1]}="{one[2]}"', text, re.M)] == []


def test_rules_are_well_formed_and_lead_to_the_runbook() -> None:
    sections = set(re.findall(r"^## (\w+)$", (Path(settings.BASE_DIR) / RUNBOOK).read_text("utf-8"), re.M))

    for rule in RULES:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"\d+m", rule.get("for", "0m"))
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["runbook_url"] == f"{RUNBOOK}#{rule['alert'].lower()}"
    names = [rule["alert"] for rule in RULES]
    assert (sorted(set(names)), len(names)) == (sorted(sections), len(sections))


def test_what_was_asked_for_is_watched() -> None:
    rules = {rule["alert"]: (" ".join(rule["expr"].split()), rule.get("for", "")) for rule in RULES}

    assert rules["MicroCredBacklog"] == ("sum(max by (kind) (microcred_jobs_due)) > 100", "5m")
    assert rules["MicroCredJobsLate"] == ("max(microcred_jobs_oldest_ready_seconds) > 60", "5m")
    assert rules["MicroCredSlow"][0].endswith(">= 10")
    assert {"MicroCredErrors", "MicroCredRecommendationsFail", "MicroCredRecommendationsDegraded"} <= set(
        rules
    )
    assert repairs.LAPSED_CLAIMS in rules["MicroCredRepairs"][0]


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    assert DASHBOARD["schemaVersion"] >= 36
    assert (DASHBOARD["title"], DASHBOARD["uid"]) == ("MicroCred", "microcred")
    identities = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(identities)) == len(identities)
    for panel in panels():
        place = panel["gridPos"]
        assert 0 <= place["x"] < place["x"] + place["w"] <= 24, panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert [target["refId"] for target in panel["targets"]] == list("ABC"[: len(panel["targets"])])


def test_panels_do_not_cover_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        own = {(place["x"] + dx, place["y"] + dy) for dx in range(place["w"]) for dy in range(place["h"])}
        assert not own & taken, panel["title"]
        taken |= own


def test_prometheus_reads_the_rules_and_asks_the_product() -> None:
    read = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
    (job,) = read["scrape_configs"]

    assert (read["rule_files"], job["job_name"], job["metrics_path"]) == (
        ["alerts.yml"],
        "microcred",
        "/metrics",
    )
    compose = yaml.safe_load((FOLDER.parent.parent / "docker-compose.yml").read_text("utf-8"))
    mounted = compose["services"]["prometheus"]["volumes"]
    assert {mount.split(":")[0] for mount in mounted if mount.startswith("./")} == {
        "./infra/monitoring/prometheus.yml",
        "./infra/monitoring/alerts.yml",
    }
