"""The scale of ratings, as the database checks it."""

from django.db import models

LOWEST = 400
HIGHEST = 2000


def on_scale(field: str) -> models.Q:
    """Return the condition that a rating lies between 400 and 2000."""
    return models.Q(**{f"{field}__gte": LOWEST, f"{field}__lte": HIGHEST})
