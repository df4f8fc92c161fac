"""The fault matrix: what may happen, and which tests make it happen and hold what must hold."""

KILLS = "tests/ops/test_supervise_kills.py"
SUPERVISE = "tests/ops/test_supervise.py"
REDIS = "tests/ops/test_redis_bells.py"
FAULTS = "tests/faults"

MATRIX: dict[str, tuple[str, ...]] = {
    "An idle process of the worker is killed": (
        f"{KILLS}::test_idle_workers_death_holds_nobody_up",
    ),
    "Any process of the worker, or the supervisor, is killed; no orphan is left": (
        f"{KILLS}::test_work_goes_on_after_the_death_of_every_single_process",
        f"{KILLS}::test_busy_worker_loses_its_job_to_another",
        f"{SUPERVISE}::test_nothing_outlives_a_killed_supervisor",
        f"{SUPERVISE}::test_one_supervisor_at_a_time_and_a_killed_one_is_followed_at_once",
        f"{FAULTS}/test_chaos.py::test_a_hundred_assessments",
    ),
    "A process is frozen past its lease, thawed or not; all of them; the first one": (
        f"{KILLS}::test_worker_frozen_beyond_its_lease_writes_nothing_when_it_thaws",
        f"{KILLS}::test_one_frozen_process_is_killed_and_replaced",
        f"{KILLS}::test_worker_that_does_nothing_is_noticed_and_replaced",
        f"{KILLS}::test_worker_whose_first_process_is_frozen_is_replaced",
    ),
    "A kill before or after every commit of a job, model call and message": (
        f"{FAULTS}/test_failpoints.py::test_work_on_an_assessment",
        f"{FAULTS}/test_failpoints.py::test_a_message_to_a_partner",
        f"{FAULTS}/test_failpoints.py::test_handing_in",
        f"{FAULTS}/test_failpoints.py::test_erasing_a_person",
        f"{FAULTS}/test_failpoints.py::test_making_a_copy",
    ),
    "PostgreSQL is stopped at once; connections are cut": (
        f"{FAULTS}/test_chaos.py::test_a_hundred_assessments",
        f"{KILLS}::test_all_connections_cut",
    ),
    "PostgreSQL only reads, has no connection left, a full disk, a deadlock, a serialization failure": (
        f"{FAULTS}/test_database.py::test_a_request_is_told_to_come_again_and_leaves_nothing",
        f"{FAULTS}/test_database.py::test_a_database_that_only_reads_is_one_that_is_away",
        f"{FAULTS}/test_database.py::test_a_job_is_done_again_and_its_effects_are_there_once",
    ),
    "Redis is killed, emptied, full, slow": (
        f"{REDIS}::test_jobs_are_done_when_a_bell_rings_and_when_bells_were_flushed",
        f"{REDIS}::test_worker_starts_and_works_without_redis_and_stays_when_it_is_back",
        f"{FAULTS}/test_rows.py::test_a_redis_that_is_full_or_hangs_holds_nobody_up",
    ),
    "The model answers 429, 500, nothing, drops, half, a page, too much, or cuts off": (
        f"{FAULTS}/test_outage.py::test_results_are_there_in_a_minute_and_heal",
    ),
    "A job raises, ends or crashes its process, or never returns": (
        f"{FAULTS}/test_rows.py::test_a_job_that_kills_its_process_is_dead_after_exactly_its_attempts",
        f"{FAULTS}/test_rows.py::test_a_job_that_raises_what_ends_a_process_does_not_end_it",
        f"{KILLS}::test_innocent_jobs_survive_a_job_that_kills_its_workers",
        "tests/ops/test_worker_threads.py::test_job_that_never_returns_has_its_process_end",
    ),
    "SECRET_KEY is another while jobs are queued": (
        f"{FAULTS}/test_rows.py::test_jobs_outlive_the_key_they_were_queued_under",
    ),
    "A clock is wrong by ten minutes": (
        f"{FAULTS}/test_rows.py::test_a_worker_whose_clock_is_wrong_holds_its_lease_by_the_databases",
    ),
    "Two reconcilers, two schedulers, three clusters": (
        "tests/ops/test_reconciliation.py::test_two_passes_at_once_repair_each_job_once",
        "tests/ops/test_repairs.py::test_a_look_that_another_process_makes_is_left_to_it",
        "tests/ops/test_schedules.py::test_two_supervisors_make_one_job_a_slot",
        f"{FAULTS}/test_rows.py::test_three_clusters_do_each_job_once",
    ),
    "Old and new code work side by side": (
        "tests/ops/test_reconciliation.py::test_job_of_an_unknown_kind_is_left_to_newer_code",
        "tests/ops/test_claims.py::test_job_of_a_kind_that_newer_code_knows_is_left_alone",
    ),
}  # fmt: skip


def as_table() -> str:
    """Return the matrix as a table in Markdown."""
    lines = ["| fault | made to happen, and held against, by |", "|---|---|"]
    for fault, tests in MATRIX.items():
        lines.append(f"| {fault} | {', '.join(f'`{test}`' for test in tests)} |")
    return "\n".join(lines)
