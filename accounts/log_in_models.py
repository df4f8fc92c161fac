"""Sessions on the pages as rows, so that people can see and end theirs."""

from django.conf import settings
from django.db import models

from microcred.db import Model

LONGEST_AGENT = 200


class PageSession(Model):
    """One log-in on the pages. ``agent`` is what the browser calls itself.

    It is over when it has ended, is idle or old, or when the person's ``token_version`` has moved on from the one
    noted here.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="page_sessions"
    )
    token_version = models.PositiveIntegerField()
    agent = models.CharField(max_length=LONGEST_AGENT, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "page_sessions"
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["started_at"], name="page_sessions_expiry")]

    def __str__(self) -> str:
        return f"session of {self.person_id}"
