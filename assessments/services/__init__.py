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
    note_missing,
)
from assessments.services.starting import (
    MetadataReserved,
    PrerequisitesMissing,
    RoleNotAssessable,
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
    "advance",
    "complete",
    "expire_overdue",
    "fail",
    "fail_stranded",
    "note_missing",
    "record_synthetic",
    "start",
    "submit",
]
