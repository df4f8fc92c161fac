"""What the pages call things."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assessments.enums import AssessmentStatus, MissingPart, Stage
from catalog.enums import QuestionType
from planner.enums import TaskStatus
from recommendations.enums import Acceptance, Part
from scoring.enums import ChangeKind, ReviewReason, ScoreSource


@dataclass(frozen=True, slots=True)
class Label:
    """A word and the tone it is shown in: good, warn, bad, busy, accent or none."""

    text: str
    tone: str = ""


STATUSES: dict[str, Label] = {
    AssessmentStatus.IN_PROGRESS: Label("In progress", "accent"),
    AssessmentStatus.AWAITING_ASYNC: Label("Being scored", "busy"),
    AssessmentStatus.COMPLETED: Label("Completed", "good"),
    AssessmentStatus.FAILED: Label("Failed", "bad"),
    AssessmentStatus.EXPIRED: Label("Expired"),
}
NOT_RELEASED = Label("Not released", "warn")
STAGES: dict[str, str] = {
    Stage.ANSWERING: "The student is answering",
    Stage.SCORING: "Scoring the essays",
    Stage.RETRIEVAL: "Searching the catalog",
    Stage.RECOMMENDING: "Ranking credentials",
    Stage.AWAITING_RELEASE: "Waiting for its release",
    Stage.DONE: "Done",
}
MISSING: dict[str, str] = {
    MissingPart.ESSAY_SCORES: "The essays could not be scored. The profile rests on the other answers.",
    MissingPart.RETRIEVAL: "The catalog could not be searched. The ranking has no passages behind it.",
    MissingPart.NEIGHBOURS: "There were too few comparable learners. The ranking does without them.",
    MissingPart.SUMMARY: "The summary could not be written.",
    MissingPart.RECOMMENDATIONS: "No recommendations could be made. The scores stand on their own.",
}
PARTS: dict[str, tuple[str, str]] = {
    Part.GAP_FIT: (
        "Fit to the gaps",
        "How well the credential closes what the role needs and the student lacks.",
    ),
    Part.RETRIEVAL: ("Passages found", "How near the credential’s documents come to those needs."),
    Part.NEIGHBOURS: ("Similar learners", "How many learners with a similar profile took it up."),
    Part.FEEDBACK: ("Feedback so far", "How often it was accepted when it was recommended before."),
    Part.DIVERSITY: ("Overlap", "Taken off for teaching what a credential ranked above already teaches."),
}
MOVED: dict[str, str] = {
    "catalog": "the catalog or what the role asks for",
    "rubric": "a question, its answer key or its rubric",
    "embeddings": "the index of the catalog’s documents",
    "held": "what the student says to hold, or is known to",
    "run": "what the recommender works out",
}
TASK_STATUSES: dict[str, Label] = {
    TaskStatus.TODO: Label("To do"),
    TaskStatus.IN_PROGRESS: Label("Begun", "accent"),
    TaskStatus.DONE: Label("Done", "good"),
    TaskStatus.CANCELLED: Label("Called off"),
}
QUESTION_TYPES: dict[str, str] = {
    QuestionType.MULTIPLE_CHOICE: "Multiple choice",
    QuestionType.NUMERIC: "Number",
    QuestionType.SHORT_TEXT: "Short text",
    QuestionType.ORDERING: "Ordering",
    QuestionType.MATCHING: "Matching",
    QuestionType.PROFILE: "Profile",
    QuestionType.ESSAY: "Essay",
}
OUTCOMES = {
    "scored": Label("Scored"),
    "needs_review": Label("Needs review", "warn"),
    "unavailable": Label("Not scored", "bad"),
    "awaiting": Label("Not scored yet", "busy"),
    "unanswered": Label("Not answered"),
    "unscored": Label("Not counted"),
}
SOURCES: dict[str, str] = {
    ScoreSource.CODE: "Decided by a fixed check",
    ScoreSource.LOCAL: "Local scorer",
    ScoreSource.MODEL: "Language model",
    ScoreSource.HUMAN: "A person",
}
FLAGS = {
    "injection_suspected": "The text seems to give orders to whoever scores it. Read it yourself.",
    "model_refused": "The student refused scoring by a model. A person scores it.",
    "control_raised": "The model found something in the text that cannot be there. Its reading is not used.",
    "asides_raised": "Without what it says to its reader, the text is judged lower. These are the lower levels.",
    "asides_unchecked": "The text speaks to its reader and could not be read again without that.",
    "wide_band": "Several readings came to scores far apart. Read it yourself.",
    "budget": "It was not sent to a model, because what may be spent on scoring was used up.",
}
REVIEW_REASONS: dict[str, str] = {
    ReviewReason.NEEDS_REVIEW: "No safe verdict",
    ReviewReason.LOW_CONFIDENCE: "The scorer is unsure",
    ReviewReason.WIDE_BAND: "Repeated scorings differ",
    ReviewReason.INJECTION_SUSPECTED: "The text seems to give orders",
    ReviewReason.RANDOM_SAMPLE: "Drawn at random",
    ReviewReason.UNAVAILABLE: "No scorer could be had",
    ReviewReason.MODEL_REFUSED: "The student wants a person",
    ReviewReason.NO_MATCH: "Fits no accepted answer",
    ReviewReason.SECOND_REVIEW: "For a second opinion",
}
CHANGES: dict[str, str] = {
    ChangeKind.REVIEW: "Review",
    ChangeKind.OVERRIDE: "Override",
    ChangeKind.APPEAL: "Appeal",
    ChangeKind.RESCORE: "Rescoring",
}
CALLS: dict[str, str] = {
    "open": "No reply yet",
    "answered": "Answered",
    "abandoned": "Cut short on this side",
    "timeout": "No reply in time",
    "connection": "The connection failed",
    "rate_limit": "Refused: too many calls",
    "quota": "Refused: the account is out of credit",
    "server": "The provider failed",
    "auth": "Refused: the key is not accepted",
    "bad_request": "Refused as malformed",
    "refusal": "The model declined",
    "truncated": "The reply broke off",
    "empty": "The reply was empty",
    "bad_reply": "The reply could not be used",
    "too_large": "The reply was too large",
    "bad_vectors": "The vectors could not be used",
    "budget": "Not sent: it could cost more than is left",
    "in_progress": "Not sent: the same was being asked",
    "expired": "Not answered within the time of its batch",
    "cancelled": "Called off",
}
ACCEPTANCES: dict[str, Label] = {
    Acceptance.ACCEPTED: Label("Accepted", "good"),
    Acceptance.REJECTED: Label("Rejected", "bad"),
    Acceptance.PENDING: Label("Undecided"),
}
TAKEN_BACK = Label("Taken back")


def histories(told: Mapping[str, Any] | None) -> str:
    """Return whether what others hold was compared with what the student holds; nothing for runs that did not say."""
    if not told:
        return ""
    if not told["on"]:
        so_far = f"{told['learners']} learners with two or more are known, {told['needed']} are needed"
        return f"the credentials that they hold are not compared yet: {so_far}"
    if not told["known"]:
        return "the student holds nothing that others' credentials could be compared by"
    plural = "" if told["known"] == 1 else "s"
    return (
        f"{told['known']} credential{plural} held compared with those of {told['learners']} learners, "
        f"counting {told['share']:.0%} beside the profile"
    )
