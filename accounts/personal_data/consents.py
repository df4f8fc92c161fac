"""What people agreed to."""

import datetime as dt
from typing import Final

from accounts.models import User
from accounts.personal_data.models import Consent
from microcred.errors import Invalid

MODEL_SCORING: Final = "model_scoring"
# The text of docs/guides/privacy.md that is current; a new version is asked anew by the client.
CURRENT: Final = {MODEL_SCORING: "2026-11-23"}
#: What somebody agrees to or refuses, word for word as in the guide.
TEXTS: Final = {
    MODEL_SCORING: "A language model may read your essays and propose a score, may answer what you ask about the "
    "catalog, and may write the summaries of your sessions with tutors, so that they read as a text and not as "
    "quotations. For a summary the lines of the session are sent, what you said and what your tutor said. Your name "
    "and e-mail address, and your tutor's name, are taken out before a text is sent; in the copy of your data you see "
    "what was sent, to whom and when. A person reviews what is in doubt, and you can appeal against every score. If "
    "you refuse, people score your essays, which takes longer, documents alone answer your questions, and summaries "
    "quote your sessions; that has no other consequence."
}
# What a client shows that names no version: the text that speaks of essays and questions, and not of sessions.
UNNAMED: Final = {MODEL_SCORING: "2026-11-22"}
_SPEAK_OF_QUESTIONS: Final = frozenset({"2026-11-22", "2026-11-23"})
_SPEAK_OF_SESSIONS: Final = frozenset({"2026-11-23"})


class ConsentUnknown(Invalid):
    """Nobody can agree to a text that is not the current one."""

    default_code = "CONSENT_400"


def record(*, person: User, purpose: str, given: bool, now: dt.datetime, version: str = "") -> Consent:
    """Write down that a person agrees or refuses, in the caller's transaction.

    Without ``version`` they say so of the text that they agreed to last, if that is the current one, and else of the
    one before it: nobody agrees to what they were not shown.

    Raises:
        ConsentUnknown: if ``version`` is given and not the current text's.
    """
    current = CURRENT[purpose]
    if version not in {"", current}:
        raise ConsentUnknown(
            f"The current text is version {current}.", details={"field": "version", "current": current}
        )
    shown = version or _shown_before(person, purpose)
    return Consent.objects.create(user=person, purpose=purpose, version=shown, given=given, decided_at=now)


def newest(person: User, purpose: str) -> Consent | None:
    """Return what counts of what a person has said."""
    return Consent.objects.filter(user=person, purpose=purpose).first()


def covers_questions(person: User) -> bool:
    """Whether a model may see what a person asks: unless they refused, or agreed to a text of essays alone."""
    said = newest(person, MODEL_SCORING)
    return person.model_scoring and (said is None or said.version in _SPEAK_OF_QUESTIONS)


def covers_sessions(person: User) -> bool:
    """Whether a model may see what was said in a person's sessions with tutors: only if they agreed to a text that
    speaks of it, and have not refused since, be it for one assessment."""
    said = newest(person, MODEL_SCORING)
    agreed = said is not None and said.given and said.version in _SPEAK_OF_SESSIONS
    return person.model_scoring and agreed


def _shown_before(person: User, purpose: str) -> str:
    said = newest(person, purpose)
    agreed = said is not None and said.given and said.version == CURRENT[purpose]
    return CURRENT[purpose] if agreed else UNNAMED[purpose]
