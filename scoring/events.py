"""What scoring announces."""

from django.dispatch import Signal

#: All that can be scored has been scored and the skill profile is drawn. Sent in the transaction.
#: Arguments: assessment_id, run; and the question results that the profile was drawn from, where they are at hand.
assessment_scored = Signal()
