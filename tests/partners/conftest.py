"""An assessment with a result, and a partner who listens."""

import pytest

from assessments.models import Assessment
from partners import retrying, services
from partners.enums import EventType
from partners.models import WebhookEndpoint
from recommendations.enums import RecommendationStatus
from recommendations.models import Recommendation
from tests.factories.assessments import started_assessment
from tests.factories.catalog import NOW


@pytest.fixture
def assessment(db: None) -> Assessment:
    """An assessment that has just been started."""
    return started_assessment()


@pytest.fixture
def recommendation(assessment: Assessment) -> Recommendation:
    """The first run for it."""
    return run_for(assessment, 1)


@pytest.fixture
def endpoint(db: None) -> WebhookEndpoint:
    """A partner who wants to hear everything, at an address where nobody answers."""
    return registered("http://127.0.0.1:9/")[0]


@pytest.fixture
def takes_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have endpoints that refuse one message be such as take others, so that they are never only probed."""
    monkeypatch.setattr(retrying, "PROBED_AFTER", 1_000_000)


def run_for(assessment: Assessment, number: int) -> Recommendation:
    """Return a finished recommendation run."""
    return Recommendation.objects.create(
        assessment=assessment,
        run=number,
        effective=number == 1,
        status=RecommendationStatus.READY,
        generated_at=NOW,
    )


def registered(url: str, *event_types: str, name: str = "Partner") -> tuple[WebhookEndpoint, str]:
    """Register an endpoint, by default for every type of event; return it with its secret."""
    return services.register_endpoint(
        by=None, name=name, url=url, event_types=event_types or EventType.wanted()
    )
