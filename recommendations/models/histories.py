"""What learners hold, as the blend was fitted on it, and the blend."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from microcred.db import Model


class ChangedLearner(models.Model):
    """A learner whose credentials changed since the blend was fitted.

    Written by a trigger on ``learner_credentials``, so that no way of writing them is missed, and removed once the
    blend is fitted anew. ``folded`` says that the change has been taken over into `LearnerHistory` meanwhile.
    """

    user_id = models.UUIDField(primary_key=True)
    folded = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "changed_learners"

    def __str__(self) -> str:
        return "Changed, taken in" if self.folded else "Changed, to be taken in"


class LearnerHistory(Model):
    """The credentials of a learner, the oldest first, as they were last taken over; erased with the learner."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="learner_history"
    )
    credentials = ArrayField(models.UUIDField())
    recorded_at = ArrayField(models.DateTimeField())

    class Meta:
        db_table = "learner_histories"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(credentials__len__gte=1, recorded_at__len=models.F("credentials__len")),
                name="learner_histories_each_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{len(self.credentials)} credentials, the last on {max(self.recorded_at):%d %b %Y}"


class FittedBlend(Model):
    """The blend as it is asked for, the newest one in use; nothing in it is about anybody.

    ``items`` are the credentials that enough learners hold, ``tables`` what each signal says of them, ``weights`` those
    of the signals, fitted when there were ``weighed_learners``. Without items there were too few ``learners`` who hold
    two of them, and nothing is compared. ``since_weighed`` counts changed learners since the weights were fitted.
    """

    learners = models.PositiveIntegerField()
    items = ArrayField(models.UUIDField())
    weights = models.JSONField(default=dict)
    of_shares = models.BooleanField(default=True)
    tables = models.BinaryField(default=bytes)
    weighed_learners = models.PositiveIntegerField(default=0)
    since_weighed = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "fitted_blends"
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{len(self.items)} credentials of {self.learners} learners"
