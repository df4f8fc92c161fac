"""Which queued jobs may be taken now, as one condition in SQL that claims and the watchdog share."""

from typing import Any

from django.conf import settings

from ops import job_kinds

# Now is the statement's time: a function that may change within it could not be looked up in the index. What is full
# stands in CASE, of which the planner thinks nothing: left to its figures, it takes every kind for full when all jobs
# are of one, and to find the few that it expects it reads and sorts all that wait.
CONDITION = """
status = 'queued' AND next_run_at <= statement_timestamp() AND job_type = ANY(%(kinds)s)
AND CASE WHEN job_type = ANY (ARRAY(
    SELECT most.kind FROM unnest(%(limited)s::text[], %(limits)s::int[]) AS most (kind, number)
    WHERE most.number <= (SELECT count(*) FROM async_jobs r WHERE r.status = 'running' AND r.job_type = most.kind)
)) THEN false ELSE true END
AND CASE WHEN share <> '' AND share = ANY (ARRAY(
    SELECT r.share FROM async_jobs r
    JOIN unnest(%(shared)s::text[], %(shares)s::int[]) AS most (kind, number) ON most.kind = r.job_type
    WHERE r.status = 'running' AND r.share <> '' GROUP BY r.share, most.number HAVING count(*) >= most.number
)) THEN false ELSE true END
"""
# Asked for with every claim, and the same for as long as the settings are.
_known: dict[str, Any] = {}


def parameters() -> dict[str, Any]:
    """Return what CONDITION asks for: the kinds that this code knows, and how many of some may run at once."""
    if _known.get("of") is not settings.JOB_KINDS:
        _known.update(of=settings.JOB_KINDS, parameters=_parameters())
    parameters: dict[str, Any] = _known["parameters"]
    return parameters


def _parameters() -> dict[str, Any]:
    known = job_kinds.all_known()
    limited = [kind for kind in known if kind.most_at_once is not None]
    shared = [kind for kind in known if kind.most_each is not None]
    return {
        "kinds": [kind.name for kind in known],
        "limited": [kind.name for kind in limited],
        "limits": [kind.most_at_once for kind in limited],
        "shared": [kind.name for kind in shared],
        "shares": [kind.most_each for kind in shared],
    }
