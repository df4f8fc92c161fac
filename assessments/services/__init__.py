"""The whole life of an assessment: started, answered, submitted, completed, failed or expired."""

from assessments.services.answering import (
    AnswersInvalid,
    AnswersMissing,
    AssessmentClosed,
    AssessmentExpired,
    GivenAnswer,
    submit,
)
from assessments.services.ending import (
    ResultMissing,
    ResultNotHeld,
    advance,
    complete,
    expire_overdue,
    fail,
    fail_stranded,
    lock,
    lock_result,
    mend,
    note_found,
    note_missing,
    release,
)
from assessments.services.made_up import (
    NotMadeUp,
    complete_synthetic,
    record_synthetic,
    start_synthetic,
)
from assessments.services.starting import (
    MetadataReserved,
    PrerequisitesMissing,
    RoleNotAssessable,
    Started,
    start,
)

__all__ = [
    "AnswersInvalid",
    "AnswersMissing",
    "AssessmentClosed",
    "AssessmentExpired",
    "GivenAnswer",
    "MetadataReserved",
    "NotMadeUp",
    "PrerequisitesMissing",
    "ResultMissing",
    "ResultNotHeld",
    "RoleNotAssessable",
    "Started",
    "advance",
    "complete",
    "complete_synthetic",
    "expire_overdue",
    "fail",
    "fail_stranded",
    "lock",
    "lock_result",
    "mend",
    "note_found",
    "note_missing",
    "record_synthetic",
    "release",
    "start",
    "start_synthetic",
    "submit",
]
