"""Figures of the whole installation for Prometheus, as each app tells them."""

from typing import Any

# name: what it tells, its labels, and what returns {values of the labels: figure} of the installation, whoever asks.
GAUGES: dict[str, dict[str, Any]] = {
    "microcred_assessments": {
        "help": "Assessments by status.",
        "labels": ["status"],
        "function": "assessments.queries.count_by_status",
    },
    "microcred_jobs_due": {
        "help": "Background jobs that could be done now.",
        "labels": ["kind"],
        "function": "ops.gauges.jobs_due",
    },
    "microcred_jobs_ended_last_10m": {
        "help": "Background jobs that ended within ten minutes: at once, after a retry, or dead.",
        "labels": ["kind", "outcome"],
        "function": "ops.gauges.jobs_ended",
    },
    "microcred_job_wait_seconds_last_10m": {
        "help": "For how long those were due before they were taken.",
        "labels": ["kind", "quantile"],
        "function": "ops.gauges.job_waits",
    },
    "microcred_job_run_seconds_last_10m": {
        "help": "How long their last attempt took.",
        "labels": ["kind", "quantile"],
        "function": "ops.gauges.job_runs",
    },
    "microcred_model_calls_last_10m": {
        "help": "Paid calls to models that were begun within ten minutes and are over.",
        "labels": ["purpose", "outcome"],
        "function": "scoring.calls.gauges.calls",
    },
    "microcred_model_call_seconds_last_10m": {
        "help": "How long those took.",
        "labels": ["purpose", "quantile"],
        "function": "scoring.calls.gauges.seconds",
    },
    "microcred_model_month_microcents": {
        "help": "What model calls have cost this month, and may cost (0: no limit), in millionths of a US cent.",
        "labels": ["part"],
        "function": "scoring.calls.spending.this_month",
    },
    "microcred_recommendations_last_10m": {
        "help": "Recommendations made within ten minutes: complete, degraded, failed.",
        "labels": ["outcome"],
        "function": "recommendations.gauges.runs",
    },
    "microcred_result_seconds_last_10m": {
        "help": "From handing in to the first recommendation.",
        "labels": ["quantile"],
        "function": "recommendations.gauges.seconds_to_result",
    },
    "microcred_webhook_attempts_last_10m": {
        "help": "Tries to tell partners within ten minutes: taken, refused, unanswered.",
        "labels": ["outcome"],
        "function": "partners.gauges.attempts",
    },
    "microcred_webhook_deliveries": {
        "help": "Events on their way to partners, parked until their endpoint answers, or dead.",
        "labels": ["status"],
        "function": "partners.gauges.deliveries",
    },
}
