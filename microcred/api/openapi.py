"""How the API describes itself."""

from typing import Any, Final

DESCRIPTION: Final = """\
Assessments, explainable scores and traced micro-credential recommendations.

**People** send their e-mail address and password to `POST /api/v1/auth/token`, and with every other request the
`access` of the answer as `Authorization: Bearer …`; on this page *Authorize* takes it. **Programs** of partners send a
service key in the header `X-API-Key`, where the operation names it.

Whatever is refused is answered in one shape: `error_code` for programs, `message` for people, `details` where there are
some, and the `request_id`, which operators find in the log. A list comes in pages. Every `POST` but those for tokens
may be sent twice with the same `Idempotency-Key` and acts once. What is not the caller's to see is 404.
"""
# In the order in which somebody meets them.
TAGS: Final = {
    "Auth": "Tokens, log-ins and passwords.",
    "Catalog": "Job roles, skills and credentials.",
    "Assessments": "Taking an assessment, from its start to its result.",
    "Recommendations": "What to learn next, why, what people think of it, and what they hold already.",
    "Practice": "Items to practise with, goals and progress.",
    "Questions": "Questions about the catalog, answers with their sources, and threads with advisors.",
    "Tasks": "What somebody has set out to do.",
    "Nudges": "What students are reminded of, and how.",
    "Summaries": "Sessions with tutors, told by tutoring systems.",
    "Your data": "Oneself: consent, a copy of everything, and erasure.",
    "Oversight": "What people set right, and appeals.",
    "Analytics": "Figures by weeks.",
    "Webhooks": "Endpoints of partners and what is sent to them.",
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "MicroCred API",
    "VERSION": "v1",
    "DESCRIPTION": DESCRIPTION,
    "TAGS": [{"name": name, "description": about} for name, about in TAGS.items()],
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
        "microcred.api.schema.require_bodies_of_kinds",
        "microcred.api.schema.add_shared_errors",
        "microcred.api.schema.add_summaries",
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
        "ThreadSide": "conversations.enums.Side",
        "SummaryStatus": "tutoring.enums.SummaryStatus",
        "SummaryStanding": "tutoring.enums.Standing",
        "SummaryFailure": "tutoring.enums.Failure",
        "SummaryOutcome": "tutoring.enums.Outcome",
        "SummaryAuthor": "tutoring.enums.Author",
        "Speaker": "tutoring.enums.Speaker",
        "GoalStatus": "practice.enums.GoalStatus",
        "SettableGoalStatus": "practice.enums.SETTABLE_STATUSES",
        "PersonRole": "accounts.enums.Role",
        "OfPractice": [("practice", "Practice")],
        "OfLevel": [("level", "Level")],
        "OfGoal": [("goal", "Goal")],
        "OfSummary": [("summary", "Summary")],
        "OfScore": [("score", "Score")],
        "SummaryCorrection": "tutoring.enums.CORRECTIONS",
        "OfRecommendation": [("recommendation", "Recommendation")],
        "ChangeViewKindEnum": "scoring.enums.ChangeKind",
        "VersionViewKindEnum": "tutoring.enums.VersionKind",
    },
}
