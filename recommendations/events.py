"""What recommendations announce; each signal is sent inside the transaction that made it true."""

from django.dispatch import Signal

#: A recommendation run has ended and is the effective one. Arguments: assessment_id, recommendation_id.
recommendation_ready = Signal()

#: Somebody said what they make of a recommendation. Arguments: recommendation_id, feedback_id.
feedback_recorded = Signal()
