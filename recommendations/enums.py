"""The fixed words of recommendations."""

from django.db import models


class RecommendationStatus(models.TextChoices):
    """What came of a recommendation run."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class Origin(models.TextChoices):
    """Who put the list of a run together."""

    ENGINE = "engine"
    PERSON = "person"


class OverrideAction(models.TextChoices):
    """What a person did to a list of recommendations."""

    FIRST = "first", "Put first"
    REMOVE = "remove", "Taken off the list"
    ADD = "add", "Added"
    TAKE_BACK = "take_back", "Taken back"


class Acceptance(models.TextChoices):
    """What a reader of a recommendation means to do about it."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PENDING = "pending"


class LearnerCredentialStatus(models.TextChoices):
    """How far a learner has come with a credential."""

    ACCEPTED = "accepted"
    COMPLETED = "completed"


class LearnerCredentialSource(models.TextChoices):
    """How it became known that a learner has a credential; synthetic ones are made up for demonstrations."""

    FEEDBACK = "feedback"
    IMPORT = "import"
    SYNTHETIC = "synthetic"
    BADGE = "badge", "Badge that proves it"
    CONFIRMED = "confirmed", "Own word that staff confirmed"


class ClaimState(models.TextChoices):
    """What there is to a student's word that they hold a credential."""

    OWN_WORD = "own_word", "Own word"
    PROVEN = "proven", "Proven"
    CONFIRMED = "confirmed", "Confirmed"
    REFUSED = "refused", "Refused"


class ClaimDecision(models.TextChoices):
    """What staff decides about such a word; ``take_back`` takes a decision back, and is not kept."""

    CONFIRMED = "confirmed", "Confirm"
    REFUSED = "refused", "Refuse"
    TAKE_BACK = "take_back", "Take back"


class NotProven(models.TextChoices):
    """Why a badge that a student brought proves nothing."""

    ISSUER_UNKNOWN = "issuer_unknown", "Its issuer is not listed here"
    ACHIEVEMENT_UNKNOWN = "achievement_unknown", "What it is for is not said to be this credential"
    PROOF_WITHDRAWN = "proof_withdrawn", "Badges of its issuer are no longer taken as proof"


class EntityType(models.TextChoices):
    """What an embedding stands for."""

    DOCUMENT_CHUNK = "document_chunk"


class Part(models.TextChoices):
    """The parts whose sum is the confidence of a recommended credential."""

    GAP_FIT = "gap_fit"
    RETRIEVAL = "retrieval"
    NEIGHBOURS = "neighbours"
    FEEDBACK = "feedback"
    DIVERSITY = "diversity"
