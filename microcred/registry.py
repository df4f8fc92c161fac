"""What the apps offer to the floors below them, by dotted name, so that nothing imports upward."""

from typing import Any

# kind: the function that does such a job, the one that goes on without it after the last attempt, how many attempts;
# where it differs from ops/job_kinds.py also the first and the longest wait between them; where too many would be in
# the way of others, how many run at a time, altogether and of those with the same share: a number, or a setting's name.
JOB_KINDS: dict[str, dict[str, Any]] = {
    "scoring.score": {
        "handler": "scoring.tasks.score",
        "give_up": "scoring.tasks.give_up_scoring",
        "max_attempts": 5,
    },
    # A result is there without it, and the schedule comes back to it.
    "scoring.pending": {
        "handler": "scoring.tasks.score_pending",
        "give_up": None,
        "max_attempts": 2,
        "base_seconds": 5,
        "most_at_once": 8,
    },
    "scoring.send_batch": {
        "handler": "scoring.batch_tasks.send",
        "give_up": "scoring.batch_tasks.lose",
        "max_attempts": 6,
        "base_seconds": 10,
        "ceiling_seconds": 300,
    },
    "scoring.ask_batch": {
        "handler": "scoring.batch_tasks.ask",
        "give_up": "scoring.batch_tasks.ask_later",
        "max_attempts": 6,
        "base_seconds": 10,
        "ceiling_seconds": 300,
    },
    "scoring.check_scorer": {
        "handler": "scoring.releasing.tasks.check_scorer",
        "give_up": None,
        "max_attempts": 2,
    },
    "recommendations.recommend": {
        "handler": "recommendations.tasks.recommend",
        "give_up": "recommendations.tasks.give_up_recommending",
        "max_attempts": 5,
    },
    # A result is there without it, and the schedule comes back to it; new ones go first.
    "recommendations.heal": {
        "handler": "recommendations.tasks.heal",
        "give_up": None,
        "max_attempts": 2,
        "base_seconds": 5,
        "most_at_once": 8,
    },
    # A result is there without it.
    "recommendations.explore": {
        "handler": "recommendations.tasks.explore",
        "give_up": None,
        "max_attempts": 3,
        "base_seconds": 10,
    },
    "recommendations.rescore": {
        "handler": "recommendations.rescoring_tasks.rescore",
        "give_up": "recommendations.rescoring_tasks.give_up_rescoring",
        "max_attempts": 5,
        "base_seconds": 5,
    },
    "recommendations.embed": {
        "handler": "recommendations.tasks.embed_catalog",
        "give_up": None,
        # Nobody waits for it, and what it leaves undone would stay unfound until the weekly run.
        "max_attempts": 10,
        "base_seconds": 10,
        "ceiling_seconds": 900,
        # It would only compete with itself, for the processor or for the provider.
        "most_at_once": 1,
    },
    # What is in the app says the same.
    "nudges.letter": {
        "handler": "nudges.tasks.send_letter",
        "give_up": "nudges.tasks.give_up_letter",
        "max_attempts": 6,
        "base_seconds": 30,
        "ceiling_seconds": 3600,
        "most_at_once": 4,
    },
    "partners.deliver": {
        "handler": "partners.tasks.deliver",
        "give_up": "partners.tasks.give_up_delivery",
        "max_attempts": 8,
        # A slow receiver keeps neither other receivers nor assessments waiting.
        "most_at_once": "WEBHOOKS_AT_ONCE",
        "most_each": "WEBHOOKS_AT_ONCE_EACH",
    },
    "accounts.export": {
        "handler": "accounts.tasks.export",
        "give_up": "accounts.tasks.give_up_export",
        "max_attempts": 5,
        "base_seconds": 5,
    },
    # What is left undone is enqueued again the next day.
    "accounts.erase": {
        "handler": "accounts.tasks.erase",
        "give_up": None,
        "max_attempts": 5,
        "base_seconds": 10,
        "ceiling_seconds": 300,
    },
    # Whoever was not written to asks again, or asks an administrator.
    "accounts.password_letter": {
        "handler": "accounts.tasks.send_password_letter",
        "give_up": None,
        "max_attempts": 5,
        "base_seconds": 10,
        "ceiling_seconds": 600,
        "most_at_once": 4,
    },
    "accounts.invite": {"handler": "accounts.tasks.invite", "give_up": None, "max_attempts": 5},
    "partners.probe": {
        "handler": "partners.tasks.probe",
        "give_up": "partners.tasks.give_up_probe",
        "max_attempts": 8,
        "most_at_once": "WEBHOOKS_AT_ONCE",
    },
    # A gradebook that is away for a day learns it all the same; of one place there one score at a time.
    "partners.send_grade": {
        "handler": "partners.lti.tasks.send_grade",
        "give_up": "partners.lti.tasks.give_up_grade",
        "max_attempts": 12,
        "base_seconds": 30,
        "ceiling_seconds": 7200,
        "most_at_once": "WEBHOOKS_AT_ONCE",
        "most_each": 1,
    },
    "partners.tell_owner": {
        "handler": "partners.tasks.tell_owner",
        "give_up": None,
        "max_attempts": 6,
        "base_seconds": 30,
        "ceiling_seconds": 3600,
    },
    # Somebody waits for it; of one student's questions two at a time.
    "conversations.answer": {
        "handler": "conversations.tasks.answer",
        "give_up": "conversations.tasks.give_up",
        "max_attempts": 4,
        "most_each": 2,
    },
    # Nobody waits for it; what was paid for is read again by the next attempt.
    "practice.draft_items": {
        "handler": "practice.tasks.draft_items",
        "give_up": None,
        "max_attempts": 4,
        "base_seconds": 30,
        "ceiling_seconds": 900,
        "most_at_once": 1,
    },
    # Somebody's lesson is over; of one student's sessions two at a time. Where a transcript lies may be away for hours.
    "tutoring.summarize": {
        "handler": "tutoring.tasks.summarize",
        "give_up": "tutoring.tasks.give_up",
        "max_attempts": 12,
        "base_seconds": 30,
        "ceiling_seconds": 3600,
        "most_each": 2,
    },
    # What is on the page says the same.
    "companion.digest": {
        "handler": "companion.tasks.send_digest",
        "give_up": "companion.tasks.give_up_digest",
        "max_attempts": 5,
        "base_seconds": 30,
        "ceiling_seconds": 1800,
        "most_at_once": 4,
    },
    "companion.figures": {"handler": "companion.tasks.work_out", "max_attempts": 3, "most_at_once": 1},
    "ops.sweep": {"handler": "ops.tasks.sweep", "give_up": None, "max_attempts": 3},
}

# name: what mends it, in this order (see ops/repairs.py); what no repair could give a job comes last.
REPAIRS: dict[str, str] = {
    "scoring-jobs": "scoring.repairs.restore_scoring",
    "rescoring-jobs": "scoring.repairs.restore_rescorings",
    "batch-jobs": "scoring.repairs.restore_batches",
    "recommendation-jobs": "recommendations.repairs.restore_recommending",
    "export-jobs": "accounts.personal_data.repairs.restore_exports",
    "erasure-jobs": "accounts.personal_data.repairs.restore_erasures",
    "answer-jobs": "conversations.repairs.restore_answers",
    "summary-jobs": "tutoring.repairs.restore_summaries",
    "delivery-jobs": "partners.repairs.restore_deliveries",
    "probe-jobs": "partners.repairs.restore_probes",
    "letter-jobs": "nudges.repairs.restore_letters",
    "grade-jobs": "partners.lti.repairs.restore_grades",
    "result-events": "partners.repairs.announce_results",
    "failure-events": "partners.repairs.announce_failures",
    "stranded-assessments": "assessments.services.fail_stranded",
}

# Who deletes what of a person, in this order: nobody acts for them any more, then from the highest floor down, and what
# says who they were last. Each takes the person's id and returns {table: rows}.
ERASERS = (
    "accounts.personal_data.account_rows.shut_out",
    "accounts.personal_data.idempotency_erasure.empty",
    "ops.person_rows.erase",
    "nudges.erasing.erase",
    "tutoring.erasing.erase",
    "partners.erasing.erase",
    "practice.erasing.erase",
    "conversations.erasing.erase",
    "recommendations.erasing.erase",
    "scoring.erasing.erase",
    "assessments.erasing.erase",
    "planner.erasing.erase",
    "accounts.personal_data.account_rows.erase",
)

# Where each app says what of its tables is personal.
PRIVACY = (
    "ops.privacy.TABLES",
    "accounts.privacy.TABLES",
    "catalog.privacy.TABLES",
    "planner.privacy.TABLES",
    "assessments.privacy.TABLES",
    "scoring.privacy.TABLES",
    "recommendations.privacy.TABLES",
    "practice.privacy.TABLES",
    "nudges.privacy.TABLES",
    "conversations.privacy.TABLES",
    "tutoring.privacy.TABLES",
    "partners.privacy.TABLES",
)

ASSESSMENTS_TOLD = "partners.queries.assessments_told"  # ids of what a program was told of
STUDENTS_DAY = "nudges.queries.day_of"  # which day it is for a student

# What is sealed under WEBHOOK_ENCRYPTION_KEY: the table, its column, and what it is sealed for.
SEALED = {
    "partners.WebhookSecret": ("sealed", "partners.queries.SECRETS"),
    "partners.LtiKey": ("sealed", "partners.lti.keys.PURPOSE"),
    "tutoring.TutoringSecret": ("sealed", "tutoring.queries.SECRETS"),
    "accounts.SecondFactor": ("sealed_key", "accounts.second_factor.PURPOSE"),
}

# What yields the keys that an app has given out and that are in use (see accounts/key_inventory.py).
KEYS = (
    "accounts.key_inventory.service_keys",
    "partners.key_inventory.endpoint_secrets",
    "partners.key_inventory.course_keys",
    "tutoring.key_inventory.source_secrets",
)

# Actions of other apps on the administration's list of skills.
SKILL_ACTIONS = ("practice.draft_admin.draft_items",)

# What waits for an administrator, and how things went lately, as the start page of the administration shows it.
SIGNS = (
    "ops.dashboard.alerts",
    "partners.dashboard.signs",
    "nudges.dashboard.signs",
    "recommendations.dashboard.signs",
    "assessments.dashboard.signs",
    "scoring.dashboard.signs",
    "conversations.dashboard.signs",
    "practice.dashboard.signs",
    "catalog.dashboard.signs",
    "accounts.dashboard.signs",
)
FIGURES = (
    "assessments.dashboard.figures",
    "recommendations.dashboard.figures",
    "scoring.dashboard.figures",
    "ops.dashboard.figures",
)

# name: what tells the health page of it, {"status": "ok" or what is wrong, ...}; none makes the product unfit.
HEALTH: dict[str, str] = {
    "scorer": "scoring.releasing.health",
    "providers": "scoring.calls.provider_health.provider_health",
}

# What puts an embedder that costs money into the ledger of paid calls.
EMBEDDING_LEDGER = "scoring.calls.embedding.AccountedEmbedder"
