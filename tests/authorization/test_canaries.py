"""What leaves by other ways than answers: webhooks, queue, the trail, failures."""

import json
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from django.conf import settings

from microcred.logging import configure_logging
from ops.models import AsyncJob, AuditLog, MetricSnapshot
from partners.models import WebhookEvent
from recommendations.models import DecisionRecord
from tests.authorization.marks import KEY, NAME, WRITTEN, learned
from tests.authorization.test_matrix import undone
from tests.authorization.world import World

pytestmark = pytest.mark.django_db
WORDS = (KEY, NAME, WRITTEN)


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (WebhookEvent, ["payload"]),
        (AsyncJob, ["payload", "error_payload", "unique_key"]),
        (AuditLog, ["action", "metadata"]),
        (MetricSnapshot, ["context"]),
        (DecisionRecord, ["body"]),
    ],
)
def test_records_hold_no_key_no_name_and_no_word_of_a_student(
    world: World, model: type, columns: list[str]
) -> None:
    rows = list(model.objects.values_list(*columns))  # type: ignore[attr-defined]

    assert rows
    text = json.dumps(rows, default=str).lower()
    assert [word for word in WORDS if word.lower() in text] == []


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """The standard error of a process that logs as a deployment does, down to the smallest."""
    sink = StringIO()
    structlog.reset_defaults()
    with monkeypatch.context() as patched:
        patched.setattr("sys.stderr", sink)
        configure_logging(level="DEBUG", style="json")
    yield sink
    configure_logging(level=settings.LOG_LEVEL, style=settings.LOG_FORMAT)


@pytest.mark.parametrize(
    ("place", "read_by"),
    [
        ("/api/v1/assessments/{}", "get_with_progress"),
        ("/advisor/assessments/{}/record", "get_visible"),
    ],
)
def test_a_failure_tells_nothing_to_the_caller_nor_to_the_log(
    world: World, place: str, read_by: str, monkeypatch: pytest.MonkeyPatch, logged: StringIO
) -> None:
    """The message and the local variables of what is raised hold everything that must not get out."""

    def breaks(*_: object, **__: object) -> None:
        essay, key = f"{WRITTEN} by {NAME}", f"the {KEY}"
        raise RuntimeError(f"{essay} against {key}")

    monkeypatch.setattr(f"assessments.queries.{read_by}", breaks)
    with undone():
        answer = world.caller.send("advisor", "GET", place.format(world.rows["finished"].pk))

    assert answer.status_code == 500
    assert learned(answer, WORDS) == []
    text = logged.getvalue()
    assert "RuntimeError" in text
    assert [word for word in WORDS if word.lower() in text.lower()] == []
