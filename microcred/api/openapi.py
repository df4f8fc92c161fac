"""How the API describes itself."""

from typing import Any

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "MicroCred API",
    "VERSION": "v1",
    "DESCRIPTION": "Assessments, explainable scores and traced micro-credential recommendations.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "microcred.api.schema.add_shared_errors",
        "microcred.api.links.add_links",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AssessmentStage": "assessments.enums.Stage",
        "AssessmentStatus": "assessments.enums.AssessmentStatus",
        "MissingPart": "assessments.enums.MissingPart",
        "QuestionType": "catalog.enums.QuestionType",
        "TaskStatus": "planner.enums.TaskStatus",
        "PracticeStatus": "practice.enums.AssignmentStatus",
        "PracticeReason": "practice.enums.TurnReason",
        "PracticeReportReason": "practice.enums.ReportReason",
        "TurnStatus": "conversations.enums.TurnStatus",
        "OutcomeEnum": "scoring.enums.AppealOutcome",
        "AnswerOutcome": "conversations.enums.Outcome",
        "ConfidenceBand": "conversations.enums.Band",
        "AnswerAuthor": "conversations.enums.Author",
        "Escalation": "conversations.enums.Escalation",
        "GoalStatus": "practice.enums.GoalStatus",
        "SettableGoalStatus": "practice.enums.SETTABLE_STATUSES",
        "PersonRole": "accounts.enums.Role",
    },
}
