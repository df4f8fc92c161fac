"""Learning platforms that send students here, who is who there, and what their gradebooks are told."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from microcred.db import Model

LONGEST_ADDRESS = 1000


class LtiPlatform(Model):
    """A learning platform (LTI 1.3) as an administrator has registered it.

    Made and changed through ``partners.lti.services``. Issuer and client id together name it. One that is not
    ``active`` lets nobody in, and whoever it had let in is logged out. ``makes_students`` is whether somebody whom
    nobody here knows can be made a student.
    """

    name = models.CharField(max_length=120)
    issuer = models.CharField(max_length=500)
    client_id = models.CharField(max_length=255)
    deployment_ids = ArrayField(models.CharField(max_length=255))
    auth_url = models.CharField(max_length=LONGEST_ADDRESS, verbose_name="log-in address")
    token_url = models.CharField(max_length=LONGEST_ADDRESS, verbose_name="token address")
    token_audience = models.CharField(max_length=LONGEST_ADDRESS, blank=True, default="", db_default="")
    jwks_url = models.CharField(max_length=LONGEST_ADDRESS, verbose_name="address of its keys")
    makes_students = models.BooleanField(default=False, verbose_name="makes unknown people students")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "lti_platforms"
        verbose_name = "learning platform"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "client_id"], name="lti_platforms_named_once"),
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(issuer="") & ~models.Q(client_id=""),
                name="lti_platforms_named",
            ),
            models.CheckConstraint(
                condition=models.Q(deployment_ids__len__gt=0), name="lti_platforms_deployed"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LtiLink(Model):
    """Whose account a person of a platform opens, whom ``subject`` names there.

    ``confirmed`` where the account's owner has said so while logged in otherwise. What is not was made by the
    platform's word, and opens the account only while it has no other way in.
    """

    platform = models.ForeignKey(LtiPlatform, on_delete=models.PROTECT, related_name="links")
    subject = models.CharField(max_length=255)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lti_links")
    confirmed = models.BooleanField()
    linked_at = models.DateTimeField()

    class Meta:
        db_table = "lti_links"
        verbose_name = "link to a learning platform"
        verbose_name_plural = "links to learning platforms"
        ordering = ["-linked_at"]
        constraints = [
            models.UniqueConstraint(fields=["platform", "subject"], name="lti_links_subject_once"),
            models.UniqueConstraint(fields=["platform", "person"], name="lti_links_person_once"),
            models.CheckConstraint(condition=~models.Q(subject=""), name="lti_links_subject_given"),
        ]

    def __str__(self) -> str:
        return f"{self.person} on {self.platform}"


class LtiGrade(Model):
    """A place in a course's gradebook that learns the result of a student's assessment for a role.

    Made when the student comes by a link that has such a place, of which ``line_item`` is the address. ``sent_score``
    is what it is told, of 100, with ``is_final`` unless parts still wait for a person, and ``scored_at`` since when
    the student has that score; ``sent_at`` is when it was taken, empty until then. ``last_error`` says in one word why
    it could not be told, or keeps something else. One that was given up is tried again at ``retry_at``, empty once that
    has gone on for too long ``failing_since``.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lti_grades")
    platform = models.ForeignKey(LtiPlatform, on_delete=models.PROTECT, related_name="grades")
    role = models.ForeignKey("catalog.JobRole", on_delete=models.CASCADE, related_name="lti_grades")
    resource_link = models.CharField(max_length=255)
    line_item = models.CharField(max_length=LONGEST_ADDRESS)
    seen_at = models.DateTimeField()
    sent_score = models.DecimalField(max_digits=5, decimal_places=2, null=True, verbose_name="score")
    is_final = models.BooleanField(default=False)
    scored_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True, verbose_name="taken at")
    last_error = models.CharField(max_length=32, blank=True)
    failing_since = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lti_grades"
        verbose_name = "grade in a course"
        verbose_name_plural = "grades in courses"
        ordering = ["-seen_at"]
        constraints = [
            models.UniqueConstraint(fields=["platform", "person", "resource_link"], name="lti_grades_once"),
            models.CheckConstraint(
                condition=models.Q(sent_score__isnull=True, sent_at__isnull=True)
                | models.Q(sent_score__range=(0, 100)),
                name="lti_grades_taken_is_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "role"], name="lti_grades_of_person"),
            models.Index(fields=["retry_at"], condition=~models.Q(last_error=""), name="lti_grades_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.role} on {self.platform}"


class LtiKey(Model):
    """A key that we prove ourselves with to platforms, RSA of 2048 bits, kept sealed.

    The ``current`` one signs. A replaced one is published until it ``ends_at``, for platforms that were shown it.
    """

    sealed = models.TextField(editable=False)
    current = models.BooleanField()
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lti_keys"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["current"], condition=models.Q(current=True), name="lti_keys_one_current"
            ),
            models.CheckConstraint(
                condition=models.Q(current=True, ends_at__isnull=True)
                | models.Q(current=False, ends_at__isnull=False),
                name="lti_keys_replaced_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"key of {self.created_at:%d %b %Y}"


class LtiNonce(Model):
    """A launch that was taken, by the SHA-256 of its nonce: none is taken twice. Deleted once it would be too old."""

    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField()

    class Meta:
        db_table = "lti_nonces"
        indexes = [models.Index(fields=["used_at"], name="lti_nonces_expiry")]

    def __str__(self) -> str:
        return f"launch taken {self.used_at:%d %b %Y, %H:%M}"
