"""The chain of decision records."""

from django.db import models

from microcred.db import Model


class DecisionRecord(Model):
    """What one result rests on, linked to the record before it; rows are added, never changed or removed.

    ``body`` is canonical JSON kept as text, so that its hash can be checked letter by letter; what is in it says
    ADR 10. It names rows by id and content by hash and holds no personal content. The ids are no foreign keys:
    erasing an assessment must not break the chain. The database refuses a row that does not follow the last one.
    ``recommendation_id`` is the run in effect; one that could not be made anew after its scores changed has two.
    """

    sequence = models.PositiveBigIntegerField(unique=True)
    assessment_id = models.UUIDField(db_index=True)
    recommendation_id = models.UUIDField(db_index=True)
    body = models.TextField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "decision_records"
        ordering = ["sequence"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sequence__gte=1), name="decision_records_sequence_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"Decision {self.sequence} of {self.made_at:%d %b %Y, %H:%M}"
