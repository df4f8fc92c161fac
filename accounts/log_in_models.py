"""Sessions on the pages as rows, so that people can see and end theirs, and who is who at the institution."""

from django.conf import settings
from django.db import models

from accounts.enums import AuthMethod, LinkState
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
    means = models.CharField(
        max_length=16,
        choices=AuthMethod.choices,
        default=AuthMethod.PASSWORD,
        db_default=AuthMethod.PASSWORD,
    )
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "page_sessions"
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["started_at"], name="page_sessions_expiry")]

    def __str__(self) -> str:
        return f"session of {self.person_id}"


class InstitutionLink(Model):
    """Who a person is to the institution's log-in, of which ``issuer`` is the name.

    While it is linked, ``subject`` alone says whose account it is: what the provider says of addresses then opens and
    closes nothing. ``changed_at`` is when it came into its state.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="institution_links"
    )
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255, null=True)
    state = models.CharField(max_length=16, choices=LinkState.choices)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "institution_links"
        ordering = ["changed_at"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="institution_links_subject_once"),
            models.UniqueConstraint(fields=["person", "issuer"], name="institution_links_person_once"),
            models.CheckConstraint(
                condition=models.Q(state=LinkState.LINKED, subject__isnull=False)
                | models.Q(state__in=[LinkState.OPEN, LinkState.CLOSED], subject__isnull=True),
                name="institution_links_subject_while_linked",
            ),
        ]

    def __str__(self) -> str:
        return f"institution's log-in of {self.person_id}"
