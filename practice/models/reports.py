"""What students find wrong with items."""

from django.db import models

from microcred.db import Model
from practice.enums import ReportReason
from practice.models.practising import PracticeAssignment

LONGEST_COMMENT = 1_000


class PracticeReport(Model):
    """That a student found something wrong with an item that they were given; once for each time they were.

    ``looked_at`` is when staff looked at the item; until then the report counts towards taking it out of use.
    """

    assignment = models.OneToOneField(PracticeAssignment, on_delete=models.CASCADE, related_name="report")
    reason = models.CharField(max_length=16, choices=ReportReason.choices)
    comment = models.CharField(max_length=LONGEST_COMMENT, blank=True)
    reported_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "practice_reports"
        ordering = ["-reported_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reason__in=ReportReason.values), name="practice_reports_reason_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.assignment_id}"
