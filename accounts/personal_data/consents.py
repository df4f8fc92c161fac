"""What people agreed to."""

import datetime as dt
from typing import Final

from accounts.models import User
from accounts.personal_data.models import Consent
from microcred.errors import Invalid

MODEL_SCORING: Final = "model_scoring"
# The text of docs/guides/privacy.md that is current; a new version is asked anew by the client.
CURRENT: Final = {MODEL_SCORING: "2026-11-22"}


class ConsentUnknown(Invalid):
    """Nobody can agree to a text that is not the current one."""

    default_code = "CONSENT_400"


def record(*, person: User, purpose: str, given: bool, now: dt.datetime, version: str = "") -> Consent:
    """Write down that a person agrees or refuses, in the caller's transaction.

    Raises:
        ConsentUnknown: if ``version`` is given and not the current text's.
    """
    current = CURRENT[purpose]
    if version not in {"", current}:
        raise ConsentUnknown(
            f"The current text is version {current}.", details={"field": "version", "current": current}
        )
    return Consent.objects.create(user=person, purpose=purpose, version=current, given=given, decided_at=now)


def newest(person: User, purpose: str) -> Consent | None:
    """Return what counts of what a person has said."""
    return Consent.objects.filter(user=person, purpose=purpose).first()


def covers_questions(person: User) -> bool:
    """Whether a model may see what a person asks: unless they refused, or agreed to a text of essays alone."""
    said = newest(person, MODEL_SCORING)
    return person.model_scoring and (said is None or said.version == CURRENT[MODEL_SCORING])
