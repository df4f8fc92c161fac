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
    lock_result,
    mend,
    note_found,
    note_missing,
    release,
)
from assessments.services.starting import (
    MetadataReserved,
    PrerequisitesMissing,
    RoleNotAssessable,
    Started,
    record_synthetic,
    start,
)

__all__ = [
    "AnswersInvalid",
    "AnswersMissing",
    "AssessmentClosed",
    "AssessmentExpired",
    "GivenAnswer",
    "MetadataReserved",
    "PrerequisitesMissing",
    "ResultMissing",
    "ResultNotHeld",
    "RoleNotAssessable",
    "Started",
    "advance",
    "complete",
    "expire_overdue",
    "fail",
    "fail_stranded",
    "lock_result",
    "mend",
    "note_found",
    "note_missing",
    "record_synthetic",
    "release",
    "start",
    "submit",
]
