"""What assessments announce; each signal is sent inside the transaction that made it true."""

from django.dispatch import Signal

#: Answers were stored. Arguments: assessment_id, response_ids (those just stored), submitted (whether the
#: student has handed the whole assessment in).
responses_submitted = Signal()

#: Staff released a result that was held back. Arguments: assessment_id.
assessment_released = Signal()

#: An assessment ended without a result. Arguments: assessment_id.
assessment_failed = Signal()

#: Assessments of a person were erased, the last of what was scored and recommended about them. Arguments: role_ids.
assessments_erased = Signal()
