"""What recommendations announce; each signal is sent inside the transaction that made it true."""

from django.dispatch import Signal

#: A recommendation run has ended and is the effective one. Arguments: assessment_id, recommendation_id, and
#: occasion_id, which is
#: not the run itself where another was worked out beside a list that a person overrode, or where they take that back.
recommendation_ready = Signal()

#: Somebody said what they make of a recommendation. Arguments: recommendation_id, feedback_id.
feedback_recorded = Signal()

#: A student says that they hold a credential, or proves it. Arguments: user_id, credential_id.
credential_claimed = Signal()

#: A program is answered with a result. Arguments: assessment_id, service_key_id, and
#: program, what the key is called.
result_read = Signal()
