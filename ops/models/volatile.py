"""Rows that may be lost: both tables are UNLOGGED, empty after a crash of the database, and cheap to write."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class RateBucket(models.Model):
    """What is left of one caller's allowances: a token bucket for each limit of the caller's scope.

    Made and changed only by the statement in ``ops.limits``. Deleted a day after the last request.
    """

    key = models.CharField(primary_key=True, max_length=200, help_text="Scope and caller.")
    tokens = ArrayField(models.FloatField(), help_text="Requests left, one number a limit.")
    allowed = models.BooleanField(help_text="Whether the latest request passed.")
    refilled_at = models.DateTimeField(help_text="The moment for which tokens is right.")

    class Meta:
        db_table = "rate_buckets"

    def __str__(self) -> str:
        return self.key


class CacheEntry(models.Model):
    """One value of the cache; see ``ops.counter_cache``. ``expires_at`` is empty for a value that stays."""

    key = models.CharField(primary_key=True, max_length=300)
    value = models.JSONField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cache_counters"

    def __str__(self) -> str:
        return self.key
