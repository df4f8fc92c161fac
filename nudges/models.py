"""What students are told of what stands open for them, and how they want to be told."""

import datetime as dt

from django.conf import settings
from django.db import models

from microcred.db import Model
from microcred.labels import LONGEST_TITLE
from nudges.enums import LetterStatus, NudgeKind

LONGEST_ZONE = 64
LONGEST_REFERENCE = 120
QUIET_FROM = dt.time(21)
QUIET_UNTIL = dt.time(8)


class NudgePreference(Model):
    """How a student wants to be told, and when they are looked at next.

    ``time_zone`` is empty for that of the institution. Nobody is told between ``quiet_from`` and ``quiet_until`` by the
    student's clock; there are no quiet hours where both are the same. Who has stopped nudges by a link has
    ``stopped_at``, and is not looked at until they take them up again. ``version`` counts the changes from 1.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="nudge_preference"
    )
    email = models.BooleanField(default=True)
    in_app = models.BooleanField(default=True)
    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_until = models.TimeField(default=QUIET_UNTIL)
    time_zone = models.CharField(max_length=LONGEST_ZONE, blank=True)
    stopped_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "nudge_preferences"
        ordering = ["user"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stopped_at__isnull=True) | models.Q(look_at__isnull=True),
                name="nudge_preferences_stopped_not_looked_at",
            ),
            models.CheckConstraint(
                condition=models.Q(version__gte=1), name="nudge_preferences_version_positive"
            ),
        ]
        indexes = [
            models.Index(
                fields=["look_at"],
                condition=models.Q(look_at__isnull=False),
                name="idx_nudge_preferences_look",
            ),
        ]

    def __str__(self) -> str:
        return (
            "stopped"
            if self.stopped_at
            else f"quiet from {self.quiet_from:%H:%M} to {self.quiet_until:%H:%M}"
        )


class Nudge(Model):
    """Something that a student was told, with the ``reason`` why, on a ``day`` of their own calendar.

    ``reference`` is what it stands for: of a kind, one reference is one nudge. ``about`` names what it leads to, such
    as a goal, an assessment or the key of a skill; empty where there is nothing of the kind. ``followed_at`` is when
    the student was first seen again.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="nudges")
    kind = models.CharField(max_length=32, choices=NudgeKind.choices)
    reference = models.CharField(max_length=LONGEST_REFERENCE)
    about = models.CharField(max_length=LONGEST_REFERENCE, blank=True)
    title = models.CharField(max_length=LONGEST_TITLE)
    text = models.TextField()
    reason = models.TextField()
    day = models.DateField()
    in_app = models.BooleanField()
    letter = models.CharField(max_length=8, choices=LetterStatus.choices, default=LetterStatus.NONE)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    followed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "nudges"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="nudges_one_a_day"),
            models.UniqueConstraint(fields=["user", "kind", "reference"], name="nudges_reference_once"),
            models.CheckConstraint(condition=models.Q(kind__in=NudgeKind.values), name="nudges_kind_known"),
            models.CheckConstraint(
                condition=models.Q(letter__in=LetterStatus.values), name="nudges_letter_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(title="") & ~models.Q(reason="") & ~models.Q(reference=""),
                name="nudges_say_why",
            ),
            models.CheckConstraint(
                condition=models.Q(letter=LetterStatus.SENT, sent_at__isnull=False)
                | (~models.Q(letter=LetterStatus.SENT) & models.Q(sent_at__isnull=True)),
                name="nudges_sent_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(in_app=True) | ~models.Q(letter=LetterStatus.NONE),
                name="nudges_told_somehow",
            ),
            models.CheckConstraint(
                condition=models.Q(clicked_at__isnull=True) | models.Q(opened_at__isnull=False),
                name="nudges_clicked_was_opened",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="idx_nudges_user_created"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(letter=LetterStatus.WAITING),
                name="idx_nudges_letters_waiting",
            ),
            models.Index(fields=["created_at"], name="idx_nudges_created"),
        ]

    def __str__(self) -> str:
        return self.title
