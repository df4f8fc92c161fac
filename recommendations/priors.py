"""How a credential was received so far, as a rate that few voices cannot swing.

The mean of a Beta posterior: a prior of two acceptances and two refusals, then one for each voice. A voice
about a whole list counts for each credential on it by an equal share.
"""

from typing import Final

PRIOR_ACCEPTED: Final = 2.0
PRIOR_REJECTED: Final = 2.0
UNKNOWN: Final = PRIOR_ACCEPTED / (PRIOR_ACCEPTED + PRIOR_REJECTED)


def acceptance_rate(accepted: float, rejected: float) -> float:
    """Return the shrunk rate of acceptance, strictly between 0 and 1."""
    return (accepted + PRIOR_ACCEPTED) / (accepted + rejected + PRIOR_ACCEPTED + PRIOR_REJECTED)
