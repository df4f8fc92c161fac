"""Keeping measured values."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ops.models import MetricSnapshot

THOUSANDTH = Decimal("0.001")
LARGEST = Decimal("999999999.999")  # what the column holds


def record(*, assessment_id: uuid.UUID, values: Mapping[str, float], context: Mapping[str, Any]) -> None:
    """Keep one row for each measured value, in the caller's transaction; ``context`` holds no personal data."""
    MetricSnapshot.objects.bulk_create(
        MetricSnapshot(
            assessment_id=assessment_id,
            metric_type=name,
            value=min(Decimal(str(value)), LARGEST).quantize(THOUSANDTH),
            context=dict(context),
        )
        for name, value in values.items()
    )
