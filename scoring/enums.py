"""The fixed words of scoring."""

from django.db import models


class ScoreSource(models.TextChoices):
    """Who or what gave a score; a person outranks a model, a model outranks a rule."""

    CODE = "code"
    LOCAL = "local"
    MODEL = "model"
    HUMAN = "human"


class ReviewReason(models.TextChoices):
    """Why a person should look at an answer."""

    NEEDS_REVIEW = "needs_review"
    LOW_CONFIDENCE = "low_confidence"
    WIDE_BAND = "wide_band"
    INJECTION_SUSPECTED = "injection_suspected"
    RANDOM_SAMPLE = "random_sample"
    UNAVAILABLE = "unavailable"
    MODEL_REFUSED = "model_refused"
    NO_MATCH = "no_match"
    SECOND_REVIEW = "second_review"


class ChangeKind(models.TextChoices):
    """On what occasion a score was changed."""

    REVIEW = "review"
    OVERRIDE = "override"
    APPEAL = "appeal"
    RESCORE = "rescore"


class AppealStatus(models.TextChoices):
    """Whether an appeal still waits for its decision."""

    OPEN = "open"
    DECIDED = "decided"


class AppealOutcome(models.TextChoices):
    """How an appeal ended: the score stands, was changed, or was kept because an appeal may not lower it."""

    UPHELD = "upheld"
    CHANGED = "changed"
    KEPT = "kept"


class ContestOutcome(models.TextChoices):
    """What a person made of a skill level that a student contested."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"


class RescoringMode(models.TextChoices):
    """Whether past answers are scored anew to look, or to apply it."""

    DRY_RUN = "dry_run"
    APPLY = "apply"


class RescoringState(models.TextChoices):
    """How far a rescoring has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class CallPurpose(models.TextChoices):
    """What a paid call to a model was for."""

    SCORING = "scoring"
    READING = "reading"
    RESCORING = "rescoring"
    EMBEDDING = "embedding"
    WORDS = "words"
    ANSWERS = "answers"
    SUMMARIES = "summaries"
    PRACTICE = "practice"
    GATE = "gate"


class CallState(models.TextChoices):
    """Whether it is known what came of a paid call."""

    RESERVED = "reserved"
    SETTLED = "settled"


class BatchState(models.TextChoices):
    """How far a batch of paid calls is: written down, handed to the provider, over."""

    PREPARED = "prepared"
    SENT = "sent"
    ENDED = "ended"


class CallContent(models.TextChoices):
    """What a stored text of a paid call is."""

    PROMPT = "prompt"
    REQUEST = "request"
    ANSWER = "answer"
    REPLY = "reply"


class EssayOutcome(models.TextChoices):
    """What came of scoring an essay."""

    SCORED = "scored"
    DECIDED_BY_CODE = "decided_by_code"
    NEEDS_REVIEW = "needs_review"
    UNAVAILABLE = "unavailable"


class MarkStatus(models.TextChoices):
    """Whether the mark for one criterion counts."""

    SCORED = "scored"
    NEEDS_REVIEW = "needs_review"
