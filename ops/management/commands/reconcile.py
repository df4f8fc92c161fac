"""``manage.py reconcile``: the repairs that ``manage.py supervise`` makes all the time, once."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ops import reconciliation, repairs


class Command(BaseCommand):
    """Repair once."""

    help = "End lapsed claims, ring for waiting jobs, and mend states that wait for work which nobody does."

    def handle(self, *args: Any, **options: Any) -> None:
        """Repair, and say what was repaired."""
        now = timezone.now()
        lapsed = reconciliation.end_lapsed_claims()
        mended = repairs.repair_states(now=now, since=now - repairs.LONGEST_LOOK_BACK)
        rung = reconciliation.ring_for_waiting_jobs()
        found = ({repairs.LAPSED_CLAIMS: lapsed} if lapsed else {}) | mended
        for name, number in found.items():
            self.stdout.write(f"{name}: {number}")
        if rung:
            self.stdout.write("Rang for jobs that were waiting.")
        if not found and not rung:
            self.stdout.write("Nothing to repair.")
