"""Answers with agreed levels, and how near reviewers came to them."""

from django.conf import settings
from django.db import models

from microcred.db import Model


class CalibrationExample(Model):
    """An answer to an essay question with the levels that staff agreed on: ``{criterion key: level id}``.

    ``assessment`` is the one whose answer it was copied from, if any: the example goes when that is erased.
    """

    question = models.ForeignKey(
        "catalog.Question", on_delete=models.PROTECT, related_name="calibration_examples"
    )
    assessment = models.ForeignKey(
        "assessments.Assessment",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="calibration_examples",
        help_text="Whose answer it was copied from; found by the text if left empty. Erased with it.",
    )
    text = models.TextField(help_text="The answer, without anything that says whose it was.")
    levels = models.JSONField(help_text='Agreed levels, such as {"clarity": "l2"}.')
    note = models.TextField(
        blank=True, help_text="Why these levels; reviewers read it after they have passed."
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "calibration_examples"
        ordering = ["question", "created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="calibration_examples_have_text"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class ReviewerCalibration(Model):
    """One run of a reviewer over a question's examples.

    ``agreement`` is the share of criteria, over all examples, marked exactly as agreed. ``examples_hash`` names
    the set of examples: a changed set has to be passed anew.
    """

    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    question = models.ForeignKey("catalog.Question", on_delete=models.PROTECT, related_name="+")
    examples_hash = models.CharField(max_length=64)
    marks = models.JSONField(help_text="{example id: {criterion key: level id}}")
    agreement = models.DecimalField(max_digits=4, decimal_places=3)
    passed = models.BooleanField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "reviewer_calibrations"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreement__gte=0, agreement__lte=1),
                name="reviewer_calibrations_agreement_is_share",
            ),
        ]

    def __str__(self) -> str:
        return f"Calibration: {self.agreement:.0%} as agreed"
