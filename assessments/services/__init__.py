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
    advance,
    complete,
    expire_overdue,
    fail,
    fail_stranded,
    note_found,
    note_missing,
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
    "RoleNotAssessable",
    "Started",
    "advance",
    "complete",
    "expire_overdue",
    "fail",
    "fail_stranded",
    "note_found",
    "note_missing",
    "record_synthetic",
    "start",
    "submit",
]
