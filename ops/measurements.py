"""Measured values worth keeping."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ops.models import MetricSnapshot

THOUSANDTH = Decimal("0.001")
LARGEST = Decimal("999999999.999")  # what the column holds


def rows(
    *, assessment_id: uuid.UUID, values: Mapping[str, float], context: Mapping[str, Any]
) -> list[MetricSnapshot]:
    """Return one row for each measured value, to be inserted with what was measured; ``context`` holds no personal
    data."""
    return [
        MetricSnapshot(
            assessment_id=assessment_id,
            metric_type=name,
            value=min(Decimal(str(value)), LARGEST).quantize(THOUSANDTH),
            context=dict(context),
        )
        for name, value in values.items()
    ]
