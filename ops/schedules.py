"""What happens by the clock, in one table.

Every interval is cut into slots; a slot is announced once, by whoever comes first, as a job with the slot in
its unique key. Slots that passed while nothing ran are not made up for.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from ops import jobs

EPOCH = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)  # a Monday
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
SWEEP = "ops.sweep"


@dataclass(frozen=True)
class Schedule:
    """One line of the table.

    ``function``, where given, is a dotted name called with ``now`` by the job; ``offset`` moves the slots
    away from midnight (UTC) of a Monday.
    """

    name: str
    every: dt.timedelta
    kind: str = SWEEP
    function: str = ""
    offset: dt.timedelta = dt.timedelta(0)

    def slot(self, now: dt.datetime) -> int:
        """Return the number of the slot that ``now`` falls into."""
        return (now - EPOCH - self.offset) // self.every


SCHEDULES = (
    Schedule("expire-assessments", MINUTE, function="assessments.services.expire_overdue"),
    Schedule("score-pending", 2 * MINUTE, function="scoring.pending.score_due"),
    Schedule("heal-recommendations", 2 * MINUTE, function="recommendations.healing.heal_due"),
    Schedule("nudge", 15 * MINUTE, function="nudges.services.dispatch_due"),
    Schedule("settle-lost-calls", 10 * MINUTE, function="scoring.calls.ledger.abandon_stale"),
    Schedule(
        "recount-feedback",
        DAY,
        function="recommendations.services.recount_receptions",
        offset=dt.timedelta(hours=2),
    ),
    Schedule("forget-log-ins", DAY, function="accounts.tokens.forget_ended", offset=dt.timedelta(hours=3)),
    Schedule("forget-sessions", DAY, function="accounts.log_ins.forget_ended", offset=dt.timedelta(hours=3)),
    Schedule(
        "forget-password-links",
        DAY,
        function="accounts.password_links.forget_ended",
        offset=dt.timedelta(hours=3),
    ),
    Schedule(
        "forget-launches",
        DAY,
        function="partners.lti.launch_validation.forget_nonces",
        offset=dt.timedelta(hours=3),
    ),
    Schedule("retry-grades", 60 * MINUTE, function="partners.lti.repairs.try_again"),
    Schedule(
        "remind-of-keys", 30 * DAY, function="accounts.key_inventory.remind", offset=dt.timedelta(hours=8)
    ),
    Schedule("anchor-audit", MINUTE, function="ops.audit_verifying.anchor"),
    Schedule("erase-due", 10 * MINUTE, function="accounts.personal_data.erasing.announce_due"),
    Schedule("expire-copies", DAY, function="accounts.personal_data.exports.forget_expired"),
    Schedule("expire-rows", DAY, function="ops.retention.expire", offset=dt.timedelta(hours=1)),
    Schedule(
        "refresh-histories",
        DAY,
        function="recommendations.services.refresh_histories",
        offset=dt.timedelta(hours=1),
    ),
    Schedule(
        "draft-practice", DAY, function="practice.services.draft_where_short", offset=dt.timedelta(hours=5)
    ),
    Schedule(
        "work-out-figures", DAY, function="companion.kept_figures.refresh", offset=dt.timedelta(hours=4)
    ),
    Schedule("tell-advisors", 30 * MINUTE, function="companion.digests.announce"),
    Schedule("clean-up", DAY, function="ops.cleanup.clean_up", offset=dt.timedelta(hours=3)),
    Schedule("embed-catalog", 7 * DAY, kind="recommendations.embed", offset=dt.timedelta(days=6, hours=4)),
)
BY_NAME = {schedule.name: schedule for schedule in SCHEDULES}


def due(now: dt.datetime, announced: dict[str, int]) -> Iterator[tuple[Schedule, int]]:
    """Yield each schedule whose present slot is not the one ``announced`` names for it."""
    for schedule in SCHEDULES:
        slot = schedule.slot(now)
        if announced.get(schedule.name) != slot:
            yield schedule, slot


def announce(schedule: Schedule, slot: int) -> None:
    """Enqueue the job of one slot, unless some process has done so."""
    with transaction.atomic():
        jobs.enqueue(
            schedule.kind,
            payload={"schedule": schedule.name, "slot": slot},
            unique_key=f"schedule:{schedule.name}:{slot}",
        )
